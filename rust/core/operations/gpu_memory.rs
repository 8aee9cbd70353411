// SPDX-License-Identifier: GPL-2.0

//! Memory by its GPU virtual addresses, for engines that are software.

use crate::{
    core::bindings::gpu_space::{
        GpuSpace,
        Item, //
    },
    ddi::execution::{
        Access,
        GpuMemory,
        GpuPages,
        Inaccessible,
        Update, //
    },
    fence::MonitoredFence,
    gpuva::space::Translation,
    status::NtResult,
    sys::page_source::PageSource,
    vidmm::engine_access::{
        self,
        EngineBytes,
        Unusable, //
    }, //
};
use kernel::sync::Arc;

/// Bytes of the value of a fence, at the beginning of its page; the rest reads zero.
const VALUE: usize = 8;

impl GpuSpace {
    /// What is at an address, and where in it: memory of so many bytes, which may be written if `write`.
    fn find(&self, address: u64, bytes: u64, write: bool) -> Result<(Item, u64), Inaccessible> {
        match self.translate(address) {
            Translation::Memory {
                item,
                offset,
                bytes: there,
                writable,
            } if there >= bytes && (writable || !write) => Ok((item, offset)),
            _ => Err(Inaccessible::Lost),
        }
    }

    /// Pages in what an engine needs at an address: `bytes` bytes, or what is mapped of them. They stay in memory for as
    /// long as what is returned, if that is anything.
    ///
    /// # Errors
    ///
    /// As [`engine_access::page_in`] says.
    pub(in crate::core) fn page_in(
        &self,
        address: u64,
        bytes: u64,
    ) -> NtResult<Option<Arc<dyn PageSource>>> {
        match self.translate(address) {
            Translation::Memory {
                item: Item::Allocation(allocation, _),
                offset,
                bytes: there,
                ..
            } => {
                let backing = allocation.backing();
                // CAST: it was a count of bytes that are moved in one step.
                let bytes = bytes.min(there) as usize;
                engine_access::page_in(EngineBytes { backing, offset }, bytes)
            }
            // Whoever accesses it again finds out.
            _ => Ok(None),
        }
    }
}

/// The result of an access to the bytes at these addresses.
fn at<const N: usize>(addresses: [u64; N], access: engine_access::Access) -> Access {
    access.map_err(|why| match why {
        Unusable::NotPresent(part) => match addresses.get(part) {
            Some(&address) => Inaccessible::NotPresent { address },
            None => Inaccessible::Lost,
        },
        Unusable::Busy => Inaccessible::Busy,
        Unusable::Lost => Inaccessible::Lost,
    })
}

fn count(bytes: u64) -> Result<usize, Inaccessible> {
    usize::try_from(bytes).map_err(|_| Inaccessible::Lost)
}

/// The bytes of a fence's page from `offset` on.
fn read_fence(fence: &MonitoredFence, offset: u64, bytes: &mut [u8]) -> Access {
    let value = fence.value().to_le_bytes();
    let from = count(offset)?;
    for (at, byte) in (from..).zip(bytes) {
        *byte = value.get(at).copied().unwrap_or(0);
    }
    Ok(())
}

/// Changes the value of a fence: which signals it, or sets it back (case 571). What that completes may have the last
/// references of other devices: it is called without the lock of accesses.
fn update_fence(fence: &Arc<MonitoredFence>, change: impl Fn(u64) -> u64) -> Access {
    match MonitoredFence::try_update(fence, change) {
        true => Ok(()),
        false => Err(Inaccessible::Busy),
    }
}

/// Writes to a fence's page.
fn write_fence(fence: &Arc<MonitoredFence>, offset: u64, bytes: &[u8]) -> Access {
    let from = count(offset)?;
    if from >= VALUE {
        return Ok(());
    }
    update_fence(fence, |old| {
        let mut value = old.to_le_bytes();
        for (of_value, byte) in value.iter_mut().skip(from).zip(bytes) {
            *of_value = *byte;
        }
        u64::from_le_bytes(value)
    })
}

impl GpuMemory for GpuSpace {
    fn look_up(&self, address: u64) -> GpuPages {
        let _access = self.access();
        // Dropped before the lock is released, as all that is found here is.
        let found = self.translate(address);
        match &found {
            Translation::Invalid => GpuPages::Invalid,
            &Translation::Zero { bytes } => GpuPages::Zero { bytes },
            Translation::Memory {
                item: Item::Allocation(_, listed),
                ..
            } if !listed.is_listed() => GpuPages::Invalid,
            &Translation::Memory {
                bytes, writable, ..
            } => GpuPages::Memory { bytes, writable },
        }
    }

    fn read(&self, address: u64, bytes: &mut [u8]) -> Access {
        let _access = self.access();
        // CAST: 64 bits at most.
        let (item, offset) = self.find(address, bytes.len() as u64, false)?;
        match &item {
            Item::Allocation(allocation, _) => {
                let backing = allocation.backing();
                let read = engine_access::read(EngineBytes { backing, offset }, bytes);
                at([address], read)
            }
            Item::Fence(fence) => read_fence(fence, offset, bytes),
        }
    }

    fn write(&self, address: u64, bytes: &[u8]) -> Access {
        let access = self.access();
        // CAST: 64 bits at most.
        let (item, offset) = self.find(address, bytes.len() as u64, true)?;
        match &item {
            Item::Allocation(allocation, _) => {
                let backing = allocation.backing();
                let written = engine_access::write(EngineBytes { backing, offset }, bytes);
                at([address], written)
            }
            Item::Fence(fence) => {
                drop(access);
                write_fence(fence, offset, bytes)
            }
        }
    }

    fn fill(&self, address: u64, bytes: u64, pattern: u32) -> Access {
        let access = self.access();
        let (item, offset) = self.find(address, bytes, true)?;
        match &item {
            Item::Allocation(allocation, _) => {
                let backing = allocation.backing();
                let bytes = count(bytes)?;
                let filled = engine_access::fill(EngineBytes { backing, offset }, bytes, pattern);
                at([address], filled)
            }
            Item::Fence(fence) => {
                let [a, b, c, d] = pattern.to_le_bytes();
                let words = [a, b, c, d, a, b, c, d];
                let bytes = count(bytes)?.min(VALUE);
                drop(access);
                write_fence(fence, offset, words.get(..bytes).unwrap_or(&words))
            }
        }
    }

    fn copy(&self, to: u64, from: u64, bytes: u64) -> Access {
        {
            let _access = self.access();
            let (to_item, to_offset) = self.find(to, bytes, true)?;
            let (from_item, from_offset) = self.find(from, bytes, false)?;
            if let (Item::Allocation(into, _), Item::Allocation(of, _)) = (&to_item, &from_item) {
                let into = EngineBytes {
                    backing: into.backing(),
                    offset: to_offset,
                };
                let of = EngineBytes {
                    backing: of.backing(),
                    offset: from_offset,
                };
                let copied = engine_access::copy(into, of, count(bytes)?);
                return at([to, from], copied);
            }
        }
        // One of them is a fence, of which little counts.
        let mut left = count(bytes)?;
        let (mut to, mut from) = (to, from);
        let mut piece = [0; 64];
        while left > 0 {
            let now = left.min(piece.len());
            let piece = piece.get_mut(..now).ok_or(Inaccessible::Lost)?;
            self.read(from, piece)?;
            self.write(to, piece)?;
            // CAST: at most 64.
            (to, from) = (to + now as u64, from + now as u64);
            left -= now;
        }
        Ok(())
    }

    fn update(&self, address: u64, change: Update) -> Access {
        let access = self.access();
        let (item, offset) = self.find(address, 8, true)?;
        match &item {
            Item::Allocation(allocation, _) => {
                let backing = allocation.backing();
                let updated = engine_access::update(EngineBytes { backing, offset }, change);
                at([address], updated)
            }
            // Behind the value there is nothing.
            Item::Fence(_) if offset != 0 => Ok(()),
            Item::Fence(fence) => {
                drop(access);
                update_fence(fence, |old| match change {
                    Update::Store(value) => value,
                    Update::Add(operand) => old.wrapping_add(operand),
                })
            }
        }
    }
}

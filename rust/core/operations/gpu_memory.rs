// SPDX-License-Identifier: GPL-2.0

//! Memory by its GPU virtual addresses, for engines that are software.

use crate::{
    core::bindings::gpu_space::{
        GpuSpace,
        Item, //
    },
    ddi::execution::{
        GpuMemory,
        GpuPages,
        Update, //
    },
    fence::MonitoredFence,
    gpuva::space::Translation,
    status::{
        NtResult,
        NtStatus, //
    },
    vidmm::engine_access::{
        self,
        EngineBytes, //
    }, //
};
use kernel::sync::Arc;

/// Bytes of the value of a fence, at the beginning of its page; the rest reads zero.
const VALUE: usize = 8;

impl GpuSpace {
    /// What is at an address, and where in it: memory of so many bytes, which may be written if `write`.
    fn find(&self, address: u64, bytes: u64, write: bool) -> NtResult<(Item, u64)> {
        match self.translate(address) {
            Translation::Memory {
                item,
                offset,
                bytes: there,
                writable,
            } if there >= bytes && (writable || !write) => Ok((item, offset)),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }
}

fn count(bytes: u64) -> NtResult<usize> {
    usize::try_from(bytes).map_err(|_| NtStatus::INVALID_PARAMETER)
}

/// The bytes of a fence's page from `offset` on.
fn read_fence(fence: &MonitoredFence, offset: u64, bytes: &mut [u8]) -> NtResult {
    let value = fence.value().to_le_bytes();
    let from = count(offset)?;
    for (at, byte) in (from..).zip(bytes) {
        *byte = value.get(at).copied().unwrap_or(0);
    }
    Ok(())
}

/// Writes to a fence's page: what goes to the value signals it, or sets it back (case 571).
fn write_fence(fence: &Arc<MonitoredFence>, offset: u64, bytes: &[u8]) -> NtResult {
    let from = count(offset)?;
    if from < VALUE {
        MonitoredFence::update(fence, |old| {
            let mut value = old.to_le_bytes();
            for (of_value, byte) in value.iter_mut().skip(from).zip(bytes) {
                *of_value = *byte;
            }
            u64::from_le_bytes(value)
        });
    }
    Ok(())
}

impl GpuMemory for GpuSpace {
    fn look_up(&self, address: u64) -> GpuPages {
        match self.translate(address) {
            Translation::Invalid => GpuPages::Invalid,
            Translation::Zero { bytes } => GpuPages::Zero { bytes },
            Translation::Memory {
                item: Item::Allocation(allocation),
                ..
            } if !allocation.backing().is_listed() => GpuPages::Invalid,
            Translation::Memory {
                bytes, writable, ..
            } => GpuPages::Memory { bytes, writable },
        }
    }

    fn read(&self, address: u64, bytes: &mut [u8]) -> NtResult {
        // CAST: 64 bits at most.
        let (item, offset) = self.find(address, bytes.len() as u64, false)?;
        match &item {
            Item::Allocation(allocation) => {
                let backing = allocation.backing();
                engine_access::read(EngineBytes { backing, offset }, bytes)
            }
            Item::Fence(fence) => read_fence(fence, offset, bytes),
        }
    }

    fn write(&self, address: u64, bytes: &[u8]) -> NtResult {
        // CAST: 64 bits at most.
        let (item, offset) = self.find(address, bytes.len() as u64, true)?;
        match &item {
            Item::Allocation(allocation) => {
                let backing = allocation.backing();
                engine_access::write(EngineBytes { backing, offset }, bytes)
            }
            Item::Fence(fence) => write_fence(fence, offset, bytes),
        }
    }

    fn fill(&self, address: u64, bytes: u64, pattern: u32) -> NtResult {
        let (item, offset) = self.find(address, bytes, true)?;
        match &item {
            Item::Allocation(allocation) => {
                let backing = allocation.backing();
                engine_access::fill(EngineBytes { backing, offset }, count(bytes)?, pattern)
            }
            Item::Fence(fence) => {
                let [a, b, c, d] = pattern.to_le_bytes();
                let words = [a, b, c, d, a, b, c, d];
                let bytes = count(bytes)?.min(VALUE);
                write_fence(fence, offset, words.get(..bytes).unwrap_or(&words))
            }
        }
    }

    fn copy(&self, to: u64, from: u64, bytes: u64) -> NtResult {
        let (to_item, to_offset) = self.find(to, bytes, true)?;
        let (from_item, from_offset) = self.find(from, bytes, false)?;
        if let (Item::Allocation(to), Item::Allocation(from)) = (&to_item, &from_item) {
            let to = EngineBytes {
                backing: to.backing(),
                offset: to_offset,
            };
            let from = EngineBytes {
                backing: from.backing(),
                offset: from_offset,
            };
            return engine_access::copy(to, from, count(bytes)?);
        }
        // One of them is a fence, of which little counts.
        let mut left = count(bytes)?;
        let (mut to, mut from) = (to, from);
        let mut piece = [0; 64];
        while left > 0 {
            let now = left.min(piece.len());
            let piece = piece.get_mut(..now).ok_or(NtStatus::INVALID_PARAMETER)?;
            self.read(from, piece)?;
            self.write(to, piece)?;
            // CAST: at most 64.
            (to, from) = (to + now as u64, from + now as u64);
            left -= now;
        }
        Ok(())
    }

    fn update(&self, address: u64, change: Update) -> NtResult {
        let (item, offset) = self.find(address, 8, true)?;
        match &item {
            Item::Allocation(allocation) => {
                let backing = allocation.backing();
                engine_access::update(EngineBytes { backing, offset }, change)
            }
            // Behind the value there is nothing.
            Item::Fence(_) if offset != 0 => Ok(()),
            Item::Fence(fence) => {
                MonitoredFence::update(fence, |old| match change {
                    Update::Store(value) => value,
                    Update::Add(operand) => old.wrapping_add(operand),
                });
                Ok(())
            }
        }
    }
}

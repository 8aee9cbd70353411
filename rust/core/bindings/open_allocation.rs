// SPDX-License-Identifier: GPL-2.0

//! [`OpenAllocation`]: the device's half of an allocation, with its CPU locks (D3DKMTLock2).

use super::{
    device::Device,
    gpu_space::{
        GpuMappings,
        Item, //
    }, //
};
use crate::{
    core::objects::allocation::Allocation,
    counters::{
        Counted,
        Counter, //
    },
    ddi::{
        answer::AllocationFlags,
        Cookie, //
    },
    gpuva::space::Target,
    handle::Handle,
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        mapped_vma::MappedVma,
        trace, //
    },
    vidmm::{
        access::CpuAccess,
        residency::{
            Bound,
            Residency, //
        },
        DmaBuf, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// The miniport's binding. Dropping it closes it in the miniport, before the allocation can be destroyed.
pub(in crate::core) struct MiniportBinding {
    allocation: Arc<Allocation>,
    cookie: Option<Cookie>,
}

impl MiniportBinding {
    /// `cookie` is `None` if the miniport did not create the binding.
    pub(in crate::core) fn new(allocation: Arc<Allocation>, cookie: Option<Cookie>) -> Self {
        Self { allocation, cookie }
    }
}

impl Drop for MiniportBinding {
    fn drop(&mut self) {
        if let Some(cookie) = self.cookie.take() {
            let adapter = self.allocation.adapter();
            adapter.miniport().close_allocation(cookie);
        }
    }
}

/// The device's half of an allocation: its binding to one device, which an allocation handle names.
#[pin_data]
pub(crate) struct OpenAllocation {
    gpu_mappings: GpuMappings,
    #[pin]
    cpu: Mutex<CpuState>,
    listing: Listing,
    binding: MiniportBinding,
    device: Arc<Device>,
    /// Opened read-only: its CPU mappings are read-only, too.
    read_only: bool,
    /// Seen in a DestroyAllocation2 list; accessed only with the handle table locked.
    marked: Atomic<bool>,
    _counted: Counted,
}

/// The CPU locks of one binding.
struct CpuState {
    allocation: Arc<Allocation>,
    /// Locks that are not unlocked yet.
    locks: u32,
    /// The mapping that they share; `None` for user pages, which the process has mapped already.
    vma: Option<MappedVma>,
}

impl Drop for CpuState {
    fn drop(&mut self) {
        self.allocation.backing().unlock(self.locks);
    }
}

/// The binding's entry in its device's residency list.
pub(in crate::core) struct Listing {
    residency: Residency,
    allocation: Arc<Allocation>,
    device: Arc<Device>,
}

impl Drop for Listing {
    fn drop(&mut self) {
        let backing = self.allocation.backing();
        backing.unlist(&self.residency, self.device.account());
    }
}

impl OpenAllocation {
    pub(in crate::core) fn new(
        device: Arc<Device>,
        binding: MiniportBinding,
        read_only: bool,
    ) -> NtResult<Arc<Self>> {
        let cpu = CpuState {
            allocation: binding.allocation.clone(),
            locks: 0,
            vma: None,
        };
        let listing = Listing {
            residency: Residency::new(),
            allocation: binding.allocation.clone(),
            device: device.clone(),
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                gpu_mappings: GpuMappings::new(device.gpu_space().clone()),
                cpu <- new_mutex!(cpu, "OpenAllocation::cpu"),
                listing,
                binding,
                device,
                read_only,
                marked: Atomic::new(false),
                _counted: Counted::new(Counter::Bindings),
            }),
            ACCOUNT,
        )?)
    }

    pub(crate) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    pub(crate) fn allocation(&self) -> &Arc<Allocation> {
        &self.binding.allocation
    }

    /// The allocation, in the form that GPU virtual addresses map.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(in crate::core) fn mapped(&self) -> NtResult<Target<Item>> {
        let allocation = self.allocation();
        let backing = allocation.backing();
        let writable = !self.read_only && backing.is_writable();
        let listed = backing.listed(&self.listing.residency)?;
        Ok(self.gpu_mappings.target(allocation, listed, writable))
    }

    /// The allocation, in the form that tracepoints record.
    pub(crate) fn traced(&self, handle: Handle) -> trace::Allocation {
        self.allocation().backing().traced(handle.value())
    }

    /// What the miniport keeps about the binding (`hDeviceSpecificAllocation`).
    pub(in crate::core) fn binding(&self) -> Option<&Cookie> {
        self.binding.cookie.as_ref()
    }

    /// The binding, in the form that residency calls take.
    pub(in crate::core) fn bound(&self) -> Bound<'_> {
        Bound {
            residency: &self.listing.residency,
            backing: self.allocation().backing(),
        }
    }

    /// Marks the binding as listed for destruction; `false` when it is marked already.
    pub(in crate::core) fn mark(&self) -> bool {
        !self.marked.xchg(true, Relaxed)
    }

    /// Clears the mark.
    pub(in crate::core) fn unmark(&self) {
        self.marked.store(false, Relaxed);
    }

    /// Whether the allocation is part of a shared resource.
    pub(in crate::core) fn is_shared(&self) -> bool {
        self.allocation().is_shared()
    }

    /// Exports the memory as a dma-buf.
    ///
    /// # Errors
    ///
    /// - DEVICE_REMOVED: the adapter was unplugged.
    /// - INVALID_PARAMETER: the allocation is neither displayable nor part of a shared resource.
    /// - ACCESS_DENIED: the allocation was opened read-only by an NT handle; a writable dma-buf is requested,
    ///   but it was opened read-only by a dma-buf; or a dma-buf of it with the other access is in use.
    /// - NOT_SUPPORTED: the memory is the caller's, or the driver cannot export. NO_MEMORY.
    pub(in crate::core) fn export(&self, writable: bool) -> NtResult<DmaBuf> {
        self.device.adapter().check_present()?;
        if !self.allocation().is_exportable() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let backing = self.allocation().backing();
        // A process that can open the card node can import a dma-buf there and map it writable. The caller
        // already has any memory that it imported.
        if self.read_only && (writable || !backing.is_imported()) {
            return Err(NtStatus::ACCESS_DENIED);
        }
        backing.export(writable)
    }

    /// D3DKMTLock2: the address of the allocation's bytes in the calling process.
    ///
    /// All locks of a binding share one CPU mapping.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the allocation is not CPU visible (case 218).
    /// - DEVICE_REMOVED: the adapter was unplugged (case 223).
    /// - NO_MEMORY: no memory, or no free address range in the process.
    pub(crate) fn lock(&self) -> NtResult<usize> {
        self.device.adapter().check_present()?;
        let allocation = self.allocation();
        let flags = allocation.facts().flags();
        if !flags.contains(AllocationFlags::CPU_VISIBLE) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        allocation.backing().lock()?;
        let counted = CountedLock(allocation);
        let address = self.map()?;
        core::mem::forget(counted);
        Ok(address)
    }

    /// Takes one more lock and returns the address of the mapping.
    fn map(&self) -> NtResult<usize> {
        if let Some(address) = self.lock_again()? {
            return Ok(address);
        }
        let allocation = self.allocation();
        // Mapped without holding the lock: two threads may get here, and the second one's mapping is
        // removed again.
        let vma = match allocation.backing().cpu_access()? {
            CpuAccess::CpuMapping { mapping, writable } => {
                let keep = KBox::new(allocation.clone(), ACCOUNT)?;
                MappedVma::map(mapping, writable && !self.read_only, keep)?
            }
            CpuAccess::DmaBuf(dma_buf) => dma_buf.map(!self.read_only)?,
            CpuAccess::InPlace(address) => {
                let mut cpu = self.cpu.lock();
                cpu.locks = cpu.locks.checked_add(1).ok_or(NtStatus::NO_MEMORY)?;
                return Ok(address);
            }
        };
        let address = vma.address();
        let mut cpu = self.cpu.lock();
        let Some(locks) = cpu.locks.checked_add(1) else {
            drop(cpu);
            vma.unmap();
            return Err(NtStatus::NO_MEMORY);
        };
        cpu.locks = locks;
        let unused = match &cpu.vma {
            Some(first) if first.is_mapped() => Err((first.address(), vma)),
            _ => Ok(cpu.vma.replace(vma)),
        };
        drop(cpu);
        match unused {
            Ok(stale) => {
                drop(stale);
                Ok(address)
            }
            Err((first, vma)) => {
                vma.unmap();
                Ok(first)
            }
        }
    }

    /// Takes one more lock on the existing mapping, if it is still there: the process may have unmapped
    /// it, or replaced its address space by exec.
    fn lock_again(&self) -> NtResult<Option<usize>> {
        let mut cpu = self.cpu.lock();
        let address = match &cpu.vma {
            Some(vma) if vma.is_mapped() => vma.address(),
            _ => return Ok(None),
        };
        cpu.locks = cpu.locks.checked_add(1).ok_or(NtStatus::NO_MEMORY)?;
        Ok(Some(address))
    }

    /// D3DKMTUnlock2: drops one lock; dropping the last one removes the mapping.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER when the allocation is not locked (case 214).
    pub(crate) fn unlock(&self) -> NtResult {
        let mut cpu = self.cpu.lock();
        cpu.locks = cpu
            .locks
            .checked_sub(1)
            .ok_or(NtStatus::INVALID_PARAMETER)?;
        let vma = if cpu.locks == 0 { cpu.vma.take() } else { None };
        drop(cpu);
        if let Some(vma) = vma {
            vma.unmap();
        }
        self.allocation().backing().unlock(1);
        Ok(())
    }
}

/// A lock that VidMm counts.
struct CountedLock<'a>(&'a Allocation);

impl Drop for CountedLock<'_> {
    fn drop(&mut self) {
        self.0.backing().unlock(1);
    }
}

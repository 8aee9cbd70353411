// SPDX-License-Identifier: MIT OR Apache-2.0
//! The callbacks, and the runtime's resources.

use crate::{
    kernel::{self, Kernel, Place, Target},
    status::hresult_of,
};
use d3dddi::{
    types::{lock_flags, D3DDDI_ALLOCATIONINFO2_PRIMARY, D3DDDI_ID_NOTAPPLICABLE},
    Allocate, DeviceCallbacks, HResult, Result, RtResource, What, D3DKMT_HANDLE,
};
use std::{
    collections::BTreeMap,
    num::NonZeroUsize,
    ptr::NonNull,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The runtime's side of a device.
#[derive(Debug)]
pub struct Device<K> {
    kernel: K,
    /// Locked over calls of the kernel: the first allocation of a resource makes the kernel's, and
    /// there must be one first.
    resources: Mutex<Resources>,
}

/// The runtime's resources, with the kernel's where there is one.
#[derive(Debug, Default)]
struct Resources {
    given: usize,
    there: BTreeMap<RtResource, Option<D3DKMT_HANDLE>>,
}

fn result<T>(answer: kernel::Result<T>) -> Result<T> {
    answer.map_err(hresult_of)
}

/// Checks the flags of pfnLockCb.
///
/// # Errors
///
/// - `E_INVALIDARG`: reserved bits, and such as exclude or need each other.
/// - `D3DERR_NOTAVAILABLE`: the aperture is wanted, and there is none.
fn check_lock_flags(flags: u32) -> Result {
    use lock_flags::*;
    let all = |bits: u32| flags & bits == bits;
    let wrong = flags & RESERVED != 0
        || all(READ_ONLY | WRITE_ONLY)
        || all(IGNORE_SYNC | ACQUIRE_APERTURE)
        || all(USE_ALTERNATE_VA) && !all(ACQUIRE_APERTURE);
    if wrong {
        return Err(HResult::E_INVALIDARG);
    }
    if all(ACQUIRE_APERTURE) {
        return Err(HResult::D3DERR_NOTAVAILABLE);
    }
    Ok(())
}

impl<K: Kernel> Device<K> {
    /// A device of the kernel's, without resources.
    pub fn new(kernel: K) -> Self {
        Self {
            kernel,
            resources: Mutex::default(),
        }
    }

    /// The kernel's side.
    pub fn kernel(&self) -> &K {
        &self.kernel
    }

    fn resources(&self) -> MutexGuard<'_, Resources> {
        // Each change of the table is one step, which no panic can leave half done.
        self.resources
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// A new resource of the runtime's. The kernel has none for it yet. No number comes twice.
    pub fn create_resource(&self) -> RtResource {
        let mut resources = self.resources();
        // Nobody counts that far.
        resources.given = resources.given.wrapping_add(1).max(1);
        let resource = RtResource(NonZeroUsize::new(resources.given).unwrap_or(NonZeroUsize::MIN));
        resources.there.insert(resource, None);
        resource
    }

    /// Ends a resource, and the kernel's if the driver has left it.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG` if there is no such resource.
    pub fn destroy_resource(&self, resource: RtResource) -> Result {
        let mut resources = self.resources();
        let km = resources.there.remove(&resource);
        match km.ok_or(HResult::E_INVALIDARG)? {
            Some(km) => result(self.kernel.destroy_allocation(Target::Resource(km), 0)),
            None => Ok(()),
        }
    }

    /// The kernel's resource, if there is one.
    pub fn km_resource(&self, resource: RtResource) -> Option<D3DKMT_HANDLE> {
        self.resources().there.get(&resource).copied().flatten()
    }

    /// What the kernel is to be called with, while the table is locked.
    fn target<'a>(&self, resources: &Resources, what: What<'a>) -> Result<Target<'a>> {
        match what {
            What::Resource(resource) => {
                let km = resources.there.get(&resource).copied().flatten();
                Ok(Target::Resource(km.ok_or(HResult::E_INVALIDARG)?))
            }
            What::Allocations([]) => Err(HResult::E_INVALIDARG),
            What::Allocations(list) => Ok(Target::Allocations(list)),
        }
    }
}

// SAFETY: The addresses are those of the kernel, which promises the same.
unsafe impl<K: Kernel> DeviceCallbacks for Device<K> {
    fn allocate(&self, request: &mut Allocate<'_>) -> Result {
        let (data, elements) = (request.private_data, &mut *request.elements);
        match request.resource {
            None => {
                let made = (self.kernel).create_allocation(Place::Device, data, elements);
                result(made)?;
            }
            Some(resource) => {
                let mut resources = self.resources();
                let km = resources.there.get_mut(&resource);
                let km = km.ok_or(HResult::E_INVALIDARG)?;
                let place = km.map_or(Place::NewResource, Place::Resource);
                let handle = result(self.kernel.create_allocation(place, data, elements))?;
                *km = Some(handle);
                request.km_resource = handle;
            }
        }
        let others = (request.elements.iter_mut())
            .filter(|element| element.flags & D3DDDI_ALLOCATIONINFO2_PRIMARY == 0);
        others.for_each(|element| element.source = D3DDDI_ID_NOTAPPLICABLE);
        Ok(())
    }

    fn deallocate2(&self, what: What<'_>, flags: u32) -> Result {
        let mut resources = self.resources();
        let target = self.target(&resources, what)?;
        result(self.kernel.destroy_allocation(target, flags))?;
        if let What::Resource(resource) = what {
            resources.there.insert(resource, None);
        }
        Ok(())
    }

    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        result(self.kernel.lock2(allocation))
    }

    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        result(self.kernel.unlock2(allocation))
    }

    /// There is no renaming and no waiting, so that the flags which are about that change nothing.
    fn lock(&self, allocation: D3DKMT_HANDLE, flags: u32) -> Result<NonNull<u8>> {
        check_lock_flags(flags)?;
        self.lock2(allocation)
    }

    fn unlock(&self, allocations: &[D3DKMT_HANDLE]) -> Result {
        if allocations.is_empty() {
            return Err(HResult::E_INVALIDARG);
        }
        allocations.iter().try_for_each(|&one| self.unlock2(one))
    }

    fn query_residency(&self, what: What<'_>, answers: &mut [u32]) -> Result {
        let resources = self.resources();
        let target = self.target(&resources, what)?;
        check_count(target, answers.len())?;
        result(self.kernel.query_allocation_residency(target, answers))
    }

    fn set_priority(&self, what: What<'_>, priorities: &[u32]) -> Result {
        let resources = self.resources();
        let target = self.target(&resources, what)?;
        check_count(target, priorities.len())?;
        result(self.kernel.set_allocation_priority(target, priorities))
    }
}

/// The kernel reads or writes one number for each allocation, or one for a resource.
fn check_count(target: Target<'_>, numbers: usize) -> Result {
    let wanted = match target {
        Target::Resource(_) => 1,
        Target::Allocations(list) => list.len(),
    };
    if numbers != wanted {
        return Err(HResult::E_INVALIDARG);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lock_flags_that_make_no_sense() {
        use lock_flags::*;
        for flags in [
            READ_ONLY | WRITE_ONLY,
            IGNORE_SYNC | ACQUIRE_APERTURE,
            USE_ALTERNATE_VA,
            READ_ONLY | 0x800,
            0x8000_0000,
        ] {
            assert_eq!(
                check_lock_flags(flags),
                Err(HResult::E_INVALIDARG),
                "{flags:#x}"
            );
        }
        for flags in [ACQUIRE_APERTURE, ACQUIRE_APERTURE | USE_ALTERNATE_VA] {
            let not_there = Err(HResult::D3DERR_NOTAVAILABLE);
            assert_eq!(check_lock_flags(flags), not_there, "{flags:#x}");
        }
        for flags in [
            0,
            READ_ONLY,
            WRITE_ONLY | DISCARD,
            LOCK_ENTIRE | DONOT_WAIT | IGNORE_SYNC,
        ] {
            assert_eq!(check_lock_flags(flags), Ok(()), "{flags:#x}");
        }
    }
}

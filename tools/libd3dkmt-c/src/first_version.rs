// SPDX-License-Identifier: MIT OR Apache-2.0
//! The older shapes of functions that have a second version, which alone the node has.
//!
//! Elements of a list are copied to those of the second version, and what comes back is copied to the
//! caller's. Data that they point to is not copied. After a failure the caller's memory is as it was.
//!
//! The kernel does not see the caller's list here, so that a list that is not there is the caller's
//! fault, as it is on Windows (case 28); only NULL is refused.

use crate::call::{guarded, request, Status};
use libd3dkmt::sys::{
    bindings::{self as c, D3DKMT_OPENRESOURCE},
    request,
    types::*,
    NtStatus,
};
use std::{ffi::c_void, ptr};

/// An element of `D3DKMTCreateAllocation`, 40 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct D3DDDI_ALLOCATIONINFO {
    allocation: D3DKMT_HANDLE,
    sysmem: u64,
    priv_drv_data: u64,
    priv_drv_data_size: u32,
    vidpn_source_id: u32,
    flags: u32,
}

/// An element of `D3DKMTOpenResource`, 24 bytes.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct D3DDDI_OPENALLOCATIONINFO {
    allocation: D3DKMT_HANDLE,
    priv_drv_data: u64,
    priv_drv_data_size: u32,
}

/// The argument of `D3DKMTDestroyAllocation`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct D3DKMT_DESTROYALLOCATION {
    device: D3DKMT_HANDLE,
    resource: D3DKMT_HANDLE,
    allocations: u64,
    alloc_count: u32,
}

/// The argument of `D3DKMTCreateSynchronizationObject`.
#[repr(C)]
#[derive(Clone, Copy, Debug, Default)]
pub struct D3DKMT_CREATESYNCHRONIZATIONOBJECT {
    device: D3DKMT_HANDLE,
    kind: u32,
    data: [u32; 16],
    sync_object: D3DKMT_HANDLE,
}

/// The argument of `D3DKMTWaitForSynchronizationObject`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct D3DKMT_WAITFORSYNCHRONIZATIONOBJECT {
    context: D3DKMT_HANDLE,
    object_count: u32,
    object_array: [D3DKMT_HANDLE; c::D3DDDI_MAX_OBJECT_WAITED_ON as usize],
}

/// The argument of `D3DKMTSignalSynchronizationObject`.
#[repr(C)]
#[derive(Clone, Copy, Debug)]
pub struct D3DKMT_SIGNALSYNCHRONIZATIONOBJECT {
    context: D3DKMT_HANDLE,
    object_count: u32,
    object_array: [D3DKMT_HANDLE; c::D3DDDI_MAX_OBJECT_SIGNALED as usize],
    flags: c::d3dddicb_signalflags,
}

impl From<D3DDDI_ALLOCATIONINFO> for D3DDDI_ALLOCATIONINFO2 {
    /// The flags are the same, but for OverridePriority, which the first version does not have: the
    /// kernel refuses it, as it refuses every other reserved bit, because the priority is 0.
    fn from(first: D3DDDI_ALLOCATIONINFO) -> Self {
        Self {
            sysmem: first.sysmem,
            priv_drv_data: first.priv_drv_data,
            priv_drv_data_size: first.priv_drv_data_size,
            vidpn_source_id: first.vidpn_source_id,
            flags: c::d3dddi_allocationinfo2_flags { value: first.flags },
            ..Default::default()
        }
    }
}

impl From<D3DDDI_OPENALLOCATIONINFO> for D3DDDI_OPENALLOCATIONINFO2 {
    /// All of it is output.
    fn from(_: D3DDDI_OPENALLOCATIONINFO) -> Self {
        Self::default()
    }
}

/// A list of the caller's, and the same in the second version.
struct List<First, Second> {
    first: *mut First,
    second: Vec<Second>,
}

impl<First: Copy, Second: From<First>> List<First, Second> {
    /// Copies the list. If its length alone is a reason to refuse it, it is not read, and the kernel
    /// gets none, which it refuses as well.
    ///
    /// # Safety
    ///
    /// `first` must be NULL or the address of `count` elements.
    unsafe fn copied(first: *mut First, count: u32) -> Result<Self, NtStatus> {
        let mut second = Vec::new();
        if !first.is_null() && count <= c::D3DKMT_CREATEALLOCATION_MAX {
            let count = count as usize;
            second
                .try_reserve_exact(count)
                .map_err(|_| NtStatus::NO_MEMORY)?;
            // SAFETY: The caller vouches for the address and the count.
            second.extend((0..count).map(|i| unsafe { first.add(i).read_unaligned() }.into()));
        }
        Ok(Self { first, second })
    }

    /// The address of the second list; 0 if it is empty.
    fn address(&mut self) -> u64 {
        if self.second.is_empty() {
            0
        } else {
            self.second.as_mut_ptr().expose_provenance() as u64
        }
    }

    /// Changes each element of the caller's list by what its twin says.
    ///
    /// # Safety
    ///
    /// As [`copied`](Self::copied).
    unsafe fn copy_back(&self, change: impl Fn(&mut First, &Second)) {
        for (i, second) in self.second.iter().enumerate() {
            // SAFETY: As it was read there, so it can be read and written there.
            unsafe {
                let place = self.first.add(i);
                let mut first = place.read_unaligned();
                change(&mut first, second);
                place.write_unaligned(first);
            }
        }
    }
}

/// Makes a request of the second version with a structure of ours.
///
/// # Safety
///
/// The request must be the one of the structure, and the addresses in it as for every call.
unsafe fn second_version<T>(request_: u32, argument: &mut T) -> NtStatus {
    // SAFETY: The caller vouches for it.
    unsafe { request(request_, ptr::from_mut(argument).cast::<c_void>()) }
}

/// Creates allocations from a list of [`D3DDDI_ALLOCATIONINFO`].
///
/// # Safety
///
/// `argument` and the addresses in it must be NULL or those of memory that the call may read and
/// write as the structure says.
#[no_mangle]
pub unsafe extern "C" fn D3DKMTCreateAllocation(argument: *mut D3DKMT_CREATEALLOCATION) -> Status {
    guarded(|| {
        if argument.is_null() {
            return NtStatus::INVALID_PARAMETER;
        }
        // SAFETY: The caller vouches for the argument and its list.
        unsafe {
            let given = argument.read_unaligned();
            let list = ptr::with_exposed_provenance_mut(given.allocation_info as usize);
            let mut list: List<D3DDDI_ALLOCATIONINFO, D3DDDI_ALLOCATIONINFO2> =
                match List::copied(list, given.alloc_count) {
                    Ok(list) => list,
                    Err(status) => return status,
                };
            let mut call = given;
            call.allocation_info = list.address();
            let status = second_version(request::CREATEALLOCATION, &mut call);
            if status.is_success() {
                list.copy_back(|first, second| first.allocation = second.allocation);
                call.allocation_info = given.allocation_info;
                argument.write_unaligned(call);
            }
            status
        }
    })
}

/// Opens a resource with a list of [`D3DDDI_OPENALLOCATIONINFO`].
///
/// # Safety
///
/// As [`D3DKMTCreateAllocation`].
#[no_mangle]
pub unsafe extern "C" fn D3DKMTOpenResource(argument: *mut D3DKMT_OPENRESOURCE) -> Status {
    guarded(|| {
        if argument.is_null() {
            return NtStatus::INVALID_PARAMETER;
        }
        // SAFETY: The caller vouches for the argument and its list.
        unsafe {
            let given = argument.read_unaligned();
            let list = ptr::with_exposed_provenance_mut(given.pOpenAllocationInfo2 as usize);
            let mut list: List<D3DDDI_OPENALLOCATIONINFO, D3DDDI_OPENALLOCATIONINFO2> =
                match List::copied(list, given.NumAllocations) {
                    Ok(list) => list,
                    Err(status) => return status,
                };
            let mut call = given;
            call.pOpenAllocationInfo2 = list.address();
            let status = second_version(request::OPENRESOURCE, &mut call);
            if status.is_success() {
                list.copy_back(|first, second| {
                    first.allocation = second.allocation;
                    first.priv_drv_data = second.priv_drv_data;
                    first.priv_drv_data_size = second.priv_drv_data_size;
                });
                call.pOpenAllocationInfo2 = given.pOpenAllocationInfo2;
                argument.write_unaligned(call);
            }
            status
        }
    })
}

/// Destroys as `D3DKMTDestroyAllocation2` does without flags.
///
/// # Safety
///
/// `argument` must be NULL or the address of such a structure.
#[no_mangle]
pub unsafe extern "C" fn D3DKMTDestroyAllocation(
    argument: *const D3DKMT_DESTROYALLOCATION,
) -> Status {
    guarded(|| {
        if argument.is_null() {
            return NtStatus::INVALID_PARAMETER;
        }
        // SAFETY: The caller vouches for the argument; the list is the kernel's to read.
        unsafe {
            let given = argument.read_unaligned();
            let mut call = D3DKMT_DESTROYALLOCATION2 {
                device: given.device,
                resource: given.resource,
                allocations: given.allocations,
                alloc_count: given.alloc_count,
                ..Default::default()
            };
            second_version(request::DESTROYALLOCATION2, &mut call)
        }
    })
}

/// Creates a mutex or a semaphore; the first version knows no others.
///
/// # Safety
///
/// `argument` must be NULL or the address of such a structure.
#[no_mangle]
pub unsafe extern "C" fn D3DKMTCreateSynchronizationObject(
    argument: *mut D3DKMT_CREATESYNCHRONIZATIONOBJECT,
) -> Status {
    guarded(|| {
        if argument.is_null() {
            return NtStatus::INVALID_PARAMETER;
        }
        // SAFETY: The caller vouches for the argument.
        let mut given = unsafe { argument.read_unaligned() };
        let [first, second, ..] = given.data;
        let mut call = D3DKMT_CREATESYNCHRONIZATIONOBJECT2 {
            device: given.device,
            ..Default::default()
        };
        call.info.type_ = given.kind;
        match given.kind {
            c::D3DDDI_SYNCHRONIZATION_MUTEX => {
                call.info
                    .__bindgen_anon_1
                    .synchronization_mutex
                    .initial_state = first;
            }
            c::D3DDDI_SEMAPHORE => {
                call.info.__bindgen_anon_1.semaphore = c::d3dddi_semaphore {
                    max_count: first,
                    initial_count: second,
                };
            }
            _ => return NtStatus::INVALID_PARAMETER,
        }
        // SAFETY: The structure holds no address.
        let status = unsafe { second_version(request::CREATESYNCHRONIZATIONOBJECT, &mut call) };
        if status.is_success() {
            given.sync_object = call.sync_object;
            // SAFETY: The caller vouches for the argument.
            unsafe { argument.write_unaligned(given) };
        }
        status
    })
}

/// Waits as `D3DKMTWaitForSynchronizationObject2` does for objects without values.
///
/// # Safety
///
/// `argument` must be NULL or the address of such a structure.
#[no_mangle]
pub unsafe extern "C" fn D3DKMTWaitForSynchronizationObject(
    argument: *const D3DKMT_WAITFORSYNCHRONIZATIONOBJECT,
) -> Status {
    guarded(|| {
        if argument.is_null() {
            return NtStatus::INVALID_PARAMETER;
        }
        // SAFETY: The caller vouches for the argument.
        let given = unsafe { argument.read_unaligned() };
        let mut call = D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2 {
            context: given.context,
            object_count: given.object_count,
            object_array: given.object_array,
            ..Default::default()
        };
        // SAFETY: The structure holds no address.
        unsafe { second_version(request::WAITFORSYNCHRONIZATIONOBJECT, &mut call) }
    })
}

/// Signals as `D3DKMTSignalSynchronizationObject2` does to one context.
///
/// # Safety
///
/// `argument` must be NULL or the address of such a structure.
#[no_mangle]
pub unsafe extern "C" fn D3DKMTSignalSynchronizationObject(
    argument: *const D3DKMT_SIGNALSYNCHRONIZATIONOBJECT,
) -> Status {
    guarded(|| {
        if argument.is_null() {
            return NtStatus::INVALID_PARAMETER;
        }
        // SAFETY: The caller vouches for the argument.
        let given = unsafe { argument.read_unaligned() };
        let mut call = D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2 {
            context: given.context,
            object_count: given.object_count,
            object_array: given.object_array,
            flags: given.flags,
            ..Default::default()
        };
        // SAFETY: Nothing in the structure is used as an address: the event counts only with a flag
        // that the kernel refuses, and it is 0.
        unsafe { second_version(request::SIGNALSYNCHRONIZATIONOBJECT, &mut call) }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::mem::{offset_of, size_of};

    #[test]
    fn layouts_are_those_of_windows() {
        assert_eq!(size_of::<D3DDDI_ALLOCATIONINFO>(), 40);
        assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO, flags), 32);
        assert_eq!(size_of::<D3DDDI_OPENALLOCATIONINFO>(), 24);
        assert_eq!(
            offset_of!(D3DDDI_OPENALLOCATIONINFO, priv_drv_data_size),
            16
        );
        assert_eq!(size_of::<D3DKMT_DESTROYALLOCATION>(), 24);
        assert_eq!(size_of::<D3DKMT_CREATESYNCHRONIZATIONOBJECT>(), 76);
        assert_eq!(size_of::<D3DKMT_WAITFORSYNCHRONIZATIONOBJECT>(), 136);
        assert_eq!(size_of::<D3DKMT_SIGNALSYNCHRONIZATIONOBJECT>(), 140);
    }

    fn element(i: u32) -> D3DDDI_ALLOCATIONINFO {
        D3DDDI_ALLOCATIONINFO {
            allocation: D3DKMT_HANDLE { v: 77 },
            sysmem: u64::from(i) << 12,
            priv_drv_data: 0x1000 + u64::from(i),
            priv_drv_data_size: i,
            vidpn_source_id: 2,
            flags: 7,
        }
    }

    type Allocations = List<D3DDDI_ALLOCATIONINFO, D3DDDI_ALLOCATIONINFO2>;

    #[test]
    fn a_list_goes_there_and_back() {
        let mut first: Vec<_> = (1..=3).map(element).collect();
        // SAFETY: The list has three elements.
        let mut list = unsafe { Allocations::copied(first.as_mut_ptr(), 3) }.unwrap();
        assert_ne!(list.address(), 0);
        for (i, second) in (1..).zip(&mut list.second) {
            assert_eq!(second.allocation.v, 0, "it is output");
            assert_eq!(second.sysmem, u64::from(i) << 12);
            assert_eq!(second.priv_drv_data, 0x1000 + u64::from(i));
            assert_eq!(second.priv_drv_data_size, i);
            assert_eq!((second.vidpn_source_id, second.flags.value), (2, 7));
            assert_eq!((second.priority, second.reserved), (0, [0; 5]));
            second.allocation.v = 0x4000_0000 + i;
            second.flags.value = 0;
        }
        // SAFETY: As above.
        unsafe { list.copy_back(|first, second| first.allocation = second.allocation) };
        for (i, first) in (1..).zip(&first) {
            assert_eq!(first.allocation.v, 0x4000_0000 + i);
            assert_eq!((first.flags, first.priv_drv_data_size), (7, i));
        }
    }

    /// The pointer is not one, and must not be used.
    #[test]
    fn a_list_that_is_refused_is_not_read() {
        let bad = ptr::without_provenance_mut(8);
        for (first, count) in [(ptr::null_mut(), 1), (bad, 0), (bad, 1025), (bad, u32::MAX)] {
            // SAFETY: It is not read.
            let mut list = unsafe { Allocations::copied(first, count) }.unwrap();
            assert_eq!(list.address(), 0);
            // SAFETY: There is nothing to copy.
            unsafe { list.copy_back(|_, _| panic!("no element")) };
        }
    }
}

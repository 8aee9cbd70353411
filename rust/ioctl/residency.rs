// SPDX-License-Identifier: GPL-2.0

//! Residency: D3DKMTMakeResident, Evict, QueryAllocationResidency, UpdateAllocationProperty.

use super::{
    allocations,
    read,
    subjects,
    validate_memory::{
        self,
        Subject, //
    },
    write,
    write_array,
    Caller, //
};
use crate::{
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        d3dddi_makeresident,
        d3dddi_updateallocproperty,
        d3dkmt_evict,
        d3dkmt_queryallocationresidency,
        D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT,
        D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY,
        D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY, //
    },
    vidmm::residency::{
        Admission,
        Limit,
        ResidencyStatus, //
    }, //
};

/// The status of a call that is done, or that will be when its fence reaches `value`.
pub(super) fn paged(value: Option<u64>) -> NtStatus {
    match value {
        Some(_) => NtStatus::PENDING,
        None => NtStatus::SUCCESS,
    }
}

/// D3DKMTMakeResident (cases 224 to 230): all of them, or none. The list of priorities is not read.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::make_resident`]; no queue; a handle that names no allocation
///   of the queue's device (case 229), or an offered one.
/// - DEVICE_REMOVED: the adapter was unplugged.
/// - NO_MEMORY: over the budget, or with CantTrimFurther over the segment; then the result says by how
///   much (case 226). Or no kernel memory. With MustSucceed, the device is then in an error state (case
///   228).
pub(super) fn make_resident(caller: &Caller<'_>, argument: usize) -> NtResult<NtStatus> {
    let argument = argument as u64;
    let args: d3dddi_makeresident = read(argument)?;
    let wanted = validate_memory::make_resident(&args)?;
    let queue = caller.process.paging_queue(args.paging_queue.into())?;
    let device = queue.device();
    device.check_usable()?;
    let list = allocations(caller, device, args.allocation_list, wanted.count)?;

    let limit = match wanted.cant_trim_further {
        true => Limit::Segment,
        false => Limit::Budget,
    };
    let admission = queue.make_resident(&list, limit, wanted.must_succeed, |admission| {
        let (alloc_count, paging_fence_value, num_bytes_to_trim) = match admission {
            Admission::Admitted(value) => (args.alloc_count, value.unwrap_or(0), 0),
            Admission::OverBudget(trim) => (0, 0, trim),
        };
        write(
            argument,
            &d3dddi_makeresident {
                alloc_count,
                paging_fence_value,
                num_bytes_to_trim,
                ..args
            },
        )
    })?;
    match admission {
        Admission::Admitted(value) => Ok(paged(value)),
        Admission::OverBudget(_) => Err(NtStatus::NO_MEMORY),
    }
}

/// D3DKMTEvict (case 231): all of them, or none. It does not wait for the eviction.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::evict`]; no device; a handle that names no allocation of it,
///   or an allocation that is not resident as often as it is listed.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn evict(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dkmt_evict = read(argument)?;
    let unwanted = validate_memory::evict(&args)?;
    let device = caller.process.device(args.device.into())?;
    device.adapter().check_present()?;
    let list = allocations(caller, &device, args.allocations, unwanted.count)?;
    device.evict(&list, unwanted.only_if_necessary, |num_bytes_to_trim| {
        write(
            argument,
            &d3dkmt_evict {
                num_bytes_to_trim,
                ..args
            },
        )
    })
}

/// D3DKMTQueryAllocationResidency: the residency of each allocation, or for a resource that of its
/// farthest allocation.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::subject`] (case 241); no device; no allocation or resource
///   of it; a resource without allocations.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn query(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_queryallocationresidency = read(argument as u64)?;
    let (subject, list) = subjects(
        caller,
        args.device,
        args.resource,
        args.allocations,
        args.allocation_count,
    )?;
    let statuses = list.iter().map(|open| open.residency_status());
    if subject == Subject::Resource {
        let farthest = statuses.max().ok_or(NtStatus::INVALID_PARAMETER)?;
        return write(args.residency_status, &number(farthest));
    }
    let mut numbers = KVVec::with_capacity(list.len(), ACCOUNT)?;
    for status in statuses {
        numbers.push(number(status), ACCOUNT)?;
    }
    write_array(args.residency_status, &numbers)
}

fn number(status: ResidencyStatus) -> u32 {
    match status {
        ResidencyStatus::InGpuMemory => D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY,
        ResidencyStatus::InSharedMemory => D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY,
        ResidencyStatus::NotResident => D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT,
    }
}

/// D3DKMTUpdateAllocationProperty: moves an allocation from one segment to the other, now and
/// whenever it is made resident. An allocation that was created for the aperture stays there.
///
/// # Errors
///
/// - See [`validate_memory::update_property`]; INVALID_PARAMETER: no queue, no allocation of its device,
///   or an offered one.
/// - DEVICE_REMOVED: the adapter was unplugged.
/// - NO_MEMORY: no memory; or the allocation is resident, and would exceed the budget there.
pub(super) fn update(caller: &Caller<'_>, argument: usize) -> NtResult<NtStatus> {
    let argument = argument as u64;
    let args: d3dddi_updateallocproperty = read(argument)?;
    let queue = caller.process.paging_queue(args.paging_queue.into())?;
    let device = queue.device();
    let open = caller.process.allocation(device, args.allocation.into())?;
    let in_local = validate_memory::update_property(&args, open.supported())?;
    device.adapter().check_present()?;
    let tell = |value: Option<u64>| {
        write(
            argument,
            &d3dddi_updateallocproperty {
                paging_fence_value: value.unwrap_or(0),
                ..args
            },
        )
    };
    let value = match in_local {
        Some(in_local) => queue.update_allocation_property(&open, in_local, tell)?,
        None => {
            tell(None)?;
            None
        }
    };
    Ok(paged(value))
}

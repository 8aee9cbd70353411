// SPDX-License-Identifier: GPL-2.0

//! Priorities: D3DKMTSetAllocationPriority, GetAllocationPriority.

use super::{
    element,
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
    sys::killable,
    uapi::{
        d3dkmt_getallocationpriority,
        d3dkmt_setallocationpriority, //
    }, //
};
use core::mem::size_of;

/// D3DKMTSetAllocationPriority (case 240): sets one priority per allocation, or one for a whole resource. It
/// applies to all openers of the allocation.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::subject`]; no device; no allocation or resource of it;
///   a priority of 0. Then no priority is changed.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn set(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_setallocationpriority = read(argument as u64)?;
    let (subject, list) = subjects(
        caller,
        args.device,
        args.resource,
        args.allocation_list,
        args.allocation_count,
    )?;
    let count = match subject {
        Subject::Resource => 1,
        Subject::Allocations(count) => count,
    };
    let mut priorities = KVVec::with_capacity(count, ACCOUNT)?;
    for at in 0..count {
        killable::check()?;
        let priority = read(element(args.priorities, at, size_of::<u32>())?)?;
        priorities.push(validate_memory::priority(priority)?, ACCOUNT)?;
    }
    // A resource's single priority applies to all its allocations.
    for (open, &priority) in list.iter().zip(priorities.iter().cycle()) {
        killable::check()?;
        open.set_priority(priority);
    }
    Ok(())
}

/// D3DKMTGetAllocationPriority: the priority of each allocation, or the highest one in a resource.
///
/// # Errors
///
/// As [`set`]; INVALID_PARAMETER: a resource without allocations.
pub(super) fn get(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_getallocationpriority = read(argument as u64)?;
    let (subject, list) = subjects(
        caller,
        args.device,
        args.resource,
        args.allocation_list,
        args.allocation_count,
    )?;
    let priorities = list.iter().map(|open| open.priority());
    if subject == Subject::Resource {
        let highest = priorities.max().ok_or(NtStatus::INVALID_PARAMETER)?;
        return write(args.priorities, &highest);
    }
    let mut numbers = KVVec::with_capacity(list.len(), ACCOUNT)?;
    for priority in priorities {
        numbers.push(priority, ACCOUNT)?;
    }
    write_array(args.priorities, &numbers)
}

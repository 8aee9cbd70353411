// SPDX-License-Identifier: GPL-2.0

//! Offers: D3DKMTOfferAllocations, ReclaimAllocations2.

use super::{
    allocations,
    element,
    read,
    residency::paged,
    validate_memory::{
        self,
        Elements, //
    },
    write,
    write_array,
    Caller, //
};
use crate::{
    core::{
        bindings::device::Device,
        operations::residency::OpenAllocations, //
    },
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
        d3dkmt_offerallocations,
        d3dkmt_reclaimallocations2,
        d3dkmthandle,
        D3DDDI_RECLAIM_RESULT_DISCARDED,
        D3DDDI_RECLAIM_RESULT_NOT_COMMITTED,
        D3DDDI_RECLAIM_RESULT_OK, //
    },
    vidmm::offer::Reclaimed, //
};
use core::mem::size_of;
use kernel::sync::Arc;

/// The allocations of a call, and how many of them belong to each element of its list.
struct Listed {
    opened: OpenAllocations,
    of_each: KVVec<usize>,
}

fn listed(caller: &Caller<'_>, device: &Arc<Device>, elements: Elements) -> NtResult<Listed> {
    let (opened, of_each) = match elements {
        Elements::Allocations { address, count } => (
            allocations(caller, device, address, count)?,
            KVVec::from_elem(1, count, ACCOUNT)?,
        ),
        Elements::Resources { address, count } => {
            let mut opened = KVVec::new();
            let mut of_each = KVVec::with_capacity(count, ACCOUNT)?;
            for at in 0..count {
                killable::check()?;
                let handle: d3dkmthandle = read(element(address, at, size_of::<d3dkmthandle>())?)?;
                let before = opened.len();
                let process = caller.process;
                process.add_allocations_of(device, handle.into(), &mut opened)?;
                of_each.push(opened.len() - before, ACCOUNT)?;
            }
            (opened, of_each)
        }
    };
    Ok(Listed { opened, of_each })
}

/// D3DKMTOfferAllocations: all of them, or none. Offering again changes the priority.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::offer`] (case 234); no device; no resource or allocation of
///   it; an allocation that is locked, shared, or memory of the caller.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn offer(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_offerallocations = read(argument as u64)?;
    let offer = validate_memory::offer(&args)?;
    let device = caller.process.device(args.device.into())?;
    device.adapter().check_present()?;
    let list = listed(caller, &device, offer.elements)?.opened;
    device.offer(&list, offer.priority, offer.may_decommit)
}

/// D3DKMTReclaimAllocations2 (cases 236 to 238): all of them, or none. An allocation that is not offered
/// reports its contents as kept. The results are optional; a resource's is the worst of its allocations'.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::reclaim`]; no queue; no resource or allocation of its
///   device.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn reclaim(caller: &Caller<'_>, argument: usize) -> NtResult<NtStatus> {
    let argument = argument as u64;
    let args: d3dkmt_reclaimallocations2 = read(argument)?;
    let elements = validate_memory::reclaim(&args)?;
    let queue = caller.process.paging_queue(args.paging_queue.into())?;
    let device = queue.device();
    device.adapter().check_present()?;
    let Listed { opened, of_each } = listed(caller, device, elements)?;

    let mut numbers = KVVec::with_capacity(of_each.len(), ACCOUNT)?;
    let value = queue.reclaim(&opened, |results, value| {
        let mut rest = results;
        for &count in &of_each {
            let (its, others) = rest.split_at_checked(count).ok_or(NtStatus::UNSUCCESSFUL)?;
            rest = others;
            let worst = its.iter().copied().max();
            numbers.push(number(worst.unwrap_or(Reclaimed::Ok)), ACCOUNT)?;
        }
        if args.results != 0 {
            write_array(args.results, &numbers)?;
        }
        write(
            argument,
            &d3dkmt_reclaimallocations2 {
                paging_fence_value: value.unwrap_or(0),
                ..args
            },
        )
    })?;
    Ok(paged(value))
}

fn number(reclaimed: Reclaimed) -> u32 {
    match reclaimed {
        Reclaimed::Ok => D3DDDI_RECLAIM_RESULT_OK,
        Reclaimed::Discarded => D3DDDI_RECLAIM_RESULT_DISCARDED,
        Reclaimed::NotCommitted => D3DDDI_RECLAIM_RESULT_NOT_COMMITTED,
    }
}

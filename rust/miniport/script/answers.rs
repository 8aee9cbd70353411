// SPDX-License-Identifier: GPL-2.0

//! The script miniport's answers.

use super::{
    objects::Allocation,
    wire,
    words::{
        low,
        status,
        Words, //
    }, //
};
use crate::{
    ddi::{
        allocation::AllocationDescription,
        answer::{
            AllocationAnswer,
            AllocationFacts,
            AllocationFlags,
            SegmentSet, //
        },
        standard::StandardAllocationData, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::sync::Arc;

/// The answer for an allocation with this private data, if it is to have one.
pub(super) fn answer(data: &[u8]) -> NtResult<Option<AllocationAnswer>> {
    let words = Words::read(data)?;
    if words.get(wire::NO_ANSWER).is_some() {
        return Ok(None);
    }
    let get = |instruction, default| words.get(instruction).unwrap_or(default);
    let half = |instruction, default: u32| low(get(instruction, u64::from(default)));
    let [a, b, c, d, e, ..] = get(wire::PREFERRED, 0).to_le_bytes();
    let facts = AllocationFacts {
        size: get(wire::SIZE, 4096),
        alignment: half(wire::ALIGNMENT, 4096),
        pitch_aligned_size: get(wire::PITCH_ALIGNED_SIZE, 0),
        supported: SegmentSet(half(wire::SUPPORTED, 1)),
        preferred: [a, b, c, d, e],
        eviction: SegmentSet(half(wire::EVICTION, 2)),
        flags: AllocationFlags(half(wire::FLAGS, 1)),
        displayable: words.get(wire::DISPLAYABLE).is_some(),
        priority: half(wire::PRIORITY, AllocationFacts::PRIORITY_NORMAL),
        physical_adapter: half(wire::PHYSICAL_ADAPTER, 0),
    };
    let rows = facts.size.div_ceil(4096);
    let layout = get(wire::LAYOUT, 4096 | rows << 32);
    let allocation = Allocation {
        tag: get(wire::TAG, 0),
        layout: AllocationDescription {
            pitch: low(layout),
            height: low(layout >> 32),
        },
        fail_describe: words.get(wire::FAIL_DESCRIBE).map(status),
        fail_paging: words.get(wire::FAIL_PAGING).map(status),
        fail_transfer: words.get(wire::FAIL_TRANSFER).map(status),
    };
    Ok(Some(AllocationAnswer {
        cookie: Arc::new(allocation, ACCOUNT)?,
        facts,
    }))
}

/// Words in the private data of a heap: its size and flags.
const HEAP_WORDS: usize = 5;

/// Private data for an existing heap of that many pages; the page count selects the fault to inject.
pub(super) fn heap(args: &mut StandardAllocationData<'_>, pages: u64) -> NtResult {
    args.allocation_size = match pages {
        wire::HEAP_WITHOUT_DATA => 0,
        wire::HEAP_WITH_TOO_MUCH_DATA => 128 << 10,
        _ => HEAP_WORDS * 8,
    };
    args.resource_size = match pages {
        wire::HEAP_WITH_RESOURCE_DATA => 8,
        _ => 0,
    };
    let Some(buffers) = &mut args.buffers else {
        return match pages {
            wire::HEAP_NOT_SUPPORTED => Err(NtStatus::NOT_SUPPORTED),
            _ => Ok(()),
        };
    };
    let size = match pages {
        wire::HEAP_GROWS => pages + 1,
        _ => pages,
    };
    let flags = match pages {
        wire::HEAP_EXISTING => AllocationFlags::CPU_VISIBLE.and(AllocationFlags::EXISTING_SYS_MEM),
        _ => AllocationFlags::CPU_VISIBLE,
    };
    let words = [
        wire::MAGIC,
        wire::SIZE,
        size * 4096,
        wire::FLAGS,
        u64::from(flags.0),
    ];
    for (to, word) in buffers.allocation.chunks_exact_mut(8).zip(words) {
        to.copy_from_slice(&word.to_le_bytes());
    }
    for to in buffers.resource.chunks_exact_mut(8) {
        to.copy_from_slice(&wire::MAGIC.to_le_bytes());
    }
    args.pitch = match pages {
        wire::HEAP_WITHOUT_PITCH => 0,
        wire::HEAP_WITH_SHORT_PITCH => pages * 4096 - 128,
        _ => pages * 4096,
    };
    match pages {
        wire::HEAP_CHANGES_SIZE => args.allocation_size -= 8,
        wire::HEAP_NO_MEMORY => return Err(NtStatus::NO_MEMORY),
        _ => {}
    }
    Ok(())
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is destroyed while packets that may use it are queued (case 529).

use super::*;
use dxg_guest_tests::{
    destroy::destroy,
    state::{soon, Counters},
};
use libd3dkmt::sys;

const PATTERN: u64 = 0x0123_4567_89ab_cdef;

/// Destroys an allocation that a packet is going to copy from, with these flags, and has the packet run; behind it there
/// are so many others.
fn copied_from(engine: &Engine<'_>, flags: u32, others: u64) {
    let source = Memory::new(engine.gpu, engine.device, &engine.queue, 1);
    source.store(0, PATTERN);
    let list = [source.allocation];
    let address = source.address;
    drop(source);
    let gate = engine.hold(engine.context);
    engine.start(&Commands::new().copy(engine.memory.address, address, 8));
    for _ in 0..others {
        assert_eq!(submit(&engine.gpu.dxg, engine.context, 4096, 0), SUCCESS);
    }
    let mut args = sys::D3DKMT_DESTROYALLOCATION2 {
        device: handle(engine.device),
        allocations: list.as_ptr() as u64,
        alloc_count: 1,
        ..Default::default()
    };
    args.flags.value = flags;
    assert_eq!(destroy(engine.gpu, args), SUCCESS);
    // Its handle names nothing any more.
    let again = destroy_allocations(&engine.gpu.dxg, engine.device, &list);
    assert_eq!(again, INVALID_PARAMETER);
    engine.release(gate);
}

pub(super) fn what_is_destroyed_lasts_until_its_packets_have_ended() {
    on_each_engine(|engine| {
        let before = Counters::settled();
        copied_from(engine, 0, 0);
        engine.finish();
        assert_eq!(engine.memory.load(0), PATTERN);
        assert_eq!(engine.state(), c::D3DKMT_DEVICEEXECUTION_ACTIVE);
        let ended = soon(|| match Counters::now().since(&before, "allocations") {
            0 => Ok(()),
            more => Err(more),
        });
        assert_eq!(ended, Ok(()));
    });
}

/// A queue that takes no more packets keeps the memory of those that it has.
pub(super) fn what_is_destroyed_lasts_behind_a_full_queue() {
    on_one_engine(|engine| {
        // The wait that holds the context, and the copy, are packets as well.
        copied_from(engine, 0, MOST - 2);
        engine.finish();
        assert_eq!(engine.memory.load(0), PATTERN);
        assert_eq!(engine.state(), c::D3DKMT_DEVICEEXECUTION_ACTIVE);
    });
}

pub(super) fn what_is_said_not_to_be_in_use_goes_at_once() {
    on_each_engine(|engine| {
        copied_from(engine, c::D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE, 0);
        engine.wait_for_error();
        assert_eq!(engine.state(), c::D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT);
    });
}

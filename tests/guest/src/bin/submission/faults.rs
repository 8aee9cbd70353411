// SPDX-License-Identifier: MIT OR Apache-2.0
//! What commands must not do, and what becomes of their device.

use super::*;
use dxg_guest_tests::{
    fence::{destroy_paging_queue, destroy_sync_object, wait, wait_in, Event, Fence, WaitOptions},
    gpu_va::{map, map_with, mapped, to_map, GPU_PAGE, NO_ACCESS, WRITE},
    paging::{buffer, evicted, make_resident, resident},
    share::{share, shared, Open},
    signals::spawn,
    state::soon,
};
use libd3dkmt::sys::engine::DXGKRNL_ENGINE_BUFFER_MAX;
use std::thread;

/// Flags of a fault by reading, and by writing.
const READ: u32 = CONTEXT_IS_KNOWN;
const WRITTEN: u32 = CONTEXT_IS_KNOWN | c::DXGK_PAGE_FAULT_WRITE;

/// Runs commands on a new device: it is in error, and has a record of a page fault at that address.
fn faults(gpu: &Gpu, flags: u32, make: impl FnOnce(&Engine<'_>) -> (Commands, u64)) {
    let engine = Engine::on_new_device(gpu);
    let (commands, address) = make(&engine);
    engine.start(&commands);
    engine.wait_for_error();
    assert_eq!(engine.state(), PAGE_FAULT);
    assert_eq!(page_fault(gpu, engine.device), (address, flags, 0));
    engine.destroy();
}

/// Maps two pages of an allocation, or of none, at [`FAR`].
fn map_far(engine: &Engine<'_>, allocation: u32, protection: u64) {
    let (dxg, queue) = (&engine.gpu.dxg, &engine.queue);
    let mut args = to_map(queue.handle, FAR, allocation, 2);
    args.protection.value = protection;
    assert_eq!(map_with(dxg, &mut args), PENDING);
    let target = [(queue.fence.handle, args.paging_fence_value)];
    assert_eq!(wait(dxg, engine.device, &target), SUCCESS);
}

/// Cases 425 to 427, 429, 431, 435, 601.
pub(super) fn page_faults() {
    let commands = Commands::new;
    on_each_adapter(|gpu| {
        // Nothing is there.
        faults(gpu, READ, |engine| {
            (commands().copy(engine.memory.address, FAR + 3, 8), FAR + 3)
        });
        faults(gpu, READ, |_| (commands().wait_mem(FAR, EQUAL, 0, 0), FAR));
        faults(gpu, READ, |_| (commands().call(FAR + 4, 8), FAR + 4));
        for written in [
            commands().fill(FAR, 4, 0),
            commands().write32(FAR, 0),
            commands().write64(FAR, 0),
            commands().fence(FAR, 0),
            commands().add(FAR, 0),
            commands().timestamp(FAR),
            commands().clear_rect((FAR, 4), [0, 0], [1, 1], 0),
        ] {
            faults(gpu, WRITTEN, |_| (written, FAR));
        }
        faults(gpu, WRITTEN, |_| (commands().fill(1 << 48, 4, 0), 1 << 48));
        faults(gpu, WRITTEN, |engine| {
            let from = (engine.memory.address, 64);
            (commands().copy_2d((FAR, 64), from, 8, 2), FAR)
        });
        // Nothing may be there.
        faults(gpu, READ, |engine| {
            map_far(engine, 0, NO_ACCESS);
            (commands().copy(engine.memory.address, FAR, 8), FAR)
        });
        // It is for reading.
        faults(gpu, WRITTEN, |engine| {
            map_far(engine, engine.memory.allocation, 0);
            let reads = commands().copy(engine.memory.address, FAR + 8, 8);
            (reads.write64(FAR + 16, 0), FAR + 16)
        });
        // It is not resident: not yet, or not any more.
        for (flags, at) in [(READ, 100), (WRITTEN, 4096)] {
            faults(gpu, flags, |engine| {
                map_far(engine, buffer(gpu, engine.device, 2 * GPU_PAGE), WRITE);
                let (memory, at) = (engine.memory.address, FAR + at);
                match flags {
                    READ => (commands().copy(memory, at, 4), at),
                    _ => (commands().fill(at, 4, 0), at),
                }
            });
        }
        faults(gpu, WRITTEN, |engine| {
            let allocation = buffer(gpu, engine.device, 2 * GPU_PAGE);
            resident(gpu, engine.device, &engine.queue, &[allocation]);
            map_far(engine, allocation, WRITE);
            engine.run(&commands().write64(FAR, 1));
            evicted(gpu, engine.device, &[allocation]);
            (commands().write64(FAR, 1), FAR)
        });
        // It is resident for another device only.
        faults(gpu, WRITTEN, |engine| {
            let other = Engine::on_new_device(gpu);
            let theirs = shared(other.device, 1).made(gpu);
            resident(gpu, other.device, &other.queue, &theirs.allocations());
            let nt = share(gpu, theirs.resource());
            let (device, queue) = (engine.device, &engine.queue);
            let ours = Open::new(device, &nt, 1).made(gpu).allocation(0);
            let address = mapped(gpu, device, queue, 0, ours, 1);
            resident(gpu, device, queue, &[ours]);
            engine.run(&commands().write64(address, 1));
            evicted(gpu, device, &[ours]);
            (commands().write64(address, 1), address)
        });
        // It has gone.
        faults(gpu, WRITTEN, |engine| {
            let (device, queue) = (engine.device, &engine.queue);
            let allocation = buffer(gpu, device, GPU_PAGE);
            resident(gpu, device, queue, &[allocation]);
            let address = mapped(gpu, device, queue, 0, allocation, 1);
            engine.run(&commands().write64(address, 1));
            let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
            assert_eq!(destroyed, SUCCESS);
            (commands().write64(address, 1), address)
        });
        faults(gpu, WRITTEN, |engine| {
            let gone = engine.fence();
            engine.run(&commands().fence(gone.gpu, 1));
            assert_eq!(destroy_sync_object(&gpu.dxg, gone.handle), SUCCESS);
            (commands().fence(gone.gpu, 2), gone.gpu)
        });
    });
}

/// What a command has done is not taken back.
pub(super) fn what_is_before_a_fault_was_written() {
    on_each_engine(|engine| {
        map_far(engine, engine.memory.allocation, WRITE);
        engine.start(&Commands::new().fill(FAR + 8192 - 8, 12, 5));
        engine.wait_for_error();
        let record = page_fault(engine.gpu, engine.device);
        assert_eq!(record, (FAR + 8192, WRITTEN, 0));
        let found = [8192 - 8, 8192].map(|at| engine.memory.load(at));
        assert_eq!(found, [(5 << 32) | 5, 0]);
    });
}

/// Case 499.
pub(super) fn commands_that_are_not_there() {
    on_each_adapter(|gpu| {
        for is_too_short in [false, true] {
            let engine = Engine::on_new_device(gpu);
            // Two commands in front of the end.
            if is_too_short {
                engine.commands.put(8192 - 8, &Commands::new().nops(2));
                map_far(&engine, engine.commands.allocation, 0);
            }
            let start = if is_too_short {
                FAR + 8192 - 8
            } else {
                FAR + 8192
            };
            assert_eq!(submit(&gpu.dxg, engine.context, start, 64), SUCCESS);
            engine.wait_for_error();
            let record = page_fault(gpu, engine.device);
            assert_eq!(record, (FAR + 8192, READ, 0));
            engine.destroy();
        }
    });
}

/// Case 430.
pub(super) fn zeros_take_what_is_written() {
    on_each_engine(|engine| {
        let memory = &engine.memory;
        mapped(engine.gpu, engine.device, &engine.queue, FAR, 0, 2);
        memory.all()[..8192].fill(0x5a);
        let commands = Commands::new()
            .fill(FAR, 8192, 0x5a5a_5a5a)
            .write32(FAR, 1)
            .write64(FAR + 8, 1)
            .fence(FAR + 16, 1)
            .add(FAR + 24, 1)
            .timestamp(FAR + 32)
            .copy(FAR + 4000, memory.address, 200)
            .wait_mem(FAR + 8, EQUAL, 0, 0)
            .copy(memory.at(1), FAR, 8190);
        engine.run(&commands);
        assert_eq!((memory.all()[0], memory.all()[8191]), (0x5a, 0x5a));
        assert!(memory.all()[1..8191].iter().all(|&byte| byte == 0));
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// Cases 428, 653.
pub(super) fn instructions_that_do_not_exist() {
    let commands = Commands::new;
    let raw = |words: &[u32]| Commands::new().raw(words);
    let bad = [
        // An operation that does not exist, flags, counts of words.
        raw(&[0xff | (1 << 16)]),
        raw(&[1 | (1 << 8) | (1 << 16)]),
        raw(&[0]),
        raw(&[1 | (2 << 16), 0]),
        raw(&[2 | (5 << 16), 0, 0, 0, 0]),
        raw(&[2 | (7 << 16), 0, 0, 0, 0, 0, 0]),
        // Words beyond the length of the buffer.
        raw(&[2 << 16]),
        raw(&[2 | (6 << 16), 0, 0]),
        // Addresses, lengths and a condition.
        commands().fill(FAR + 2, 4, 0),
        commands().fill(FAR, 6, 0),
        commands().write32(FAR + 2, 0),
        commands().write64(FAR + 4, 0),
        commands().fence(FAR + 4, 0),
        commands().timestamp(FAR + 4),
        commands().wait_mem(FAR + 4, EQUAL, 0, 0),
        commands().wait_mem(FAR, NOT_EQUAL + 1, 0, 0),
        commands().call(FAR + 2, 4),
        commands().call(FAR, u64::from(DXGKRNL_ENGINE_BUFFER_MAX) + 4),
        commands().add(FAR + 4, 0),
        commands().clear_rect((FAR + 2, 4), [0, 0], [1, 1], 0),
        commands().clear_rect((FAR, 6), [0, 0], [1, 1], 0),
    ];
    on_each_adapter(|gpu| {
        for_each(bad.iter(), |bad| {
            let engine = Engine::on_new_device(gpu);
            let good = commands().write64(engine.memory.address, 1);
            let address = engine.commands.at(good.bytes() as usize);
            engine.start(&good.raw(bad.words()));
            engine.wait_for_error();
            assert_eq!(engine.state(), DMA_FAULT);
            let record = page_fault(gpu, engine.device);
            assert_eq!(record, (address, CONTEXT_IS_KNOWN, INVALID_INSTRUCTION));
            // What is before it was done.
            assert_eq!(engine.memory.load(0), 1);
            engine.destroy();
        });
    });
}

/// A device has a record of zeros.
fn no_record(engine: &Engine<'_>) {
    let kind = c::D3DKMT_DEVICESTATE_PAGE_FAULT;
    let record = device_state(&engine.gpu.dxg, engine.device, kind);
    assert_eq!(record, (SUCCESS, 0));
}

/// Cases 432, 670.
pub(super) fn a_fault_leaves_other_devices_alone() {
    on_each_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let begun = other.fence();
        let commands = Commands::new().fence(begun.gpu, 1);
        let commands = commands.wait_mem(other.memory.address, EQUAL, 1, 0);
        other.start(&commands.write64(other.memory.at(8), 1));
        other.wait_for(begun, 1);
        // One that runs meanwhile, on the same node, and one that waits.
        let waits = other.context(COPY);
        let gate = other.hold(waits);
        engine.start(&Commands::new().fill(FAR, 4, 0));
        engine.wait_for_error();
        assert_eq!([begun.value(), gate.value()], [1, 0]);
        other.memory.store(0, 1);
        other.release(gate);
        other.finish();
        other.finish_on(waits);
        assert_eq!(other.memory.load(8), 1);
        assert_eq!(other.state(), ACTIVE);
        no_record(&other);
    });
}

/// Cases 433, 511, 662, 667.
pub(super) fn a_device_in_error_takes_nothing_more() {
    on_each_engine(|engine| {
        let (gpu, device, context) = (engine.gpu, engine.device, engine.context);
        let (dxg, queue) = (&gpu.dxg, engine.queue.handle);
        let [fence, more] = [engine.fence(), engine.fence()];
        let allocation = buffer(gpu, device, GPU_PAGE);
        engine.start(&Commands::new().fill(FAR, 4, 0));
        engine.wait_for_error();
        gpu.unchanged(|| {
            let target = [fence.at(1)];
            let (address, bytes) = (engine.commands.address, 4);
            let answers = [
                submit(dxg, context, address, bytes),
                submit(dxg, context, address, 0),
                wait_from_gpu(dxg, context, &target),
                signal_from_gpu(dxg, context, &target),
                signal_from_gpu2(dxg, &[context], &target, 0),
                create_context(dxg, &mut new_context(device, THREE_D)),
                map(dxg, queue, 0, allocation, 1).0,
                make_resident(dxg, queue, &[allocation]),
            ];
            assert_eq!(answers, [DEVICE_REMOVED; 8]);
        });
        // What ends things goes on, and so does the CPU.
        gpu.lock(device, allocation);
        gpu.unlock(device, allocation);
        engine.wait_for(more, 1);
        assert_eq!(destroy_sync_object(dxg, fence.handle), SUCCESS);
        assert_eq!(destroy_context(dxg, context), SUCCESS);
        assert_eq!(destroy_paging_queue(dxg, queue), SUCCESS);
        assert_eq!(destroy_allocations(dxg, device, &[allocation]), SUCCESS);
        assert_eq!(engine.state(), PAGE_FAULT);
        Engine::on_new_device(gpu).run(&Commands::new().nops(1));
    });
}

/// Cases 434, 708.
pub(super) fn fences_of_a_device_in_error() {
    on_each_engine(|engine| {
        let (dxg, device) = (&engine.gpu.dxg, engine.device);
        let fences = [0, NO_GPU_ACCESS, STAYS].map(|flags| engine.fence_with(3, flags));
        let elsewhere = Fence::new(engine.gpu, engine.gpu.device(), 3);
        let event = Event::new();
        let options = WaitOptions {
            event: Some(&event),
            ..WaitOptions::default()
        };
        assert_eq!(wait_in(dxg, device, &[fences[0].at(4)], options), SUCCESS);
        thread::scope(|scope| {
            let target = [fences[1].at(4)];
            let waiting = spawn(scope, move || wait(dxg, device, &target));
            engine.start(&Commands::new().fill(FAR, 4, 0));
            assert_eq!(waiting.join().expect("a thread"), SUCCESS);
        });
        engine.wait_for_error();
        let signalled = soon(|| match event.count() {
            0 => Err(()),
            count => Ok(count),
        });
        assert_eq!(signalled, Ok(1));
        let values = fences.map(|fence| fence.value());
        assert_eq!(values, [u64::MAX, u64::MAX, 3]);
        assert_eq!(elsewhere.value(), 3);
    });
}

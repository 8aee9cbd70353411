// SPDX-License-Identifier: MIT OR Apache-2.0
//! Contexts: making and destroying them, and what their flags mean. What is submitted on
//! them is in the suite `submission`.

use dxg_guest_tests::{
    calls::*,
    execution::*,
    faults::every_call::spare,
    fence::{signal, wait_in, Event, WaitOptions},
    harness,
    memory::{Map, PAGE},
    paging::{buffer, on_each_queue},
    signals::spawn,
    state::Counters,
    tests,
};
use libd3dkmt::sys::{self, bindings as c, request, NtStatus};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_context_has_a_handle,
            what_is_no_device,
            what_a_context_cannot_be_made_with,
            flags_of_a_context,
            an_answer_that_cannot_be_written,
            what_is_no_context,
            null_rendering_executes_nothing,
            only_waits_and_signals_without_commands,
            what_waits_is_abandoned,
            a_context_that_waits_does_not_hold_another,
            a_device_that_goes_leaves_other_contexts_alone,
            as_many_as_a_process_may_have,
            destroys_race_with_submissions,
        ],
        &[],
    )
}

/// A place where nothing is mapped.
const FAR: u64 = 0x7000_0000_0000;

/// Cases 441, 444 to 446, 456, 459, 468.
fn a_context_has_a_handle() {
    on_each_device(|gpu, device| {
        for (node, affinity) in NODES.into_iter().flat_map(|node| [(node, 0), (node, 1)]) {
            for_each([0, 1, 2, 10, 16, u32::MAX], |hint| {
                let before = Counters::settled();
                let next = gpu.next_handle() + HANDLE_STEP;
                let mut args = new_context(device, node);
                (args.engine_affinity, args.client_hint) = (affinity, hint);
                assert_eq!(create_context(&gpu.dxg, &mut args), SUCCESS);
                assert_eq!(args.context.v, next);
                assert_eq!(destroy_context(&gpu.dxg, next), SUCCESS);
                before.assert_restored();
                assert_eq!(destroy_context(&gpu.dxg, next), INVALID_PARAMETER);
            });
        }
    });
}

/// Case 441.
fn what_is_no_device() {
    on_each_queue(|gpu, device, queue| {
        let others = [
            gpu.adapter,
            buffer(gpu, device, 4096),
            queue.handle,
            queue.fence.handle,
            context_with(gpu, device, THREE_D, 0),
        ];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |handle| {
                let answer = create_context(&gpu.dxg, &mut new_context(handle, THREE_D));
                assert_eq!(answer, INVALID_PARAMETER);
            });
            let answer = call_at(&gpu.dxg, request::CREATECONTEXTVIRTUAL, 0);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

/// Cases 444, 445, 451 to 453.
fn what_a_context_cannot_be_made_with() {
    on_each_device(|gpu, device| {
        let memory = Map::new(c::D3DKMT_PRIVATE_DATA_MAX as usize / PAGE + 1);
        let hole = Map::before_a_hole();
        let with = |change: &dyn Fn(&mut sys::D3DKMT_CREATECONTEXTVIRTUAL)| {
            let mut args = new_context(device, THREE_D);
            change(&mut args);
            let answer = create_context(&gpu.dxg, &mut args);
            assert_eq!(args.context.v, 1, "the answer is as it was");
            answer
        };
        gpu.unchanged(|| {
            for_each([3, 4, 64, u32::MAX], |node| {
                let answer = with(&|args| args.node_ordinal = node);
                assert_eq!(answer, INVALID_PARAMETER);
            });
            for_each([2, 3, 1 << 31, u32::MAX], |engines| {
                let answer = with(&|args| args.engine_affinity = engines);
                assert_eq!(answer, INVALID_PARAMETER);
            });
            for_each(7..32, |bit| {
                let answer = with(&|args| args.flags.value = 1 << bit);
                assert_eq!(answer, INVALID_PARAMETER);
            });
            let hw_queues = c::D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED;
            let answer = with(&|args| args.flags.value = hw_queues);
            assert_eq!(answer, Ok(NtStatus::UNSUCCESSFUL));
            for_each([c::D3DKMT_PRIVATE_DATA_MAX + 1, u32::MAX], |bytes| {
                let answer = with(&|args| {
                    args.priv_drv_data = memory.address();
                    args.priv_drv_data_size = bytes;
                });
                assert_eq!(answer, INVALID_PARAMETER);
            });
            // There in part, and not at all.
            for_each([hole.before_end_of_first_page(8), 0], |address| {
                let answer = with(&|args| {
                    args.priv_drv_data = address;
                    args.priv_drv_data_size = 16;
                });
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
    });
}

/// Cases 447 to 450, 452.
fn flags_of_a_context() {
    on_each_device(|gpu, device| {
        for_each([0x1, 0x2, 0x4, 0x8, 0x20, 0x40, 0x67], |flags| {
            let context = context_with(gpu, device, COPY, flags);
            assert_eq!(destroy_context(&gpu.dxg, context), SUCCESS);
        });
    });
}

fn an_answer_that_cannot_be_written() {
    on_each_device(|gpu, device| {
        let memory = Map::new(1);
        memory.put(0, new_context(device, THREE_D));
        memory.read_only();
        gpu.unchanged(|| {
            let number = request::CREATECONTEXTVIRTUAL;
            let answer = call_at(&gpu.dxg, number, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

/// Case 460.
fn what_is_no_context() {
    on_each_queue(|gpu, device, queue| {
        let others = [
            gpu.adapter,
            device,
            buffer(gpu, device, 4096),
            queue.handle,
            queue.fence.handle,
        ];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |handle| {
                assert_eq!(destroy_context(&gpu.dxg, handle), INVALID_PARAMETER);
            });
            let answer = call_at(&gpu.dxg, request::DESTROYCONTEXT, 0);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

/// Case 447.
fn null_rendering_executes_nothing() {
    on_each_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, NULL_RENDERING);
        engine.start_on(
            context,
            0,
            &Commands::new().write64(engine.memory.address, 1),
        );
        // Nor is it looked at.
        assert_eq!(submit(&engine.gpu.dxg, context, FAR, 64), SUCCESS);
        engine.finish_on(context);
        assert_eq!(engine.memory.load(0), 0);
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// Case 450.
fn only_waits_and_signals_without_commands() {
    on_each_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, ONLY_SYNC);
        let (address, bytes) = engine.commands.put(0, &Commands::new().nops(1));
        engine.gpu.unchanged(|| {
            let answer = submit(&engine.gpu.dxg, context, address, bytes);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let gate = engine.hold(context);
        let told = engine.fence();
        engine.signal(context, told, 1);
        engine.finish();
        assert_eq!(told.value(), 0);
        engine.release(gate);
        engine.wait_for(told, 1);
    });
}

/// Cases 462, 464.
fn what_waits_is_abandoned() {
    on_each_engine(|engine| {
        let (gpu, context) = (engine.gpu, engine.context(THREE_D));
        let gate = engine.hold(context);
        let told = engine.fence();
        let event = Event::new();
        let options = WaitOptions {
            event: Some(&event),
            ..WaitOptions::default()
        };
        let targets = [told.at(1)];
        assert_eq!(wait_in(&gpu.dxg, engine.device, &targets, options), SUCCESS);
        engine.start_on(
            context,
            0,
            &Commands::new().write64(engine.memory.address, 1),
        );
        engine.signal(context, told, 1);
        assert_eq!(destroy_context(&gpu.dxg, context), SUCCESS);
        engine.release(gate);
        // Whatever was left of it would be done by now.
        engine.finish();
        assert_eq!((engine.memory.load(0), told.value()), (0, 0));
        // Who waits goes on waiting, until somebody else signals.
        assert_eq!(event.count(), 0);
        assert_eq!(signal(&gpu.dxg, engine.device, &targets), SUCCESS);
        assert_eq!(event.count(), 1);
    });
}

/// Case 467.
fn a_context_that_waits_does_not_hold_another() {
    on_each_engine(|engine| {
        let first = engine.context(THREE_D);
        let gate = engine.hold(first);
        engine.start_on(first, 0, &Commands::new().write64(engine.memory.address, 1));
        for other in [engine.context, engine.context(COPY)] {
            engine.start_on(other, 64, &Commands::new().add(engine.memory.at(8), 1));
            engine.finish_on(other);
        }
        assert_eq!([0, 8].map(|at| engine.memory.load(at)), [0, 2]);
        engine.signal(engine.context, gate, 1);
        engine.finish_on(first);
        assert_eq!(engine.memory.load(0), 1);
    });
}

/// Case 465.
fn a_device_that_goes_leaves_other_contexts_alone() {
    on_each_engine(|engine| {
        let gpu = engine.gpu;
        let before = Counters::settled();
        let device = gpu.device();
        let [held, other] = [THREE_D, COPY].map(|node| context_with(gpu, device, node, 0));
        let gate = GpuFence::with_flags(gpu, device, 0, 0);
        for context in [held, other] {
            let answer = wait_from_gpu(&gpu.dxg, context, &[gate.at(1)]);
            assert_eq!(answer, SUCCESS);
        }
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        before.assert_restored();
        for context in [held, other] {
            assert_eq!(destroy_context(&gpu.dxg, context), INVALID_PARAMETER);
        }
        engine.run(&Commands::new().write64(engine.memory.address, 1));
        assert_eq!(engine.memory.load(0), 1);
    });
}

/// On all devices of the adapter together.
fn as_many_as_a_process_may_have() {
    const MOST: usize = 4096;
    spare("it makes many");
    let gpu = Gpu::first();
    let devices = [gpu.device(), gpu.device()];
    let make = |n: usize| {
        let mut args = new_context(devices[n % 2], NODES[n % NODES.len()]);
        (create_context(&gpu.dxg, &mut args), args.context.v)
    };
    let contexts: Vec<_> = (0..MOST).map(make).collect();
    assert!(contexts.iter().all(|(answer, _)| *answer == SUCCESS));
    assert_eq!(make(0).0, NO_MEMORY);
    assert_eq!(destroy_context(&gpu.dxg, contexts[7].1), SUCCESS);
    assert_eq!(make(0).0, SUCCESS);
    assert_eq!(make(1).0, NO_MEMORY);
}

/// What was taken is executed once or not at all.
fn destroys_race_with_submissions() {
    on_each_engine(|engine| {
        let dxg = &engine.gpu.dxg;
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let before = Counters::settled();
        let current = AtomicU32::new(engine.context(THREE_D));
        let (stop, taken) = (AtomicBool::new(false), AtomicU32::new(0));
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            for _ in 0..2 {
                spawn(scope, || {
                    while !stop.load(Relaxed) {
                        match submit(dxg, current.load(Relaxed), address, bytes) {
                            SUCCESS => drop(taken.fetch_add(1, Relaxed)),
                            // It has gone, or is going.
                            INVALID_PARAMETER | DEVICE_REMOVED => {}
                            answer => panic!("{answer:?}"),
                        }
                    }
                });
            }
            let mut rounds = 0;
            while rounds < 100 || taken.load(Relaxed) < 100 {
                let old = current.swap(engine.context(THREE_D), Relaxed);
                assert_eq!(destroy_context(dxg, old), SUCCESS);
                rounds += 1;
            }
        });
        assert_eq!(destroy_context(dxg, current.load(Relaxed)), SUCCESS);
        before.assert_restored();
        engine.finish();
        assert!(engine.memory.load(0) <= u64::from(taken.load(Relaxed)));
        assert_eq!(engine.state(), ACTIVE);
    });
}

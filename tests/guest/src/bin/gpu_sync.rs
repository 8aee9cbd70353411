// SPDX-License-Identifier: MIT OR Apache-2.0
//! Monitored fences between contexts, commands and the CPU: waits and signals of contexts, and the
//! addresses of fences.

use dxg_guest_tests::{
    calls::*,
    execution::*,
    fence::{destroy_sync_object, signal, wait_in, Event, WaitOptions, REWIND, SIGNALLED_MAX},
    harness,
    paging::List,
    signals::spawn,
    state::{soon, Counters},
    tests,
};
use libd3dkmt::sys::{self, bindings as c};
use rustix::pipe::pipe;
use std::{fs::File, os::fd::AsRawFd, process::ExitCode, thread};

fn main() -> ExitCode {
    harness::run(
        tests![
            commands_read_and_write_a_fence,
            what_is_reached_is_not_waited_for,
            a_wait_comes_before_its_signal,
            a_signal_of_the_cpu_lets_a_context_go_on,
            a_fence_command_lets_a_context_go_on,
            a_signal_comes_after_the_commands_before_it,
            as_many_objects_as_a_call_takes,
            what_is_no_context_and_no_object,
            rights_of_the_device,
            a_call_is_for_all_objects_or_none,
            values_fall_with_a_flag_alone,
            a_signal_of_several_contexts_waits_for_all,
            contexts_of_a_signal,
            flags_of_a_signal,
            an_event_of_several_contexts,
            what_is_no_event,
            a_context_keeps_the_fence_that_it_waits_for,
            contexts_take_turns,
            threads_and_contexts_take_turns,
        ],
        &[],
    )
}

/// Cases 570, 571.
fn commands_read_and_write_a_fence() {
    on_each_engine(|engine| {
        let (fence, memory) = (engine.fence_with(5, 0), &engine.memory);
        let read = |at| Commands::new().copy(memory.at(at), fence.gpu, 8);
        engine.run(&read(0).fence(fence.gpu, 9));
        assert_eq!((memory.load(0), fence.value()), (5, 9));
        engine.run(&read(0).add(fence.gpu, 3));
        assert_eq!((memory.load(0), fence.value()), (9, 12));
        let answer = signal(&engine.gpu.dxg, engine.device, &[fence.at(1 << 40)]);
        assert_eq!(answer, SUCCESS);
        engine.run(&read(0));
        assert_eq!(memory.load(0), 1 << 40);
        // It is memory: the value may fall.
        engine.run(&Commands::new().fence(fence.gpu, 2));
        assert_eq!(fence.value(), 2);
        engine.run(&Commands::new().wait_mem(fence.gpu, EQUAL, 2, 0));
    });
}

/// Case 532.
fn what_is_reached_is_not_waited_for() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(5, 0);
        for value in [0, 1, 5] {
            engine.wait_on(engine.context, fence, value);
            engine.finish();
        }
    });
}

/// Case 533.
fn a_wait_comes_before_its_signal() {
    on_each_engine(|engine| {
        for node in NODES {
            let (waits, signals) = (engine.context(THREE_D), engine.context(node));
            let [fence, told] = [engine.fence(), engine.fence()];
            engine.wait_on(waits, fence, 5);
            engine.signal(waits, told, 1);
            // That is not enough.
            engine.signal(signals, fence, 4);
            engine.finish_on(signals);
            assert_eq!(told.value(), 0);
            engine.signal(signals, fence, 6);
            engine.wait_for(told, 1);
            assert_eq!(fence.value(), 6);
        }
    });
}

/// Case 566.
fn a_signal_of_the_cpu_lets_a_context_go_on() {
    on_each_engine(|engine| {
        let gate = engine.hold(engine.context);
        engine.start(&Commands::new().write64(engine.memory.address, 1));
        let other = engine.context(THREE_D);
        engine.finish_on(other);
        assert_eq!(engine.memory.load(0), 0);
        engine.release(gate);
        engine.finish();
        assert_eq!(engine.memory.load(0), 1);
    });
}

/// Cases 528, 570.
fn a_fence_command_lets_a_context_go_on() {
    on_each_engine(|engine| {
        let waits = engine.context(COPY);
        let [fence, told] = [engine.fence(), engine.fence()];
        engine.wait_on(waits, fence, 5);
        engine.signal(waits, told, 1);
        // Its buffer has not ended when the other one goes on.
        let commands = Commands::new().fence(fence.gpu, 5);
        engine.run(&commands.wait_mem(told.gpu, EQUAL, 1, 0));
        assert_eq!(told.value(), 1);
    });
}

/// Cases 541, 567.
fn a_signal_comes_after_the_commands_before_it() {
    on_each_engine(|engine| {
        for node in NODES {
            let context = engine.context(node);
            let [fence, gate] = [engine.fence(), engine.hold(context)];
            let event = Event::new();
            let options = WaitOptions {
                event: Some(&event),
                ..WaitOptions::default()
            };
            let answer = wait_in(&engine.gpu.dxg, engine.device, &[fence.at(1)], options);
            assert_eq!(answer, SUCCESS);
            let bytes = engine.memory.bytes as u64;
            let fill = Commands::new().fill(engine.memory.address, bytes, node + 1);
            engine.start_on(context, 0, &fill);
            engine.signal(context, fence, 1);
            assert_eq!((event.count(), fence.value()), (0, 0));
            engine.release(gate);
            engine.wait_for(fence, 1);
            let expected = (node + 1).to_le_bytes();
            let mut words = engine.memory.all().chunks(4);
            assert!(words.all(|word| word == expected));
            let signalled = soon(|| match event.count() {
                0 => Err(()),
                count => Ok(count),
            });
            assert_eq!(signalled, Ok(1));
        }
    });
}

/// Case 542.
fn as_many_objects_as_a_call_takes() {
    on_each_engine(|engine| {
        let (dxg, context) = (&engine.gpu.dxg, engine.context);
        let fences: Vec<_> = (0..=SIGNALLED_MAX).map(|_| engine.fence()).collect();
        let targets: Vec<_> = fences.iter().map(|fence| fence.at(1)).collect();
        engine.gpu.unchanged(|| {
            for targets in [&targets[..], &[]] {
                let answers = [
                    wait_from_gpu(dxg, context, targets),
                    signal_from_gpu(dxg, context, targets),
                    signal_from_gpu2(dxg, &[context], targets, 0),
                ];
                assert_eq!(answers, [INVALID_PARAMETER; 3]);
            }
        });
        let (waits, told) = (engine.context(THREE_D), engine.fence());
        let (last, most) = (SIGNALLED_MAX as usize - 1, SIGNALLED_MAX as usize);
        assert_eq!(wait_from_gpu(dxg, waits, &targets[..most]), SUCCESS);
        engine.signal(waits, told, 1);
        // All but one are not enough.
        assert_eq!(signal_from_gpu(dxg, context, &targets[..last]), SUCCESS);
        engine.finish();
        assert_eq!(told.value(), 0);
        assert_eq!(signal_from_gpu(dxg, context, &targets[..most]), SUCCESS);
        engine.wait_for(told, 1);
        assert!(fences[..most].iter().all(|fence| fence.value() == 1));
        assert_eq!(fences[most].value(), 0);
    });
}

/// Case 536.
fn what_is_no_context_and_no_object() {
    on_each_engine(|engine| {
        let (dxg, context) = (&engine.gpu.dxg, engine.context);
        let [fence, gone] = [engine.fence(), engine.fence()];
        let gone_context = engine.context(THREE_D);
        assert_eq!(destroy_sync_object(dxg, gone.handle), SUCCESS);
        assert_eq!(destroy_context(dxg, gone_context), SUCCESS);
        let refused = |context, object| {
            let target = [(object, 1)];
            let answers = [
                wait_from_gpu(dxg, context, &target),
                signal_from_gpu(dxg, context, &target),
                signal_from_gpu2(dxg, &[context], &target, 0),
            ];
            assert_eq!(answers, [INVALID_PARAMETER; 3]);
        };
        let others = [engine.gpu.adapter, engine.device, engine.queue.handle];
        let others = || NO_HANDLES.into_iter().chain(others);
        engine.gpu.unchanged(|| {
            for_each(others().chain([gone_context, fence.handle]), |none| {
                refused(none, fence.handle);
            });
            for_each(others().chain([gone.handle, context]), |none| {
                refused(context, none);
            });
        });
        engine.finish();
        assert_eq!(fence.value(), 0);
    });
}

/// Cases 538, 539.
fn rights_of_the_device() {
    on_each_engine(|engine| {
        let (dxg, context) = (&engine.gpu.dxg, engine.context);
        let no_signal = engine.fence_with(1, NO_SIGNAL);
        let no_wait = engine.fence_with(1, NO_WAIT);
        engine.gpu.unchanged(|| {
            let target = [no_signal.at(2)];
            let answers = [
                wait_from_gpu(dxg, context, &[no_wait.at(1)]),
                signal_from_gpu(dxg, context, &target),
                signal_from_gpu2(dxg, &[context], &target, 0),
            ];
            assert_eq!(answers, [ACCESS_DENIED; 3]);
        });
        engine.wait_on(context, no_signal, 1);
        engine.signal(context, no_wait, 2);
        engine.finish();
        assert_eq!((no_signal.value(), no_wait.value()), (1, 2));
    });
}

/// Case 549a.
fn a_call_is_for_all_objects_or_none() {
    on_each_engine(|engine| {
        let (dxg, context) = (&engine.gpu.dxg, engine.context);
        let fence = engine.fence();
        let [no_signal, no_wait] = [NO_SIGNAL, NO_WAIT].map(|flag| engine.fence_with(0, flag));
        engine.gpu.unchanged(|| {
            for_each(
                [(0, INVALID_PARAMETER), (no_signal.handle, ACCESS_DENIED)],
                |(bad, answer)| {
                    let targets = [fence.at(1), (bad, 1), fence.at(2)];
                    assert_eq!(signal_from_gpu(dxg, context, &targets), answer);
                    assert_eq!(signal_from_gpu2(dxg, &[context], &targets, 0), answer);
                },
            );
            for_each(
                [(0, INVALID_PARAMETER), (no_wait.handle, ACCESS_DENIED)],
                |(bad, answer)| {
                    let targets = [fence.at(1), (bad, 1)];
                    assert_eq!(wait_from_gpu(dxg, context, &targets), answer);
                },
            );
        });
        // Nothing is waited for, and nothing was signalled.
        engine.finish();
        assert_eq!(fence.value(), 0);
    });
}

/// Cases 549, 550, 565.
fn values_fall_with_a_flag_alone() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        for (value, now) in [(5, 5), (4, 5), (0, 5), (5, 5), (6, 6)] {
            engine.signal(engine.context, fence, value);
            engine.finish();
            assert_eq!(fence.value(), now);
        }
        let contexts = [engine.context];
        for (value, flags, now) in [(3, 0, 6), (3, REWIND, 3), (0, REWIND, 0), (9, REWIND, 9)] {
            let target = [fence.at(value)];
            let answer = signal_from_gpu2(&engine.gpu.dxg, &contexts, &target, flags);
            assert_eq!(answer, SUCCESS);
            engine.finish();
            assert_eq!(fence.value(), now);
        }
    });
}

/// Case 544.
fn a_signal_of_several_contexts_waits_for_all() {
    on_each_engine(|engine| {
        let contexts = NODES.map(|node| engine.context(node));
        let fence = engine.fence();
        let gates = contexts.map(|context| engine.hold(context));
        let answer = signal_from_gpu2(&engine.gpu.dxg, &contexts, &[fence.at(1)], 0);
        assert_eq!(answer, SUCCESS);
        for (context, gate) in contexts.into_iter().zip(gates) {
            assert_eq!(fence.value(), 0);
            engine.release(gate);
            engine.finish_on(context);
        }
        assert_eq!(fence.value(), 1);
        // A context that does not come there keeps it from happening.
        let gate = engine.hold(contexts[0]);
        let answer = signal_from_gpu2(&engine.gpu.dxg, &contexts, &[fence.at(2)], 0);
        assert_eq!(answer, SUCCESS);
        assert_eq!(destroy_context(&engine.gpu.dxg, contexts[0]), SUCCESS);
        engine.release(gate);
        contexts[1..]
            .iter()
            .for_each(|&context| engine.finish_on(context));
        assert_eq!(fence.value(), 1);
    });
}

/// Cases 536, 545.
fn contexts_of_a_signal() {
    on_each_engine(|engine| {
        let dxg = &engine.gpu.dxg;
        let most = c::D3DDDI_MAX_BROADCAST_CONTEXT as usize;
        let contexts: Vec<_> = (0..=most).map(|_| engine.context(THREE_D)).collect();
        let fence = engine.fence();
        let target = [fence.at(1)];
        engine.gpu.unchanged(|| {
            let one_is_none = [contexts[0], engine.device, contexts[1]];
            for contexts in [&contexts[..], &[], &one_is_none] {
                let answer = signal_from_gpu2(dxg, contexts, &target, 0);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
        contexts
            .iter()
            .for_each(|&context| engine.finish_on(context));
        assert_eq!(fence.value(), 0);
        let answer = signal_from_gpu2(dxg, &contexts[..most], &target, 0);
        assert_eq!(answer, SUCCESS);
        engine.wait_for(fence, 1);
    });
}

/// Flags without a meaning.
fn flags_of_a_signal() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        engine.gpu.unchanged(|| {
            for_each(3..32, |bit| {
                let target = [fence.at(1)];
                let contexts = [engine.context];
                let answer = signal_from_gpu2(&engine.gpu.dxg, &contexts, &target, 1 << bit);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
        engine.finish();
        assert_eq!(fence.value(), 0);
    });
}

/// Case 546.
fn an_event_of_several_contexts() {
    on_each_engine(|engine| {
        let contexts = [THREE_D, COPY].map(|node| engine.context(node));
        let gates = contexts.map(|context| engine.hold(context));
        let event = Event::new();
        let answer = event_from_gpu(&engine.gpu.dxg, &contexts, event.number());
        assert_eq!(answer, SUCCESS);
        for (context, gate) in contexts.into_iter().zip(gates) {
            assert_eq!(event.count(), 0);
            engine.release(gate);
            engine.finish_on(context);
        }
        assert_eq!(event.count(), 1);
    });
}

/// Case 547.
fn what_is_no_event() {
    on_each_engine(|engine| {
        let (dxg, contexts) = (&engine.gpu.dxg, [engine.context]);
        let (fence, event) = (engine.fence(), Event::new());
        let (reader, _writer) = pipe().expect("a pipe");
        let null = File::open("/dev/null").expect("/dev/null");
        let fds = [reader.as_raw_fd(), null.as_raw_fd()];
        let fds = fds.map(|fd| u64::try_from(fd).expect("a descriptor"));
        engine.gpu.unchanged(|| {
            for_each([0, 1 << 20, u64::MAX].into_iter().chain(fds), |none| {
                let answer = event_from_gpu(dxg, &contexts, none);
                assert_eq!(answer, INVALID_PARAMETER);
            });
            // It is instead of objects.
            let flag = c::D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT;
            let (objects, contexts) = (List::new(&[fence.handle]), List::new(&contexts));
            let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
                object_count: 1,
                objects: objects.address(),
                context_count: 1,
                contexts: contexts.address(),
                ..Default::default()
            };
            args.flags.value = flag;
            args.__bindgen_anon_1.cpu_event_handle = event.number();
            assert_eq!(signal2_with(dxg, &mut args), INVALID_PARAMETER);
        });
        engine.finish();
        assert_eq!(event.count(), 0);
    });
}

/// Case 564: nobody can signal it any more.
fn a_context_keeps_the_fence_that_it_waits_for() {
    on_each_engine(|engine| {
        let dxg = &engine.gpu.dxg;
        let before = Counters::settled();
        let waits = engine.context(THREE_D);
        let gate = engine.hold(waits);
        let told = engine.fence();
        engine.signal(waits, told, 1);
        assert_eq!(destroy_sync_object(dxg, gate.handle), SUCCESS);
        engine.finish();
        assert_eq!(told.value(), 0);
        assert_eq!(destroy_context(dxg, waits), SUCCESS);
        assert_eq!(told.value(), 0);
        assert_eq!(destroy_sync_object(dxg, told.handle), SUCCESS);
        before.assert_restored();
    });
}

/// Two contexts, which were given everything in advance: a lost wake-up would stop both.
fn contexts_take_turns() {
    const TURNS: usize = 200;
    on_each_engine(|engine| {
        let (memory, counter) = (&engine.memory, engine.memory.bytes - 8);
        let contexts = [THREE_D, COPY].map(|node| engine.context(node));
        let [ping, pong] = [engine.fence(), engine.fence()];
        for turn in 0..TURNS {
            let [now, next] = [turn as u64, turn as u64 + 1];
            let sides = [(ping, pong, now), (pong, ping, next)];
            for (side, (own, other, value)) in sides.into_iter().enumerate() {
                let at = 2 * turn + side;
                engine.wait_on(contexts[side], other, value);
                // Each writes down when it had its turn.
                let commands = Commands::new()
                    .copy(memory.at(8 * at), memory.at(counter), 8)
                    .add(memory.at(counter), 1);
                let offset = at * commands.bytes() as usize;
                engine.start_on(contexts[side], offset, &commands);
                engine.signal(contexts[side], own, next);
            }
        }
        engine.wait_for(pong, TURNS as u64);
        for at in 0..2 * TURNS {
            assert_eq!(memory.load(8 * at), at as u64);
        }
    });
}

/// A thread and a context, in the same way.
fn threads_and_contexts_take_turns() {
    const TURNS: u64 = 200;
    on_each_engine(|engine| {
        let [ping, pong] = [engine.fence(), engine.fence()];
        thread::scope(|scope| {
            spawn(scope, || {
                for turn in 1..=TURNS {
                    engine.wait_on(engine.context, ping, turn);
                    engine.signal(engine.context, pong, turn);
                }
            });
            for turn in 1..=TURNS {
                let answer = signal(&engine.gpu.dxg, engine.device, &[ping.at(turn)]);
                assert_eq!(answer, SUCCESS);
                engine.wait_for(pong, turn);
            }
        });
        assert_eq!((ping.value(), pong.value()), (TURNS, TURNS));
    });
}

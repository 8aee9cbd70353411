// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits and signals by contexts, and fences in commands. More of them is in the suite `gpu_sync`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    child::fork,
    fence::{destroy_sync_object, signal, wait, Event, REWIND, SIGNALLED_MAX},
    paging::List,
};
use libd3dkmt::sys::{self, bindings as c};

pub const CASES: &[Case] = &[
    case!(
        case_532_reached_already,
        "WaitForSynchronizationObjectFromGpu, the value is reached",
        C,
        "SUCCESS; the context goes on",
    ),
    case!(
        case_533_wait_before_signal,
        "WaitForSynchronizationObjectFromGpu, before anybody signals",
        C,
        "SUCCESS; the context waits",
    ),
    case!(
        case_536_bad_handles,
        "waits and signals by what is no context, and of what is no object",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_537_other_processes,
        "waits and signals of an object of another process",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_538_no_wait,
        "WaitForSynchronizationObjectFromGpu, NoWait",
        C,
        "ACCESS_DENIED",
    ),
    case!(
        case_539_no_signal,
        "SignalSynchronizationObjectFromGpu and FromGpu2, NoSignal",
        C,
        "ACCESS_DENIED",
    ),
    case!(
        case_541_signal,
        "SignalSynchronizationObjectFromGpu",
        C,
        "SUCCESS at once; the fence has the value when what was before is done",
    ),
    case!(
        case_542_counts,
        "SignalSynchronizationObjectFromGpu of no object, or of too many",
        L,
        "INVALID_PARAMETER; more than 131072 are too many",
        "INVALID_PARAMETER; more than 32 are too many",
        "so many are documented (D3DDDI_MAX_OBJECT_SIGNALED)",
    ),
    case!(
        case_544_several_contexts,
        "SignalSynchronizationObjectFromGpu2 by several contexts",
        C,
        "the fence has the value when all have come there",
    ),
    case!(
        case_545_counts_of_contexts,
        "SignalSynchronizationObjectFromGpu2 by no context, or by more than 64",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_546_cpu_event,
        "SignalSynchronizationObjectFromGpu2, EnqueueCpuEvent",
        C,
        "SUCCESS; the event is signalled once, when all contexts have come there",
        "the same, of an eventfd",
    ),
    case!(
        case_547_bad_events,
        "SignalSynchronizationObjectFromGpu2, EnqueueCpuEvent with objects, or without an event",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_549_lower_value,
        "a signal with a lower value, without AllowFenceRewind",
        C,
        "SUCCESS; the fence stays",
    ),
    case!(
        case_549a_all_or_none,
        "a signal or a wait of several objects, of which one is bad",
        I,
        "a failure; nothing is signalled, and nothing is waited for",
        "INVALID_PARAMETER, ACCESS_DENIED; nothing is signalled, and nothing is waited for",
    ),
    case!(
        case_550_rewind,
        "a signal with a lower value and AllowFenceRewind",
        C,
        "SUCCESS; the value falls",
    ),
    case!(
        case_564_destroyed_fence,
        "DestroySynchronizationObject of a fence that a context waits for",
        I,
        "SUCCESS; the context waits until it is destroyed",
    ),
    case!(
        case_565_value_0,
        "a signal with the value 0",
        I,
        "SUCCESS; no effect on a higher value",
    ),
    case!(
        case_566_signal_of_the_cpu,
        "SignalSynchronizationObjectFromCpu of what a context waits for",
        C,
        "the value is there at once; the context goes on",
    ),
    case!(
        case_567_wait_of_the_cpu,
        "WaitForSynchronizationObjectFromCpu of a value that commands write",
        C,
        "released at the end of the packet at the latest",
    ),
    case!(
        case_569_no_gpu_access,
        "CreateSynchronizationObject2, NoGPUAccess",
        C,
        "no GPU address; contexts wait for it and signal it",
    ),
    case!(
        case_570_address_of_a_fence,
        "commands read and write a fence by its GPU address",
        C,
        "they read the current value; what they write signals it",
    ),
    case!(
        case_571_lower_value_by_commands,
        "commands write a lower value to a fence",
        I,
        "it has that value",
    ),
];

/// The three calls of a context with one list.
fn calls(engine: &Engine<'_>, context: u32, targets: &[(u32, u64)]) -> [Answer; 3] {
    let dxg = &engine.gpu.dxg;
    [
        wait_from_gpu(dxg, context, targets),
        signal_from_gpu(dxg, context, targets),
        signal_from_gpu2(dxg, &[context], targets, 0),
    ]
}

/// SignalSynchronizationObjectFromGpu2 by the engine's context.
fn signal2(engine: &Engine<'_>, target: (u32, u64), flags: u32) {
    let answer = signal_from_gpu2(&engine.gpu.dxg, &[engine.context], &[target], flags);
    assert_eq!(answer, SUCCESS);
    engine.finish();
}

fn case_532_reached_already() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(5, 0);
        for value in [0, 5] {
            engine.wait_on(engine.context, fence, value);
            engine.finish();
        }
    });
}

fn case_533_wait_before_signal() {
    on_each_engine(|engine| {
        let (fence, told) = (engine.fence(), engine.fence());
        engine.wait_on(engine.context, fence, 5);
        engine.signal(engine.context, told, 1);
        assert!(is_held(engine, told));
        engine.signal(engine.context(COPY), fence, 5);
        engine.wait_for(told, 1);
    });
}

fn case_536_bad_handles() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        let others = [engine.gpu.adapter, engine.device];
        engine.gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                let answers = calls(engine, none, &[fence.at(1)]);
                assert_eq!(answers, [INVALID_PARAMETER; 3]);
                let answers = calls(engine, engine.context, &[(none, 1)]);
                assert_eq!(answers, [INVALID_PARAMETER; 3]);
            });
        });
    });
}

fn case_537_other_processes() {
    on_each_engine(|engine| {
        let (theirs, luid) = (engine.fence().handle, engine.gpu.luid);
        let status = fork(|| {
            let gpu = Gpu::open(luid);
            let context = context_with(&gpu, gpu.device(), THREE_D, 0);
            let answers = [
                wait_from_gpu(&gpu.dxg, context, &[(theirs, 0)]),
                signal_from_gpu(&gpu.dxg, context, &[(theirs, 1)]),
            ];
            i32::from(answers != [INVALID_PARAMETER; 2])
        });
        assert!(status.success());
    });
}

fn case_538_no_wait() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(1, NO_WAIT);
        refused(engine, ACCESS_DENIED, || {
            wait_from_gpu(&engine.gpu.dxg, engine.context, &[fence.at(1)])
        });
    });
}

fn case_539_no_signal() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(1, NO_SIGNAL);
        let answers = engine.gpu.unchanged(|| {
            let (dxg, context, target) = (&engine.gpu.dxg, engine.context, [fence.at(2)]);
            [
                signal_from_gpu(dxg, context, &target),
                signal_from_gpu2(dxg, &[context], &target, 0),
            ]
        });
        assert_eq!((answers, fence.value()), ([ACCESS_DENIED; 2], 1));
    });
}

fn case_541_signal() {
    on_each_engine(|engine| {
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start(&add(engine));
        engine.signal(engine.context, fence, 7);
        assert!(is_held(engine, fence));
        engine.release(gate);
        engine.wait_for(fence, 7);
        assert_eq!(sum(engine), 1);
    });
}

fn case_542_counts() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        let targets = [fence.at(1); SIGNALLED_MAX as usize + 1];
        let signal = |targets| signal_from_gpu(&engine.gpu.dxg, engine.context, targets);
        for bad in [&targets[..], &[]] {
            refused(engine, INVALID_PARAMETER, || signal(bad));
        }
        assert_eq!(signal(&targets[1..]), SUCCESS);
        engine.wait_for(fence, 1);
    });
}

fn case_544_several_contexts() {
    on_each_engine(|engine| {
        let contexts = [engine.context(THREE_D), engine.context(COPY)];
        let gates = contexts.map(|context| engine.hold(context));
        let fence = engine.fence();
        let answer = signal_from_gpu2(&engine.gpu.dxg, &contexts, &[fence.at(1)], 0);
        assert_eq!(answer, SUCCESS);
        engine.release(gates[0]);
        engine.finish_on(contexts[0]);
        assert_eq!(fence.value(), 0);
        engine.release(gates[1]);
        engine.wait_for(fence, 1);
    });
}

fn case_545_counts_of_contexts() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        let contexts = [engine.context; c::D3DDDI_MAX_BROADCAST_CONTEXT as usize + 1];
        let signal = |contexts| signal_from_gpu2(&engine.gpu.dxg, contexts, &[fence.at(1)], 0);
        for bad in [&contexts[..], &[]] {
            refused(engine, INVALID_PARAMETER, || signal(bad));
        }
        assert_eq!(signal(&contexts[1..]), SUCCESS);
        engine.wait_for(fence, 1);
    });
}

fn case_546_cpu_event() {
    on_each_engine(|engine| {
        let contexts = [engine.context, engine.context(COPY)];
        let (gate, event) = (engine.hold(contexts[1]), Event::new());
        let answer = event_from_gpu(&engine.gpu.dxg, &contexts, event.number());
        assert_eq!(answer, SUCCESS);
        engine.finish();
        assert_eq!(event.count(), 0);
        engine.release(gate);
        engine.finish_on(contexts[1]);
        assert_eq!(event.count(), 1);
    });
}

fn case_547_bad_events() {
    on_each_engine(|engine| {
        let (dxg, contexts) = (&engine.gpu.dxg, [engine.context]);
        for none in [0, u64::MAX] {
            refused(engine, INVALID_PARAMETER, || {
                event_from_gpu(dxg, &contexts, none)
            });
        }
        let (fence, event) = (engine.fence(), Event::new());
        let (objects, contexts) = (List::new(&[fence.handle]), List::new(&contexts));
        let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
            object_count: objects.count(),
            objects: objects.address(),
            context_count: contexts.count(),
            contexts: contexts.address(),
            ..Default::default()
        };
        args.flags.value = c::D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT;
        args.__bindgen_anon_1.cpu_event_handle = event.number();
        refused(engine, INVALID_PARAMETER, || signal2_with(dxg, &mut args));
    });
}

fn case_549_lower_value() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(5, 0);
        signal2(engine, fence.at(4), 0);
        engine.signal(engine.context, fence, 3);
        engine.finish();
        assert_eq!(fence.value(), 5);
    });
}

fn case_549a_all_or_none() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        let denied = [NO_SIGNAL, NO_WAIT].map(|flag| engine.fence_with(0, flag));
        engine.gpu.unchanged(|| {
            let answers = calls(engine, engine.context, &[fence.at(1), (0, 1)]);
            assert_eq!(answers, [INVALID_PARAMETER; 3]);
            let dxg = &engine.gpu.dxg;
            let answers = [
                signal_from_gpu(dxg, engine.context, &[fence.at(1), denied[0].at(1)]),
                wait_from_gpu(dxg, engine.context, &[fence.at(1), denied[1].at(1)]),
            ];
            assert_eq!(answers, [ACCESS_DENIED; 2]);
        });
        engine.finish();
        assert_eq!(fence.value(), 0);
    });
}

fn case_550_rewind() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(5, 0);
        for value in [3, 0] {
            signal2(engine, fence.at(value), REWIND);
            assert_eq!(fence.value(), value);
        }
    });
}

fn case_564_destroyed_fence() {
    on_each_engine(|engine| {
        let (context, told) = (engine.context(THREE_D), engine.fence());
        let gate = engine.hold(context);
        engine.signal(context, told, 1);
        let answer = destroy_sync_object(&engine.gpu.dxg, gate.handle);
        assert_eq!(answer, SUCCESS);
        assert!(is_held(engine, told));
        assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
        assert_eq!(told.value(), 0);
    });
}

fn case_565_value_0() {
    on_each_engine(|engine| {
        for value in [0, 5] {
            let fence = engine.fence_with(value, 0);
            signal2(engine, fence.at(0), 0);
            assert_eq!(fence.value(), value);
        }
    });
}

fn case_566_signal_of_the_cpu() {
    on_each_engine(|engine| {
        let (gate, told) = (engine.hold(engine.context), engine.fence());
        engine.signal(engine.context, told, 1);
        assert!(is_held(engine, told));
        let answer = signal(&engine.gpu.dxg, engine.device, &[gate.at(1)]);
        assert_eq!((answer, gate.value()), (SUCCESS, 1));
        engine.wait_for(told, 1);
    });
}

fn case_567_wait_of_the_cpu() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        engine.start(&Commands::new().fence(fence.gpu, 7));
        let answer = wait(&engine.gpu.dxg, engine.device, &[fence.at(7)]);
        assert_eq!((answer, fence.value()), (SUCCESS, 7));
    });
}

fn case_569_no_gpu_access() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(0, NO_GPU_ACCESS);
        assert_eq!(fence.gpu, 0);
        engine.signal(engine.context, fence, 1);
        engine.wait_on(engine.context, fence, 1);
        engine.finish();
        assert_eq!(fence.value(), 1);
    });
}

fn case_570_address_of_a_fence() {
    on_each_engine(|engine| {
        let (fence, told) = (engine.fence_with(5, 0), engine.fence());
        assert_eq!(engine.read(&[fence.gpu]), [5]);
        let waits = engine.context(COPY);
        engine.wait_on(waits, fence, 6);
        engine.signal(waits, told, 1);
        engine.run(&Commands::new().fence(fence.gpu, 6));
        engine.wait_for(told, 1);
    });
}

fn case_571_lower_value_by_commands() {
    on_each_engine(|engine| {
        let fence = engine.fence_with(5, 0);
        engine.run(&Commands::new().fence(fence.gpu, 2));
        assert_eq!(fence.value(), 2);
    });
}

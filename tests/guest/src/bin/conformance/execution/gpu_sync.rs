// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits and signals by contexts. Their fences are in `fences`, and more in the suite `gpu_sync`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    child::fork,
    fence::{Event, REWIND, SIGNALLED_MAX},
    memory::BAD_ADDRESSES,
    paging::List,
};
use libd3dkmt::sys::request;

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
        case_545a_lists,
        "waits and signals, an array of objects, values or contexts that is NULL or not there",
        I,
        "INVALID_PARAMETER or UNSUCCESSFUL",
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
        case_548_at_submission,
        "SignalSynchronizationObjectFromGpu2, SignalAtSubmission",
        C,
        "the fence has the value when what was before is submitted",
        "the fence has the value when what was before has ended",
        "nothing is lost: later is safe",
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
pub(super) fn signal2(engine: &Engine<'_>, target: (u32, u64), flags: u32) {
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

fn case_545a_lists() {
    on_each_engine(|engine| {
        let (dxg, context, fence) = (&engine.gpu.dxg, engine.context, engine.fence());
        let (objects, value) = (List::new(&[fence.handle]), [1_u64]);
        let contexts = List::new(&[context]);
        let good = [objects.address(), value.as_ptr() as u64, contexts.address()];
        let signal2 = |[objects, values, contexts]: [u64; 3]| {
            let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
                object_count: 1,
                objects,
                context_count: 1,
                contexts,
                ..Default::default()
            };
            args.__bindgen_anon_1.monitored_fence_values = values;
            signal2_with(dxg, &mut args)
        };
        engine.gpu.unchanged(|| {
            for_each(BAD_ADDRESSES, |(_, bad)| {
                for place in 0..3 {
                    let mut lists = good;
                    lists[place] = bad;
                    assert_eq!(signal2(lists), INVALID_PARAMETER);
                    if place < 2 {
                        let [objects, values, _] = lists;
                        let answers = [
                            wait_at(dxg, context, 1, objects, values),
                            signal_at(dxg, context, 1, objects, values),
                        ];
                        assert_eq!(answers, [INVALID_PARAMETER; 2]);
                    }
                }
            });
        });
        // Nor are there arguments at all.
        for number in [
            request::WAITFORSYNCHRONIZATIONOBJECTFROMGPU,
            request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU,
            request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
        ] {
            assert_eq!(call_at(dxg, number, 0), INVALID_PARAMETER);
        }
        engine.finish();
        assert_eq!(fence.value(), 0);
        // Those lists are good.
        assert_eq!(signal2(good), SUCCESS);
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

fn case_548_at_submission() {
    on_each_engine(|engine| {
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start(&add(engine));
        let flag = c::D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION;
        let contexts = [engine.context];
        let answer = signal_from_gpu2(&engine.gpu.dxg, &contexts, &[fence.at(1)], flag);
        assert_eq!(answer, SUCCESS);
        assert!(is_held(engine, fence));
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(sum(engine), 1);
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

// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateContextVirtual and DestroyContext. More of them is in the suite `contexts`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    memory::{Map, PAGE},
    state::Counters,
};
use libd3dkmt::sys::NtStatus;

pub const CASES: &[Case] = &[
    case!(
        case_441_no_device,
        "CreateContextVirtual, no device",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_444_no_node,
        "CreateContextVirtual, NodeOrdinal beyond the last node",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_445_engine_affinity,
        "CreateContextVirtual, EngineAffinity 1; bits of no engine",
        K,
        "SUCCESS; INVALID_PARAMETER",
    ),
    case!(
        case_446_any_engine,
        "CreateContextVirtual, EngineAffinity 0",
        K,
        "SUCCESS",
    ),
    case!(
        case_447_null_rendering,
        "CreateContextVirtual, NullRendering",
        C,
        "SUCCESS; packets end, and are not executed",
    ),
    case!(
        case_448_initial_data,
        "CreateContextVirtual, InitialData",
        C,
        "SUCCESS; it is ignored",
    ),
    case!(
        case_449_no_timeout,
        "CreateContextVirtual, DisableGpuTimeout",
        C,
        "SUCCESS; its packets have no timeout",
    ),
    case!(
        case_450_synchronization_only,
        "CreateContextVirtual, SynchronizationOnly, and SubmitCommand on it",
        I,
        "SUCCESS, for waits and signals alone; INVALID_PARAMETER",
    ),
    case!(
        case_451_hw_queues,
        "CreateContextVirtual, HwQueueSupported, without hardware scheduling",
        I,
        "UNSUCCESSFUL",
    ),
    case!(
        case_452_other_flags,
        "CreateContextVirtual, bits 5 and 6; bits 7 to 31",
        I,
        "SUCCESS; INVALID_PARAMETER",
    ),
    case!(
        case_453_large_private_data,
        "CreateContextVirtual, private data of more than 128 KiB",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_454_unknown_private_data,
        "CreateContextVirtual, private data that the miniport does not take",
        C,
        "INVALID_PARAMETER or GRAPHICS_DRIVER_MISMATCH",
        "GRAPHICS_DRIVER_MISMATCH",
    ),
    case!(
        case_456_client_hints,
        "CreateContextVirtual, any ClientHint",
        C,
        "SUCCESS",
    ),
    case!(
        case_457_many_contexts,
        "CreateContextVirtual, many contexts",
        C,
        "SUCCESS; only memory can run out",
    ),
    case!(case_459_destroy, "DestroyContext", C, "SUCCESS"),
    case!(
        case_460_no_context,
        "DestroyContext of 0, garbage, what was destroyed, of other objects",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_461_destroy_with_packets,
        "DestroyContext, a packet runs",
        C,
        "SUCCESS, when it has ended",
        "SUCCESS; the packet is ended early",
        "else commands that wait for ever would keep the process from ending",
    ),
    case!(
        case_462_destroy_with_a_wait,
        "DestroyContext, packets behind a wait that is never over",
        I,
        "SUCCESS; they are abandoned",
    ),
    case!(
        case_464_abandoned_signals,
        "DestroyContext, signals that are abandoned with it",
        I,
        "the fences keep their values",
    ),
    case!(
        case_465_destroy_of_the_device,
        "DestroyDevice, contexts with packets",
        I,
        "SUCCESS; the contexts go, and the packets are abandoned",
    ),
    case!(
        case_467_order,
        "two contexts on one node",
        C,
        "each keeps its order; one that waits does not hold the other",
    ),
    case!(
        case_468_first_of_all,
        "CreateContextVirtual, before anything is mapped",
        K,
        "SUCCESS",
    ),
];

/// What a changed argument is answered.
fn create(
    gpu: &Gpu,
    device: u32,
    change: impl Fn(&mut sys::D3DKMT_CREATECONTEXTVIRTUAL),
) -> Answer {
    let mut args = new_context(device, THREE_D);
    change(&mut args);
    create_context(&gpu.dxg, &mut args)
}

fn case_441_no_device() {
    on_each_device(|gpu, _| {
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain([gpu.adapter]), |none| {
                assert_eq!(create(gpu, none, |_| {}), INVALID_PARAMETER);
            });
        });
    });
}

fn case_444_no_node() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each([NODES.len() as u32, u32::MAX], |node| {
                let answer = create(gpu, device, |args| args.node_ordinal = node);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
    });
}

fn case_445_engine_affinity() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each([2, 3, 1 << 31], |engines| {
                let answer = create(gpu, device, |args| args.engine_affinity = engines);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
        assert_eq!(
            create(gpu, device, |args| args.engine_affinity = 1),
            SUCCESS
        );
    });
}

fn case_446_any_engine() {
    on_each_device(|gpu, device| {
        assert_eq!(
            create(gpu, device, |args| args.engine_affinity = 0),
            SUCCESS
        );
    });
}

fn case_447_null_rendering() {
    on_each_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, NULL_RENDERING);
        engine.start_on(context, 0, &add(engine));
        engine.finish_on(context);
        assert_eq!(sum(engine), 0);
    });
}

fn case_448_initial_data() {
    on_each_engine(|engine| {
        let flag = c::D3DDDI_CREATECONTEXT_INITIAL_DATA;
        let context = context_with(engine.gpu, engine.device, THREE_D, flag);
        engine.start_on(context, 0, &add(engine));
        engine.finish_on(context);
        assert_eq!(sum(engine), 1);
    });
}

fn case_449_no_timeout() {
    on_each_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, NO_TIMEOUT);
        engine.start_on(context, 0, &add(engine));
        engine.finish_on(context);
        assert_eq!(sum(engine), 1);
    });
}

fn case_450_synchronization_only() {
    on_each_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, ONLY_SYNC);
        let (address, bytes) = engine.commands.put(0, &add(engine));
        refused(engine, INVALID_PARAMETER, || {
            submit(&engine.gpu.dxg, context, address, bytes)
        });
        let (gate, told) = (engine.hold(context), engine.fence());
        engine.signal(context, told, 1);
        assert!(is_held(engine, told));
        engine.release(gate);
        engine.wait_for(told, 1);
    });
}

fn case_451_hw_queues() {
    on_each_device(|gpu, device| {
        let flag = c::D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED;
        let answer = gpu.unchanged(|| create(gpu, device, |args| args.flags.value = flag));
        assert_eq!(answer, Ok(NtStatus::UNSUCCESSFUL));
    });
}

fn case_452_other_flags() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each(7..32, |bit| {
                let answer = create(gpu, device, |args| args.flags.value = 1 << bit);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
        for flags in [1 << 5, 1 << 6] {
            assert_eq!(
                create(gpu, device, |args| args.flags.value = flags),
                SUCCESS
            );
        }
    });
}

fn case_453_large_private_data() {
    on_each_device(|gpu, device| {
        let most = c::D3DKMT_PRIVATE_DATA_MAX;
        let data = Map::new(most as usize / PAGE + 1);
        let answer = gpu.unchanged(|| {
            create(gpu, device, |args| {
                (args.priv_drv_data, args.priv_drv_data_size) = (data.address(), most + 1);
            })
        });
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_454_unknown_private_data() {
    on_each_device(|gpu, device| {
        let before = [0x5a_u8; 64];
        let mut data = before;
        let mut args = new_context(device, THREE_D);
        (args.priv_drv_data, args.priv_drv_data_size) = (data.as_mut_ptr() as u64, 64);
        let answer = gpu.unchanged(|| create_context(&gpu.dxg, &mut args));
        assert_eq!(answer, GRAPHICS_DRIVER_MISMATCH);
        // Neither a handle nor data was written.
        assert_eq!((args.context.v, data), (1, before));
        // Without a size it is not looked at.
        (args.priv_drv_data, args.priv_drv_data_size) = (u64::MAX, 0);
        assert_eq!(create_context(&gpu.dxg, &mut args), SUCCESS);
    });
}

fn case_456_client_hints() {
    on_each_device(|gpu, device| {
        for_each([0, 1, 2, 10, 16, u32::MAX], |hint| {
            assert_eq!(create(gpu, device, |args| args.client_hint = hint), SUCCESS);
        });
    });
}

fn case_457_many_contexts() {
    on_each_engine(|engine| {
        let before = Counters::settled();
        let contexts: Vec<_> = (0..1000)
            .map(|i| context_with(engine.gpu, engine.device, NODES[i % NODES.len()], 0))
            .collect();
        before.assert_grown(&[("contexts", 1000)]);
        // Each of them works.
        for &context in [&contexts[..3], &contexts[997..]].concat().iter() {
            engine.start_on(context, 0, &add(engine));
            engine.finish_on(context);
        }
        assert_eq!(sum(engine), 6);
    });
}

fn case_459_destroy() {
    on_each_device(|gpu, device| {
        let before = Counters::settled();
        for node in NODES {
            let context = context_with(gpu, device, node, 0);
            assert_eq!(destroy_context(&gpu.dxg, context), SUCCESS);
        }
        before.assert_restored();
    });
}

fn case_460_no_context() {
    on_each_device(|gpu, device| {
        let gone = context_with(gpu, device, THREE_D, 0);
        assert_eq!(destroy_context(&gpu.dxg, gone), SUCCESS);
        gpu.unchanged(|| {
            let others = [gone, gpu.adapter, device];
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                assert_eq!(destroy_context(&gpu.dxg, none), INVALID_PARAMETER);
            });
        });
    });
}

fn case_461_destroy_with_packets() {
    on_each_engine(|engine| {
        let (context, begun) = (engine.context(THREE_D), engine.fence());
        let commands = Commands::new().fence(begun.gpu, 1);
        let commands = commands.wait_mem(engine.memory.at(8), EQUAL, 1, 0);
        let one_more = commands.add(engine.memory.address, 1);
        engine.start_on(context, 0, &one_more);
        engine.wait_for(begun, 1);
        assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
        engine.memory.store(8, 1);
        engine.finish();
        assert_eq!((sum(engine), engine.state()), (0, ACTIVE));
    });
}

fn case_462_destroy_with_a_wait() {
    on_each_engine(|engine| {
        let context = engine.context(THREE_D);
        let gate = engine.hold(context);
        engine.start_on(context, 0, &add(engine));
        assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
        engine.release(gate);
        engine.finish();
        assert_eq!(sum(engine), 0);
    });
}

fn case_464_abandoned_signals() {
    on_each_engine(|engine| {
        let (context, told) = (engine.context(THREE_D), engine.fence());
        let gate = engine.hold(context);
        engine.signal(context, told, 1);
        assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
        engine.release(gate);
        assert!(is_held(engine, told));
    });
}

fn case_465_destroy_of_the_device() {
    on_each_adapter(|gpu| {
        let before = Counters::settled();
        let engine = Engine::on_new_device(gpu);
        let context = engine.context;
        engine.hold(context);
        engine.start(&add(&engine));
        engine.destroy();
        before.assert_restored();
        assert_eq!(destroy_context(&gpu.dxg, context), INVALID_PARAMETER);
    });
}

fn case_467_order() {
    on_each_engine(|engine| {
        let held = engine.context(THREE_D);
        let gate = engine.hold(held);
        let put = |value| Commands::new().write64(engine.memory.address, value);
        engine.start_on(held, 0, &put(1));
        engine.start_on(held, 512, &put(2));
        engine.start_on(engine.context, 1024, &put(3));
        engine.finish();
        assert_eq!(engine.memory.load(0), 3);
        engine.release(gate);
        engine.finish_on(held);
        assert_eq!(engine.memory.load(0), 2);
    });
}

fn case_468_first_of_all() {
    on_each_device(|gpu, device| {
        assert_eq!(create(gpu, device, |_| {}), SUCCESS);
    });
}

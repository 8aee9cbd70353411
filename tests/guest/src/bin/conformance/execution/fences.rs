// SPDX-License-Identifier: MIT OR Apache-2.0
//! Monitored fences: who signals them, their addresses in commands, and their ends.

use super::{gpu_sync::signal2, *};
use crate::table::Case;
use dxg_guest_tests::{
    device::Device,
    fence::{
        create_sync_object, destroy_sync_object, monitored, new_fence, signal, wait_in, Event,
        WaitOptions,
    },
    gpu_va::END,
    memory::is_writable,
    signals::spawn,
    state::soon,
};
use std::thread;

pub const CASES: &[Case] = &[
    case!(
        case_563_removed_adapter,
        "the adapter is removed while a context and a CPU wait for a fence",
        I,
        "the packets are abandoned; the wait of the CPU is DEVICE_REMOVED",
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
        case_568_top_of_pipeline,
        "a context signals a fence with TopOfPipeline",
        C,
        "when the commands before it were read; they need not have ended",
        "when the commands before it have ended",
        "later is safe",
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
    case!(
        case_591_new_fence,
        "CreateSynchronizationObject2, a monitored fence",
        C,
        "an address of the CPU, for reading, one of the GPU, and the value",
    ),
    case!(
        case_592_affinity,
        "CreateSynchronizationObject2, EngineAffinity and the padding behind it",
        C,
        "a bit for each physical adapter, 0 for all; INVALID_PARAMETER for bits of none, and for padding that is not 0",
    ),
    case!(
        case_599_high_bits,
        "CreateSynchronizationObject2, flags that came with later versions of WDDM",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_600_several_devices,
        "commands of another device of the process use the address of a fence, on each node",
        I,
        "they see it, and signal it",
    ),
    case!(
        case_601_destroyed_address,
        "DestroySynchronizationObject, and commands that write to the fence afterwards",
        I,
        "its addresses are gone; the commands fault",
    ),
    case!(
        case_602_unknown_types,
        "CreateSynchronizationObject2, an unknown type",
        C,
        "INVALID_PARAMETER",
    ),
];

fn case_563_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let engine = Engine::on_new_device(&gpu);
    let (dxg, context) = (&gpu.dxg, engine.context);
    let (gate, told) = (engine.hold(context), engine.fence_with(0, STAYS));
    engine.start(&add(&engine));
    engine.signal(context, told, 1);
    let event = Event::new();
    let options = WaitOptions {
        event: Some(&event),
        ..WaitOptions::default()
    };
    let answer = wait_in(dxg, engine.device, &[told.at(1)], options);
    assert_eq!(answer, SUCCESS);
    thread::scope(|scope| {
        let waiting = spawn(scope, || wait(dxg, engine.device, &[told.at(1)]));
        device.remove();
        assert_eq!(waiting.join().expect("a thread"), DEVICE_REMOVED);
    });
    // The wait of the context ended with the adapter, and what is behind it did not come.
    assert_eq!((gate.value(), told.value()), (u64::MAX, 0));
    let signalled = soon(|| match event.count() {
        0 => Err(()),
        count => Ok(count),
    });
    assert_eq!(signalled, Ok(1));
    let answers = [
        wait_from_gpu(dxg, context, &[gate.at(1)]),
        signal_from_gpu(dxg, context, &[told.at(1)]),
        wait(dxg, engine.device, &[told.at(1)]),
    ];
    assert_eq!(answers, [DEVICE_REMOVED; 3]);
    assert_eq!(destroy_context(dxg, context), SUCCESS);
    assert_eq!(told.value(), 0);
    drop(engine);
    drop(gpu);
    device.restore();
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

fn case_568_top_of_pipeline() {
    on_each_engine(|engine| {
        let flag = c::D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE;
        let (gate, fence) = (engine.hold(engine.context), engine.fence_with(0, flag));
        let (begun, memory) = (engine.fence(), &engine.memory);
        let commands = Commands::new().fence(begun.gpu, 1);
        let commands = commands.wait_mem(memory.at(8), EQUAL, 1, 0);
        engine.start(&commands.add(memory.address, 1));
        engine.signal(engine.context, fence, 1);
        engine.release(gate);
        engine.wait_for(begun, 1);
        assert_eq!(fence.value(), 0);
        memory.store(8, 1);
        engine.wait_for(fence, 1);
        assert_eq!((fence.value(), sum(engine)), (1, 1));
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

fn case_591_new_fence() {
    on_each_engine(|engine| {
        let [one, two] = [5, 1 << 40].map(|value| engine.fence_with(value, 0));
        for (fence, value) in [(one, 5), (two, 1 << 40)] {
            assert!(fence.gpu != 0 && fence.gpu % 8 == 0 && fence.gpu < END);
            assert_eq!(fence.value(), value);
            assert_eq!(engine.read(&[fence.gpu]), [value]);
            assert!(!is_writable(fence.address));
        }
        assert_ne!((one.handle, one.gpu), (two.handle, two.gpu));
        assert_ne!((one.address, one.gpu), (two.address, two.gpu));
        // Commands write to one, and nothing else changes.
        engine.run(&Commands::new().fence(one.gpu, 9));
        assert_eq!((one.value(), two.value()), (9, 1 << 40));
    });
}

fn case_592_affinity() {
    on_each_device(|gpu, device| {
        let create = |affinity, padding| {
            let mut args = new_fence(device, 5);
            args.info.shared_handle = handle(7);
            // SAFETY: It is a monitored fence.
            let fence = unsafe { &mut args.info.__bindgen_anon_1.monitored_fence };
            (fence.engine_affinity, fence.pad0) = (affinity, padding);
            let answer = create_sync_object(&gpu.dxg, &mut args);
            (answer, args.info.shared_handle.v, args.sync_object.v)
        };
        for affinity in [0, 1] {
            let (answer, shared, object) = create(affinity, 0);
            assert_eq!((answer, shared), (SUCCESS, 0));
            assert_eq!(destroy_sync_object(&gpu.dxg, object), SUCCESS);
        }
        for (affinity, padding) in [(2, 0), (3, 0), (1 << 31, 0), (0, 1), (1, 1 << 31)] {
            assert_eq!(create(affinity, padding).0, INVALID_PARAMETER);
        }
    });
}

/// A creation that is refused: nothing is written.
fn no_fence(gpu: &Gpu, device: u32, kind: u32, flags: u32) {
    let mut args = new_fence(device, 5);
    (args.info.type_, args.info.flags.value) = (kind, flags);
    args.sync_object = handle(1);
    assert_eq!(create_sync_object(&gpu.dxg, &mut args), INVALID_PARAMETER);
    let answers = monitored(&args);
    let addresses = (
        answers.fence_cpu_virtual_address,
        answers.fence_gpu_virtual_address,
    );
    assert_eq!((args.sync_object.v, addresses), (1, (1, 2)));
}

fn case_599_high_bits() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each(8..32, |bit| {
                no_fence(gpu, device, c::D3DDDI_MONITORED_FENCE, 1 << bit);
            });
        });
    });
}

fn case_600_several_devices() {
    on_each_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let (fence, told) = (engine.fence_with(5, 0), engine.fence());
        engine.wait_on(engine.context, fence, 9);
        engine.signal(engine.context, told, 1);
        for (node, value) in NODES.into_iter().zip([7, 8, 9]) {
            assert!(is_held(engine, told));
            let context = other.context(node);
            let read = Commands::new().copy(other.memory.address, fence.gpu, 8);
            other.start_on(context, 0, &read.fence(fence.gpu, value));
            other.finish_on(context);
            let before = if node == 0 { 5 } else { value - 1 };
            assert_eq!((other.memory.load(0), fence.value()), (before, value));
        }
        engine.wait_for(told, 1);
        other.destroy();
    });
}

fn case_601_destroyed_address() {
    on_each_engine(|engine| {
        let fence = engine.fence();
        engine.run(&Commands::new().fence(fence.gpu, 1));
        let gate = engine.hold(engine.context);
        engine.start(&add(engine).fence(fence.gpu, 2));
        let destroyed = destroy_sync_object(&engine.gpu.dxg, fence.handle);
        assert_eq!(destroyed, SUCCESS);
        let target = [fence.at(1)];
        let (dxg, device) = (&engine.gpu.dxg, engine.device);
        assert_eq!(wait(dxg, device, &target), INVALID_PARAMETER);
        engine.release(gate);
        engine.wait_for_error();
        let record = page_fault(engine.gpu, device);
        assert_eq!((record, sum(engine)), ((fence.gpu, WRITTEN, 0), 1));
    });
}

fn case_602_unknown_types() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each([0, 7, 8, 0x100, u32::MAX], |kind| {
                for flags in [0, NO_WAIT, NO_GPU_ACCESS] {
                    no_fence(gpu, device, kind, flags);
                }
            });
        });
    });
}

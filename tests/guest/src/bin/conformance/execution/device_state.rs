// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTGetDeviceState and D3DKMTMarkDeviceAsError: what becomes of a device in error.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{fence::destroy_sync_object, gpu_va::map, memory::bytes_of, state::soon};

pub const CASES: &[Case] = &[
    case!(
        case_651_hung,
        "GetDeviceState, a packet of the device hung",
        C,
        "SUCCESS, HUNG",
    ),
    case!(
        case_652_page_fault,
        "GetDeviceState, a packet of the device had a page fault",
        C,
        "SUCCESS, ERROR_DMAPAGEFAULT",
    ),
    case!(
        case_653_other_faults,
        "GetDeviceState, a packet was no command, or its private data was refused",
        C,
        "SUCCESS, ERROR_DMAFAULT",
    ),
    case!(
        case_657_desktop,
        "GetDeviceState, RESET",
        C,
        "SUCCESS; whether the desktop was switched",
        "SUCCESS, 0: there is no desktop",
    ),
    case!(
        case_658_no_fault,
        "GetDeviceState of a page fault, before there was any",
        K,
        "SUCCESS; all of it is 0",
    ),
    case!(
        case_659_first_fault,
        "GetDeviceState of a page fault, after several packets that would fault",
        C,
        "SUCCESS; the first fault",
    ),
    case!(
        case_660_states_of_displays,
        "GetDeviceState, PRESENT, PRESENT_DWM, PRESENT_QUEUE",
        I,
        "INVALID_PARAMETER or NOT_SUPPORTED",
        "NOT_SUPPORTED",
    ),
    case!(
        case_661_unknown_types,
        "GetDeviceState, an unknown type",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_662_for_good,
        "GetDeviceState again and again, the device is in error",
        C,
        "the same, until the device is destroyed",
    ),
    case!(
        case_663_marked,
        "MarkDeviceAsError, GENERIC or DRIVER_ERROR",
        L,
        "SUCCESS; the state is an error, RESET",
    ),
    case!(
        case_664_other_reasons,
        "MarkDeviceAsError, another reason",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_666_marked_device,
        "calls that need the GPU, on a marked device; what it executes",
        I,
        "DEVICE_REMOVED; it is abandoned",
    ),
    case!(
        case_667_the_end_of_a_marked_device,
        "destroying, Lock2, CPU waits and GetDeviceState, on a marked device",
        I,
        "SUCCESS",
    ),
    case!(
        case_668_fences_of_a_marked_device,
        "fences of a marked device",
        I,
        "as those of a device whose packet has faulted",
    ),
    case!(
        case_669_marked_again,
        "MarkDeviceAsError, the device is marked, or in error",
        I,
        "SUCCESS; nothing changes",
    ),
    case!(
        case_670_other_devices,
        "GetDeviceState and fences of the other devices of the process, one is in error",
        C,
        "they are not concerned",
    ),
];

/// A device has a record of zeros.
fn no_record(gpu: &Gpu, device: u32) {
    let record = device_state(&gpu.dxg, device, c::D3DKMT_DEVICESTATE_PAGE_FAULT);
    assert_eq!(record, (SUCCESS, 0));
}

fn case_651_hung() {
    on_one_engine(|engine| {
        hang(engine);
        assert_eq!(engine.state(), HUNG);
        no_record(engine.gpu, engine.device);
    });
}

fn case_652_page_fault() {
    on_each_engine(|engine| {
        assert_eq!(engine.state(), ACTIVE);
        engine.start(&Commands::new().write64(FAR, 1));
        engine.wait_for_error();
        assert_eq!(engine.state(), PAGE_FAULT);
    });
}

fn case_653_other_faults() {
    on_each_adapter(|gpu| {
        let engine = Engine::on_new_device(gpu);
        engine.start(&Commands::new().raw(&[0]));
        engine.wait_for_error();
        assert_eq!(engine.state(), DMA_FAULT);
        // The engine takes no private data. There is no record of that.
        let engine = Engine::on_new_device(gpu);
        let (address, bytes) = engine.commands.put(0, &add(&engine));
        let mut args = to_submit(&[engine.context], address, bytes);
        let data = [0x5a_u8; 16];
        (args.priv_drv_data, args.priv_drv_data_size) = (data.as_ptr() as u64, 16);
        assert_eq!(submit_with(&gpu.dxg, &mut args), SUCCESS);
        engine.wait_for_error();
        assert_eq!((engine.state(), sum(&engine)), (DMA_FAULT, 0));
        no_record(gpu, engine.device);
    });
}

fn case_657_desktop() {
    on_each_engine(|engine| {
        let state = || device_state(&engine.gpu.dxg, engine.device, c::D3DKMT_DEVICESTATE_RESET);
        assert_eq!(state(), (SUCCESS, 0));
        break_device(engine);
        assert_eq!(state(), (SUCCESS, 0));
    });
}

fn case_658_no_fault() {
    on_each_engine(|engine| {
        no_record(engine.gpu, engine.device);
        engine.run(&add(engine));
        no_record(engine.gpu, engine.device);
    });
}

fn case_659_first_fault() {
    on_each_engine(|engine| {
        let gate = engine.hold(engine.context);
        engine.start(&add(engine).write64(at(1), 1));
        engine.start_on(engine.context, 512, &add(engine).write64(at(2), 1));
        let other = engine.context(COPY);
        let second = engine.hold(other);
        engine.start_on(other, 1024, &add(engine).raw(&[0]));
        engine.release(gate);
        engine.wait_for_error();
        engine.release(second);
        // Whatever was left of them would be done by now.
        let another = Engine::on_new_device(engine.gpu);
        for node in NODES {
            another.finish_on(another.context(node));
        }
        assert_eq!((engine.state(), sum(engine)), (PAGE_FAULT, 1));
        let record = page_fault(engine.gpu, engine.device);
        assert_eq!(record, (at(1), WRITTEN, 0));
    });
}

/// A type of state is refused, and nothing is written.
fn no_state(gpu: &Gpu, device: u32, kind: u32, expected: Answer) {
    let mut args = sys::D3DKMT_GETDEVICESTATE {
        device: handle(device),
        state_type: kind,
        ..Default::default()
    };
    args.__bindgen_anon_1.alignment = [0x5a; 48];
    let before = args;
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTGetDeviceState(&gpu.dxg, &mut args) };
    assert_eq!(answer, expected);
    assert_eq!(bytes_of(&[args]), bytes_of(&[before]));
}

fn case_660_states_of_displays() {
    on_each_device(|gpu, device| {
        let kinds = [
            c::D3DKMT_DEVICESTATE_PRESENT,
            c::D3DKMT_DEVICESTATE_PRESENT_DWM,
            c::D3DKMT_DEVICESTATE_PRESENT_QUEUE,
        ];
        gpu.unchanged(|| {
            for_each(kinds, |kind| no_state(gpu, device, kind, NOT_SUPPORTED));
        });
    });
}

fn case_661_unknown_types() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each([0, 7, 8, 0x101, u32::MAX], |kind| {
                no_state(gpu, device, kind, INVALID_PARAMETER);
            });
        });
    });
}

fn case_662_for_good() {
    on_each_engine(|engine| {
        let (gpu, device, memory) = (engine.gpu, engine.device, engine.memory.allocation);
        break_device(engine);
        // Nothing that still works brings it back.
        let still_works: [&dyn Fn() -> Answer; 3] = [
            &|| destroy_context(&gpu.dxg, engine.context),
            &|| lock(&gpu.dxg, device, memory).0,
            &|| unlock(&gpu.dxg, device, memory),
        ];
        for call in still_works {
            assert_eq!(call(), SUCCESS);
            assert_eq!(engine.state(), PAGE_FAULT);
            assert_eq!(page_fault(gpu, device), (FAR, WRITTEN, 0));
            let mut args = new_context(device, THREE_D);
            refused(engine, DEVICE_REMOVED, || {
                create_context(&gpu.dxg, &mut args)
            });
        }
        // The next device begins anew.
        let next = gpu.device();
        let execution = device_state(&gpu.dxg, next, c::D3DKMT_DEVICESTATE_EXECUTION);
        assert_eq!(execution, (SUCCESS, ACTIVE));
        no_record(gpu, next);
    });
}

const REASONS: [u32; 2] = [
    c::D3DKMT_DEVICE_ERROR_REASON_GENERIC,
    c::D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR,
];

/// Marks a device as in error.
fn mark(engine: &Engine<'_>) -> Answer {
    mark_device(&engine.gpu.dxg, engine.device, REASONS[0])
}

fn case_663_marked() {
    on_each_adapter(|gpu| {
        for reason in REASONS {
            let engine = Engine::on_new_device(gpu);
            assert_eq!(mark_device(&gpu.dxg, engine.device, reason), SUCCESS);
            assert_eq!(engine.state(), RESET);
            no_record(gpu, engine.device);
        }
    });
}

fn case_664_other_reasons() {
    on_each_engine(|engine| {
        for_each([0, 6, 0x8000_0001, 0x8000_0007, u32::MAX], |reason| {
            refused(engine, INVALID_PARAMETER, || {
                mark_device(&engine.gpu.dxg, engine.device, reason)
            });
        });
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn case_666_marked_device() {
    on_each_engine(|engine| {
        let (gpu, device) = (engine.gpu, engine.device);
        // A packet that does not end, on a node that nobody else wants; and one behind it.
        let context = engine.context(COMPUTE);
        let endless = add(engine).wait_mem(engine.memory.at(8), EQUAL, 1, u32::MAX);
        engine.start_on(context, 4096, &endless);
        engine.start_on(context, 8192, &add(engine));
        assert_eq!(soon(|| (sum(engine) == 1).then_some(()).ok_or(())), Ok(()));
        assert_eq!(mark(engine), SUCCESS);
        let mut args = new_context(device, THREE_D);
        refused(engine, DEVICE_REMOVED, || {
            create_context(&gpu.dxg, &mut args)
        });
        let (address, bytes) = (engine.commands.address, 4);
        refused(engine, DEVICE_REMOVED, || {
            submit(&gpu.dxg, engine.context, address, bytes)
        });
        let (queue, memory) = (engine.queue.handle, engine.memory.allocation);
        refused(engine, DEVICE_REMOVED, || {
            map(&gpu.dxg, queue, 0, memory, 1).0
        });
        // The node has nothing of it any more: what was abandoned does not come back.
        let other = Engine::on_new_device(gpu);
        other.finish_on(other.context(COMPUTE));
        engine.memory.store(8, 1);
        other.finish_on(other.context(COMPUTE));
        assert_eq!(sum(engine), 1);
    });
}

fn case_667_the_end_of_a_marked_device() {
    on_each_engine(|engine| {
        let (dxg, device, memory) = (&engine.gpu.dxg, engine.device, engine.memory.allocation);
        let fence = engine.fence();
        assert_eq!(mark(engine), SUCCESS);
        assert_eq!(wait(dxg, device, &[fence.at(7)]), SUCCESS);
        assert_eq!(lock(dxg, device, memory).0, SUCCESS);
        assert_eq!(unlock(dxg, device, memory), SUCCESS);
        assert_eq!(destroy_sync_object(dxg, fence.handle), SUCCESS);
        assert_eq!(destroy_context(dxg, engine.context), SUCCESS);
        assert_eq!(engine.state(), RESET);
    });
}

fn case_668_fences_of_a_marked_device() {
    on_each_engine(|engine| {
        let fences = [0, STAYS].map(|flags| engine.fence_with(3, flags));
        assert_eq!(mark(engine), SUCCESS);
        assert_eq!(fences.map(|fence| fence.value()), [u64::MAX, 3]);
    });
}

fn case_669_marked_again() {
    on_each_adapter(|gpu| {
        let engine = Engine::on_new_device(gpu);
        for _ in 0..2 {
            assert_eq!((mark(&engine), engine.state()), (SUCCESS, RESET));
        }
        // The first error is the one that counts.
        let engine = Engine::on_new_device(gpu);
        break_device(&engine);
        assert_eq!((mark(&engine), engine.state()), (SUCCESS, PAGE_FAULT));
        assert_eq!(page_fault(gpu, engine.device), (FAR, WRITTEN, 0));
    });
}

fn case_670_other_devices() {
    on_each_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let (fence, own) = (other.fence_with(3, 0), engine.fence_with(3, 0));
        break_device(engine);
        engine.wait_for(own, u64::MAX);
        assert_eq!((other.state(), fence.value()), (ACTIVE, 3));
        no_record(other.gpu, other.device);
        other.run(&add(&other).fence(fence.gpu, 4));
        assert_eq!((sum(&other), fence.value(), other.state()), (1, 4, ACTIVE));
        other.destroy();
    });
}

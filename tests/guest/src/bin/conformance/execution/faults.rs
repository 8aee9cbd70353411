// SPDX-License-Identifier: MIT OR Apache-2.0
//! Faults of commands, and what becomes of their device. More of it is in the suite `submission`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    fence::{destroy_sync_object, wait},
    gpu_va::{map, map_with, mapped, reserve, to_map, GPU_PAGE, GRANULE},
    paging::{buffer, resident},
};
use libd3dkmt::sys::bindings as c;

pub const CASES: &[Case] = &[
    case!(
        case_425_invalid_pages,
        "the GPU uses a page where nothing is",
        C,
        "the packet ends; the device is in the state ERROR_DMAPAGEFAULT",
    ),
    case!(
        case_426_record_of_a_fault,
        "GetDeviceState of the page fault",
        C,
        "SUCCESS; the address, flags, the code; address 0 if it is unknown",
        "SUCCESS; the address, flags, the code",
    ),
    case!(
        case_427_flags_of_a_fault,
        "the flags of a page fault",
        C,
        "WRITE, HW_CONTEXT_VALID and others, as they fit",
        "HW_CONTEXT_VALID, and WRITE if it was one",
    ),
    case!(
        case_429_for_reading,
        "the GPU writes to a mapping that is for reading",
        C,
        "a fault with WRITE",
    ),
    case!(
        case_430_zeros,
        "the GPU writes to Zero",
        C,
        "it is dropped, without a fault",
    ),
    case!(
        case_431_not_resident,
        "the GPU uses a mapped allocation that is not resident",
        C,
        "a fault",
    ),
    case!(
        case_432_other_devices,
        "a fault of one device",
        C,
        "the others go on",
    ),
    case!(
        case_433_device_in_error,
        "calls that need the GPU, on the device; GetDeviceState and destroying",
        C,
        "DEVICE_REMOVED; SUCCESS",
    ),
    case!(
        case_434_fences,
        "fences of the device, and one with NoSignalMaxValueOnTdr",
        C,
        "they get the maximum; it stays as it is",
    ),
    case!(
        case_435_nothing_at_first,
        "addresses that nobody has mapped, reserved or not",
        C,
        "nothing can be read there",
    ),
];

/// Flags of a fault by reading, and by writing.
const READ: u32 = c::DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
const WRITTEN: u32 = READ | c::DXGK_PAGE_FAULT_WRITE;

/// Commands get a device into error; the address and the flags of the record.
fn fault(engine: &Engine<'_>, commands: &Commands) -> (u64, u32) {
    engine.start(commands);
    engine.wait_for_error();
    assert_eq!(engine.state(), PAGE_FAULT);
    let (address, flags, code) = page_fault(engine.gpu, engine.device);
    assert_eq!(code, 0);
    (address, flags)
}

fn read(engine: &Engine<'_>, address: u64) -> Commands {
    Commands::new().copy(engine.memory.address, address, 8)
}

fn case_425_invalid_pages() {
    on_each_engine(|engine| {
        let commands = Commands::new().write64(FAR, 1);
        fault(engine, &commands.write64(engine.memory.address, 1));
        assert_eq!(engine.memory.load(0), 0);
    });
}

fn case_426_record_of_a_fault() {
    on_each_engine(|engine| {
        let (address, _) = fault(engine, &read(engine, FAR + 12));
        assert_eq!(address, FAR + 12);
    });
}

fn case_427_flags_of_a_fault() {
    on_each_adapter(|gpu| {
        let engine = Engine::on_new_device(gpu);
        assert_eq!(fault(&engine, &read(&engine, FAR)).1, READ);
        let engine = Engine::on_new_device(gpu);
        assert_eq!(fault(&engine, &Commands::new().write32(FAR, 1)).1, WRITTEN);
    });
}

fn case_429_for_reading() {
    on_each_engine(|engine| {
        let mut args = to_map(engine.queue.handle, FAR, engine.memory.allocation, 1);
        args.protection.value = 0;
        assert_eq!(map_with(&engine.gpu.dxg, &mut args), PENDING);
        let mapped = [(engine.queue.fence.handle, args.paging_fence_value)];
        assert_eq!(wait(&engine.gpu.dxg, engine.device, &mapped), SUCCESS);
        engine.run(&read(engine, FAR));
        let commands = Commands::new().write64(FAR + 8, 1);
        assert_eq!(fault(engine, &commands), (FAR + 8, WRITTEN));
    });
}

fn case_430_zeros() {
    on_each_engine(|engine| {
        mapped(engine.gpu, engine.device, &engine.queue, FAR, 0, 1);
        engine.run(&Commands::new().write64(FAR, 1));
        assert_eq!(engine.read(&[FAR]), [0]);
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn case_431_not_resident() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let [used, unused] = [0; 2].map(|_| buffer(gpu, device, GPU_PAGE));
        resident(gpu, device, queue, &[used]);
        let [used, unused] = [used, unused].map(|it| mapped(gpu, device, queue, 0, it, 1));
        engine.run(&read(engine, used));
        assert_eq!(fault(engine, &read(engine, unused)), (unused, READ));
    });
}

fn case_432_other_devices() {
    on_each_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let gate = other.hold(other.context);
        other.start(&add(&other));
        break_device(engine);
        other.release(gate);
        other.finish();
        assert_eq!((sum(&other), other.state()), (1, ACTIVE));
    });
}

fn case_433_device_in_error() {
    on_each_engine(|engine| {
        let (dxg, context, fence) = (&engine.gpu.dxg, engine.context, engine.fence());
        break_device(engine);
        let (queue, allocation) = (engine.queue.handle, engine.memory.allocation);
        let answers = engine.gpu.unchanged(|| {
            [
                submit(dxg, context, engine.commands.address, 4),
                wait_from_gpu(dxg, context, &[fence.at(1)]),
                signal_from_gpu(dxg, context, &[fence.at(1)]),
                create_context(dxg, &mut new_context(engine.device, THREE_D)),
                map(dxg, queue, 0, allocation, 1).0,
            ]
        });
        assert_eq!(answers, [DEVICE_REMOVED; 5]);
        assert_eq!(engine.state(), PAGE_FAULT);
        assert_eq!(destroy_context(dxg, context), SUCCESS);
        assert_eq!(destroy_sync_object(dxg, fence.handle), SUCCESS);
    });
}

fn case_434_fences() {
    on_each_engine(|engine| {
        let fences = [0, STAYS].map(|flags| engine.fence_with(3, flags));
        break_device(engine);
        engine.wait_for(fences[0], u64::MAX);
        assert_eq!(fences[1].value(), 3);
    });
}

fn case_435_nothing_at_first() {
    on_each_adapter(|gpu| {
        for is_reserved in [false, true] {
            let engine = Engine::on_new_device(gpu);
            if is_reserved {
                let reserved = reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE);
                assert_eq!(reserved, (SUCCESS, FAR));
            }
            assert_eq!(fault(&engine, &read(&engine, FAR)), (FAR, READ));
        }
    });
}

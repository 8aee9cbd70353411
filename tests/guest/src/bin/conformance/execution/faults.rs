// SPDX-License-Identifier: MIT OR Apache-2.0
//! Faults of commands, and what becomes of their device. More of it is in the suite `submission`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    fence::destroy_sync_object,
    gpu_va::*,
    paging::{buffer, make_resident, resident},
    questions::ask,
};

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
        case_428_code_of_a_fault,
        "the code of a fault: of an address, of what is no command",
        C,
        "PAGE_FAULT; INVALID_INSTRUCTION; neither is the driver's own",
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
    case!(
        case_436_size_of_a_page,
        "pages beside each other, of which one is mapped, and one is freed",
        C,
        "each page of 4 KiB is for itself",
    ),
    case!(
        case_437_page_tables,
        "QueryAdapterInfo of the page tables (34); of another physical adapter",
        C,
        "SUCCESS; the flags, and the bits of an address; INVALID_PARAMETER",
        "SUCCESS; read-only and coherent memory, 48 bits; INVALID_PARAMETER",
    ),
];

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

fn case_428_code_of_a_fault() {
    on_each_adapter(|gpu| {
        let engine = Engine::on_new_device(gpu);
        engine.start(&Commands::new().write64(FAR, 1));
        engine.wait_for_error();
        assert_eq!(page_fault(gpu, engine.device), (FAR, WRITTEN, 0));
        let engine = Engine::on_new_device(gpu);
        engine.start(&add(&engine).raw(&[0xff | (1 << 16)]));
        engine.wait_for_error();
        let address = engine.commands.at(add(&engine).bytes() as usize);
        let record = page_fault(gpu, engine.device);
        assert_eq!(record, (address, READ, INVALID_INSTRUCTION));
        assert_eq!((engine.state(), sum(&engine)), (DMA_FAULT, 1));
    });
}

fn case_429_for_reading() {
    on_each_engine(|engine| {
        let memory = engine.memory.allocation;
        let (answer, _, value) = map_as(engine.gpu, &engine.queue, memory, 1, |args| {
            (args.base_address, args.protection.value) = (FAR, 0);
        });
        assert_eq!(answer, PENDING);
        paged(engine, value);
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
        let updates = Updates::new().unmap(FAR, 1, ZERO);
        let mut update = to_update(engine.device, context, fence.at(0), &updates);
        let answers = engine.gpu.unchanged(|| {
            [
                submit(dxg, context, engine.commands.address, 4),
                wait_from_gpu(dxg, context, &[fence.at(1)]),
                signal_from_gpu(dxg, context, &[fence.at(1)]),
                create_context(dxg, &mut new_context(engine.device, THREE_D)),
                map(dxg, queue, 0, allocation, 1).0,
                update_with(dxg, &mut update),
                make_resident(dxg, queue, &[allocation]),
            ]
        });
        assert_eq!(answers, [DEVICE_REMOVED; 7]);
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

fn case_436_size_of_a_page() {
    on_each_adapter(|gpu| {
        // What is in front of the page, behind it, and behind what was freed.
        for (place, flags) in [(at(1) - 8, READ), (at(2), WRITTEN), (at(3) - 8, READ)] {
            let engine = Engine::on_new_device(gpu);
            let (device, queue) = (engine.device, &engine.queue);
            let memory = engine.memory.allocation;
            mapped(gpu, device, queue, at(1), memory, 1);
            if place > at(2) {
                mapped(gpu, device, queue, at(2), memory, 1);
                engine.run(&Commands::new().write64(place, 6));
                assert_eq!(free(&gpu.dxg, gpu.adapter, at(2), GPU_PAGE), SUCCESS);
            }
            // Its ends are there.
            engine.run(&Commands::new().write64(at(1), 7).write64(at(2) - 8, 8));
            let found = [0, 4088].map(|at| engine.memory.load(at));
            assert_eq!(found, [7, 8]);
            let commands = match flags {
                READ => read(&engine, place),
                _ => Commands::new().write64(place, 9),
            };
            assert_eq!(fault(&engine, &commands), (place, flags));
            engine.destroy();
        }
    });
}

fn case_437_page_tables() {
    on_each_adapter(|gpu| {
        let about = |index: u32| {
            let mut buffer = [0xa5; 12];
            buffer[..4].copy_from_slice(&index.to_le_bytes());
            let answer = ask(gpu, c::KMTQAITYPE_QUERY_GPUMMU_CAPS, &mut buffer);
            let word = |i: usize| u32::from_le_bytes([0, 1, 2, 3].map(|j| buffer[4 * i + j]));
            (answer, [0, 1, 2].map(word))
        };
        assert_eq!(about(0), (SUCCESS, [0, 5, 48]));
        gpu.unchanged(|| {
            for_each([1, u32::MAX], |index| {
                let untouched = [index, 0xa5a5_a5a5, 0xa5a5_a5a5];
                assert_eq!(about(index), (INVALID_PARAMETER, untouched));
            });
        });
    });
}

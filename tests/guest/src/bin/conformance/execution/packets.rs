// SPDX-License-Identifier: MIT OR Apache-2.0
//! What becomes of packets: errors, residency, their order, and what goes while they are queued.

use super::{
    submission::{submit_add, submit_data},
    *,
};
use crate::table::Case;
use dxg_guest_tests::{
    fence::{wait_in, Event, WaitOptions},
    gpu_va::mapped,
    memory::Map,
    paging::{buffer, make_resident_in},
    state::soon,
};

pub const CASES: &[Case] = &[
    case!(
        case_511_device_in_error,
        "SubmitCommand, the device is in error",
        C,
        "DEVICE_REMOVED",
    ),
    case!(
        case_512_refused_private_data,
        "SubmitCommand, private data that the driver does not take",
        C,
        "SUCCESS; the device is in error, after what comes before the packet",
    ),
    case!(
        case_513_residency_list,
        "SubmitCommand, commands use what MakeResident was asked for, before its fence says so; what it was not",
        C,
        "it is made resident before they run; a fault",
    ),
    case!(
        case_524_order,
        "waits, commands and signals of one context",
        C,
        "they come exactly as they were called",
    ),
    case!(
        case_528_fence_in_a_buffer,
        "commands write to a fence by its address, and their buffer goes on",
        C,
        "CPUs read the value at once; who waits is released at the end of the buffer at the latest",
        "CPUs read the value at once, and who waits is released at once",
    ),
    case!(
        case_529_destroyed_in_use,
        "DestroyAllocation2, queued packets of this and another device use the allocation",
        C,
        "SUCCESS; it lasts until they have ended",
    ),
];

fn case_511_device_in_error() {
    on_each_engine(|engine| {
        break_device(engine);
        refused(engine, DEVICE_REMOVED, || submit_add(engine, |_| {}));
    });
}

fn case_512_refused_private_data() {
    on_each_engine(|engine| {
        let data = Map::new(1);
        let gate = engine.hold(engine.context);
        engine.start_on(engine.context, 512, &add(engine));
        let second = submit_data(engine, &data);
        engine.release(gate);
        engine.release(second);
        engine.wait_for_error();
        assert_eq!((engine.state(), sum(engine)), (DMA_FAULT, 1));
    });
}

fn case_513_residency_list() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let [listed, other] = [0; 2].map(|_| buffer(gpu, device, 4096));
        let [used, unused] = [listed, other].map(|it| mapped(gpu, device, queue, 0, it, 1));
        let gate = engine.hold(engine.context);
        engine.start(&Commands::new().write64(used, 7));
        engine.start_on(engine.context, 512, &Commands::new().write64(unused, 8));
        // Nobody waits for this.
        let (answer, ..) = make_resident_in(&gpu.dxg, queue.handle, &[listed], 0);
        assert!([SUCCESS, PENDING].contains(&answer), "{answer:?}");
        engine.release(gate);
        engine.wait_for_error();
        assert_eq!(engine.state(), PAGE_FAULT);
        assert_eq!(page_fault(gpu, device), (unused, WRITTEN, 0));
        let cpu = gpu.lock(device, listed) as *const u64;
        // SAFETY: A page is locked there.
        assert_eq!(unsafe { cpu.read_volatile() }, 7);
        gpu.unlock(device, listed);
    });
}

fn case_524_order() {
    on_each_engine(|engine| {
        let (context, told, memory) = (engine.context, engine.fence(), &engine.memory);
        let gates = [1, 2, 3].map(|step: u64| {
            let gate = engine.hold(context);
            let place = 8 * step as usize;
            let copy = Commands::new().copy(memory.at(place), memory.address, 8);
            engine.start_on(context, 64 * place, &copy.add(memory.address, step));
            engine.signal(context, told, step);
            gate
        });
        // The last wait is over, and its packet is held by those before it.
        engine.release(gates[2]);
        assert!(is_held(engine, told));
        engine.release(gates[0]);
        engine.wait_for(told, 1);
        engine.finish_on(engine.context(COMPUTE));
        assert_eq!((told.value(), sum(engine)), (1, 1));
        engine.release(gates[1]);
        engine.wait_for(told, 3);
        // The sum, and what each packet has found of it.
        let found = [0, 8, 16, 24].map(|at| memory.load(at));
        assert_eq!(found, [6, 0, 1, 3]);
    });
}

fn case_528_fence_in_a_buffer() {
    on_each_engine(|engine| {
        let (fence, event) = (engine.fence(), Event::new());
        let options = WaitOptions {
            event: Some(&event),
            ..WaitOptions::default()
        };
        let answer = wait_in(&engine.gpu.dxg, engine.device, &[fence.at(1)], options);
        assert_eq!(answer, SUCCESS);
        let commands = Commands::new()
            .fence(fence.gpu, 1)
            .wait_mem(engine.memory.address, EQUAL, 1, 0)
            .fence(fence.gpu, 2);
        engine.start(&commands);
        engine.wait_for(fence, 1);
        assert_eq!(fence.value(), 1);
        let signalled = soon(|| match event.count() {
            0 => Err(()),
            count => Ok(count),
        });
        assert_eq!(signalled, Ok(1));
        engine.memory.store(0, 1);
        engine.wait_for(fence, 2);
        engine.finish();
        assert_eq!((fence.value(), event.count()), (2, 0));
    });
}

fn case_529_destroyed_in_use() {
    const PATTERN: u64 = 0x0123_4567_89ab_cdef;
    on_each_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let source = Memory::new(engine.gpu, engine.device, &engine.queue, 1);
        source.store(0, PATTERN);
        let (list, address) = ([source.allocation], source.address);
        drop(source);
        let users = [engine, &other];
        let gates = users.map(|user| user.hold(user.context));
        for user in users {
            user.start(&Commands::new().copy(user.memory.address, address, 8));
        }
        let destroy = || destroy_allocations(&engine.gpu.dxg, engine.device, &list);
        assert_eq!(destroy(), SUCCESS);
        // Its handle names nothing any more.
        assert_eq!(destroy(), INVALID_PARAMETER);
        for (user, gate) in users.into_iter().zip(gates) {
            user.release(gate);
            user.finish();
            assert_eq!((user.memory.load(0), user.state()), (PATTERN, ACTIVE));
        }
        other.destroy();
    });
}

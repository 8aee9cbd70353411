// SPDX-License-Identifier: MIT OR Apache-2.0
//! Packets that take too long. Each of these tests takes two or three seconds.

use super::*;
use crate::table::Case;
use std::{
    thread::sleep,
    time::{Duration, Instant},
};

pub const CASES: &[Case] = &[
    case!(
        case_695_two_seconds,
        "a packet runs for longer than 2 s",
        C,
        "it is asked to stop, and has 2 s for that; then it is a hang",
        "it is a hang when it has run for 2 s",
    ),
    case!(
        case_696_no_timeout,
        "a packet of a context with DisableGpuTimeout runs for longer",
        C,
        "it goes on; others have the node in between",
    ),
    case!(
        case_697_other_engines,
        "a packet hangs, another engine has packets",
        C,
        "they go on",
    ),
    case!(
        case_698_not_executed_again,
        "a packet hangs",
        C,
        "its device is in error, HUNG; it is not executed again, and what is behind it is not done",
    ),
    case!(
        case_699_packets_of_others,
        "a packet hangs, packets of other devices are queued for the same engine",
        C,
        "they are executed, in their order",
    ),
    case!(
        case_706_waits_have_no_timeout,
        "a context waits for a fence for longer than 2 s",
        C,
        "no timeout",
    ),
    case!(
        case_707_waits_in_buffers,
        "commands wait for memory for longer than 2 s",
        I,
        "that counts as running: a hang",
        "a hang, though others have the node meanwhile",
    ),
    case!(
        case_708_fences,
        "fences of a device that hung, and one with NoSignalMaxValueOnTdr",
        C,
        "they get the maximum; it stays as it is",
    ),
];

/// What a packet may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// What is certainly more.
const LONGER: Duration = Duration::from_millis(2600);

fn case_695_two_seconds() {
    on_one_engine(|engine| {
        let begun = Instant::now();
        hang(engine);
        assert!(begun.elapsed() >= TIMEOUT);
        assert_eq!((engine.state(), sum(engine)), (HUNG, 1));
    });
}

fn case_696_no_timeout() {
    on_one_engine(|engine| {
        let begun = engine.fence();
        let commands = Commands::new().fence(begun.gpu, 1);
        engine.start(&endless(engine, commands));
        engine.wait_for(begun, 1);
        sleep(LONGER);
        assert_eq!(engine.state(), ACTIVE);
        let other = engine.context(THREE_D);
        engine.start_on(other, 5 * 4096, &add(engine));
        engine.finish_on(other);
        assert_eq!((sum(engine), engine.state()), (1, ACTIVE));
        // It has not taken too long, as it stops in time when its context goes.
        assert_eq!(destroy_context(&engine.gpu.dxg, engine.context), SUCCESS);
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn case_697_other_engines() {
    on_one_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let (context, begun) = (other.context(COPY), other.fence());
        let commands = Commands::new().fence(begun.gpu, 1);
        let commands = commands.wait_mem(other.memory.at(8), EQUAL, 1, 0);
        other.start_on(context, 0, &commands.add(other.memory.address, 1));
        other.wait_for(begun, 1);
        hang(engine);
        assert_eq!((engine.state(), other.state()), (HUNG, ACTIVE));
        other.memory.store(8, 1);
        other.finish_on(context);
        assert_eq!((sum(&other), other.state()), (1, ACTIVE));
        // So does the engine that was reset.
        other.run(&add(&other));
        assert_eq!(sum(&other), 2);
        other.destroy();
    });
}

fn case_698_not_executed_again() {
    on_one_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, 0);
        let told = engine.fence_with(0, STAYS);
        let gate = engine.hold(context);
        engine.start_on(context, 0, &endless(engine, add(engine)));
        engine.signal(context, told, 1);
        engine.start_on(context, 5 * 4096, &add(engine));
        engine.release(gate);
        engine.wait_for_error();
        // Whatever was left of it would be done by now.
        let other = Engine::on_new_device(engine.gpu);
        other.run(&add(&other));
        assert_eq!((engine.state(), other.state()), (HUNG, ACTIVE));
        assert_eq!((sum(engine), told.value(), sum(&other)), (1, 0, 1));
        other.destroy();
    });
}

fn case_699_packets_of_others() {
    on_one_engine(|engine| {
        let other = Engine::on_new_device(engine.gpu);
        let (memory, begun) = (&other.memory, engine.fence());
        let context = context_with(engine.gpu, engine.device, THREE_D, 0);
        let commands = Commands::new().fence(begun.gpu, 1);
        engine.start_on(context, 0, &endless(engine, commands));
        engine.wait_for(begun, 1);
        let gate = other.hold(other.context);
        for step in 1..=3_u64 {
            let place = 8 * step as usize;
            let copy = Commands::new().copy(memory.at(place), memory.address, 8);
            let commands = copy.add(memory.address, step);
            other.start_on(other.context, 64 * place, &commands);
        }
        other.release(gate);
        engine.wait_for_error();
        other.finish();
        assert_eq!((engine.state(), other.state()), (HUNG, ACTIVE));
        // The sum, and what each packet has found of it.
        let found = [0, 8, 16, 24].map(|at| memory.load(at));
        assert_eq!(found, [6, 0, 1, 3]);
        other.destroy();
    });
}

fn case_706_waits_have_no_timeout() {
    on_one_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, 0);
        let gate = engine.hold(context);
        engine.start_on(context, 0, &add(engine));
        sleep(LONGER);
        assert_eq!((engine.state(), sum(engine)), (ACTIVE, 0));
        engine.release(gate);
        engine.finish_on(context);
        assert_eq!((engine.state(), sum(engine)), (ACTIVE, 1));
    });
}

fn case_707_waits_in_buffers() {
    on_one_engine(|engine| {
        let context = context_with(engine.gpu, engine.device, THREE_D, 0);
        let (begun, memory) = (engine.fence(), &engine.memory);
        let commands = Commands::new().fence(begun.gpu, 1);
        let commands = commands.wait_mem(memory.at(8), EQUAL, 1, 0);
        engine.start_on(context, 0, &commands.add(memory.address, 1));
        engine.wait_for(begun, 1);
        // Others have the node meanwhile.
        let other = Engine::on_new_device(engine.gpu);
        other.run(&add(&other));
        assert_eq!((engine.state(), sum(&other)), (ACTIVE, 1));
        engine.wait_for_error();
        memory.store(8, 1);
        other.run(&add(&other));
        assert_eq!((engine.state(), sum(engine)), (HUNG, 0));
        other.destroy();
    });
}

fn case_708_fences() {
    on_one_engine(|engine| {
        let fences = [0, NO_GPU_ACCESS, STAYS].map(|flags| engine.fence_with(3, flags));
        let other = GpuFence::with_flags(engine.gpu, engine.gpu.device(), 3, 0);
        hang(engine);
        engine.wait_for(fences[0], u64::MAX);
        let values = fences.map(|fence| fence.value());
        assert_eq!(values, [u64::MAX, u64::MAX, 3]);
        assert_eq!(other.value(), 3);
    });
}

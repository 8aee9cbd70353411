// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands that do not end by themselves, and what ends them.

use super::*;
use dxg_guest_tests::{
    child::{self, Child},
    device::Device,
    fence::wait,
    signals::spawn,
    state::Counters,
};
use std::{process, thread};

/// How commands do not end: they wait for what never comes, or call each other for years.
const WAYS: [&str; 2] = ["waits", "calls"];

/// Where there is room for other commands.
const BESIDE: usize = 5 * 4096;

/// Commands that would take years, behind others.
fn calls(engine: &Engine<'_>, first: Commands) -> Commands {
    let call = |commands: Commands, page: usize, bytes| {
        let address = engine.commands.at(4096 * page);
        (0..200).fold(commands, |commands, _| commands.call(address, bytes))
    };
    engine.commands.put(4 * 4096, &Commands::new().nops(1024));
    for page in [3, 2, 1] {
        let bytes = if page == 3 { 4096 } else { 4000 };
        engine
            .commands
            .put(4096 * page, &call(Commands::new(), page + 1, bytes));
    }
    call(first, 1, 4000)
}

/// Starts commands that do not end, and waits until they run. If they go on they write to the second 64 bits.
fn start_endless(engine: &Engine<'_>, way: &str) {
    let begun = engine.fence();
    let commands = Commands::new().fence(begun.gpu, 1);
    let commands = match way {
        "waits" => commands.wait_mem(engine.memory.address, EQUAL, 1, 0),
        _ => calls(engine, commands),
    };
    engine.start(&commands.write64(engine.memory.at(8), 1));
    engine.wait_for(begun, 1);
}

/// The adapter executes what others submit.
fn is_free(gpu: &Gpu) {
    let engine = Engine::on_new_device(gpu);
    engine.run(&Commands::new().write64(engine.memory.address, 1));
    assert_eq!(engine.memory.load(0), 1);
    engine.destroy();
}

/// Cases 461, 464.
pub(super) fn the_end_of_a_context_ends_its_commands() {
    on_each_adapter(|gpu| {
        for_each(WAYS, |way| {
            let engine = Engine::on_new_device(gpu);
            let told = engine.fence();
            start_endless(&engine, way);
            engine.start_on(
                engine.context,
                BESIDE,
                &Commands::new().add(engine.memory.at(8), 1),
            );
            engine.signal(engine.context, told, 1);
            assert_eq!(destroy_context(&gpu.dxg, engine.context), SUCCESS);
            // Nothing of them is left that could go on.
            engine.memory.store(0, 1);
            let other = engine.context(THREE_D);
            engine.start_on(other, BESIDE, &Commands::new().add(engine.memory.at(16), 1));
            engine.finish_on(other);
            let found = [8, 16].map(|at| engine.memory.load(at));
            assert_eq!((found, told.value()), ([0, 1], 0));
            assert_eq!(engine.state(), ACTIVE);
            engine.destroy();
        });
    });
}

/// Case 465.
pub(super) fn the_end_of_a_device_ends_its_commands() {
    on_each_adapter(|gpu| {
        for_each(WAYS, |way| {
            let before = Counters::settled();
            let engine = Engine::on_new_device(gpu);
            start_endless(&engine, way);
            engine.destroy();
            before.assert_restored();
            is_free(gpu);
        });
    });
}

/// In a child: starts commands that do not end, and exits with everything as it is.
pub(super) fn endless(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let engine = Engine::on_new_device(&gpu);
    start_endless(&engine, &arguments[2]);
    child::say("running");
    child::wait_for_parent();
    process::exit(0);
}

pub(super) fn the_end_of_a_process_ends_its_commands() {
    for luid in luids() {
        for_each(WAYS, |way| {
            let ends: [fn(Child); 2] = [Child::kill, Child::succeed];
            for end in ends {
                let before = Counters::settled();
                let mut child = child::start_on("endless", luid, &[way]);
                assert_eq!(child.line(), "running");
                end(child);
                before.assert_restored();
                is_free(&Gpu::open(luid));
            }
            // This one closes its node.
            let before = Counters::settled();
            let gpu = Gpu::open(luid);
            let engine = Engine::on_new_device(&gpu);
            start_endless(&engine, way);
            drop(engine);
            drop(gpu);
            before.assert_restored();
            is_free(&Gpu::open(luid));
        });
    }
}

/// Case 563: whoever waits is told.
pub(super) fn the_end_of_the_adapter_ends_all_commands() {
    let before = Counters::settled();
    let mut device = Device::find();
    for way in WAYS {
        let gpu = Gpu::open(device.luid);
        let engine = Engine::on_new_device(&gpu);
        let (dxg, waits) = (&gpu.dxg, engine.context(COPY));
        let (gate, told) = (engine.hold(waits), engine.fence());
        engine.signal(waits, told, 1);
        let faulted = Engine::on_new_device(&gpu);
        faulted.start(&Commands::new().write64(FAR, 1));
        faulted.wait_for_error();
        start_endless(&engine, way);
        thread::scope(|scope| {
            let waiting = spawn(scope, || wait(dxg, engine.device, &[told.at(1)]));
            device.remove();
            assert_eq!(waiting.join().expect("a thread"), DEVICE_REMOVED);
        });
        let answers = [
            submit(dxg, engine.context, engine.commands.address, 4),
            wait_from_gpu(dxg, waits, &[gate.at(1)]),
            signal_from_gpu(dxg, engine.context, &[told.at(1)]),
            signal_from_gpu2(dxg, &[waits], &[told.at(1)], 0),
            create_context(dxg, &mut new_context(engine.device, THREE_D)),
        ];
        assert_eq!(answers, [DEVICE_REMOVED; 5]);
        let kind = c::D3DKMT_DEVICESTATE_EXECUTION;
        assert_eq!(device_state(dxg, faulted.device, kind).0, DEVICE_REMOVED);
        for context in [engine.context, waits, faulted.context] {
            assert_eq!(destroy_context(dxg, context), SUCCESS);
        }
        drop(faulted);
        drop(engine);
        drop(gpu);
        device.restore();
        is_free(&Gpu::open(device.luid));
    }
    before.assert_restored();
}

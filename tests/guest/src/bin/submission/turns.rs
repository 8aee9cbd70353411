// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whose turn it is on a node.

use super::*;
use dxg_guest_tests::{child, faults::every_call::spare};
use std::time::{Duration, Instant};

/// In a child: has so many contexts of a node do what does not end.
pub(super) fn crowd(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let engine = Engine::on_new_device(&gpu);
    let contexts = arguments[2].parse().expect("a number");
    let begun = engine.fence();
    let call = engine.commands.at(4096);
    let calls = |commands| (0..200).fold(commands, |all: Commands, _| all.call(call, 4096));
    engine.commands.put(4096, &Commands::new().nops(1024));
    engine
        .commands
        .put(0, &calls(Commands::new().add(begun.gpu, 1)));
    for _ in 0..contexts {
        let context = engine.context(THREE_D);
        for _ in 0..200 {
            let address = engine.commands.address;
            assert_eq!(submit(&gpu.dxg, context, address, 4000), SUCCESS);
        }
    }
    engine.wait_for(begun, 1);
    child::say("running");
    child::wait_for_parent();
}

/// How long somebody's packets take, one after the other, beside so many contexts of another process.
fn beside(gpu: &Gpu, contexts: u32) -> Duration {
    let mut child = child::start_on("crowd", gpu.luid, &[&contexts.to_string()]);
    assert_eq!(child.line(), "running");
    let engine = Engine::on_new_device(gpu);
    let begun = Instant::now();
    for n in 1..=20 {
        engine.run(&Commands::new().write64(engine.memory.address, n));
        assert_eq!(engine.memory.load(0), n);
    }
    let took = begun.elapsed();
    engine.destroy();
    child.kill();
    took
}

/// A process has as much of a node with many contexts as with one: not sixteen turns where another one has its own.
pub(super) fn turns_go_round_by_process() {
    spare("it measures time");
    let gpu = Gpu::first();
    let [alone, many] = [1, 16].map(|contexts| beside(&gpu, contexts));
    assert!(
        many < 4 * alone,
        "{alone:?} beside one context, {many:?} beside 16"
    );
}

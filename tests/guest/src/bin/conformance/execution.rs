// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU work: updates of addresses, faults, contexts, submission, waits and signals by contexts.

pub mod contexts;
pub mod faults;
pub mod gpu_sync;
pub mod submission;
pub mod updates;

use dxg_guest_tests::{calls::*, execution::*};

/// A place where nothing is mapped.
const FAR: u64 = 0x7000_0000_0000;

/// Commands that add 1 to the first 64 bits of the memory.
fn add(engine: &Engine<'_>) -> Commands {
    Commands::new().add(engine.memory.address, 1)
}

/// How often they were executed.
fn sum(engine: &Engine<'_>) -> u64 {
    engine.memory.load(0)
}

/// Runs commands that write to where nothing is.
fn break_device(engine: &Engine<'_>) {
    engine.start(&Commands::new().write64(FAR, 1));
    engine.wait_for_error();
}

/// Whether packets of a context wait: none may have changed `told`.
fn is_held(engine: &Engine<'_>, told: GpuFence) -> bool {
    engine.finish_on(engine.context(COMPUTE));
    told.value() == 0
}

/// A call without an effect.
fn refused(engine: &Engine<'_>, expected: Answer, call: impl FnOnce() -> Answer) {
    let answer = engine.gpu.unchanged(call);
    assert_eq!(answer, expected);
}

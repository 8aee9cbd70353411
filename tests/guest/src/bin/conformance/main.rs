// SPDX-License-Identifier: MIT OR Apache-2.0
//! The conformance suite: one test for each case of the table of Windows' behaviour, and beside the
//! tests what Windows does, what is done here, and why where the two differ. Of these tables and
//! of a run's results `Documentation/conformance.md` is made:
//!
//! ```text
//! conformance --document <KTAP
//! ```
//!
//! More tests of the same calls, which are no cases of that table, are in the other suites.

/// One line of a table: the test, what is given, how certain it is what Windows does, and that;
/// where that is not exact, what is done here; and where that differs, the reason.
macro_rules! case {
    ($test:ident, $given:expr, $certainty:ident, $windows:expr $(,)?) => {
        case!($test, $given, $certainty, $windows, "", "")
    };
    ($test:ident, $given:expr, $certainty:ident, $windows:expr, $ours:expr $(,)?) => {
        case!($test, $given, $certainty, $windows, $ours, "")
    };
    ($test:ident, $given:expr, $certainty:ident, $windows:expr, $ours:expr, $why:expr $(,)?) => {
        $crate::table::Case {
            name: stringify!($test),
            test: $test,
            given: $given,
            certainty: $crate::table::Certainty::$certainty,
            windows: $windows,
            ours: $ours,
            why: $why,
        }
    };
}

mod adapters;
mod cpu_access;
mod destroy;
mod devices;
mod document;
mod execution;
mod existing_heap;
mod global_handles;
mod lifetime;
mod not_executed;
mod nt_handles;
mod opening;
mod residency;
mod resources;
mod sync_objects;
mod table;
mod transport;
mod video_memory;
mod video_memory_info;

use crate::table::Section;
use dxg_guest_tests::harness::{self, Test};
use std::{env, process::ExitCode};

/// Everything, in the order of the numbers.
const SECTIONS: [Section; 30] = [
    ("Adapters", adapters::CASES),
    ("Devices", devices::CASES),
    ("Creating: existing heaps", existing_heap::CASES),
    ("Creating: allocations of the driver", video_memory::CASES),
    ("Creating: resources", resources::CASES),
    ("Destroying", destroy::CASES),
    ("Sharing by global handles", global_handles::CASES),
    ("Sharing by NT handles: ShareObjects", nt_handles::CASES),
    ("Sharing by NT handles: opening", opening::CASES),
    ("Synchronisation objects", sync_objects::CASES),
    ("CPU access", cpu_access::CASES),
    ("Residency, offers, priorities", residency::CASES),
    ("Video memory information", video_memory_info::CASES),
    ("Lifetimes", lifetime::CASES),
    ("Transport", transport::CASES),
    (
        "GPU addresses: ReserveGpuVirtualAddress",
        execution::reserve::CASES,
    ),
    ("GPU addresses: MapGpuVirtualAddress", execution::map::CASES),
    (
        "GPU addresses: what mappings mean",
        execution::mappings::CASES,
    ),
    (
        "GPU addresses: FreeGpuVirtualAddress",
        execution::free::CASES,
    ),
    (
        "GPU addresses: UpdateGpuVirtualAddress",
        execution::updates::CASES,
    ),
    (
        "GPU addresses: when updates are applied",
        execution::update_turns::CASES,
    ),
    ("GPU addresses: faults", execution::faults::CASES),
    ("Contexts", execution::contexts::CASES),
    ("Submission", execution::submission::CASES),
    ("Submission: packets", execution::packets::CASES),
    ("Waits and signals by contexts", execution::gpu_sync::CASES),
    ("Fences of contexts and commands", execution::fences::CASES),
    ("Devices in error", execution::device_state::CASES),
    ("Timeouts", execution::timeouts::CASES),
    ("Nodes", execution::nodes::CASES),
];

fn main() -> ExitCode {
    if env::args().nth(1).is_some_and(|word| word == "--document") {
        return document::write();
    }
    let cases = SECTIONS.iter().flat_map(|(_, cases)| cases.iter());
    let tests: Vec<Test> = cases.map(|case| (case.name, case.test)).collect();
    let roles = [lifetime::ROLES, global_handles::ROLES, cpu_access::ROLES].concat();
    harness::run(&tests, &roles)
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! libd3dkmt.so, as C programs see it: those of `tests/guest/c`, each test of theirs in a process of
//! its own. They were built against the installed library by pkg-config.

use dxg_guest_tests::{
    faults::every_call,
    harness::{self, Test},
};
use std::process::{Command, ExitCode};

/// Names the tests of programs that have several, and makes tests of them and a list.
macro_rules! programs {
    ($($program:ident { $($test:ident)* })*) => {
        const PROGRAMS: &[(&str, &[&str])] =
            &[$((stringify!($program), &[$(stringify!($test)),*])),*];

        const TESTS: &[Test] = &[
            ("icd_video_memory", || run("icd_video_memory", &[])),
            ("icd_system_memory", || run("icd_system_memory", &[])),
            ("every_test_of_every_program_is_here", every_test_of_every_program_is_here),
            $($((
                stringify!($test),
                || run(stringify!($program), &[stringify!($test)]),
            ),)*)*
        ];
    };
}

programs! {
    c_statuses {
        null_arguments
        what_is_not_served_is_not_supported
        addresses_that_are_not_mapped
        handles_that_name_nothing
        case_003_no_room_for_adapters
        statuses_of_creation
        a_standard_allocation_of_type_2
        answers_have_names
        case_009_opening_by_luid
    }
    c_versions {
        case_061_first_version_of_a_resource
        case_091_appending_with_either_version
        a_refused_call_changes_nothing
        cases_074_to_078_wrong_counts
        the_most_allocations_in_one_call
        cases_083_and_084_flags_of_elements
        cases_030_and_031_an_existing_heap
        cases_103_and_105_destroying_nothing
        cases_106_to_110_first_version_of_destroying
        the_first_version_of_destroying_has_no_flags
    }
    c_sharing {
        cases_128_to_132_a_global_handle
        cases_134_to_170_openings_that_are_refused
        cases_146_to_172_an_nt_handle
        case_141_opening_in_another_process
    }
    c_residency {
        an_allocation_is_made_resident_and_evicted
        an_allocation_is_offered_and_reclaimed
        an_allocation_has_a_priority
        numbers_have_names
    }
    c_sync {
        a_fence_is_signalled_and_waited_for
        a_paging_queue_has_a_fence
        the_first_version_of_creating_objects
    }
    c_process {
        one_descriptor
        not_behind_the_standard_streams
        case_261_a_child_opens_the_node_anew
        a_child_has_no_handles
        a_grandchild_too
        the_first_call_of_many_threads
        the_first_call_of_many_threads_of_a_child
        threads_create_and_destroy
        forks_while_threads_call
        closing_it_ends_all_objects
        a_program_that_closes_everything
        without_a_node
        without_descriptors
    }
    c_loading {
        unloading_closes_the_node
        nothing_else_is_exported
    }
}

fn main() -> ExitCode {
    harness::run(TESTS, &[])
}

/// A test: a program, which makes the calls in the place of this one.
fn run(program: &str, arguments: &[&str]) {
    every_call::spare("another program makes them");
    output(program, arguments);
}

/// Runs a program, and returns what it prints; it fails with what it says.
fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program)
        .args(arguments)
        .output()
        .unwrap_or_else(|error| panic!("{program}: {error}"));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        output.status.success(),
        "{program}: {}: {said}",
        output.status
    );
    String::from_utf8(output.stdout).expect("text")
}

fn every_test_of_every_program_is_here() {
    every_call::spare("it makes none");
    for (program, tests) in PROGRAMS {
        let listed = output(program, &[]);
        assert_eq!(listed.lines().collect::<Vec<_>>(), *tests, "{program}");
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! The mapping that D3DKMTLock2 makes: what the process, its children and the rest of the kernel may do
//! to it.

mod by_kernel;
mod by_user;
mod limits;
mod processes;

use self::{by_kernel::*, by_user::*, limits::*, processes::*};
use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    faults::every_call::spare,
    harness,
    locked::Locked,
    memory::{bytes_at, PAGE},
    tests,
};
use libd3dkmt::sys;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            unmapped_by_the_user_then_unlocked,
            unmapped_by_the_user_then_locked_again,
            unmapped_in_part,
            moved_by_the_user,
            grown_by_the_user,
            replaced_by_the_user,
            read_only_by_the_user,
            advice_that_is_refused,
            a_forked_child_has_no_mapping,
            rlimit_as_is_heeded,
            the_limit_of_locked_memory_is_heeded,
            a_full_table_of_files_is_no_memory,
            exec_takes_the_mapping_but_not_the_objects,
            system_calls_read_and_write_through_it,
            nobody_else_holds_its_pages,
            other_processes_do_not_see_it,
            an_argument_block_may_live_in_it,
            a_futex_in_evicted_memory_lets_its_thread_be_killed,
        ],
        &[
            ("limited", limited),
            ("locked", locked),
            ("no_files", no_files),
            ("before_exec", before_exec),
            ("after_exec", after_exec),
            ("futex", futex),
        ],
    )
}

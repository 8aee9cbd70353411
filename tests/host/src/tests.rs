// SPDX-License-Identifier: MIT OR Apache-2.0

//! One file for each room.

mod answer;
mod budget;
mod engine;
mod gpuva;
mod handle;
mod handle_model;
mod ledger;
mod lru_key;
mod placement;
mod private_data;
mod residency_tracker;
mod status;
mod validate;
mod validate_context;
mod validate_gpu_sync;
mod validate_gpu_va;
mod validate_memory;
mod validate_submit;

use crate::status::{NtResult, NtStatus};
use proptest::test_runner::Config;

/// As many cases, and no files beside the sources (which may be read-only).
fn config(cases: u32) -> Config {
    Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    }
}

/// Asserts that `result` is the status INVALID_PARAMETER.
#[track_caller]
fn refused<T>(result: NtResult<T>) {
    assert_eq!(result.err(), Some(NtStatus::INVALID_PARAMETER));
}

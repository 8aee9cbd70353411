// SPDX-License-Identifier: MIT OR Apache-2.0
//! What stands around every function that C can call.

use crate::hresult::{HResult, Result};
use std::panic::{catch_unwind, AssertUnwindSafe};

/// Runs the body of a C function: its error is the result, and a panic is `E_FAIL`.
pub fn guard(body: impl FnOnce() -> Result) -> HResult {
    // What a panic leaves half done is what the function was to change: its caller learns that it
    // failed. Nothing else is reached through the closure.
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => HResult::of(result),
        Err(_) => HResult::E_FAIL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_handed_through() {
        assert_eq!(guard(|| Ok(())), HResult::S_OK);
        let removed = HResult::D3DDDIERR_DEVICEREMOVED;
        assert_eq!(guard(|| Err(removed)), removed);
    }

    #[test]
    fn a_panic_ends_here() {
        assert_eq!(guard(|| panic!("on purpose")), HResult::E_FAIL);
    }
}

// SPDX-License-Identifier: GPL-2.0

//! What bindgen makes of `bindings/bindings_helper.h`, which is beside the module's C helpers. Only the
//! rooms `sys` and `drm` use it.

#![allow(
    clippy::all,
    clippy::undocumented_unsafe_blocks,
    dead_code,
    improper_ctypes,
    missing_docs,
    non_camel_case_types,
    non_snake_case,
    non_upper_case_globals,
    unreachable_pub,
    unsafe_op_in_unsafe_fn,
    unused_imports
)]

use kernel::ffi;

include!("bindings/bindings_generated.rs");

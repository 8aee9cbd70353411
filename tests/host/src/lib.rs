// SPDX-License-Identifier: MIT OR Apache-2.0

//! The module's rooms of pure logic, compiled for the host, and their tests.
//!
//! The rooms are the module's very files. Around them stand small shims under the names that the
//! rooms know: memory that can run out on demand ([`mem`]), and the few types that they take from
//! rooms that need a kernel.

#![cfg(test)]

mod core;
mod ddi;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod engine;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod gpuva;
mod mem;
mod uapi;
mod vidmm;

#[path = "../../../rust/handle.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod handle;
#[path = "../../../rust/core/bindings/handle_table.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod handle_table;
#[path = "../../../rust/miniport/private_data.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod private_data;
#[path = "../../../rust/status.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod status;
#[path = "../../../rust/ioctl/validate.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate;
#[path = "../../../rust/ioctl/validate_gpu_va.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate_gpu_va;
#[path = "../../../rust/ioctl/validate_context.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate_context;
#[path = "../../../rust/ioctl/validate_gpu_sync.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate_gpu_sync;
#[path = "../../../rust/ioctl/validate_submit.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate_submit;
#[path = "../../../rust/ioctl/validate_memory.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate_memory;
#[path = "../../../rust/ioctl/validate_sync.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
mod validate_sync;

mod tests;

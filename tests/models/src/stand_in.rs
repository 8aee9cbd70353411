// SPDX-License-Identifier: MIT OR Apache-2.0

//! What stands for the module's rooms that need more of a kernel.

pub(crate) mod counters;
pub(crate) mod machine;
pub(crate) mod mem;
pub(crate) mod sys;
pub(crate) mod vidmm;

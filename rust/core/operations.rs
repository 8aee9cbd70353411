// SPDX-License-Identifier: GPL-2.0

//! What calls do with objects and bindings: all or nothing.

mod callbacks;
pub(crate) mod create;
pub(crate) mod destroy;
pub(crate) mod dma_buf;
mod gpu_memory;
pub(crate) mod gpu_va;
mod open;
pub(crate) mod open_shared;
pub(crate) mod residency;
mod standard;
pub(crate) mod submission;

// SPDX-License-Identifier: GPL-2.0

//! What belongs to a device or a process: the objects that handles name, and the handle table.

pub(crate) mod context;
pub(crate) mod device;
pub(crate) mod gpu_space;
pub(crate) mod handle_table;
pub(crate) mod open_allocation;
pub(crate) mod open_resource;
pub(crate) mod paging_queue;
pub(crate) mod process;
pub(crate) mod sync_object;

// SPDX-License-Identifier: GPL-2.0

//! What belongs to an adapter, and may outlive the device that made it.

pub(crate) mod adapter;
pub(crate) mod adapter_list;
pub(crate) mod allocation;
pub(super) mod contract;
pub(crate) mod global_handles;
pub(crate) mod nt_handle;
pub(crate) mod resource;
pub(crate) mod shared;
pub(crate) mod shared_sizes;

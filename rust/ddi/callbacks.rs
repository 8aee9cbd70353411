// SPDX-License-Identifier: GPL-2.0

//! What a miniport may ask dxgkrnl during a call: the meaning of handles (`DxgkCb*`).
//!
//! Handles are those of the calling process. The miniport can look up the objects that the current
//! call creates before any process can name them.

use super::Cookie;
use crate::handle::Handle;

/// What [`Callbacks::get_handle_data`] is to find (DXGKARGCB_GETHANDLEDATA).
#[derive(Clone, Copy)]
#[allow(dead_code, reason = "which of them a miniport wants is its own affair")]
pub(crate) enum HandleData {
    /// `hAllocation` of an allocation.
    Allocation,
    /// `hDeviceSpecificAllocation` of an allocation: the binding's (flag DeviceSpecific).
    Binding,
    /// `hResource` of a resource.
    Resource,
}

/// The callbacks. They may sleep, and may drop the last reference to an object: a miniport calls them
/// without holding any lock that its other functions take.
///
/// If a callback does not know a handle, the miniport fails its call with INVALID_HANDLE.
#[allow(dead_code, reason = "which of them a miniport needs is its own affair")]
pub(crate) trait Callbacks {
    /// `DxgkCbGetHandleData`: what the miniport keeps about an object of this adapter, with a
    /// reference, as `DxgkCbAcquireHandleData` takes one.
    fn get_handle_data(&self, handle: Handle, data: HandleData) -> Option<Cookie>;

    /// `DxgkCbGetHandleParent`: the resource of an allocation.
    fn get_handle_parent(&self, allocation: Handle) -> Option<Handle>;

    /// `DxgkCbEnumHandleChildren`: the allocation at an index in a resource, in order of
    /// creation.
    fn enum_handle_children(&self, resource: Handle, index: usize) -> Option<Handle>;
}

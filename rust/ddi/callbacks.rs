// SPDX-License-Identifier: GPL-2.0

//! What a miniport may ask of dxgkrnl during a call: what handles mean (`DxgkCb*`).
//!
//! Handles are those of the process that calls. The objects that the call at hand makes are known
//! to the miniport before anybody else can name them.

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

/// The callbacks. They may sleep, and the end of an object may lie in them: a miniport holds no lock
/// of its own over them that its other functions take.
///
/// A miniport that gets no answer about a handle fails its call with INVALID_HANDLE.
#[allow(dead_code, reason = "which of them a miniport needs is its own affair")]
pub(crate) trait Callbacks {
    /// `DxgkCbGetHandleData`: what the miniport keeps about an object of this adapter; with a
    /// reference, as `DxgkCbAcquireHandleData` takes it.
    fn get_handle_data(&self, handle: Handle, data: HandleData) -> Option<Cookie>;

    /// `DxgkCbGetHandleParent`: the resource of an allocation.
    fn get_handle_parent(&self, allocation: Handle) -> Option<Handle>;

    /// `DxgkCbEnumHandleChildren`: the allocation at a place in a resource, in the order in which
    /// they were made.
    fn enum_handle_children(&self, resource: Handle, index: usize) -> Option<Handle>;
}

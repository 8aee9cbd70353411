// SPDX-License-Identifier: GPL-2.0

//! [`Scope`]: which objects a miniport may look up by handle during one of its calls.

use crate::{
    core::{
        bindings::{
            open_allocation::OpenAllocation,
            open_resource::OpenResource,
            process::{
                Object,
                Process, //
            }, //
        },
        objects::{
            adapter::Adapter,
            resource::Resource, //
        }, //
    },
    ddi::{
        callbacks::{
            Callbacks,
            HandleData, //
        },
        Cookie, //
    },
    handle::Handle, //
};
use kernel::sync::Arc;

/// The objects of the current call. The process's table does not publish their handles yet.
#[derive(Clone, Copy)]
pub(in crate::core) struct New<'a> {
    /// A resource that the call creates or opens.
    pub(in crate::core) resource: Option<(Handle, &'a Resource)>,
    /// The parent of the new allocations, if that is a resource.
    pub(in crate::core) parent: Option<Handle>,
    /// The handles of the allocations...
    pub(in crate::core) handles: &'a [Handle],
    /// ... and the miniport's cookies for them; empty until it has created them.
    pub(in crate::core) cookies: &'a [Cookie],
}

/// The handles of the calling process that are valid on one adapter.
///
/// Objects are examined with no lock held, as their last reference may be dropped here.
pub(in crate::core) struct Scope<'a> {
    pub(in crate::core) process: &'a Process,
    pub(in crate::core) adapter: &'a Arc<Adapter>,
    pub(in crate::core) new: New<'a>,
}

impl Scope<'_> {
    fn allocation(&self, handle: Handle) -> Option<Arc<OpenAllocation>> {
        match self.process.get(handle)? {
            Object::Allocation(open) if Arc::ptr_eq(open.device().adapter(), self.adapter) => {
                Some(open)
            }
            _ => None,
        }
    }

    fn resource(&self, handle: Handle) -> Option<Arc<OpenResource>> {
        let open = self.process.resource(handle)?;
        Arc::ptr_eq(open.device().adapter(), self.adapter).then_some(open)
    }

    /// The index of a new allocation among those of the call.
    fn index_of_new(&self, handle: Handle) -> Option<usize> {
        self.new.handles.iter().position(|&new| new == handle)
    }
}

impl Callbacks for Scope<'_> {
    fn get_handle_data(&self, handle: Handle, data: HandleData) -> Option<Cookie> {
        match data {
            HandleData::Allocation => match self.index_of_new(handle) {
                Some(index) => self.new.cookies.get(index).cloned(),
                None => self.allocation(handle)?.allocation().cookie().cloned(),
            },
            // New allocations have no binding before the call has returned.
            HandleData::Binding => self.allocation(handle)?.binding().cloned(),
            HandleData::Resource => match self.new.resource {
                Some((new, resource)) if new == handle => resource.cookie(),
                _ => self.resource(handle)?.resource().cookie(),
            },
        }
    }

    fn get_handle_parent(&self, allocation: Handle) -> Option<Handle> {
        if self.index_of_new(allocation).is_some() {
            return self.new.parent;
        }
        self.allocation(allocation)?;
        let parent = self.process.parent(allocation)?;
        self.resource(parent).map(|_| parent)
    }

    fn enum_handle_children(&self, resource: Handle, index: usize) -> Option<Handle> {
        let mut before = 0;
        match self.new.resource {
            Some((new, _)) if new == resource => {}
            _ => {
                self.resource(resource)?;
                match self.process.child(resource, index) {
                    Ok(child) => return Some(child),
                    Err(count) => before = count,
                }
            }
        }
        // The call's allocations come after the existing ones.
        if self.new.parent != Some(resource) {
            return None;
        }
        self.new.handles.get(index.checked_sub(before)?).copied()
    }
}

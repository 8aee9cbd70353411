// SPDX-License-Identifier: GPL-2.0

//! What the script miniport keeps behind its cookies, and the names of these objects.

use crate::{
    ddi::{
        allocation::AllocationDescription,
        Cookie, //
    },
    handle::Handle,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use core::fmt::{
    self,
    Write, //
};

/// What the miniport keeps about an allocation.
pub(super) struct Allocation {
    pub(super) tag: u64,
    pub(super) layout: AllocationDescription,
    pub(super) fail_describe: Option<NtStatus>,
    pub(super) fail_paging: Option<NtStatus>,
    pub(super) fail_transfer: Option<NtStatus>,
}

/// What it keeps about a binding.
pub(super) struct Binding {
    pub(super) handle: Handle,
}

/// What it keeps about a resource.
pub(super) struct Resource {
    pub(super) tag: u64,
}

impl Allocation {
    pub(super) fn describe(&self) -> NtResult<AllocationDescription> {
        match self.fail_describe {
            Some(status) => Err(status),
            None => Ok(self.layout),
        }
    }
}

/// The name of a cookie's object, as a number.
pub(super) fn number(cookie: &Cookie) -> u64 {
    if let Some(allocation) = cookie.downcast_ref::<Allocation>() {
        return allocation.tag;
    }
    if let Some(binding) = cookie.downcast_ref::<Binding>() {
        return u64::from(binding.handle.value());
    }
    let resource = cookie.downcast_ref::<Resource>();
    resource.map_or(u64::MAX, |resource| resource.tag)
}

/// Writes that name.
pub(super) fn name(line: &mut impl Write, cookie: &Cookie) -> fmt::Result {
    let number = number(cookie);
    if cookie.is::<Allocation>() {
        write!(line, "a{number}")
    } else if cookie.is::<Binding>() {
        write!(line, "b{number:#x}")
    } else {
        write!(line, "r{number}")
    }
}

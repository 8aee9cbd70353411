// SPDX-License-Identifier: GPL-2.0

//! Opening: one miniport call binds all allocations of a call to a device.

use super::callbacks::Scope;
use crate::{
    core::{
        bindings::{
            device::Device,
            open_allocation::{
                MiniportBinding,
                OpenAllocation, //
            }, //
        },
        objects::{
            allocation::{
                Allocation,
                NewAllocation, //
            },
            contract::broken, //
        }, //
    },
    ddi::{
        self,
        allocation::{
            OpenData,
            OpenElement,
            OpenFlags, //
        },
        answer::Violation,
        Cookie, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult, //
};
use kernel::sync::Arc;

/// Opens allocations on the device that creates them. The miniport may change their private data.
///
/// # Errors
///
/// The miniport's errors; UNSUCCESSFUL when it broke its contract; NO_MEMORY.
pub(in crate::core) fn create(
    device: &Arc<Device>,
    mut allocations: KVVec<NewAllocation>,
    read_only: bool,
    private_data: &[u8],
    scope: &Scope<'_>,
) -> NtResult<KVVec<Arc<OpenAllocation>>> {
    let flags = OpenFlags {
        create: true,
        read_only,
    };
    let mut answers = Answers::new(allocations.len())?;
    let data = allocations.iter_mut().map(|allocation| {
        let data = allocation.as_mut().private_data_mut();
        OpenData::Modifiable(data)
    });
    answers.ask(data, private_data, flags, scope)?;
    answers.bind(device, allocations.into_iter().map(Arc::from), read_only)
}

/// Opens existing allocations on another device, or once more (case 141).
///
/// # Errors
///
/// As [`create`].
pub(in crate::core) fn again(
    device: &Arc<Device>,
    allocations: &[Arc<Allocation>],
    read_only: bool,
    private_data: &[u8],
    scope: &Scope<'_>,
) -> NtResult<KVVec<Arc<OpenAllocation>>> {
    let flags = OpenFlags {
        create: false,
        read_only,
    };
    let mut answers = Answers::new(allocations.len())?;
    let data = allocations.iter();
    let data = data.map(|allocation| OpenData::ReadOnly(allocation.private_data()));
    answers.ask(data, private_data, flags, scope)?;
    answers.bind(device, allocations.iter().cloned(), read_only)
}

/// The miniport's answer for each allocation, and room for the bindings.
struct Answers {
    cookies: KVVec<Option<Cookie>>,
    bindings: KVVec<MiniportBinding>,
}

impl Answers {
    fn new(count: usize) -> NtResult<Self> {
        let mut cookies = KVVec::with_capacity(count, ACCOUNT)?;
        for _ in 0..count {
            cookies.push(None, ACCOUNT)?;
        }
        // Reserve first: once the answers are there, nothing may fail before they have owners.
        let bindings = KVVec::with_capacity(count, ACCOUNT)?;
        Ok(Self { cookies, bindings })
    }

    /// Calls `DxgkDdiOpenAllocation`.
    fn ask<'d>(
        &'d mut self,
        data: impl Iterator<Item = OpenData<'d>>,
        private_data: &[u8],
        flags: OpenFlags,
        scope: &Scope<'_>,
    ) -> NtResult {
        let mut elements = KVVec::with_capacity(self.cookies.len(), ACCOUNT)?;
        let handles = scope.new.handles.iter();
        for ((binding, data), &handle) in self.cookies.iter_mut().zip(data).zip(handles) {
            let element = OpenElement {
                handle,
                private_data: data,
                binding,
            };
            elements.push(element, ACCOUNT)?;
        }
        let args = ddi::allocation::OpenAllocation {
            private_data,
            flags,
            allocations: &mut elements,
        };
        scope.adapter.miniport().open_allocation(args, scope)
    }

    /// Builds the device's halves. If that fails, what the miniport opened is closed again.
    fn bind(
        mut self,
        device: &Arc<Device>,
        allocations: impl Iterator<Item = Arc<Allocation>>,
        read_only: bool,
    ) -> NtResult<KVVec<Arc<OpenAllocation>>> {
        let mut complete = true;
        let count = self.cookies.len();
        for (allocation, cookie) in allocations.zip(self.cookies) {
            complete &= cookie.is_some();
            let binding = MiniportBinding::new(allocation, cookie);
            // There is room for all. If there were not, the binding would be closed, and the call fails.
            complete &= self.bindings.push_within_capacity(binding).is_ok();
        }
        if !complete {
            return Err(broken(device.adapter(), Violation::NoBinding));
        }
        let mut opened = KVVec::with_capacity(count, ACCOUNT)?;
        for binding in self.bindings {
            opened.push(
                OpenAllocation::new(device.clone(), binding, read_only)?,
                ACCOUNT,
            )?;
        }
        Ok(opened)
    }
}

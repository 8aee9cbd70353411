// SPDX-License-Identifier: MIT OR Apache-2.0
//! A kernel in memory, for tests on machines without the module.
//!
//! It answers private data as the module's `gem` miniport does, keeps who owns what, and fails when
//! it is told to. It does not check everything that the module checks.

use crate::kernel::{Kernel, Place, Result, Target};
use d3dddi::{Element, D3DKMT_HANDLE};
use libd3dkmt::sys::gem::{DXGKRNL_GEM_KIND_BUFFER, DXGKRNL_GEM_MAGIC, DXGKRNL_GEM_VERSION};
/// What tests of drivers need besides, which have no business with the calls.
pub use libd3dkmt::{NtStatus, PageBuf};
use std::{
    collections::BTreeMap,
    ptr::NonNull,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// A device whose memory is the process's own. Clones are the same device.
#[derive(Clone, Debug, Default)]
pub struct FakeKernel {
    state: std::sync::Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    handles: u32,
    allocations: BTreeMap<u32, Allocation>,
    resources: Vec<u32>,
    removed: bool,
    fail_next: Option<NtStatus>,
    log: Vec<String>,
}

#[derive(Debug)]
struct Allocation {
    resource: Option<u32>,
    memory: Memory,
    locks: u32,
}

#[derive(Debug)]
enum Memory {
    Own(PageBuf),
    Given(usize),
}

impl FakeKernel {
    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Makes the next call fail that makes or locks something.
    pub fn fail_next(&self, status: NtStatus) {
        self.state().fail_next = Some(status);
    }

    /// Takes the adapter away: nothing can be made or locked any more.
    pub fn remove(&self) {
        self.state().removed = true;
    }

    /// How many allocations and resources there are.
    pub fn living(&self) -> (usize, usize) {
        let state = self.state();
        (state.allocations.len(), state.resources.len())
    }

    /// How many locks there are.
    pub fn locks(&self) -> u32 {
        self.state().allocations.values().map(|a| a.locks).sum()
    }

    /// The calls since the last time, one line each.
    pub fn log(&self) -> Vec<String> {
        std::mem::take(&mut self.state().log)
    }
}

impl State {
    fn new_handle(&mut self) -> u32 {
        self.handles += 1;
        0x4000_0000 + 0x40 * self.handles
    }

    /// Whether something can be made or locked now.
    fn check(&mut self) -> Result {
        match self.fail_next.take() {
            Some(status) => Err(status),
            None if self.removed => Err(NtStatus::DEVICE_REMOVED),
            None => Ok(()),
        }
    }

    fn allocation(&mut self, handle: D3DKMT_HANDLE) -> Result<&mut Allocation> {
        let allocation = self.allocations.get_mut(&handle.0);
        allocation.ok_or(NtStatus::INVALID_PARAMETER)
    }
}

fn word(data: &[u8], index: usize) -> Result<u32> {
    let bytes = data.get(index * 4..index * 4 + 4);
    let bytes: [u8; 4] = bytes
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or(NtStatus::INVALID_PARAMETER)?;
    Ok(u32::from_le_bytes(bytes))
}

/// Answers private data; the bytes of the allocation.
fn answer(data: &mut [u8]) -> Result<usize> {
    if word(data, 0)? != DXGKRNL_GEM_MAGIC {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    if word(data, 1)? != DXGKRNL_GEM_VERSION {
        return Err(NtStatus::GRAPHICS_DRIVER_MISMATCH);
    }
    if data.len() != 48 || word(data, 7)? != 0 || word(data, 10)? | word(data, 11)? != 0 {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    let pitch = (word(data, 4)? * 4).next_multiple_of(256);
    let bytes = match word(data, 2)? {
        DXGKRNL_GEM_KIND_BUFFER => word(data, 8)?,
        _ => pitch * word(data, 5)?,
    };
    if bytes == 0 {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    let bytes = bytes.next_multiple_of(4096);
    data[28..32].copy_from_slice(&pitch.to_le_bytes());
    data[32..40].copy_from_slice(&u64::from(bytes).to_le_bytes());
    usize::try_from(bytes).map_err(|_| NtStatus::NO_MEMORY)
}

// SAFETY: Memory of its own is a mapping that stays until the allocation goes, which is not before
// it is destroyed; memory that was given is as `SystemMemory` promises.
unsafe impl Kernel for FakeKernel {
    fn create_allocation(
        &self,
        place: Place,
        private_data: &[u8],
        elements: &mut [Element],
    ) -> Result<D3DKMT_HANDLE> {
        let mut state = self.state();
        let line = format!("create {place:?} {} {}", private_data.len(), elements.len());
        state.log.push(line);
        state.check()?;
        if elements.is_empty() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let mut made = Vec::new();
        for element in elements.iter_mut() {
            let mut data = element.private_data.clone();
            let bytes = answer(&mut data)?;
            let memory = match element.system_memory {
                Some(memory) => Memory::Given(memory.base().as_ptr() as usize),
                None => Memory::Own(PageBuf::new(bytes).map_err(|_| NtStatus::NO_MEMORY)?),
            };
            made.push((data, memory));
        }
        let resource = match place {
            Place::Device => None,
            Place::NewResource => Some(state.new_handle()),
            Place::Resource(resource) if state.resources.contains(&resource.0) => Some(resource.0),
            Place::Resource(_) => return Err(NtStatus::INVALID_HANDLE),
        };
        if place == Place::NewResource {
            state.resources.extend(resource);
        }
        for (element, (data, memory)) in elements.iter_mut().zip(made) {
            let handle = state.new_handle();
            (element.private_data, element.handle) = (data, D3DKMT_HANDLE(handle));
            let allocation = Allocation {
                resource,
                memory,
                locks: 0,
            };
            state.allocations.insert(handle, allocation);
        }
        Ok(D3DKMT_HANDLE(resource.unwrap_or(0)))
    }

    fn destroy_allocation(&self, target: Target<'_>, flags: u32) -> Result {
        let mut state = self.state();
        state.log.push(format!("destroy {target:?} {flags}"));
        if flags & !3 != 0 {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        match target {
            Target::Resource(resource) => {
                let place = state.resources.iter().position(|&r| r == resource.0);
                let place = place.ok_or(NtStatus::INVALID_PARAMETER)?;
                state.resources.swap_remove(place);
                let goes = |allocation: &Allocation| allocation.resource == Some(resource.0);
                state.allocations.retain(|_, allocation| !goes(allocation));
            }
            Target::Allocations(list) => {
                for &handle in list {
                    state.allocation(handle)?;
                }
                for handle in list {
                    state.allocations.remove(&handle.0);
                }
            }
        }
        Ok(())
    }

    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        let mut state = self.state();
        state.check()?;
        let allocation = state.allocation(allocation)?;
        let address = match &allocation.memory {
            Memory::Own(memory) => memory.as_ptr() as usize,
            Memory::Given(address) => *address,
        };
        allocation.locks += 1;
        NonNull::new(address as *mut u8).ok_or(NtStatus::NO_MEMORY)
    }

    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        let mut state = self.state();
        state.log.push("unlock".to_owned());
        let allocation = state.allocation(allocation)?;
        let less = allocation.locks.checked_sub(1);
        allocation.locks = less.ok_or(NtStatus::INVALID_PARAMETER)?;
        Ok(())
    }

    fn query_allocation_residency(&self, _target: Target<'_>, answers: &mut [u32]) -> Result {
        self.state().check()?;
        answers.fill(2);
        Ok(())
    }

    fn set_allocation_priority(&self, _target: Target<'_>, _priorities: &[u32]) -> Result {
        self.state().check()
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Allocations on memory of the runtime's.

use crate::{allocate_one, bytes, INVALID};
use d3dddi::{DeviceCallbacks, Element, HResult, SystemMemory, What};
use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::buffer,
    memory::{Map, PAGE},
    runtime::Runtime,
    state::pinned_bytes,
};
use std::ptr::NonNull;

/// In a child: a limit on pinned memory, which counts for users.
pub fn limited(_: &[String]) {
    child::become_user();
    let limit = libc::rlimit {
        rlim_cur: PAGE as u64,
        rlim_max: PAGE as u64,
    };
    // SAFETY: The structure is complete.
    let done = unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit) };
    assert_eq!(done, 0);
    let runtime = Runtime::new(&Gpu::first());
    let memory = Map::new(2);
    let lack = Err(HResult::E_OUTOFMEMORY);
    for (pages, result) in [(2, lack), (1, Ok(()))] {
        let mut element = on_memory(&memory, pages * PAGE);
        assert_eq!(allocate_one(&runtime, &mut element), result);
    }
}

pub fn no_system_memory() {
    Child::start(child::command("limited", &[])).succeed();
}

pub fn on_memory(memory: &Map, size: usize) -> Element {
    let base = NonNull::new(memory.at::<u8>(0)).expect("an address");
    let mut element = Element::new(bytes(buffer(size as u64)));
    // SAFETY: Tests keep the memory longer than the device.
    element.system_memory = Some(unsafe { SystemMemory::new(base) });
    element
}

pub fn case_060_memory_of_the_runtime() {
    on_each_adapter(|gpu| {
        let mut memory = Map::new(2);
        let runtime = Runtime::new(gpu);
        let before = pinned_bytes();
        let mut element = on_memory(&memory, 2 * PAGE);
        assert_eq!(allocate_one(&runtime, &mut element), Ok(()));
        assert_eq!(pinned_bytes() - before, 2 * PAGE as u64);
        let callbacks = runtime.callbacks();
        let address = callbacks.lock2(element.handle).expect("a lock");
        assert_eq!(address.as_ptr() as u64, memory.address());
        // SAFETY: It has two pages.
        unsafe { address.add(PAGE).write(7) };
        assert_eq!(callbacks.unlock2(element.handle), Ok(()));
        let list = [element.handle];
        assert_eq!(callbacks.deallocate(What::Allocations(&list)), Ok(()));
        assert_eq!(memory.bytes()[PAGE], 7);
        assert_eq!(pinned_bytes(), before);
    });
}

pub fn case_080_memory_not_at_a_page() {
    let gpu = Gpu::first();
    let memory = Map::new(3);
    let runtime = Runtime::new(&gpu);
    for_each([1, 64, 4095], |offset| {
        let mut element = on_memory(&memory, PAGE);
        let base = NonNull::new(memory.at::<u8>(offset)).expect("an address");
        // SAFETY: Nothing is made of it.
        element.system_memory = Some(unsafe { SystemMemory::new(base) });
        assert_eq!(allocate_one(&runtime, &mut element), Err(INVALID));
    });
}

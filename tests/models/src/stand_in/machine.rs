// SPDX-License-Identifier: MIT OR Apache-2.0

//! The machine that a model runs on: an address space, descriptors, and a miniport that looks at the
//! order of its calls.

use super::sys::{event_fd::Events, mapped_vma::AddressSpace, object_file::Descriptors};
use crate::{
    ddi::{
        adapter::*, allocation::*, answer::*, callbacks::*, memory::*, paging::*, standard::*,
        Cookie, Miniport,
    },
    status::NtResult,
};
use kernel::sync::{assert_no_lock, Arc};
use loom::sync::Mutex;
use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

/// One machine for each run of a model.
#[derive(Default)]
pub(crate) struct Machine {
    files: Mutex<Descriptors>,
    address_space: Mutex<AddressSpace>,
    events: RefCell<Events>,
    log: RefCell<Log>,
}

std::thread_local! {
    static MACHINE: RefCell<Option<Rc<Machine>>> = const { RefCell::new(None) };
}

/// The machine of the run at hand.
pub(crate) fn machine() -> Rc<Machine> {
    let machine = MACHINE.with_borrow(Option::clone);
    machine.expect("a model runs")
}

/// A new machine, as a model begins.
pub(crate) fn start() -> Running {
    MACHINE.set(Some(Rc::default()));
    Running
}

/// Of a model that fails, the machine is forgotten: what is in it can't be dropped any more.
pub(crate) struct Running;

impl Drop for Running {
    fn drop(&mut self) {
        if std::thread::panicking() {
            std::mem::forget(MACHINE.take());
        }
    }
}

/// The machine is not used any more; what the miniport has seen.
pub(crate) fn stop() -> Log {
    let machine = MACHINE.take().expect("a model runs");
    machine.log.take()
}

impl Machine {
    /// What `f` takes out is dropped when its lock is no longer held.
    pub(crate) fn with_files<R>(&self, f: impl FnOnce(&mut Descriptors) -> R) -> R {
        f(&mut self.files.lock().expect("a model that has not failed"))
    }

    /// Likewise. The module asks with a lock held whether a mapping is still there.
    pub(crate) fn with_address_space<R>(&self, f: impl FnOnce(&mut AddressSpace) -> R) -> R {
        let space = self.address_space.lock();
        f(&mut space.expect("a model that has not failed"))
    }

    /// The eventfds of the process.
    pub(crate) fn with_events<R>(&self, f: impl FnOnce(&mut Events) -> R) -> R {
        f(&mut self.events.borrow_mut())
    }

    /// Looks at a call of the miniport or of the video memory manager.
    pub(crate) fn log<R>(&self, f: impl FnOnce(&mut Log) -> R) -> R {
        assert_no_lock("a miniport is called");
        f(&mut self.log.borrow_mut())
    }
}

/// What is there, from the miniport's side; every call has to fit to it.
#[derive(Default)]
pub(crate) struct Log {
    /// By number, from 1.
    allocations: BTreeMap<u32, Allocation>,
    /// Resources, by number from 1, with their allocations.
    resources: BTreeMap<u32, u32>,
    /// How many there ever were.
    pub(crate) all_allocations: u32,
    pub(crate) all_resources: u32,
}

#[derive(Default)]
struct Allocation {
    resource: Option<u32>,
    bindings: u32,
    has_memory: bool,
}

impl Log {
    /// Whether all of it has gone.
    pub(crate) fn is_empty(&self) -> bool {
        self.allocations.is_empty() && self.resources.is_empty()
    }

    fn allocation(&mut self, number: u32) -> &mut Allocation {
        let allocation = self.allocations.get_mut(&number);
        allocation.expect("an allocation that was not destroyed")
    }

    /// The memory of an allocation comes or goes.
    pub(crate) fn memory(&mut self, number: u32, has: bool) {
        let allocation = self.allocation(number);
        assert_ne!(allocation.has_memory, has);
        assert_eq!(allocation.bindings, 0, "memory of an open allocation");
        allocation.has_memory = has;
    }

    /// The memory of an allocation is used.
    pub(crate) fn uses(&mut self, number: u32) {
        assert!(self.allocation(number).has_memory);
    }

    fn create(&mut self, resource: Option<u32>) -> u32 {
        self.all_allocations += 1;
        let new = Allocation {
            resource,
            ..Allocation::default()
        };
        self.allocations.insert(self.all_allocations, new);
        if let Some(resource) = resource {
            let count = self.resources.get_mut(&resource);
            *count.expect("a resource that was not destroyed") += 1;
        }
        self.all_allocations
    }

    fn create_resource(&mut self) -> u32 {
        self.all_resources += 1;
        self.resources.insert(self.all_resources, 0);
        self.all_resources
    }

    fn open(&mut self, number: u32) {
        let allocation = self.allocation(number);
        assert!(allocation.has_memory, "no memory yet, or no more");
        allocation.bindings += 1;
    }

    fn close(&mut self, number: u32) {
        let bindings = &mut self.allocation(number).bindings;
        *bindings = bindings.checked_sub(1).expect("a binding that is open");
    }

    fn destroy(&mut self, number: u32) {
        let allocation = self.allocations.remove(&number);
        let allocation = allocation.expect("an allocation that was not destroyed");
        assert_eq!(allocation.bindings, 0, "bindings that are open");
        assert!(!allocation.has_memory, "memory that is there");
        if let Some(resource) = allocation.resource {
            let count = self.resources.get_mut(&resource);
            *count.expect("a resource that was not destroyed") -= 1;
        }
    }

    fn destroy_resource(&mut self, number: u32) {
        let count = self.resources.remove(&number);
        assert_eq!(count, Some(0), "a resource with allocations, or none");
    }
}

/// A miniport whose cookies are numbers.
pub(crate) struct Numbers(AdapterFacts);

impl Numbers {
    pub(crate) fn new() -> Self {
        Self(AdapterFacts {
            description: crate::mem::KVec::new(),
            node: crate::mem::KVec::new(),
            driver: crate::mem::KVec::new(),
            driver_version: [0; 3],
            pci: None,
            num_sources: 1,
        })
    }
}

/// What is in a cookie.
struct Number(u32);

impl Drop for Number {
    fn drop(&mut self) {
        assert_no_lock("a cookie goes");
    }
}

fn cookie(number: u32) -> Cookie {
    Arc::any(Number(number))
}

fn number(cookie: &Cookie) -> u32 {
    let number = cookie.downcast_ref::<Number>();
    number.expect("a number").0
}

impl Miniport for Numbers {
    fn query_adapter_info(&self) -> &AdapterFacts {
        &self.0
    }

    fn query_segments(&self) -> Segments {
        Segments {
            local: 0,
            aperture: 0,
            by_layout: true,
            traits: SegmentTraits::SYSTEM,
        }
    }

    fn create_allocation(&self, args: CreateAllocation<'_, '_>, _: &dyn Callbacks) -> NtResult {
        let resource = match args.resource {
            ResourceSlot::None => None,
            ResourceSlot::Resource(slot) => {
                let first = || cookie(machine().log(Log::create_resource));
                Some(number(slot.get_or_insert_with(first)))
            }
        };
        for request in args.allocations {
            let new = machine().log(|log| log.create(resource));
            request.answer = Some(AllocationAnswer {
                cookie: cookie(new),
                facts: facts(),
            });
        }
        Ok(())
    }

    /// Finds each allocation by its handle, which means something here and to nobody else yet.
    fn open_allocation(&self, args: OpenAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult {
        for element in args.allocations {
            let allocation = callbacks.get_handle_data(element.handle, HandleData::Allocation);
            let number = number(&allocation.expect("a new handle"));
            machine().log(|log| log.open(number));
            *element.binding = Some(cookie(number));
        }
        Ok(())
    }

    fn close_allocation(&self, binding: Cookie) {
        machine().log(|log| log.close(number(&binding)));
    }

    fn destroy_allocation(&self, allocation: Cookie) {
        machine().log(|log| log.destroy(number(&allocation)));
    }

    fn destroy_resource(&self, resource: Cookie) {
        machine().log(|log| log.destroy_resource(number(&resource)));
    }

    /// The stand-in of the memory knows the allocation by its height.
    fn describe_allocation(&self, allocation: &Cookie) -> NtResult<AllocationDescription> {
        Ok(AllocationDescription {
            pitch: 4096,
            height: number(allocation),
        })
    }

    fn get_standard_allocation_driver_data(&self, _: &mut StandardAllocationData<'_>) -> NtResult {
        unreachable!()
    }

    fn allocate_memory(&self, _: MemoryRequest<'_>) -> NtResult<Memory> {
        unreachable!()
    }

    fn build_paging_buffer(&self, _: PagingOperation<'_>) -> NtResult {
        unreachable!()
    }
}

fn facts() -> AllocationFacts {
    AllocationFacts {
        size: 4096,
        alignment: 4096,
        pitch_aligned_size: 0,
        supported: SegmentSet::LOCAL,
        preferred: [1, 0, 0, 0, 0],
        eviction: SegmentSet::APERTURE,
        flags: AllocationFlags::CPU_VISIBLE,
        displayable: false,
        priority: 1,
        physical_adapter: 0,
    }
}

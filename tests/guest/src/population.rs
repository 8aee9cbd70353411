// SPDX-License-Identifier: MIT OR Apache-2.0
//! One object of every kind on an adapter, in use: for tests of what ends all of them at once.

use crate::{
    calls::*,
    create::Create,
    fence::{
        create_paging_queue, create_sync_object, destroy_paging_queue, destroy_sync_object,
        new_fence, new_paging_queue, signal, wait, Fence, PagingQueue,
    },
    global,
    memory::{bytes_at, unmap, Map, PAGE},
    paging::*,
    share::{self, number, shared, Open},
};
use libd3dkmt::sys::{self, bindings as c};
use std::os::fd::OwnedFd;

/// Two devices with allocations of all kinds (listed, offered, in system memory), shared resources that
/// both have open, an NT handle, locks, a paging queue and a fence.
pub struct Population {
    /// The devices: what is shared was made on the first one, and opened on the second one.
    pub devices: [u32; 2],
    alone: Create,
    paged_out: Create,
    resource: Create,
    preallocated: Create,
    heap: Create,
    shared: Create,
    opened: Open,
    global: Create,
    globally_opened: global::Open,
    queue: PagingQueue,
    fence: Fence,
    /// The NT handle of the resource that has one, whose second allocation is locked.
    pub nt: OwnedFd,
    /// The mappings that locks have made.
    pub mappings: [u64; 4],
    memory: Map,
}

/// The segment of system memory, as D3DKMTUpdateAllocationProperty names it.
const APERTURE_SEGMENT: u32 = 2;

/// What there is more with a population than without.
pub const POPULATION: [(&str, i64); 11] = [
    ("devices", 2),
    ("resources", 3),
    ("allocations", 11),
    ("bindings", 15),
    ("gem_objects", 4),
    ("system_memory", 1),
    ("pinned_pages", 2),
    ("mappings", 6),
    ("paging_queues", 1),
    ("fences", 2),
    ("nt_handles", 1),
];

/// What its mappings and its NT handle keep without its process.
pub const MAPPED_AND_NAMED: [(&str, i64); 5] = [
    ("resources", 3),
    ("allocations", 5),
    ("gem_objects", 4),
    ("mappings", 4),
    ("nt_handles", 1),
];

/// What its mappings keep alone, those of the fences as well.
pub const MAPPED: [(&str, i64); 4] = [
    ("resources", 3),
    ("allocations", 4),
    ("gem_objects", 4),
    ("mappings", 6),
];

/// What its NT handle keeps alone.
pub const NAMED: [(&str, i64); 4] = [
    ("resources", 1),
    ("allocations", 2),
    ("gem_objects", 1),
    ("nt_handles", 1),
];

/// What a process has that holds a population, besides that.
pub const ITS_PROCESS: [(&str, i64); 2] = [("processes", 1), ("adapter_opens", 1)];

/// A list of counts with others instead of some of its own.
pub fn instead(counts: &[(&'static str, i64)], of: &[(&str, i64)]) -> Vec<(&'static str, i64)> {
    let value = |name| of.iter().find(|(other, _)| *other == name);
    counts
        .iter()
        .map(|&(name, count)| (name, value(name).map_or(count, |&(_, count)| count)))
        .collect()
}

impl Population {
    /// Makes one, with 0x5a in everything that is mapped.
    pub fn new(gpu: &Gpu) -> Self {
        let devices = [gpu.device(), gpu.device()];
        let [first, second] = devices;
        let (memory, page) = (Map::new(2), PAGE as u64);
        let alone = Create::buffer(first, 16 * page).made(gpu);
        let queue = PagingQueue::new(gpu, first);
        let fence = Fence::new(gpu, second, 3);
        resident(gpu, first, &queue, &alone.allocations());
        let paged_out = Create::buffer(first, page).made(gpu);
        gpu.lock(first, paged_out.allocation(0));
        gpu.unlock(first, paged_out.allocation(0));
        moved(
            gpu,
            first,
            &queue,
            paged_out.allocation(0),
            APERTURE_SEGMENT,
        );
        let resource = Create::buffers(first, 3).in_resource().made(gpu);
        let offered = [resource.allocation(1)];
        assert_eq!(
            offer(&gpu.dxg, first, &offered),
            SUCCESS,
            "OfferAllocations"
        );
        let preallocated = Create::memory(first, &[(memory.address(), page)]).made(gpu);
        let heap = Create::heap(first, memory.address() + page, page).made(gpu);
        let shared = shared(first, 2).made(gpu);
        let nt = share::share(gpu, shared.resource());
        let opened = Open::new(second, &nt, 2).made(gpu);
        let global = Create::buffers(first, 2).in_global_resource().made(gpu);
        let globally_opened = global::Open::of(gpu, second, global.global()).made(gpu);
        for memory in [&preallocated, &heap] {
            gpu.lock(first, memory.allocation(0));
        }
        let mappings = [
            gpu.lock(first, alone.allocation(0)),
            gpu.lock(first, resource.allocation(2)),
            gpu.lock(second, opened.allocation(1)),
            gpu.lock(second, globally_opened.allocation(0)),
        ];
        let population = Self {
            devices,
            alone,
            paged_out,
            resource,
            preallocated,
            heap,
            shared,
            opened,
            global,
            globally_opened,
            queue,
            fence,
            nt,
            mappings,
            memory,
        };
        population.fill(0x5a);
        population
    }

    /// Fills the first page of every mapping.
    pub fn fill(&self, byte: u8) {
        for mapping in self.mappings {
            // SAFETY: Each of them has a page at least.
            unsafe { bytes_at(mapping, PAGE) }.fill(byte);
        }
    }

    /// Whether the first page of every mapping is full of a byte.
    pub fn shows(&self, byte: u8) -> bool {
        let is_full = |mapping| {
            // SAFETY: As above.
            unsafe { bytes_at(mapping, PAGE) }
                .iter()
                .all(|&b| b == byte)
        };
        self.mappings.into_iter().all(is_full)
    }

    /// Destroys one object after the other; that must succeed, whether the adapter is there or not.
    /// The NT handle and the mappings stay.
    pub fn destroy(&self, gpu: &Gpu) {
        let [first, second] = self.devices;
        // One of the locks ends, with its mapping.
        gpu.unlock(first, self.alone.allocation(0));
        for list in [&self.alone, &self.paged_out, &self.preallocated, &self.heap] {
            let destroyed = destroy_allocations(&gpu.dxg, first, &list.allocations());
            assert_eq!(destroyed, SUCCESS, "DestroyAllocation2");
        }
        for (device, resource) in [
            (first, self.resource.resource()),
            (first, self.shared.resource()),
            (second, self.opened.resource()),
            (second, self.globally_opened.resource()),
            (first, self.global.resource()),
        ] {
            let destroyed = destroy_resource(&gpu.dxg, device, resource);
            assert_eq!(destroyed, SUCCESS, "DestroyAllocation2");
        }
        let destroyed = destroy_paging_queue(&gpu.dxg, self.queue.handle);
        assert_eq!(destroyed, SUCCESS, "DestroyPagingQueue");
        let destroyed = destroy_sync_object(&gpu.dxg, self.fence.handle);
        assert_eq!(destroyed, SUCCESS, "DestroySynchronizationObject");
        for device in self.devices {
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS, "DestroyDevice");
        }
    }

    /// Unmaps everything that is still mapped.
    pub fn unmap(&self) {
        unmap(self.mappings[0], 16 * PAGE);
        for &mapping in &self.mappings[1..] {
            unmap(mapping, PAGE);
        }
    }

    /// Makes every call on it that needs the adapter, which is gone.
    pub fn assert_removed(&self, gpu: &Gpu) {
        let [first, second] = self.devices;
        let removed = |answer: Answer, name: &str| assert_eq!(answer, DEVICE_REMOVED, "{name}");
        let mut version = 0_u32;
        let at = &raw mut version as u64;
        let question = c::KMTQAITYPE_DRIVERVERSION;
        removed(
            query_at(&gpu.dxg, gpu.adapter, question, at, 4),
            "QueryAdapterInfo",
        );
        let mut args = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
            adapter: handle(gpu.adapter),
            ..Default::default()
        };
        let answer = query_video_memory(&gpu.dxg, &mut args);
        removed(answer, "QueryVideoMemoryInfo");
        removed(create_device(&gpu.dxg, gpu.adapter).0, "CreateDevice");
        let page = PAGE as u64;
        for mut create in [
            Create::buffer(first, page),
            Create::buffers(first, 3).in_resource(),
            Create::buffer(first, page).append(self.resource.resource()),
            Create::memory(second, &[(self.memory.address(), page)]),
            Create::heap(second, self.memory.address(), page),
            shared(second, 2),
            Create::buffer(second, page).in_global_resource(),
        ] {
            removed(create.call(gpu), "CreateAllocation2");
        }
        for (device, allocation) in [
            // Locked already.
            (first, self.alone.allocation(0)),
            (second, self.opened.allocation(1)),
            // Touched never.
            (first, self.resource.allocation(0)),
            (second, self.opened.allocation(0)),
            // Memory of this process.
            (first, self.preallocated.allocation(0)),
            (first, self.heap.allocation(0)),
        ] {
            removed(lock(&gpu.dxg, device, allocation).0, "Lock2");
        }
        self.assert_nothing_is_paged(gpu);
        let answer = share::query(gpu, second, number(&self.nt)).0;
        removed(answer, "QueryResourceInfoFromNtHandle");
        removed(
            Open::new(second, &self.nt, 2).call(gpu),
            "OpenResourceFromNtHandle",
        );
        let answer = global::query(gpu, second, self.global.global()).0;
        removed(answer, "QueryResourceInfo");
        let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
            NumAllocations: 2,
            TotalPrivateDriverDataSize: 96,
            ..Default::default()
        };
        let mut open = global::Open::with(second, self.global.global(), &sizes);
        removed(open.call(gpu), "OpenResource");
        // It is not there any more for who looks for it.
        let answer = open_adapter(&gpu.dxg, gpu.luid).0;
        assert_eq!(answer, INVALID_PARAMETER, "OpenAdapterFromLuid");
        // An NT handle needs no adapter.
        drop(share::share(gpu, self.shared.resource()));
    }

    fn assert_nothing_is_paged(&self, gpu: &Gpu) {
        let (dxg, [first, second], queue) = (&gpu.dxg, self.devices, self.queue.handle);
        let removed = |answer: Answer, name: &str| assert_eq!(answer, DEVICE_REMOVED, "{name}");
        let alone = self.alone.allocations();
        // The last one names nothing: the adapter is looked at first.
        let list = [self.resource.allocation(1), 0];
        removed(device_state(dxg, first, 1).0, "GetDeviceState");
        let marked = mark_device(dxg, first, c::D3DKMT_DEVICE_ERROR_REASON_GENERIC);
        removed(marked, "MarkDeviceAsError");
        removed(make_resident(dxg, queue, &alone), "MakeResident");
        removed(evict(dxg, first, &alone), "Evict");
        removed(offer(dxg, first, &list), "OfferAllocations");
        let mut args = to_move(queue, self.paged_out.allocation(0), 0);
        removed(update_with(dxg, &mut args), "UpdateAllocationProperty");
        let list = List::new(&list);
        let mut args = to_reclaim(queue, Kind::Allocations, &list);
        removed(reclaim_with(dxg, &mut args), "ReclaimAllocations2");
        removed(places(dxg, first, &alone).0, "QueryAllocationResidency");
        removed(flush(dxg, gpu.adapter), "FlushHeapTransitions");
        let target = [(self.fence.handle, 4)];
        removed(
            signal(dxg, second, &target),
            "SignalSynchronizationObjectFromCpu",
        );
        removed(
            wait(dxg, second, &target),
            "WaitForSynchronizationObjectFromCpu",
        );
        let mut args = new_fence(second, 0);
        removed(
            create_sync_object(dxg, &mut args),
            "CreateSynchronizationObject2",
        );
        let mut args = new_paging_queue(first);
        removed(create_paging_queue(dxg, &mut args), "CreatePagingQueue");
        // Whoever polls goes on.
        let values = [self.queue.fence.value(), self.fence.value()];
        assert_eq!(values, [u64::MAX; 2]);
    }
}

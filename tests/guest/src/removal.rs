// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is tried when a DRM device goes and comes back, in whichever way it does that.
//!
//! Calls that wait for fences are ended by it; those that wait for memory of their caller are not.

use crate::{
    absent::Absent,
    calls::*,
    create::Create,
    fence::{
        create_paging_queue, create_sync_object, destroy_paging_queue, destroy_sync_object,
        new_fence, new_paging_queue, signal, wait, wait_in, Event, Fence, PagingQueue, WaitOptions,
    },
    global, harness,
    memory::{bytes_at, unmap, Map, PAGE},
    paging::{evict, make_resident_in, offer, reclaim_with, to_reclaim, Kind, List},
    population::{instead, Population, ITS_PROCESS, POPULATION},
    share::{self, shared, Open},
    signals::spawn,
    state::soon,
};
use std::{
    collections::{BTreeSet, VecDeque},
    fs,
    os::fd::OwnedFd,
    thread,
    time::Duration,
};

/// A device that goes and comes back.
pub trait Removable {
    /// Its adapter, while it is there.
    fn luid(&self) -> Luid;
    /// Takes it away; the adapter is gone when this returns.
    fn remove(&mut self);
    /// Brings it back, with a new adapter.
    fn restore(&mut self) -> Luid;
}

/// How often a device goes for each of the four ways in which its users may end: 100 times in all,
/// but fewer in the modes of the debug kernel, where that takes minutes.
fn cycles_of_each() -> usize {
    if harness::is_in_a_mode() {
        5
    } else {
        25
    }
}

/// What comes first when a device has gone under a population: each is tried in turn.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum End {
    /// The objects are destroyed, one after the other; then the device comes back.
    DestroyedBefore,
    /// The device comes back; then the objects are destroyed.
    DestroyedAfter,
    /// The node is closed, then everything is unmapped; then the device comes back.
    Closed,
    /// The objects stay until the device has gone again.
    Kept,
}

/// Kilobytes of memory in files, to which GEM objects belong.
fn shared_memory() -> i64 {
    let text = fs::read_to_string("/proc/meminfo").expect("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("Shmem:"));
    let kib = line.expect("Shmem").trim().trim_end_matches(" kB");
    kib.parse().expect("a number")
}

fn finish(gpu: Gpu, population: Population) {
    assert!(population.shows(0xa5), "what was written after the device");
    population.destroy(&gpu);
    drop(gpu);
    // The first one went with its lock.
    for &mapping in &population.mappings[1..] {
        unmap(mapping, PAGE);
    }
}

/// Again and again: a population is made, the device goes, everything is tried, the device comes back,
/// and the population ends in one of the ways. In the end everything is as it was.
pub fn cycles(device: &mut impl Removable, end: End) {
    let before = counters();
    let memory = shared_memory();
    let mut seen = BTreeSet::from([device.luid()]);
    let mut kept = VecDeque::new();
    for cycle in 0..cycles_of_each() {
        let start = counters();
        let gpu = Gpu::open(device.luid());
        let population = Population::new(&gpu);
        let more = POPULATION.iter().chain(match kept.len() {
            0 => &ITS_PROCESS[..],
            // The process is there already.
            _ => &ITS_PROCESS[1..],
        });
        let more: Vec<_> = more.copied().collect();
        start.assert_grown(&more);
        device.remove();
        // All objects are there, without their memory.
        let left = instead(&more, &[("gem_objects", 0), ("system_memory", 0)]);
        start.assert_grown(&left);
        assert!(population.shows(0), "zeros, in cycle {cycle}");
        population.fill(0xa5);
        population.assert_removed(&gpu);
        start.assert_grown(&left);
        match end {
            End::DestroyedBefore => finish(gpu, population),
            End::Closed => {
                drop(gpu);
                population.unmap();
                drop(population);
            }
            End::DestroyedAfter | End::Kept => kept.push_back((gpu, population)),
        }
        let luid = device.restore();
        assert!(seen.insert(luid), "a LUID came back");
        let keep = if end == End::Kept { 1 } else { 0 };
        while kept.len() > keep {
            let (gpu, population) = kept.pop_front().expect("one");
            population.assert_removed(&gpu);
            finish(gpu, population);
        }
        if kept.is_empty() {
            before.assert_restored();
        }
    }
    kept.into_iter()
        .for_each(|(gpu, population)| finish(gpu, population));
    before.assert_restored();
    // A megabyte for what else the machine does: lost would be tens of kilobytes in each cycle.
    let lost = shared_memory() - memory;
    assert!(lost < 1024, "{lost} KiB of memory are lost");
}

/// Threads that race with the removal.
const THREADS: usize = 9;

/// What all threads use.
struct Common<'a> {
    gpu: &'a Gpu,
    device: u32,
    create: Create,
    mapping: u64,
    nt: OwnedFd,
    global: u32,
    queue: PagingQueue,
    /// A page of this process.
    memory: u64,
}

impl Common<'_> {
    /// Has memory come, go, and be given away and taken back.
    fn page(&self, list: &[u32]) -> Result<(), Answer> {
        let (dxg, device, queue) = (&self.gpu.dxg, self.device, &self.queue);
        let done = |answer| match answer {
            SUCCESS => Ok(()),
            other => Err(other),
        };
        match make_resident_in(dxg, queue.handle, list, 0) {
            (PENDING, _, value, _) => done(wait(dxg, device, &[(queue.fence.handle, value)]))?,
            (answer, ..) => done(answer)?,
        }
        done(evict(dxg, device, list))?;
        done(offer(dxg, device, list))?;
        let list = List::new(list);
        let mut args = to_reclaim(queue.handle, Kind::Allocations, &list);
        done(reclaim_with(dxg, &mut args))
    }

    /// One round of calls, of which each thread has others. DEVICE_REMOVED is for the caller; any
    /// other refusal is a failure.
    fn round(&self, thread: usize) -> Result<(), Answer> {
        let (gpu, device) = (self.gpu, self.device);
        let done = |answer| match answer {
            SUCCESS => Ok(()),
            other => Err(other),
        };
        // SAFETY: The lock has a page.
        let byte = unsafe { bytes_at(self.mapping, PAGE) }[thread];
        assert!(byte == 0 || byte == 0x5a, "{byte:#x}");
        match thread {
            0 => {
                let mut create = Create::buffers(device, 64).in_resource();
                done(create.call(gpu))?;
                let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
                assert_eq!(destroyed, SUCCESS);
            }
            1 => {
                let mut heap = Create::heap(device, self.memory, PAGE as u64);
                done(heap.call(gpu))?;
                let heap = heap.allocations();
                assert_eq!(destroy_allocations(&gpu.dxg, device, &heap), SUCCESS);
            }
            2 => {
                // The first touch of memory on the device.
                let mut create = Create::buffer(device, 64 * PAGE as u64);
                done(create.call(gpu))?;
                let (answer, address) = lock(&gpu.dxg, device, create.allocation(0));
                if answer == SUCCESS {
                    // SAFETY: The lock has so many pages.
                    unsafe { bytes_at(address, 64 * PAGE) }.fill(1);
                    gpu.unlock(device, create.allocation(0));
                }
                let list = create.allocations();
                assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
                done(answer)?;
            }
            3 => {
                done(lock(&gpu.dxg, device, self.create.allocation(1)).0)?;
                gpu.unlock(device, self.create.allocation(1));
            }
            4 => {
                let mut open = Open::new(device, &self.nt, 2);
                done(open.call(gpu))?;
                let destroyed = destroy_resource(&gpu.dxg, device, open.resource());
                assert_eq!(destroyed, SUCCESS);
            }
            5 => {
                let (answer, sizes) = global::query(gpu, device, self.global);
                done(answer)?;
                let mut open = global::Open::with(device, self.global, &sizes);
                done(open.call(gpu))?;
                let destroyed = destroy_resource(&gpu.dxg, device, open.resource());
                assert_eq!(destroyed, SUCCESS);
            }
            6 => {
                let (answer, device) = create_device(&gpu.dxg, gpu.adapter);
                done(answer)?;
                let mut create = shared(device, 2);
                let answer = create.call(gpu);
                if answer == SUCCESS {
                    drop(share::share(gpu, create.resource()));
                }
                assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
                done(answer)?;
            }
            7 => {
                let mut create = Create::buffers(device, 4);
                done(create.call(gpu))?;
                let list = create.allocations();
                let paged = self.page(&list);
                assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
                paged?;
            }
            _ => {
                let mut name = 0_u32;
                let at = &raw mut name as u64;
                let question = libd3dkmt::sys::bindings::KMTQAITYPE_DRIVERVERSION;
                done(query_at(&gpu.dxg, gpu.adapter, question, at, 4))?;
                let (answer, adapter) = open_adapter(&gpu.dxg, gpu.luid);
                if answer == INVALID_PARAMETER {
                    return Ok(());
                }
                done(answer)?;
                assert_eq!(close_adapter(&gpu.dxg, adapter), SUCCESS);
            }
        }
        Ok(())
    }
}

/// Nine threads make, touch, lock, open, share and page on one device until the adapter goes under them.
pub fn race(device: &mut impl Removable, count: u64) {
    let before = counters();
    let memory = Map::new(1);
    for cycle in 0..count {
        let gpu = Gpu::open(device.luid());
        let on = gpu.device();
        let create = shared(on, 2).made(&gpu);
        let mapping = gpu.lock(on, create.allocation(0));
        // SAFETY: The lock has a page.
        unsafe { bytes_at(mapping, PAGE) }.fill(0x5a);
        let global = Create::buffer(on, 4096).in_global_resource().made(&gpu);
        let common = Common {
            gpu: &gpu,
            device: on,
            mapping,
            nt: share::share(&gpu, create.resource()),
            create,
            global: global.global(),
            queue: PagingQueue::new(&gpu, on),
            memory: memory.address(),
        };
        thread::scope(|scope| {
            for thread in 0..THREADS {
                let common = &common;
                spawn(scope, move || loop {
                    match common.round(thread) {
                        Ok(()) => {}
                        Err(DEVICE_REMOVED) => break,
                        Err(answer) => panic!("thread {thread}: {answer:?}"),
                    }
                });
            }
            thread::sleep(Duration::from_millis(5 + 7 * cycle));
            device.remove();
        });
        // SAFETY: As above.
        assert!(unsafe { bytes_at(mapping, PAGE) }.iter().all(|&b| b == 0));
        gpu.unlock(on, common.create.allocation(0));
        drop(common);
        drop(gpu);
        device.restore();
        before.assert_restored();
    }
}

/// The device goes while calls wait for memory of their caller: it does not wait for them.
pub fn while_calls_wait(device: &mut impl Removable) {
    let before = counters();
    let gpu = Gpu::open(device.luid());
    let on = gpu.device();
    let nt = share::share(&gpu, shared(on, 2).made(&gpu).resource());
    // One waits before there is an object, one when all are made and have no names yet.
    let blobs = Absent::new();
    let mut create = Create::buffers(on, 2);
    create.infos[1].priv_drv_data = blobs.address();
    let data = Absent::new();
    let mut open = Open::new(on, &nt, 2);
    open.args.resource_priv_drv_data = data.address();
    thread::scope(|scope| {
        // Signals would keep them awake while they wait: that is for the suite `signals`.
        let creating = scope.spawn(|| create.call(&gpu));
        blobs.wait_for_touch();
        let opening = scope.spawn(|| (open.call(&gpu), open.resource()));
        data.wait_for_touch();
        device.remove();
        blobs.bring(&[0; 48]);
        assert_eq!(creating.join().expect("no panic"), DEVICE_REMOVED);
        data.bring(&[]);
        // It came before the end, and can be destroyed like anything from before.
        let (answer, resource) = opening.join().expect("no panic");
        assert_eq!(answer, SUCCESS);
        assert_eq!(destroy_resource(&gpu.dxg, on, resource), SUCCESS);
    });
    drop((gpu, nt));
    before.assert_restored();
    device.restore();
}

/// The device goes while threads and eventfds wait for fences of every kind: all waits end, whoever
/// polls goes on, and what is left can be destroyed.
pub fn while_fences_are_waited_for(device: &mut impl Removable) {
    let before = counters();
    let gpu = Gpu::open(device.luid());
    let on = gpu.device();
    let [fence, other] = [0; 2].map(|_| Fence::new(&gpu, on, 3));
    let stays = Fence::with_flags(&gpu, on, 3, STAYS);
    let queue = PagingQueue::new(&gpu, on);
    let all = [fence, other, stays, queue.fence].map(|fence| (fence.handle, 4));
    let event = Event::new();
    let by_event = |any| WaitOptions {
        any,
        event: Some(&event),
    };
    for any in [false, true] {
        assert_eq!(wait_in(&gpu.dxg, on, &all, by_event(any)), SUCCESS);
    }
    thread::scope(|scope| {
        let dxg = &gpu.dxg;
        let waiting = all.map(|target| spawn(scope, move || wait(dxg, on, &[target])));
        let any = spawn(scope, || {
            let any = true;
            wait_in(&gpu.dxg, on, &all, WaitOptions { any, event: None })
        });
        let polling = spawn(scope, || {
            while fence.value() < 4 {
                thread::yield_now();
            }
        });
        let waits = soon(|| match counters().since(&before, "waits") {
            7 => Ok(()),
            other => Err(other),
        });
        assert_eq!(waits, Ok(()), "waits");
        device.remove();
        for waiting in waiting.into_iter().chain([any]) {
            assert_eq!(waiting.join().expect("no panic"), DEVICE_REMOVED);
        }
        polling.join().expect("no panic");
    });
    assert_eq!(event.count(), 2);
    let values = [fence, other, queue.fence, stays].map(|fence| fence.value());
    assert_eq!(values, [u64::MAX, u64::MAX, u64::MAX, 3]);
    // Nothing can be made, signalled or waited for, whatever it is.
    let removed = |answer: Answer| assert_eq!(answer, DEVICE_REMOVED);
    removed(create_sync_object(&gpu.dxg, &mut new_fence(on, 0)));
    removed(create_paging_queue(&gpu.dxg, &mut new_paging_queue(on)));
    removed(signal(&gpu.dxg, on, &[(fence.handle, 9)]));
    removed(wait(&gpu.dxg, on, &[(fence.handle, 0)]));
    removed(wait_in(&gpu.dxg, on, &all, by_event(true)));
    assert_eq!(event.count(), 0);
    assert_eq!(stays.value(), 3);
    // Destroying works as before.
    assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
    assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
    device.restore();
    assert_eq!(stays.value(), 3);
    assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
    drop(gpu);
    before.assert_restored();
}

/// NoSignalMaxValueOnTdr.
const STAYS: u32 = 0x40;

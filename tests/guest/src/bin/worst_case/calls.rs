// SPDX-License-Identifier: MIT OR Apache-2.0
//! The calls whose length a user decides, with their longest arguments.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    fence::{
        destroy_sync_object, signal_with, wait, wait_in, Event, Fence, PagingQueue, WaitOptions,
        REWIND, WAITED_ON_MAX,
    },
    memory::{Map, PAGE},
    paging::*,
    share::{share, shared, Open},
};

/// A call that is prepared.
pub type Call<'a> = Box<dyn FnMut() + 'a>;

/// A long call.
pub struct Worst {
    pub name: &'static str,
    /// Makes everything that it takes.
    pub prepare: for<'a> fn(&'a Gpu) -> Call<'a>,
    /// When whoever makes it is killed, in millions of instructions from its beginning. It is not over
    /// then.
    pub kills: &'static [u64],
    /// It can be made again and again.
    pub repeats: bool,
}

const fn worst(
    name: &'static str,
    prepare: for<'a> fn(&'a Gpu) -> Call<'a>,
    kills: &'static [u64],
) -> Worst {
    Worst {
        name,
        prepare,
        kills,
        repeats: false,
    }
}

const fn repeated(
    name: &'static str,
    prepare: for<'a> fn(&'a Gpu) -> Call<'a>,
    kills: &'static [u64],
) -> Worst {
    Worst {
        repeats: true,
        ..worst(name, prepare, kills)
    }
}

/// All of them.
pub const WORST: &[Worst] = &[
    worst("wait", wait_for_many, &[50, 200]),
    worst("rewind", rewind_many_waits, &[10]),
    worst("destroy_device", destroy_device_with_many, &[30]),
    worst("lock", lock_large, &[20, 60]),
    repeated("offer_reclaim", offer_and_reclaim, &[20, 60, 120]),
    repeated("make_resident_evict", make_resident_and_evict, &[]),
    repeated("priorities", set_many_priorities, &[20, 120]),
    repeated("residency", query_many, &[10]),
    repeated("create_destroy", create_and_destroy, &[]),
    repeated("open_destroy", open_and_destroy, &[]),
    repeated("pin_unpin", pin_and_unpin, &[10]),
    repeated("wait_signal", wait_and_signal, &[]),
];

/// Calls that are short, however much they end: a worker does most of it.
pub const SHORT: &[Worst] = &[
    worst("signal", signal_waits_for_many, &[]),
    worst("signal_many", signal_many_waits, &[]),
    worst("destroy_fence", destroy_fence_with_many_waits, &[]),
];

/// As many allocations as one call makes.
const MADE_AT_ONCE: usize = 1024;
/// Some that have memory, which one call can name again and again.
const USED: usize = 256;
/// As many allocations as all resources of one call may have.
const IN_RESOURCES: usize = 1 << 16;

/// A wait of a thread for as many fences as one call takes, none of which is ever signalled.
fn wait_for_many(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    let fence = Fence::new(gpu, device, 0);
    let targets = vec![(fence.handle, 1); WAITED_ON_MAX as usize];
    Box::new(move || assert_ne!(wait(&gpu.dxg, device, &targets), SUCCESS))
}

/// Waits for the first one of some fences to reach 1, as the others never do.
pub struct Waits<'a> {
    gpu: &'a Gpu,
    device: u32,
    targets: Vec<(u32, u64)>,
    event: Event,
}

impl<'a> Waits<'a> {
    /// For as many fences.
    fn of(gpu: &'a Gpu, targets: usize) -> Self {
        let device = gpu.device();
        let [first, others] = [(); 2].map(|()| Fence::new(gpu, device, 0).handle);
        let mut targets = vec![(others, 1); targets];
        targets[0].0 = first;
        Self {
            gpu,
            device,
            targets,
            event: Event::new(),
        }
    }

    fn begin(&self) {
        let options = WaitOptions {
            any: true,
            event: Some(&self.event),
        };
        let begun = wait_in(&self.gpu.dxg, self.device, &self.targets, options);
        assert_eq!(begun, SUCCESS);
    }

    fn set(&self, value: u64, flags: u32) {
        let targets = [(self.targets[0].0, value)];
        let set = signal_with(&self.gpu.dxg, self.device, &targets, flags);
        assert_eq!(set, SUCCESS);
    }
}

/// Some of them, or very many small ones.
fn waits(gpu: &Gpu, count: u64, targets: usize) -> Waits<'_> {
    let waits = Waits::of(gpu, targets);
    (0..count).for_each(|_| waits.begin());
    waits
}

/// More than a worker has done by then.
pub fn many_waits(gpu: &Gpu) -> Waits<'_> {
    waits(gpu, 1 << 16, 1)
}

fn signal_waits_for_many(gpu: &Gpu) -> Call<'_> {
    let waits = waits(gpu, 4, WAITED_ON_MAX as usize);
    Box::new(move || waits.set(1, 0))
}

fn signal_many_waits(gpu: &Gpu) -> Call<'_> {
    let waits = many_waits(gpu);
    Box::new(move || waits.set(1, 0))
}

/// A rewind has to complete what the signal has left.
fn rewind_many_waits(gpu: &Gpu) -> Call<'_> {
    let waits = many_waits(gpu);
    Box::new(move || {
        waits.set(1, 0);
        waits.set(0, REWIND);
    })
}

fn destroy_fence_with_many_waits(gpu: &Gpu) -> Call<'_> {
    let waits = many_waits(gpu);
    Box::new(move || assert_eq!(destroy_sync_object(&gpu.dxg, waits.targets[0].0), SUCCESS))
}

fn wait_and_signal(gpu: &Gpu) -> Call<'_> {
    let waits = Waits::of(gpu, WAITED_ON_MAX as usize);
    Box::new(move || {
        waits.begin();
        waits.set(1, 0);
        assert_eq!(waits.event.count(), 1);
        waits.set(0, REWIND);
    })
}

/// The end of a device with many allocations.
fn destroy_device_with_many(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    for _ in 0..20 {
        let made = Create::buffers(device, MADE_AT_ONCE).made(gpu);
        // Video memory knows them from now on.
        assert_eq!(offer(&gpu.dxg, device, &made.allocations()), SUCCESS);
    }
    Box::new(move || assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS))
}

/// A lock of most of the segment.
fn lock_large(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    let large = buffer(gpu, device, 192 << 20);
    Box::new(move || assert_ne!(gpu.lock(device, large), 0))
}

/// Offers and reclaims of as many allocations as one call takes.
fn offer_and_reclaim(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    let queue = PagingQueue::new(gpu, device);
    let create = Create::buffers(device, USED).in_resource().made(gpu);
    use_all(gpu, device, &create);
    let resources = List::new(&vec![create.resource(); IN_RESOURCES / USED]);
    Box::new(move || {
        let mut args = to_offer(device, Kind::Resources, &resources);
        assert_eq!(offer_with(&gpu.dxg, &mut args), SUCCESS);
        let mut args = to_reclaim(queue.handle, Kind::Resources, &resources);
        assert_eq!(reclaim_with(&gpu.dxg, &mut args), SUCCESS);
    })
}

/// Residency of as many allocations as one call takes.
fn make_resident_and_evict(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    let queue = PagingQueue::new(gpu, device);
    let list = vec![buffer(gpu, device, 4096); PAGED_MAX as usize];
    resident(gpu, device, &queue, &list[..1]);
    Box::new(move || {
        let made = make_resident(&gpu.dxg, queue.handle, &list);
        assert!([SUCCESS, PENDING].contains(&made), "{made:?}");
        assert_eq!(evict(&gpu.dxg, device, &list), SUCCESS);
    })
}

/// Gives all allocations memory in the segment.
fn use_all(gpu: &Gpu, device: u32, create: &Create) {
    for allocation in create.allocations() {
        gpu.lock(device, allocation);
        gpu.unlock(device, allocation);
    }
}

/// As many handles as one call about priorities takes.
fn many(gpu: &Gpu, device: u32) -> Vec<u32> {
    let create = Create::buffers(device, USED).made(gpu);
    use_all(gpu, device, &create);
    let handles = create.allocations().into_iter().cycle();
    handles.take(LISTED_MAX as usize).collect()
}

fn set_many_priorities(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    let list = many(gpu, device);
    let priorities = vec![0x7800_0000; list.len()];
    Box::new(move || {
        assert_eq!(
            set_priorities(&gpu.dxg, device, &list, &priorities),
            SUCCESS
        );
    })
}

fn query_many(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    let list = many(gpu, device);
    Box::new(move || assert_eq!(places(&gpu.dxg, device, &list).0, SUCCESS))
}

/// As many allocations as one call makes, with as much private data as it takes.
fn create_and_destroy(gpu: &Gpu) -> Call<'_> {
    let device = gpu.device();
    Box::new(move || {
        let create = Create::buffers(device, MADE_AT_ONCE)
            .in_resource()
            .made(gpu);
        assert_eq!(
            destroy_resource(&gpu.dxg, device, create.resource()),
            SUCCESS
        );
    })
}

/// A shared resource of as many allocations as one call makes.
fn open_and_destroy(gpu: &Gpu) -> Call<'_> {
    let [maker, opener] = [gpu.device(), gpu.device()];
    let nt = share(gpu, shared(maker, MADE_AT_ONCE).made(gpu).resource());
    Box::new(move || {
        let opened = Open::new(opener, &nt, MADE_AT_ONCE).made(gpu);
        assert_eq!(
            destroy_resource(&gpu.dxg, opener, opened.resource()),
            SUCCESS
        );
    })
}

/// Much memory of the caller's.
fn pin_and_unpin(gpu: &Gpu) -> Call<'_> {
    const PAGES: usize = 32 << 10;
    let device = gpu.device();
    let memory = Map::new(PAGES);
    Box::new(move || {
        let bytes = (PAGES * PAGE) as u64;
        let heap = Create::heap(device, memory.address(), bytes).made(gpu);
        let heap = [heap.allocation(0)];
        assert_eq!(destroy_allocations(&gpu.dxg, device, &heap), SUCCESS);
    })
}

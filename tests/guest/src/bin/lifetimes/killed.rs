// SPDX-License-Identifier: MIT OR Apache-2.0
//! A process ends at any moment of large calls, by SIGKILL or as another thread exits. Nothing of it
//! is left, and what it shared with others is intact.

use super::*;
use dxg_guest_tests::{
    clock::Deadline,
    create::Create,
    faults::every_call::spare,
    memory::{memory_file, Map},
    share::{inherited, share, shared},
    signals::spawn,
};
use std::{
    fs::File,
    hint, mem,
    os::fd::FromRawFd,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

/// How often a process ends inside each kind of call, on each adapter, if that does not take too long.
const ROUNDS: u32 = 5;
const TIME: Duration = Duration::from_secs(2);

/// How much a call makes.
#[derive(Clone, Copy)]
struct Size {
    allocations: usize,
    /// That are pinned, or touched.
    pages: usize,
}

/// The most allocations that a call can make, and 16 MiB, where that does not take too long.
fn large() -> Size {
    let scaled = |much| usize::try_from(harness::scaled(much)).expect("a small number");
    Size {
        allocations: scaled(1024),
        pages: scaled(4096),
    }
}

/// For many threads at a time.
const MEDIUM: Size = Size {
    allocations: 128,
    pages: 512,
};

/// After that no call comes any more.
const PATIENCE: Duration = Duration::from_secs(60);

/// What a process is doing, for another one to see.
#[derive(Clone, Copy)]
struct Progress(&'static [AtomicU32; 3]);

impl Progress {
    /// In memory that stays.
    fn new(map: Map) -> Self {
        let words = map.at::<[AtomicU32; 3]>(0);
        mem::forget(map);
        // SAFETY: The memory is never unmapped, and zero at first.
        Self(unsafe { &*words })
    }

    fn of(file: &File) -> Self {
        Self::new(Map::of_file(file, 1, true))
    }

    /// Makes a call, with notes of its begin, its end and how long it took.
    fn note<R>(self, call: impl FnOnce() -> R) -> R {
        let [inside, calls, micros] = self.0;
        let start = Instant::now();
        inside.store(1, Relaxed);
        let result = call();
        inside.store(0, Relaxed);
        let took = u32::try_from(start.elapsed().as_micros()).unwrap_or(u32::MAX);
        micros.store(took, Relaxed);
        calls.fetch_add(1, Relaxed);
        result
    }

    fn is_inside(self) -> bool {
        self.0[0].load(Relaxed) == 1
    }

    /// Waits for the end of some calls; how long the last one took.
    fn first_calls(self) -> Result<Duration, &'static str> {
        let mut deadline = Deadline::after(PATIENCE);
        while self.0[1].load(Relaxed) < 2 {
            if deadline.is_over() {
                return Err("no calls have ended");
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(Duration::from_micros(self.0[2].load(Relaxed).into()))
    }

    /// Waits until a call begins.
    fn wait_for_begin(self) {
        let mut deadline = Deadline::after(PATIENCE);
        while !self.is_inside() {
            assert!(!deadline.is_over(), "no call");
            hint::spin_loop();
        }
    }
}

/// Waits more exactly than sleep does.
fn wait(time: Duration) {
    let start = Instant::now();
    while start.elapsed() < time {
        hint::spin_loop();
    }
}

/// Numbers without a pattern.
struct Random(u64);

impl Random {
    /// Others in each run, and on each adapter.
    fn new(gpu: &Gpu) -> Self {
        Self(0x9e37_79b9_7f4a_7c15 ^ u64::from(gpu.luid.0))
    }

    fn below(&mut self, bound: u32) -> u32 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        // The low half of it.
        self.0 as u32 % bound
    }
}

/// One round of a kind of call, with what it needs before and after.
fn round(gpu: &Gpu, kind: &str, size: Size, memory: &Map, nt: &OwnedFd, progress: Progress) {
    let device = gpu.device();
    let many = size.allocations;
    let bytes = (size.pages * PAGE) as u64;
    let done = match kind {
        "create" => {
            let mut create = Create::buffers(device, many).in_resource();
            progress.note(|| create.call(gpu))
        }
        "pin" => {
            let mut create = Create::memory(device, &[(memory.address(), bytes)]);
            progress.note(|| create.call(gpu))
        }
        "touch" => {
            let create = Create::buffer(device, bytes).made(gpu);
            let allocation = create.allocation(0);
            let (answer, _) = progress.note(|| lock(&gpu.dxg, device, allocation));
            gpu.unlock(device, allocation);
            answer
        }
        "open" => {
            let mut open = Open::new(device, nt, many);
            progress.note(|| open.call(gpu))
        }
        "resource" => {
            let create = Create::buffers(device, many).in_resource().made(gpu);
            progress.note(|| destroy_resource(&gpu.dxg, device, create.resource()))
        }
        "allocations" => {
            let list = Create::buffers(device, many).made(gpu).allocations();
            progress.note(|| destroy_allocations(&gpu.dxg, device, &list))
        }
        _ => {
            Create::buffers(device, many).made(gpu);
            Create::memory(device, &[(memory.address(), bytes)]).made(gpu);
            let destroyed = progress.note(|| destroy_device(&gpu.dxg, device));
            assert_eq!(destroyed, SUCCESS);
            return;
        }
    };
    assert_eq!(done, SUCCESS, "{kind}");
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// Memory with something in it.
fn memory(size: Size) -> Map {
    let mut memory = Map::new(size.pages);
    memory.bytes().fill(1);
    memory
}

/// In a child: calls of one kind, without end.
pub(super) fn churn(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let nt = from_parent(&arguments[3]);
    let fd = arguments[4].parse().expect("a descriptor");
    // SAFETY: The parent has left it open for this process.
    let progress = Progress::of(&unsafe { File::from_raw_fd(fd) });
    let memory = memory(large());
    child::say("begun");
    loop {
        round(&gpu, &arguments[5], large(), &memory, &nt, progress);
    }
}

/// A shared resource of this process that others use as well.
struct Ours {
    count: usize,
    device: u32,
    create: Create,
    address: u64,
    nt: OwnedFd,
}

impl Ours {
    fn new(gpu: &Gpu, size: Size) -> Self {
        let (device, count) = (gpu.device(), size.allocations);
        let create = shared(device, count).made(gpu);
        let address = gpu.lock(device, create.allocation(count - 1));
        fill(address, 0x5a);
        let nt = share(gpu, create.resource());
        inherited(&nt);
        Self {
            count,
            device,
            create,
            address,
            nt,
        }
    }

    fn is_intact(&self, gpu: &Gpu) {
        assert!(is_full(self.address, 0x5a));
        opens(gpu, self.device, &self.nt, self.count, self.count - 1, 0x5a);
    }

    fn end(self, gpu: &Gpu) {
        gpu.unlock(self.device, self.create.allocation(self.count - 1));
        assert_eq!(destroy_device(&gpu.dxg, self.device), SUCCESS);
    }
}

/// Makes as many rounds as there is time for. Those count that say so; without any the test would be
/// about something else.
fn some_rounds(mut round: impl FnMut() -> bool) {
    let (start, mut deadline) = (Instant::now(), Deadline::after(PATIENCE));
    let mut counted = 0;
    while counted < ROUNDS && (counted == 0 || start.elapsed() < TIME) {
        assert!(!deadline.is_over(), "no end inside of a call");
        counted += u32::from(round());
    }
}

fn killed_in(kind: &str) {
    spare("it is a child that makes the calls");
    on_each_adapter(|gpu| {
        let ours = Ours::new(gpu, large());
        let mut random = Random::new(gpu);
        some_rounds(|| {
            let before = counters();
            let file = memory_file(1);
            inherited(&file);
            let progress = Progress::of(&file);
            let [nt, shown] = [number(&ours.nt), number(&file)].map(|fd| fd.to_string());
            let (mut child, _socket) = start("churn", gpu, &[&nt, &shown, kind]);
            assert_eq!(child.line(), "begun");
            let took = progress.first_calls().expect("calls");
            let moment = took * random.below(80) / 100;
            progress.wait_for_begin();
            wait(moment);
            child.kill();
            before.assert_restored();
            ours.is_intact(gpu);
            progress.is_inside()
        });
        ours.end(gpu);
    });
}

pub(super) fn killed_while_it_creates() {
    killed_in("create");
}

pub(super) fn killed_while_it_pins() {
    killed_in("pin");
}

pub(super) fn killed_while_it_touches() {
    killed_in("touch");
}

pub(super) fn killed_while_it_opens() {
    killed_in("open");
}

pub(super) fn killed_while_it_destroys_a_resource() {
    killed_in("resource");
}

pub(super) fn killed_while_it_destroys_allocations() {
    killed_in("allocations");
}

pub(super) fn killed_while_it_destroys_a_device() {
    killed_in("device");
}

/// In a child: each thread makes calls of another kind, and after a while the main thread exits, and
/// all of them with it.
pub(super) fn crowd(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let nt = from_parent(&arguments[3]);
    let micros = arguments[4].parse().expect("microseconds");
    let kinds = ["create", "pin", "touch", "open", "device"];
    thread::scope(|scope| {
        let started = kinds.map(|kind| {
            let progress = Progress::new(Map::new(1));
            let (gpu, nt) = (&gpu, &nt);
            spawn(scope, move || {
                let memory = memory(MEDIUM);
                loop {
                    round(gpu, kind, MEDIUM, &memory, nt, progress);
                }
            });
            progress
        });
        for progress in started {
            progress.first_calls().expect("calls");
        }
        thread::sleep(Duration::from_micros(micros));
        exit_now();
    });
}

pub(super) fn exit_in_the_middle_of_calls() {
    spare("it is a child that makes the calls");
    on_each_adapter(|gpu| {
        let ours = Ours::new(gpu, MEDIUM);
        let mut random = Random::new(gpu);
        some_rounds(|| {
            let before = counters();
            let nt = number(&ours.nt).to_string();
            let micros = random.below(20_000).to_string();
            let (child, _socket) = start("crowd", gpu, &[&nt, &micros]);
            child.succeed();
            before.assert_restored();
            ours.is_intact(gpu);
            true
        });
        ours.end(gpu);
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! The machine is suspended while memory is paged, while mappings of it fault, while threads wait, and while contexts
//! are executed, wait, and are in error.

use dxg_guest_tests::{
    calls::*,
    child::{self, start_on, wait_for_parent, Child},
    execution::*,
    faults::every_call::spare,
    fence::{signal, wait, Fence, PagingQueue},
    harness,
    memory::MIB,
    paging::*,
    pattern::Patterned,
    state::soon,
    suspend::{suspend, Level},
    tests,
};
use libd3dkmt::sys::bindings as c;
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            all_goes_on_after_tasks_were_frozen,
            all_goes_on_after_devices_were_suspended,
            all_goes_on_after_the_machine_has_slept,
        ],
        &[("mover", mover)],
    )
}

fn all_goes_on_after_tasks_were_frozen() {
    in_the_middle_of_everything(Level::Tasks);
}

fn all_goes_on_after_devices_were_suspended() {
    in_the_middle_of_everything(Level::Devices);
}

fn all_goes_on_after_the_machine_has_slept() {
    in_the_middle_of_everything(Level::Machine);
}

/// Allocations that one call brings in: it takes longer than to fall asleep.
const MANY: usize = 1500;

/// What a process has on an adapter while the machine is suspended.
struct Site {
    gpu: Gpu,
    device: u32,
    queue: PagingQueue,
    /// Brought in one after the other.
    all: Vec<u32>,
    /// Locked.
    kept: Patterned,
    mapping: u64,
    /// Outside of the segment.
    out: Patterned,
    /// Somebody waits for its 1.
    fence: Fence,
    /// Another process, whose memory moves all the time.
    mover: Child,
}

impl Site {
    fn new(luid: Luid) -> Self {
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let [kept, out] = [7, 9].map(|seed| {
            let mut buffer = Patterned::new(&gpu, device, MIB);
            buffer.write(&gpu, device, seed);
            buffer
        });
        let queue = PagingQueue::new(&gpu, device);
        resident(&gpu, device, &queue, &[out.allocation]);
        evicted(&gpu, device, &[out.allocation]);
        let mut mover = start_on("mover", luid, &[]);
        assert_eq!(mover.line(), "begins");
        Self {
            all: (0..MANY).map(|_| buffer(&gpu, device, 64 << 10)).collect(),
            mapping: gpu.lock(device, kept.allocation),
            fence: Fence::new(&gpu, device, 0),
            gpu,
            device,
            queue,
            kept,
            out,
            mover,
        }
    }

    /// Pages everything in. Returns the fence value that says so.
    fn begin(&self) -> u64 {
        let queue = self.queue.handle;
        let (answer, _, value, _) = make_resident_in(&self.gpu.dxg, queue, &self.all, 0);
        assert_eq!(answer, PENDING);
        value
    }

    fn check(&self) {
        let inside = places(&self.gpu.dxg, self.device, &self.all);
        assert_eq!(inside, (SUCCESS, vec![IN_GPU_MEMORY; MANY]));
        assert_eq!(
            place(&self.gpu, self.device, self.out.allocation),
            IN_SHARED_MEMORY
        );
        self.kept.check_at(self.mapping);
        self.gpu.unlock(self.device, self.kept.allocation);
        self.kept.check(&self.gpu, self.device);
        self.out.check(&self.gpu, self.device);
    }
}

/// In a child: its memory leaves the segment, and an access through a mapping pages it in.
fn mover(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let mut moved = Patterned::new(&gpu, device, MIB);
    moved.write(&gpu, device, 11);
    let mapping = gpu.lock(device, moved.allocation);
    let stop = AtomicBool::new(false);
    thread::scope(|scope| {
        scope.spawn(|| {
            wait_for_parent();
            stop.store(true, Relaxed);
        });
        child::say("begins");
        while !stop.load(Relaxed) {
            resident(&gpu, device, &queue, &[moved.allocation]);
            evicted(&gpu, device, &[moved.allocation]);
            assert_eq!(place(&gpu, device, moved.allocation), IN_SHARED_MEMORY);
            moved.check_at(mapping);
            assert_eq!(place(&gpu, device, moved.allocation), IN_GPU_MEMORY);
        }
    });
    gpu.unlock(device, moved.allocation);
}

/// What engines have to do on an adapter while the machine is suspended.
struct Executing<'a> {
    /// Counts in the second 64 bits of its memory, for years.
    endless: Engine<'a>,
    /// A context that waits for the gate, and then says so.
    gate: GpuFence,
    told: GpuFence,
    /// In error.
    faulted: Engine<'a>,
}

impl<'a> Executing<'a> {
    fn new(gpu: &'a Gpu) -> Self {
        let endless = Engine::on_new_device(gpu);
        let waits = endless.context(COPY);
        let (gate, told) = (endless.hold(waits), endless.fence());
        endless.signal(waits, told, 1);
        let call = |page: usize, bytes| {
            let address = endless.commands.at(4096 * page);
            (0..200).fold(Commands::new(), |all, _| all.call(address, bytes))
        };
        let count = Commands::new().add(endless.memory.at(8), 1);
        endless.commands.put(3 * 4096, &count);
        endless
            .commands
            .put(2 * 4096, &call(3, count.bytes().into()));
        endless.commands.put(4096, &call(2, 4000));
        endless.start(&call(1, 4000));
        let faulted = Engine::on_new_device(gpu);
        faulted.start(&Commands::new().write64(0x7000_0000_0000, 1));
        faulted.wait_for_error();
        let this = Self {
            endless,
            gate,
            told,
            faulted,
        };
        this.counts();
        this
    }

    /// The engine executes commands.
    fn counts(&self) {
        let before = self.endless.memory.load(8);
        let more = || match self.endless.memory.load(8) {
            now if now > before => Ok(()),
            now => Err(now),
        };
        assert_eq!(soon(more), Ok(()));
    }

    fn check(&self) {
        self.counts();
        assert_eq!((self.gate.value(), self.told.value()), (0, 0));
        assert_eq!(self.endless.state(), c::D3DKMT_DEVICEEXECUTION_ACTIVE);
        assert_eq!(
            self.faulted.state(),
            c::D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT
        );
        let target = [self.gate.at(1)];
        let (dxg, device) = (&self.endless.gpu.dxg, self.endless.device);
        assert_eq!(signal(dxg, device, &target), SUCCESS);
        self.endless.wait_for(self.told, 1);
    }
}

/// Ends the waits when it goes, so that a test that has failed ends.
struct Signals<'a>(&'a [Site]);

impl Drop for Signals<'_> {
    fn drop(&mut self) {
        for site in self.0 {
            let target = [(site.fence.handle, 1)];
            assert_eq!(signal(&site.gpu.dxg, site.device, &target), SUCCESS);
        }
    }
}

/// Nothing is lost, and all waits end. That the fences are behind when the machine is suspended and when it
/// goes on says that something was to be done meanwhile.
fn in_the_middle_of_everything(level: Level) {
    spare("it takes long");
    let sites: Vec<_> = luids().into_iter().map(Site::new).collect();
    let executing: Vec<_> = sites.iter().map(|site| Executing::new(&site.gpu)).collect();
    thread::scope(|scope| {
        let signals = Signals(&sites);
        let waiting = sites.iter().map(|site| {
            let (dxg, target) = (&site.gpu.dxg, [(site.fence.handle, 1)]);
            scope.spawn(move || wait(dxg, site.device, &target))
        });
        let waiting: Vec<_> = waiting.collect();
        let ends: Vec<_> = sites.iter().map(Site::begin).collect();
        let is_behind = || {
            let fences = sites.iter().map(|site| site.queue.fence.value());
            fences.zip(&ends).all(|(value, &end)| value < end)
        };
        assert!(is_behind(), "all was paged before the suspend");
        suspend(level);
        assert!(is_behind(), "all was paged meanwhile");
        for (site, &end) in sites.iter().zip(&ends) {
            arrived(&site.gpu, site.device, &site.queue, PENDING, end);
            site.check();
            assert_eq!(site.fence.value(), 0);
        }
        executing.iter().for_each(Executing::check);
        drop(signals);
        for waiting in waiting {
            assert_eq!(waiting.join().expect("no panic"), SUCCESS);
        }
    });
    drop(executing);
    sites.into_iter().for_each(|site| site.mover.succeed());
}

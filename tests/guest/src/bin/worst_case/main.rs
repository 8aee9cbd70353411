// SPDX-License-Identifier: MIT OR Apache-2.0
//! The longest calls that a user can make: whoever makes one can be killed, and nobody else waits for it.
//!
//! The guest's clocks count the instructions of its processors (the mode `counted`), a nanosecond each, so
//! that the limits have nothing to do with the speed of the machine, nor with what else that does.

mod calls;

use calls::{many_waits, Worst, SHORT, WORST};
use dxg_guest_tests::{
    calls::*,
    child::{self, say, Child},
    fence::{signal, Fence, PagingQueue},
    harness::{self, context},
    paging::*,
    tests,
};
use libd3dkmt::sys::bindings as c;
use std::{
    fs,
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

/// From SIGKILL to the end of the process: 50 million instructions, less than 20 ms of a real processor.
const KILLED: Duration = Duration::from_millis(50);
/// For a call that leaves to a worker what is long, which may preempt it.
const BRIEF: Duration = Duration::from_millis(40);
/// For a small call of another process. Two processors that are emulated take turns of up to 10 million.
const BESIDE: Duration = Duration::from_millis(50);
/// For the kernel's look for memory that it could have back, in all its caches.
const RECLAIM: Duration = Duration::from_millis(50);
/// How long small calls are made beside a long one.
const BESIDE_FOR: Duration = Duration::from_millis(200);

fn main() -> ExitCode {
    harness::run(
        tests![
            clocks_count_instructions,
            whoever_makes_a_long_call_can_be_killed,
            calls_that_end_many_waits_are_short,
            the_end_of_a_process_with_many_waits_is_short,
            nobody_waits_for_a_long_call,
            reclaim_waits_for_no_call,
        ],
        &[
            ("once", once),
            ("again", again),
            ("timed", timed),
            ("waiting", waiting),
        ],
    )
}

fn worst(name: &str) -> &'static Worst {
    let found = WORST.iter().chain(SHORT).find(|worst| worst.name == name);
    found.expect("a name of the list")
}

/// Another process that has the node open, too, as long as this one lives: so what this one's end takes
/// is the end of its call, and not that of its objects.
fn hold_the_node() {
    let mut pipe = [0; 2];
    // SAFETY: The child makes system calls alone, and never returns; the buffers are as long as stated.
    unsafe {
        assert_eq!(libc::pipe(pipe.as_mut_ptr()), 0);
        match libc::fork() {
            -1 => panic!("fork"),
            0 => {
                libc::prctl(libc::PR_SET_PDEATHSIG, libc::SIGKILL);
                libc::write(pipe[1], [0_u8].as_ptr().cast(), 1);
                loop {
                    libc::pause();
                }
            }
            _ => assert_eq!(libc::read(pipe[0], [0_u8].as_mut_ptr().cast(), 1), 1),
        }
    }
}

/// In a child: makes the call once.
fn once(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let mut call = (worst(&arguments[2]).prepare)(&gpu);
    hold_the_node();
    say("ready");
    let start = Instant::now();
    call();
    say(&format!("it was done in {:.1?}", start.elapsed()));
    child::wait_for_parent();
}

/// In a child: makes it again and again.
fn again(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let mut call = (worst(&arguments[2]).prepare)(&gpu);
    say("ready");
    call();
    say("once");
    loop {
        call();
    }
}

/// In a child: makes the call, and says how long it took.
fn timed(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let mut call = (worst(&arguments[2]).prepare)(&gpu);
    say("ready");
    let start = Instant::now();
    call();
    say(&start.elapsed().as_micros().to_string());
}

/// In a child: has many waits when it ends.
fn waiting(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let _waits = many_waits(&gpu);
    say("ready");
    child::wait_for_parent();
}

fn start(role: &str, name: &str) -> Child {
    let luid = *luids().first().expect("an adapter");
    let mut child = child::start_on(role, luid, &[name]);
    assert_eq!(child.line(), "ready");
    child
}

/// How long a loop of a million rounds takes, on clocks that count.
fn clocks_count_instructions() {
    let time = || {
        let start = Instant::now();
        for i in 0..1_000_000 {
            std::hint::black_box(i);
        }
        start.elapsed()
    };
    let times = [time(), time(), time()];
    println!("# a million rounds: {times:?}");
    // A few instructions each, and seldom an interrupt.
    let shortest = *times.iter().min().expect("three");
    let range = Duration::from_millis(1)..Duration::from_millis(20);
    assert!(times.iter().all(|time| range.contains(time)), "{times:?}");
    assert!(times.iter().all(|&time| time < 2 * shortest), "{times:?}");
}

/// What took longer than it may, of all that was measured.
#[derive(Default)]
struct TooLong(Vec<String>);

impl TooLong {
    fn note(&mut self, what: &str, took: Duration, limit: Duration) {
        println!("# {what}: {took:.1?}");
        if took >= limit {
            self.0.push(format!("{what}: {took:.1?}"));
        }
    }

    fn assert_nothing(self) {
        assert!(self.0.is_empty(), "too long: {}", self.0.join("; "));
    }
}

fn whoever_makes_a_long_call_can_be_killed() {
    let mut too_long = TooLong::default();
    for worst in WORST {
        for &after in worst.kills {
            context(format!("{} after {after}", worst.name), || {
                let mut child = start("once", worst.name);
                thread::sleep(Duration::from_millis(after));
                let start = Instant::now();
                child.signal(libc::SIGKILL);
                child.wait();
                let took = start.elapsed();
                let said = child.rest();
                too_long.note(
                    &format!("{} after {after} million", worst.name),
                    took,
                    KILLED,
                );
                // Else another call was killed than this one.
                assert_eq!(said, "", "the call was over");
            });
        }
    }
    too_long.assert_nothing();
}

fn calls_that_end_many_waits_are_short() {
    let mut too_long = TooLong::default();
    for worst in SHORT {
        context(worst.name, || {
            let mut child = start("timed", worst.name);
            let micros = child.line().parse().expect("microseconds");
            child.succeed();
            too_long.note(worst.name, Duration::from_micros(micros), BRIEF);
        });
    }
    too_long.assert_nothing();
}

fn the_end_of_a_process_with_many_waits_is_short() {
    let mut child = start("waiting", "");
    let start = Instant::now();
    child.signal(libc::SIGKILL);
    child.wait();
    let mut too_long = TooLong::default();
    too_long.note("the end", start.elapsed(), KILLED);
    too_long.assert_nothing();
}

/// A process that uses the same adapter.
struct Neighbour {
    gpu: Gpu,
    device: u32,
    allocation: u32,
    fence: Fence,
    value: u64,
}

impl Neighbour {
    fn new() -> Self {
        let gpu = Gpu::first();
        let device = gpu.device();
        Self {
            allocation: buffer(&gpu, device, 64 << 10),
            fence: Fence::new(&gpu, device, 0),
            value: 0,
            device,
            gpu,
        }
    }

    /// A lock of 64 KiB and back, and a signal of a fence; how long that takes.
    fn small_calls(&mut self) -> Duration {
        let start = Instant::now();
        self.gpu.lock(self.device, self.allocation);
        self.gpu.unlock(self.device, self.allocation);
        self.value += 1;
        let target = (self.fence.handle, self.value);
        assert_eq!(signal(&self.gpu.dxg, self.device, &[target]), SUCCESS);
        start.elapsed()
    }
}

fn nobody_waits_for_a_long_call() {
    let mut neighbour = Neighbour::new();
    let mut too_long = TooLong::default();
    for worst in WORST.iter().filter(|worst| worst.repeats) {
        context(worst.name, || {
            let mut child = start("again", worst.name);
            assert_eq!(child.line(), "once");
            let begin = Instant::now();
            let (mut longest, mut rounds) = (Duration::ZERO, 0);
            while begin.elapsed() < BESIDE_FOR {
                longest = longest.max(neighbour.small_calls());
                rounds += 1;
            }
            child.kill();
            too_long.note(&format!("{rounds} beside {}", worst.name), longest, BESIDE);
        });
    }
    too_long.assert_nothing();
}

/// Has the kernel look for memory that it could have back: "2" in all its caches but that of files. "4"
/// has it say nothing about that in its log.
fn drop_caches(what: &str) {
    fs::write("/proc/sys/vm/drop_caches", what).expect("procfs");
}

fn reclaim_waits_for_no_call() {
    drop_caches("4");
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, 1 << 20);
    let mut too_long = TooLong::default();
    for worst in WORST.iter().filter(|worst| worst.repeats) {
        context(worst.name, || {
            gpu.lock(device, allocation);
            gpu.unlock(device, allocation);
            let mut child = start("again", worst.name);
            assert_eq!(child.line(), "once");
            assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
            let begin = Instant::now();
            let mut longest = Duration::ZERO;
            while begin.elapsed() < BESIDE_FOR {
                let start = Instant::now();
                drop_caches("2");
                longest = longest.max(start.elapsed());
            }
            // Meanwhile the worker has reclaimed what the shrinker's scan has accepted.
            child.kill();
            too_long.note(worst.name, longest, RECLAIM);
            let result = reclaimed_one(&gpu, device, &queue, allocation);
            assert_eq!(result, c::D3DDDI_RECLAIM_RESULT_DISCARDED);
        });
    }
    too_long.assert_nothing();
}

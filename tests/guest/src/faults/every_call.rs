// SPDX-License-Identifier: MIT OR Apache-2.0
//! `DXG_TEST_FAULTS=1`: every call that a test makes is swept before it is made.
//!
//! A call that fails has changed nothing, so that it can be tried with its first, second, ... place
//! failing until it has no more; that last try is the call that the test has asked for. A call that
//! succeeds in spite of a fault, and cannot be made twice, is the test's call as well, and ends its
//! sweep early: what comes after that place is left to the suite `faults`, which can prepare the call
//! anew.
//!
//! What is not swept is counted: calls like others of the same test, calls beside other threads or
//! processes (which change the counters, too), and those of tests that [`spare`] themselves.

use super::{
    inject::{set_up, FailNth, Place, Tried},
    may_stay, name, on_no_memory,
    saved::Saved,
    swept::{Shape, Shapes},
};
use crate::{
    calls::{Answer, INVALID_PARAMETER, PENDING, SUCCESS},
    harness::{adapter_context, adapter_driver},
    memory::memory_file,
    state::{keep_counters_open, Counters},
};
use libd3dkmt::sys::{
    self,
    around::{around_every_call, Call},
    request,
};
use std::{
    collections::{BTreeMap, HashMap},
    env,
    fs::{self, File},
    mem,
    os::{
        fd::{FromRawFd, OwnedFd},
        unix::fs::MetadataExt,
    },
    process,
    sync::{
        atomic::{AtomicBool, Ordering::Relaxed},
        Mutex, OnceLock, PoisonError,
    },
    time::{Duration, Instant},
};

/// Calls of one shape that are swept in one test on one adapter: the second one often finds what
/// the first one has made.
const PER_SHAPE: u32 = 2;
/// Every place up to this one is tried, and then ever fewer: a large call has thousands.
const EACH_TO: u32 = 64;
/// How long one sweep may take.
const BUDGET: Duration = Duration::from_secs(4);

struct Mode {
    pid: u32,
    fail_nth: FailNth,
    aside: File,
    /// A sweep is going on: calls are those of the sweep itself.
    inside: AtomicBool,
    progress: Mutex<Progress>,
}

#[derive(Default)]
struct Progress {
    spared: Option<String>,
    tests: u32,
    spared_tests: u32,
    seen: HashMap<(Option<String>, u32, Vec<u32>), u32>,
    sums: BTreeMap<&'static str, Sum>,
    swept: Shapes,
    skipped: BTreeMap<&'static str, u32>,
}

/// What the sweeps of one request have met.
#[derive(Default)]
struct Sum {
    calls: u32,
    refused: u32,
    absorbed: u32,
    ended_by_success: u32,
    ended_by_time: u32,
}

static MODE: OnceLock<Mode> = OnceLock::new();

/// Starts the mode if it is asked for.
///
/// # Errors
///
/// What the kernel lacks.
pub(crate) fn start() -> Result<(), String> {
    if !is_wanted() {
        return Ok(());
    }
    set_up()?;
    keep_counters_open();
    let mode = Mode {
        pid: process::id(),
        fail_nth: FailNth::open()?,
        aside: memory_file(0),
        inside: AtomicBool::new(false),
        progress: Mutex::default(),
    };
    MODE.set(mode).map_err(|_| "the mode was started before")?;
    // SAFETY: `around` puts back what calls change: see `Saved`.
    unsafe { around_every_call(around) }.map_err(|_| "something is around calls".into())
}

/// Whether this run is in the mode. The calls of children of a test are not swept.
pub(crate) fn is_wanted() -> bool {
    env::var_os("DXG_TEST_FAULTS").is_some_and(|value| value == "1")
}

/// A test begins.
pub(crate) fn begin() {
    if let Some(mode) = MODE.get() {
        mode.inside.store(false, Relaxed);
        let mut progress = mode.progress();
        progress.spared = None;
        progress.seen.clear();
        progress.tests += 1;
    }
}

/// For a test whose subject is disturbed by sweeps: from now on it runs without them, and the run says why.
pub fn spare(why: &str) {
    if let Some(mode) = MODE.get() {
        let mut progress = mode.progress();
        if progress.spared.is_some() {
            return;
        }
        progress.spared = Some(why.into());
        progress.spared_tests += 1;
        println!("# its calls are not swept: {why}");
    }
}

/// The suite has ended: prints the sums.
///
/// # Errors
///
/// Nothing was swept.
pub(crate) fn finish() -> Result<(), String> {
    let Some(mode) = MODE.get() else {
        return Ok(());
    };
    let progress = mode.progress();
    for (name, sum) in &progress.sums {
        let sites = sum.refused + sum.absorbed;
        println!(
            "# fault sites: {name} {sites} in {} calls: {} refused, {} absorbed; \
             ended early: {} by success, {} by time",
            sum.calls, sum.refused, sum.absorbed, sum.ended_by_success, sum.ended_by_time,
        );
    }
    for (why, calls) in &progress.skipped {
        println!("# calls that were not swept, {why}: {calls}");
    }
    progress.swept.print();
    let sites: u32 = progress.sums.values().map(|s| s.refused + s.absorbed).sum();
    if sites == 0 && progress.tests > progress.spared_tests {
        return Err("no call has met a fault".into());
    }
    Ok(())
}

fn around(call: &Call<'_>) -> Answer {
    let mode = MODE.get().filter(|mode| mode.pid == process::id());
    let Some(mode) = mode.filter(|mode| !mode.inside.load(Relaxed)) else {
        return call.make();
    };
    match mode.admit(call) {
        Ok((shape, saved)) => {
            mode.inside.store(true, Relaxed);
            let answer = mode.sweep(call, shape, &saved);
            mode.inside.store(false, Relaxed);
            answer
        }
        Err(why) => {
            *mode.progress().skipped.entry(why).or_default() += 1;
            call.make()
        }
    }
}

/// Whether nobody else makes calls: no thread but this one and the one that watches the time, and no
/// child.
fn alone() -> Result<(), &'static str> {
    const THREADS: u64 = 2;
    let tasks = fs::metadata("/proc/self/task").expect("procfs");
    // Two links are the directory's own.
    if tasks.nlink() != 2 + THREADS {
        return Err("beside other threads");
    }
    // SAFETY: All-zero is a value of the structure, which the call may fill in.
    let result = unsafe {
        let mut info: libc::siginfo_t = mem::zeroed();
        let options = libc::WEXITED | libc::WNOHANG | libc::WNOWAIT;
        libc::waitid(libc::P_ALL, 0, &mut info, options)
    };
    if result == 0 {
        return Err("beside a child");
    }
    Ok(())
}

impl Mode {
    fn progress(&self) -> std::sync::MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts aside what a call that is to be swept may overwrite, or says why it is not.
    fn admit(&self, call: &Call<'_>) -> Result<(Shape, Saved<'_>), &'static str> {
        if self.progress().spared.is_some() {
            return Err("in tests that spare themselves");
        }
        alone()?;
        let saved = Saved::of(&self.aside, call.request, call.argument as u64);
        let words = saved.shape();
        let shape = Shape::of(adapter_driver().as_deref(), call.request, &words);
        let key = (adapter_context(), call.request, words);
        let mut progress = self.progress();
        let seen = progress.seen.entry(key).or_default();
        *seen += 1;
        if *seen > PER_SHAPE {
            return Err("like others of the test");
        }
        Ok((shape, saved))
    }

    fn sweep(&self, call: &Call<'_>, shape: Shape, saved: &Saved<'_>) -> Answer {
        let start = Instant::now();
        let mut sum = Sum::default();
        let mut refusals = Vec::new();
        let mut before = Counters::now();
        // Memory that is written to now is there, so that no copy needs some.
        saved.take();
        saved.restore();
        let mut nth = 1;
        // The last place that failed; at the end of a sweep, how many there are.
        let mut sites = 0;
        let answer = loop {
            if start.elapsed() > BUDGET {
                sum.ended_by_time += 1;
                break call.make();
            }
            saved.take();
            let Tried { result, failed } = self.fail_nth.run(nth, || call.make());
            let place = match failed {
                Ok(place) => place,
                Err(places) => {
                    sites = sites.max(places);
                    break result;
                }
            };
            sites = nth;
            let done = result == SUCCESS || result == PENDING;
            if done && !undo(call) {
                sum.absorbed += 1;
                sum.ended_by_success += 1;
                break result;
            }
            saved.restore();
            if done {
                sum.absorbed += 1;
            } else {
                sum.refused += 1;
                refusals.push((nth, place, result));
            }
            let changes = before.compare_soon(may_stay(call.request));
            if let Err(changes) = changes {
                let name = name(call.request);
                panic!("{name}, place {nth}: {result:?}, but it changed {changes}");
            }
            before = Counters::now();
            nth += 1 + nth.saturating_sub(EACH_TO) / 4;
        };
        for (nth, place, refusal) in refusals {
            let documented = match place {
                Place::UserCopy => Some(INVALID_PARAMETER),
                Place::Memory => on_no_memory(call.request),
            };
            // A fault that a failing call did not notice leaves it its own answer.
            assert!(
                refusal == answer || Some(refusal) == documented,
                "{}, place {nth}, {place:?}: {refusal:?}, and {answer:?} without a fault",
                name(call.request)
            );
        }
        sum.calls = 1;
        let mut progress = self.progress();
        progress
            .sums
            .entry(name(call.request))
            .or_default()
            .add(&sum);
        progress.swept.add(shape, answer, call.request, sites);
        answer
    }
}

impl Sum {
    fn add(&mut self, other: &Self) {
        self.calls += other.calls;
        self.refused += other.refused;
        self.absorbed += other.absorbed;
        self.ended_by_success += other.ended_by_success;
        self.ended_by_time += other.ended_by_time;
    }
}

/// Takes a call that has succeeded back, so that it can be made again; `false` if it can't be: a
/// destroyed object does not come back, and the next one would have another handle.
fn undo(call: &Call<'_>) -> bool {
    match call.request {
        request::CHANGEVIDEOMEMORYRESERVATION
        | request::FLUSHHEAPTRANSITIONS
        | request::GETALLOCATIONPRIORITY
        | request::INVALIDATECACHE
        | request::QUERYADAPTERINFO
        | request::QUERYALLOCATIONRESIDENCY
        | request::QUERYRESOURCEINFO
        | request::QUERYRESOURCEINFOFROMNTHANDLE
        | request::QUERYSTATISTICS
        | request::QUERYVIDEOMEMORYINFO
        | request::SETALLOCATIONPRIORITY => true,
        request::SHAREOBJECTS => {
            // SAFETY: The call has succeeded, so that its argument and its answer are there.
            let nt_handle = unsafe {
                let args = call.argument.cast::<sys::D3DKMT_SHAREOBJECTS>();
                let place = args.read_unaligned().shared_handle as *const u64;
                place.read_unaligned()
            };
            let fd = i32::try_from(nt_handle).expect("a descriptor");
            // SAFETY: The descriptor is new, and nobody knows of it.
            drop(unsafe { OwnedFd::from_raw_fd(fd) });
            true
        }
        request::LOCK2 => {
            // SAFETY: The call has succeeded, so that its argument is there.
            let lock = unsafe { call.argument.cast::<sys::D3DKMT_LOCK2>().read_unaligned() };
            let mut unlock = sys::D3DKMT_UNLOCK2 {
                device: lock.device,
                allocation: lock.allocation,
            };
            // SAFETY: The argument holds no address.
            let undone = unsafe { sys::D3DKMTUnlock2(call.node, &mut unlock) };
            assert_eq!(undone, SUCCESS, "Unlock2 of a swept Lock2");
            true
        }
        _ => false,
    }
}

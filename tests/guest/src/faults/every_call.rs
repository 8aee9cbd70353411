// SPDX-License-Identifier: MIT OR Apache-2.0
//! `DXG_TEST_FAULTS=1`: every call that a test makes is swept before it is made.
//!
//! A call that fails has changed nothing, so that it can be tried with its first, second, ... place
//! failing until it has no more; that last try is the call that the test has asked for. A call that
//! succeeds in spite of a fault, and cannot be made twice, is the test's call as well, and ends its
//! sweep early: what comes after that place is left to the suite `faults`, which can prepare the call
//! anew.
//!
//! Most tests begin with the same calls. So a shape of a call is swept [twice](PER_SHAPE) in a run of
//! all suites, and once more for each answer that none of these sweeps ended with, as a good call and
//! one with a bad handle look the same. From then on [two](PER_TEST) of its calls in each test are
//! made with the one place failing that is deeper than any sweep came: a call that has it is swept
//! from there on.
//!
//! What is not swept is counted: calls like those of the test or of the run, calls beside other threads
//! or processes (which change the counters, too), and those of tests that [`spare`] themselves.

use super::{
    inject::{set_up, FailNth, Place, Tried},
    may_stay, name, on_no_memory,
    saved::Saved,
    swept::{Shape, Shapes},
};
use crate::{
    calls::{Answer, INVALID_PARAMETER, PENDING, SERVED, SUCCESS},
    harness::adapter_driver,
    memory::memory_file,
    state::{keep_counters_open, Counters},
};
use libd3dkmt::sys::{
    self,
    around::{around_every_call, Call},
    request,
};
use std::{
    collections::{BTreeMap, BTreeSet},
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

/// Calls of one shape that are swept in a run: the second one often finds what the first one has made.
/// It is the next one, in the same test if that has two.
const PER_SHAPE: u32 = 2;
/// Calls of one shape that are looked at in one test on one adapter: to look takes some milliseconds,
/// and there are tests that make thousands of them.
const PER_TEST: u32 = 2;
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
    /// How often each shape has come in the test at hand.
    seen: BTreeMap<Shape, u32>,
    /// Shapes with an answer that no sweep ended with, of calls that could not be made twice.
    wanted: BTreeSet<Shape>,
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
        progress: Mutex::new(Progress {
            swept: Shapes::of_the_run()?,
            ..Progress::default()
        }),
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
            let answer = mode.sweep_or_look(call, shape, &saved);
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
        if !SERVED.iter().any(|(_, served, _)| *served == call.request) {
            return Err("of requests that are not served");
        }
        // What others are about to use must not be touched.
        alone()?;
        let saved = Saved::of(&self.aside, call.request, call.argument as u64);
        let shape = Shape::of(
            adapter_driver().as_deref(),
            call.request,
            &saved.shape(call.request),
        );
        let mut progress = self.progress();
        let seen = progress.seen.entry(shape).or_default();
        *seen += 1;
        if *seen > PER_TEST {
            return Err("like others of the test");
        }
        Ok((shape, saved))
    }

    fn sweep_or_look(&self, call: &Call<'_>, shape: Shape, saved: &Saved<'_>) -> Answer {
        // Memory that is written to now is there, so that no copy needs some.
        saved.take();
        saved.restore();
        // Each suite sweeps its first call, and so sees that faults come.
        let (wanted, depth, first) = {
            let mut progress = self.progress();
            let wanted = progress.wanted.remove(&shape);
            (
                wanted,
                progress.swept.depth(shape),
                progress.sums.is_empty(),
            )
        };
        if wanted || first || depth.sweeps < PER_SHAPE {
            return self.sweep(call, shape, saved, Sweep::default());
        }
        self.look_deeper(call, shape, saved, depth.sites + 1)
    }

    /// Makes a call whose shape was swept, with the first place failing that no sweep came to.
    ///
    /// The counters are not read, as that would take longer than everything else of it. A failure is
    /// repeated under the eyes of the sweep, and what it leaves fails the test.
    fn look_deeper(&self, call: &Call<'_>, shape: Shape, saved: &Saved<'_>, nth: u32) -> Answer {
        saved.take();
        let Tried { result, failed } = self.fail_nth.run(nth, || call.make());
        let is_new = !self.progress().swept.were_answered(shape, result);
        let mut sweep = Sweep::default();
        match failed {
            Ok(place) => {
                sweep.nth = nth;
                if done(result) && !undo(call) {
                    sweep.ended_by_success(nth);
                    self.note(call, shape, result, &sweep);
                    return result;
                }
                if !done(result) {
                    sweep.refusals.push((nth, place, result));
                }
            }
            Err(_) if !is_new => {
                let mut progress = self.progress();
                *progress
                    .skipped
                    .entry("like others of the run")
                    .or_default() += 1;
                return result;
            }
            Err(_) => {
                if done(result) && !undo(call) {
                    self.progress().wanted.insert(shape);
                    return result;
                }
            }
        }
        saved.restore();
        self.sweep(call, shape, saved, sweep)
    }

    /// Makes a call with one place after the other failing, and at last with none.
    fn sweep(&self, call: &Call<'_>, shape: Shape, saved: &Saved<'_>, mut sweep: Sweep) -> Answer {
        let start = Instant::now();
        let mut before = Counters::now();
        let answer = loop {
            if start.elapsed() > BUDGET {
                sweep.sum.ended_by_time += 1;
                break call.make();
            }
            let nth = sweep.nth;
            saved.take();
            let Tried { result, failed } = self.fail_nth.run(nth, || call.make());
            let place = match failed {
                Ok(place) => place,
                Err(places) => {
                    sweep.sites = sweep.sites.max(places);
                    break result;
                }
            };
            if done(result) && !undo(call) {
                sweep.ended_by_success(nth);
                break result;
            }
            sweep.sites = nth;
            saved.restore();
            if done(result) {
                sweep.sum.absorbed += 1;
            } else {
                sweep.sum.refused += 1;
                sweep.refusals.push((nth, place, result));
            }
            before = match before.followed_soon(may_stay(call.request)) {
                Ok(now) => now,
                Err(changes) => {
                    let name = name(call.request);
                    panic!("{name}, place {nth}: {result:?}, but it changed {changes}");
                }
            };
            sweep.nth += 1 + nth.saturating_sub(EACH_TO) / 4;
        };
        for &(nth, place, refusal) in &sweep.refusals {
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
        self.note(call, shape, answer, &sweep);
        answer
    }

    fn note(&self, call: &Call<'_>, shape: Shape, answer: Answer, sweep: &Sweep) {
        let mut progress = self.progress();
        let sum = progress.sums.entry(name(call.request)).or_default();
        sum.calls += 1;
        sum.add(&sweep.sum);
        progress.swept.add(shape, answer, call.request, sweep.sites);
    }
}

/// A sweep of one call.
struct Sweep {
    /// The place that fails next.
    nth: u32,
    /// The last place that failed; at the end of all places, how many there are.
    sites: u32,
    refusals: Vec<(u32, Place, Answer)>,
    sum: Sum,
}

impl Default for Sweep {
    fn default() -> Self {
        Self {
            nth: 1,
            sites: 0,
            refusals: Vec::new(),
            sum: Sum::default(),
        }
    }
}

impl Sweep {
    /// The call has succeeded in spite of this place, and can't be made again.
    fn ended_by_success(&mut self, nth: u32) {
        self.sites = nth;
        self.sum.absorbed += 1;
        self.sum.ended_by_success += 1;
    }
}

fn done(answer: Answer) -> bool {
    answer == SUCCESS || answer == PENDING
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
/// destroyed object does not come back, the next one would have another handle, and a context does what
/// it was told.
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

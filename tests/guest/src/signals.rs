// SPDX-License-Identifier: MIT OR Apache-2.0
//! The mode under signals: with `DXG_TEST_SIGNALS=1` in the environment, a timer interrupts each
//! thread of a test every millisecond, or where the machine is slow, less often, without SA_RESTART; with `restart` instead of 1, with it.
//!
//! A timer belongs to one thread, as a signal to the process would nearly always find the same one.
//! The harness has one for the thread of the test, and for a child in a role; threads that a test
//! starts by [`spawn`] have their own.

use libd3dkmt::sys;
use std::{
    env, mem, ptr,
    sync::{
        atomic::{AtomicU64, Ordering::Relaxed},
        OnceLock,
    },
    thread::{Scope, ScopedJoinHandle},
    time::{Duration, Instant},
};

const VARIABLE: &str = "DXG_TEST_SIGNALS";

/// How often a timer fires, unless a signal takes so long that a test would get nowhere.
const PERIOD: Duration = Duration::from_millis(1);
/// Of so many parts of a test's time its signals take one at most.
const SHARE: u32 = 8;

/// The period on this machine.
fn period() -> Duration {
    static PERIOD_HERE: OnceLock<Duration> = OnceLock::new();
    *PERIOD_HERE.get_or_init(|| PERIOD.max(SHARE * cost()))
}

/// What a signal to this thread takes, with its handler: the median of a few, as the machine may stop
/// in the middle of one.
fn cost() -> Duration {
    let signal = signal();
    let mut times = [Duration::ZERO; 31];
    for time in &mut times {
        let start = Instant::now();
        // SAFETY: The signal has a handler.
        let raised = unsafe { libc::raise(signal) };
        *time = start.elapsed();
        assert_eq!(raised, 0, "raise");
    }
    DELIVERED.fetch_sub(times.len() as u64, Relaxed);
    times.sort();
    times[times.len() / 2]
}

static DELIVERED: AtomicU64 = AtomicU64::new(0);

extern "C" fn count(_: i32) {
    DELIVERED.fetch_add(1, Relaxed);
}

/// Whether this run is in the mode, and if so, the flags of the handler.
fn flags() -> Option<i32> {
    match env::var(VARIABLE).as_deref() {
        Ok("1") => Some(0),
        Ok("restart") => Some(libc::SA_RESTART),
        _ => None,
    }
}

/// Whether this run is in the mode.
pub(crate) fn are_wanted() -> bool {
    flags().is_some()
}

/// Signals that this process has got so far.
pub fn delivered() -> u64 {
    DELIVERED.load(Relaxed)
}

/// What the suite says of its signals; an error if the mode was on, and there were none.
pub(crate) fn report() -> Result<Option<String>, &'static str> {
    if flags().is_none() {
        return Ok(None);
    }
    match delivered() {
        0 => Err("no signal was delivered"),
        n => Ok(Some(format!(
            "signals: {n} delivered, {} calls interrupted",
            sys::interruptions()
        ))),
    }
}

/// The timer's signal, with its handler installed.
fn signal() -> i32 {
    static INSTALLED: OnceLock<i32> = OnceLock::new();
    *INSTALLED.get_or_init(|| {
        let signal = libc::SIGRTMIN();
        // SAFETY: The structure is complete, and the handler only counts.
        let installed = unsafe {
            let mut action: libc::sigaction = mem::zeroed();
            action.sa_sigaction = count as extern "C" fn(i32) as usize;
            action.sa_flags = flags().unwrap_or(0);
            libc::sigaction(signal, &action, ptr::null_mut())
        };
        assert_eq!(installed, 0, "sigaction");
        signal
    })
}

/// Interrupts one thread again and again, until it is dropped.
pub struct Storm(libc::timer_t);

impl Storm {
    /// Interrupts the calling thread from now on.
    pub fn on_this_thread() -> Self {
        let period = period();
        let period = libc::timespec {
            tv_sec: period.as_secs() as libc::time_t,
            tv_nsec: period.subsec_nanos().into(),
        };
        let times = libc::itimerspec {
            it_interval: period,
            it_value: period,
        };
        let mut timer = ptr::null_mut();
        // SAFETY: The structures are complete, and `timer` takes what the first call makes.
        let results = unsafe {
            let mut event: libc::sigevent = mem::zeroed();
            event.sigev_notify = libc::SIGEV_THREAD_ID;
            event.sigev_signo = signal();
            event.sigev_notify_thread_id = libc::gettid();
            [
                libc::timer_create(libc::CLOCK_MONOTONIC, &mut event, &mut timer),
                libc::timer_settime(timer, 0, &times, ptr::null_mut()),
            ]
        };
        assert_eq!(results, [0; 2], "a timer");
        Self(timer)
    }

    /// Interrupts the calling thread from now on, if this run is in the mode.
    pub fn if_wanted() -> Option<Self> {
        flags().map(|_| Self::on_this_thread())
    }
}

impl Drop for Storm {
    fn drop(&mut self) {
        // SAFETY: The timer is ours. A signal that is on its way still finds the handler.
        unsafe { libc::timer_delete(self.0) };
    }
}

/// Starts a thread of a test; in the mode under signals it is interrupted as well.
pub fn spawn<'scope, T: Send + 'scope>(
    scope: &'scope Scope<'scope, '_>,
    body: impl FnOnce() -> T + Send + 'scope,
) -> ScopedJoinHandle<'scope, T> {
    scope.spawn(move || {
        let _storm = Storm::if_wanted();
        body()
    })
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Limits that mean "stuck", not "slow".
//!
//! The clock on the wall goes on while the machine that emulates the guest does something else. So
//! limits are in the time that the guest had: the kernel counts a CPU's time by its ticks, and a CPU
//! that did not run got none.

use std::{
    fs::File,
    os::unix::fs::FileExt,
    sync::OnceLock,
    time::{Duration, Instant},
};

const STAT: &str = "/proc/stat";

/// What user space is told a tick takes (USER_HZ).
const TICK: Duration = Duration::from_millis(10);

/// Opens the kernel's count once and for all: later a test may have no descriptor to spare, or count
/// them.
pub(crate) fn open() {
    STAT_FILE.get_or_init(|| File::open(STAT).ok());
}

static STAT_FILE: OnceLock<Option<File>> = OnceLock::new();

/// More CPUs than a guest has.
const CPUS: usize = 16;

/// How much time, busy or idle, each of the guest's CPUs has had since the boot. Takes no memory.
fn times() -> Option<[Duration; CPUS]> {
    let mut bytes = [0; 4096];
    let length = STAT_FILE.get()?.as_ref()?.read_at(&mut bytes, 0).ok()?;
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    // The first line is the sum of those that follow.
    let cpus = text.lines().skip(1);
    let cpus = cpus.take_while(|line| line.starts_with("cpu"));
    let mut times = [Duration::MAX; CPUS];
    for (line, time) in cpus.zip(&mut times) {
        // User, nice, system, idle, I/O wait, two kinds of interrupts.
        let fields = line.split(' ').skip(1).take(7);
        *time = TICK * fields.filter_map(|f| f.parse::<u32>().ok()).sum::<u32>();
    }
    Some(times)
}

/// What the CPU that has had the least has had in between.
fn least(before: [Duration; CPUS], now: [Duration; CPUS]) -> Duration {
    let pairs = before.into_iter().zip(now);
    // Not of those that are not there.
    let pairs = pairs.filter(|(_, now)| *now != Duration::MAX);
    let had = pairs.map(|(before, now)| now.saturating_sub(before));
    had.min().unwrap_or_default()
}

/// A moment after which something is stuck.
pub struct Deadline {
    left: Duration,
    /// When it was looked for the last time.
    wall: Instant,
    times: Option<[Duration; CPUS]>,
}

impl Deadline {
    /// How often it looks: a thread seldom goes to another CPU within that time.
    pub const LOOK: Duration = Duration::from_secs(1);

    /// When the guest has had so much time from now on.
    pub fn after(limit: Duration) -> Self {
        open();
        Self {
            left: limit,
            wall: Instant::now(),
            times: times(),
        }
    }

    /// Whether it has.
    ///
    /// What counts is the CPU that has had the least: it may be the one that is waited for. One that
    /// hangs with its interrupts off has no ticks either; that is for the kernel's watchdogs, and for
    /// those who run the guest.
    pub fn is_over(&mut self) -> bool {
        let elapsed = self.wall.elapsed();
        if elapsed >= Self::LOOK {
            let now = times();
            let had = match (self.times, now) {
                (Some(before), Some(now)) => least(before, now),
                // Such a kernel does not count.
                _ => elapsed,
            };
            self.left = self.left.saturating_sub(had);
            (self.wall, self.times) = (Instant::now(), now);
        }
        self.left.is_zero()
    }
}

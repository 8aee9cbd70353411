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

/// How much time, busy or idle, a CPU of the guest has had since the boot, on average: one that hangs
/// gets no ticks, and must not stop the clock. Takes no memory.
fn guest_time() -> Option<Duration> {
    let mut bytes = [0; 4096];
    let length = STAT_FILE.get()?.as_ref()?.read_at(&mut bytes, 0).ok()?;
    let text = std::str::from_utf8(&bytes[..length]).ok()?;
    // The first line is the sum of those that follow.
    let mut lines = text.lines();
    let all = lines.next()?.strip_prefix("cpu ")?;
    let cpus = lines.take_while(|line| line.starts_with("cpu")).count();
    // User, nice, system, idle, I/O wait, two kinds of interrupts.
    let fields = all.split_whitespace().take(7);
    let ticks: u32 = fields.filter_map(|ticks| ticks.parse::<u32>().ok()).sum();
    Some(TICK * ticks / u32::try_from(cpus).ok().filter(|&cpus| cpus > 0)?)
}

/// A moment after which something is stuck.
pub struct Deadline {
    limit: Duration,
    start: Option<Duration>,
    /// Where the kernel's count cannot be had.
    wall: Instant,
}

impl Deadline {
    /// When the guest has had so much time from now on.
    pub fn after(limit: Duration) -> Self {
        open();
        Self {
            limit,
            start: guest_time(),
            wall: Instant::now(),
        }
    }

    /// Whether it has.
    pub fn is_over(&self) -> bool {
        // The guest has never had more time than there was.
        if self.wall.elapsed() < self.limit {
            return false;
        }
        match (self.start, guest_time()) {
            (Some(start), Some(now)) => now.saturating_sub(start) >= self.limit,
            _ => true,
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Guest time: how long a guest could have worked.
//!
//! A busy machine lets QEMU's virtual CPUs wait for a real one, and what takes seconds elsewhere takes
//! minutes. The kernel counts how long each thread has waited (`/proc/PID/task/TID/schedstat`), so that
//! this time can be left out. Of several virtual CPUs the one that waits most counts: it may be the
//! one with the work.

use std::{
    collections::BTreeMap,
    fs,
    path::PathBuf,
    time::{Duration, Instant},
};

/// The most that counts between two looks.
const LONGEST: Duration = Duration::from_secs(5);

/// Waiting of each virtual CPU so far, in ns, by thread.
type Waited = BTreeMap<String, u64>;

/// The clock of one guest.
pub struct GuestClock {
    tasks: PathBuf,
    last: Instant,
    waited: Waited,
    elapsed: Duration,
}

impl GuestClock {
    /// Starts for the process of a QEMU that names its threads.
    pub fn start(pid: u32) -> Self {
        let tasks = PathBuf::from(format!("/proc/{pid}/task"));
        Self {
            waited: waited(&tasks),
            tasks,
            last: Instant::now(),
            elapsed: Duration::ZERO,
        }
    }

    /// Guest time since the start.
    pub fn now(&mut self) -> Duration {
        let now = Instant::now();
        let real = now - self.last;
        // The counters are those of moments ago; a shorter interval would be all noise.
        if real < Duration::from_millis(200) {
            return self.elapsed;
        }
        let waited = waited(&self.tasks);
        // Nobody has looked for a long time: the runner itself may have been stopped, and the guest with it.
        self.elapsed += worked(real, &self.waited, &waited).min(LONGEST);
        self.waited = waited;
        self.last = now;
        self.elapsed
    }
}

/// What is left of an interval without the waiting in it.
fn worked(real: Duration, before: &Waited, after: &Waited) -> Duration {
    let most = after
        .iter()
        .map(|(thread, ns)| ns.saturating_sub(before.get(thread).copied().unwrap_or(*ns)))
        .max();
    real.saturating_sub(Duration::from_nanos(most.unwrap_or(0)))
}

/// Reads the counters. A kernel without them makes guest time real time.
fn waited(tasks: &PathBuf) -> Waited {
    let Ok(threads) = fs::read_dir(tasks) else {
        return Waited::new();
    };
    let waited = threads.flatten().filter_map(|thread| {
        // QEMU names them "CPU 0/TCG" and so on; "ALL CPUs/TCG" if they take turns.
        let name = fs::read_to_string(thread.path().join("comm")).ok()?;
        if !name.starts_with("CPU ") && !name.starts_with("ALL CPUs") {
            return None;
        }
        let counters = fs::read_to_string(thread.path().join("schedstat")).ok()?;
        let ns = counters.split_whitespace().nth(1)?.parse().ok()?;
        Some((thread.file_name().to_string_lossy().into_owned(), ns))
    });
    waited.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waited(threads: &[(&str, u64)]) -> Waited {
        let thread = |(name, ms): &(&str, u64)| ((*name).to_owned(), ms * 1_000_000);
        threads.iter().map(thread).collect()
    }

    #[test]
    fn waiting_for_a_real_cpu_is_left_out() {
        let real = Duration::from_millis(1000);
        let before = waited(&[("1", 50), ("2", 70)]);
        for (after, ms) in [
            (waited(&[("1", 50), ("2", 70)]), 1000),
            (waited(&[("1", 50), ("2", 970)]), 100),
            (waited(&[("1", 350), ("2", 170)]), 700),
            // More than all of it: the counters are not of the same moment.
            (waited(&[("1", 1250), ("2", 70)]), 0),
            // A thread that has just begun, and no counters.
            (waited(&[("3", 900)]), 1000),
            (waited(&[]), 1000),
        ] {
            assert_eq!(worked(real, &before, &after), Duration::from_millis(ms));
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Says on stderr how far a run is: on a terminal a line for each guest that is on, else a line for
//! each suite that has ended.

use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use std::{
    env,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Where it is said.
pub struct Progress {
    bars: MultiProgress,
    /// When the command began; scripts that call each other share it.
    start: Duration,
    quiet: bool,
}

fn now() -> Duration {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .unwrap_or_default()
}

impl Progress {
    pub fn new() -> Self {
        let start = env::var("DXGKRNL_T0").ok().and_then(|ns| ns.parse().ok());
        Self {
            bars: MultiProgress::new(),
            start: start.map_or_else(now, Duration::from_nanos),
            quiet: env::var("QUIET").is_ok_and(|quiet| quiet == "1"),
        }
    }

    /// A line for what is going on in one place.
    pub fn place(&self) -> Place {
        let bar = self.bars.add(ProgressBar::new_spinner());
        let style = ProgressStyle::with_template("{spinner} {msg} ({elapsed})");
        bar.set_style(style.unwrap_or_else(|_| ProgressStyle::default_spinner()));
        Place(bar)
    }

    /// Says something that stays.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            let elapsed = now().saturating_sub(self.start).as_secs_f64();
            self.bars.suspend(|| eprintln!("[{elapsed:6.1} s] {text}"));
        }
    }

    /// Does something that prints to the same terminal.
    pub fn aside<R>(&self, print: impl FnOnce() -> R) -> R {
        self.bars.suspend(print)
    }
}

/// One line of the terminal.
pub struct Place(ProgressBar);

impl Place {
    pub fn set(&self, text: String) {
        self.0.reset_elapsed();
        self.0.set_message(text);
        self.0.enable_steady_tick(Duration::from_millis(500));
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

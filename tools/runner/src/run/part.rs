// SPDX-License-Identifier: MIT OR Apache-2.0
//! The parts of a run, and the numbers of their entries in the report.

use crate::{
    conformance,
    floors::HOST,
    gpu,
    plan::{Mode, Plan},
};
use std::sync::{atomic::AtomicU32, Mutex};

/// A part of the board: the host's tests, or a pass through guests.
pub(super) struct Part {
    /// `None` for the host.
    pub mode: Option<Mode>,
    /// What its guests are called, but for their numbers.
    pub name: String,
    pub gpus: Vec<String>,
    /// Its guests have one CPU.
    pub single: bool,
    pub suites: Vec<String>,
    /// The number of the first suite's entry.
    pub first: usize,
    pub guests: AtomicU32,
    pub failed_boots: AtomicU32,
    /// What was wrong with guests, by their number.
    pub problems: Mutex<Vec<(u32, String)>>,
}

/// The plan with the numbers of its entries, and how many there are: those of a pass, then that of its
/// page, if it makes it, then that of its guests.
pub(super) fn parts(plan: Plan) -> (Vec<Part>, usize) {
    let host = (plan.host).then(|| (None, None, false, vec![HOST.to_owned()]));
    let passes = (plan.passes.into_iter()).map(|pass| {
        let name = pass.name();
        (Some((pass.mode, name)), pass.gpus, pass.single, pass.suites)
    });
    let mut next = 0;
    let parts = host.into_iter().chain(passes);
    let parts = parts.map(|(pass, gpus, single, suites)| {
        let (mode, name) = pass.unzip();
        let mut part = Part {
            mode,
            name: name.unwrap_or_default(),
            gpus: gpus.unwrap_or_else(|| gpu::USUAL.map(str::to_owned).into()),
            single,
            suites,
            first: next,
            guests: AtomicU32::new(0),
            failed_boots: AtomicU32::new(0),
            problems: Mutex::default(),
        };
        part.suites.sort();
        next += part.suites.len();
        if mode.is_some() {
            next += 1 + usize::from(part.makes_page());
        }
        part
    });
    (parts.collect(), next)
}

impl Part {
    pub fn makes_page(&self) -> bool {
        self.mode == Some(Mode::Plain)
            && self.suites.iter().any(|suite| suite == conformance::SUITE)
    }

    /// The number of the page's entry.
    pub fn page(&self) -> usize {
        self.first + self.suites.len()
    }

    /// The number of the guests' entry.
    pub fn end(&self) -> usize {
        self.page() + usize::from(self.makes_page())
    }

    pub fn title(&self, suite: &str) -> String {
        match self.mode {
            Some(mode @ (Mode::Signals | Mode::Faults)) => format!("{suite} under {mode}"),
            _ => suite.to_owned(),
        }
    }
}

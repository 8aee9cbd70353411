// SPDX-License-Identifier: MIT OR Apache-2.0
//! A guest of a pass: from its boot to what is kept of it.

use super::{locked, Part, Run};
use crate::{
    floors::KUNIT,
    guest::{complaints, Guest, Limit, Parts, Said, Wanted},
    ktap::{End, Suite},
    machine::Output,
    plan::{Flavour, Mode},
    progress::Place,
    schedule::Work,
};
use anyhow::Result;
use std::{
    fs,
    path::Path,
    time::{Duration, Instant},
};

/// A suite of which nothing comes for so long, in guest time, is stuck. Longer than the limit of a test, so
/// that its harness can name the test.
const SILENCE: Duration = Duration::from_secs(360);
/// TAINT_OOT_MODULE, TAINT_UNSIGNED_MODULE, TAINT_TEST of the kernel.
const TAINTED: (u64, u64, u64) = (1 << 12, 1 << 13, 1 << 18);

/// What became of a guest's work.
#[derive(Default)]
struct Served {
    /// Why the guest is no more.
    lost: Option<String>,
    torn: Option<Torn>,
    problems: Vec<String>,
}

/// A suite that its guest has left half done.
struct Torn {
    work: Work,
    suite: Suite,
    start: Instant,
}

/// How a suite ended.
enum Outcome {
    /// The guest goes on.
    Status(i32),
    /// The guest is lost.
    Lost(String),
}

impl Run<'_> {
    /// A guest for as many suites as are waiting. What is wrong with it besides them.
    pub(super) fn guest(
        &self,
        index: usize,
        mode: Mode,
        place: &Place,
        name: &str,
    ) -> Result<Vec<String>> {
        place.set(format!("guest {name}: booting"));
        let dir = self.scratch.join(name);
        let mut guest = self.boot(&self.parts[index], mode, &dir)?;
        let Served {
            mut lost,
            torn,
            mut problems,
        } = self.serve(index, mode, &mut guest, place, name)?;
        if lost.is_none() {
            lost = self.finish(&mut guest, place, name)?;
        }
        let (rest, ended) = guest.end();
        if let Some(Torn {
            work,
            mut suite,
            start,
        }) = torn
        {
            // Its last words may have come after the guest's.
            rest.iter().for_each(|line| self.line(&mut suite, line));
            let why = lost.clone().unwrap_or_default();
            self.deliver(work, suite, &End::Lost(why), start.elapsed())?;
        }
        match lost {
            Some(why) => problems.push(format!(
                "{why}; the end of its console:\n{}",
                ended.last_lines()
            )),
            None if ended.panicked => {
                problems.push(format!("it crashed at its end:\n{}", ended.last_lines()));
            }
            None => problems.extend(complaints(&ended, &dir, Some(self.taint(mode)))),
        }
        if let Some(failure) = &ended.state.failure {
            problems.push(format!("it could not be set up: {failure}"));
        }
        if ended.console.is_empty() {
            problems.push(format!("QEMU did not start: {}", ended.qemu.trim()));
        }
        self.keep(&dir, name)?;
        Ok(problems)
    }

    /// What is looked at after a run.
    fn keep(&self, dir: &Path, name: &str) -> Result<()> {
        for (file, kept) in [("dmesg.txt", "dmesg"), ("console.txt", "console")] {
            let from = dir.join(file);
            if from.exists() {
                fs::copy(from, self.options.out.join(format!("{kept}-{name}.txt")))?;
            }
        }
        Ok(fs::remove_dir_all(dir)?)
    }

    fn boot(&self, part: &Part, mode: Mode, dir: &Path) -> Result<Guest> {
        let target = &self.options.target;
        let mut cmdline = target.flavour.cmdline().to_owned();
        if mode == Mode::Kunit {
            cmdline.push_str(" kunit.enable=1");
        }
        let parts = Parts {
            kernel: target.kernel.clone(),
            layer: vec![
                target.base.clone(),
                target.module(mode)?.to_owned(),
                self.programs(),
            ],
            cmdline,
            counted: mode == Mode::Counted,
            single: part.single,
        };
        let wanted = Wanted {
            shell: false,
            gpus: part.gpus.clone(),
            module: true,
            module_args: format!("flink_names=1 commit_mib=256 {}", self.options.module_args),
            pull: false,
            unload: true,
            leaks: target.flavour == Flavour::Debug,
            command: ["sh", "-c", "exec suites </dev/virtio-ports/in"]
                .map(str::to_owned)
                .into(),
        };
        Guest::boot(
            &parts,
            &wanted,
            dir,
            Output::Lines,
            "none",
            Limit::Silence(SILENCE),
        )
    }

    fn taint(&self, mode: Mode) -> u64 {
        let (oot, unsigned, test) = TAINTED;
        let kernel = match self.options.target.flavour {
            Flavour::Stock => oot | unsigned,
            Flavour::Debug => oot,
        };
        kernel | if mode == Mode::Kunit { test } else { 0 }
    }

    /// Has the guest run suites until none is waiting; if it is lost before that, says why.
    fn serve(
        &self,
        index: usize,
        mode: Mode,
        guest: &mut Guest,
        place: &Place,
        name: &str,
    ) -> Result<Served> {
        let part = &self.parts[index];
        let mut served = Served::default();
        if let Some(why) = wait_for(guest, &Said::Up)? {
            self.came_to_nothing(index, &why)?;
            served.lost = Some(why);
            return Ok(served);
        }
        match mode {
            Mode::Signals => guest.input(b"env DXG_TEST_SIGNALS=1\n"),
            Mode::Faults => guest.input(b"env DXG_TEST_FAULTS=1\n"),
            Mode::Kunit => served.problems = self.unknown_kunit_suites(guest)?,
            Mode::Plain | Mode::Counted | Mode::Script => {}
        }
        for variable in &self.options.env {
            guest.input(format!("env {variable}\n").as_bytes());
        }
        while let Some(work) = self.next(index) {
            let suite = &part.suites[work.suite];
            place.set(format!("guest {name}: {}", part.title(suite)));
            let start = Instant::now();
            let mut said = Suite::default();
            match self.suite(mode, guest, suite, &mut said)? {
                Outcome::Status(status) => {
                    self.deliver(work, said, &End::Status(status), start.elapsed())?
                }
                Outcome::Lost(why) => {
                    let suite = said;
                    served.torn = Some(Torn { work, suite, start });
                    served.lost = Some(why);
                    break;
                }
            }
        }
        Ok(served)
    }

    fn suite(
        &self,
        mode: Mode,
        guest: &mut Guest,
        name: &str,
        suite: &mut Suite,
    ) -> Result<Outcome> {
        match mode {
            Mode::Kunit => guest.input(format!("results {name}\n").as_bytes()),
            Mode::Faults => {
                let told = locked(&self.sweeps).told();
                guest.input(format!("swept {}\n{told}run {name}\n", told.len()).as_bytes());
            }
            Mode::Plain | Mode::Counted | Mode::Signals | Mode::Script => {
                guest.input(format!("run {name}\n").as_bytes());
            }
        }
        self.answer(guest, suite)
    }

    /// Reads what a command of the guest's script `suites` prints.
    fn answer(&self, guest: &mut Guest, suite: &mut Suite) -> Result<Outcome> {
        loop {
            return Ok(Outcome::Lost(match guest.next()? {
                Said::Line(line) => match line.strip_prefix("@end ") {
                    Some(status) => return Ok(Outcome::Status(status.parse().unwrap_or(-1))),
                    None => {
                        self.line(suite, &line);
                        continue;
                    }
                },
                Said::Up => continue,
                Said::Stuck => format!(
                    "stuck: nothing came of it for {} s of guest time",
                    SILENCE.as_secs()
                ),
                Said::Gone | Said::Ended | Said::Bye => {
                    "the guest ended in the middle of it".into()
                }
            }));
        }
    }

    /// Suites of the module that tests/floors does not know would fail unseen.
    fn unknown_kunit_suites(&self, guest: &mut Guest) -> Result<Vec<String>> {
        let mut names = Suite::default();
        guest.input(b"kunit\n");
        let outcome = self.answer(guest, &mut names)?;
        if !matches!(outcome, Outcome::Status(0)) {
            return Ok(vec!["it does not say which KUnit suites it has".into()]);
        }
        let unknown = names
            .lines
            .iter()
            .filter(|name| name.starts_with(KUNIT) && self.floors.get(name).is_none());
        Ok(unknown
            .map(|name| format!("tests/floors has no line for {name}"))
            .collect())
    }

    fn line(&self, suite: &mut Suite, line: &str) {
        if !line.is_empty() && !locked(&self.sweeps).take(line) {
            suite.line(line);
        }
    }

    /// Lets a guest end that has nothing more to do; if it does not come to its end, says so.
    fn finish(&self, guest: &mut Guest, place: &Place, name: &str) -> Result<Option<String>> {
        place.set(format!(
            "guest {name}: unloading, looking at the kernel's log"
        ));
        guest.input(b"end\n");
        for (said, next) in [(Said::Ended, "its suites"), (Said::Bye, "unloading")] {
            if let Some(why) = wait_for(guest, &said)? {
                return Ok(Some(format!("{why} after {next}")));
            }
            guest.go_on();
        }
        Ok(None)
    }
}

/// Waits for something that the guest is to say; if it does not come to that, says why.
fn wait_for(guest: &mut Guest, wanted: &Said) -> Result<Option<String>> {
    loop {
        match guest.next()? {
            said if said == *wanted => return Ok(None),
            Said::Gone => return Ok(Some("the guest crashed".into())),
            Said::Stuck => return Ok(Some("the guest is stuck".into())),
            Said::Bye => {
                // It says goodbye too early when it could not be set up; let it.
                guest.go_on();
                return Ok(Some("the guest gave up".into()));
            }
            Said::Up | Said::Line(_) | Said::Ended => {}
        }
    }
}

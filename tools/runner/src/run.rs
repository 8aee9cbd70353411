// SPDX-License-Identifier: MIT OR Apache-2.0
//! A run: the plan's suites in as many guests as the machine can have, and their report.

mod part;
mod pass;

use crate::{
    conformance,
    floors::{Floors, HOST},
    guest::pack_programs,
    host,
    ktap::{judge, End, Suite},
    plan::{Flavour, Mode, Plan, Wish},
    progress::{Place, Progress},
    report::{Entry, Report},
    schedule::{Board, Work},
    sweeps::Sweeps,
    target::Target,
    times::Times,
};
use anyhow::{Context, Result};
use part::{parts, Part};
use std::{
    fs,
    io::Write,
    path::PathBuf,
    sync::{
        atomic::{AtomicU32, Ordering::Relaxed},
        Mutex, MutexGuard, PoisonError,
    },
    thread,
    time::{Duration, Instant},
};

/// What a run is made of.
#[derive(Clone, Debug)]
pub struct Options {
    pub target: Target,
    pub suite: Option<String>,
    pub mode: Option<Mode>,
    /// Directories of programs for the guest.
    pub programs: Vec<PathBuf>,
    /// The one of them that has the suites.
    pub suites: PathBuf,
    /// The directory of the host's tests, and the events of the documentation's examples.
    pub host_tests: Option<(PathBuf, PathBuf)>,
    /// What suites took last; the run notes what they take now if `note_times`.
    pub times: PathBuf,
    pub note_times: bool,
    /// Guests at a time.
    pub slots: usize,
    /// Takes the logs of the guests.
    pub out: PathBuf,
    /// What the module is loaded with besides what tests want.
    pub module_args: String,
    /// More for the environment of each suite.
    pub env: Vec<String>,
}

impl Options {
    fn wish(&self) -> Wish<'_> {
        Wish {
            flavour: self.target.flavour,
            suite: self.suite.as_deref(),
            mode: self.mode,
        }
    }
}

/// A pass is given up when so many of its guests came to nothing.
const BOOTS: u32 = 2;
pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

struct Run<'a> {
    options: &'a Options,
    floors: Floors,
    parts: Vec<Part>,
    scratch: PathBuf,
    board: Mutex<Board>,
    report: Mutex<Report<Box<dyn Write + Send + 'a>>>,
    times: Mutex<Times>,
    sweeps: Mutex<Sweeps>,
    progress: &'a Progress,
}

/// What the run is to do.
fn plan(options: &Options, floors: &Floors) -> Result<Plan> {
    let mut programs = Vec::new();
    if options.suite.as_deref() != Some(HOST) {
        let dir = fs::read_dir(&options.suites);
        for entry in dir.with_context(|| options.suites.display().to_string())? {
            programs.push(entry?.file_name().to_string_lossy().into_owned());
        }
    }
    programs.sort();
    options.wish().plan(floors, &programs)
}

/// Does it, and says whether all is well.
pub fn run<'a>(
    options: &'a Options,
    to: impl Write + Send + 'a,
    progress: &'a Progress,
) -> Result<bool> {
    let floors = Floors::parse(&fs::read_to_string("/src/tests/floors")?)?;
    let plan = plan(options, &floors)?;
    let times = Times::read(&options.times);
    let (parts, entries) = parts(plan);
    let estimates: Vec<Vec<_>> = parts
        .iter()
        .map(|part| {
            let estimate = |suite: &String| {
                let line = floors.get(suite);
                let estimate = line.map_or(Duration::from_secs(5), |line| line.estimate);
                let mode = part.mode.unwrap_or(Mode::Plain);
                times.of(options.target.flavour, mode, suite, estimate)
            };
            part.suites.iter().map(estimate).collect()
        })
        .collect();
    static RUNS: AtomicU32 = AtomicU32::new(0);
    let scratch = PathBuf::from(format!("/tmp/run-{}", RUNS.fetch_add(1, Relaxed)));
    fs::create_dir_all(&scratch)?;
    let run = Run {
        options,
        floors,
        parts,
        scratch,
        board: Mutex::new(Board::new(&estimates, options.target.boot())),
        report: Mutex::new(Report::new(Box::new(to) as Box<dyn Write + Send>)?),
        times: Mutex::new(times),
        sweeps: Mutex::default(),
        progress,
    };
    let done = run.prepare().and_then(|()| run.slots());
    fs::remove_dir_all(&run.scratch)?;
    if options.note_times {
        if let Err(error) = locked(&run.times).write() {
            progress.say(&format!("{}: {error}", options.times.display()));
        }
    }
    let mut notes = run
        .sweeps
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner)
        .notes();
    let left_out = options.wish().left_out(&run.floors);
    if !left_out.is_empty() {
        notes.push(format!(
            "not in this run, as they take long: {} (SUITE=once)",
            left_out.join(" ")
        ));
    }
    let report = run
        .report
        .into_inner()
        .unwrap_or_else(PoisonError::into_inner);
    let passed = progress.aside(|| report.finish(entries, &notes))?;
    done.map(|()| passed)
}

impl Run<'_> {
    fn programs(&self) -> PathBuf {
        self.scratch.join("programs.cpio")
    }

    fn prepare(&self) -> Result<()> {
        if self.parts.iter().any(|part| part.mode.is_some()) {
            pack_programs(&self.programs(), &self.options.programs, None)?;
        }
        Ok(())
    }

    fn slots(&self) -> Result<()> {
        thread::scope(|scope| {
            let slots: Vec<_> = (0..self.options.slots)
                .map(|_| scope.spawn(|| self.slot()))
                .collect();
            slots.into_iter().try_for_each(|slot| match slot.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
        })
    }

    /// One guest after the other, until nothing is left.
    fn slot(&self) -> Result<()> {
        let place = self.progress.place();
        loop {
            let Some(index) = locked(&self.board).join() else {
                return Ok(());
            };
            let part = &self.parts[index];
            match part.mode {
                None => self.host(index, &place)?,
                Some(mode) => {
                    let number = part.guests.fetch_add(1, Relaxed) + 1;
                    let name = format!("{}-{number}", part.name);
                    let problems = match self.guest(index, mode, &place, &name) {
                        Ok(problems) => problems,
                        Err(error) => {
                            self.came_to_nothing(index, &format!("{error:#}"))?;
                            vec![format!("{error:#}")]
                        }
                    };
                    let problems = problems.into_iter();
                    let problems =
                        problems.map(|problem| (number, format!("guest {name}: {problem}")));
                    locked(&part.problems).extend(problems);
                }
            }
            if locked(&self.board).leave(index) && part.mode.is_some() {
                self.end_of_pass(part)?;
            }
        }
    }

    fn host(&self, index: usize, place: &Place) -> Result<()> {
        while let Some(work) = self.next(index) {
            let start = Instant::now();
            let tests = self.options.host_tests.as_ref();
            let (dir, examples) = tests.context("the host's tests were not built")?;
            let log = self.options.out.join("host-tests.txt");
            let (suite, end) = host::run(dir, examples, &log, |program| {
                place.set(format!("host: {program}"))
            })
            .unwrap_or_else(|error| (Suite::default(), End::Lost(format!("{error:#}"))));
            self.deliver(work, suite, &end, start.elapsed())?;
        }
        Ok(())
    }

    fn next(&self, part: usize) -> Option<Work> {
        locked(&self.board).next(part)
    }

    /// A guest of the pass was not of use to it.
    fn came_to_nothing(&self, index: usize, why: &str) -> Result<()> {
        if self.parts[index].failed_boots.fetch_add(1, Relaxed) + 1 >= BOOTS {
            self.give_up(index, why)?;
        }
        Ok(())
    }

    /// Nothing of a pass can run any more.
    fn give_up(&self, index: usize, why: &str) -> Result<()> {
        let waiting = locked(&self.board).give_up(index);
        for work in waiting {
            let end = End::Lost(format!("it did not run: {why}"));
            self.deliver(work, Suite::default(), &end, Duration::ZERO)?;
        }
        Ok(())
    }

    fn deliver(&self, work: Work, suite: Suite, end: &End, took: Duration) -> Result<()> {
        let part = &self.parts[work.pass];
        let name = &part.suites[work.suite];
        let floor = self.floors.get(name).map(|line| line.floor);
        let verdict = judge(&suite, end, floor);
        let title = part.title(name);
        let seconds = took.as_secs_f64();
        self.progress.say(&match verdict.failed {
            0 => format!("{title}: {} passed in {seconds:.1} s", verdict.passed),
            failed => format!(
                "{title}: {} passed, {failed} FAILED in {seconds:.1} s",
                verdict.passed
            ),
        });
        // What was cut short says nothing of the next time.
        if matches!(end, End::Status(_)) {
            let mode = part.mode.unwrap_or(Mode::Plain);
            locked(&self.times).note(self.options.target.flavour, mode, name, took);
        }
        let page = (part.makes_page() && name == conformance::SUITE).then(|| {
            let problems =
                conformance::check(&self.options.suites, &suite.results(), &self.options.out);
            Entry::Check {
                title: format!("{} is what this run says", conformance::PAGE),
                problems,
            }
        });
        let entry = Entry::Suite {
            title,
            suite,
            verdict,
            took,
        };
        self.entry(part.first + work.suite, entry)?;
        match page {
            Some(page) => self.entry(part.page(), page),
            None => Ok(()),
        }
    }

    fn end_of_pass(&self, part: &Part) -> Result<()> {
        let mut problems = std::mem::take(&mut *locked(&part.problems));
        problems.sort();
        let target = &self.options.target;
        let leaks = match target.flavour {
            Flavour::Stock => "",
            Flavour::Debug => ", leaks",
        };
        let entry = Entry::Check {
            title: format!(
                "kernel log, taint{leaks} and unloading on {}, {}",
                target.release, part.name
            ),
            problems: problems.into_iter().map(|(_, problem)| problem).collect(),
        };
        self.entry(part.end(), entry)
    }

    fn entry(&self, number: usize, entry: Entry) -> Result<()> {
        let mut report = locked(&self.report);
        Ok(self.progress.aside(|| report.take(number, entry))?)
    }
}

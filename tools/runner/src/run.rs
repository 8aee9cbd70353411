// SPDX-License-Identifier: MIT OR Apache-2.0
//! A run: the plan's suites in as many guests as the machine can have, and their report.

use crate::{
    conformance,
    floors::{Floors, HOST, KUNIT},
    guest::{complaints, pack_programs, Guest, Limit, Parts, Said, Wanted},
    host,
    ktap::{judge, End, Suite},
    machine::Output,
    plan::{Flavour, Mode, Pass, Plan, Wish},
    progress::{Place, Progress},
    report::{Entry, Report},
    schedule::{Board, Work},
    sweeps::Sweeps,
    target::Target,
    times::Times,
};
use anyhow::{Context, Result};
use std::{
    fs,
    io::Write,
    path::{Path, PathBuf},
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

/// A suite of which nothing comes for so long, in guest time, is stuck. Longer than the limit of a test, so
/// that its harness can name the test.
const SILENCE: Duration = Duration::from_secs(360);
/// A pass is given up when so many of its guests came to nothing.
const BOOTS: u32 = 2;
/// TAINT_OOT_MODULE, TAINT_UNSIGNED_MODULE, TAINT_TEST of the kernel.
const TAINTED: (u64, u64, u64) = (1 << 12, 1 << 13, 1 << 18);

pub fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A part of the board: the host's tests, or a pass through guests.
struct Part {
    /// `None` for the host.
    mode: Option<Mode>,
    suites: Vec<String>,
    /// The number of the first suite's entry.
    first: usize,
    guests: AtomicU32,
    failed_boots: AtomicU32,
    /// What was wrong with guests, by their number.
    problems: Mutex<Vec<(u32, String)>>,
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

/// The plan with the numbers of its entries, and how many there are: those of a pass, then that of its
/// page, if it makes it, then that of its guests.
fn parts(plan: Plan) -> (Vec<Part>, usize) {
    let host = plan.host.then(|| (None, vec![HOST.to_owned()]));
    let passes = plan
        .passes
        .into_iter()
        .map(|Pass { mode, suites }| (Some(mode), suites));
    let mut next = 0;
    let parts = host.into_iter().chain(passes).map(|(mode, suites)| {
        let mut part = Part {
            mode,
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
    fn makes_page(&self) -> bool {
        self.mode == Some(Mode::Plain)
            && self.suites.iter().any(|suite| suite == conformance::SUITE)
    }

    /// The number of the page's entry.
    fn page(&self) -> usize {
        self.first + self.suites.len()
    }

    /// The number of the guests' entry.
    fn end(&self) -> usize {
        self.page() + usize::from(self.makes_page())
    }

    fn title(&self, suite: &str) -> String {
        match self.mode {
            Some(mode @ (Mode::Signals | Mode::Faults)) => format!("{suite} under {mode}"),
            _ => suite.to_owned(),
        }
    }
}

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
                    let name = format!("{mode}-{number}");
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

    /// A guest for as many suites as are waiting. What is wrong with it besides them.
    fn guest(&self, index: usize, mode: Mode, place: &Place, name: &str) -> Result<Vec<String>> {
        place.set(format!("guest {name}: booting"));
        let dir = self.scratch.join(name);
        let mut guest = self.boot(mode, &dir)?;
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

    fn boot(&self, mode: Mode, dir: &Path) -> Result<Guest> {
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
        };
        let wanted = Wanted {
            shell: false,
            gpus: vec!["virtio".into(), "vkms".into()],
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
            Mode::Plain | Mode::Script => {}
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
            Mode::Plain | Mode::Signals | Mode::Script => {
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

    /// A guest of the pass was not of use to it.
    fn came_to_nothing(&self, index: usize, why: &str) -> Result<()> {
        if self.parts[index].failed_boots.fetch_add(1, Relaxed) + 1 >= BOOTS {
            self.give_up(index, why)?;
        }
        Ok(())
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
        let mode = part.mode.unwrap_or(Mode::Plain);
        let entry = Entry::Check {
            title: format!(
                "kernel log, taint{leaks} and unloading on {}, {mode}",
                target.release
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

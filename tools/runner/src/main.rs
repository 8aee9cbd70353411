// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs the project's tests, inside the build root: boots guests, deals the suites out to them, reads
//! and counts their KTAP (Documentation/testing.md). The scripts of tools/build make what it needs.

mod boot;
mod checks;
mod clock;
mod conformance;
mod floors;
mod gates;
mod gpu;
mod guest;
mod host;
mod ktap;
mod machine;
mod plan;
mod progress;
mod report;
mod run;
mod schedule;
mod sweeps;
mod target;
mod times;

use anyhow::{Context, Result};
use clap::{Parser, Subcommand};
use floors::Floors;
use plan::{Flavour, Mode, Wish};
use progress::Progress;
use std::{fs, io, path::PathBuf, process::ExitCode, thread};
use target::Target;

#[derive(Parser)]
#[command(about = "Runs the project's tests", max_term_width = 100)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Runs suites and prints KTAP.
    Test(Test),
    /// Prints what a run needs: modes, and `host` for the host's tests.
    Plan(PlanArguments),
    /// Runs one command in one guest.
    Boot(boot::Arguments),
    /// Shows that the tests fail when something is wrong.
    Gates(gates::Arguments),
    /// Makes KTAP of what a script says of the checks that it runs.
    Checks,
}

#[derive(clap::Args)]
struct Test {
    /// The kernel: FLAVOUR:RELEASE:IMAGE:BASE:MODULE[:SCRIPT].
    #[arg(long)]
    target: Target,
    #[arg(long)]
    suite: Option<String>,
    #[arg(long)]
    mode: Option<Mode>,
    /// A directory of programs for the guest.
    #[arg(long, value_name = "DIR")]
    programs: Vec<PathBuf>,
    /// The one of them that has the suites.
    #[arg(long, value_name = "DIR")]
    suites: PathBuf,
    /// The host's tests, built.
    #[arg(long, value_name = "DIR", requires = "examples")]
    host_tests: Option<PathBuf>,
    /// The events of the documentation's examples.
    #[arg(long, value_name = "FILE")]
    examples: Option<PathBuf>,
    /// What suites took last.
    #[arg(long, default_value = "/cache/times.json", value_name = "FILE")]
    times: PathBuf,
    /// Guests at a time.
    #[arg(long)]
    slots: usize,
    /// Takes the logs of the guests.
    #[arg(long, default_value = "/out", value_name = "DIR")]
    out: PathBuf,
    /// NAME=VALUE for the environment of each suite.
    #[arg(long, value_name = "NAME=VALUE")]
    env: Vec<String>,
}

#[derive(clap::Args)]
struct PlanArguments {
    #[arg(long)]
    flavour: Flavour,
    #[arg(long)]
    suite: Option<String>,
    #[arg(long)]
    mode: Option<Mode>,
}

impl PlanArguments {
    fn print(&self) -> Result<()> {
        let floors = Floors::parse(&fs::read_to_string("/src/tests/floors")?)?;
        let wish = Wish {
            flavour: self.flavour,
            suite: self.suite.as_deref(),
            mode: self.mode,
        };
        let plan = wish.plan(&floors, &[])?;
        if plan.host {
            println!("host");
        }
        plan.passes
            .iter()
            .for_each(|pass| println!("{}", pass.mode));
        Ok(())
    }
}

/// How many guests the machine can have at a time, `most` at most: one for each core that has memory for
/// it. A guest has 2 GiB, and its initramfs lies in memory a second time.
fn slots(most: usize) -> usize {
    const GUEST_KIB: usize = 5 << 19;
    let memory = fs::read_to_string("/proc/meminfo").unwrap_or_default();
    let available = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = available.and_then(|rest| rest.trim().trim_end_matches(" kB").parse::<usize>().ok());
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let room = kib.map_or(1, |kib| kib / GUEST_KIB);
    most.min(cores).min(room).max(1)
}

fn run(arguments: Arguments) -> Result<ExitCode> {
    let passed = match arguments.command {
        Command::Boot(arguments) => return Ok(ExitCode::from(boot::boot(&arguments)?)),
        Command::Plan(arguments) => {
            arguments.print()?;
            true
        }
        Command::Checks => checks::checks(io::stdin().lock(), io::stdout())?,
        Command::Gates(mut arguments) => {
            arguments.slots = slots(arguments.slots);
            gates::all(&arguments, &Progress::new())?
        }
        Command::Test(test) => {
            let options = run::Options {
                target: test.target,
                suite: test.suite,
                mode: test.mode,
                programs: test.programs,
                suites: test.suites,
                host_tests: test.host_tests.zip(test.examples),
                times: test.times,
                note_times: true,
                slots: slots(test.slots),
                out: test.out,
                module_args: String::new(),
                env: test.env,
            };
            run::run(&options, io::stdout(), &Progress::new()).context("the run")?
        }
    };
    Ok(if passed {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

fn main() -> ExitCode {
    run(Arguments::parse()).unwrap_or_else(|error| {
        eprintln!("dxgkrnl: error: {error:#}");
        ExitCode::from(123)
    })
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! `runner gates`: shows that the tests fail when something is wrong.
//!
//! The module makes a mistake on purpose (rust/sys/gates.rs), or the harness fails a test, and the run
//! that everybody makes has to be reported as failed, for that reason.

use crate::{
    plan::{Flavour, Mode},
    progress::Progress,
    report::{Entry, Report},
    run::{locked, run, Options},
    target::Target,
};
use anyhow::{bail, Context, Result};
use clap::Args;
use regex_lite::Regex;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{atomic::AtomicUsize, atomic::Ordering::Relaxed, Mutex},
    thread,
};

#[derive(Args, Debug)]
pub struct Arguments {
    /// The kernels, with the module that makes mistakes: FLAVOUR:RELEASE:IMAGE:BASE:MODULE:SCRIPT.
    #[arg(long, value_name = "TARGET")]
    target: Vec<Target>,
    #[arg(long, value_name = "DIR")]
    programs: Vec<PathBuf>,
    #[arg(long, value_name = "DIR")]
    suites: PathBuf,
    #[arg(long, default_value = "/cache/times.json", value_name = "FILE")]
    times: PathBuf,
    /// Guests at a time.
    #[arg(long)]
    pub slots: usize,
    /// Only this one.
    #[arg(long, value_name = "NAME")]
    gate: Option<String>,
    /// Takes a directory for each gate, with what its run has said.
    #[arg(long, value_name = "DIR")]
    out: PathBuf,
}

/// A run that has to fail, or to pass.
struct Gate {
    name: String,
    flavour: Flavour,
    suite: String,
    mode: Mode,
    /// The mistake, a parameter of the module.
    mistake: Option<String>,
    env: Vec<String>,
    passes: bool,
    /// What the run has to say.
    said: Regex,
    title: String,
}

/// Reads `tests/gates`, and adds those that are of the runner and the harness.
fn gates(text: &str) -> Result<Vec<Gate>> {
    let mut gates = vec![Gate {
        name: "none".into(),
        flavour: Flavour::Debug,
        suite: "caller_memory".into(),
        mode: Mode::Plain,
        mistake: Some("none".into()),
        env: Vec::new(),
        passes: true,
        said: Regex::new("^[1-9][0-9]* passed, 0 failed$")?,
        title: "the tests pass when no mistake is made".into(),
    }];
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let (name, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let (suite, said) = rest
            .trim_start()
            .split_once(char::is_whitespace)
            .unwrap_or_default();
        if said.is_empty() {
            bail!(
                "tests/gates:{}: a name, a suite and a pattern are wanted",
                number + 1
            );
        }
        gates.push(Gate {
            name: name.into(),
            flavour: Flavour::Debug,
            suite: suite.into(),
            mode: Mode::Plain,
            mistake: Some(name.into()),
            env: Vec::new(),
            passes: false,
            said: Regex::new(said.trim_start())
                .with_context(|| format!("tests/gates:{}", number + 1))?,
            title: format!("the tests fail of {name}"),
        });
    }
    // A test that fails is a failed run in each mode. KUnit's tests are the module's own.
    for (mode, suite, test) in [
        (Mode::Plain, "devices", "defined_flags"),
        (Mode::Signals, "devices", "defined_flags"),
        (Mode::Faults, "devices", "defined_flags"),
        (Mode::Script, "script", "existing_system_memory"),
    ] {
        gates.push(Gate {
            name: "planted".into(),
            flavour: Flavour::Debug,
            suite: suite.into(),
            mode,
            mistake: None,
            env: vec![format!("DXG_TEST_PLANT={test}")],
            passes: false,
            said: Regex::new(&format!("not ok [0-9]+ {test}"))?,
            title: format!("the tests fail of a planted failure, {mode}"),
        });
    }
    for (suite, env, said, title) in [
        (
            "guest",
            None,
            "signals: .*, [0-9]{3,} calls interrupted",
            "the tests pass when signals interrupt calls",
        ),
        (
            "create_resource",
            Some("DXG_TEST_SIGNALS=restart"),
            "signals: [0-9]{3,} delivered, 0 calls interrupted",
            "SA_RESTART restarts calls",
        ),
    ] {
        gates.push(Gate {
            name: "interruption".into(),
            flavour: Flavour::Stock,
            suite: suite.into(),
            mode: Mode::Signals,
            mistake: Some("interruption".into()),
            env: env.map(str::to_owned).into_iter().collect(),
            passes: true,
            said: Regex::new(said)?,
            title: title.into(),
        });
    }
    Ok(gates)
}

/// Runs them, as many at a time as there are slots; whether each was as it should be.
pub fn all(arguments: &Arguments, progress: &Progress) -> Result<bool> {
    let text = fs::read_to_string("/src/tests/gates").context("tests/gates")?;
    let mut gates = gates(&text)?;
    gates.retain(|gate| {
        arguments
            .gate
            .as_ref()
            .is_none_or(|name| *name == gate.name)
    });
    if gates.is_empty() {
        bail!("there is no such gate");
    }
    let report = Mutex::new(Report::new(io::stdout())?);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        let slot = || -> Result<()> {
            loop {
                let number = next.fetch_add(1, Relaxed);
                let Some(gate) = gates.get(number) else {
                    return Ok(());
                };
                let problems = one(arguments, gate, number, progress)?;
                let title = gate.title.clone();
                let mut report = locked(&report);
                progress.aside(|| report.take(number, Entry::Check { title, problems }))?;
            }
        };
        let slots: Vec<_> = (0..arguments.slots).map(|_| scope.spawn(slot)).collect();
        slots.into_iter().try_for_each(|slot| match slot.join() {
            Ok(result) => result,
            Err(panic) => std::panic::resume_unwind(panic),
        })
    })?;
    let report = report
        .into_inner()
        .unwrap_or_else(std::sync::PoisonError::into_inner);
    Ok(report.finish(gates.len(), &[])?)
}

/// One run; what is wrong with it.
fn one(
    arguments: &Arguments,
    gate: &Gate,
    number: usize,
    progress: &Progress,
) -> Result<Vec<String>> {
    let out = arguments.out.join(format!("{}-{}", number + 1, gate.name));
    fs::create_dir_all(&out)?;
    let target = arguments
        .target
        .iter()
        .find(|target| target.flavour == gate.flavour);
    let options = Options {
        target: target.context("a kernel for the gate")?.clone(),
        suite: Some(gate.suite.clone()),
        mode: Some(gate.mode),
        programs: arguments.programs.clone(),
        suites: arguments.suites.clone(),
        host_tests: None,
        times: arguments.times.clone(),
        note_times: false,
        slots: 1,
        out: out.clone(),
        module_args: gate
            .mistake
            .as_ref()
            .map_or(String::new(), |name| format!("gate={name}")),
        env: gate.env.clone(),
    };
    let mut said = Vec::new();
    let passed = run(&options, &mut said, progress)?;
    fs::write(out.join("output.txt"), &said)?;
    let mut problems = Vec::new();
    if passed != gate.passes {
        let state = if passed { "passed" } else { "failed" };
        problems.push(format!("the run has {state}"));
    }
    if !evidence(&out, &gate.said)? {
        problems.push(format!("nothing says '{}'", gate.said));
    }
    if !problems.is_empty() {
        problems.push(format!("see {}", out.display()));
    }
    Ok(problems)
}

/// Whether a line of what the run has said or of a kernel's log is what was wanted.
fn evidence(dir: &Path, wanted: &Regex) -> Result<bool> {
    for file in fs::read_dir(dir)? {
        let bytes = fs::read(file?.path())?;
        if String::from_utf8_lossy(&bytes)
            .lines()
            .any(|line| wanted.is_match(line.trim()))
        {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_read() {
        let gates =
            gates("# head\nleak  adapter_info  unreferenced object 0x\n").expect("a good table");
        let leak = gates
            .iter()
            .find(|gate| gate.name == "leak")
            .expect("its line");
        assert_eq!(leak.suite, "adapter_info");
        assert!(leak.said.is_match("unreferenced object 0xffff"));
        assert!(!leak.passes);
        assert!(super::gates("leak adapter_info\n").is_err());
    }
}

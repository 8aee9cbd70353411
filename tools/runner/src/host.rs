// SPDX-License-Identifier: MIT OR Apache-2.0
//! The host's tests: programs of libtest, read by the events that it writes as JSON.
//!
//! The format is not stable yet, so that libtest wants to be told by RUSTC_BOOTSTRAP=1 that this is
//! known; compiler and reader are of one build root.

use crate::ktap::{End, Suite};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::{
    fs,
    io::{BufRead, BufReader},
    path::Path,
    process::{Command, Stdio},
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::Duration,
};

/// A program of which nothing comes for so long is stuck, also on a busy machine.
const SILENCE: Duration = Duration::from_secs(30 * 60);

/// An event of libtest, of those that matter here.
#[derive(Deserialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Event {
    Suite(Run),
    Test(Test),
    Exit(Exit),
    #[serde(other)]
    Other,
}

/// The end of the examples' events, which their script adds.
#[derive(Deserialize)]
struct Exit {
    status: i32,
}

#[derive(Deserialize)]
struct Run {
    event: String,
    #[serde(default)]
    passed: u32,
    #[serde(default)]
    failed: u32,
}

#[derive(Deserialize)]
struct Test {
    event: String,
    name: String,
    #[serde(default)]
    exec_time: f64,
    #[serde(default)]
    stdout: String,
}

/// One program.
struct Program<'a> {
    command: Command,
    name: &'a str,
}

/// Runs all programs of a directory's `list`, and the documentation's examples, as one suite.
///
/// `examples` are the events of the latter. What programs print to stderr is put into `log`.
pub fn run(
    dir: &Path,
    examples: &Path,
    log: &Path,
    mut each: impl FnMut(&str),
) -> Result<(Suite, End)> {
    let path = dir.join("list");
    let list = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let stderr = fs::File::create(log)?;
    let mut suite = Reader::default();
    for line in list.lines() {
        let columns: Vec<_> = line.split('\t').collect();
        let [file, package, target, _, manifest_dir] = columns[..] else {
            anyhow::bail!("{}: '{line}'", path.display());
        };
        let mut command = Command::new(dir.join(file));
        command
            .stderr(stderr.try_clone()?)
            .current_dir(manifest_dir)
            .env("CARGO_MANIFEST_DIR", manifest_dir);
        let name = if package.replace('-', "_") == target.replace('-', "_") {
            package.to_owned()
        } else {
            format!("{package}/{target}")
        };
        each(&name);
        suite.program(Program {
            command,
            name: &name,
        })?;
    }
    let events = fs::File::open(examples).with_context(|| examples.display().to_string())?;
    suite.read("examples", BufReader::new(events));
    Ok(suite.end())
}

#[derive(Default)]
struct Reader {
    lines: Vec<String>,
    number: u32,
    plan: u32,
    problems: Vec<String>,
}

impl Reader {
    fn program(&mut self, mut program: Program<'_>) -> Result<()> {
        let arguments = [
            "--format",
            "json",
            "--report-time",
            "-Z",
            "unstable-options",
        ];
        let mut child = program
            .command
            .args(arguments)
            .env("RUSTC_BOOTSTRAP", "1")
            .stdout(Stdio::piped())
            .spawn()
            .with_context(|| program.name.to_owned())?;
        let stdout = child.stdout.take().context("stdout")?;
        let (sender, lines) = mpsc::channel();
        let reader = thread::spawn(move || {
            for line in BufReader::new(stdout).split(b'\n').map_while(Result::ok) {
                if sender.send(line).is_err() {
                    break;
                }
            }
        });
        let mut ended = false;
        loop {
            match lines.recv_timeout(SILENCE) {
                Ok(line) => ended |= self.event(program.name, &line),
                Err(RecvTimeoutError::Disconnected) => break,
                Err(RecvTimeoutError::Timeout) => {
                    child.kill()?;
                    let minutes = SILENCE.as_secs() / 60;
                    self.problems.push(format!(
                        "{}: stuck: nothing came of it for {minutes} min",
                        program.name
                    ));
                    child.wait()?;
                    return Ok(());
                }
            }
        }
        if reader.join().is_err() || !ended {
            self.problems
                .push(format!("{}: it ended before its tests", program.name));
        }
        let status = child.wait()?;
        if !status.success() {
            self.problems.push(format!("{}: {status}", program.name));
        }
        Ok(())
    }

    fn read(&mut self, program: &str, events: impl BufRead) {
        let mut ended = false;
        for line in events.split(b'\n').map_while(Result::ok) {
            ended |= self.event(program, &line);
        }
        if !ended {
            self.problems
                .push(format!("{program}: it ended before its tests"));
        }
    }

    /// Takes a line; whether it is the end of a program's tests.
    fn event(&mut self, program: &str, line: &[u8]) -> bool {
        // A test may print as well.
        match serde_json::from_slice(line) {
            Ok(Event::Test(test)) => self.test(program, &test),
            Ok(Event::Suite(run)) if run.event != "started" => {
                // libtest's own count: no event of a test may be missed.
                self.plan += run.passed + run.failed;
                return true;
            }
            Ok(Event::Exit(Exit { status })) if status != 0 => {
                self.problems.push(format!("{program}: status {status}"));
            }
            Ok(Event::Suite(_) | Event::Exit(_) | Event::Other) | Err(_) => {}
        }
        false
    }

    fn test(&mut self, program: &str, test: &Test) {
        let ok = match test.event.as_str() {
            "ok" => "ok",
            "failed" => "not ok",
            // Others are of its beginning, or say that it is slow; its result is still to come.
            _ => return,
        };
        self.number += 1;
        self.lines
            .extend(test.stdout.lines().map(|line| format!("# {line}")));
        let ms = (test.exec_time * 1000.0).round();
        self.lines.push(format!(
            "{ok} {} {program}: {} # time={ms}ms",
            self.number, test.name
        ));
    }

    fn end(self) -> (Suite, End) {
        let mut suite = Suite::default();
        suite.line("KTAP version 1");
        suite.line(&format!("1..{}", self.plan));
        self.lines.iter().for_each(|line| suite.line(line));
        for problem in &self.problems {
            suite.line(&format!("# {problem}"));
        }
        // The status of a program whose tests have failed says nothing new.
        let failed = suite.tests.iter().any(|test| !test.passed);
        let end = match self.problems.first() {
            Some(problem) if !failed => End::Lost(problem.clone()),
            _ => End::Status(i32::from(failed)),
        };
        (suite, end)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ktap::judge;

    fn read(text: &str) -> (Suite, End) {
        let mut reader = Reader::default();
        reader.read("crate", text.as_bytes());
        reader.end()
    }

    #[test]
    fn events_become_ktap() {
        let (suite, end) = read(
            "{ \"type\": \"suite\", \"event\": \"started\", \"test_count\": 3 }\n\
             printed by a test\n\
             { \"type\": \"test\", \"event\": \"started\", \"name\": \"a\" }\n\
             { \"type\": \"test\", \"name\": \"a\", \"event\": \"ok\", \"exec_time\": 0.0125 }\n\
             { \"type\": \"test\", \"name\": \"b\", \"event\": \"ignored\" }\n\
             { \"type\": \"test\", \"name\": \"c\", \"event\": \"timeout\" }\n\
             { \"type\": \"test\", \"name\": \"c\", \"event\": \"failed\", \"exec_time\": 61, \"stdout\": \"one\\ntwo\" }\n\
             { \"type\": \"suite\", \"event\": \"failed\", \"passed\": 1, \"failed\": 1, \"ignored\": 1 }\n",
        );
        assert_eq!(
            suite.lines,
            [
                "KTAP version 1",
                "1..2",
                "ok 1 crate: a # time=13ms",
                "# one",
                "# two",
                "not ok 2 crate: c # time=61000ms"
            ]
        );
        let verdict = judge(&suite, &end, Some(2));
        assert_eq!((verdict.passed, verdict.failed), (1, 1));
    }

    #[test]
    fn a_missing_event_is_seen() {
        let (suite, end) = read(
            "{ \"type\": \"test\", \"name\": \"a\", \"event\": \"ok\" }\n\
             { \"type\": \"suite\", \"event\": \"ok\", \"passed\": 2, \"failed\": 0 }\n",
        );
        let verdict = judge(&suite, &end, Some(1));
        assert_eq!(verdict.problems, ["its plan was 2, 1 results came"]);
    }

    #[test]
    fn a_program_that_dies_is_seen() {
        let (suite, end) = read("{ \"type\": \"test\", \"name\": \"a\", \"event\": \"ok\" }\n");
        let verdict = judge(&suite, &end, Some(1));
        assert_eq!(verdict.problems, ["crate: it ended before its tests"]);
        assert_eq!(verdict.failed, 1);
    }
}

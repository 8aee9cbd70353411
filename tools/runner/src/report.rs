// SPDX-License-Identifier: MIT OR Apache-2.0
//! Prints a run as KTAP, always in the order of the plan, and counts it.

use crate::ktap::{Suite, Verdict};
use std::{
    collections::BTreeMap,
    io::{self, Write},
    time::Duration,
};

/// One line of the run, with what belongs to it.
#[derive(Debug)]
pub enum Entry {
    Suite {
        title: String,
        suite: Suite,
        verdict: Verdict,
        took: Duration,
    },
    Check {
        title: String,
        /// What is wrong.
        problems: Vec<String>,
    },
}

/// The writer: entries come in any order, and are printed in that of their numbers.
pub struct Report<W> {
    to: W,
    waiting: BTreeMap<usize, Entry>,
    next: usize,
    passed: u32,
    failed: u32,
    /// Suites and what they took.
    times: Vec<(String, Duration)>,
    /// Tests and what they took.
    tests: Vec<(String, Duration)>,
}

impl<W: Write> Report<W> {
    pub fn new(mut to: W) -> io::Result<Self> {
        writeln!(to, "KTAP version 1")?;
        Ok(Self {
            to,
            waiting: BTreeMap::new(),
            next: 0,
            passed: 0,
            failed: 0,
            times: Vec::new(),
            tests: Vec::new(),
        })
    }

    /// Takes entry `number`, and prints what can be printed now.
    pub fn take(&mut self, number: usize, entry: Entry) -> io::Result<()> {
        self.waiting.insert(number, entry);
        while let Some(entry) = self.waiting.remove(&self.next) {
            self.next += 1;
            self.print(entry)?;
        }
        self.to.flush()
    }

    fn print(&mut self, entry: Entry) -> io::Result<()> {
        let number = self.next;
        let (title, good) = match entry {
            Entry::Suite {
                title,
                suite,
                verdict,
                took,
            } => {
                writeln!(self.to, "# Subtest: {title}")?;
                for line in &suite.lines {
                    writeln!(self.to, "    {line}")?;
                }
                for problem in &verdict.problems {
                    self.note(&format!("{title}: {problem}"))?;
                }
                if suite.skipped > 0 {
                    writeln!(self.to, "# {title}: {} skipped", suite.skipped)?;
                }
                let test = |test: &crate::ktap::Test| {
                    Some((format!("{title}: {}", test.name), test.took?))
                };
                self.tests.extend(suite.tests.iter().filter_map(test));
                self.times.push((title.clone(), took));
                self.passed += verdict.passed;
                self.failed += verdict.failed;
                (title, verdict.failed == 0)
            }
            Entry::Check { title, problems } => {
                for problem in &problems {
                    self.note(problem)?;
                }
                let good = problems.is_empty();
                if good {
                    self.passed += 1;
                } else {
                    self.failed += 1;
                }
                (title, good)
            }
        };
        let ok = if good { "ok" } else { "not ok" };
        writeln!(self.to, "{ok} {number} {title}")
    }

    fn note(&mut self, text: &str) -> io::Result<()> {
        text.lines()
            .try_for_each(|line| writeln!(self.to, "# {line}"))
    }

    /// Prints the plan, what things took, more notes, and the line that closes every run. Whether no
    /// test failed, any ran, and all of the `entries` came.
    pub fn finish(mut self, entries: usize, notes: &[String]) -> io::Result<bool> {
        let missing: Vec<_> = (self.next..entries)
            .filter(|number| !self.waiting.contains_key(number))
            .collect();
        for entry in std::mem::take(&mut self.waiting).into_values() {
            self.next += 1;
            self.print(entry)?;
        }
        for number in missing {
            self.next += 1;
            let problems = vec!["it never came".to_owned()];
            let title = format!("result {} of the plan", number + 1);
            self.print(Entry::Check { title, problems })?;
        }
        writeln!(self.to, "1..{}", self.next)?;
        let times = std::mem::take(&mut self.times);
        self.table("s   suite and mode", times, usize::MAX)?;
        let tests = std::mem::take(&mut self.tests);
        self.table("s   the longest tests", tests, 10)?;
        for note in notes {
            self.note(note)?;
        }
        writeln!(self.to, "{} passed, {} failed", self.passed, self.failed)?;
        self.to.flush()?;
        Ok(self.failed == 0 && self.passed > 0)
    }

    fn table(
        &mut self,
        head: &str,
        mut rows: Vec<(String, Duration)>,
        most: usize,
    ) -> io::Result<()> {
        if rows.is_empty() {
            return Ok(());
        }
        rows.sort_by(|(a, x), (b, y)| y.cmp(x).then(a.cmp(b)));
        writeln!(self.to, "#        {head}")?;
        for (name, took) in rows.iter().take(most) {
            writeln!(self.to, "# {:7.1} {name}", took.as_secs_f64())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ktap::{judge, End};

    fn suite(title: &str, text: &str, seconds: u64) -> Entry {
        let mut suite = Suite::default();
        text.lines().for_each(|line| suite.line(line));
        let verdict = judge(&suite, &End::Status(0), Some(1));
        Entry::Suite {
            title: title.into(),
            suite,
            verdict,
            took: Duration::from_secs(seconds),
        }
    }

    fn run(order: &[usize]) -> (String, bool) {
        let mut text = Vec::new();
        let mut report = Report::new(&mut text).expect("memory");
        for &number in order {
            let entry = match number {
                0 => suite("lock", "1..2\nok 1 a # time=3ms\nok 2 b # time=2000ms", 4),
                1 => suite("lock under signals", "1..1\nnot ok 1 a", 9),
                _ => Entry::Check {
                    title: "kernel log".into(),
                    problems: vec!["two\nlines".into()],
                },
            };
            report.take(number, entry).expect("memory");
        }
        let good = report.finish(3, &["a note".into()]).expect("memory");
        (String::from_utf8(text).expect("text"), good)
    }

    #[test]
    fn the_order_of_the_plan_is_kept() {
        let expected = "\
KTAP version 1
# Subtest: lock
    1..2
    ok 1 a # time=3ms
    ok 2 b # time=2000ms
ok 1 lock
# Subtest: lock under signals
    1..1
    not ok 1 a
not ok 2 lock under signals
# two
# lines
not ok 3 kernel log
1..3
#        s   suite and mode
#     9.0 lock under signals
#     4.0 lock
#        s   the longest tests
#     2.0 lock: b
#     0.0 lock: a
# a note
2 passed, 2 failed
";
        for order in [[0, 1, 2], [2, 1, 0], [1, 2, 0]] {
            assert_eq!(run(&order), (expected.to_owned(), false));
        }
    }

    #[test]
    fn a_run_without_a_test_is_none() {
        let report = Report::new(io::sink()).expect("memory");
        assert!(!report.finish(0, &[]).expect("memory"));
    }

    #[test]
    fn what_never_came_is_a_failure() {
        for (numbers, entries) in [(vec![0], 2), (vec![1], 2), (vec![], 1)] {
            let mut report = Report::new(io::sink()).expect("memory");
            for number in numbers {
                let entry = suite("lock", "1..1\nok 1 a", 1);
                report.take(number, entry).expect("memory");
            }
            assert!(!report.finish(entries, &[]).expect("memory"));
        }
    }
}

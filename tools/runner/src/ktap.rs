// SPDX-License-Identifier: MIT OR Apache-2.0
//! Reads the KTAP of one suite, and judges it.
//! <https://docs.kernel.org/dev-tools/ktap.html>

use std::time::Duration;

/// One test of a suite.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    pub name: String,
    pub passed: bool,
    /// What it took, if the suite says so: `# time=12ms`.
    pub took: Option<Duration>,
}

/// What a suite has said so far.
#[derive(Debug, Default)]
pub struct Suite {
    pub lines: Vec<String>,
    pub tests: Vec<Test>,
    pub skipped: u32,
    plan: Option<u32>,
}

impl Suite {
    /// Takes the next line.
    pub fn line(&mut self, line: &str) {
        if let Some(rest) = line.strip_prefix("ok ") {
            self.result(rest, true);
        } else if let Some(rest) = line.strip_prefix("not ok ") {
            self.result(rest, false);
        } else if let Some(plan) = line.strip_prefix("1..") {
            let number = plan.split_whitespace().next().unwrap_or_default();
            self.plan = number.parse().ok();
        }
        self.lines.push(line.to_owned());
    }

    fn result(&mut self, rest: &str, passed: bool) {
        let (result, directive) = match rest.split_once(" # ") {
            Some((result, directive)) => (result, directive),
            None => (rest, ""),
        };
        if passed && directive.starts_with("SKIP") {
            self.skipped += 1;
            return;
        }
        let name = result.split_once(' ').map_or("", |(_, name)| name);
        let took = directive.strip_prefix("time=").and_then(|time| {
            let ms = time.strip_suffix("ms")?.parse().ok()?;
            Some(Duration::from_millis(ms))
        });
        self.tests.push(Test {
            name: name.to_owned(),
            passed,
            took,
        });
    }

    /// Its results without what each took, for readers who want the same text of each run.
    pub fn results(&self) -> String {
        let result = |test: &Test| {
            let ok = if test.passed { "ok" } else { "not ok" };
            format!("{ok} 1 {}\n", test.name)
        };
        self.tests.iter().map(result).collect()
    }

    fn count(&self, passed: bool) -> u32 {
        let count = self.tests.iter().filter(|test| test.passed == passed);
        u32::try_from(count.count()).unwrap_or(u32::MAX)
    }
}

/// How a suite ended.
#[derive(Debug, PartialEq, Eq)]
pub enum End {
    /// By itself, with this status.
    Status(i32),
    /// Something took it away; the text says what.
    Lost(String),
}

/// What is to be thought of a suite that has ended.
#[derive(Debug, PartialEq, Eq)]
pub struct Verdict {
    pub passed: u32,
    pub failed: u32,
    /// Whatever is wrong besides tests that say so themselves; each counts as a failure.
    pub problems: Vec<String>,
}

/// A suite fails if a test of it does, and also if it died, ran less than its plan, or less than its
/// floor.
pub fn judge(suite: &Suite, end: &End, floor: Option<u32>) -> Verdict {
    let (passed, failed) = (suite.count(true), suite.count(false));
    let mut problems = Vec::new();
    let ran = passed + failed;
    match end {
        End::Lost(why) => problems.push(why.clone()),
        End::Status(0) => {}
        End::Status(_) if failed > 0 => {}
        End::Status(status) => {
            problems.push(format!(
                "ended with status {status} though no test of it failed"
            ));
        }
    }
    // A suite that was lost ran less than its plan, and that is said already.
    if matches!(end, End::Status(_)) {
        let came = ran + suite.skipped;
        match suite.plan {
            None => problems.push(format!("its plan was missing, {came} results came")),
            Some(plan) if plan != came => {
                problems.push(format!("its plan was {plan}, {came} results came"));
            }
            Some(_) => {}
        }
        match floor {
            None => problems.push("tests/floors has no line for it".into()),
            Some(floor) if ran < floor => problems.push(format!(
                "{ran} tests ran, its floor in tests/floors is {floor}"
            )),
            Some(_) => {}
        }
    }
    let more = u32::try_from(problems.len()).unwrap_or(u32::MAX);
    Verdict {
        passed,
        failed: failed + more,
        problems,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn suite(text: &str) -> Suite {
        let mut suite = Suite::default();
        text.lines().for_each(|line| suite.line(line));
        suite
    }

    fn verdict(text: &str, end: End, floor: Option<u32>) -> (u32, u32, Vec<String>) {
        let Verdict {
            passed,
            failed,
            problems,
        } = judge(&suite(text), &end, floor);
        (passed, failed, problems)
    }

    #[test]
    fn a_good_suite() {
        let text = "KTAP version 1\n1..2\nok 1 a # time=12ms\n# words\nok 2 b\n";
        assert_eq!(verdict(text, End::Status(0), Some(2)), (2, 0, vec![]));
        let tests = suite(text).tests;
        assert_eq!(tests[0].name, "a");
        assert_eq!(tests[0].took, Some(Duration::from_millis(12)));
        assert_eq!((tests[1].name.as_str(), tests[1].took), ("b", None));
        assert_eq!(suite(text).results(), "ok 1 a\nok 1 b\n");
    }

    #[test]
    fn a_failed_test_is_a_failed_suite() {
        let text = "1..2\nok 1 a\nnot ok 2 b # time=1ms\n";
        assert_eq!(verdict(text, End::Status(1), Some(2)), (1, 1, vec![]));
        // Also if the program does not say so.
        assert_eq!(verdict(text, End::Status(0), Some(2)), (1, 1, vec![]));
    }

    #[test]
    fn a_skipped_test_is_none() {
        let text = "1..2\nok 1 a\nok 2 b # SKIP no display\n";
        assert_eq!(verdict(text, End::Status(0), Some(1)), (1, 0, vec![]));
        assert_eq!(suite(text).skipped, 1);
        let below = vec!["1 tests ran, its floor in tests/floors is 2".to_owned()];
        assert_eq!(verdict(text, End::Status(0), Some(2)), (1, 1, below));
        // "not ok" is never skipped.
        let failed = "1..1\nnot ok 1 a # SKIP no display\n";
        assert_eq!(verdict(failed, End::Status(1), Some(1)), (0, 1, vec![]));
    }

    #[test]
    fn each_way_to_fail_without_a_failed_test() {
        for (text, end, floor, said) in [
            (
                "1..1\nok 1 a\n",
                End::Status(139),
                Some(1),
                "ended with status 139 though no test of it failed",
            ),
            (
                "1..3\nok 1 a\n",
                End::Status(0),
                Some(1),
                "its plan was 3, 1 results came",
            ),
            (
                "ok 1 a\n",
                End::Status(0),
                Some(1),
                "its plan was missing, 1 results came",
            ),
            (
                "1..1\nok 1 a\n",
                End::Status(0),
                Some(5),
                "1 tests ran, its floor in tests/floors is 5",
            ),
            (
                "1..1\nok 1 a\n",
                End::Status(0),
                None,
                "tests/floors has no line for it",
            ),
            (
                "1..3\nok 1 a\n",
                End::Lost("the guest ended in the middle of it".into()),
                Some(3),
                "the guest ended in the middle of it",
            ),
        ] {
            let expected = (1, 1, vec![said.to_owned()]);
            assert_eq!(verdict(text, end, floor), expected, "{text}");
        }
    }

    #[test]
    fn a_suite_without_tests_fails() {
        let (passed, failed, problems) = verdict("1..0\n", End::Status(0), Some(1));
        assert_eq!((passed, failed, problems.len()), (0, 1, 1));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Steps, one line each, and their sum.

use crate::advice;
use std::{error::Error, io::Write, process};

/// What a step yields: something for the next steps, and its figures.
pub type Outcome<T> = Result<(T, String), Box<dyn Error>>;

/// Prints steps and counts them.
pub struct Report {
    out: Box<dyn Write>,
    ok: u32,
    failed: u32,
    skipped: u32,
}

impl Report {
    /// One that nothing has been reported to.
    pub fn to(out: impl Write + 'static) -> Self {
        Self {
            out: Box::new(out),
            ok: 0,
            failed: 0,
            skipped: 0,
        }
    }

    /// Prints a heading.
    pub fn heading(&mut self, text: &str) {
        self.say(text);
    }

    /// Does a step and prints how it went. `None` when it failed.
    pub fn step<T>(&mut self, name: &str, step: impl FnOnce() -> Outcome<T>) -> Option<T> {
        match step() {
            Ok((value, figures)) => {
                self.ok += 1;
                self.say(&format!("  ok       {name}: {figures}"));
                Some(value)
            }
            Err(error) => {
                self.fail(name, &advice::line(&*error));
                None
            }
        }
    }

    /// Prints a step that failed.
    pub fn fail(&mut self, name: &str, why: &str) {
        self.failed += 1;
        self.say(&format!("  FAILED   {name}: {why}"));
    }

    /// Prints a step that was left out.
    pub fn skip(&mut self, name: &str, why: &str) {
        self.skipped += 1;
        self.say(&format!("  skipped  {name}: {why}"));
    }

    /// Prints the sum. True if every step was right, and there was one.
    pub fn finish(mut self, what: &str) -> bool {
        let Self {
            ok,
            failed,
            skipped,
            ..
        } = self;
        let skipped = match skipped {
            0 => String::new(),
            n => format!(", {n} skipped"),
        };
        self.say(&format!("{what}: {ok} steps ok, {failed} failed{skipped}"));
        failed == 0 && ok > 0
    }

    /// Prints a line. Nobody is left to talk to when that fails.
    fn say(&mut self, line: &str) {
        let out = &mut self.out;
        if writeln!(out, "{line}").and_then(|()| out.flush()).is_err() {
            process::exit(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn only_right_steps_make_a_right_report() {
        let fine = || Ok(((), "fine".to_owned()));
        assert!(!Report::to(io::sink()).finish("nothing"));

        let mut report = Report::to(io::sink());
        assert_eq!(report.step("one", fine), Some(()));
        report.skip("two", "why");
        assert!(report.finish("right"));

        let mut report = Report::to(io::sink());
        report.step("one", fine);
        assert_eq!(report.step::<()>("two", || Err("broken".into())), None);
        assert!(!report.finish("wrong"));
    }
}

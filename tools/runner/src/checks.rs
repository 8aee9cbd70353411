// SPDX-License-Identifier: MIT OR Apache-2.0
//! `runner checks`: makes KTAP of what a script says of the checks that it runs.
//!
//! It reads lines: `@check TITLE`, what the check prints, `@end STATUS`. What it prints is shown only
//! if it fails.

use crate::report::{Entry, Report};
use anyhow::{bail, Result};
use std::io::{BufRead, Write};

/// Reads them all; whether every check passed.
pub fn checks(from: impl BufRead, to: impl Write) -> Result<bool> {
    let mut report = Report::new(to)?;
    let mut open: Option<(String, String)> = None;
    let mut number = 0;
    for line in from.lines() {
        let line = line?;
        if let Some(title) = line.strip_prefix("@check ") {
            if let Some((open, _)) = &open {
                bail!("'{open}' did not end before '{title}'");
            }
            open = Some((title.to_owned(), String::new()));
        } else if let Some(status) = line.strip_prefix("@end ") {
            let Some((title, said)) = open.take() else {
                bail!("'{line}' ends no check");
            };
            let problems = match status {
                "0" => Vec::new(),
                _ => vec![format!("{said}status {status}")],
            };
            report.take(number, Entry::Check { title, problems })?;
            number += 1;
        } else if let Some((_, said)) = open.as_mut().filter(|_| !line.is_empty()) {
            said.push_str(&line);
            said.push('\n');
        }
    }
    if let Some((title, said)) = open {
        let problems = vec![format!("{said}it did not end")];
        report.take(number, Entry::Check { title, problems })?;
        number += 1;
    }
    Ok(report.finish(number, &[])?)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(text: &str) -> (String, bool) {
        let mut out = Vec::new();
        let good = checks(text.as_bytes(), &mut out).expect("a good script");
        (String::from_utf8(out).expect("text"), good)
    }

    #[test]
    fn what_a_check_prints_is_shown_if_it_fails() {
        assert_eq!(
            run("@check a\nall is well\n@end 0\n@check b\nline 3 is long\n@end 1\n@check c\n"),
            (
                "KTAP version 1\nok 1 a\n# line 3 is long\n# status 1\nnot ok 2 b\n\
                 # it did not end\nnot ok 3 c\n1..3\n1 passed, 2 failed\n"
                    .to_owned(),
                false
            )
        );
        assert!(run("@check a\n@end 0\n").1);
        assert!(!run("").1);
        assert!(checks("@check a\n@check b\n@end 0\n".as_bytes(), Vec::new()).is_err());
    }
}

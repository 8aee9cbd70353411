// SPDX-License-Identifier: MIT OR Apache-2.0
//! Documentation/conformance.md, which is made of what the suite conformance says of a run.

use anyhow::{bail, Context, Result};
use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
};

/// The suite.
pub const SUITE: &str = "conformance";
/// The page, in the checkout.
pub const PAGE: &str = "Documentation/conformance.md";

/// Whether the committed page is the one that a run with these results makes; what is wrong, if not.
/// The page that it makes is put into `out`.
pub fn check(suites: &Path, results: &str, out: &Path) -> Vec<String> {
    match page(suites, results, out) {
        Ok(None) => Vec::new(),
        Ok(Some(problem)) => vec![problem],
        Err(error) => vec![format!("{error:#}")],
    }
}

fn page(suites: &Path, results: &str, out: &Path) -> Result<Option<String>> {
    let mut maker = Command::new(suites.join(SUITE))
        .arg("--document")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .context(SUITE)?;
    let mut stdin = maker.stdin.take().context("stdin")?;
    stdin.write_all(results.as_bytes())?;
    drop(stdin);
    let made = maker.wait_with_output()?;
    if !made.status.success() {
        bail!("{SUITE} --document: {}", made.status);
    }
    fs::write(out.join("conformance.md"), &made.stdout)?;
    let committed = fs::read(Path::new("/src").join(PAGE)).context(PAGE)?;
    if committed == made.stdout {
        return Ok(None);
    }
    let diff = Command::new("diff")
        .args([
            &format!("/src/{PAGE}"),
            &out.join("conformance.md").display().to_string(),
        ])
        .output()?;
    let text = String::from_utf8_lossy(&diff.stdout);
    let lines: Vec<_> = text.lines().take(20).collect();
    let lines = lines.join("\n");
    Ok(Some(format!(
        "{lines}\nif that is as it should be: cp build/run/conformance.md {PAGE}"
    )))
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Makes `Documentation/conformance.md` of the tables and of the results of a run.

use crate::{
    not_executed::NOT_EXECUTED,
    table::{Case, Certainty},
    SECTIONS,
};
use std::{
    collections::BTreeMap,
    fmt::{self, Write},
    io::{self, BufRead},
    process::ExitCode,
};

/// Up to this number there are all; of those above it, the ones that are executed, or that a comment names.
const COMPLETE: u32 = 265;

const HEAD: &str = "\
# Conformance

What the calls of `/dev/dxg` do, case by case, beside what they do on Windows. This page is made of a run:
`make test SUITE=conformance` executes one test for each case, writes the page to `build/run/conformance.md`, and fails
if this one says anything else. The tests are in `tests/guest/src/bin/conformance`; a case has the same number there,
in [uapi.md](uapi.md), and wherever a comment of the module, the tools or other tests says \"case 41\": that is
[#case-41](#case-41).

The letter says how certain it is what Windows does: **C**, documented or seen by tests on Windows; **L**, what WSL's
driver does, Windows being unknown or without the call; **I**, it follows from the documented rules; **K**, a client
with open sources relies on it. Where they disagree, C goes before L, and L before I. \"The same\" is short for what
the column before it says. Statuses are without their STATUS_.

Cases from 301 on are about GPU virtual addresses and execution. Their numbers have gaps, some have a letter, and of
those about execution the page has only the ones that are executed or that a comment names.
";

/// Reads KTAP from standard input and writes the document to standard output.
pub fn write() -> ExitCode {
    let mut results = BTreeMap::new();
    for line in io::stdin().lock().lines() {
        let line = line.expect("KTAP");
        let (passed, rest) = match line.trim_start().strip_prefix("not ") {
            Some(rest) => (false, rest),
            None => (true, line.trim_start()),
        };
        if let Some((_, name)) = rest.strip_prefix("ok ").and_then(|r| r.split_once(' ')) {
            // What follows is the time that it took.
            let (name, _) = name.split_once(" # ").unwrap_or((name, ""));
            results.insert(name.to_owned(), passed);
        }
    }
    check_numbers();
    match document(&results) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(fmt::Error) => ExitCode::FAILURE,
    }
}

/// Each number is executed or not executed, once, and the tables are in order. Only above [`COMPLETE`] may one be missing.
/// Those with a letter are executed beside the one without it.
fn check_numbers() {
    let cases = || SECTIONS.iter().flat_map(|(_, cases)| cases.iter());
    let ids: Vec<_> = cases().map(Case::id).collect();
    assert!(ids.is_sorted_by(|a, b| a < b), "the order of the cases");
    for case in cases() {
        assert!(
            case.why.is_empty() || !case.ours.is_empty(),
            "{}",
            case.name
        );
    }
    let others = NOT_EXECUTED
        .iter()
        .flat_map(|&(first, last, ..)| first..=last);
    let mut numbers: Vec<_> = cases().filter_map(Case::number).chain(others).collect();
    numbers.sort();
    assert!(numbers.is_sorted_by(|a, b| a < b), "each number once");
    let complete = numbers.iter().copied().take_while(|&n| n <= COMPLETE);
    assert!(complete.eq(1..=COMPLETE), "no number is missing");
}

fn document(results: &BTreeMap<String, bool>) -> Result<String, fmt::Error> {
    let mut text = String::from(HEAD);
    totals(&mut text, results)?;
    for (heading, cases) in SECTIONS {
        write!(text, "\n## {heading}\n\n")?;
        writeln!(text, "| case | given | Windows | | here | why | run |")?;
        writeln!(text, "|---|---|---|---|---|---|---|")?;
        for case in cases {
            row(&mut text, case, results)?;
        }
    }
    write!(
        text,
        "\n## Not executed\n\n| cases | given | why |\n|---|---|---|\n"
    )?;
    for (first, last, given, why) in NOT_EXECUTED {
        let numbers = if first == last {
            first.to_string()
        } else {
            format!("{first}–{last}")
        };
        let anchors: String = (*first..=*last).map(anchor).collect();
        writeln!(text, "| {anchors}{numbers} | {given} | {why} |")?;
    }
    Ok(text)
}

fn totals(text: &mut String, results: &BTreeMap<String, bool>) -> fmt::Result {
    let cases: Vec<_> = SECTIONS
        .iter()
        .flat_map(|(_, cases)| cases.iter())
        .collect();
    let count = |wanted: &dyn Fn(&Case) -> bool| cases.iter().filter(|c| wanted(c)).count();
    let same = count(&|case| case.why.is_empty());
    let passed = count(&|case| results.get(case.name) == Some(&true));
    let missing = NOT_EXECUTED
        .iter()
        .flat_map(|&(first, last, ..)| first..=last);
    write!(text, "\n| | cases |\n|---|---|\n")?;
    writeln!(text, "| executed | {} |", cases.len())?;
    writeln!(text, "| of these, passed | {passed} |")?;
    writeln!(text, "| of these, as on Windows | {same} |")?;
    writeln!(text, "| of these, otherwise | {} |", cases.len() - same)?;
    writeln!(text, "| not executed | {} |", missing.count())?;
    for (letter, certainty) in [
        ('C', Certainty::C),
        ('L', Certainty::L),
        ('I', Certainty::I),
        ('K', Certainty::K),
    ] {
        let of_it = count(&|case| case.certainty == certainty);
        writeln!(text, "| executed, {letter} | {of_it} |")?;
    }
    Ok(())
}

/// What a link to a case leads to: `conformance.md#case-41`.
fn anchor(case: impl fmt::Display) -> String {
    format!("<a id=\"case-{case}\"></a>")
}

fn row(text: &mut String, case: &Case, results: &BTreeMap<String, bool>) -> fmt::Result {
    let ours = if case.ours.is_empty() {
        "the same"
    } else {
        case.ours
    };
    let result = match results.get(case.name) {
        Some(true) => "ok",
        Some(false) => "**failed**",
        None => "**did not run**",
    };
    writeln!(
        text,
        "| {}{} | {} | {} | {:?} | {ours} | {} | {result} |",
        anchor(case.id().trim_start_matches('0')),
        case.id(),
        case.given,
        case.windows,
        case.certainty,
        case.why,
    )
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! `dxg list`.

use crate::{
    advice,
    facts::{Facts, Memory},
    size::mib,
    table,
};
use libd3dkmt::Dxg;
use std::{
    error::Error,
    io::{self, Write},
    process::ExitCode,
};

/// Prints the adapters, as a table or as JSON.
pub fn run(dxg: &Dxg, json: bool) -> Result<ExitCode, Box<dyn Error>> {
    let facts = dxg
        .adapters()?
        .iter()
        .map(Facts::of)
        .collect::<Result<Vec<_>, _>>()?;
    let text = if json {
        serde_json::to_string_pretty(&facts)? + "\n"
    } else if facts.is_empty() {
        eprintln!("dxg: {}", advice::NO_ADAPTERS);
        String::new()
    } else {
        as_table(&facts)
    };
    // A reader that has seen enough closes its end: nothing is wrong then.
    match io::stdout().write_all(text.as_bytes()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn as_table(facts: &[Facts]) -> String {
    let rows: Vec<_> = facts
        .iter()
        .map(|facts| {
            [
                facts.luid.clone(),
                facts.name.clone(),
                facts.node.clone().unwrap_or_else(|| "-".to_owned()),
                facts.driver_description.clone(),
                used(&facts.local, facts.segments.dedicated_video_memory),
                used(&facts.non_local, facts.segments.shared_system_memory),
            ]
        })
        .collect();
    let header = [
        "LUID",
        "NAME",
        "NODE",
        "DRIVER",
        "VIDEO MEMORY USED",
        "SYSTEM MEMORY USED",
    ];
    table::render(header, &rows)
}

/// What this process uses of all there is. Its budget, which `--json` has, is another number at any time.
fn used(memory: &Memory, size: u64) -> String {
    format!("{} of {}", mib(memory.current_usage), mib(size))
}

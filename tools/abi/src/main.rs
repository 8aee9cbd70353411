// SPDX-License-Identifier: MIT OR Apache-2.0
//! Compares the ABI of `/dev/dxg` as the code has it with the table in `abi.tsv`.
//!
//! Without arguments it writes the checks that compile with the Rust code: `rust/uapi/layout.rs`
//! of the module and `src/sys/layout.rs` of libd3dkmt. With `--check` it writes nothing, but says
//! whether those files are what the table makes, compiles them, and compiles and runs the same
//! checks in C. Every row must be compared in every language. The headers of libd3dkmt-c, whose names
//! are the WDK's, are compared in all rows that the WDK has a name for.

mod bindings;
mod c;
mod rust;
mod table;
#[cfg(test)]
mod tests;
mod wdk;
mod words;

use bindings::Bindings;
use clap::Parser;
use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, ExitCode},
};
use table::Table;

#[derive(Parser)]
#[command(about = "Generates and runs the layout checks of the /dev/dxg ABI")]
struct Args {
    /// Compare instead of writing; needs a C compiler (CC, default cc) and rustc
    #[arg(long)]
    check: bool,
}

/// The headers that the table is about.
const HEADERS: [&str; 2] = ["uapi/misc/d3dkmthk.h", "uapi/misc/dxgkrnl_ext.h"];
/// What bindgen makes of them for libd3dkmt.
const BINDINGS: [&str; 2] = [
    "tools/libd3dkmt/src/sys/bindings.rs",
    "tools/libd3dkmt/src/sys/ext.rs",
];

/// What can go wrong, with what to do about it.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error("{}: {error}", path.display())]
    File {
        path: PathBuf,
        error: std::io::Error,
    },
    #[error("abi.tsv:{line}: {what}")]
    Row { line: usize, what: String },
    #[error("{} is not what abi.tsv makes: run cargo run -p dxg-abi", .0.display())]
    Stale(PathBuf),
    #[error("cannot run {program}: {error}")]
    Run {
        program: String,
        error: std::io::Error,
    },
    #[error("the ABI differs from abi.tsv in {language}, see above")]
    Differs { language: &'static str },
    #[error("{0}: the headers of libd3dkmt-c do not have it")]
    NotInWdk(String),
    #[error("{language}: {compared} rows compared, but abi.tsv has {rows}")]
    Missed {
        language: &'static str,
        compared: usize,
        rows: usize,
    },
}

/// How many rows of the table a language compared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    requests: usize,
    sizes: usize,
    offsets: usize,
    bits: usize,
}

impl Counts {
    fn sum(self) -> usize {
        self.requests + self.sizes + self.offsets + self.bits
    }
}

fn main() -> ExitCode {
    let args = Args::parse();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    match run(&root, args.check) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("dxg-abi: {error}");
            ExitCode::FAILURE
        }
    }
}

fn run(root: &Path, check: bool) -> Result<(), Error> {
    let table = Table::parse(&read(&root.join("tools/abi/abi.tsv"))?)?;
    let bindings = Bindings::parse(&read_all(root, &BINDINGS)?);
    let requests = c::Requests::parse(&read_all(root, &HEADERS)?);

    let outputs = [
        (
            rust::Side::Module,
            "module",
            root.join("rust/uapi/layout.rs"),
        ),
        (
            rust::Side::Crate,
            "libd3dkmt",
            root.join("tools/libd3dkmt/src/sys/layout.rs"),
        ),
    ];
    for (side, language, path) in outputs {
        let (text, counts) = rust::layout(side, &table, &bindings, &requests)?;
        if !check {
            fs::write(&path, text).map_err(|error| Error::File { path, error })?;
        } else if read(&path)? != text {
            return Err(Error::Stale(path));
        } else {
            rust::compile(side, root)?;
            report(language, counts, table.len())?;
        }
    }
    if check {
        let counts = c::check(root, &c::UAPI, table.rows(), &requests)?;
        report(c::UAPI.language, counts, table.len())?;
        let (counts, rows) = wdk::check(root, &table, &requests)?;
        report(wdk::HEADERS.language, counts, rows)?;
    }
    Ok(())
}

/// Prints what was compared; an error if that is not everything.
fn report(language: &'static str, counts: Counts, rows: usize) -> Result<(), Error> {
    println!(
        "{language}: {} requests, {} structure sizes, {} field offsets and sizes, {} bitfields",
        counts.requests, counts.sizes, counts.offsets, counts.bits
    );
    if counts.sum() == rows {
        Ok(())
    } else {
        Err(Error::Missed {
            language,
            compared: counts.sum(),
            rows,
        })
    }
}

/// The texts of some files below `root`, one after the other.
fn read_all(root: &Path, paths: &[&str]) -> Result<String, Error> {
    paths.iter().map(|path| read(&root.join(path))).collect()
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::File {
        path: path.to_owned(),
        error,
    })
}

/// Runs a command that speaks for itself when it fails.
fn execute(command: &mut Command, language: &'static str) -> Result<(), Error> {
    let status = command.status().map_err(|error| Error::Run {
        program: command.get_program().to_string_lossy().into_owned(),
        error,
    })?;
    if status.success() {
        Ok(())
    } else {
        Err(Error::Differs { language })
    }
}

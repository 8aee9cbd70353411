// SPDX-License-Identifier: MIT OR Apache-2.0
//! `dxg`: what is behind `/dev/dxg`, and whether it works.

mod advice;
mod demo;
mod engine;
mod facts;
mod gem_names;
mod list;
mod pattern;
mod picture;
mod proof;
mod report;
mod size;
mod table;

use clap::{Parser, Subcommand};
use libd3dkmt::Dxg;
use std::{error::Error, path::PathBuf, process::ExitCode, time::Duration};

/// Shows the adapters behind /dev/dxg and what they can do.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    /// The node of the module.
    #[arg(long, global = true, default_value = Dxg::PATH, value_name = "PATH")]
    node: PathBuf,
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Lists the adapters: LUID, name, DRM node, driver and memory.
    List {
        /// Prints everything that is known about them, as JSON; sizes in bytes.
        #[arg(long)]
        json: bool,
    },
    /// Makes allocations of every kind on every adapter, writes and reads them, and checks from
    /// the other side that they are objects of the DRM device. Has commands executed, also one
    /// that faults. Then shows a picture on the first adapter that has a display, if there is one.
    /// Exits with 0 only if every step was right.
    Demo {
        /// Fails when the DRM device's debugfs can't be asked, instead of leaving those steps out.
        #[arg(long)]
        require_debugfs: bool,
        /// Runs a shell command while the picture is on the screen.
        #[arg(long, value_name = "COMMAND")]
        while_shown: Option<String>,
    },
    /// Shows a picture that moves, on the first adapter that has a display.
    Show {
        /// For so long.
        #[arg(long, default_value_t = 10)]
        seconds: u64,
    },
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match run(&arguments) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("dxg: {}", advice::line(&*error));
            ExitCode::FAILURE
        }
    }
}

fn run(arguments: &Arguments) -> Result<ExitCode, Box<dyn Error>> {
    let dxg = Dxg::open_path(&arguments.node)?;
    match &arguments.command {
        Command::List { json } => list::run(&dxg, *json),
        Command::Demo {
            require_debugfs,
            while_shown,
        } => demo::run(&dxg, *require_debugfs, while_shown.as_deref()),
        Command::Show { seconds } => picture::run(&dxg, Duration::from_secs(*seconds)),
    }
}

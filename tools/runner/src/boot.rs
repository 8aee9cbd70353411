// SPDX-License-Identifier: MIT OR Apache-2.0
//! `runner boot`: one command in one guest, for tools/vm and `make run`.

use crate::{
    guest::{complaints, pack_programs, Ended, Guest, Limit, Parts, Said, Wanted},
    machine::Output,
    plan::Flavour,
};
use anyhow::Result;
use clap::Args;
use std::{fs, path::PathBuf, process::Command, time::Duration};

/// Exit statuses besides the command's own.
const CRASH: u8 = 120;
const COMPLAINT: u8 = 121;
const TIME_OUT: u8 = 122;
const NO_GUEST: u8 = 123;
const CLOSED: u8 = 124;

#[derive(Args, Debug)]
pub struct Arguments {
    /// The kernel's image.
    #[arg(long, value_name = "FILE")]
    kernel: PathBuf,
    /// A part of the initramfs; they are put one behind the other.
    #[arg(long, value_name = "FILE")]
    layer: Vec<PathBuf>,
    /// A directory of programs that are in the guest's PATH.
    #[arg(long, value_name = "DIR")]
    programs: Vec<PathBuf>,
    /// Where /push comes from, as the host calls it.
    #[arg(long, value_name = "DIR")]
    push: Option<String>,
    /// Unpacks into /pull what the command leaves there.
    #[arg(long)]
    pull: bool,
    /// Whose kernel it is.
    #[arg(long)]
    flavour: Flavour,
    /// An interactive guest.
    #[arg(long)]
    shell: bool,
    /// GPUs of the guest, by their words (gpu.rs).
    #[arg(long, default_value = "", value_name = "WORDS")]
    gpu: String,
    /// Has the guest's clocks count instructions.
    #[arg(long)]
    counted: bool,
    /// Loads the module.
    #[arg(long)]
    module: bool,
    /// Parameters of the module.
    #[arg(long, default_value = "", value_name = "WORDS")]
    module_args: String,
    /// Unloads the module at the end.
    #[arg(long)]
    unload: bool,
    /// Looks for leaked kernel memory at the end.
    #[arg(long)]
    leaks: bool,
    /// Seconds of guest time that the whole guest may take.
    #[arg(long, value_name = "S")]
    timeout: u64,
    /// Takes a screenshot when the command has ended, if it has not asked for one.
    #[arg(long)]
    screenshot: bool,
    /// The window that QEMU opens: none, sdl or gtk.
    #[arg(long, default_value = "none", value_name = "KIND")]
    window: String,
    /// Takes dmesg.txt, console.txt and shot.png.
    #[arg(long, default_value = "/out", value_name = "DIR")]
    out: PathBuf,
    /// The command.
    #[arg(last = true)]
    command: Vec<String>,
}

fn note(text: &str) {
    eprintln!("dxgkrnl: {text}");
}

/// Boots the guest, runs the command, and returns the exit status.
pub fn boot(arguments: &Arguments) -> Result<u8> {
    let dir = PathBuf::from("/tmp/guest");
    fs::create_dir_all(&dir)?;
    let programs = dir.join("programs.cpio");
    if pack_programs(&programs, &arguments.programs, arguments.push.as_deref()).is_err() {
        return Ok(NO_GUEST);
    }
    let wanted = Wanted {
        shell: arguments.shell,
        gpus: arguments
            .gpu
            .split_whitespace()
            .map(str::to_owned)
            .collect(),
        module: arguments.module,
        module_args: arguments.module_args.clone(),
        pull: arguments.pull,
        unload: arguments.unload,
        leaks: arguments.leaks,
        command: arguments.command.clone(),
    };
    let parts = Parts {
        kernel: arguments.kernel.clone(),
        layer: arguments.layer.iter().cloned().chain([programs]).collect(),
        cmdline: arguments.flavour.cmdline().to_owned(),
        counted: arguments.counted,
        single: false,
    };
    let limit = Limit::Whole(Duration::from_secs(arguments.timeout));
    let mut guest = Guest::boot(
        &parts,
        &wanted,
        &dir,
        Output::Pass,
        &arguments.window,
        limit,
    )?;
    let in_time = talk(&mut guest, arguments)?;
    let (_, ended) = guest.end();
    for file in ["dmesg.txt", "console.txt", "shot.png"] {
        if dir.join(file).exists() {
            fs::copy(dir.join(file), arguments.out.join(file))?;
        }
    }
    let pulled = dir.join("pull.tar");
    if arguments.pull && fs::metadata(&pulled).is_ok_and(|tar| tar.len() > 0) {
        let untar = Command::new("tar")
            .args(["-C", "/pull", "--no-same-owner", "-xf"])
            .arg(&pulled)
            .status()?;
        if !untar.success() {
            note("what the command left in /pull could not be unpacked");
            return Ok(NO_GUEST);
        }
    }
    if !in_time {
        note(&format!(
            "the guest was not done after {} s of its time and was stopped",
            arguments.timeout
        ));
        return Ok(TIME_OUT);
    }
    Ok(status(&ended, arguments, &dir))
}

/// Speaks with the guest until its end; `false` if that does not come.
fn talk(guest: &mut Guest, arguments: &Arguments) -> Result<bool> {
    loop {
        match guest.next()? {
            Said::Ended => {
                // The command may have taken one itself, at the right moment.
                if arguments.screenshot {
                    guest.screenshot_if_none();
                }
                guest.go_on();
            }
            Said::Bye => {
                guest.go_on();
                return Ok(true);
            }
            Said::Gone => return Ok(true),
            Said::Stuck => return Ok(false),
            Said::Up | Said::Line(_) => {}
        }
    }
}

fn status(ended: &Ended, arguments: &Arguments, dir: &std::path::Path) -> u8 {
    let state = &ended.state;
    if !state.bye && !ended.panicked {
        if arguments.shell {
            return 0; // left with Ctrl-A X
        }
        if arguments.window != "none" && ended.qemu_succeeded {
            note("the window was closed");
            return CLOSED;
        }
    }
    if ended.crashed() {
        let when = match state.up {
            true => "",
            false => " before the command began",
        };
        note(&format!(
            "the guest crashed{when}; last lines of its console:"
        ));
        eprintln!("{}", ended.last_lines());
        return CRASH;
    }
    if !state.bye {
        note(&format!(
            "QEMU did not start: {}",
            ended.qemu.lines().last().unwrap_or_default()
        ));
        return NO_GUEST;
    }
    if let Some(failure) = &state.failure {
        note(&format!("the guest could not be set up: {failure}"));
        return NO_GUEST;
    }
    if arguments.shell {
        return 0;
    }
    let complaints = complaints(ended, dir, None);
    for complaint in &complaints {
        note(complaint);
    }
    let status = u8::try_from(state.status.unwrap_or(-1)).unwrap_or(1);
    if (CRASH..=NO_GUEST).contains(&status) {
        note(&format!("{status} is the status of the command itself"));
    }
    match status {
        0 if !complaints.is_empty() => COMPLAINT,
        status => status,
    }
}

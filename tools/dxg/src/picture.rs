// SPDX-License-Identifier: MIT OR Apache-2.0
//! A picture of the user-mode driver's, on the first adapter that has a display.

use crate::{
    facts::{Facts, Memory},
    report::{Outcome, Report},
    size::mib,
};
use dxg_picture::{
    scene::{self, STEPS_IN_A_TURN},
    Chain,
};
use dxg_present::Display;
use libd3dkmt::{Adapter, Dxg};
use std::{
    error::Error,
    process::{Command, ExitCode},
    time::{Duration, Instant},
};

/// Of the chain: one is shown while the other one is drawn.
const BUFFERS: u32 = 2;
/// Of the demo. They make one turn of the triangle.
const FLIPS: u32 = 6;

/// Why the software adapter shows nothing.
const NO_DEVICE: &str = "it has no DRM device, and so no display";

/// `dxg show`: a picture that moves.
pub fn run(dxg: &Dxg, limit: Duration) -> Result<ExitCode, Box<dyn Error>> {
    for adapter in dxg.adapters()? {
        let facts = Facts::of(&adapter)?;
        let Some(node) = &facts.node else {
            eprintln!("dxg: {}: {NO_DEVICE}", facts.name);
            continue;
        };
        let display = match Display::open(node.as_ref()) {
            Ok(display) => display,
            Err(error) => {
                eprintln!("dxg: {}: {error}", facts.name);
                continue;
            }
        };
        let mut chain = Chain::new(&display, adapter.create_device()?, BUFFERS)?;
        let start = Instant::now();
        for steps in (0..STEPS_IN_A_TURN).cycle() {
            frame(&mut chain, &adapter, steps)?;
            if start.elapsed() >= limit {
                break;
            }
        }
        let (frames, seconds) = (chain.presented(), start.elapsed().as_secs_f64());
        println!("{}: {frames} frames in {seconds:.1} s", facts.name);
        return Ok(ExitCode::SUCCESS);
    }
    Err("there is no display to show a picture on".into())
}

/// The demo's part. An adapter without a display is left out.
pub fn steps(adapters: &[Adapter], while_shown: Option<&str>, report: &mut Report) {
    for adapter in adapters {
        let Some(display) = display(adapter, report) else {
            continue;
        };
        // The steps that fail are counted where they do.
        let _ = on_display(&display, adapter, while_shown, report);
        return;
    }
}

fn display(adapter: &Adapter, report: &mut Report) -> Option<Display> {
    let (name, node) = match Facts::of(adapter) {
        Ok(facts) => (facts.name, facts.node),
        Err(error) => {
            report.fail("display", &error.to_string());
            return None;
        }
    };
    let Some(node) = node else {
        report.skip(&format!("display of {name}"), NO_DEVICE);
        return None;
    };
    match Display::open(node.as_ref()) {
        Err(error) if error.is_absence() => {
            report.skip(&format!("display of {name}"), &error.to_string());
            None
        }
        display => report.step(&format!("display of {name}"), || {
            let display = display?;
            let (width, height) = display.size();
            Ok((display, format!("{width} x {height}")))
        }),
    }
}

/// `None` when a step failed.
fn on_display(
    display: &Display,
    adapter: &Adapter,
    while_shown: Option<&str>,
    report: &mut Report,
) -> Option<()> {
    let mut chain = report.step("first frame", || {
        let mut chain = Chain::new(display, adapter.create_device()?, BUFFERS)?;
        frame(&mut chain, adapter, 0)?;
        let figures = "drawn by the user-mode driver, shown by a mode set".to_owned();
        Ok((chain, figures))
    })?;
    report.step("next frames", || {
        for turn in 1..=FLIPS {
            frame(&mut chain, adapter, turn * STEPS_IN_A_TURN / FLIPS)?;
        }
        let shown = chain.presented() - 1;
        Ok(((), format!("{shown} flips between {BUFFERS} buffers")))
    })?;
    match while_shown {
        Some(command) => report.step("while it is shown", || command_of(command)),
        None => Some(()),
    }
}

fn frame(chain: &mut Chain<'_>, adapter: &Adapter, steps: u32) -> Result<(), Box<dyn Error>> {
    scene::draw(chain, steps, &lines(&Facts::of(adapter)?))?;
    Ok(chain.present()?)
}

fn lines(facts: &Facts) -> Vec<String> {
    let memory = |name, segment: u64, memory: &Memory| {
        let (usage, budget) = (mib(memory.current_usage), mib(memory.budget));
        let segment = mib(segment);
        format!("{name} segment {segment}, usage {usage}, budget {budget}")
    };
    let Facts {
        luid,
        name,
        driver_description,
        wddm_version,
        ..
    } = facts;
    vec![
        format!("{name}: {driver_description}"),
        format!("adapter {luid}, WDDM {wddm_version}"),
        memory(
            "local:    ",
            facts.segments.dedicated_video_memory,
            &facts.local,
        ),
        memory(
            "non-local:",
            facts.segments.shared_system_memory,
            &facts.non_local,
        ),
    ]
}

fn command_of(command: &str) -> Outcome<()> {
    let status = Command::new("sh").arg("-c").arg(command).status()?;
    if !status.success() {
        return Err(format!("{command}: {status}").into());
    }
    Ok(((), command.to_owned()))
}

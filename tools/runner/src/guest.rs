// SPDX-License-Identifier: MIT OR Apache-2.0
//! One guest from its boot to its end: what it is made of, and what is said with its init
//! (tools/guest/init).

use crate::{
    gpu,
    machine::{Config, Console, Event, Machine, Output},
};
use anyhow::{bail, Context, Result};
use std::{
    collections::VecDeque,
    fs,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

/// What a guest boots.
#[derive(Clone, Debug)]
pub struct Parts {
    /// The kernel's image.
    pub kernel: PathBuf,
    /// Parts of the initramfs, which are put one behind the other.
    pub layer: Vec<PathBuf>,
    /// More words for the kernel's command line.
    pub cmdline: String,
    /// Its clocks count instructions.
    pub counted: bool,
    /// It has one CPU instead of two.
    pub single: bool,
}

/// What is asked of one guest.
#[derive(Clone, Debug)]
pub struct Wanted {
    pub shell: bool,
    pub gpus: Vec<String>,
    pub module: bool,
    pub module_args: String,
    pub pull: bool,
    pub unload: bool,
    pub leaks: bool,
    /// The command and its arguments.
    pub command: Vec<String>,
}

/// What ends a guest from outside, in guest time.
#[derive(Clone, Copy, Debug)]
pub enum Limit {
    /// It says nothing for so long.
    Silence(Duration),
    /// It is on for so long.
    Whole(Duration),
}

/// A kernel that has not come to its first process after so long, in guest time, never will.
const BOOT: Duration = Duration::from_secs(120);
/// On a busy machine the emulated timers can come so late that the kernel waits for ever for the next
/// one, before it has started anything of ours. Such a boot is begun again.
const BOOTS: u32 = 3;

/// Packs the programs and what they need into a layer of the initramfs.
pub fn pack_programs(to: &Path, programs: &[PathBuf], pushed_from: Option<&str>) -> Result<()> {
    let mut pack = Command::new("/src/tools/build/guest-pack.sh");
    pack.arg("programs")
        .arg(to)
        .arg(pushed_from.unwrap_or_default())
        .args(programs);
    run(pack)
}

/// Packs the files of a directory into a layer, below /etc.
fn pack_settings(to: &Path, dir: &Path) -> Result<()> {
    let mut pack = Command::new("/src/tools/build/guest-pack.sh");
    pack.arg("settings").arg(to).arg(dir);
    run(pack)
}

fn run(mut command: Command) -> Result<()> {
    let status = command.status().with_context(|| format!("{command:?}"))?;
    if !status.success() {
        bail!("the programs for the guest could not be packed");
    }
    Ok(())
}

/// Quotes for the guest's plain sh.
pub fn quoted<S: AsRef<str>>(words: &[S]) -> String {
    let quote = |word: &S| format!("'{}'", word.as_ref().replace('\'', r"'\''"));
    words.iter().map(quote).collect::<Vec<_>>().join(" ")
}

impl Wanted {
    /// What tools/guest/init reads.
    fn settings(&self) -> String {
        let flag = |flag| u32::from(flag);
        let mode = if self.shell { "shell" } else { "exec" };
        format!(
            "GUEST_MODE={mode}\nGUEST_GPU={}\nGUEST_MODULE={}\nGUEST_MODULE_ARGS={}\n\
             GUEST_PULL={}\nGUEST_UNLOAD={}\nGUEST_LEAKS={}\n",
            quoted(&[self.gpus.join(" ")]),
            flag(self.module),
            quoted(&[&self.module_args]),
            flag(self.pull),
            flag(self.unload),
            flag(self.leaks),
        )
    }
}

/// A guest that is on.
pub struct Guest {
    machine: Machine,
    config: Config,
    /// What came, and was not asked for yet.
    said: VecDeque<Said>,
    heard: Duration,
    limit: Limit,
    begun: bool,
    boots: u32,
    pub dir: PathBuf,
    pub state: State,
}

/// What a guest has said of itself.
#[derive(Clone, Debug, Default)]
pub struct State {
    /// Its drivers are loaded.
    pub up: bool,
    pub failure: Option<String>,
    pub status: Option<i32>,
    pub unload: i32,
    pub taint: Option<u64>,
    pub bye: bool,
    /// QEMU has closed its ports.
    pub gone: bool,
}

/// The next thing of a guest.
#[derive(Debug, PartialEq, Eq)]
pub enum Said {
    /// Its drivers are loaded; the command begins.
    Up,
    /// A line of the command.
    Line(String),
    /// The command has ended; the guest waits for [`Guest::go_on`].
    Ended,
    /// The guest is done.
    Bye,
    /// QEMU has ended.
    Gone,
    /// Nothing came for as long as it may take.
    Stuck,
}

impl Guest {
    /// Boots one. `dir` takes its files.
    pub fn boot(
        parts: &Parts,
        wanted: &Wanted,
        dir: &Path,
        output: Output,
        window: &str,
        limit: Limit,
    ) -> Result<Self> {
        let settings = dir.join("settings");
        fs::create_dir_all(&settings)?;
        fs::write(settings.join("guest.conf"), wanted.settings())?;
        fs::write(settings.join("guest.cmd"), quoted(&wanted.command))?;
        let packed = dir.join("settings.cpio");
        pack_settings(&packed, &settings)?;
        let initrd = dir.join("initrd");
        let mut file = fs::File::create(&initrd)?;
        for layer in parts.layer.iter().chain([&packed]) {
            let mut layer = fs::File::open(layer).with_context(|| layer.display().to_string())?;
            std::io::copy(&mut layer, &mut file)?;
        }
        let config = Config {
            kernel: parts.kernel.clone(),
            initrd,
            cmdline: parts.cmdline.clone(),
            counted: parts.counted,
            single: parts.single,
            gpus: gpu::devices(&wanted.gpus),
            window: window.to_owned(),
            console: if wanted.shell {
                Console::Terminal
            } else {
                Console::File
            },
            output,
            dir: dir.to_owned(),
        };
        Ok(Self {
            machine: Machine::start(&config)?,
            config,
            said: VecDeque::new(),
            heard: Duration::ZERO,
            limit,
            begun: wanted.shell,
            boots: 1,
            dir: dir.to_owned(),
            state: State::default(),
        })
    }

    /// The next thing that it says.
    pub fn next(&mut self) -> Result<Said> {
        loop {
            if let Some(said) = self.said.pop_front() {
                return Ok(said);
            }
            if let Some(event) = self.machine.event(Duration::from_millis(500)) {
                self.heard = self.machine.clock.now();
                self.take(event);
                continue;
            }
            let now = self.machine.clock.now();
            if !self.begun && self.boots < BOOTS && now > BOOT {
                self.boot_again()?;
                continue;
            }
            let over = match self.limit {
                Limit::Silence(limit) => now.saturating_sub(self.heard) > limit,
                Limit::Whole(limit) => now > limit,
            };
            if over {
                return Ok(Said::Stuck);
            }
        }
    }

    fn boot_again(&mut self) -> Result<()> {
        eprintln!(
            "dxgkrnl: the kernel has not begun with its first process after {} s: booting it again",
            BOOT.as_secs()
        );
        self.boots += 1;
        self.heard = Duration::ZERO;
        self.machine.stop();
        self.machine = Machine::start(&self.config)?;
        Ok(())
    }

    fn take(&mut self, event: Event) {
        let state = &mut self.state;
        let said = match event {
            Event::Line(line) => Said::Line(line),
            Event::Gone => {
                state.gone = true;
                Said::Gone
            }
            Event::Screen(wish) => return self.machine.screen(&wish),
            Event::Control(line) => {
                self.begun = true;
                let (word, rest) = line.split_once(' ').unwrap_or((&line, ""));
                match word {
                    "up" => {
                        state.up = true;
                        Said::Up
                    }
                    "status" => {
                        state.status = rest.parse().ok();
                        Said::Ended
                    }
                    "bye" => {
                        state.bye = true;
                        Said::Bye
                    }
                    "fail" => return state.failure = Some(rest.to_owned()),
                    "unload" => return state.unload = rest.parse().unwrap_or(-1),
                    "taint" => return state.taint = rest.parse().ok(),
                    _ => return,
                }
            }
        };
        self.said.push_back(said);
    }

    /// Lets the guest go on after its command has ended, or off.
    pub fn go_on(&self) {
        self.machine.tell("go");
    }

    /// Writes to what the command reads.
    pub fn input(&self, bytes: &[u8]) {
        self.machine.input(bytes);
    }

    /// Keeps what the screen shows as shot.png, if nobody has.
    pub fn screenshot_if_none(&mut self) {
        let file = self.dir.join("shot.png");
        if !file.exists() {
            self.machine.screenshot("png", &file);
        }
    }

    /// Ends it. One that said goodbye powers off by itself, and a QEMU that has closed its ports is about to
    /// end. The rest of what its command printed, and how it ended.
    pub fn end(mut self) -> (Vec<String>, Ended) {
        if self.state.bye || self.state.gone {
            self.machine.wait(Duration::from_secs(10));
        }
        let (succeeded, events) = self.machine.end();
        for event in events {
            // What is said to the screen or of the state comes before the end.
            if let Event::Line(line) = event {
                self.said.push_back(Said::Line(line));
            }
        }
        let rest = self.said.into_iter().filter_map(|said| match said {
            Said::Line(line) => Some(line),
            _ => None,
        });
        let console = read_lossy(&self.dir.join("console.txt"));
        let log = self.dir.join("dmesg.txt");
        if fs::metadata(&log).map_or(0, |log| log.len()) == 0 && !console.is_empty() {
            if let Err(error) = fs::write(&log, &console) {
                eprintln!("dxgkrnl: {}: {error}", log.display());
            }
        }
        let ended = Ended {
            panicked: console.contains("Kernel panic"),
            console,
            qemu: read_lossy(&self.dir.join("qemu.txt")),
            qemu_succeeded: succeeded,
            state: self.state,
        };
        (rest.collect(), ended)
    }
}

/// A guest that is off.
#[derive(Debug)]
pub struct Ended {
    pub state: State,
    pub console: String,
    pub panicked: bool,
    pub qemu: String,
    pub qemu_succeeded: bool,
}

impl Ended {
    /// Whether it was on at all and ended before it was done.
    pub fn crashed(&self) -> bool {
        self.panicked || (!self.state.bye && !self.console.is_empty())
    }

    /// The end of the console.
    pub fn last_lines(&self) -> String {
        let lines: Vec<_> = self.console.lines().collect();
        lines[lines.len().saturating_sub(40)..].join("\n")
    }
}

fn read_lossy(path: &Path) -> String {
    let bytes = fs::read(path).unwrap_or_default();
    String::from_utf8_lossy(&bytes).replace('\r', "")
}

/// What is wrong with a guest that was done: the kernel's complaints, the unloading, the taint.
pub fn complaints(ended: &Ended, dir: &Path, taint: Option<u64>) -> Vec<String> {
    let mut found = Vec::new();
    let gate = Command::new("/src/tools/build/dmesg-gate.sh")
        .arg(dir.join("dmesg.txt"))
        .output();
    match gate {
        Ok(gate) if gate.status.success() => {}
        Ok(gate) => {
            let text = String::from_utf8_lossy(&gate.stdout);
            let lines: Vec<_> = text.lines().take(40).collect();
            found.push(format!(
                "the kernel complained (the run's dmesg*.txt has all of it):\n{}",
                lines.join("\n")
            ));
        }
        Err(error) => found.push(format!("the kernel's log could not be looked at: {error}")),
    }
    if ended.state.unload != 0 {
        found.push("dxgkrnl could not be unloaded afterwards: something still holds it".into());
    }
    if taint.is_some() && taint != ended.state.taint {
        let number =
            |taint: Option<u64>| taint.map_or("(unknown)".into(), |taint| taint.to_string());
        found.push(format!(
            "the kernel is tainted with {}, and should be with {} \
             (Documentation/admin-guide/tainted-kernels.rst of the kernel)",
            number(ended.state.taint),
            number(taint)
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_quoted_for_sh() {
        assert_eq!(quoted(&["a b", "it's", ""]), r"'a b' 'it'\''s' ''");
    }

    #[test]
    fn settings_are_what_init_reads() {
        let wanted = Wanted {
            shell: false,
            gpus: vec!["virtio".into(), "vkms".into()],
            module: true,
            module_args: "flink_names=1 commit_mib=256".into(),
            pull: false,
            unload: true,
            leaks: false,
            command: vec!["true".into()],
        };
        assert_eq!(
            wanted.settings(),
            "GUEST_MODE=exec\nGUEST_GPU='virtio vkms'\nGUEST_MODULE=1\n\
             GUEST_MODULE_ARGS='flink_names=1 commit_mib=256'\nGUEST_PULL=0\nGUEST_UNLOAD=1\nGUEST_LEAKS=0\n"
        );
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! One QEMU: its command line, its ports, and what it is asked to do by QMP.

use crate::clock::GuestClock;
use anyhow::{Context, Result};
use command_fds::{CommandFdExt, FdMapping};
use qapi::{qmp, Qmp};
use std::{
    fs::{self, File},
    io::{self, BufRead, BufReader, Read, Write},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread::{self, JoinHandle},
    time::Duration,
};

/// Where the guest's serial console goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Console {
    /// To the file alone.
    File,
    /// To the terminal as well, which also types into it.
    Terminal,
}

/// What becomes of what the guest's command prints.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Output {
    /// It is passed on as it is, stdout and stderr apart.
    Pass,
    /// stdout comes as `Event::Line`.
    Lines,
}

/// A machine to be started.
#[derive(Clone, Debug)]
pub struct Config {
    pub kernel: PathBuf,
    pub initrd: PathBuf,
    pub cmdline: String,
    /// Its clocks count the instructions of its CPUs, which then take turns: a nanosecond each.
    pub counted: bool,
    /// It has one CPU instead of two.
    pub single: bool,
    /// GPUs, as QEMU calls them.
    pub gpus: Vec<&'static str>,
    /// `none`, `sdl` or `gtk`.
    pub window: String,
    pub console: Console,
    pub output: Output,
    /// Takes the files that QEMU writes: console.txt, dmesg.txt, pull.tar, qemu.txt.
    pub dir: PathBuf,
}

/// What a machine says.
#[derive(Debug)]
pub enum Event {
    /// A line of the guest's init.
    Control(String),
    /// A line of the guest's command.
    Line(String),
    /// What the guest wishes of its screen.
    Screen(String),
    /// QEMU has ended.
    Gone,
}

/// A machine that was started.
pub struct Machine {
    qemu: Qemu,
    events: Receiver<Event>,
    readers: Vec<JoinHandle<()>>,
    control: UnixStream,
    /// To the thread that writes to the guest's command, which may not be reading.
    input: Sender<Vec<u8>>,
    screen: UnixStream,
    monitor: UnixStream,
    greeted: bool,
    dir: PathBuf,
    pub clock: GuestClock,
}

/// QEMU, which ends with its owner.
struct Qemu(Child);

impl Drop for Qemu {
    fn drop(&mut self) {
        // An error is that it has ended, here and below.
        self.0.kill().ok();
        self.0.wait().ok();
    }
}

/// QEMU answers at once, or not at all.
const ANSWER: Duration = Duration::from_secs(60);

/// The virtio ports that the guest speaks by, in the order of QEMU's descriptors, which begin at
/// [`FIRST_FD`]; QMP's comes last.
const PORTS: [&str; 5] = ["ctl", "in", "out", "err", "screen"];
const FIRST_FD: i32 = 10;

fn port(qemu: &mut Command, name: &str, chardev: &str) {
    qemu.args(["-chardev", chardev]).args([
        "-device",
        &format!("virtserialport,chardev={name},name={name}"),
    ]);
}

impl Config {
    fn command(&self) -> Command {
        let mut qemu = Command::new("qemu-system-x86_64");
        qemu.args(["-name", "guest,debug-threads=on"])
            .args(["-machine", "q35", "-accel"])
            .args(match self.counted {
                true => &["tcg,thread=single", "-icount", "shift=0,sleep=off"][..],
                false => &["tcg,thread=multi"],
            })
            .args([
                "-smp",
                if self.single { "1" } else { "2" },
                "-m",
                "2048",
                "-nodefaults",
                "-no-user-config",
            ])
            .args(["-no-reboot", "-display", &self.window, "-vga", "none"])
            .arg("-kernel")
            .arg(&self.kernel)
            .arg("-initrd")
            .arg(&self.initrd)
            .args(["-append", &self.append()])
            .args(["-device", "virtio-serial-pci"]);
        for (fd, name) in (FIRST_FD..).zip(PORTS) {
            port(&mut qemu, name, &format!("socket,id={name},fd={fd}"));
        }
        let qmp = FIRST_FD + PORTS.len() as i32;
        qemu.args(["-chardev", &format!("socket,id=qmp,fd={qmp}")])
            .args(["-mon", "chardev=qmp,mode=control"]);
        for (name, file) in [("dmesg", "dmesg.txt"), ("pull", "pull.tar")] {
            let path = self.dir.join(file);
            port(
                &mut qemu,
                name,
                &format!("file,id={name},path={}", path.display()),
            );
        }
        for gpu in &self.gpus {
            qemu.args(["-device", gpu]);
        }
        let console = self.dir.join("console.txt");
        let console = console.display();
        match self.console {
            Console::File => qemu.args(["-serial", &format!("file:{console}")]),
            Console::Terminal => qemu
                .args([
                    "-chardev",
                    &format!("stdio,id=tty,mux=on,signal=off,logfile={console}"),
                ])
                .args([
                    "-serial",
                    "chardev:tty",
                    "-mon",
                    "chardev=tty,mode=readline",
                ]),
        };
        qemu
    }

    /// After a crash the console is all that there is; in a shell it would be in the way.
    fn append(&self) -> String {
        let level = match self.console {
            Console::File => "loglevel=7",
            Console::Terminal => "quiet",
        };
        format!(
            "console=ttyS0 {level} log_buf_len=4M panic=-1 oops=panic rdinit=/init {}",
            self.cmdline
        )
    }
}

impl Machine {
    /// Starts QEMU.
    pub fn start(config: &Config) -> Result<Self> {
        let dir = &config.dir;
        let (mut ours, mut theirs) = (Vec::new(), Vec::new());
        for (fd, _) in (FIRST_FD..).zip(PORTS.iter().chain(&["qmp"])) {
            let (our, their) = UnixStream::pair()?;
            ours.push(our);
            theirs.push(FdMapping {
                parent_fd: their.into(),
                child_fd: fd,
            });
        }
        let mut command = config.command();
        command.fd_mappings(theirs).context("QEMU's descriptors")?;
        if config.console == Console::File {
            let said = File::create(dir.join("qemu.txt"))?;
            command
                .stdin(Stdio::null())
                .stdout(said.try_clone()?)
                .stderr(said);
        }
        let qemu = Qemu(command.spawn().context("qemu-system-x86_64")?);
        // Our copies of its ends go with `command`, so that its end is the end of the streams.
        drop(command);
        let [control, input, out, err, screen, monitor] =
            <[UnixStream; 6]>::try_from(ours).expect("as many as ports");
        monitor.set_read_timeout(Some(ANSWER))?;
        let (sender, events) = mpsc::channel();
        let (to_input, of_input) = mpsc::channel::<Vec<u8>>();
        let mut readers = vec![
            lines(&screen, &sender, Event::Screen)?,
            match config.output {
                Output::Pass => thread::spawn(move || pass(out, io::stdout())),
                Output::Lines => lines(&out, &sender, Event::Line)?,
            },
            thread::spawn(move || pass(err, io::stderr())),
            thread::spawn(move || of_input.iter().for_each(|bytes| send(&input, &bytes))),
        ];
        readers.push(control_lines(&control, sender)?);
        Ok(Self {
            clock: GuestClock::start(qemu.0.id()),
            qemu,
            events,
            readers,
            control,
            input: to_input,
            screen,
            monitor,
            greeted: false,
            dir: dir.clone(),
        })
    }

    /// The next event; `None` if there was none for so long.
    pub fn event(&self, patience: Duration) -> Option<Event> {
        match self.events.recv_timeout(patience) {
            Ok(event) => Some(event),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => Some(Event::Gone),
        }
    }

    /// Says a line to the guest's init. A guest that has gone is seen as an event.
    pub fn tell(&self, line: &str) {
        say(&self.control, line);
    }

    /// Writes to what the guest's command reads.
    pub fn input(&self, bytes: &[u8]) {
        // The thread ends with the machine.
        self.input.send(bytes.to_owned()).ok();
    }

    /// Does what the guest wishes of its screen: `save` keeps what it shows as shot.png, `send` answers
    /// with it, as PPM, which begins with its size.
    pub fn screen(&mut self, wish: &str) {
        match wish {
            "save" => {
                let saved = self.screenshot("png", &self.dir.join("shot.png"));
                say(&self.screen, if saved { "saved" } else { "failed" });
            }
            "send" => {
                let path = self.dir.join("shot.ppm");
                let shot = self.screenshot("ppm", &path);
                match fs::read(&path).ok().filter(|_| shot) {
                    Some(bytes) => self.send_aside(bytes),
                    None => say(&self.screen, "failed"),
                }
            }
            _ => say(&self.screen, "failed"),
        }
    }

    /// The guest may stop reading, which is nothing to wait for.
    fn send_aside(&self, bytes: Vec<u8>) {
        match self.screen.try_clone() {
            Ok(screen) => drop(thread::spawn(move || send(&screen, &bytes))),
            Err(error) => eprintln!("dxgkrnl: the port screen: {error}"),
        }
    }

    /// Has QEMU write what virtio-gpu shows to a file.
    pub fn screenshot(&mut self, format: &str, file: &Path) -> bool {
        let greeted = self.greeted;
        let mut qmp = Qmp::new(qapi::Stream::new(
            BufReader::new(&self.monitor),
            &self.monitor,
        ));
        let mut dump = || -> Result<()> {
            if !greeted {
                qmp.handshake()?;
            }
            qmp.execute(&qmp::screendump {
                device: None,
                filename: file.display().to_string(),
                format: Some(match format {
                    "png" => qmp::ImageFormat::png,
                    _ => qmp::ImageFormat::ppm,
                }),
                head: None,
            })?;
            Ok(())
        };
        let done = dump();
        self.greeted |= done.is_ok();
        if let Err(error) = &done {
            eprintln!("dxgkrnl: QEMU: no screenshot: {error}");
        }
        done.is_ok()
    }

    /// Waits for the end of QEMU, which it is to come to by itself, as long as `patience` of guest time.
    pub fn wait(&mut self, patience: Duration) {
        let start = self.clock.now();
        while self.clock.now() - start < patience && matches!(self.qemu.0.try_wait(), Ok(None)) {
            thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends QEMU, whatever it does.
    pub fn stop(&mut self) {
        self.qemu.0.kill().ok();
        self.qemu.0.wait().ok();
    }

    /// Ends QEMU, if it has not ended, and takes what it has said to the end. Whether it ended by itself
    /// and well.
    pub fn end(mut self) -> (bool, Vec<Event>) {
        self.qemu.0.kill().ok();
        let succeeded = self.qemu.0.wait().is_ok_and(|status| status.success());
        drop(self.input);
        for reader in self.readers {
            reader.join().ok();
        }
        (succeeded, self.events.try_iter().collect())
    }
}

/// Says a line; a guest that has gone is seen as an event.
fn say(mut to: &UnixStream, line: &str) {
    send(to, format!("{line}\n").as_bytes());
    to.flush().ok();
}

fn send(mut to: &UnixStream, bytes: &[u8]) {
    to.write_all(bytes).ok();
}

/// A thread that makes events of lines.
fn lines(
    from: &UnixStream,
    to: &Sender<Event>,
    event: fn(String) -> Event,
) -> io::Result<JoinHandle<()>> {
    let (from, to) = (from.try_clone()?, to.clone());
    Ok(thread::spawn(move || {
        each_line(&from, |line| drop(to.send(event(line))))
    }))
}

/// The same for the port that is always there: its end is QEMU's.
fn control_lines(from: &UnixStream, to: Sender<Event>) -> io::Result<JoinHandle<()>> {
    let from = from.try_clone()?;
    Ok(thread::spawn(move || {
        each_line(&from, |line| drop(to.send(Event::Control(line))));
        drop(to.send(Event::Gone));
    }))
}

fn each_line(from: impl Read, mut line: impl FnMut(String)) {
    let mut from = BufReader::new(from);
    let mut bytes = Vec::new();
    while matches!(from.read_until(b'\n', &mut bytes), Ok(1..)) {
        line(
            String::from_utf8_lossy(&bytes)
                .trim_end_matches(['\n', '\r'])
                .to_owned(),
        );
        bytes.clear();
    }
}

/// Passes on what comes, at once.
fn pass(mut from: UnixStream, mut to: impl Write) {
    let mut buffer = [0; 4096];
    while let Ok(bytes @ 1..) = from.read(&mut buffer) {
        // Nobody may be reading any more; the guest goes on.
        if to.write_all(&buffer[..bytes]).is_ok() {
            to.flush().ok();
        }
    }
}

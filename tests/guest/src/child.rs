// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other processes: this program again, in a role, or a plain fork.

use crate::{calls::Luid, signals::Storm, state};
use std::{
    io::{self, BufRead, BufReader, Read},
    os::unix::process::ExitStatusExt,
    process::{self, Command, ExitCode, Stdio},
};

/// A role: its name, and what a process in it does with its arguments.
pub type Role = (&'static str, fn(&[String]));

const FLAG: &str = "--child";

/// Plays the role that the arguments name, if they name one.
pub(crate) fn play(arguments: &[String], roles: &[Role]) -> Option<ExitCode> {
    let (flag, rest) = arguments.split_first()?;
    if flag != FLAG {
        return None;
    }
    let (name, rest) = rest.split_first().expect("a role");
    let (_, role) = roles
        .iter()
        .find(|(of, _)| of == name)
        .unwrap_or_else(|| panic!("no role {name}"));
    let _storm = Storm::if_wanted();
    role(rest);
    Some(ExitCode::SUCCESS)
}

/// A process in a role, with a pipe from its standard output.
pub struct Child {
    process: process::Child,
    output: BufReader<process::ChildStdout>,
}

/// A command that starts this program in a role.
pub fn command(role: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.arg(FLAG).arg(role).args(arguments);
    command
}

/// Starts this program in a role on an adapter, which its first two arguments name.
pub fn start_on(role: &str, luid: Luid, arguments: &[&str]) -> Child {
    let [a, b] = [luid.0.to_string(), luid.1.to_string()];
    let all: Vec<_> = [&a[..], &b].iter().chain(arguments).copied().collect();
    Child::start(command(role, &all))
}

/// In a role: the adapter that its first two arguments name.
pub fn adapter(arguments: &[String]) -> Luid {
    let number = |i: usize| arguments[i].parse().expect("a number");
    Luid(number(0), number(1))
}

/// In a role: becomes a user without any capability.
pub fn become_user() {
    become_the_user(USER);
}

/// In a role: becomes another user without any capability.
pub fn become_another_user() {
    become_the_user(USER + 1);
}

fn become_the_user(id: u32) {
    // What only root may open.
    state::keep_counters_open();
    // SAFETY: No preconditions. Without the last call procfs would be closed to the process.
    let results = unsafe {
        [
            libc::setgroups(0, std::ptr::null()),
            libc::setresgid(id, id, id),
            libc::setresuid(id, id, id),
            libc::prctl(libc::PR_SET_DUMPABLE, 1),
        ]
    };
    assert_eq!(results, [0; 4]);
}

const USER: u32 = 1000;

impl Child {
    /// Starts a command.
    pub fn start(mut command: Command) -> Self {
        let mut process = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("this program again");
        let output = BufReader::new(process.stdout.take().expect("a pipe"));
        Self { process, output }
    }

    /// Its process id.
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    /// The next line that it prints.
    pub fn line(&mut self) -> String {
        let mut line = String::new();
        self.output.read_line(&mut line).expect("a pipe");
        if line.is_empty() {
            panic!("the child printed nothing: {}", self.complaint());
        }
        line.trim_end().to_owned()
    }

    fn complaint(&mut self) -> String {
        let mut text = String::new();
        if let Some(mut error) = self.process.stderr.take() {
            let _ = error.read_to_string(&mut text);
        }
        text
    }

    /// Has nothing more to say to it: see [`wait_for_parent`].
    pub fn go_on(&mut self) {
        drop(self.process.stdin.take());
    }

    /// Waits for its good end. A role that fails panics, and says so here.
    pub fn succeed(mut self) {
        self.go_on();
        let status = self.process.wait().expect("a child");
        assert!(
            status.success(),
            "the child: {status}: {}",
            self.complaint()
        );
    }

    /// Sends it a signal.
    pub fn signal(&self, signal: i32) {
        let id = libc::pid_t::try_from(self.id()).expect("a process id");
        // SAFETY: It is our child, and lives at least as a zombie.
        assert_eq!(unsafe { libc::kill(id, signal) }, 0, "kill");
    }

    /// Waits for its end, and keeps what it has said.
    pub fn wait(&mut self) {
        self.process.wait().expect("a child");
    }

    /// What else it and all that it has started have said, when they have ended.
    pub fn rest(mut self) -> String {
        let mut text = String::new();
        self.output.read_to_string(&mut text).expect("a pipe");
        text
    }

    /// Waits for its end, whatever that is.
    pub fn end(mut self) -> process::ExitStatus {
        self.process.wait().expect("a child")
    }

    /// Kills it.
    pub fn kill(mut self) {
        self.process.kill().expect("a living child");
        let status = self.process.wait().expect("a child");
        assert_eq!(status.signal(), Some(libc::SIGKILL), "{}", self.complaint());
    }
}

/// In a role: says something to the parent.
pub fn say(text: &str) {
    println!("{text}");
}

/// In a role: waits until the parent has nothing more to say.
pub fn wait_for_parent() {
    let _ = std::io::stdin().read_to_end(&mut Vec::new());
}

/// Runs `body` in a forked child and returns how that ended. `body` must not allocate or lock:
/// other threads of this process do not exist in the child.
pub fn fork(body: impl FnOnce() -> i32) -> process::ExitStatus {
    // SAFETY: The child runs `body`, which keeps to the above, and ends.
    unsafe {
        match libc::fork() {
            -1 => panic!("fork"),
            0 => {
                // What the suite says about crashes is not for the child to say.
                libc::signal(libc::SIGSEGV, libc::SIG_DFL);
                libc::_exit(body())
            }
            pid => {
                let mut status = 0;
                while libc::waitpid(pid, &mut status, 0) != pid {
                    let error = io::Error::last_os_error();
                    assert_eq!(error.kind(), io::ErrorKind::Interrupted, "waitpid");
                }
                process::ExitStatus::from_raw(status)
            }
        }
    }
}

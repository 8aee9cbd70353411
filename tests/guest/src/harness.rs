// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runs a suite and prints KTAP.

use crate::{
    child,
    clock::{self, Deadline},
    faults::every_call,
    signals::{self, Storm},
    state::State,
};
use std::{
    env,
    ffi::CString,
    panic::{self, AssertUnwindSafe},
    path::Path,
    process::ExitCode,
    ptr,
    sync::{
        atomic::{AtomicBool, AtomicPtr, Ordering::Relaxed},
        mpsc::{self, RecvTimeoutError},
        Barrier, Mutex, PoisonError,
    },
    thread,
    time::{Duration, Instant},
};

/// How much time the guest may spend on one test before it counts as stuck: several times what the
/// longest one takes. How long that is on the wall depends on what else the machine does.
const TIME_LIMIT: Duration = Duration::from_secs(300);

/// Names a test that fails, once it has run: so one sees that a failing test is a failing run.
const PLANT: &str = "DXG_TEST_PLANT";

/// A test: it fails by a panic, or by leaving something behind.
pub type Test = (&'static str, fn());

/// Names each function of a list.
#[macro_export]
macro_rules! tests {
    ($($test:ident),* $(,)?) => {
        &[$((stringify!($test), $test as fn())),*]
    };
}

/// What the test at hand says about its place: which adapter, which value of a loop.
static CONTEXT: Mutex<Vec<String>> = Mutex::new(Vec::new());
/// What the first panic of the test at hand said.
static PANIC: Mutex<Option<String>> = Mutex::new(None);

fn locked<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Runs `part` of a test; if it fails, the diagnostics name it.
pub fn context<R>(name: impl Into<String>, part: impl FnOnce() -> R) -> R {
    locked(&CONTEXT).push(name.into());
    let result = part();
    locked(&CONTEXT).pop();
    result
}

/// The driver of the adapter that the test at hand is on, if it says so by [`context`]: the adapter's
/// name without the number of its card, which another boot may give to another one.
pub(crate) fn adapter_driver() -> Option<String> {
    let context = locked(&CONTEXT);
    let mut parts = context.iter();
    let name = parts.find_map(|part| part.strip_prefix("adapter "))?;
    let end = name.find(" (").unwrap_or(name.len());
    Some(name[..end].to_owned())
}

/// Whether this run is under signals or faults, which makes everything slower.
pub fn is_in_a_mode() -> bool {
    signals::are_wanted() || every_call::is_wanted()
}

/// So much of what takes long: a quarter of it on the debug kernel, half of it in a mode.
pub fn scaled(much: u64) -> u64 {
    let much = match Path::new("/sys/kernel/debug/kmemleak").exists() {
        true => much / 4,
        false => much,
    };
    match is_in_a_mode() {
        true => much / 2,
        false => much,
    }
}

/// Raises a flag when it goes, so that threads that watch the flag end when a test has failed, too.
pub struct StopAtEnd<'a>(pub &'a AtomicBool);

impl Drop for StopAtEnd<'_> {
    fn drop(&mut self) {
        self.0.store(true, Relaxed);
    }
}

/// The main program of a suite.
///
/// `children` are the roles that its tests give to processes that they start, see [`child`].
pub fn run(tests: &[Test], children: &[child::Role]) -> ExitCode {
    clock::open();
    let arguments: Vec<String> = env::args().skip(1).collect();
    if let Some(status) = child::play(&arguments, children) {
        return status;
    }
    if arguments.iter().any(|argument| argument == "--list") {
        tests.iter().for_each(|(name, _)| println!("{name}"));
        return ExitCode::SUCCESS;
    }
    if let Err(reason) = every_call::start() {
        println!("KTAP version 1\n# {reason}");
        return ExitCode::FAILURE;
    }
    let chosen: Vec<_> = tests
        .iter()
        .filter(|(name, _)| {
            arguments.is_empty() || arguments.iter().any(|part| name.contains(part.as_str()))
        })
        .collect();
    // The first one of a test: when a thread has failed, joining it fails as well.
    panic::set_hook(Box::new(|info| {
        locked(&PANIC).get_or_insert_with(|| info.to_string());
    }));
    println!("KTAP version 1\n1..{}", chosen.len());
    let mut passed = 0;
    for (i, (name, test)) in chosen.iter().enumerate() {
        let number = i + 1;
        // CLOCK_MONOTONIC.
        let start = Instant::now();
        let result = run_one(number, name, *test);
        let time = start.elapsed().as_millis();
        match result {
            Ok(()) => {
                passed += 1;
                println!("ok {number} {name} # time={time}ms");
            }
            Err(diagnostics) => {
                diagnostics.lines().for_each(|line| println!("# {line}"));
                println!("not ok {number} {name} # time={time}ms");
            }
        }
    }
    println!("# Totals: pass:{passed} fail:{}", chosen.len() - passed);
    let mut as_wanted = true;
    if let Err(text) = every_call::finish() {
        println!("# {text}");
        as_wanted = false;
    }
    match signals::report() {
        Ok(None) => {}
        Ok(Some(text)) => println!("# {text}"),
        Err(text) => {
            println!("# {text}");
            as_wanted = false;
        }
    }
    // No test is no success: the subject would be absent.
    if as_wanted && passed == chosen.len() && passed > 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

/// What is printed for the test at hand if it ends the whole program.
static LAST_WORDS: AtomicPtr<CString> = AtomicPtr::new(ptr::null_mut());

extern "C" fn die(signal: i32) {
    // SAFETY: The pointer is that of a string that is never freed. Only calls are made that a
    // signal handler may make; `signal` has its default effect again, and ends the program.
    unsafe {
        if let Some(words) = LAST_WORDS.load(Relaxed).as_ref() {
            libc::write(1, words.as_ptr().cast(), words.as_bytes().len());
        }
        libc::raise(signal);
    }
}

/// Names the test that touches memory that is not there.
fn catch_crashes(number: usize, name: &str) {
    let words = format!("# it crashed\nnot ok {number} {name}\n");
    let words = Box::new(CString::new(words).expect("no NUL"));
    // LLVM 19 replaces a static that it sees to hold one heap object, with code that it cannot
    // generate; so it must not see that.
    LAST_WORDS.store(std::hint::black_box(Box::into_raw(words)), Relaxed);
    for signal in [libc::SIGSEGV, libc::SIGBUS] {
        // SAFETY: The structure is complete.
        unsafe {
            let mut action: libc::sigaction = std::mem::zeroed();
            action.sa_sigaction = die as extern "C" fn(i32) as usize;
            action.sa_flags = libc::SA_RESETHAND | libc::SA_NODEFER;
            libc::sigaction(signal, &action, ptr::null_mut());
        }
    }
}

fn run_one(number: usize, name: &str, test: fn()) -> Result<(), String> {
    locked(&CONTEXT).clear();
    *locked(&PANIC) = None;
    catch_crashes(number, name);
    every_call::begin();
    let before = caught(State::now)?;
    let result = within_time(number, name, || {
        let _storm = Storm::if_wanted();
        caught(test)
    });
    let left = caught(|| before.compare_soon())?;
    match (result, left) {
        (Ok(()), Ok(())) if env::var(PLANT).is_ok_and(|planted| planted == name) => {
            Err("planted".into())
        }
        (result, Ok(())) => result,
        (Ok(()), Err(left)) => Err(format!("left behind: {left}")),
        (Err(text), Err(left)) => Err(format!("{text}\nleft behind: {left}")),
    }
}

/// Runs a part; if it panics, the error says why, and where in the test.
fn caught<R>(part: impl FnOnce() -> R) -> Result<R, String> {
    panic::catch_unwind(AssertUnwindSafe(part)).map_err(|_| {
        let mut text = locked(&PANIC).take().unwrap_or_default();
        for part in locked(&CONTEXT).iter().rev() {
            text = format!("in {part}: {text}");
        }
        text
    })
}

/// Ends the whole suite if `run` is stuck: what hangs in the kernel cannot be taken back.
fn within_time<R>(number: usize, name: &str, run: impl FnOnce() -> R) -> R {
    let (done, wait) = mpsc::channel::<()>();
    let started = Barrier::new(2);
    thread::scope(|scope| {
        let begins = &started;
        scope.spawn(move || {
            let mut deadline = Deadline::after(TIME_LIMIT);
            begins.wait();
            while let Err(RecvTimeoutError::Timeout) = wait.recv_timeout(Deadline::LOOK) {
                if deadline.is_over() {
                    println!("# no end after {} s", TIME_LIMIT.as_secs());
                    println!("not ok {number} {name}");
                    std::process::exit(1);
                }
            }
        });
        // Beginning takes memory, which a test may forbid its process.
        started.wait();
        let result = run();
        drop(done);
        result
    })
}

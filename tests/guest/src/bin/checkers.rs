// SPDX-License-Identifier: MIT OR Apache-2.0
//! The debug kernel's checkers: that each is there, is on, and looks at this module. A run on a
//! kernel that lost one of them must not pass in silence.

use dxg_guest_tests::{calls, harness, tests};
use libd3dkmt::Dxg;
use rustix::{
    fs::{open, Mode, OFlags},
    mm::{mmap, munmap, MapFlags, ProtFlags},
};
use std::{
    fs,
    os::fd::{AsFd, AsRawFd},
    process::ExitCode,
    ptr,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

fn read(path: &str) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The kernel's log from its start.
fn kernel_log() -> String {
    let size = kernel_log_size();
    let mut bytes = vec![0; size];
    const READ_ALL: libc::c_int = 3;
    let length = i32::try_from(size).expect("a few MiB");
    // SAFETY: The buffer is as long as stated.
    let end = unsafe { libc::klogctl(READ_ALL, bytes.as_mut_ptr().cast(), length) };
    bytes.truncate(usize::try_from(end).expect("the kernel's log"));
    String::from_utf8_lossy(&bytes).into_owned()
}

fn kernel_log_size() -> usize {
    const BUFFER_SIZE: libc::c_int = 10;
    // SAFETY: This action takes no buffer.
    let size = unsafe { libc::klogctl(BUFFER_SIZE, ptr::null_mut(), 0) };
    usize::try_from(size).expect("a size")
}

fn kasan_is_on() {
    let log = kernel_log();
    let line = "KernelAddressSanitizer initialized (generic)";
    assert!(log.contains(line), "no '{line}' in the log");
}

fn lockdep_is_on() {
    // A complaint, or a table that is full, turns it off for good.
    let stats = read("/proc/lockdep_stats");
    assert!(stats.contains("lock-classes:"), "{stats}");
    let on = stats
        .lines()
        .find_map(|line| line.trim().strip_prefix("debug_locks:"));
    assert_eq!(on.map(str::trim), Some("1"), "{stats}");
}

fn lockdep_knows_the_locks_of_the_module() {
    // It knows a lock when it was taken for the first time.
    let _dxg = Dxg::open().expect("/dev/dxg");
    let classes = read("/proc/lockdep");
    for name in ["Registry::processes", "AdapterList::listed"] {
        assert!(classes.contains(name), "no lock class {name}");
    }
}

fn kmemleak_is_on() {
    assert_eq!(read("/sys/kernel/debug/kmemleak"), "");
    let log = kernel_log();
    for bad in [
        "kmemleak: Kernel memory leak detector disabled",
        "kmemleak: Cannot",
    ] {
        assert!(!log.contains(bad), "'{bad}' in the log");
    }
}

fn debug_objects_are_on() {
    let stats = read("/sys/kernel/debug/debug_objects/stats");
    assert!(stats.contains("max_chain"), "{stats}");
    assert!(!kernel_log().contains("ODEBUG: Out of memory"));
}

fn freed_pages_are_poisoned() {
    assert!(read("/proc/cmdline").contains("page_poison=1"));
    // A kernel without it names the word here.
    let log = kernel_log();
    let mut unknown = log
        .lines()
        .filter(|line| line.contains("Unknown kernel command line"));
    assert!(!unknown.any(|line| line.contains("page_poison")));
}

fn faults_can_be_injected() {
    for name in ["failslab", "fail_page_alloc", "fail_usercopy"] {
        read(&format!("/sys/kernel/debug/{name}/probability"));
    }
    assert_eq!(read("/proc/thread-self/fail-nth").trim(), "0");
}

fn hung_tasks_and_warnings_end_the_run() {
    for (name, value) in [
        ("hung_task_timeout_secs", "60"),
        ("hung_task_panic", "1"),
        ("panic_on_oops", "1"),
        ("panic_on_warn", "1"),
    ] {
        let found = read(&format!("/proc/sys/kernel/{name}"));
        assert_eq!(found.trim(), value, "{name}");
    }
}

/// Where the module's code is.
fn module_text() -> std::ops::Range<u64> {
    let symbols = read("/proc/kallsyms");
    let addresses = symbols
        .lines()
        .filter(|line| line.ends_with("[dxgkrnl]"))
        .filter(|line| matches!(line.split(' ').nth(1), Some("t" | "T")))
        .map(|line| u64::from_str_radix(&line[..16], 16).expect("an address"));
    let addresses: Vec<_> = addresses.collect();
    let start = addresses.iter().min().expect("symbols of the module");
    *start..addresses.iter().max().expect("likewise") + 0x1000
}

/// Program counters that KCOV keeps at most.
const TRACE_ENTRIES: usize = 64 << 10;
const KCOV_INIT_TRACE: libc::c_ulong = 0x8008_6301;
const KCOV_ENABLE: libc::c_ulong = 0x6364;
const KCOV_DISABLE: libc::c_ulong = 0x6365;
const KCOV_TRACE_PC: libc::c_ulong = 0;

/// The program counters of the instrumented code that `run` comes to in the kernel.
fn traced(run: impl FnOnce()) -> Vec<u64> {
    let kcov = open("/sys/kernel/debug/kcov", OFlags::RDWR, Mode::empty()).expect("KCOV");
    let fd = kcov.as_raw_fd();
    let control = |request, value: libc::c_ulong| {
        // SAFETY: These requests take a number.
        assert_eq!(unsafe { libc::ioctl(fd, request, value) }, 0);
    };
    control(KCOV_INIT_TRACE, TRACE_ENTRIES as libc::c_ulong);
    let bytes = TRACE_ENTRIES * size_of::<u64>();
    // SAFETY: A new mapping.
    let area = unsafe {
        mmap(
            ptr::null_mut(),
            bytes,
            ProtFlags::READ | ProtFlags::WRITE,
            MapFlags::SHARED,
            kcov.as_fd(),
            0,
        )
    };
    let area = area.expect("KCOV's buffer");
    // SAFETY: The mapping has that many words, and the kernel writes them one by one.
    let words = unsafe { std::slice::from_raw_parts(area.cast::<AtomicU64>(), TRACE_ENTRIES) };
    control(KCOV_ENABLE, KCOV_TRACE_PC);
    words[0].store(0, Relaxed);
    run();
    let count = words[0].load(Relaxed);
    control(KCOV_DISABLE, 0);
    let count = usize::try_from(count).expect("a count");
    let found = words[1..=count]
        .iter()
        .map(|word| word.load(Relaxed))
        .collect();
    // SAFETY: Nobody uses it any more.
    unsafe { munmap(area, bytes) }.expect("the mapping");
    found
}

fn kcov_traces_the_module_and_nothing_else() {
    let dxg = Dxg::open().expect("/dev/dxg");
    let text = module_text();
    let found = traced(|| {
        assert_eq!(calls::enumerate2(&dxg, 8).0, calls::SUCCESS);
    });
    assert!(found.len() > 20, "{} program counters", found.len());
    let foreign: Vec<_> = found.iter().filter(|pc| !text.contains(pc)).collect();
    assert!(foreign.is_empty(), "outside of {text:x?}: {foreign:x?}");
}

fn main() -> ExitCode {
    harness::run(
        tests![
            kasan_is_on,
            lockdep_is_on,
            lockdep_knows_the_locks_of_the_module,
            kmemleak_is_on,
            debug_objects_are_on,
            freed_pages_are_poisoned,
            faults_can_be_injected,
            hung_tasks_and_warnings_end_the_run,
            kcov_traces_the_module_and_nothing_else,
        ],
        &[],
    )
}

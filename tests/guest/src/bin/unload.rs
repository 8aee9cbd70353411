// SPDX-License-Identifier: MIT OR Apache-2.0
//! The module is unloaded, and loaded with other parameters. Each test loads it again as it was.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    dma_buf::{displayable, export, fill, full_of, is_full, Open, BYTES},
    global, harness, prime,
    reload::{refuses, unload_once, with},
    share::{self, Share},
    signals::spawn,
    tests,
};
use libd3dkmt::sys;
use rustix::io::Errno;
use std::{
    fs::{self, File},
    io::Read,
    path::PathBuf,
    process::{Command, ExitCode},
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            it_comes_back_with_all_adapters,
            without_global_handles,
            exports_outlive_the_module,
            open_files_of_debugfs_keep_the_module,
            files_of_debugfs_are_read_while_the_module_goes,
            parameters_without_a_meaning_are_named,
        ],
        &[],
    )
}

fn it_comes_back_with_all_adapters() {
    let mut seen = luids();
    let adapters = seen.len();
    for _ in 0..3 {
        with("", || {
            let now = luids();
            assert_eq!(now.len(), adapters);
            assert!(now.iter().all(|luid| !seen.contains(luid)), "new LUIDs");
            seen.extend(now);
            on_each_adapter(|gpu| {
                let device = gpu.device();
                let create = share::shared(device, 2).made(gpu);
                gpu.lock(device, create.allocation(0));
                gpu.unlock(device, create.allocation(0));
            });
        });
    }
}

/// Without global handles there is CreateShared with NtSecuritySharing alone.
fn refuses_global_handles(gpu: &Gpu) {
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_global_resource();
    create.refused(gpu, INVALID_PARAMETER);
    let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
        NumAllocations: 1,
        TotalPrivateDriverDataSize: 48,
        ..Default::default()
    };
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain([0xc000_0042]), |number| {
            assert!(!global::is_there(gpu, device, number));
            let answer = global::Open::with(device, number, &sizes).call(gpu);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
    let create = share::shared(device, 2).made(gpu);
    assert_eq!(create.global(), 0);
    let nt = Share::new(create.resource()).made(gpu);
    share::Open::new(device, &nt, 2).made(gpu);
}

fn without_global_handles() {
    with("global_handles=0", || {
        on_each_adapter(refuses_global_handles);
    });
}

fn exports_outlive_the_module() {
    let exports: Vec<_> = luids()
        .into_iter()
        .map(|luid| {
            let gpu = Gpu::open(luid);
            let device = gpu.device();
            let allocation = displayable(device).made(&gpu).allocation(0);
            fill(&gpu, device, allocation, BYTES, 0x5a);
            export(&gpu, device, allocation)
        })
        .collect();
    // The memory is the DRM drivers', who know nothing of the module.
    with("", || {
        for dma_buf in &exports {
            assert!(full_of(prime::map(dma_buf, BYTES).bytes(), 0x5a));
        }
        let opened: Vec<_> = (luids().into_iter().zip(&exports))
            .map(|(luid, dma_buf)| {
                let gpu = Gpu::open(luid);
                let device = gpu.device();
                let opened = Open::new(device, dma_buf).made(&gpu);
                assert!(is_full(&gpu, device, opened.allocation, BYTES, 0x5a));
                gpu
            })
            .collect();
        drop(opened);
    });
}

/// The module's files in debugfs.
fn debugfs() -> Vec<PathBuf> {
    let entries = fs::read_dir("/sys/kernel/debug/dxgkrnl").expect("debugfs");
    let files: Vec<_> = entries.map(|e| e.expect("an entry").path()).collect();
    assert!(files.len() >= 3, "{files:?}");
    files
}

fn open_files_of_debugfs_keep_the_module() {
    with("", || {
        for_each(debugfs(), |path| {
            let mut file = File::open(&path).expect("a file");
            assert_eq!(unload_once(), Err(Errno::WOULDBLOCK), "opened");
            let mut text = String::new();
            file.by_ref()
                .take(1)
                .read_to_string(&mut text)
                .expect("a byte");
            assert_eq!(unload_once(), Err(Errno::WOULDBLOCK), "read in part");
            file.read_to_string(&mut text).expect("the rest");
            assert_ne!(text, "");
            drop(file);
            assert_eq!(unload_once(), Ok(()), "closed");
        });
    });
}

fn files_of_debugfs_are_read_while_the_module_goes() {
    with("", || {
        let (files, over) = (debugfs(), AtomicBool::new(false));
        thread::scope(|scope| {
            spawn(scope, || {
                while !over.load(Relaxed) {
                    // Between unloading and loading there is none.
                    files.iter().for_each(|path| drop(fs::read(path)));
                }
            });
            let done = (0..20).filter(|_| match unload_once() {
                Ok(()) => true,
                Err(error) => {
                    assert_eq!(error, Errno::WOULDBLOCK);
                    false
                }
            });
            let unloaded = done.count();
            over.store(true, Relaxed);
            println!("# unloaded {unloaded} times of 20");
        });
    });
}

/// The last line of the kernel's log that has a text.
fn logged(text: &str) -> Option<String> {
    let log = Command::new("dmesg").output().expect("dmesg").stdout;
    let log = String::from_utf8_lossy(&log);
    let mut lines = log.lines().rev();
    lines.find(|line| line.contains(text)).map(str::to_owned)
}

fn parameters_without_a_meaning_are_named() {
    with("", || {
        for_each(
            [
                ("node_mode", "9", "octal 0 to 0666"),
                ("node_mode", "666", "octal 0 to 0666"),
                ("node_mode", "0777", "octal 0 to 0666"),
                ("local_segment_mib", "0", "1 or more"),
                ("global_handles", "2", "0 or 1"),
                ("soft_adapter", "9", "0, 1 or 2"),
                ("flink_names", "7", "0 or 1"),
            ],
            |(name, value, allowed)| {
                let refused = refuses(&format!("{name}={value}"));
                assert_eq!(refused, Some(libc::EINVAL));
                let line = logged(&format!("the parameter {name} cannot be"));
                let line = line.expect("a line in the log");
                assert!(line.contains(allowed), "{line}");
            },
        );
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Fragmented memory: half of it is free, but no two pages beside each other. Whatever a caller chooses the
//! size of must do with that, without a warning in the log.
//!
//! Only on the stock kernel: it is the one that has much memory, and a compactor that must be kept from
//! mending it.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness::{self, context},
    share::{number, share, Open},
    tests,
};
use rustix::{
    io::Errno,
    pipe::{fcntl_setpipe_size, pipe},
};
use std::{fs, os::fd::OwnedFd, process::ExitCode, ptr};

fn main() -> ExitCode {
    harness::run(
        tests![as_many_elements_and_as_much_data_as_a_call_takes],
        &[("caller", caller)],
    )
}

const PAGE: usize = 4096;
/// What stays outside of the pages with holes.
const REST: usize = 128 << 20;
const COMPACTOR: &str = "/proc/sys/vm/compact_unevictable_allowed";

fn free_bytes() -> usize {
    let text = fs::read_to_string("/proc/meminfo").expect("meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("MemFree:"));
    let kib = line.expect("MemFree").trim().trim_end_matches(" kB");
    kib.parse::<usize>().expect("a number") << 10
}

/// Memory full of holes, as long as the process lives.
struct Fragmented {
    /// They hold what was free in pieces of 16 or 32 pages.
    pipes: Vec<(OwnedFd, OwnedFd)>,
}

/// The kernel keeps a table of the pages of a pipe in one piece: of 32 pages, or of 16.
const PIPES: [usize; 2] = [2048 * PAGE, 1024 * PAGE];

impl Fragmented {
    fn new() -> Self {
        let bytes = (free_bytes() - REST) / PAGE * PAGE;
        // SAFETY: The kernel chooses the address; what is given back is never used again.
        unsafe {
            let (prot, flags) = (libc::PROT_READ | libc::PROT_WRITE, libc::MAP_PRIVATE);
            let flags = flags | libc::MAP_ANONYMOUS | libc::MAP_NORESERVE;
            let start = libc::mmap(ptr::null_mut(), bytes, prot, flags, -1, 0);
            assert_ne!(start, libc::MAP_FAILED);
            assert_eq!(libc::madvise(start, bytes, libc::MADV_NOHUGEPAGE), 0);
            // Locked, so that nobody moves the pages.
            assert_eq!(libc::mlock(start, bytes), 0, "mlock");
            for offset in (0..bytes).step_by(2 * PAGE) {
                let page = start.byte_add(offset);
                assert_eq!(libc::madvise(page, PAGE, libc::MADV_DONTNEED_LOCKED), 0);
            }
        }
        let mut fragmented = Self { pipes: Vec::new() };
        fragmented.close_up();
        fragmented
    }

    /// Takes what is left in larger pieces.
    fn close_up(&mut self) {
        for bytes in PIPES {
            loop {
                let new = pipe().expect("a pipe");
                match fcntl_setpipe_size(&new.0, bytes) {
                    Ok(_) => self.pipes.push(new),
                    Err(Errno::NOMEM) => break,
                    Err(error) => panic!("F_SETPIPE_SZ: {error}"),
                }
            }
        }
    }

    /// Makes a call that must succeed with single pages.
    fn during<R>(&mut self, name: &str, call: impl FnOnce() -> R) -> R {
        self.close_up();
        context(name, call)
    }
}

/// In a child, whose end mends everything.
fn caller(_: &[String]) {
    let limit = libc::rlimit {
        rlim_cur: 65536,
        rlim_max: 65536,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_NOFILE, &limit) }, 0);
    let gpu = Gpu::first();
    let device = gpu.device();
    let data = vec![0x5a_u8; 131_000];
    let mut memory = Fragmented::new();
    let free = free_bytes();
    assert!(free > 256 << 20, "{free} bytes are free");

    let alone = memory.during("1024 allocations", || {
        Create::buffers(device, 1024).made(&gpu).allocations()
    });
    memory.during("destroyed", || {
        let destroyed = destroy_allocations(&gpu.dxg, device, &alone);
        assert_eq!(destroyed, SUCCESS);
    });
    let mut large = Create::buffers(device, 1).in_shared_resource();
    large.args.private_runtime_data = data.as_ptr() as u64;
    large.args.private_runtime_data_size = 131_000;
    let large = memory.during("131,000 bytes", || large.made(&gpu));
    let nt = share(&gpu, large.resource());
    let mut open = Open::sized(device, number(&nt), 1, data.len(), 0);
    memory.during("131,000 bytes opened", || {
        assert_eq!(open.call(&gpu), SUCCESS);
    });
    assert!(open.runtime_data == data);
    let many = memory.during("a resource of 1024", || {
        Create::buffers(device, 1024)
            .in_shared_resource()
            .made(&gpu)
    });
    let nt = share(&gpu, many.resource());
    let mut open = Open::bare(device, &nt, 1024);
    memory.during("1024 opened", || assert_eq!(open.call(&gpu), SUCCESS));
    for resource in [open.resource(), many.resource(), large.resource()] {
        memory.during("a resource destroyed", || {
            let destroyed = destroy_resource(&gpu.dxg, device, resource);
            assert_eq!(destroyed, SUCCESS);
        });
    }
}

/// What the compactor may do, as it was before when it is dropped.
struct Compactor(String);

impl Compactor {
    fn without_locked_pages() -> Self {
        let before = fs::read_to_string(COMPACTOR).expect(COMPACTOR);
        fs::write(COMPACTOR, "0").expect(COMPACTOR);
        Self(before)
    }
}

impl Drop for Compactor {
    fn drop(&mut self) {
        fs::write(COMPACTOR, &self.0).expect(COMPACTOR);
    }
}

fn as_many_elements_and_as_much_data_as_a_call_takes() {
    let _compactor = Compactor::without_locked_pages();
    Child::start(child::command("caller", &[])).succeed();
}

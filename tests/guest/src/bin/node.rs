// SPDX-License-Identifier: MIT OR Apache-2.0
//! `/dev/dxg` itself: who may open it, and who may call through which descriptor.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{Map, PAGE},
    signals::spawn,
    tests,
};
use libd3dkmt::{sys, Dxg};
use rustix::{
    event::{poll, PollFd, PollFlags},
    fs::{open, Mode, OFlags},
    io::{fcntl_setfd, read, write, Errno, FdFlags},
};
use std::{
    collections::BTreeSet,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd},
    process::ExitCode,
    sync::Mutex,
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_started_program_has_no_calls,
            a_process_that_took_the_descriptor_has_no_calls,
            the_node_is_for_everybody,
            an_unprivileged_user_can_do_everything,
            every_access_mode_opens_the_node,
            two_opens_share_the_handle_table,
            closing_one_of_two_opens_keeps_the_objects,
            the_last_close_ends_everything_and_the_sequence_starts_anew,
            a_duplicate_keeps_the_objects,
            a_path_descriptor_has_no_calls,
            there_is_nothing_to_read_or_write,
            there_is_nothing_to_map,
            threads_call_at_once,
        ],
        &[
            ("foreign", foreign),
            ("taker", taker),
            ("everything", everything),
        ],
    )
}

/// Large enough for every argument.
fn argument() -> Map {
    Map::new(8)
}

/// In a child: all calls through a descriptor of the parent's.
fn foreign(arguments: &[String]) {
    let fd: i32 = arguments[0].parse().expect("a descriptor");
    // SAFETY: The parent has left this descriptor open for us.
    refused_here(unsafe { OwnedFd::from_raw_fd(fd) });
}

fn refused_here(fd: OwnedFd) {
    let memory = argument();
    for (name, request, _) in SERVED {
        // SAFETY: The memory is large enough for every argument.
        let answer = unsafe { sys::ioctl_ptr(&fd, request, memory.at::<u8>(0).cast()) };
        assert_eq!(answer, NOT_A_CALL, "{name}");
    }
}

fn a_started_program_has_no_calls() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let inherited = gpu.dxg.as_fd().try_clone_to_owned().expect("dup");
    fcntl_setfd(&inherited, FdFlags::empty()).expect("fcntl");
    let number = inherited.as_raw_fd().to_string();
    Child::start(child::command("foreign", &[&number])).succeed();
    drop(inherited);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// In a child: takes a descriptor out of the parent, and calls through it.
fn taker(arguments: &[String]) {
    let [parent, fd] = [0, 1].map(|i| arguments[i].parse::<i32>().expect("a number"));
    // SAFETY: Plain system calls; the descriptors are checked.
    let fd = unsafe {
        let pidfd = libc::syscall(libc::SYS_pidfd_open, parent, 0);
        assert!(pidfd >= 0, "pidfd_open");
        let fd = libc::syscall(libc::SYS_pidfd_getfd, pidfd, fd, 0);
        assert!(fd >= 0, "pidfd_getfd");
        OwnedFd::from_raw_fd(fd as i32)
    };
    refused_here(fd);
}

fn a_process_that_took_the_descriptor_has_no_calls() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let parent = std::process::id().to_string();
    let fd = gpu.dxg.as_fd().as_raw_fd().to_string();
    Child::start(child::command("taker", &[&parent, &fd])).succeed();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

fn the_node_is_for_everybody() {
    use std::os::unix::fs::{FileTypeExt, PermissionsExt};
    let meta = std::fs::metadata(Dxg::PATH).expect("/dev/dxg");
    assert!(meta.file_type().is_char_device());
    assert_eq!(meta.permissions().mode() & 0o7777, 0o666);
}

/// In a child, as a user: the main job.
fn everything(_: &[String]) {
    child::become_user();
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let video = Create::buffers(device, 3).in_resource().made(gpu);
        let memory = Map::new(1);
        let heap = Create::heap(device, memory.address(), PAGE as u64).made(gpu);
        let address = gpu.lock(device, video.allocation(1));
        // SAFETY: The lock has a page.
        unsafe { dxg_guest_tests::memory::bytes_at(address, PAGE) }.fill(7);
        gpu.unlock(device, video.allocation(1));
        let heap = destroy_allocations(&gpu.dxg, device, &heap.allocations());
        assert_eq!(heap, SUCCESS);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}

fn an_unprivileged_user_can_do_everything() {
    Child::start(child::command("everything", &[])).succeed();
}

fn every_access_mode_opens_the_node() {
    for_each(
        [
            OFlags::RDONLY,
            OFlags::WRONLY,
            OFlags::RDWR,
            OFlags::RDWR | OFlags::NONBLOCK,
        ],
        |mode| {
            let fd = open(Dxg::PATH, mode | OFlags::CLOEXEC, Mode::empty()).expect("open");
            let mut args = sys::D3DKMT_ENUMADAPTERS2::default();
            // SAFETY: There is no array.
            let answer = unsafe { sys::D3DKMTEnumAdapters2(&fd, &mut args) };
            assert_eq!(answer, SUCCESS);
            assert_ne!(args.num_adapters, 0);
        },
    );
}

fn two_opens_share_the_handle_table() {
    let gpu = Gpu::first();
    let second = Dxg::open().expect("/dev/dxg");
    let (answer, device) = create_device(&second, gpu.adapter);
    assert_eq!(answer, SUCCESS);
    assert_eq!(device, gpu.adapter + HANDLE_STEP);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    assert_eq!(destroy_device(&second, device), INVALID_PARAMETER);
}

fn closing_one_of_two_opens_keeps_the_objects() {
    let gpu = Gpu::first();
    let second = Dxg::open().expect("/dev/dxg");
    let (answer, device) = create_device(&second, gpu.adapter);
    assert_eq!(answer, SUCCESS);
    drop(second);
    // The process is still the one that it was, for whoever opens next.
    let third = Dxg::open().expect("/dev/dxg");
    assert_eq!(destroy_device(&third, device), SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, device), INVALID_PARAMETER);
}

fn the_last_close_ends_everything_and_the_sequence_starts_anew() {
    let before = counters();
    let gpu = Gpu::first();
    let luid = gpu.luid;
    assert_eq!(gpu.adapter, FIRST_HANDLE);
    let device = gpu.device();
    Create::buffers(device, 2).in_resource().made(&gpu);
    drop(gpu);
    before.assert_restored();
    let gpu = Gpu::open(luid);
    assert_eq!(gpu.adapter, FIRST_HANDLE);
    assert_eq!(destroy_device(&gpu.dxg, device), INVALID_PARAMETER);
}

fn a_duplicate_keeps_the_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let duplicate = gpu.dxg.as_fd().try_clone_to_owned().expect("dup");
    drop(gpu);
    let mut args = sys::D3DKMT_DESTROYDEVICE {
        device: handle(device),
    };
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTDestroyDevice(&duplicate, &mut args) };
    assert_eq!(answer, SUCCESS);
}

fn a_path_descriptor_has_no_calls() {
    let fd = open(Dxg::PATH, OFlags::PATH | OFlags::CLOEXEC, Mode::empty()).expect("open");
    let memory = argument();
    for_each(SERVED, |(_, request, _)| {
        // SAFETY: The memory is large enough for every argument.
        let answer = unsafe { sys::ioctl_ptr(&fd, request, memory.at::<u8>(0).cast()) };
        assert_eq!(answer, Err(Errno::BADF));
    });
}

fn there_is_nothing_to_read_or_write() {
    let fd = open(Dxg::PATH, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()).expect("open");
    assert_eq!(read(&fd, &mut [0_u8; 16]).err(), Some(Errno::INVAL));
    assert_eq!(write(&fd, &[0; 16]).err(), Some(Errno::INVAL));
    // What has no poll of its own is always ready.
    let mut fds = [PollFd::new(&fd, PollFlags::IN | PollFlags::OUT)];
    let now = rustix::event::Timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    assert_eq!(poll(&mut fds, Some(&now)), Ok(1));
    assert_eq!(fds[0].revents(), PollFlags::IN | PollFlags::OUT);
}

fn there_is_nothing_to_map() {
    let fd = open(Dxg::PATH, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty()).expect("open");
    // SAFETY: The kernel chooses the address.
    let result = unsafe {
        libc::mmap(
            std::ptr::null_mut(),
            PAGE,
            libc::PROT_READ,
            libc::MAP_SHARED,
            fd.as_raw_fd(),
            0,
        )
    };
    let error = std::io::Error::last_os_error();
    assert_eq!(result, libc::MAP_FAILED);
    assert_eq!(error.raw_os_error(), Some(libc::ENODEV));
}

fn threads_call_at_once() {
    const EACH: usize = 50;
    let gpu = Gpu::first();
    let seen = Mutex::new(BTreeSet::new());
    thread::scope(|scope| {
        for _ in 0..8 {
            spawn(scope, || {
                for _ in 0..EACH {
                    let device = gpu.device();
                    assert!(seen.lock().expect("no panic").insert(device), "twice");
                    let create = Create::buffer(device, 4096).made(&gpu);
                    gpu.lock(device, create.allocation(0));
                    gpu.unlock(device, create.allocation(0));
                    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
                }
            });
        }
    });
    assert_eq!(seen.lock().expect("no panic").len(), 8 * EACH);
}

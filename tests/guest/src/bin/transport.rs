// SPDX-License-Identifier: MIT OR Apache-2.0
//! The node itself: request numbers, argument addresses, and who may call through which descriptor.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{Map, BAD_ADDRESSES, PAGE},
    tests,
};
use libd3dkmt::{
    sys::{self, request},
    Dxg,
};
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
            case_260_unknown_numbers_are_no_calls,
            case_260_numbers_of_later_calls_are_no_calls,
            case_260_other_sizes_are_no_calls,
            case_260_other_directions_are_no_calls,
            case_260_other_type_bytes_are_no_calls,
            case_261_a_forked_child_has_no_calls,
            case_261_a_started_program_has_no_calls,
            a_process_that_took_the_descriptor_has_no_calls,
            case_262_bad_argument_addresses,
            case_262_half_mapped_arguments,
            case_262_arguments_without_access,
            case_264_enumerate_into_read_only_argument_takes_handles_back,
            case_264_open_adapter_into_read_only_argument_takes_handle_back,
            case_264_create_device_into_read_only_argument_takes_device_back,
            video_memory_info_into_read_only_argument_is_refused,
            calls_without_answers_take_read_only_arguments,
            arguments_need_no_alignment,
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

const fn iowr(nr: u32, size: u32) -> u32 {
    0xc000_0000 | size << 16 | (b'G' as u32) << 8 | nr
}

fn is_served(request: u32) -> bool {
    SERVED.iter().any(|&(_, served, _)| served == request)
}

fn case_260_unknown_numbers_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    let sizes: BTreeSet<_> = SERVED.iter().map(|&(_, _, size)| size as u32).collect();
    gpu.unchanged(|| {
        for size in sizes {
            for_each((0..=255).map(|nr| iowr(nr, size)), |request| {
                if !is_served(request) {
                    assert_eq!(call_at(&gpu.dxg, request, memory.address()), NOT_A_CALL);
                }
            });
        }
    });
}

fn case_260_numbers_of_later_calls_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    let later = [
        request::CREATECONTEXTVIRTUAL,
        request::DESTROYCONTEXT,
        request::CREATEPAGINGQUEUE,
        request::RESERVEGPUVIRTUALADDRESS,
        request::MAKERESIDENT,
        request::MAPGPUVIRTUALADDRESS,
        request::ESCAPE,
        request::GETDEVICESTATE,
        request::SUBMITCOMMAND,
        request::CREATESYNCHRONIZATIONOBJECT,
        request::SIGNALSYNCHRONIZATIONOBJECT,
        request::WAITFORSYNCHRONIZATIONOBJECT,
        request::CHANGEVIDEOMEMORYRESERVATION,
        request::CREATEHWQUEUE,
        request::DESTROYHWQUEUE,
        request::DESTROYPAGINGQUEUE,
        request::DESTROYSYNCHRONIZATIONOBJECT,
        request::EVICT,
        request::FLUSHHEAPTRANSITIONS,
        request::FREEGPUVIRTUALADDRESS,
        request::GETCONTEXTINPROCESSSCHEDULINGPRIORITY,
        request::GETCONTEXTSCHEDULINGPRIORITY,
        request::INVALIDATECACHE,
        request::MARKDEVICEASERROR,
        request::OFFERALLOCATIONS,
        request::QUERYALLOCATIONRESIDENCY,
        request::RECLAIMALLOCATIONS2,
        request::SETALLOCATIONPRIORITY,
        request::SETCONTEXTINPROCESSSCHEDULINGPRIORITY,
        request::SETCONTEXTSCHEDULINGPRIORITY,
        request::SIGNALSYNCHRONIZATIONOBJECTFROMCPU,
        request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU,
        request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
        request::SUBMITCOMMANDTOHWQUEUE,
        request::SUBMITSIGNALSYNCOBJECTSTOHWQUEUE,
        request::SUBMITWAITFORSYNCOBJECTSTOHWQUEUE,
        request::UPDATEALLOCPROPERTY,
        request::UPDATEGPUVIRTUALADDRESS,
        request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU,
        request::WAITFORSYNCHRONIZATIONOBJECTFROMGPU,
        request::GETALLOCATIONPRIORITY,
        request::QUERYCLOCKCALIBRATION,
        request::SHAREOBJECTS,
        request::OPENSYNCOBJECTFROMNTHANDLE2,
        request::QUERYRESOURCEINFOFROMNTHANDLE,
        request::OPENRESOURCEFROMNTHANDLE,
        request::QUERYSTATISTICS,
        request::SHAREOBJECTWITHHOST,
        request::CREATESYNCFILE,
        request::WAITSYNCFILE,
        request::OPENSYNCOBJECTFROMSYNCFILE,
        request::ENUMPROCESSES,
        request::ISFEATUREENABLED,
    ];
    gpu.unchanged(|| {
        for_each(later, |request| {
            assert_eq!(call_at(&gpu.dxg, request, memory.address()), NOT_A_CALL);
        });
    });
}

fn case_260_other_sizes_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, size)| {
            let size = size as u32;
            assert_eq!(request, iowr(request & 0xff, size), "the size of the ABI");
            for other in [
                0,
                1,
                size - 4,
                size - 1,
                size + 1,
                size + 4,
                size + 8,
                0x3fff,
            ] {
                let request = iowr(request & 0xff, other);
                assert_eq!(
                    call_at(&gpu.dxg, request, memory.address()),
                    NOT_A_CALL,
                    "{other} bytes"
                );
            }
        });
    });
}

fn case_260_other_directions_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            for direction in [0, 0x4000_0000, 0x8000_0000] {
                let request = request & 0x3fff_ffff | direction;
                assert_eq!(call_at(&gpu.dxg, request, memory.address()), NOT_A_CALL);
            }
        });
    });
}

fn case_260_other_type_bytes_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            for kind in (0..=255).filter(|&kind| kind != u32::from(b'G')) {
                let request = request & 0xffff_00ff | kind << 8;
                assert_eq!(
                    call_at(&gpu.dxg, request, memory.address()),
                    NOT_A_CALL,
                    "type {kind}"
                );
            }
        });
    });
}

fn case_261_a_forked_child_has_no_calls() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let status = child::fork(|| {
        let mut args = sys::D3DKMT_CLOSEADAPTER {
            adapter_handle: handle(gpu.adapter),
        };
        // SAFETY: The argument holds no address.
        let answer = unsafe { sys::D3DKMTCloseAdapter(&gpu.dxg, &mut args) };
        i32::from(answer != NOT_A_CALL)
    });
    assert!(status.success(), "{status}");
    // Neither the attempt nor the child's end did anything to the parent's objects.
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
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

fn case_261_a_started_program_has_no_calls() {
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

fn case_262_bad_argument_addresses() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            for (name, address) in BAD_ADDRESSES {
                let answer = call_at(&gpu.dxg, request, address);
                assert_eq!(answer, INVALID_PARAMETER, "{name}");
            }
        });
    });
}

fn case_262_half_mapped_arguments() {
    let gpu = Gpu::first();
    let memory = Map::before_a_hole();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, size)| {
            for inside in [1, size / 2, size - 1] {
                let address = memory.before_end_of_first_page(inside);
                let answer = call_at(&gpu.dxg, request, address);
                assert_eq!(answer, INVALID_PARAMETER, "{inside} bytes inside");
            }
        });
    });
}

fn case_262_arguments_without_access() {
    let gpu = Gpu::first();
    let memory = argument();
    memory.protect(libc::PROT_NONE);
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            let answer = call_at(&gpu.dxg, request, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn case_264_enumerate_into_read_only_argument_takes_handles_back() {
    let gpu = Gpu::first();
    let infos = argument();
    let memory = argument();
    memory.put(
        0,
        sys::D3DKMT_ENUMADAPTERS2 {
            num_adapters: 8,
            adapters: infos.address(),
            ..Default::default()
        },
    );
    let third = 0x100;
    memory.put(
        third,
        sys::D3DKMT_ENUMADAPTERS3 {
            adapter_count: 8,
            adapters: infos.address(),
            ..Default::default()
        },
    );
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::ENUMADAPTERS2, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
        let address = memory.address() + third as u64;
        let answer = call_at(&gpu.dxg, request::ENUMADAPTERS3, address);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_264_open_adapter_into_read_only_argument_takes_handle_back() {
    on_each_adapter(|gpu| {
        let memory = argument();
        let mut args = sys::D3DKMT_OPENADAPTERFROMLUID::default();
        (args.adapter_luid.a, args.adapter_luid.b) = (gpu.luid.0, gpu.luid.1);
        memory.put(0, args);
        memory.read_only();
        gpu.unchanged(|| {
            let answer = call_at(&gpu.dxg, request::OPENADAPTERFROMLUID, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn case_264_create_device_into_read_only_argument_takes_device_back() {
    on_each_adapter(|gpu| {
        let memory = argument();
        memory.put(
            0,
            sys::D3DKMT_CREATEDEVICE {
                adapter: handle(gpu.adapter),
                ..Default::default()
            },
        );
        memory.read_only();
        gpu.unchanged(|| {
            let answer = call_at(&gpu.dxg, request::CREATEDEVICE, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn video_memory_info_into_read_only_argument_is_refused() {
    let gpu = Gpu::first();
    let memory = argument();
    memory.put(
        0,
        sys::D3DKMT_QUERYVIDEOMEMORYINFO {
            adapter: handle(gpu.adapter),
            ..Default::default()
        },
    );
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::QUERYVIDEOMEMORYINFO, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn calls_without_answers_take_read_only_arguments() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).made(&gpu);
    let allocation = create.allocation(0);
    gpu.lock(device, allocation);
    let memory = argument();
    let mut place = 0;
    let mut put = |request: u32, words: &[u32]| {
        place += 0x100;
        for (i, &word) in words.iter().enumerate() {
            memory.put(place + 4 * i, word);
        }
        (request, memory.address() + place as u64)
    };
    let list = memory.address();
    let calls = [
        put(request::UNLOCK2, &[device, allocation]),
        put(
            request::DESTROYALLOCATION2,
            &[device, 0, list as u32, (list >> 32) as u32, 1, 0],
        ),
        put(request::DESTROYDEVICE, &[device]),
        put(request::CLOSEADAPTER, &[gpu.adapter]),
    ];
    memory.put(0, allocation);
    memory.read_only();
    for_each(calls, |(request, address)| {
        assert_eq!(call_at(&gpu.dxg, request, address), SUCCESS);
    });
}

fn arguments_need_no_alignment() {
    let gpu = Gpu::first();
    let memory = argument();
    for offset in 1..8 {
        let args = sys::D3DKMT_CREATEDEVICE {
            adapter: handle(gpu.adapter),
            ..Default::default()
        };
        let at = memory.put(offset, args);
        assert_eq!(call_at(&gpu.dxg, request::CREATEDEVICE, at as u64), SUCCESS);
        // SAFETY: The argument was put there just now.
        let device = unsafe { at.read_unaligned() }.device.v;
        let at = memory.put(offset, device);
        assert_eq!(
            call_at(&gpu.dxg, request::DESTROYDEVICE, at as u64),
            SUCCESS
        );
    }
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
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
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
            scope.spawn(|| {
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

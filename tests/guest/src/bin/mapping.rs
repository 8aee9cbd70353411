// SPDX-License-Identifier: MIT OR Apache-2.0
//! The mapping that D3DKMTLock2 makes: what the process, its children and the rest of the kernel may do
//! to it.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    faults::every_call::spare,
    fence::{create_paging_queue, create_sync_object, new_fence, new_paging_queue, PagingQueue},
    harness::{self, scaled},
    limit::MostFiles,
    locked::Locked,
    memory::{bytes_at, memory_file, unmap, Map, MIB, PAGE},
    paging::{buffer, evicted, resident},
    share::{shared, Share},
    tests,
};
use libd3dkmt::sys::{self, request};
use std::{
    io::{Read, Seek, Write},
    os::unix::process::ExitStatusExt,
    process::ExitCode,
    ptr, thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            unmapped_by_the_user_then_unlocked,
            unmapped_by_the_user_then_locked_again,
            unmapped_in_part,
            moved_by_the_user,
            grown_by_the_user,
            replaced_by_the_user,
            read_only_by_the_user,
            advice_that_is_refused,
            a_forked_child_has_no_mapping,
            rlimit_as_is_heeded,
            the_limit_of_locked_memory_is_heeded,
            a_full_table_of_files_is_no_memory,
            exec_takes_the_mapping_but_not_the_objects,
            system_calls_read_and_write_through_it,
            nobody_else_holds_its_pages,
            other_processes_do_not_see_it,
            an_argument_block_may_live_in_it,
            a_futex_in_evicted_memory_lets_its_thread_be_killed,
        ],
        &[
            ("limited", limited),
            ("locked", locked),
            ("no_files", no_files),
            ("before_exec", before_exec),
            ("after_exec", after_exec),
            ("futex", futex),
        ],
    )
}

fn unmapped_by_the_user_then_unlocked() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 2);
        unmap(locked.address, locked.bytes);
        locked.unlock();
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

fn unmapped_by_the_user_then_locked_again() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        locked.bytes()[PAGE] = 5;
        unmap(locked.address, locked.bytes);
        // SAFETY: The lock has two pages.
        let bytes = unsafe { bytes_at(locked.lock(), locked.bytes) };
        assert_eq!(bytes[PAGE], 5);
        locked.unlock();
        assert_eq!(bytes[PAGE], 5, "one of two locks is left");
        locked.unlock();
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
    });
}

fn unmapped_in_part() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 4);
        locked.bytes().fill(3);
        let page = PAGE as u64;
        unmap(locked.address + page, PAGE);
        locked.unlock();
        // What the user has cut to pieces stays the user's.
        for kept in [0, 2, 3] {
            // SAFETY: These pages are still mapped.
            let bytes = unsafe { bytes_at(locked.address + kept * page, PAGE) };
            assert!(bytes.iter().all(|&byte| byte == 3));
        }
        assert_eq!(counters().since(&before, "mappings"), 1);
        unmap(locked.address, locked.bytes);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

fn remap(old: u64, old_bytes: usize, bytes: usize, flags: i32, to: u64) -> Result<u64, i32> {
    // SAFETY: Tests move mappings of theirs to places of theirs.
    let result = unsafe { libc::mremap(old as _, old_bytes, bytes, flags, to) };
    if result == libc::MAP_FAILED {
        return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
    }
    Ok(result as u64)
}

fn moved_by_the_user() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 3);
        locked.bytes().fill(6);
        let place = Map::new(3);
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        let moved = remap(
            locked.address,
            locked.bytes,
            locked.bytes,
            flags,
            place.address(),
        );
        assert_eq!(moved, Ok(place.address()));
        // SAFETY: The mapping is there now.
        let bytes = unsafe { bytes_at(place.address(), locked.bytes) };
        assert!(bytes.iter().all(|&byte| byte == 6));
        // It is not where the lock was, so that unlocking leaves it alone.
        locked.unlock();
        assert!(bytes.iter().all(|&byte| byte == 6));
        drop(place);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

fn grown_by_the_user() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        for flags in [0, libc::MREMAP_MAYMOVE] {
            let grown = remap(locked.address, locked.bytes, 3 * PAGE, flags, 0);
            assert_eq!(grown, Err(libc::EFAULT));
        }
        // A second mapping of the same.
        let doubled = remap(locked.address, 0, locked.bytes, libc::MREMAP_MAYMOVE, 0);
        assert!(doubled.is_err(), "{doubled:x?}");
        locked.bytes().fill(1);
        locked.unlock();
    });
}

fn replaced_by_the_user() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        // SAFETY: The range is the lock's, which nothing refers to.
        let mine = unsafe {
            libc::mmap(
                locked.address as _,
                locked.bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                -1,
                0,
            )
        };
        assert_eq!(mine as u64, locked.address);
        locked.bytes().fill(2);
        locked.unlock();
        // Unlocking must not unmap what is not the allocation.
        assert!(locked.bytes().iter().all(|&byte| byte == 2));
        unmap(locked.address, locked.bytes);
    });
}

fn read_only_by_the_user() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        locked.bytes().fill(4);
        let protect = |prot| {
            // SAFETY: The range is the lock's.
            unsafe { libc::mprotect(locked.address as _, locked.bytes, prot) }
        };
        assert_eq!(protect(libc::PROT_READ), 0);
        assert!(locked.bytes().iter().all(|&byte| byte == 4));
        assert_eq!(protect(libc::PROT_READ | libc::PROT_WRITE), 0);
        locked.bytes().fill(5);
        locked.unlock();
    });
}

fn advice_that_is_refused() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        locked.bytes().fill(8);
        for_each(
            [
                libc::MADV_DOFORK,
                libc::MADV_DONTNEED,
                libc::MADV_REMOVE,
                libc::MADV_HUGEPAGE,
                libc::MADV_MERGEABLE,
            ],
            |advice| {
                // SAFETY: The range is the lock's.
                unsafe { libc::madvise(locked.address as _, locked.bytes, advice) };
                // Whatever the kernel says to it, the contents stay.
                assert!(locked.bytes().iter().all(|&byte| byte == 8));
            },
        );
        // SAFETY: As above.
        let fork = unsafe { libc::madvise(locked.address as _, locked.bytes, libc::MADV_DOFORK) };
        assert_eq!(fork, -1, "a child would have the mapping");
        locked.unlock();
    });
}

fn a_forked_child_has_no_mapping() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        locked.bytes()[0] = 11;
        let byte = locked.address as *const u8;
        // SAFETY: In the child the address is not mapped, and the read ends it.
        let status = child::fork(|| i32::from(unsafe { byte.read_volatile() }));
        assert_eq!(status.signal(), Some(libc::SIGSEGV), "{status}");
        assert_eq!(locked.bytes()[0], 11);
        locked.unlock();
    });
}

/// In a child: there is no address space for the lock.
fn limited(_: &[String]) {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let small = Create::buffer(device, 4096).made(gpu).allocation(0);
        let large = Create::buffer(device, 64 << 20).made(gpu).allocation(0);
        let before = counters();
        let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
        let pages: u64 = statm
            .split(' ')
            .next()
            .expect("a size")
            .parse()
            .expect("pages");
        set_address_space(pages * PAGE as u64 + (16 << 20));
        let (answer, address) = lock(&gpu.dxg, device, large);
        assert_eq!((answer, address), (NO_MEMORY, 0));
        assert_eq!(counters().since(&before, "mappings"), 0);
        assert_eq!(unlock(&gpu.dxg, device, large), INVALID_PARAMETER);
        gpu.lock(device, small);
        gpu.unlock(device, small);
        set_address_space(libc::RLIM_INFINITY);
        gpu.lock(device, large);
        gpu.unlock(device, large);
    });
}

fn set_address_space(bytes: u64) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

fn rlimit_as_is_heeded() {
    Child::start(child::command("limited", &[])).succeed();
}

/// The calls that map something.
fn mapping_calls(gpu: &Gpu, device: u32, allocation: u32) -> [Answer; 3] {
    let (mut queue, mut fence) = (new_paging_queue(device), new_fence(device, 0));
    [
        lock(&gpu.dxg, device, allocation).0,
        create_paging_queue(&gpu.dxg, &mut queue),
        create_sync_object(&gpu.dxg, &mut fence),
    ]
}

/// What a refused lock may leave to its allocation.
const BACKING: [(&str, i64); 1] = [("gem_objects", 1)];

fn set_memlock(bytes: u64) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit) }, 0);
}

/// In a child, as a user: all mappings are to be locked in memory, and none may be.
fn locked(_: &[String]) {
    set_memlock(libc::RLIM_INFINITY);
    child::become_user();
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let allocation = Create::buffer(device, 8192).made(gpu).allocation(0);
        let before = counters();
        // SAFETY: No preconditions; nothing else is mapped until it is taken back.
        assert_eq!(unsafe { libc::mlockall(libc::MCL_FUTURE) }, 0);
        set_memlock(0);
        let answers = mapping_calls(gpu, device, allocation);
        set_memlock(libc::RLIM_INFINITY);
        // SAFETY: No preconditions.
        assert_eq!(unsafe { libc::munlockall() }, 0);
        assert_eq!(answers, [NO_MEMORY; 3]);
        assert_eq!(before.compare_soon(&BACKING), Ok(()));
        assert_eq!(mapping_calls(gpu, device, allocation), [SUCCESS; 3]);
    });
}

fn the_limit_of_locked_memory_is_heeded() {
    spare("an injected failure would be in a child");
    Child::start(child::command("locked", &[])).succeed();
}

/// In a child, as a user: there are no files left.
fn no_files(_: &[String]) {
    child::become_user();
    let gpu = Gpu::first();
    let device = gpu.device();
    let allocation = Create::buffer(device, 8192).made(&gpu).allocation(0);
    let touched = Create::buffer(device, 8192).made(&gpu).allocation(0);
    gpu.lock(device, touched);
    gpu.unlock(device, touched);
    let shareable = shared(device, 1).made(&gpu).resource();
    let mut share = Share::new(shareable);
    let before = counters();
    child::say("ready");
    child::wait_for_parent();
    // Memory that there is not is in a file, as is what a descriptor names.
    assert_eq!(lock(&gpu.dxg, device, allocation).0, NO_MEMORY);
    assert_eq!(share.call(&gpu), NO_MEMORY);
    assert_eq!(before.compare_soon(&BACKING), Ok(()));
    // Mappings take none.
    assert_eq!(mapping_calls(&gpu, device, touched), [SUCCESS; 3]);
}

fn a_full_table_of_files_is_no_memory() {
    spare("an injected failure would be in a child");
    let mut child = Child::start(child::command("no_files", &[]));
    assert_eq!(child.line(), "ready");
    let _most = MostFiles::of(0);
    child.succeed();
}

/// In a child: makes a lock, and becomes the same program in another role.
fn before_exec(_: &[String]) {
    use std::os::{fd::AsRawFd, unix::process::CommandExt};
    let gpu = Gpu::first();
    let locked = Locked::new(&gpu, 1);
    locked.bytes().fill(0x77);
    // A duplicate is not closed by exec.
    // SAFETY: The descriptor is open.
    let fd = unsafe { libc::dup(std::os::fd::AsFd::as_fd(&gpu.dxg).as_raw_fd()) };
    let arguments = [fd as u32, locked.device, locked.allocation].map(|n| n.to_string());
    let error = child::command("after_exec", &arguments.each_ref().map(String::as_str)).exec();
    panic!("exec: {error}");
}

/// In the same process, after exec.
fn after_exec(arguments: &[String]) {
    let [fd, device, allocation] = [0, 1, 2].map(|i| arguments[i].parse().expect("a number"));
    // SAFETY: The descriptor was left open for this program.
    let fd = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd as i32) };
    let mut args = sys::D3DKMT_LOCK2 {
        device: handle(device),
        allocation: handle(allocation),
        ..Default::default()
    };
    let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
    assert!(!maps.contains("anon_inode:dxg"), "{maps}");
    // SAFETY: The address in the argument is an answer.
    assert_eq!(unsafe { sys::D3DKMTLock2(fd, &mut args) }, SUCCESS);
    // SAFETY: The lock has a page.
    let bytes = unsafe { bytes_at(args.data, PAGE) };
    assert!(bytes.iter().all(|&byte| byte == 0x77));
    let mut args = sys::D3DKMT_UNLOCK2 {
        device: handle(device),
        allocation: handle(allocation),
    };
    // The lock from before, and this one.
    for answer in [SUCCESS, SUCCESS, INVALID_PARAMETER] {
        // SAFETY: The argument holds no address.
        assert_eq!(unsafe { sys::D3DKMTUnlock2(fd, &mut args) }, answer);
    }
}

fn exec_takes_the_mapping_but_not_the_objects() {
    Child::start(child::command("before_exec", &[])).succeed();
}

fn system_calls_read_and_write_through_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        for (i, byte) in locked.bytes().iter_mut().enumerate() {
            *byte = (i * 3) as u8;
        }
        let mut file = memory_file(2);
        file.write_all(locked.bytes()).expect("write");
        let mut copied = vec![0; locked.bytes];
        file.rewind().expect("seek");
        file.read_exact(&mut copied).expect("read");
        assert_eq!(copied, locked.bytes());
        locked.bytes().fill(0);
        file.rewind().expect("seek");
        file.read_exact(locked.bytes()).expect("read");
        assert_eq!(copied, locked.bytes());
        locked.unlock();
    });
}

/// The pages are not the kernel's to keep: what wants to hold them is refused.
fn nobody_else_holds_its_pages() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let mut ends = [0; 2];
        let part = libc::iovec {
            iov_base: locked.address as _,
            iov_len: PAGE,
        };
        // SAFETY: There is room for two descriptors, which are closed; the range is the lock's.
        let (given, error) = unsafe {
            assert_eq!(libc::pipe2(ends.as_mut_ptr(), libc::O_CLOEXEC), 0);
            let given = libc::vmsplice(ends[1], &part, 1, libc::SPLICE_F_GIFT);
            let error = std::io::Error::last_os_error().raw_os_error();
            ends.iter().for_each(|&fd| assert_eq!(libc::close(fd), 0));
            (given, error)
        };
        assert_eq!((given, error), (-1, Some(libc::EFAULT)));
        locked.unlock();
    });
}

fn other_processes_do_not_see_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let mut copy = [0_u8; 16];
        let to = libc::iovec {
            iov_base: copy.as_mut_ptr().cast(),
            iov_len: 16,
        };
        let from = libc::iovec {
            iov_base: locked.address as _,
            iov_len: 16,
        };
        // SAFETY: Both ranges are this process's.
        let got = unsafe {
            let pid = libc::getpid();
            libc::process_vm_readv(pid, &to, 1, &from, 1, 0)
        };
        let error = std::io::Error::last_os_error().raw_os_error();
        assert_eq!((got, error), (-1, Some(libc::EFAULT)));
        locked.unlock();
    });
}

fn an_argument_block_may_live_in_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let args = sys::D3DKMT_CREATEDEVICE {
            adapter: handle(gpu.adapter),
            ..Default::default()
        };
        let at = locked.address as *mut sys::D3DKMT_CREATEDEVICE;
        // SAFETY: The lock has a page.
        unsafe { at.write(args) };
        let answer = call_at(&gpu.dxg, request::CREATEDEVICE, locked.address);
        assert_eq!(answer, SUCCESS);
        // SAFETY: As above.
        let device = unsafe { at.read() }.device.v;
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        // The block of the call that takes the mapping away.
        let words = locked.address as *mut [u32; 2];
        // SAFETY: As above.
        unsafe { words.write([locked.device, locked.allocation]) };
        let answer = call_at(&gpu.dxg, request::UNLOCK2, locked.address);
        assert_eq!(answer, SUCCESS);
        let answer = call_at(&gpu.dxg, request::UNLOCK2, locked.address);
        assert_eq!(answer, INVALID_PARAMETER, "not mapped any more");
    });
}

/// A futex looks at the word again and again until its page is there, without asking for signals. The signal
/// has to come during the page-in, which is why that takes long.
fn a_futex_in_evicted_memory_lets_its_thread_be_killed() {
    spare("it is made in a child");
    let before = counters();
    for wait in 1..=4 {
        let mut child = child::start_on("futex", luids()[0], &[]);
        assert_eq!(child.line(), "looping");
        thread::sleep(Duration::from_millis(97 * wait));
        child.kill();
        // The worker may be at it still.
        before.assert_restored();
    }
}

fn futex(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, scaled(96) * MIB);
    let address = gpu.lock(device, allocation);
    thread::scope(|scope| {
        scope.spawn(|| loop {
            resident(&gpu, device, &queue, &[allocation]);
            evicted(&gpu, device, &[allocation]);
            // So that it is the futex that pages it in.
            thread::sleep(Duration::from_millis(50));
        });
        child::say("looping");
        let word = 0_u32;
        // Wakes whoever waits for `word`, and adds 1 to the word in the mapping.
        let operation = (libc::FUTEX_OP_ADD << 28) | (1 << 12);
        loop {
            // SAFETY: Both words live, and nobody else looks at them.
            unsafe {
                libc::syscall(
                    libc::SYS_futex,
                    ptr::from_ref(&word),
                    libc::FUTEX_WAKE_OP | libc::FUTEX_PRIVATE_FLAG,
                    1,
                    1_usize,
                    address,
                    operation,
                )
            };
        }
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the rest of the kernel does with it: system calls, futexes, arguments of ours.

use super::*;
use dxg_guest_tests::{
    fence::PagingQueue,
    harness::scaled,
    memory::{memory_file, MIB},
    paging::{buffer, evicted, resident},
};
use libd3dkmt::sys::request;
use std::{
    io::{Read, Seek, Write},
    ptr, thread,
    time::Duration,
};

pub(super) fn system_calls_read_and_write_through_it() {
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
pub(super) fn nobody_else_holds_its_pages() {
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

pub(super) fn an_argument_block_may_live_in_it() {
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
pub(super) fn a_futex_in_evicted_memory_lets_its_thread_be_killed() {
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

pub(super) fn futex(arguments: &[String]) {
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

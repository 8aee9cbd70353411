// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the user does to it by mmap and the like.

use super::*;
use dxg_guest_tests::memory::{unmap, Map};

pub(super) fn unmapped_by_the_user_then_unlocked() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 2);
        unmap(locked.address, locked.bytes);
        locked.unlock();
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

pub(super) fn unmapped_by_the_user_then_locked_again() {
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

pub(super) fn unmapped_in_part() {
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

pub(super) fn moved_by_the_user() {
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

pub(super) fn grown_by_the_user() {
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

pub(super) fn replaced_by_the_user() {
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

pub(super) fn read_only_by_the_user() {
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

pub(super) fn advice_that_is_refused() {
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

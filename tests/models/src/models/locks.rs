// SPDX-License-Identifier: MIT OR Apache-2.0

//! Lock2 and Unlock2: all locks of a binding share one mapping, which stays until the last one.

use super::*;
use crate::stand_in::sys::mapped_vma::{is_mapped, unmap_all};

/// A thread's lock stays where it is until that thread takes it back.
#[test]
fn a_lock_stays_until_it_is_taken_back() {
    explore("lock and unlock", 2, |world| {
        let allocation = world.create(1).expect("made")[0];
        let body = move |world: &World| {
            let address = world.lock(allocation).expect("locked");
            assert!(is_mapped(address));
            assert_eq!(world.unlock(allocation), Ok(()));
        };
        let other = world.thread(body);
        body(world);
        other.join().expect("ends");
        assert_eq!(world.unlock(allocation), Err(INVALID_PARAMETER));
        assert_eq!(unmap_all(), []);
        0
    });
}

/// Two locks have one address.
#[test]
fn locks_share_one_mapping() {
    explore("two locks", 2, |world| {
        let allocation = world.create(1).expect("made")[0];
        let other = world.thread(move |world| world.lock(allocation).expect("locked"));
        let own = world.lock(allocation).expect("locked");
        assert_eq!(other.join().expect("ends"), own);
        assert_eq!(world.unlock(allocation), Ok(()));
        assert!(is_mapped(own));
        assert_eq!(world.unlock(allocation), Ok(()));
        assert_eq!(unmap_all(), []);
        0
    });
}

/// What was locked when its allocation went stays mapped; what was not, is not.
#[test]
fn a_lock_outlives_its_allocation() {
    explore("lock and destroy", 2, |world| {
        let list = world.create(1).expect("made");
        let allocation = list[0];
        let other = world.thread(move |world| {
            let address = world.lock(allocation)?;
            assert!(is_mapped(address));
            world.unlock(allocation).inspect_err(|&refused| {
                assert_eq!(refused, INVALID_PARAMETER);
                assert!(is_mapped(address));
            })
        });
        assert_eq!(world.destroy(&list), Ok(()));
        let ended = other.join().expect("ends");
        one_of(ended, &[INVALID_PARAMETER]);
        let left = unmap_all();
        assert!(left.len() <= usize::from(ended.is_err()), "{left:x?}");
        0
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! `vidmm/ledger.rs`.

use super::config;
use crate::vidmm::ledger::Ledger;
use proptest::prelude::*;

/// Bytes that can still be committed: what the ledger does not show, found by asking.
fn left(ledger: &mut Ledger) -> u64 {
    let mut found = 0;
    for bit in (0..64).rev() {
        let bytes = 1 << bit;
        if ledger.commit(bytes) {
            found += bytes;
        }
    }
    ledger.release(found);
    found
}

#[test]
fn all_of_a_segment_can_be_committed_and_no_byte_more() {
    let mut ledger = Ledger::new(0x1000);
    assert!(!ledger.commit(0x1001));
    assert!(ledger.commit(0xFFF));
    assert!(!ledger.commit(2));
    assert!(ledger.commit(1));
    assert!(!ledger.commit(1));
    assert!(ledger.commit(0));
    assert_eq!(left(&mut ledger), 0);
}

#[test]
fn what_was_refused_changes_nothing() {
    let mut ledger = Ledger::new(0x3000);
    assert!(ledger.commit(0x1000));
    assert!(!ledger.commit(0x2001));
    assert!(ledger.commit(0x2000));
}

#[test]
fn what_was_released_can_be_committed_again() {
    let mut ledger = Ledger::new(0x3000);
    assert!(ledger.commit(0x3000));
    ledger.release(0x1000);
    assert!(!ledger.commit(0x1001));
    assert!(ledger.commit(0x1000));
    ledger.release(0x3000);
    assert_eq!(left(&mut ledger), 0x3000);
}

#[test]
fn a_sum_beyond_64_bits_is_refused() {
    let mut ledger = Ledger::new(u64::MAX);
    assert!(ledger.commit(2));
    assert!(!ledger.commit(u64::MAX));
    assert!(!ledger.commit(u64::MAX - 1));
    assert!(ledger.commit(u64::MAX - 2));
    assert!(!ledger.commit(1));
}

#[test]
fn an_empty_segment_has_nothing() {
    let mut ledger = Ledger::new(0);
    assert!(!ledger.commit(1));
    assert!(!ledger.commit(u64::MAX));
    assert!(ledger.commit(0));
}

#[test]
fn more_released_than_committed_does_not_make_a_segment_larger() {
    let mut ledger = Ledger::new(0x1000);
    assert!(ledger.commit(0x800));
    ledger.release(u64::MAX);
    assert_eq!(left(&mut ledger), 0x1000);
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn a_ledger_counts(
        size in prop_oneof![0u64..64, Just(u64::MAX), any::<u64>()],
        steps in prop::collection::vec(
            (any::<bool>(), prop_oneof![0u64..40, any::<u64>()]), 1..40),
    ) {
        let mut ledger = Ledger::new(size);
        let mut held: Vec<u64> = Vec::new();
        for (commit, bytes) in steps {
            if commit {
                let sum: u128 = held.iter().map(|&held| u128::from(held)).sum();
                let fits = sum + u128::from(bytes) <= u128::from(size);
                prop_assert_eq!(ledger.commit(bytes), fits);
                if fits {
                    held.push(bytes);
                }
            } else if let Some(bytes) = held.pop() {
                ledger.release(bytes);
            }
            prop_assert_eq!(left(&mut ledger), size - held.iter().sum::<u64>());
        }
    }
}

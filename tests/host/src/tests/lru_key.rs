// SPDX-License-Identifier: MIT OR Apache-2.0

//! Whose memory is taken first.

use super::config;
use crate::vidmm::lru_key::{Class, LruKey, OfferPriority};
use proptest::prelude::*;

const NORMAL: u32 = 0x7800_0000;

/// All classes, in the order in which their memory is taken.
const CLASSES: [Class; 5] = [
    Class::Offered(OfferPriority::Low),
    Class::Offered(OfferPriority::Normal),
    Class::Offered(OfferPriority::High),
    Class::Idle,
    Class::Listed,
];

fn key(class: Class, priority: u32, stamp: u64) -> LruKey {
    LruKey {
        class,
        priority,
        stamp,
    }
}

#[test]
fn classes_come_before_priorities_and_those_before_age() {
    for pair in CLASSES.windows(2) {
        assert!(key(pair[0], u32::MAX, 9) < key(pair[1], 1, 1));
    }
    for class in CLASSES {
        assert!(key(class, NORMAL - 1, 9) < key(class, NORMAL, 1));
        assert!(key(class, NORMAL, 1) < key(class, NORMAL, 2));
    }
}

#[test]
fn a_lesser_class_gives_way_whatever_its_priority() {
    let offered = key(CLASSES[2], u32::MAX, 1);
    assert!(offered.yields_to(Class::Idle, 1));
    let idle = key(Class::Idle, u32::MAX, 1);
    assert!(idle.yields_to(Class::Listed, 1));
    assert!(!key(Class::Listed, 1, 1).yields_to(Class::Idle, u32::MAX));
}

#[test]
fn within_a_class_a_higher_priority_stays() {
    let idle = key(Class::Idle, NORMAL, 1);
    assert!(!idle.yields_to(Class::Idle, NORMAL - 1));
    assert!(idle.yields_to(Class::Idle, NORMAL));
    assert!(idle.yields_to(Class::Idle, NORMAL + 1));
}

fn any_key() -> impl Strategy<Value = LruKey> {
    let class = prop::sample::select(CLASSES.to_vec());
    (class, 1..4u32, 0..4u64).prop_map(|(class, priority, stamp)| key(class, priority, stamp))
}

proptest! {
    #![proptest_config(config(1024))]

    /// So that whoever looks for memory to take may stop at the first that stays.
    #[test]
    fn what_goes_after_what_stays_stays(a in any_key(), b in any_key(), who in any_key()) {
        let (first, second) = (a.min(b), a.max(b));
        let yields = |key: LruKey| key.yields_to(who.class, who.priority);
        prop_assert!(yields(first) || !yields(second));
    }

    #[test]
    fn nothing_is_between_a_key_and_the_next(a in any_key(), b in any_key()) {
        prop_assert!(a < a.next());
        prop_assert!(b <= a || b >= a.next());
    }
}

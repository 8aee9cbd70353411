// SPDX-License-Identifier: MIT OR Apache-2.0

//! Budgets of processes.

use super::config;
use crate::vidmm::budget::{Budgets, ProcessUsage};
use proptest::prelude::*;

const SIZE: u64 = 64 << 20;

/// A group, and the processes of some processes.
struct Group {
    budgets: Budgets,
    processes: Vec<ProcessUsage>,
}

impl Group {
    fn of(processes: usize) -> Self {
        Self {
            budgets: Budgets::new(SIZE),
            processes: vec![ProcessUsage::default(); processes],
        }
    }

    fn change(&mut self, process: usize, change: impl FnOnce(&mut ProcessUsage)) {
        self.budgets.change(&mut self.processes[process], change);
    }

    fn uses(&mut self, process: usize, usage: u64) {
        self.change(process, |process| process.usage = usage);
    }

    fn budget(&self, process: usize) -> u64 {
        self.budgets.budget(&self.processes[process])
    }

    fn reservable(&self, process: usize) -> u64 {
        self.budgets.reservable(&self.processes[process])
    }
}

#[test]
fn who_is_alone_has_everything() {
    let mut group = Group::of(2);
    assert_eq!(group.budgets.size(), SIZE);
    assert_eq!(group.budget(0), SIZE);
    group.uses(0, SIZE);
    assert_eq!(group.budget(0), SIZE);
}

#[test]
fn who_comes_later_gets_as_much_as_all_others() {
    let mut group = Group::of(3);
    group.uses(0, SIZE);
    assert_eq!(group.budget(1), SIZE / 2);
    group.uses(1, 4096);
    assert_eq!(group.budget(1), SIZE / 2);
    assert_eq!(group.budget(2), SIZE / 3);
    // The first one uses more than that; it may go down to its part.
    assert_eq!(group.budget(0), SIZE - 4096);
}

#[test]
fn what_others_do_not_use_can_be_had() {
    let mut group = Group::of(2);
    group.uses(0, SIZE / 4);
    assert_eq!(group.budget(1), SIZE - SIZE / 4);
    group.uses(0, 0);
    assert_eq!(group.budget(1), SIZE);
}

#[test]
fn what_others_have_reserved_cannot_be_had() {
    let mut group = Group::of(3);
    group.change(0, |process| process.reservation = SIZE / 4);
    assert_eq!(group.budget(1), SIZE - SIZE / 4);
    // In use, it counts once.
    group.uses(0, SIZE / 4);
    assert_eq!(group.budget(1), SIZE - SIZE / 4);
    group.uses(0, SIZE / 2);
    assert_eq!(group.budget(1), SIZE / 2);
    // Its own reservation is no limit.
    group.uses(0, 0);
    assert_eq!(group.budget(0), SIZE);
}

#[test]
fn half_of_a_group_can_be_reserved() {
    let mut group = Group::of(2);
    assert_eq!(group.reservable(0), SIZE / 2);
    group.change(0, |process| process.reservation = SIZE / 8);
    // It may be changed as far as before.
    assert_eq!(group.reservable(0), SIZE / 2);
    assert_eq!(group.reservable(1), SIZE / 2 - SIZE / 8);
    group.change(0, |process| process.reservation = SIZE / 2);
    assert_eq!(group.reservable(1), 0);
}

fn changes() -> impl Strategy<Value = Vec<(usize, u8, u64)>> {
    prop::collection::vec((0..4usize, 0..3u8, 0..=SIZE / 4), 0..40)
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn budgets_add_up(changes in changes()) {
        let mut group = Group::of(4);
        for (process, what, bytes) in changes {
            group.change(process, |process| match what {
                0 => process.usage = bytes,
                1 => process.listed = bytes,
                _ => process.reservation = bytes.min(SIZE / 8),
            });
        }
        let sum = |of: fn(&ProcessUsage) -> u64| group.processes.iter().map(of).sum::<u64>();
        prop_assert_eq!(group.budgets.usage(), sum(|process| process.usage));
        let active = group.processes.iter().filter(|process| **process != ProcessUsage::default()).count() as u64;
        for (process, its) in group.processes.iter().enumerate() {
            let budget = group.budget(process);
            prop_assert!(budget <= SIZE);
            prop_assert!(budget >= SIZE / active.max(1).max(active + u64::from(*its == ProcessUsage::default())));
            prop_assert!(group.reservable(process) <= budget);
            // Somebody may take all that nobody uses, unless it is reserved.
            let free = SIZE - sum(|its| its.usage);
            let reserved = sum(|its| its.reservation.saturating_sub(its.usage));
            prop_assert!(budget >= (its.usage + free).saturating_sub(reserved));
        }
        for process in 0..4 {
            group.change(process, |process| *process = ProcessUsage::default());
        }
        prop_assert_eq!(group.budgets, Budgets::new(SIZE));
    }
}

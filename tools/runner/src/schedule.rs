// SPDX-License-Identifier: MIT OR Apache-2.0
//! Deals the suites out: to guests that are on, and passes to those that are to be booted.
//!
//! The longest comes first, so that nothing long is left over for the end.

use std::time::Duration;

/// A suite of a pass, as numbers that the caller understands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Work {
    pub pass: usize,
    pub suite: usize,
    pub estimate: Duration,
}

#[derive(Debug)]
struct Pass {
    /// The shortest first.
    waiting: Vec<Work>,
    guests: u32,
}

/// What has not been begun.
#[derive(Debug)]
pub struct Board {
    passes: Vec<Pass>,
    /// What a guest takes without any suite: less than this is not worth another one.
    boot: Duration,
}

impl Board {
    /// `passes` has what each suite of each pass is thought to take.
    pub fn new(passes: &[Vec<Duration>], boot: Duration) -> Self {
        let pass = |(pass, suites): (usize, &Vec<Duration>)| {
            let work = |(suite, &estimate)| Work {
                pass,
                suite,
                estimate,
            };
            let mut waiting: Vec<_> = suites.iter().enumerate().map(work).collect();
            // Of equals the first one of the plan is dealt first.
            waiting.reverse();
            waiting.sort_by_key(|work| work.estimate);
            Pass { waiting, guests: 0 }
        };
        Self {
            passes: passes.iter().enumerate().map(pass).collect(),
            boot,
        }
    }

    /// The pass for a guest that is to be booted: one that has none, else where most is waiting for each
    /// guest. It counts as one of the pass until [`Board::leave`].
    pub fn join(&mut self) -> Option<usize> {
        let boot = self.boot;
        let share = |pass: &Pass| pass.remaining() / (pass.guests + 1);
        let worth = |pass: &Pass| {
            !pass.waiting.is_empty()
                && (pass.guests == 0 || (pass.waiting.len() > 1 && share(pass) > boot))
        };
        let (index, pass) = self
            .passes
            .iter_mut()
            .enumerate()
            .filter(|(_, pass)| worth(pass))
            // Of equals the first one of the plan.
            .rev()
            .max_by_key(|(_, pass)| (pass.guests == 0, share(pass)))?;
        pass.guests += 1;
        Some(index)
    }

    /// A guest of the pass is no more. Whether it was the last one that the pass needs.
    pub fn leave(&mut self, pass: usize) -> bool {
        let pass = &mut self.passes[pass];
        pass.guests -= 1;
        pass.guests == 0 && pass.waiting.is_empty()
    }

    /// The next suite for a guest of the pass.
    pub fn next(&mut self, pass: usize) -> Option<Work> {
        self.passes[pass].waiting.pop()
    }

    /// Takes all that waits of a pass that cannot be booted.
    pub fn give_up(&mut self, pass: usize) -> Vec<Work> {
        std::mem::take(&mut self.passes[pass].waiting)
    }
}

impl Pass {
    fn remaining(&self) -> Duration {
        self.waiting.iter().map(|work| work.estimate).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn board(passes: &[&[u64]]) -> Board {
        let seconds = |suites: &&[u64]| suites.iter().map(|&s| Duration::from_secs(s)).collect();
        let passes: Vec<Vec<_>> = passes.iter().map(seconds).collect();
        Board::new(&passes, Duration::from_secs(10))
    }

    fn suites(board: &mut Board, pass: usize) -> Vec<usize> {
        std::iter::from_fn(|| board.next(pass).map(|work| work.suite)).collect()
    }

    #[test]
    fn the_longest_comes_first() {
        let mut board = board(&[&[3, 30, 1, 30]]);
        assert_eq!(board.join(), Some(0));
        assert_eq!(suites(&mut board, 0), [1, 3, 0, 2]);
    }

    #[test]
    fn guests_go_where_most_is_waiting() {
        let mut board = board(&[&[50], &[60, 60], &[5]]);
        // Each pass has one, then 60 s for each of two is most.
        assert_eq!(board.join(), Some(1));
        assert_eq!(board.join(), Some(0));
        assert_eq!(board.join(), Some(2));
        assert_eq!(board.join(), Some(1));
        assert!(!board.leave(1));
        assert_eq!(board.join(), Some(1));
    }

    #[test]
    fn what_is_shorter_than_a_boot_is_not_shared() {
        let mut small = board(&[&[9, 9]]);
        assert_eq!(small.join(), Some(0));
        assert_eq!(small.join(), None);
        // Nor one suite alone, however long.
        let mut one = board(&[&[90]]);
        assert_eq!(one.join(), Some(0));
        assert_eq!(one.join(), None);
    }

    #[test]
    fn what_a_lost_guest_leaves_is_done_by_another() {
        let mut board = board(&[&[3, 2, 1]]);
        assert_eq!(board.join(), Some(0));
        assert_eq!(board.next(0).map(|work| work.suite), Some(0));
        assert!(!board.leave(0));
        assert_eq!(board.join(), Some(0));
        assert_eq!(suites(&mut board, 0), [1, 2]);
        assert!(board.leave(0));
        assert_eq!(board.join(), None);
    }

    #[test]
    fn a_pass_can_be_given_up() {
        let mut board = board(&[&[1, 2]]);
        assert_eq!(board.join(), Some(0));
        assert_eq!(board.give_up(0).len(), 2);
        assert!(board.leave(0));
        assert_eq!(board.join(), None);
    }
}

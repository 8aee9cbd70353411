// SPDX-License-Identifier: MIT OR Apache-2.0
//! What was swept: which shapes of calls, how often, and how deep.

use super::name;
use crate::calls::Answer;
use std::{
    collections::BTreeMap,
    hash::{DefaultHasher, Hash, Hasher},
};

/// What the calls of one shape have in common, whatever they are answered.
///
/// The number is the same in every boot: handles and LUIDs are no part of it, and the adapter is
/// named by its driver.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Shape(u64);

impl Shape {
    /// So many bits of the printed number are the answer's.
    const ANSWER: u32 = 16;

    /// Of a call on an adapter of that driver, if the test says so.
    pub(super) fn of(driver: Option<&str>, request: u32, words: &[u32]) -> Self {
        Self(hash(&(driver, request, words)) << Self::ANSWER)
    }

    /// A good call and one with a bad handle look the same, and are not: the answer tells them apart.
    fn answered(self, answer: Answer) -> u64 {
        self.0 | hash(&format!("{answer:?}")) & ((1 << Self::ANSWER) - 1)
    }
}

/// `DefaultHasher::new` has no random keys.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

struct Swept {
    request: &'static str,
    sweeps: u32,
    /// The most places that one sweep came to.
    sites: u32,
}

/// What was swept, by shape and answer.
#[derive(Default)]
pub(super) struct Shapes(BTreeMap<u64, Swept>);

impl Shapes {
    /// A call was swept as deep as that.
    pub(super) fn add(&mut self, shape: Shape, answer: Answer, request: u32, sites: u32) {
        let swept = self.0.entry(shape.answered(answer)).or_insert(Swept {
            request: name(request),
            sweeps: 0,
            sites: 0,
        });
        swept.sweeps += 1;
        swept.sites = swept.sites.max(sites);
    }

    /// A line for each, to be read by programs.
    pub(super) fn print(&self) {
        for (number, swept) in &self.0 {
            let request = swept.request.replace(' ', "-");
            println!(
                "# swept {number:016x} {request} {} {}",
                swept.sweeps, swept.sites
            );
        }
    }
}

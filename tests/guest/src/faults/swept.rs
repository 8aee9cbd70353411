// SPDX-License-Identifier: MIT OR Apache-2.0
//! What was swept in the run: which shapes of calls, how often, and how deep.
//!
//! A run is many suites in several guests. Each suite is told what those before it have swept by a file,
//! `DXG_TEST_SWEPT`, and prints what it has swept itself, for whoever runs the suites to add up. Both
//! are lines of four words: a number for shape and answer, the request, sweeps, sites. Without the
//! file a suite is a run of its own.

use super::name;
use crate::calls::Answer;
use std::{
    collections::BTreeMap,
    env, fs,
    hash::{DefaultHasher, Hash, Hasher},
};

const VARIABLE: &str = "DXG_TEST_SWEPT";

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

    /// The largest number of an answer.
    const ANSWERS: u64 = (1 << Self::ANSWER) - 1;

    /// A good call and one with a bad handle look the same, and are not: the answer tells them apart.
    fn answered(self, answer: Answer) -> u64 {
        self.0 | hash(&format!("{answer:?}")) & Self::ANSWERS
    }
}

/// `DefaultHasher::new` has no random keys.
fn hash(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// What is known of one shape, or one shape with one answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Depth {
    pub(super) sweeps: u32,
    /// The most places that a sweep came to.
    pub(super) sites: u32,
}

impl Depth {
    fn and(self, other: Self) -> Self {
        Self {
            sweeps: self.sweeps + other.sweeps,
            sites: self.sites.max(other.sites),
        }
    }
}

/// What was swept, by shape and answer.
#[derive(Default)]
pub(super) struct Shapes {
    by_others: BTreeMap<u64, Depth>,
    here: BTreeMap<u64, (&'static str, Depth)>,
}

impl Shapes {
    /// What the suites before this one have swept.
    ///
    /// # Errors
    ///
    /// The file says something else.
    pub(super) fn of_the_run() -> Result<Self, String> {
        let Some(path) = env::var_os(VARIABLE) else {
            return Ok(Self::default());
        };
        match fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).ok_or_else(|| format!("{VARIABLE}: what is {path:?}?")),
            Err(_) => Ok(Self::default()),
        }
    }

    fn parse(text: &str) -> Option<Self> {
        let lines = text.lines().map(|line| {
            let [number, _, sweeps, sites] = line.split(' ').collect::<Vec<_>>()[..] else {
                return None;
            };
            let depth = Depth {
                sweeps: sweeps.parse().ok()?,
                sites: sites.parse().ok()?,
            };
            Some((u64::from_str_radix(number, 16).ok()?, depth))
        });
        Some(Self {
            by_others: lines.collect::<Option<_>>()?,
            here: BTreeMap::new(),
        })
    }

    /// What is known of a shape, with any answer.
    pub(super) fn depth(&self, shape: Shape) -> Depth {
        self.depth_in(shape.0, shape.0 | Shape::ANSWERS)
    }

    /// Whether a call of the shape was swept that got this answer in the end.
    pub(super) fn were_answered(&self, shape: Shape, answer: Answer) -> bool {
        let number = shape.answered(answer);
        self.depth_in(number, number).sweeps > 0
    }

    fn depth_in(&self, first: u64, last: u64) -> Depth {
        let others = self.by_others.range(first..=last).map(|(_, depth)| *depth);
        let here = self.here.range(first..=last).map(|(_, (_, depth))| *depth);
        others.chain(here).fold(Depth::default(), Depth::and)
    }

    /// A call was swept as deep as that.
    pub(super) fn add(&mut self, shape: Shape, answer: Answer, request: u32, sites: u32) {
        let (_, depth) = self
            .here
            .entry(shape.answered(answer))
            .or_insert((name(request), Depth::default()));
        *depth = depth.and(Depth { sweeps: 1, sites });
    }

    /// A line for each, to be read by programs.
    pub(super) fn print(&self) {
        for (number, (request, Depth { sweeps, sites })) in &self.here {
            let request = request.replace(' ', "-");
            println!("# swept {number:016x} {request} {sweeps} {sites}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::{INVALID_HANDLE, SUCCESS};
    use libd3dkmt::sys::request::CREATEDEVICE;

    #[test]
    fn a_shape_is_the_same_number_in_every_process() {
        let shape = Shape::of(Some("vkms"), CREATEDEVICE, &[1, 2]);
        assert_eq!(shape, Shape::of(Some("vkms"), CREATEDEVICE, &[1, 2]));
        assert_eq!(shape.0 & Shape::ANSWERS, 0);
        for other in [
            Shape::of(None, CREATEDEVICE, &[1, 2]),
            Shape::of(Some("vkms"), CREATEDEVICE, &[1]),
            Shape::of(Some("vkms"), CREATEDEVICE + 1, &[1, 2]),
        ] {
            assert_ne!(shape, other);
        }
    }

    #[test]
    fn what_others_have_swept_counts() {
        let shape = Shape::of(None, CREATEDEVICE, &[]);
        let [good, bad] = [SUCCESS, INVALID_HANDLE].map(|answer| shape.answered(answer));
        let text = format!("{good:016x} CreateDevice 1 7\n{bad:x} CreateDevice 3 2\n");
        let mut shapes = Shapes::parse(&text).expect("lines");
        let depth = |sweeps, sites| Depth { sweeps, sites };
        assert_eq!(shapes.depth(shape), depth(4, 7));
        shapes.add(shape, INVALID_HANDLE, CREATEDEVICE, 9);
        assert_eq!(shapes.depth(shape), depth(5, 9));
        let other = Shape::of(None, CREATEDEVICE, &[1]);
        assert_eq!(shapes.depth(other), depth(0, 0));
        assert!(shapes.were_answered(shape, SUCCESS));
        assert!(!shapes.were_answered(other, SUCCESS));
    }

    #[test]
    fn anything_else_is_refused() {
        for text in [
            "x",
            "1 CreateDevice 1",
            "g CreateDevice 1 1",
            "1 a 1 1 1",
            "\n",
        ] {
            assert!(Shapes::parse(text).is_none(), "{text}");
        }
        assert!(Shapes::parse("").is_some());
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! An address space against an array of single pages.

use super::{target, Space, PAGE};
use crate::{
    gpuva::{
        space::{Target, Translation, Wanted},
        update::Operation,
        AddressRequest, Span, LOWEST,
    },
    status::NtStatus,
    tests::config,
};
use proptest::prelude::*;

/// All that is looked at: four granules.
const PAGES: usize = 64;
/// Pages of each of the allocations.
const SIZE: u64 = 6;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Means {
    Fault,
    Zero,
    /// A page of an allocation.
    Memory(usize, u64),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Origin {
    Zero,
    NoAccess,
    Mapped,
}

/// A page that was given out: in which range, and what it means if that is not as its range says.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
struct Page {
    range: usize,
    origin: Origin,
    means: Option<Means>,
}

#[derive(Clone, Debug)]
enum Step {
    Reserve {
        granule: usize,
        count: usize,
        zero: bool,
    },
    Map {
        at: usize,
        count: usize,
        key: usize,
        offset: u64,
    },
    Blank {
        at: usize,
        count: usize,
        zero: bool,
    },
    Anywhere {
        count: usize,
        key: usize,
    },
    Free {
        at: usize,
        count: usize,
    },
    Forget(usize),
    Repeat {
        at: usize,
        times: usize,
        count: usize,
        key: usize,
    },
    Unmap {
        at: usize,
        count: usize,
        zero: bool,
    },
    Copy {
        from: usize,
        to: usize,
        count: usize,
    },
}

fn step() -> impl Strategy<Value = Step> {
    let at = || 0..PAGES;
    let count = || 1..9usize;
    let key = || 1..4usize;
    prop_oneof![
        2 => (0..4usize, 1..3usize, any::<bool>())
            .prop_map(|(granule, count, zero)| Step::Reserve { granule, count, zero }),
        4 => (at(), 1..7usize, key(), 0..4u64)
            .prop_map(|(at, count, key, offset)| Step::Map { at, count, key, offset }),
        2 => (at(), count(), any::<bool>()).prop_map(|(at, count, zero)| Step::Blank { at, count, zero }),
        1 => (1..7usize, key()).prop_map(|(count, key)| Step::Anywhere { count, key }),
        2 => (at(), count()).prop_map(|(at, count)| Step::Free { at, count }),
        1 => key().prop_map(Step::Forget),
        3 => (at(), 1..4usize, 1..4usize, key())
            .prop_map(|(at, times, count, key)| Step::Repeat { at, times, count, key }),
        2 => (at(), count(), any::<bool>()).prop_map(|(at, count, zero)| Step::Unmap { at, count, zero }),
        3 => (at(), at(), count()).prop_map(|(from, to, count)| Step::Copy { from, to, count }),
    ]
}

#[derive(Default)]
struct Model {
    pages: Vec<Option<Page>>,
    ranges: usize,
}

impl Model {
    /// The range that has all of the pages; `Err` if none or more than one have some of them.
    fn held(&self, at: usize, count: usize) -> Result<Option<(usize, Origin)>, ()> {
        let pages = self.pages.get(at..at + count).ok_or(())?;
        let first = pages[0].map(|page| (page.range, page.origin));
        match pages
            .iter()
            .all(|page| page.map(|page| (page.range, page.origin)) == first)
        {
            true => Ok(first),
            false => Err(()),
        }
    }

    fn give_out(&mut self, at: usize, count: usize, origin: Origin) {
        self.ranges += 1;
        for page in &mut self.pages[at..at + count] {
            *page = Some(Page {
                range: self.ranges,
                origin,
                means: None,
            });
        }
    }

    fn mean(&mut self, at: usize, means: impl IntoIterator<Item = Option<Means>>) {
        for (n, means) in means.into_iter().enumerate() {
            self.pages[at + n].as_mut().unwrap().means = means;
        }
    }

    fn map(&mut self, at: usize, means: Vec<Means>, is_memory: bool) -> bool {
        match self.held(at, means.len()) {
            Ok(None) => self.give_out(at, means.len(), Origin::Mapped),
            Ok(Some((_, Origin::Mapped))) if !is_memory => return false,
            Ok(Some(_)) => {}
            Err(()) => return false,
        }
        self.mean(at, means.into_iter().map(Some));
        true
    }

    fn forget(&mut self, key: usize) {
        let mut touched = Vec::new();
        for page in self.pages.iter_mut().flatten() {
            if matches!(page.means, Some(Means::Memory(of, _)) if of == key) {
                page.means = None;
                touched.push(page.range);
            }
        }
        for range in touched {
            let of_range = |page: &&mut Option<Page>| page.is_some_and(|page| page.range == range);
            let mut pages: Vec<_> = self.pages.iter_mut().filter(of_range).collect();
            let empty = |page: &&mut Option<Page>| {
                page.is_some_and(|page| page.origin == Origin::Mapped && page.means.is_none())
            };
            if pages.iter().all(empty) {
                pages.iter_mut().for_each(|page| **page = None);
            }
        }
    }

    fn means(&self, at: usize) -> Means {
        match self.pages[at] {
            None => Means::Fault,
            Some(page) => page.means.unwrap_or(match page.origin {
                Origin::Zero => Means::Zero,
                _ => Means::Fault,
            }),
        }
    }
}

fn address(page: usize) -> u64 {
    LOWEST + page as u64 * PAGE
}

fn span(at: usize, count: usize) -> Span {
    Span {
        start: address(at),
        end: address(at + count),
    }
}

fn memories(key: usize, offset: u64, count: usize) -> Vec<Means> {
    (0..count as u64)
        .map(|n| Means::Memory(key, offset + n))
        .collect()
}

struct World {
    space: Space<usize>,
    model: Model,
}

impl World {
    fn map(&mut self, at: usize, means: Vec<Means>, wanted: &Wanted<'_, usize>) {
        let count = means.len();
        if at + count > PAGES {
            return;
        }
        let is_memory = matches!(wanted, Wanted::Memory { .. });
        let expected = self.model.map(at, means, is_memory);
        let at_address = AddressRequest::At(address(at));
        let result = self.space.map(at_address, count as u64 * PAGE, wanted);
        assert_eq!(result.is_ok(), expected);
    }

    /// The pages are in one zero reservation; so are those of the source in one.
    fn update(&mut self, at: usize, means: Vec<Option<Means>>, operation: &Operation<usize>) {
        let operations = std::slice::from_ref(operation);
        let checked = self.space.check_update(operations);
        let destination = self.model.held(at, means.len());
        let source = match operation {
            Operation::Copy { source, .. } => {
                let from = ((source.start - LOWEST) / PAGE) as usize;
                let held = self.model.held(from, means.len());
                matches!(held, Ok(Some((_, Origin::Zero | Origin::NoAccess))))
            }
            _ => true,
        };
        if !source || !matches!(destination, Ok(Some((_, Origin::Zero)))) {
            assert_eq!(checked.err(), Some(NtStatus::INVALID_PARAMETER));
            return;
        }
        self.model.mean(at, means);
        assert!(self.space.update(operation, checked.unwrap()).is_ok());
    }

    fn step(&mut self, step: &Step) {
        match *step {
            Step::Reserve {
                granule,
                count,
                zero,
            } => {
                let (at, count) = (granule * 16, count * 16);
                if at + count > PAGES {
                    return;
                }
                let at_address = AddressRequest::At(address(at));
                let result = self.space.reserve(at_address, count as u64 * PAGE, zero);
                let is_free = self.model.held(at, count) == Ok(None);
                assert_eq!(result.is_ok(), is_free);
                if is_free {
                    let origin = if zero { Origin::Zero } else { Origin::NoAccess };
                    self.model.give_out(at, count, origin);
                }
            }
            Step::Map {
                at,
                count,
                key,
                offset,
            } => {
                let target = target(key, SIZE);
                let wanted = Wanted::Memory {
                    target: &target,
                    offset: offset * PAGE,
                    write: true,
                    driver_protection: 0,
                };
                if offset + count as u64 <= SIZE {
                    self.map(at, memories(key, offset, count), &wanted);
                }
            }
            Step::Blank { at, count, zero } => {
                let (means, wanted) = match zero {
                    true => (Means::Zero, Wanted::Zero),
                    false => (Means::Fault, Wanted::NoAccess),
                };
                self.map(at, vec![means; count], &wanted);
            }
            Step::Anywhere { count, key } => {
                let target = target(key, SIZE);
                let wanted = Wanted::Memory {
                    target: &target,
                    offset: 0,
                    write: true,
                    driver_protection: 0,
                };
                let within = AddressRequest::Between {
                    from: 0,
                    to: address(PAGES),
                };
                let result = self.space.map(within, count as u64 * PAGE, &wanted);
                let Ok(given) = result else {
                    // There really is no room.
                    let gap = |at| self.model.held(at, count) == Ok(None);
                    assert!(!(0..PAGES).any(gap));
                    return;
                };
                let at = ((given - LOWEST) / PAGE) as usize;
                assert_eq!(self.model.held(at, count), Ok(None));
                self.model.map(at, memories(key, 0, count), true);
            }
            Step::Free { at, count } => {
                if at + count > PAGES {
                    return;
                }
                let result = self.space.free(address(at), count as u64 * PAGE);
                let is_one = matches!(self.model.held(at, count), Ok(Some(_)));
                assert_eq!(result.is_ok(), is_one);
                if is_one {
                    let range = self.model.pages[at].unwrap().range;
                    self.model.pages[at..at + count].fill(None);
                    // What is behind the hole is a range of its own.
                    self.model.ranges += 1;
                    let new = self.model.ranges;
                    let behind = self.model.pages[at + count..].iter_mut().flatten();
                    behind
                        .filter(|page| page.range == range)
                        .for_each(|page| page.range = new);
                }
            }
            Step::Forget(key) => {
                self.space.forget(key);
                self.model.forget(key);
            }
            Step::Repeat {
                at,
                times,
                count,
                key,
            } => {
                if at + times * count > PAGES {
                    return;
                }
                let operation = Operation::Map {
                    span: span(at, times * count),
                    target: Target {
                        ..target(key, SIZE)
                    },
                    offset: PAGE,
                    bytes: count as u64 * PAGE,
                    write: true,
                    driver_protection: 0,
                };
                let means = memories(key, 1, count).repeat(times);
                self.update(at, means.into_iter().map(Some).collect(), &operation);
            }
            Step::Unmap { at, count, zero } => {
                if at + count > PAGES {
                    return;
                }
                let operation = Operation::Unmap {
                    span: span(at, count),
                    zero,
                };
                let means = (!zero).then_some(Means::Fault);
                self.update(at, vec![means; count], &operation);
            }
            Step::Copy { from, to, count } => {
                if from + count > PAGES || to + count > PAGES {
                    return;
                }
                let operation = Operation::Copy {
                    source: span(from, count),
                    to: span(to, count),
                };
                let means = (from..from + count).map(|n| Some(self.model.means(n)));
                let means = means.collect();
                self.update(to, means, &operation);
            }
        }
    }

    fn compare(&self) {
        for at in 0..PAGES {
            // Each page, and how far the answer reaches.
            let (means, bytes) = match self.space.translate(address(at)) {
                Translation::Invalid => (Means::Fault, PAGE),
                Translation::Zero { bytes } => (Means::Zero, bytes),
                Translation::Memory {
                    item,
                    offset,
                    bytes,
                    writable,
                } => {
                    assert!(writable && offset % PAGE == 0);
                    (Means::Memory(item, offset / PAGE), bytes)
                }
            };
            assert!(bytes >= PAGE && bytes % PAGE == 0);
            for n in 0..(bytes / PAGE) as usize {
                let expected = match means {
                    Means::Memory(key, page) => Means::Memory(key, page + n as u64),
                    other => other,
                };
                assert_eq!(self.model.means(at + n), expected, "page {}", at + n);
            }
        }
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn is_an_array_of_pages(steps in prop::collection::vec(step(), 1..60)) {
        let mut world = World {
            space: Space::new(),
            model: Model {
                pages: vec![None; PAGES],
                ranges: 0,
            },
        };
        for step in &steps {
            world.step(step);
            world.compare();
        }
        // Nothing is left that cannot be had again.
        for key in 1..4 {
            world.space.forget(key);
            world.model.forget(key);
        }
        world.compare();
    }
}

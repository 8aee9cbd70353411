// SPDX-License-Identifier: MIT OR Apache-2.0

//! `core/handle_table.rs` against a model: random operations, and every handle that was ever seen is
//! looked at after each of them.

use super::{
    config,
    handle::{Dropped, Object, LAST_INDEX},
};
use crate::{handle::Handle, handle_table::HandleTable};
use proptest::{prelude::*, sample::Index};
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// Handles that must come between two uses of the same number.
const LAPS: u64 = 3 << 24;

/// Which handle a step is about.
#[derive(Clone, Debug)]
struct Choice {
    /// Any one that was ever seen, not one that suits the step.
    any: bool,
    index: Index,
}

fn choice() -> impl Strategy<Value = Choice> {
    (prop::bool::weighted(0.3), any::<Index>()).prop_map(|(any, index)| Choice { any, index })
}

#[derive(Clone, Debug)]
enum Step {
    Reserve(usize),
    /// Cancel so many of the last reservations.
    CancelLast(usize),
    Cancel(Choice),
    Publish(Choice, Choice),
    Take(Choice),
    TakeDescendant(Choice),
    Drain(Choice),
    TakeEmptyLeaf(Choice),
    /// Let the sequence go on until so many before the end of the lap.
    SkipToEndOfLap(u32),
}

fn step() -> impl Strategy<Value = Step> {
    use Step::*;
    prop_oneof![
        8 => (1usize..5).prop_map(Reserve),
        1 => (100usize..300).prop_map(Reserve),
        1 => (1usize..300).prop_map(CancelLast),
        2 => choice().prop_map(Cancel),
        16 => (choice(), choice()).prop_map(|(handle, parent)| Publish(handle, parent)),
        8 => choice().prop_map(Take),
        4 => choice().prop_map(TakeDescendant),
        2 => choice().prop_map(Drain),
        3 => choice().prop_map(TakeEmptyLeaf),
        3 => (0u32..6).prop_map(SkipToEndOfLap),
    ]
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum State {
    Reserved,
    Live(u32),
    Dying,
}

struct Slot {
    state: State,
    /// Where in the sequence its handle is, over all laps.
    position: u64,
    parent: u32,
    children: Vec<u32>,
}

/// What the table should be, said plainly.
struct Model {
    slots: HashMap<u32, Slot>,
    /// Indices in use.
    indices: BTreeMap<u32, u32>,
    leaves: BTreeSet<u32>,
    index: u32,
    unique: u32,
    /// Where the sequence stands, over all laps.
    position: u64,
    /// The last position at which each handle named an object.
    published: HashMap<u32, u64>,
}

impl Model {
    fn advance(&mut self) {
        self.position += 1;
        if self.index == LAST_INDEX {
            self.index = 0;
            self.unique = self.unique % 3 + 1;
        } else {
            self.index += 1;
        }
    }

    fn reserve(&mut self) -> u32 {
        loop {
            let (index, handle) = (self.index, (self.unique << 30) | (self.index << 6));
            let position = self.position;
            self.leaves.insert(index >> 7);
            self.advance();
            if self.indices.contains_key(&index) {
                continue;
            }
            self.indices.insert(index, handle);
            let slot = Slot {
                state: State::Reserved,
                position,
                parent: 0,
                children: Vec::new(),
            };
            assert!(self.slots.insert(handle, slot).is_none());
            return handle;
        }
    }

    fn state(&self, handle: u32) -> Option<State> {
        self.slots.get(&handle).map(|slot| slot.state)
    }

    fn vacate(&mut self, handle: u32) -> State {
        let slot = self.slots.remove(&handle).unwrap();
        assert_eq!(slot.children, []);
        self.indices.remove(&((handle >> 6) & LAST_INDEX)).unwrap();
        if let Some(parent) = self.slots.get_mut(&slot.parent) {
            parent.children.retain(|&child| child != handle);
        }
        slot.state
    }

    fn cancel(&mut self, handles: &[u32]) {
        for &handle in handles.iter().rev() {
            if self.state(handle) != Some(State::Reserved) {
                continue;
            }
            self.vacate(handle);
            let (index, unique) = ((handle >> 6) & LAST_INDEX, handle >> 30);
            let next = |(index, unique)| match index {
                LAST_INDEX => (0, unique % 3 + 1),
                _ => (index + 1, unique),
            };
            let mut after = next((index, unique));
            let mut steps = 1;
            // Over indices that an object of an earlier lap has.
            while after != (self.index, self.unique)
                && self
                    .indices
                    .get(&after.0)
                    .is_some_and(|h| h >> 30 != after.1)
            {
                after = next(after);
                steps += 1;
            }
            if after == (self.index, self.unique) {
                (self.index, self.unique) = (index, unique);
                self.position -= steps;
            }
        }
    }

    fn publish(&mut self, handle: u32, id: u32, parent: u32) -> bool {
        let live = matches!(self.state(parent), Some(State::Live(_)));
        if self.state(handle) != Some(State::Reserved) || parent != 0 && !live {
            return false;
        }
        let slot = self.slots.get_mut(&handle).unwrap();
        slot.state = State::Live(id);
        slot.parent = parent;
        let position = slot.position;
        if let Some(parent) = self.slots.get_mut(&parent) {
            parent.children.push(handle);
        }
        // What it named before is so many handles ago.
        let before = self.published.insert(handle, position);
        assert!(before.is_none_or(|before| position - before >= LAPS));
        true
    }

    fn take(&mut self, handle: u32) -> Option<u32> {
        let Some(State::Live(id)) = self.state(handle) else {
            return None;
        };
        let slot = self.slots.get_mut(&handle).unwrap();
        if slot.children.is_empty() {
            self.vacate(handle);
        } else {
            slot.state = State::Dying;
        }
        Some(id)
    }

    /// The object of the slot that is emptied, and whether a leaf is given up with it.
    fn take_descendant(&mut self, handle: u32) -> Option<(Option<u32>, bool)> {
        if self.state(handle) != Some(State::Dying) {
            return None;
        }
        let mut lowest = handle;
        while let Some(&child) = self.slots[&lowest].children.first() {
            lowest = child;
        }
        let object = match self.vacate(lowest) {
            State::Live(id) => Some(id),
            _ => None,
        };
        Some((object, self.take_empty_leaf(lowest)))
    }

    fn take_empty_leaf(&mut self, handle: u32) -> bool {
        let leaf = (handle >> 13) & 0x1_FFFF;
        let used = self.indices.range(leaf << 7..(leaf + 1) << 7).count();
        leaf != self.index >> 7 && used == 0 && self.leaves.remove(&leaf)
    }

    /// Objects with their ancestors that are live as well, if none of the ancestors is dying.
    fn live_with_owners(&self) -> Vec<(u32, Vec<u32>)> {
        let live = self.slots.values().filter_map(|slot| {
            let State::Live(id) = slot.state else {
                return None;
            };
            let mut owners = Vec::new();
            let mut above = slot.parent;
            while above != 0 {
                match self.slots[&above].state {
                    State::Live(owner) => owners.push(owner),
                    // What is below a dying object is its taker's to drain.
                    _ => return Some((id, Vec::new())),
                }
                above = self.slots[&above].parent;
            }
            Some((id, owners))
        });
        live.collect()
    }
}

struct Run {
    table: HandleTable<Object>,
    model: Model,
    dropped: Dropped,
    /// Every handle that was ever handed out.
    seen: Vec<u32>,
    next_id: u32,
}

impl Run {
    fn new(index: u32, unique: u32) -> Self {
        let mut table = HandleTable::new().unwrap();
        table.set_cursor(index, unique);
        Self {
            table,
            model: Model {
                slots: HashMap::new(),
                indices: BTreeMap::new(),
                leaves: BTreeSet::new(),
                index,
                unique,
                position: 0,
                published: HashMap::new(),
            },
            dropped: Dropped::default(),
            seen: vec![0, 0x40, 0x4000_0001, 0xC000_0002, u32::MAX],
            next_id: 0,
        }
    }

    fn pick(&self, choice: Choice, suits: impl Fn(State) -> bool) -> u32 {
        let suits = |&&handle: &&u32| self.model.state(handle).is_some_and(&suits);
        let suited: Vec<u32> = self.seen.iter().filter(suits).copied().collect();
        let from = if choice.any || suited.is_empty() {
            &self.seen
        } else {
            &suited
        };
        *choice.index.get(from)
    }

    fn take(&mut self, handle: u32) {
        let object = self.table.take(Handle::new(handle));
        assert_eq!(object.as_ref().map(|o| o.id), self.model.take(handle));
    }

    fn take_descendant(&mut self, handle: u32) -> bool {
        let ended = self.table.take_descendant(Handle::new(handle));
        let seen = ended.as_ref().map(|ended| {
            let id = ended.object.as_ref().map(|object| object.id);
            (id, ended.leaf.is_some())
        });
        assert_eq!(seen, self.model.take_descendant(handle));
        ended.is_some()
    }

    fn cancel(&mut self, handles: &[u32]) {
        self.model.cancel(handles);
        let handles: Vec<_> = handles.iter().map(|&h| Handle::new(h)).collect();
        self.table.cancel(&handles);
    }

    fn step(&mut self, step: Step) {
        let reserved = |state| state == State::Reserved;
        let live = |state| matches!(state, State::Live(_));
        let dying = |state| state == State::Dying;
        match step {
            Step::Reserve(count) => {
                let mut handles = vec![Handle::NULL; count];
                self.table.alloc_handles(&mut handles).unwrap();
                for handle in handles {
                    assert_eq!(handle.value(), self.model.reserve());
                    self.seen.push(handle.value());
                }
            }
            Step::CancelLast(count) => {
                let from = self.seen.len().saturating_sub(count);
                let handles = self.seen[from..].to_vec();
                self.cancel(&handles);
            }
            Step::Cancel(handle) => self.cancel(&[self.pick(handle, reserved)]),
            Step::Publish(handle, parent) => {
                let (handle, parent) = (self.pick(handle, reserved), self.pick(parent, live));
                let id = self.next_id;
                self.next_id += 1;
                let object = Object::new(id, &self.dropped);
                let result = self
                    .table
                    .publish(Handle::new(handle), object, Handle::new(parent));
                let accepted = self.model.publish(handle, id, parent);
                assert_eq!(
                    result.map_err(|object| object.id),
                    accepted.then_some(()).ok_or(id)
                );
            }
            Step::Take(handle) => self.take(self.pick(handle, live)),
            Step::TakeDescendant(handle) => {
                self.take_descendant(self.pick(handle, dying));
            }
            Step::Drain(handle) => {
                let handle = self.pick(handle, live);
                self.take(handle);
                while self.take_descendant(handle) {}
            }
            Step::TakeEmptyLeaf(handle) => {
                let handle = self.pick(handle, |_| true);
                let leaf = self.table.take_empty_leaf(Handle::new(handle));
                assert_eq!(leaf.is_some(), self.model.take_empty_leaf(handle));
            }
            Step::SkipToEndOfLap(before) => {
                let index = LAST_INDEX - before;
                if self.model.index < index {
                    self.model.position += u64::from(index - self.model.index);
                    self.model.index = index;
                    self.table.set_cursor(index, self.model.unique);
                }
            }
        }
    }

    fn compare(&self) {
        assert_eq!(self.table.used() as usize, self.model.slots.len());
        for &value in &self.seen {
            let handle = Handle::new(value);
            let slot = self.model.slots.get(&value);
            let id = self.table.get(handle).map(|object| object.id);
            let expected = slot.and_then(|slot| match slot.state {
                State::Live(id) => Some(id),
                _ => None,
            });
            assert_eq!(id, expected, "{handle:?}");
            assert_eq!(self.table.is_live(handle), expected.is_some());
            let parent = self.table.parent(handle).map(Handle::value);
            assert_eq!(parent, slot.map(|slot| slot.parent));
            let mut child = self.table.first_child(handle);
            for &expected in slot.map_or(&[][..], |slot| &slot.children) {
                assert_eq!(child.value(), expected);
                child = self.table.next_sibling(child);
            }
            assert!(child.is_null());
        }
    }

    /// Drops the table: every object is gone then, once, and children before their owners.
    fn finish(self) {
        let live = self.model.live_with_owners();
        drop(self.table);
        let dropped = self.dropped.borrow();
        let mut ids = dropped.clone();
        ids.sort_unstable();
        assert_eq!(ids, (0..self.next_id).collect::<Vec<_>>());
        let when = |id| dropped.iter().position(|&dropped| dropped == id);
        for (id, owners) in live {
            for owner in owners {
                assert!(when(id) < when(owner), "{owner} was dropped before {id}");
            }
        }
    }
}

proptest! {
    #![proptest_config(config(200))]

    #[test]
    fn the_table_does_what_the_model_does(
        before_end in prop_oneof![Just(LAST_INDEX), 0u32..300],
        unique in 1u32..=3,
        steps in prop::collection::vec(step(), 1..60),
    ) {
        let mut run = Run::new(LAST_INDEX - before_end, unique);
        for step in steps {
            run.step(step);
            run.compare();
        }
        run.finish();
    }
}

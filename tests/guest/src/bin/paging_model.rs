// SPDX-License-Identifier: MIT OR Apache-2.0
//! Residency and accounting against a model: after each of many random calls the module says of each
//! allocation, and of the memory, what the model says.
//!
//! The model is written from `Documentation/vidmm.md`, with lists instead of trees. A row of calls that
//! does not hold is shortened before it is reported.

use dxg_guest_tests::{
    calls::*, faults::every_call::spare, fence::PagingQueue, harness, memory::MIB, paging::*,
    pattern::Patterned, reload::with, tests,
};
use libd3dkmt::sys::{
    bindings as c, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use proptest::{
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(tests![random_calls_are_as_in_the_model], &[])
}

const SEGMENT: u64 = 16 * MIB;
const PARAMETERS: &str = "local_segment_mib=16 commit_mib=256";
const CASES: u64 = 24;

/// One call. Allocations are named by a number, of those that there are.
#[derive(Clone, Copy, Debug)]
enum Call {
    Create {
        bytes: u64,
    },
    Destroy(usize),
    /// Locks it, looks at every byte, writes others, and unlocks it.
    Touch(usize),
    MakeResident(usize),
    Evict {
        which: usize,
        lazily: bool,
    },
    Offer {
        which: usize,
        priority: u32,
    },
    Reclaim(usize),
    SetPriority {
        which: usize,
        priority: u32,
    },
}

fn call() -> impl Strategy<Value = Call> {
    let which = || 0..64usize;
    let size = prop::sample::select(vec![MIB, 2 * MIB, 4 * MIB, 7 * MIB, 20 * MIB]);
    let priority = prop::sample::select(vec![0x2800_0000, 0x7800_0000, 0xc800_0000]);
    let offer = c::D3DKMT_OFFER_PRIORITY_LOW..=c::D3DKMT_OFFER_PRIORITY_AUTO;
    prop_oneof![
        3 => size.prop_map(|bytes| Call::Create { bytes }),
        1 => which().prop_map(Call::Destroy),
        6 => which().prop_map(Call::Touch),
        3 => which().prop_map(Call::MakeResident),
        3 => (which(), any::<bool>()).prop_map(|(which, lazily)| Call::Evict { which, lazily }),
        2 => (which(), offer).prop_map(|(which, priority)| Call::Offer { which, priority }),
        2 => which().prop_map(Call::Reclaim),
        1 => (which(), priority).prop_map(|(which, priority)| Call::SetPriority { which, priority }),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Unpopulated,
    Local,
    System,
    Discarded,
}

/// What the model knows of an allocation.
#[derive(Clone, Debug)]
struct Entry {
    bytes: u64,
    place: Place,
    priority: u32,
    /// When it was used.
    stamp: u64,
    listed: u32,
    /// The least goes first.
    offer: Option<u32>,
}

impl Entry {
    /// What goes first is least.
    fn class(&self) -> u32 {
        match self.offer {
            Some(priority) => priority,
            None if self.listed == 0 => 8,
            None => 9,
        }
    }
}

#[derive(Default, Debug)]
struct Model {
    entries: Vec<Entry>,
    clock: u64,
}

impl Model {
    fn usage(&self, place: Place) -> u64 {
        let there = self.entries.iter().filter(|entry| entry.place == place);
        there.map(|entry| entry.bytes).sum()
    }

    fn listed(&self) -> u64 {
        let listed = self.entries.iter().filter(|entry| entry.listed > 0);
        let counted = listed.filter(|entry| entry.bytes <= SEGMENT);
        counted.map(|entry| entry.bytes).sum()
    }

    fn touch(&mut self, which: usize) {
        self.clock += 1;
        self.entries[which].stamp = self.clock;
    }

    fn evict(&mut self, which: usize) {
        let entry = &mut self.entries[which];
        if entry.place == Place::Local {
            entry.place = match entry.offer {
                Some(_) => Place::Discarded,
                None => Place::System,
            };
        }
    }

    /// Whether there is room for it in the segment, after others went.
    fn make_room(&mut self, which: usize) -> bool {
        let (bytes, class) = (self.entries[which].bytes, self.entries[which].class());
        let priority = self.entries[which].priority;
        if bytes > SEGMENT {
            return false;
        }
        while self.usage(Place::Local) + bytes > SEGMENT {
            let local = (0..self.entries.len()).filter(|&i| self.entries[i].place == Place::Local);
            let lru_key = |&i: &usize| {
                let entry = &self.entries[i];
                (entry.class(), entry.priority, entry.stamp)
            };
            let Some(first) = local.min_by_key(lru_key) else {
                return false;
            };
            let (its, its_priority, _) = lru_key(&first);
            if its > class || its == class && its_priority > priority {
                return false;
            }
            self.evict(first);
        }
        true
    }

    fn validate(&mut self, which: usize) {
        if matches!(
            self.entries[which].place,
            Place::Unpopulated | Place::System
        ) {
            self.entries[which].place = match self.make_room(which) {
                true => Place::Local,
                false => Place::System,
            };
        }
        self.touch(which);
    }
}

/// The module, and the model of it.
struct Pair<'a> {
    gpu: &'a Gpu,
    device: u32,
    queue: PagingQueue,
    buffers: Vec<Patterned>,
    model: Model,
    seed: u64,
}

impl Pair<'_> {
    fn allocation(&self, which: usize) -> u32 {
        self.buffers[which].allocation
    }

    fn make(&mut self, call: Call) {
        let count = self.buffers.len();
        match call {
            Call::Create { bytes } => {
                // Twelve of the largest ones can be committed.
                if count < 12 {
                    let new = Patterned::new(self.gpu, self.device, bytes);
                    self.buffers.push(new);
                    self.model.entries.push(Entry {
                        bytes,
                        place: Place::Unpopulated,
                        priority: 0x7800_0000,
                        stamp: 0,
                        listed: 0,
                        offer: None,
                    });
                }
            }
            _ if count == 0 => {}
            Call::Destroy(which) => {
                let which = which % count;
                let gone = [self.allocation(which)];
                let answer = destroy_allocations(&self.gpu.dxg, self.device, &gone);
                assert_eq!(answer, SUCCESS);
                self.buffers.remove(which);
                self.model.entries.remove(which);
            }
            Call::Touch(which) => self.touch(which % count),
            Call::MakeResident(which) => self.make_resident(which % count),
            Call::Evict { which, lazily } => self.evict(which % count, lazily),
            Call::Offer { which, priority } => {
                let which = which % count;
                let list = [self.allocation(which)];
                let answer = offer_in(&self.gpu.dxg, self.device, &list, priority, 0);
                assert_eq!(answer, SUCCESS);
                self.model.entries[which].offer = Some(match priority {
                    c::D3DKMT_OFFER_PRIORITY_AUTO => c::D3DKMT_OFFER_PRIORITY_NORMAL,
                    priority => priority,
                });
            }
            Call::Reclaim(which) => self.reclaim(which % count),
            Call::SetPriority { which, priority } => {
                let which = which % count;
                let list = [self.allocation(which)];
                let answer = set_priorities(&self.gpu.dxg, self.device, &list, &[priority]);
                assert_eq!(answer, SUCCESS);
                self.model.entries[which].priority = priority;
            }
        }
    }

    fn touch(&mut self, which: usize) {
        if self.model.entries[which].offer.is_some() {
            let (answer, _) = lock(&self.gpu.dxg, self.device, self.allocation(which));
            return assert_eq!(answer, INVALID_PARAMETER);
        }
        self.seed += 1;
        let address = self.gpu.lock(self.device, self.allocation(which));
        self.buffers[which].check_at(address);
        self.buffers[which].write_at(address, self.seed);
        self.gpu.unlock(self.device, self.allocation(which));
        self.model.validate(which);
    }

    fn make_resident(&mut self, which: usize) {
        let list = [self.allocation(which)];
        let (answer, _, value, trim) = make_resident_in(&self.gpu.dxg, self.queue.handle, &list, 0);
        let entry = &self.model.entries[which];
        if entry.offer.is_some() {
            return assert_eq!(answer, INVALID_PARAMETER);
        }
        let more = match (entry.listed, entry.bytes) {
            (0, bytes) if bytes <= SEGMENT => bytes,
            _ => 0,
        };
        let listed = self.model.listed() + more;
        if more > 0 && listed > SEGMENT {
            assert_eq!((answer, trim), (NO_MEMORY, listed - SEGMENT));
            return;
        }
        arrived(self.gpu, self.device, &self.queue, answer, value);
        let was_there = entry.place == Place::Local || entry.bytes > SEGMENT;
        assert_eq!(answer, PENDING);
        self.model.entries[which].listed += 1;
        if self.model.entries[which].listed == 1 {
            self.model.touch(which);
        }
        if !was_there {
            self.model.validate(which);
        }
    }

    fn evict(&mut self, which: usize, lazily: bool) {
        let flags = u32::from(lazily);
        let (answer, _) = evict_in(&self.gpu.dxg, self.device, &[self.allocation(which)], flags);
        let entry = &mut self.model.entries[which];
        if entry.listed == 0 {
            return assert_eq!(answer, INVALID_PARAMETER);
        }
        assert_eq!(answer, SUCCESS);
        entry.listed -= 1;
        // What is offered stays until the room is needed.
        if entry.listed == 0 && !lazily && entry.offer.is_none() {
            self.model.evict(which);
        }
    }

    fn reclaim(&mut self, which: usize) {
        let allocation = self.allocation(which);
        let result = reclaimed_one(self.gpu, self.device, &self.queue, allocation);
        let entry = &mut self.model.entries[which];
        let discarded = entry.place == Place::Discarded;
        assert_eq!(
            result,
            match discarded {
                true => c::D3DDDI_RECLAIM_RESULT_DISCARDED,
                false => c::D3DDDI_RECLAIM_RESULT_OK,
            }
        );
        entry.offer = None;
        if discarded {
            entry.place = Place::Unpopulated;
            self.buffers[which].forget();
        }
        let entry = &self.model.entries[which];
        if entry.listed > 0 && entry.place != Place::Local && entry.bytes <= SEGMENT {
            self.model.validate(which);
        }
    }

    fn compare(&self) {
        assert_eq!(flush(&self.gpu.dxg, self.gpu.adapter), SUCCESS);
        let list: Vec<_> = self.buffers.iter().map(|b| b.allocation).collect();
        if !list.is_empty() {
            let (answer, is) = places(&self.gpu.dxg, self.device, &list);
            let expected = self.model.entries.iter().map(|entry| match entry.place {
                Place::Local => IN_GPU_MEMORY,
                Place::System => IN_SHARED_MEMORY,
                Place::Unpopulated | Place::Discarded => NOT_RESIDENT,
            });
            assert_eq!((answer, is), (SUCCESS, expected.collect()));
        }
        assert_eq!(self.gpu.usage(LOCAL), self.model.usage(Place::Local));
        assert_eq!(self.gpu.usage(NON_LOCAL), self.model.usage(Place::System));
    }
}

fn random_calls_are_as_in_the_model() {
    spare("there are too many of them");
    with(PARAMETERS, || {
        on_each_adapter(|gpu| {
            let config = Config {
                cases: harness::scaled(CASES) as u32,
                failure_persistence: None,
                max_shrink_iters: 200,
                ..Config::default()
            };
            let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
            let mut runner = TestRunner::new_with_rng(config, rng);
            let calls = prop::collection::vec(call(), 1..60);
            let result = runner.run(&calls, |calls| {
                let device = gpu.device();
                let mut pair = Pair {
                    gpu,
                    device,
                    queue: PagingQueue::new(gpu, device),
                    buffers: vec![],
                    model: Model::default(),
                    seed: 0,
                };
                for call in calls {
                    pair.make(call);
                    pair.compare();
                }
                assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
                Ok(())
            });
            if let Err(error) = result {
                panic!("{error}");
            }
        });
    });
}

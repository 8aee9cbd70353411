// SPDX-License-Identifier: MIT OR Apache-2.0

//! Fences: no wake-up is lost, each wait has one outcome, and nothing of it is left in any fence.

use super::{world::handle, *};
use crate::{
    fence::{timeline::Timeline, MonitoredFence, OnUnplug},
    mem::ACCOUNT,
    stand_in::sys::{event_fd, worker::WorkerQueue},
    uapi::*,
};
use loom::sync::atomic::{AtomicBool, Ordering};
use std::sync::Arc;

/// A fence and a value.
type Target = (u32, u64);

const ANY: u32 = D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY;

impl World {
    fn create_fence(&self) -> Result<u32, Refused> {
        let mut args = dxg_create_sync_object {
            device: handle(self.device),
            type_: D3DDDI_MONITORED_FENCE,
            ..Default::default()
        };
        self.call(DXG_NR_CREATESYNCHRONIZATIONOBJECT, &mut args)?;
        assert!(sys::mapped_vma::is_mapped(args.data[1] as usize));
        Ok(args.sync_object.v)
    }

    fn destroy_fence(&self, fence: u32) -> Result<(), Refused> {
        let mut args = d3dkmt_destroysynchronizationobject {
            sync_object: handle(fence),
        };
        self.call(DXG_NR_DESTROYSYNCHRONIZATIONOBJECT, &mut args)
    }

    fn signal(&self, (fence, value): Target, flags: u32) -> Result<(), Refused> {
        let objects = [handle(fence)];
        let values = [value];
        let mut args = d3dkmt_signalsynchronizationobjectfromcpu {
            device: handle(self.device),
            object_count: 1,
            objects: objects.as_ptr() as u64,
            fence_values: values.as_ptr() as u64,
            ..Default::default()
        };
        args.flags.value = flags;
        self.call(DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMCPU, &mut args)
    }

    /// With an eventfd, or 0 to block.
    fn wait(&self, targets: &[Target], flags: u32, event: u64) -> Result<(), Refused> {
        let objects: Vec<_> = targets.iter().map(|&(fence, _)| handle(fence)).collect();
        let values: Vec<_> = targets.iter().map(|&(_, value)| value).collect();
        let mut args = d3dkmt_waitforsynchronizationobjectfromcpu {
            device: handle(self.device),
            // CAST: a few.
            object_count: targets.len() as u32,
            objects: objects.as_ptr() as u64,
            fence_values: values.as_ptr() as u64,
            async_event: event,
            ..Default::default()
        };
        args.flags.value = flags;
        self.call(DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMCPU, &mut args)
    }
}

/// A wait that begins at any time ends when its value is signalled.
#[test]
fn a_signal_ends_a_wait() {
    explore("signal and wait", 2, |world| {
        let fence = world.create_fence().expect("made");
        let other = world.thread(move |world| world.wait(&[(fence, 1)], 0, 0));
        assert_eq!(world.signal((fence, 1), 0), Ok(()));
        assert_eq!(other.join().expect("ends"), Ok(()));
        0
    });
}

/// Nor does one signal take the other one's wake-up.
#[test]
fn two_waits_end_by_two_signals() {
    explore("two signals and two waits", 3, |world| {
        let fence = world.create_fence().expect("made");
        let others =
            [1, 2].map(|value| world.thread(move |world| world.wait(&[(fence, value)], 0, 0)));
        for value in [1, 2] {
            assert_eq!(world.signal((fence, value), 0), Ok(()));
        }
        for other in others {
            assert_eq!(other.join().expect("ends"), Ok(()));
        }
        0
    });
}

/// One waits for both fences, one for either, and each is signalled by a thread of its own.
#[test]
fn all_and_any_of_two_fences() {
    for (name, flags) in [("all of two", 0), ("any of two", ANY)] {
        explore(name, 3, move |world| {
            let fences = [0; 2].map(|_| world.create_fence().expect("made"));
            let [first, second] = fences;
            let others = fences.map(|fence| world.thread(move |world| world.signal((fence, 1), 0)));
            assert_eq!(world.wait(&[(first, 1), (second, 1)], flags, 0), Ok(()));
            for other in others {
                assert_eq!(other.join().expect("ends"), Ok(()));
            }
            assert_eq!(counters::all().get(&counters::Counter::Waits), None);
            0
        });
    }
}

/// What was waited for as well, and is never signalled, keeps nothing of the wait.
#[test]
fn any_of_two_fences_leaves_nothing_in_the_other() {
    explore("any of two, one signalled", 2, |world| {
        let fences = [0; 2].map(|_| world.create_fence().expect("made"));
        let other = world.thread(move |world| world.signal((fences[0], 1), 0));
        assert_eq!(world.wait(&fences.map(|fence| (fence, 1)), ANY, 0), Ok(()));
        assert_eq!(other.join().expect("ends"), Ok(()));
        assert_eq!(counters::all().get(&counters::Counter::Waits), None);
        0
    });
}

/// A wait that its first target ends was entered into no other fence, and looks at none when it leaves: a worker would
/// go on with so many.
#[test]
fn what_was_not_entered_is_not_removed() {
    explore("any of many, the first reached", 1, |world| {
        let fence = world.create_fence().expect("made");
        assert_eq!(world.signal((fence, 1), 0), Ok(()));
        assert_eq!(world.wait(&[(fence, 1); 200], ANY, 0), Ok(()));
        assert_eq!(counters::all().get(&counters::Counter::Waits), None);
        0
    });
}

/// A fence goes while one waits for it: it says so, and does not hang.
#[test]
fn an_end_ends_a_wait() {
    explore("destroy and wait", 2, |world| {
        let fence = world.create_fence().expect("made");
        let other = world.thread(move |world| world.wait(&[(fence, 1)], 0, 0));
        assert_eq!(world.destroy_fence(fence), Ok(()));
        assert_eq!(other.join().expect("ends"), Err(INVALID_PARAMETER));
        0
    });
}

/// A signal, an end and a wait: whichever of the two comes first is the outcome.
#[test]
fn a_wait_has_one_outcome() {
    explore("signal, destroy and wait", 3, |world| {
        let fence = world.create_fence().expect("made");
        let waiting = world.thread(move |world| world.wait(&[(fence, 1)], 0, 0));
        let signalling = world.thread(move |world| world.signal((fence, 1), 0));
        assert_eq!(world.destroy_fence(fence), Ok(()));
        one_of(waiting.join().expect("ends"), &[INVALID_PARAMETER]);
        one_of(signalling.join().expect("ends"), &[INVALID_PARAMETER]);
        0
    });
}

/// An eventfd is signalled once, whatever it was for; and not if the call was refused.
#[test]
fn an_event_is_signalled_once() {
    explore("signal, destroy and an event", 3, |world| {
        let fences = [0; 2].map(|_| world.create_fence().expect("made"));
        let event = event_fd::open();
        let waiting = world.thread(move |world| {
            let targets = fences.map(|fence| (fence, 1));
            world.wait(&targets, ANY, event)
        });
        let [first, second] = fences;
        let signalling = world.thread(move |world| world.signal((first, 1), 0));
        assert_eq!(world.destroy_fence(second), Ok(()));
        assert_eq!(signalling.join().expect("ends"), Ok(()));
        match waiting.join().expect("ends") {
            Ok(()) => assert_eq!(event_fd::count(event), 1),
            Err(refused) => {
                assert_eq!(refused, INVALID_PARAMETER);
                assert!(event_fd::count(event) <= 1);
            }
        }
        0
    });
}

/// What was reached stays reached for who waited then, though the value falls at once.
#[test]
fn a_rewind_takes_no_wake_up() {
    explore("signal and rewind", 2, |world| {
        let fence = world.create_fence().expect("made");
        let event = event_fd::open();
        assert_eq!(world.wait(&[(fence, 2)], 0, event), Ok(()));
        let other =
            world.thread(move |world| world.signal((fence, 0), D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND));
        assert_eq!(world.signal((fence, 2), 0), Ok(()));
        assert_eq!(other.join().expect("ends"), Ok(()));
        assert_eq!(event_fd::count(event), 1);
        0
    });
}

fn queue() -> kernel::sync::Arc<WorkerQueue> {
    kernel::sync::Arc::new(WorkerQueue, ACCOUNT).expect("memory")
}

/// Only a rewind does.
#[test]
fn a_signal_never_lowers_a_value() {
    explore("signals in a row", 1, |_| {
        let fence = MonitoredFence::new(5, OnUnplug::SignalMax, queue()).expect("memory");
        for (value, expected) in [(4, 5), (5, 5), (6, 6), (0, 6), (u64::MAX, u64::MAX)] {
            MonitoredFence::signal(&fence, value);
            assert_eq!(fence.value(), expected);
        }
        MonitoredFence::rewind(&fence, 3);
        assert_eq!(fence.value(), 3);
        0
    });
}

/// The adapter goes while one waits.
#[test]
fn a_removal_ends_a_wait() {
    explore("remove and wait", 2, |world| {
        let fence = world.create_fence().expect("made");
        let waiting = world.thread(move |world| world.wait(&[(fence, 1)], 0, 0));
        world.unplug_adapter();
        assert_eq!(waiting.join().expect("ends"), Err(DEVICE_REMOVED));
        0
    });
}

/// The adapter goes while one waits, and one makes a fence and waits for that.
#[test]
fn a_removal_ends_waits_and_makings() {
    explore("remove, wait and create", 3, |world| {
        let fence = world.create_fence().expect("made");
        let waiting = world.thread(move |world| world.wait(&[(fence, 1)], 0, 0));
        let making = world.thread(|world| {
            let made = world.create_fence()?;
            world.wait(&[(made, 1)], 0, 0)
        });
        world.unplug_adapter();
        assert_eq!(waiting.join().expect("ends"), Err(DEVICE_REMOVED));
        assert_eq!(making.join().expect("ends"), Err(DEVICE_REMOVED));
        0
    });
}

/// Operations of a queue that end in any order: the fence never falls, and never says of one that it
/// has ended when it has not.
#[test]
fn a_timeline_says_what_has_ended() {
    explore("operations of a queue", 3, |_| {
        let fence = MonitoredFence::new(0, OnUnplug::SignalMax, queue()).expect("memory");
        let timeline = Timeline::new(fence.clone()).expect("memory");
        let operations = [0; 2].map(|_| Timeline::prepare(&timeline).expect("memory").begin());
        assert_eq!(operations.each_ref().map(|o| o.value()), [1, 2]);
        let ended = Arc::new([AtomicBool::new(false), AtomicBool::new(false)]);
        let others = operations.map(|operation| {
            let ended = ended.clone();
            loom::thread::spawn(move || {
                ended[operation.value() as usize - 1].store(true, Ordering::Release);
            })
        });
        let mut last = 0;
        for _ in 0..2 {
            let value = fence.value();
            assert!(value >= last);
            last = value;
            let up_to = &ended[..value as usize];
            assert!(up_to.iter().all(|ended| ended.load(Ordering::Acquire)));
        }
        others
            .into_iter()
            .for_each(|other| other.join().expect("ends"));
        assert_eq!(fence.value(), 2);
        0
    });
}

/// A later operation that has ended shows when those before it have.
#[test]
fn operations_end_in_any_order() {
    explore("operations of a queue, one by one", 1, |_| {
        let fence = MonitoredFence::new(0, OnUnplug::SignalMax, queue()).expect("memory");
        let timeline = Timeline::new(fence.clone()).expect("memory");
        let begin = || Timeline::prepare(&timeline).expect("memory").begin();
        let [one, two, three] = [begin(), begin(), begin()];
        assert_eq!((one.value(), two.value(), three.value()), (1, 2, 3));
        drop(two);
        assert_eq!(fence.value(), 0);
        drop(one);
        assert_eq!(fence.value(), 2);
        drop(begin());
        assert_eq!(fence.value(), 2);
        drop(three);
        assert_eq!(fence.value(), 4);
        0
    });
}

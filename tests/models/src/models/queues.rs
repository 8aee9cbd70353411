// SPDX-License-Identifier: MIT OR Apache-2.0

//! Queues of packets: each packet ends once, in order, and nothing is forgotten, whoever comes first.

use crate::{
    sched::{
        joint::Joint,
        queue::{Appended, Queue, Slot, MOST},
    },
    status::{NtResult, NtStatus},
};
use kernel::sync::Arc as KernelArc;
use loom::{
    sync::{Arc, Mutex},
    thread,
};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// What has happened, in order.
type Log = Arc<Mutex<Vec<Event>>>;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Event {
    Ran(u32),
    Dropped(u32),
    Closed,
}

/// Something to do.
struct Packet {
    name: u32,
    log: Log,
}

impl Drop for Packet {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            kernel::sync::assert_no_lock("a packet is dropped");
            self.log.lock().unwrap().push(Event::Dropped(self.name));
        }
    }
}

type Shared = Arc<Packet>;

fn explore(name: &str, threads: usize, model: impl Fn() + Send + Sync + 'static) {
    let orders = std::sync::Arc::new(AtomicUsize::new(0));
    let count = orders.clone();
    super::orders_of(threads).check(move || {
        count.fetch_add(1, Relaxed);
        kernel::sync::reset();
        model();
    });
    println!("{name}: {} orders", orders.load(Relaxed));
}

struct World {
    queue: KernelArc<Queue<Shared>>,
    log: Log,
}

impl Clone for World {
    fn clone(&self) -> Self {
        Self {
            queue: self.queue.clone(),
            log: self.log.clone(),
        }
    }
}

impl World {
    fn new() -> Self {
        Self {
            queue: Queue::new().expect("made"),
            log: Arc::new(Mutex::new(Vec::new())),
        }
    }

    fn say(&self, event: Event) {
        self.log.lock().unwrap().push(event);
    }

    fn packet(&self, name: u32) -> Shared {
        Arc::new(Packet {
            name,
            log: self.log.clone(),
        })
    }

    /// Runs what is there: as a worker does that is woken.
    fn work(&self) {
        while let Some((number, packet)) = self.queue.begin() {
            self.say(Event::Ran(packet.name));
            drop(packet);
            self.queue.retire(number);
        }
    }

    /// Submits; a worker is woken where one has to be.
    fn submit(&self, name: u32) -> Option<Appended> {
        let appended = reserve(&self.queue).ok()?.append(self.packet(name));
        if appended == Appended::Ready {
            self.work();
        }
        Some(appended)
    }

    fn events(&self) -> Vec<Event> {
        self.log.lock().unwrap().clone()
    }

    /// Each packet was dropped once, and those that ran did so in order, before the queue was closed.
    fn check(&self, names: &[u32]) -> Vec<u32> {
        let events = self.events();
        for &name in names {
            let dropped = events
                .iter()
                .filter(|&&event| event == Event::Dropped(name));
            assert_eq!(dropped.count(), 1, "{events:?}");
        }
        if let Some(closed) = events.iter().position(|&event| event == Event::Closed) {
            let later = &events[closed..];
            assert!(
                !later.iter().any(|event| matches!(event, Event::Ran(_))),
                "{events:?}"
            );
        }
        let ran = events.iter().filter_map(|event| match event {
            Event::Ran(name) => Some(*name),
            _ => None,
        });
        ran.collect()
    }
}

/// Room for one more, as `append_all` gets it.
fn reserve<P: Clone>(queue: &KernelArc<Queue<P>>) -> NtResult<Slot<P>> {
    loop {
        if let Some(slot) = Queue::try_reserve(queue)? {
            return Ok(slot);
        }
        queue.wait_for_room(1)?;
    }
}

/// Two that submit: all of it runs, and what one of them submits in its order, whoever works.
#[test]
fn nothing_that_is_submitted_is_forgotten() {
    explore("submit and submit", 2, || {
        let world = World::new();
        let other = world.clone();
        let other = thread::spawn(move || {
            other.submit(1);
            other.submit(2);
        });
        world.submit(3);
        other.join().unwrap();
        let ran = world.check(&[1, 2, 3]);
        assert_eq!(ran.len(), 3, "{ran:?}");
        let place = |name| ran.iter().position(|&ran| ran == name);
        assert!(place(1) < place(2));
    });
}

/// One submits and works, one works too, one closes.
#[test]
fn what_is_submitted_runs_or_is_abandoned() {
    explore("submit, complete and close", 3, || {
        let world = World::new();
        let (submitter, worker) = (world.clone(), world.clone());
        let submitter = thread::spawn(move || [1, 2].map(|name| submitter.submit(name)));
        let worker = thread::spawn(move || worker.work());
        world.queue.close();
        world.say(Event::Closed);
        let submitted = submitter.join().unwrap();
        worker.join().unwrap();
        let accepted = [1, 2].into_iter().zip(submitted);
        let accepted: Vec<_> = accepted
            .filter(|(_, appended)| appended.is_some())
            .map(|(name, _)| name)
            .collect();
        let ran = world.check(&accepted);
        assert!(ran.is_sorted(), "{ran:?}");
        // What was abandoned has not run.
        for (name, appended) in [1, 2].into_iter().zip(submitted) {
            if !matches!(appended, Some(Appended::Ready | Appended::Queued)) {
                assert!(!ran.contains(&name));
            }
        }
        assert!(reserve(&world.queue).is_err());
    });
}

/// A packet that waits is woken by who comes at any time, also before it waits.
#[test]
fn no_wake_up_is_lost() {
    explore("wait and wake", 2, || {
        let world = World::new();
        reserve(&world.queue).expect("room").append(world.packet(1));
        let (number, packet) = world.queue.begin().expect("there");
        let is_there = Arc::new(Mutex::new(false));
        let (other, signal) = (world.clone(), is_there.clone());
        let other = thread::spawn(move || {
            *signal.lock().unwrap() = true;
            // As the one that works for the queue is.
            other.queue.wake(number)
        });
        let waits = !*is_there.lock().unwrap() && world.queue.wait(number);
        drop(packet);
        let woken = other.join().unwrap();
        // Who waits is woken, and nobody else is.
        assert_eq!(waits, woken);
        match waits {
            true => world.work(),
            false => {
                world.queue.retire(number);
                world.say(Event::Ran(1));
            }
        }
        assert_eq!(world.check(&[1]), [1]);
    });
}

/// A packet that waits for ever does not keep anybody (case 462), and neither does one that is put back.
#[test]
fn what_waits_or_is_put_back_is_abandoned() {
    for waits in [true, false] {
        explore("wait and close", 2, move || {
            let world = World::new();
            for name in [1, 2] {
                reserve(&world.queue)
                    .expect("room")
                    .append(world.packet(name));
            }
            let (number, packet) = world.queue.begin().expect("there");
            let other = world.clone();
            let other = thread::spawn(move || {
                drop(packet);
                match waits {
                    true => assert!(other.queue.wait(number)),
                    false => {
                        // It may have its turn once more.
                        if other.queue.put_back(number) {
                            assert!(!waits);
                        }
                    }
                }
            });
            world.queue.close();
            world.say(Event::Closed);
            other.join().unwrap();
            assert!(world.queue.begin().is_none());
            assert!(!world.queue.wake(number));
            assert_eq!(world.check(&[1, 2]), []);
        });
    }
}

/// Once a queue is being closed, only what runs already is waited for: what is behind it does not begin.
#[test]
fn nothing_begins_while_a_queue_is_closed() {
    explore("close and begin", 2, || {
        let world = World::new();
        for name in [1, 2] {
            reserve(&world.queue)
                .expect("room")
                .append(world.packet(name));
        }
        let (number, packet) = world.queue.begin().expect("there");
        drop(packet);
        let other = world.clone();
        let other = thread::spawn(move || other.queue.close());
        let is_closing = reserve(&world.queue).is_err();
        let has_more = world.queue.retire(number);
        let second = world.queue.begin();
        if is_closing {
            assert!(!has_more && second.is_none());
        }
        if let Some((number, packet)) = second {
            drop(packet);
            world.queue.retire(number);
        }
        other.join().unwrap();
        world.check(&[1, 2]);
    });
}

/// A signal of two contexts: once, by the last one, and not at all if one of them is destroyed before.
#[test]
fn a_signal_of_two_contexts_is_one() {
    explore("broadcast and close", 3, || {
        let joint = Joint::new(2).expect("made");
        let worlds = [World::new(), World::new()];
        for world in &worlds {
            reserve(&world.queue).expect("room").append(world.packet(1));
        }
        let work = |world: &World, joint: &KernelArc<Joint>| {
            let (world, joint) = (world.clone(), joint.clone());
            move || {
                let (number, packet) = world.queue.begin()?;
                world.say(Event::Ran(packet.name));
                drop(packet);
                let is_last = joint.arrive();
                world.queue.retire(number);
                Some(is_last)
            }
        };
        let threads = [&worlds[0], &worlds[1]].map(|world| thread::spawn(work(world, &joint)));
        worlds[1].queue.close();
        let last = threads.map(|thread| thread.join().unwrap());
        let signals = last.iter().filter(|&&last| last == Some(true)).count();
        let both = last.iter().all(Option::is_some);
        assert_eq!(signals, usize::from(both));
        assert!(!joint.arrive() || !both);
        worlds[0].check(&[1]);
        worlds[1].check(&[1]);
    });
}

/// Who has one too many waits, for a packet to end or for the queue to be closed.
#[test]
fn a_queue_has_room_for_so_many() {
    explore("full", 1, || {
        let world = World::new();
        let slots: Vec<_> = (0..MOST)
            .map(|_| reserve(&world.queue).expect("room"))
            .collect();
        let other = world.clone();
        let other = thread::spawn(move || reserve(&other.queue).map(drop));
        world.queue.close();
        assert_eq!(other.join().unwrap(), Err(NtStatus::DEVICE_REMOVED));
        drop(slots);
    });
}

/// What is asked of a packet that does not run changes nothing.
#[test]
fn only_what_runs_ends() {
    explore("in order", 1, || {
        let world = World::new();
        let slot = |name| {
            reserve(&world.queue)
                .expect("room")
                .append(world.packet(name))
        };
        assert_eq!(slot(1), Appended::Ready);
        assert_eq!(slot(2), Appended::Queued);
        let (first, packet) = world.queue.begin().expect("there");
        drop(packet);
        assert!(world.queue.begin().is_none());
        assert!(world.queue.put_back(first));
        assert!(!world.queue.retire(first));
        let (again, packet) = world.queue.begin().expect("there");
        drop(packet);
        assert_eq!(again, first);
        assert!(world.queue.retire(first));
        assert!(!world.queue.retire(first));
        assert!(!world.queue.wake(first));
        let (second, packet) = world.queue.begin().expect("there");
        assert_eq!(packet.name, 2);
        drop(packet);
        assert!(!world.queue.put_back(first));
        assert!(!world.queue.retire(second));
        assert_eq!(slot(3), Appended::Ready);
        world.queue.close();
        assert_eq!(world.check(&[1, 2, 3]), []);
    });
}

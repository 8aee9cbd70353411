// SPDX-License-Identifier: MIT OR Apache-2.0

//! The models, and what each of them begins and ends with.

mod fences;
mod handles;
mod locks;
mod queues;
mod resources;
mod sharing;
mod world;

use self::world::{Refused, World, DEVICE_REMOVED, INVALID_HANDLE, INVALID_PARAMETER};
use crate::stand_in::{counters, machine, sys};
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

/// All orders of so many threads in which a thread has to wait, though it could go on, at most five times;
/// twice if there are three threads, as they have so many more. `LOOM_MAX_PREEMPTIONS` is another bound.
fn orders_of(threads: usize) -> loom::model::Builder {
    let mut builder = loom::model::Builder::new();
    let default = if threads > 2 { 2 } else { 5 };
    builder.preemption_bound = builder.preemption_bound.or(Some(default));
    builder.max_branches = 100_000;
    builder
}

/// Runs a model of so many threads in [all their orders](orders_of). Afterwards nothing is left, and the
/// miniport has seen as many resources as the model returns.
fn explore(name: &str, threads: usize, model: impl Fn(&World) -> u32 + Send + Sync + 'static) {
    let orders = std::sync::Arc::new(AtomicUsize::new(0));
    let count = orders.clone();
    orders_of(threads).check(move || {
        count.fetch_add(1, Relaxed);
        kernel::sync::reset();
        counters::reset();
        let _running = machine::start();
        let world = World::new();
        let resources = model(&world);
        world.end();
        sys::mapped_vma::unmap_all();
        sys::object_file::close_all();
        assert_eq!(counters::all(), [].into(), "left behind");
        let log = machine::stop();
        assert!(log.is_empty(), "the miniport has something left");
        assert_eq!(log.all_resources, resources, "resources of the miniport");
    });
    println!("{name}: {} orders", orders.load(Relaxed));
}

/// Fails unless it has succeeded, or was refused as allowed.
#[track_caller]
fn one_of(answer: Result<(), Refused>, refusals: &[Refused]) {
    if let Err(refused) = answer {
        assert!(refusals.contains(&refused), "{refused:?}");
    }
}

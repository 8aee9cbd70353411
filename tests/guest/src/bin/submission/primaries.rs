// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whoever reads a written primary waits for the packets that write to it. That a dma-buf can be read is what `poll`
//! says; that flips wait is case 506.

use super::*;
use dxg_guest_tests::{
    dma_buf::{can_be_read, displayable, export},
    faults::every_call::spare,
};
use std::{
    os::fd::OwnedFd,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

/// Fences of unfinished packets that a primary has at most.
const MOST: usize = 64;
/// Seconds after which a fence ends without its packet.
const TIMEOUT: f64 = 5.0;

/// Submits a packet that writes to primaries.
fn write(engine: &Engine<'_>, contexts: &[u32], primaries: &[u32], flags: u32) {
    let (address, bytes) = engine.commands.put(0, &Commands::new().end());
    let mut args = to_submit(contexts, address, bytes);
    args.flags.value = flags;
    for (place, &primary) in args.written_primaries.iter_mut().zip(primaries) {
        *place = handle(primary);
    }
    args.num_primaries = primaries.len() as u32;
    assert_eq!(submit_with(&engine.gpu.dxg, &mut args), SUCCESS);
    spare("a fence may end meanwhile");
}

/// A primary that is in a dma-buf.
fn primary(engine: &Engine<'_>) -> (u32, OwnedFd) {
    let allocation = displayable(engine.device).made(engine.gpu).allocation(0);
    let dma_buf = export(engine.gpu, engine.device, allocation);
    assert!(can_be_read(&dma_buf, 0));
    (allocation, dma_buf)
}

pub(super) fn readers_of_a_primary_wait_for_its_packet() {
    on_each_engine(|engine| {
        let (allocation, written) = primary(engine);
        let (_, other) = primary(engine);
        // With NullRendering as well: only the order counts.
        for flags in [0, 1] {
            let gate = engine.hold(engine.context);
            write(engine, &[engine.context], &[allocation], flags);
            assert!(!can_be_read(&written, 0));
            assert!(can_be_read(&other, 0));
            engine.release(gate);
            assert!(can_be_read(&written, 60));
            engine.finish();
        }
    });
}

pub(super) fn readers_of_primaries_wait_for_each_context() {
    on_each_engine(|engine| {
        let [(first, one), (second, two)] = [primary(engine), primary(engine)];
        let contexts = [engine.context, engine.context(COPY)];
        let gates = contexts.map(|context| engine.hold(context));
        write(engine, &contexts, &[first, second], 0);
        let [gate, last] = gates;
        engine.release(gate);
        engine.finish();
        assert!(![&one, &two]
            .map(|primary| can_be_read(primary, 0))
            .contains(&true));
        engine.release(last);
        assert!(can_be_read(&one, 60) && can_be_read(&two, 60));
    });
}

pub(super) fn readers_of_a_primary_do_not_wait_for_what_is_abandoned() {
    on_each_engine(|engine| {
        let (allocation, written) = primary(engine);
        let context = engine.context(THREE_D);
        engine.hold(context);
        write(engine, &[context], &[allocation], 0);
        assert!(!can_be_read(&written, 0));
        assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
        assert!(can_be_read(&written, 60));
    });
}

/// A `dma_fence` has to end, whatever a user has a context wait for.
pub(super) fn readers_of_a_primary_wait_for_a_limited_time() {
    on_one_engine(|engine| {
        let (allocation, written) = primary(engine);
        let gate = engine.hold(engine.context);
        let begin = Instant::now();
        write(engine, &[engine.context], &[allocation], 0);
        assert!(!can_be_read(&written, 0));
        assert!(can_be_read(&written, 60));
        let waited = begin.elapsed().as_secs_f64();
        // By ticks, of 4 ms, of which the first and the last one may be parts.
        assert!(waited > TIMEOUT - 0.02, "{waited} s");
        engine.release(gate);
        engine.finish();
    });
}

pub(super) fn a_primary_has_so_many_unfinished_packets() {
    on_one_engine(|engine| {
        let (allocation, written) = primary(engine);
        let gate = engine.hold(engine.context);
        let begin = Instant::now();
        for _ in 0..MOST {
            write(engine, &[engine.context], &[allocation], 0);
        }
        let released = AtomicBool::new(false);
        thread::scope(|scope| {
            let last = scope.spawn(|| {
                write(engine, &[engine.context], &[allocation], 0);
                assert!(released.load(Relaxed) || begin.elapsed().as_secs_f64() > TIMEOUT - 0.02);
            });
            thread::sleep(Duration::from_millis(100));
            released.store(true, Relaxed);
            engine.release(gate);
            last.join().expect("no panic");
        });
        engine.finish();
        assert!(can_be_read(&written, 60));
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! A context that has as many packets as it takes: who has one more waits.

use super::*;
use libd3dkmt::sys::{self, request};
use rustix::io::Errno;
use std::{
    mem, ptr,
    sync::{
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread,
};

/// Packets that a context takes.
const MOST: u64 = 4096;

/// D3DKMTSubmitCommand, as it is answered the first time.
fn submit_once(gpu: &Gpu, context: u32, address: u64, bytes: u32) -> Answer {
    let mut args = to_submit(&[context], address, bytes);
    // SAFETY: The argument holds no address of the CPU.
    unsafe { sys::ioctl_once(&gpu.dxg, request::SUBMITCOMMAND, (&raw mut args).cast()) }
}

extern "C" fn nothing(_: i32) {}

/// Has SIGUSR1 interrupt calls.
fn catch_signals() {
    // SAFETY: The structure is complete, and the handler does nothing.
    let result = unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = nothing as extern "C" fn(i32) as usize;
        libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut())
    };
    assert_eq!(result, 0, "sigaction");
}

/// A context with all that it takes: a wait, which the gate ends, and packets that count.
fn fill<'a>(engine: &Engine<'a>, context: u32) -> (GpuFence, u64, u32) {
    let gate = engine.hold(context);
    let add = Commands::new().add(engine.memory.address, 1);
    let (address, bytes) = engine.commands.put(0, &add);
    for _ in 1..MOST {
        assert_eq!(submit(&engine.gpu.dxg, context, address, bytes), SUCCESS);
    }
    (gate, address, bytes)
}

pub(super) fn a_full_queue_waits_until_a_signal_comes() {
    catch_signals();
    on_each_engine(|engine| {
        let (gpu, context) = (engine.gpu, engine.context);
        let gate = engine.hold(context);
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let taken = AtomicU64::new(0);
        let (tell, caller) = mpsc::channel();
        let answer = thread::scope(|scope| {
            // Not by `signals::spawn`: other signals would interrupt it as well.
            let submitting = scope.spawn(|| {
                // SAFETY: No preconditions.
                tell.send(unsafe { libc::gettid() }).expect("a receiver");
                loop {
                    match submit_once(gpu, context, address, bytes) {
                        SUCCESS if taken.load(Relaxed) < 2 * MOST => taken.fetch_add(1, Relaxed),
                        answer => return answer,
                    };
                }
            });
            let caller = caller.recv().expect("a thread");
            let mut before = u64::MAX;
            while !submitting.is_finished() {
                let now = taken.load(Relaxed);
                if now == before {
                    // It gets nowhere, so it may be waiting.
                    // SAFETY: The signal has a handler; without the thread this is an error.
                    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), caller, libc::SIGUSR1) };
                }
                before = now;
                thread::yield_now();
            }
            submitting.join().expect("a thread")
        });
        assert_eq!(answer, Err(Errno::INTR));
        // The wait is one as well.
        let taken = taken.load(Relaxed);
        assert_eq!(taken, MOST - 1);
        engine.release(gate);
        engine.finish();
        assert_eq!(engine.memory.load(0), taken);
    });
}

pub(super) fn a_full_queue_waits_until_there_is_room() {
    on_each_engine(|engine| {
        let (gate, address, bytes) = fill(engine, engine.context);
        thread::scope(|scope| {
            let submitting =
                scope.spawn(|| submit(&engine.gpu.dxg, engine.context, address, bytes));
            // Others are not concerned.
            let other = engine.context(THREE_D);
            engine.start_on(other, 4096, &Commands::new().add(engine.memory.at(8), 1));
            engine.finish_on(other);
            assert!(!submitting.is_finished());
            engine.release(gate);
            assert_eq!(submitting.join().expect("a thread"), SUCCESS);
        });
        engine.finish();
        assert_eq!([0, 8].map(|at| engine.memory.load(at)), [MOST, 1]);
    });
}

pub(super) fn the_end_of_a_context_ends_a_wait_for_room() {
    on_each_engine(|engine| {
        let context = engine.context(THREE_D);
        let (gate, address, bytes) = fill(engine, context);
        thread::scope(|scope| {
            let submitting = scope.spawn(|| submit(&engine.gpu.dxg, context, address, bytes));
            engine.finish();
            assert!(!submitting.is_finished());
            assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
            let answer = submitting.join().expect("a thread");
            // It waited for room, or came too late.
            assert!([DEVICE_REMOVED, INVALID_PARAMETER].contains(&answer), "{answer:?}");
        });
        engine.release(gate);
        engine.finish();
        assert_eq!(engine.memory.load(0), 0);
    });
}

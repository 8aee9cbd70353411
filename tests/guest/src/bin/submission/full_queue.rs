// SPDX-License-Identifier: MIT OR Apache-2.0
//! A context that has as many packets as it takes: who has one more waits.

use super::*;
use dxg_guest_tests::{device::Device, faults::every_call::spare, state::soon};
use libd3dkmt::sys::{self, request};
use rustix::io::Errno;
use std::{
    mem, ptr,
    sync::{
        atomic::{AtomicU64, Ordering::Relaxed},
        mpsc,
    },
    thread::{self, Scope, ScopedJoinHandle},
    time::Duration,
};

/// Packets that a context takes.
pub(super) const MOST: u64 = 4096;

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

/// Gives a context all that it takes: a wait, which the gate ends, and commands that count. They are for one more.
fn fill(engine: &Engine<'_>, context: u32) -> (GpuFence, (u64, u32)) {
    fill_but_for(engine, context, 0)
}

/// The same, with room for so many packets.
fn fill_but_for(engine: &Engine<'_>, context: u32, room: u64) -> (GpuFence, (u64, u32)) {
    spare("it makes thousands of calls");
    let gate = engine.hold(context);
    let add = Commands::new().add(engine.memory.address, 1);
    let (address, bytes) = engine.commands.put(0, &add);
    for _ in 1..MOST - room {
        assert_eq!(submit(&engine.gpu.dxg, context, address, bytes), SUCCESS);
    }
    (gate, (address, bytes))
}

/// Interrupts a thread, if it is there.
fn interrupt(thread: i32) {
    // SAFETY: The signal has a handler.
    unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGUSR1) };
}

/// A thread that submits until it is answered something else than SUCCESS, and its id. `taken` says how often that
/// was the answer.
fn submitter<'scope>(
    scope: &'scope Scope<'scope, '_>,
    engine: &'scope Engine<'_>,
    context: u32,
    (address, bytes): (u64, u32),
    taken: &'scope AtomicU64,
) -> (ScopedJoinHandle<'scope, Answer>, i32) {
    catch_signals();
    let (tell, id) = mpsc::channel();
    // Not by `signals::spawn`: other signals would interrupt it as well.
    let submitting = scope.spawn(move || {
        // SAFETY: No preconditions.
        tell.send(unsafe { libc::gettid() }).expect("a receiver");
        loop {
            match submit_once(engine.gpu, context, address, bytes) {
                SUCCESS if taken.load(Relaxed) < 2 * MOST => taken.fetch_add(1, Relaxed),
                answer => return answer,
            };
        }
    });
    (submitting, id.recv().expect("a thread"))
}

/// What a thread is answered whose wait something else has ended, or should have.
fn answer_of(submitting: ScopedJoinHandle<'_, Answer>, id: i32) -> Answer {
    let ended = || match submitting.is_finished() {
        true => Ok(()),
        false => Err(()),
    };
    let is_over = soon(ended).is_ok();
    while !is_over && !submitting.is_finished() {
        interrupt(id);
        thread::yield_now();
    }
    submitting.join().expect("a thread")
}

/// Has a call for two places wait, though there is one, until a signal comes.
fn wait_for_two(engine: &Engine<'_>, (address, bytes): (u64, u32)) -> Answer {
    catch_signals();
    thread::scope(|scope| {
        let (tell, id) = mpsc::channel();
        let submitting = scope.spawn(move || {
            // SAFETY: No preconditions.
            tell.send(unsafe { libc::gettid() }).expect("a receiver");
            let mut args = to_submit(&[engine.context; 2], address, bytes);
            let number = request::SUBMITCOMMAND;
            // SAFETY: The argument holds no address of the CPU.
            unsafe { sys::ioctl_once(&engine.gpu.dxg, number, (&raw mut args).cast()) }
        });
        interrupted(submitting, id.recv().expect("a thread"))
    })
}

/// What a thread is answered that waits until a signal comes.
fn interrupted(submitting: ScopedJoinHandle<'_, Answer>, id: i32) -> Answer {
    while !submitting.is_finished() {
        interrupt(id);
        thread::sleep(Duration::from_millis(1));
    }
    submitting.join().expect("a thread")
}

/// One queue for all that waits for room in it, as filling it takes long.
pub(super) fn a_full_queue_waits_for_room_or_a_signal() {
    on_one_engine(|engine| {
        let (gate, commands) = fill_but_for(engine, engine.context, 1);
        assert_eq!(wait_for_two(engine, commands), Err(Errno::INTR));
        let (address, bytes) = commands;
        let last = || submit(&engine.gpu.dxg, engine.context, address, bytes);
        assert_eq!(last(), SUCCESS);
        let taken = AtomicU64::new(0);
        let answer = thread::scope(|scope| {
            let (submitting, id) = submitter(scope, engine, engine.context, commands, &taken);
            interrupted(submitting, id)
        });
        assert_eq!((answer, taken.load(Relaxed)), (Err(Errno::INTR), 0));
        thread::scope(|scope| {
            let submitting = scope.spawn(last);
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
    on_one_engine(|engine| {
        let context = engine.context(THREE_D);
        let (gate, commands) = fill(engine, context);
        let taken = AtomicU64::new(0);
        let answer = thread::scope(|scope| {
            let (submitting, id) = submitter(scope, engine, context, commands, &taken);
            engine.finish();
            assert_eq!(destroy_context(&engine.gpu.dxg, context), SUCCESS);
            answer_of(submitting, id)
        });
        // It waited for room, or came too late.
        let ends = [DEVICE_REMOVED, INVALID_PARAMETER];
        assert!(ends.contains(&answer), "{answer:?}");
        engine.release(gate);
        engine.finish();
        assert_eq!((engine.memory.load(0), taken.load(Relaxed)), (0, 0));
    });
}

pub(super) fn the_end_of_the_adapter_ends_a_wait_for_room() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let engine = Engine::on_new_device(&gpu);
    let (_, commands) = fill(&engine, engine.context);
    let taken = AtomicU64::new(0);
    let answer = thread::scope(|scope| {
        let (submitting, id) = submitter(scope, &engine, engine.context, commands, &taken);
        device.remove();
        answer_of(submitting, id)
    });
    assert_eq!((answer, taken.load(Relaxed)), (DEVICE_REMOVED, 0));
    drop(engine);
    drop(gpu);
    device.restore();
}

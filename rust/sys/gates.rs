// SPDX-License-Identifier: GPL-2.0

//! Deliberate mistakes: each is one that a checker of the debug kernel, or the fixture of the guest tests, has
//! to find. `make test-gates` checks that the run fails because of it, and of nothing else.
//!
//! Compiled with `DXG_GATES=y` alone. The module parameter `gate` names the mistake:
//!
//! | gate | mistake | made |
//! |---|---|---|
//! | none | none: the run passes | |
//! | use-after-free | reads a box that was dropped | at load |
//! | out-of-bounds | reads behind the end of a box | at load |
//! | leak | forgets boxes | at load |
//! | inversion | takes two mutexes in both orders | at load |
//! | atomic-sleep | allocates with GFP_KERNEL under a spinlock | at load |
//! | delay | pins memory of a process with a mutex held | at load |
//! | warning | WARN | at load |
//! | overflow | adds 1 to 255 in a byte | at load |
//! | assertion | a debug assertion that is wrong | at load |
//! | in-use | keeps a reference on the module | at load |
//! | taint | taints the kernel | at load |
//! | no-counter | the counters lack `mappings` | always |
//! | lost-count | destroyed allocations are not counted back | in calls |
//! | interruption | none: every other call waits for a signal, and asks for its restart | in calls |

use crate::{
    compat,
    counters::{
        self,
        Counter, //
    },
    status::NtStatus,
    uapi, //
};
use core::hint::black_box;
use kernel::{
    bindings as c,
    error::code::*,
    new_mutex,
    new_spinlock,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex,
        SpinLock, //
    }, //
};

extern "C" {
    /// Of `gate_parameter.c`.
    fn dxg_gate() -> *const c_char;
}

fn gate() -> &'static [u8] {
    // SAFETY: The parameter is a C string that stays as long as the module; it cannot be changed
    // after loading.
    unsafe { CStr::from_char_ptr(dxg_gate()) }.to_bytes()
}

/// Called first when the module is loaded.
///
/// # Errors
///
/// `EINVAL` for a gate that does not exist: it must not be taken for one that was found.
pub(crate) fn at_load() -> Result {
    match gate() {
        b"none" | b"no-counter" | b"lost-count" | b"interruption" => {}
        b"use-after-free" => use_after_free()?,
        b"out-of-bounds" => out_of_bounds()?,
        b"leak" => leak()?,
        b"inversion" => inversion()?,
        b"atomic-sleep" => atomic_sleep()?,
        b"delay" => delay()?,
        b"warning" => super::warn(c"gate"),
        b"overflow" => {
            black_box(black_box(u8::MAX) + 1);
        }
        b"assertion" => debug_assert!(black_box(false), "gate"),
        // SAFETY: The module is being loaded.
        b"in-use" => unsafe { c::__module_get(compat::this_module()) },
        // SAFETY: No preconditions.
        b"taint" => unsafe { c::add_taint(c::TAINT_USER, c::lockdep_ok_LOCKDEP_STILL_OK) },
        _ => return Err(EINVAL),
    }
    Ok(())
}

/// Called for every ioctl; returns the result of a call that is not to be served.
pub(crate) fn at_call(request: u32) -> Option<isize> {
    match gate() {
        b"lost-count" if kernel::ioctl::_IOC_NR(request) == uapi::DXG_NR_DESTROYALLOCATION2 => {
            counters::add(Counter::Allocations, 1);
            None
        }
        b"interruption" => is_interrupted().then(|| NtStatus::INTERRUPTED.ioctl_result()),
        _ => None,
    }
}

/// Whether the counters' file omits this counter.
pub(crate) fn hides(counter: &str) -> bool {
    gate() == b"no-counter" && counter == "mappings"
}

fn use_after_free() -> Result {
    let gone = KBox::into_raw(KBox::new([1_u64; 8], GFP_KERNEL)?);
    // SAFETY: The pointer is that of a box that was just given up.
    drop(unsafe { KBox::from_raw(gone) });
    // SAFETY: None: this is the mistake.
    black_box(unsafe { gone.cast::<u64>().read_volatile() });
    Ok(())
}

fn out_of_bounds() -> Result {
    let short = KBox::new([1_u8; 24], GFP_KERNEL)?;
    // SAFETY: None: this is the mistake.
    black_box(unsafe { short.as_ptr().add(black_box(24)).read_volatile() });
    Ok(())
}

/// Leaks many, as a stale copy of one address or the other stays in some stack or register.
fn leak() -> Result {
    for i in 0..64 {
        core::mem::forget(KBox::new(black_box([i; 32]), GFP_KERNEL)?);
    }
    Ok(())
}

#[pin_data]
struct Locks {
    #[pin]
    first: Mutex<()>,
    #[pin]
    second: Mutex<()>,
    #[pin]
    spin: SpinLock<()>,
}

impl Locks {
    fn new() -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                first <- new_mutex!((), "gate::first"),
                second <- new_mutex!((), "gate::second"),
                spin <- new_spinlock!((), "gate::spin"),
            }),
            GFP_KERNEL,
        )
    }
}

/// One order after the other, so that nothing hangs: the order alone is the mistake.
fn inversion() -> Result {
    let locks = Locks::new()?;
    {
        let _first = locks.first.lock();
        let _second = locks.second.lock();
    }
    let _second = locks.second.lock();
    let _first = locks.first.lock();
    Ok(())
}

fn atomic_sleep() -> Result {
    let locks = Locks::new()?;
    let _guard = locks.spin.lock();
    black_box(KBox::new(0_u64, GFP_KERNEL)?);
    Ok(())
}

/// The process that loads the module could delay it; it has nothing mapped at this address.
fn delay() -> Result {
    let locks = Locks::new()?;
    let _guard = locks.first.lock();
    let pinned = super::user_pages::UserPages::pin(super::PAGE_SIZE, super::PAGE_SIZE, false);
    drop(black_box(pinned));
    Ok(())
}

/// Long enough for a signal every millisecond to arrive, even on a slow machine.
const WAIT_MS: u32 = 20;

/// True for every other call at most, so that calls get through under any storm of signals.
fn is_interrupted() -> bool {
    static CALLS: Atomic<u32> = Atomic::new(0);
    // SAFETY: Calls are made in process context, without locks.
    CALLS.fetch_add(1, Relaxed) % 2 == 0 && unsafe { c::msleep_interruptible(WAIT_MS) } != 0
}

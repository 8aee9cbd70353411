// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's locks, references and atomics: those of loom. A lock that is taken while
//! another one is held fails the model.

use crate::{
    alloc::{AllocError, Flags},
    error::Error,
    PinInit,
};
use std::{
    any::Any,
    cell::RefCell,
    collections::HashMap,
    ops::{Deref, DerefMut},
    pin::Pin,
};

std::thread_local! {
    /// What each thread of the model holds; all of them run on one thread of the host.
    static HELD: RefCell<HashMap<loom::thread::ThreadId, &'static str>> = RefCell::default();
}

/// Nothing is held, as a model begins.
pub fn reset() {
    HELD.take();
}

/// Fails the model when the calling thread holds a lock.
#[track_caller]
pub fn assert_no_lock(what: &str) {
    // What a model drops when it has failed already is of no interest.
    if std::thread::panicking() {
        return;
    }
    let me = loom::thread::current().id();
    let held = HELD.with_borrow(|held| held.get(&me).copied());
    assert_eq!(held, None, "{what} with a lock held");
}

pub struct Mutex<T> {
    inner: loom::sync::Mutex<T>,
    name: &'static str,
}

pub struct MutexGuard<'a, T>(Option<loom::sync::MutexGuard<'a, T>>);

impl<T> Mutex<T> {
    pub fn new(value: T, name: &'static str) -> Self {
        Self {
            inner: loom::sync::Mutex::new(value),
            name,
        }
    }

    pub fn lock(&self) -> MutexGuard<'_, T> {
        assert_no_lock(self.name);
        let guard = self.inner.lock().expect("a model that has not failed");
        let me = loom::thread::current().id();
        HELD.with_borrow_mut(|held| held.insert(me, self.name));
        MutexGuard(Some(guard))
    }
}

impl<T> Drop for MutexGuard<'_, T> {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let me = loom::thread::current().id();
            HELD.with_borrow_mut(|held| held.remove(&me));
        }
    }
}

impl<T> Deref for MutexGuard<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.0.as_ref().expect("held")
    }
}

impl<T> DerefMut for MutexGuard<'_, T> {
    fn deref_mut(&mut self) -> &mut T {
        self.0.as_mut().expect("held")
    }
}

#[macro_export]
macro_rules! new_mutex {
    ($value:expr, $name:literal) => {
        $crate::sync::Mutex::new($value, $name)
    };
}

pub struct CondVar(loom::sync::Condvar);

impl CondVar {
    pub fn new() -> Self {
        Self(loom::sync::Condvar::new())
    }

    pub fn wait<T>(&self, guard: &mut MutexGuard<'_, T>) {
        let inner = guard.0.take().expect("held");
        guard.0 = Some(self.0.wait(inner).expect("a model that has not failed"));
    }

    /// No signal comes.
    pub fn wait_interruptible<T>(&self, guard: &mut MutexGuard<'_, T>) -> bool {
        self.wait(guard);
        false
    }

    /// Time does not pass: it ends when somebody says so.
    pub fn wait_interruptible_timeout<T>(&self, guard: &mut MutexGuard<'_, T>, _: u64) {
        self.wait(guard);
    }

    pub fn notify_one(&self) {
        self.0.notify_one();
    }

    pub fn notify_all(&self) {
        self.0.notify_all();
    }
}

#[macro_export]
macro_rules! new_condvar {
    ($name:literal) => {
        $crate::sync::CondVar::new()
    };
}

pub struct Arc<T: ?Sized>(loom::sync::Arc<T>);

impl<T> Arc<T> {
    pub fn new(value: T, _: Flags) -> Result<Self, AllocError> {
        Ok(Self(loom::sync::Arc::new(value)))
    }

    pub fn pin_init(init: impl PinInit<T>, _: Flags) -> Result<Self, Error> {
        Ok(Self(loom::sync::Arc::new(init.value())))
    }

    pub fn ptr_eq(this: &Self, other: &Self) -> bool {
        loom::sync::Arc::ptr_eq(&this.0, &other.0)
    }
}

impl Arc<dyn Any + Send + Sync> {
    /// The kernel's becomes one by itself.
    pub fn any(value: impl Any + Send + Sync) -> Self {
        Self(loom::sync::Arc::from_std(std::sync::Arc::new(value)))
    }
}

impl<T: ?Sized> Clone for Arc<T> {
    fn clone(&self) -> Self {
        Self(self.0.clone())
    }
}

impl<T: ?Sized> Deref for Arc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

/// The only reference.
pub struct UniqueArc<T>(T);

impl<T: Unpin> UniqueArc<T> {
    pub fn pin_init(init: impl PinInit<T>, _: Flags) -> Result<Pin<Self>, Error> {
        Ok(Pin::new(Self(init.value())))
    }
}

impl<T> Deref for UniqueArc<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> DerefMut for UniqueArc<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

impl<T: Unpin> From<Pin<UniqueArc<T>>> for Arc<T> {
    fn from(unique: Pin<UniqueArc<T>>) -> Self {
        Self(loom::sync::Arc::new(Pin::into_inner(unique).0))
    }
}

pub mod atomic {
    use loom::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

    /// The one ordering that the rooms use.
    pub struct Relaxed;

    /// What can be atomic.
    pub trait Plain: Sized {
        type Of;

        fn make(self) -> Self::Of;
        fn load(of: &Self::Of) -> Self;
        fn store(self, of: &Self::Of);
        fn swap(self, of: &Self::Of) -> Self;
    }

    macro_rules! plain {
        ($($plain:ty, $of:ident;)*) => {$(
            impl Plain for $plain {
                type Of = $of;

                fn make(self) -> $of {
                    $of::new(self)
                }

                fn load(of: &$of) -> Self {
                    of.load(Ordering::Relaxed)
                }

                fn store(self, of: &$of) {
                    of.store(self, Ordering::Relaxed);
                }

                fn swap(self, of: &$of) -> Self {
                    of.swap(self, Ordering::Relaxed)
                }
            }
        )*};
    }

    plain! {
        bool, AtomicBool;
        usize, AtomicUsize;
    }

    pub struct Atomic<T: Plain>(T::Of);

    impl<T: Plain> Atomic<T> {
        pub fn new(value: T) -> Self {
            Self(value.make())
        }

        pub fn load(&self, _: Relaxed) -> T {
            T::load(&self.0)
        }

        pub fn store(&self, value: T, _: Relaxed) {
            value.store(&self.0);
        }

        pub fn xchg(&self, value: T, _: Relaxed) -> T {
            value.swap(&self.0)
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's allocator: boxes and vectors, of memory that never runs out.

use crate::sync::assert_no_lock;
use std::ops::{Deref, DerefMut};

#[derive(Clone, Copy)]
pub struct Flags;

pub const GFP_KERNEL: Flags = Flags;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct AllocError;

/// Looks at what is held when a box goes.
#[derive(Debug)]
pub(crate) struct Freed;

impl Drop for Freed {
    fn drop(&mut self) {
        assert_no_lock("memory is freed");
    }
}

#[derive(Debug)]
pub struct KBox<T: ?Sized>(Box<T>, Freed);

impl<T> KBox<T> {
    pub fn new(value: T, _: Flags) -> Result<Self, AllocError> {
        Ok(Box::new(value).into())
    }

    pub fn into_inner(self) -> T {
        let Self(inner, _) = self;
        *inner
    }
}

impl<T: ?Sized> From<Box<T>> for KBox<T> {
    fn from(inner: Box<T>) -> Self {
        Self(inner, Freed)
    }
}

impl<T: ?Sized> Deref for KBox<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T: ?Sized> DerefMut for KBox<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.0
    }
}

pub struct KVec<T>(Vec<T>);

pub type KVVec<T> = KVec<T>;

impl<T> KVec<T> {
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    pub fn with_capacity(count: usize, _: Flags) -> Result<Self, AllocError> {
        Ok(Self(Vec::with_capacity(count)))
    }

    pub fn from_elem(value: T, count: usize, _: Flags) -> Result<Self, AllocError>
    where
        T: Clone,
    {
        Ok(Self(vec![value; count]))
    }

    pub fn reserve(&mut self, more: usize, _: Flags) -> Result<(), AllocError> {
        self.0.reserve(more);
        Ok(())
    }

    pub fn push(&mut self, value: T, _: Flags) -> Result<(), AllocError> {
        self.0.push(value);
        Ok(())
    }

    /// The value comes back when there is no room.
    pub fn push_within_capacity(&mut self, value: T) -> Result<(), T> {
        if self.0.len() == self.0.capacity() {
            return Err(value);
        }
        self.0.push(value);
        Ok(())
    }

    pub fn clear(&mut self) {
        self.0.clear();
    }

    pub fn extend_from_slice(&mut self, more: &[T], _: Flags) -> Result<(), AllocError>
    where
        T: Clone,
    {
        self.0.extend_from_slice(more);
        Ok(())
    }

    pub fn capacity(&self) -> usize {
        self.0.capacity()
    }

    pub fn pop(&mut self) -> Option<T> {
        self.0.pop()
    }

    pub fn truncate(&mut self, count: usize) {
        self.0.truncate(count);
    }

    pub fn remove(&mut self, at: usize) -> Result<T, AllocError> {
        Ok(self.0.remove(at))
    }
}

impl<T> Deref for KVec<T> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T> DerefMut for KVec<T> {
    fn deref_mut(&mut self) -> &mut [T] {
        &mut self.0
    }
}

impl<T> IntoIterator for KVec<T> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<'a, T> IntoIterator for &'a KVec<T> {
    type Item = &'a T;
    type IntoIter = std::slice::Iter<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter()
    }
}

impl<'a, T> IntoIterator for &'a mut KVec<T> {
    type Item = &'a mut T;
    type IntoIter = std::slice::IterMut<'a, T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.iter_mut()
    }
}

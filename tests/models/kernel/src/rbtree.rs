// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's red-black trees.

use crate::{
    alloc::{AllocError, Flags, Freed},
    error::Result,
};
use std::{collections::BTreeMap, marker::PhantomData, mem};

pub struct RBTree<K, V>(BTreeMap<K, V>);

/// A node that is in no tree: memory.
pub struct RBTreeNode<K, V>(K, V, Freed);

impl<K, V> RBTreeNode<K, V> {
    pub fn new(key: K, value: V, _: Flags) -> Result<Self> {
        Ok(Self(key, value, Freed))
    }

    pub fn to_key_value(self) -> (K, V) {
        (self.0, self.1)
    }

    pub fn into_reservation(self) -> RBTreeNodeReservation<K, V> {
        std::mem::forget(self.2);
        RBTreeNodeReservation(PhantomData)
    }
}

pub struct RBTreeNodeReservation<K, V>(PhantomData<(K, V)>);

impl<K, V> RBTreeNodeReservation<K, V> {
    pub fn new(_: Flags) -> Result<Self, AllocError> {
        Ok(Self(PhantomData))
    }

    pub fn into_node(self, key: K, value: V) -> RBTreeNode<K, V> {
        RBTreeNode(key, value, Freed)
    }
}

impl<K: Ord + Copy, V> RBTree<K, V> {
    pub fn new() -> Self {
        Self(BTreeMap::new())
    }

    pub fn get(&self, key: &K) -> Option<&V> {
        self.0.get(key)
    }

    pub fn get_mut(&mut self, key: &K) -> Option<&mut V> {
        self.0.get_mut(key)
    }

    pub fn insert(&mut self, node: RBTreeNode<K, V>) -> Option<RBTreeNode<K, V>> {
        let RBTreeNode(key, value, freed) = node;
        match self.0.insert(key, value) {
            Some(old) => Some(RBTreeNode(key, old, freed)),
            None => {
                mem::forget(freed);
                None
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&K, &V)> {
        self.0.iter()
    }

    pub fn cursor_front(&self) -> Option<Cursor<'_, K, V>> {
        let first = self.0.iter().next()?;
        Some(Cursor(&self.0, first))
    }

    pub fn cursor_back(&self) -> Option<Cursor<'_, K, V>> {
        let last = self.0.iter().next_back()?;
        Some(Cursor(&self.0, last))
    }

    /// The first entry from `key` on.
    pub fn cursor_lower_bound(&self, key: &K) -> Option<Cursor<'_, K, V>> {
        let first = self.0.range(key..).next()?;
        Some(Cursor(&self.0, first))
    }

    pub fn remove_node(&mut self, key: &K) -> Option<RBTreeNode<K, V>> {
        let value = self.0.remove(key)?;
        Some(RBTreeNode(*key, value, Freed))
    }
}

pub struct Cursor<'a, K, V>(&'a BTreeMap<K, V>, (&'a K, &'a V));

impl<'a, K: Ord, V> Cursor<'a, K, V> {
    pub fn current(&self) -> (&'a K, &'a V) {
        self.1
    }

    pub fn peek_prev(&self) -> Option<(&'a K, &'a V)> {
        self.0.range(..self.1 .0).next_back()
    }
}

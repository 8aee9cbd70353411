// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's red-black trees.

use crate::alloc::{AllocError, Flags};
use std::{collections::BTreeMap, marker::PhantomData};

pub struct RBTree<K, V>(BTreeMap<K, V>);

pub struct RBTreeNode<K, V>(K, V);

pub struct RBTreeNodeReservation<K, V>(PhantomData<(K, V)>);

impl<K, V> RBTreeNodeReservation<K, V> {
    pub fn new(_: Flags) -> Result<Self, AllocError> {
        Ok(Self(PhantomData))
    }

    pub fn into_node(self, key: K, value: V) -> RBTreeNode<K, V> {
        RBTreeNode(key, value)
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

    pub fn insert(&mut self, RBTreeNode(key, value): RBTreeNode<K, V>) -> Option<V> {
        self.0.insert(key, value)
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The first entry from `key` on.
    pub fn cursor_lower_bound(&self, key: &K) -> Option<Cursor<'_, K, V>> {
        self.0.range(key..).next().map(Cursor)
    }

    pub fn remove_node(&mut self, key: &K) -> Option<RBTreeNode<K, V>> {
        let value = self.0.remove(key)?;
        Some(RBTreeNode(*key, value))
    }
}

pub struct Cursor<'a, K, V>((&'a K, &'a V));

impl<'a, K, V> Cursor<'a, K, V> {
    pub fn current(&self) -> (&'a K, &'a V) {
        self.0
    }
}

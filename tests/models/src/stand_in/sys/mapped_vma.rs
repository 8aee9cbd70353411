// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for mappings: the address space holds what is mapped, by its address.

use crate::{
    mem::KBox,
    stand_in::{machine::machine, vidmm::CpuMapping},
};
use kernel::{
    error::Result,
    sync::{assert_no_lock, Arc},
};
use std::{any::Any, collections::BTreeMap};

/// The file of a mapping, which keeps it.
type File = std::sync::Arc<(Arc<CpuMapping>, Box<dyn Any + Send + Sync>)>;

#[derive(Default)]
pub(crate) struct AddressSpace {
    mapped: BTreeMap<usize, File>,
    last: usize,
}

/// Unmaps what the process has left, and says what that was.
pub(crate) fn unmap_all() -> Vec<usize> {
    let mapped = machine().with_address_space(|space| std::mem::take(&mut space.mapped));
    mapped.keys().copied().collect()
}

/// Whether something is mapped there.
pub(crate) fn is_mapped(address: usize) -> bool {
    machine().with_address_space(|space| space.mapped.contains_key(&address))
}

#[allow(dead_code, reason = "in the models pages never go away")]
pub(crate) trait Owner: Send + Sync + 'static {
    fn page_in_for_fault(&self) -> Result;
    fn grown(&self);
}

pub(crate) struct MappedVma {
    file: File,
    address: usize,
}

impl MappedVma {
    pub(crate) fn map<T: Any + Send + Sync>(
        mapping: Arc<CpuMapping>,
        _: bool,
        keep: KBox<T>,
    ) -> Result<Self> {
        assert_no_lock("memory is mapped");
        let file: File = std::sync::Arc::new((mapping, Box::new(keep.into_inner())));
        let address = machine().with_address_space(|space| {
            space.last += 0x1000;
            space.mapped.insert(space.last, file.clone());
            space.last
        });
        Ok(Self { file, address })
    }

    pub(crate) fn address(&self) -> usize {
        self.address
    }

    /// Asked with a lock held, as the list of locks says.
    pub(crate) fn is_mapped(&self) -> bool {
        machine().with_address_space(|space| {
            let there = space.mapped.get(&self.address);
            there.is_some_and(|file| std::sync::Arc::ptr_eq(file, &self.file))
        })
    }

    pub(crate) fn unmap(self) {
        assert_no_lock("memory is unmapped");
        let file = machine().with_address_space(|space| space.mapped.remove(&self.address));
        drop(file);
    }
}

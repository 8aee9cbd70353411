// SPDX-License-Identifier: GPL-2.0

//! The software engine: runs command buffers (`uapi/dxgkrnl_engine.h`) with the CPU.
//!
//! It reads and writes through a [`Port`] alone, which knows addresses of one process. A buffer is run step by
//! step, each of which is short, whatever the buffer is: between two of them others can have their turn, or
//! the buffer can be ended.
//!
//! Pure logic: also compiled and tested on the host.

#![deny(unsafe_code)]

pub(crate) mod budget;
pub(crate) mod command;
pub(crate) mod machine;
mod transfer;
mod triangles;

use crate::gpuva::space::Translation;

/// What the engine works on.
pub(crate) trait Port {
    /// Memory behind addresses.
    type Memory;

    /// What an address means; memory that is not resident is invalid.
    fn translate(&mut self, address: u64) -> Translation<Self::Memory>;

    /// Reads bytes of some memory, from `offset` on.
    fn read(&mut self, memory: &Self::Memory, offset: u64, bytes: &mut [u8]) -> Access;

    /// Writes bytes of some memory, from `offset` on.
    fn write(&mut self, memory: &Self::Memory, offset: u64, bytes: &[u8]) -> Access;

    /// Fills `bytes` bytes of some memory, from `offset` on: whole words, as all are.
    fn fill(&mut self, memory: &Self::Memory, offset: u64, bytes: u64, pattern: u32) -> Access;

    /// Copies `bytes` bytes. Those that overlap have the destination below the source: each is read before it is
    /// written.
    fn copy(&mut self, to: (&Self::Memory, u64), from: (&Self::Memory, u64), bytes: u64) -> Access;

    /// Changes the 64 bits at an offset that is a multiple of 8, at once; of a fence it is a signal.
    fn update(&mut self, memory: &Self::Memory, offset: u64, change: Update) -> Access;

    /// The engine's clock, in nanoseconds.
    fn now(&self) -> u64;
}

/// Why memory that there is could not be accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unavailable {
    /// What is at an address has to be paged in first.
    NotPresent { address: u64 },
    /// It will be accessible soon.
    Busy,
    /// It cannot be had: its adapter was unplugged, for example.
    Lost,
}

/// The result of an access.
pub(crate) type Access = Result<(), Unavailable>;

/// How 64 bits are changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Update {
    Store(u64),
    Add(u64),
}

/// What is wrong with a buffer.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Fault {
    /// An address may not be used so.
    Page { address: u64, write: bool },
    /// What is there is no command.
    Instruction { address: u64 },
}

/// Why a buffer does not go on, now or at all.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Stop {
    Fault(Fault),
    /// What it was about to do is to be done again when the memory at an address was paged in.
    NotPresent {
        address: u64,
    },
    /// What it was about to do is to be done again.
    Busy,
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl Stop {
    /// For an access to memory at an address.
    fn unavailable(address: u64, write: bool) -> impl FnOnce(Unavailable) -> Self {
        move |why| match why {
            Unavailable::NotPresent { address } => Self::NotPresent { address },
            Unavailable::Busy => Self::Busy,
            Unavailable::Lost => Self::Fault(Fault::Page { address, write }),
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! Models of the module's concurrency.
//!
//! The rooms `core`, `ddi`, `fence`, `gpuva`, `handle`, `ioctl` and `status` are the module's very files (links
//! beside this one), compiled against stand-ins for the kernel: its locks, references and atomics are those of loom,
//! which runs a model again and again until it has seen the threads in every order that can make a difference, with so
//! many preemptions at most as [`models`] says. A model makes the calls of `/dev/dxg`, by their numbers, as several
//! threads of a process.
//!
//! The stand-ins look whether the module keeps its own rules: no other lock is taken, no memory freed,
//! no miniport called and no user memory touched while a lock is held; and the calls of a miniport
//! come in their order ([`stand_in::machine`]).

#![cfg(test)]

#[rustfmt::skip]
#[allow(clippy::all, dead_code, unused_imports, reason = "the kernel's lints look at it")]
mod core;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod ddi;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod fence;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod gpuva;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod handle;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod ioctl;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod sched;
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
mod status;
mod uapi;

mod models;
mod stand_in;

// Where the rooms look for it.
use stand_in::{counters, mem, sys, vidmm};

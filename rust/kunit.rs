// SPDX-License-Identifier: GPL-2.0

//! KUnit tests: what only a kernel can show of the rooms of logic.
//!
//! They are there when the kernel has `CONFIG_KUNIT=y`, and run when the module is loaded, if the
//! kernel was booted with `kunit.enable=1`. The results are in
//! `/sys/kernel/debug/kunit/<suite>/results`.
//!
//! The host tests (`tests/host`, `tests/models`) have the rules of these rooms, and no rule is tested
//! here again. Here the code runs on the kernel's memory, trees, locks, references, threads and errno
//! values, under whatever checkers the kernel was built with. No test needs a DRM device or a caller.
//!
//! One file for each suite; it uses the interface that the other rooms use. An assertion that fails
//! ends its thread without dropping anything: so tests of several threads assert when the others
//! have ended.

#![deny(unsafe_code)]

mod adapters;
mod fences;
mod handles;
mod hotplug_notifier;
mod log;
mod paging;
mod status;

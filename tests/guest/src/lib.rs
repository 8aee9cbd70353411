// SPDX-License-Identifier: MIT OR Apache-2.0
//! The fixture of the guest tests: everything but the tests themselves, which are the programs in
//! `src/bin`, one for each suite.
//!
//! A suite runs on a machine with the module loaded, as root, and prints KTAP. It needs
//! `/dev/dxg`, procfs, sysfs and debugfs, and nothing else. Its tests run one after another in one
//! process; each opens the node itself. What a test need not ask for: [`state`] is compared before
//! and after it, and whatever it left behind fails it.
//!
//! ```text
//! lock [--list] [PART-OF-A-NAME...]
//! ```

pub mod absent;
pub mod calls;
pub mod card;
pub mod cgroup;
pub mod child;
pub mod clock;
pub mod create;
pub mod destroy;
pub mod device;
pub mod dma_buf;
pub mod driver;
pub mod execution;
pub mod faults;
pub mod fence;
pub mod global;
pub mod gpu_va;
pub mod harness;
pub mod limit;
pub mod locked;
pub mod memory;
pub mod paging;
pub mod pattern;
pub mod population;
pub mod prime;
pub mod questions;
pub mod reload;
pub mod removal;
pub mod round;
pub mod runtime;
pub mod screenshot;
pub mod script;
pub mod share;
pub mod signals;
pub mod state;
pub mod suspend;
pub mod sysfs;

// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's time, which does not pass.

pub type Msecs = u32;

pub fn msecs_to_jiffies(msecs: Msecs) -> u64 {
    msecs.into()
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Packets: their contexts, their order, and what else is in an argument.

use super::*;
use dxg_guest_tests::{
    gpu_va::{mapped, reserve, Answer as _, GRANULE},
    memory::{Map, PAGE},
    paging::buffer,
    signals::spawn,
};
use libd3dkmt::sys::{self, bindings as c, request, NtStatus};
use std::thread;

// SPDX-License-Identifier: GPL-2.0

//! Kernel-mode drivers: implementations of the miniport contract.

#![deny(unsafe_code)]

pub(crate) mod gem;
mod linear;
pub(crate) mod private_data;
#[cfg(dxg_script)]
pub(crate) mod script;
pub(crate) mod soft;

/// Stands for the miniport of tests.
#[cfg(not(dxg_script))]
pub(crate) mod script {
    use crate::{
        core::registry::Registry,
        sys::{
            debugfs::Files,
            worker::WorkerQueue, //
        }, //
    };
    use kernel::{
        prelude::*,
        sync::Arc, //
    };

    pub(crate) fn start(_: &mut Files, _: &Arc<Registry>, _: Arc<WorkerQueue>) -> Result {
        Ok(())
    }
}

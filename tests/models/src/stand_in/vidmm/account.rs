// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for accounts, to which nothing is charged.

use super::VidMm;
use crate::{mem::ACCOUNT, status::NtResult};
use kernel::sync::Arc;

pub(crate) struct Account;

impl Account {
    pub(crate) fn new(_: Arc<VidMm>) -> NtResult<Arc<Self>> {
        Ok(Arc::new(Self, ACCOUNT)?)
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's byte strings.

use std::{borrow::Cow, fmt};

pub struct BStr<'a>(Cow<'a, str>);

impl<'a> BStr<'a> {
    pub fn from_bytes(bytes: &'a [u8]) -> Self {
        Self(String::from_utf8_lossy(bytes))
    }
}

impl fmt::Display for BStr<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

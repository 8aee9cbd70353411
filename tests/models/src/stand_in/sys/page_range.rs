// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for memory that a miniport fills and copies: in the models nothing is paged.

use kernel::error::Result;

#[derive(Clone, Copy)]
pub(crate) struct PageRange<'a>(std::convert::Infallible, std::marker::PhantomData<&'a ()>);

impl PageRange<'_> {
    pub(crate) fn fill(&self, _: u32) -> Result {
        match self.0 {}
    }

    pub(crate) fn copy_from(&self, _: &Self) -> Result {
        match self.0 {}
    }
}

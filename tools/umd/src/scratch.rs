// SPDX-License-Identifier: MIT OR Apache-2.0
//! Scratch pads: video memory that belongs to the device, for one row each.

use crate::private_data::{self, Layout, MAX_EXTENT, PIXEL};
use alloc::vec;
use core::slice;
use d3dddi::{Allocate, DeviceCallbacks, Element, HResult, Result, What, D3DKMT_HANDLE};

/// Bytes of a pad: the longest row of an image.
const BYTES: u64 = (MAX_EXTENT * PIXEL) as u64;

/// What a pad is for.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pad {
    /// The row that a clear writes to all others.
    Fill = 0,
    /// The row on its way when a copy overlaps.
    Copy = 1,
}

/// The pads, or none.
#[derive(Debug)]
pub(crate) struct Scratch(Option<[(D3DKMT_HANDLE, Layout); 2]>);

impl Scratch {
    /// Makes the pads, outside of any resource.
    ///
    /// # Errors
    ///
    /// The callback's, but for a lack of memory.
    pub(crate) fn new(callbacks: &impl DeviceCallbacks) -> Result<Self> {
        let asked = private_data::buffer(BYTES);
        let mut elements = [Element::new(&asked[..]), Element::new(&asked[..])];
        match callbacks.allocate(&mut Allocate::new(None, &mut elements)) {
            Ok(()) => {}
            Err(HResult::E_OUTOFMEMORY | HResult::D3DERR_OUTOFVIDEOMEMORY) => {
                return Ok(Self(None));
            }
            Err(result) => return Err(result),
        }
        let pad = |element: &Element| {
            let layout = private_data::answer(&asked, &element.private_data)?;
            Ok((element.handle, layout))
        };
        match (pad(&elements[0]), pad(&elements[1])) {
            (Ok(fill), Ok(copy)) => Ok(Self(Some([fill, copy]))),
            (Err(result), _) | (_, Err(result)) => {
                let handles = [elements[0].handle, elements[1].handle];
                let _ = callbacks.deallocate(What::Allocations(&handles));
                Err(result)
            }
        }
    }

    pub(crate) fn handles(&self) -> Option<[D3DKMT_HANDLE; 2]> {
        self.0.map(|pads| pads.map(|(handle, _)| handle))
    }

    /// Lets `work` have `bytes` bytes of a pad. What does not fit into one comes from the heap.
    pub(crate) fn with<R>(
        &self,
        callbacks: &impl DeviceCallbacks,
        pad: Pad,
        bytes: usize,
        work: impl FnOnce(&mut [u8]) -> Result<R>,
    ) -> Result<R> {
        let pad = self.0.map(|pads| pads[pad as usize]);
        let Some((handle, _)) = pad.filter(|(_, layout)| bytes <= layout.bytes) else {
            return work(&mut vec![0; bytes]);
        };
        let base = callbacks.lock2(handle)?;
        // SAFETY: The whole allocation is there until it is unlocked, and has at least as many
        // bytes by the kernel-mode driver's answer. No other pad is this one, and `work` has no
        // way to come here for the same.
        let done = work(unsafe { slice::from_raw_parts_mut(base.as_ptr(), bytes) });
        callbacks.unlock2(handle)?;
        done
    }

    /// Gives the pads back.
    pub(crate) fn end(&mut self, callbacks: &impl DeviceCallbacks) {
        if let Some(handles) = self.handles() {
            // Whoever ends the device cannot do anything about it.
            let _ = callbacks.deallocate(What::Allocations(&handles));
            self.0 = None;
        }
    }
}

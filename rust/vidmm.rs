// SPDX-License-Identifier: GPL-2.0

//! The video memory manager: video memory is virtual.
//!
//! An adapter has two segments, local memory and the aperture onto system memory. Creating an
//! allocation reserves *commitment* and makes nothing physical; the memory comes into being when it
//! is first needed. The backing of an allocation goes through these states:
//!
//! ```text
//! Untouched (zero) → Made (GEM object or pages) → Lost     UserPages (pinned memory of the caller)
//!                        ↑ of a dma-buf
//! ```
//!
//! Local memory of a DRM device is GEM objects; all other is system memory ([`provider`]), which the
//! miniport fills with zeros. What was made is lost when the adapter goes ([`resident`]): after that,
//! nothing of a device or of its driver's code is used.
//!
//! Rooms that are still empty: System (swappable), Offered, Discarded; residency, budgets that
//! move, eviction. Until there is eviction, commitment is limited to the size of a segment.

#![deny(unsafe_code)]

pub(crate) mod account;
pub(crate) mod backing;
pub(crate) mod ledger;
pub(crate) mod provider;
mod resident;

/// Memory that others have, too: what the adapter's device exports, and takes.
pub(crate) use crate::drm::prime::DmaBuf;

use crate::{
    ddi::adapter::Segments,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};
use ledger::Ledger;
use provider::Provider;
use resident::Residents;

/// A group of segments, as D3DKMTQueryVideoMemoryInfo asks for them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum SegmentGroup {
    /// Memory of the adapter.
    Local,
    /// System memory that the adapter reaches.
    NonLocal,
}

/// Video memory of one adapter.
#[pin_data]
pub(crate) struct VidMm {
    segments: Segments,
    #[pin]
    local: Mutex<Ledger>,
    #[pin]
    aperture: Mutex<Ledger>,
    provider: Provider,
    #[pin]
    residents: Residents,
}

impl VidMm {
    pub(crate) fn new(provider: Provider, segments: Segments) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                segments,
                local <- new_mutex!(Ledger::new(segments.local), "VidMm::local"),
                aperture <- new_mutex!(Ledger::new(segments.aperture), "VidMm::aperture"),
                provider,
                residents <- Residents::new(),
            }),
            GFP_KERNEL,
        )
    }

    /// The adapter goes: all its memory is lost. When it returns, nothing of a device is in use.
    pub(crate) fn lose_all(&self) {
        self.provider.end(|| self.residents.lose_all());
    }

    /// Whether memory of that group comes in the shapes that a DRM device makes.
    pub(crate) fn has_shapes(&self, group: SegmentGroup) -> bool {
        group == SegmentGroup::Local && matches!(self.provider, Provider::Drm { .. })
    }

    /// Bytes in a group of segments.
    pub(crate) fn size(&self, group: SegmentGroup) -> u64 {
        match group {
            SegmentGroup::Local => self.segments.local,
            SegmentGroup::NonLocal => self.segments.aperture,
        }
    }

    fn ledger(&self, group: SegmentGroup) -> &Mutex<Ledger> {
        match group {
            SegmentGroup::Local => &self.local,
            SegmentGroup::NonLocal => &self.aperture,
        }
    }

    /// Reserves `bytes` of a group.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY when the group has less than that left (case 65).
    fn commit(self: &Arc<Self>, group: SegmentGroup, bytes: u64) -> NtResult<Commitment> {
        self.ledger(group)
            .lock()
            .commit(bytes)
            .then(|| Commitment {
                vidmm: self.clone(),
                group,
                bytes,
            })
            .ok_or(NtStatus::GRAPHICS_NO_VIDEO_MEMORY)
    }
}

/// Reserved bytes of a group; they are free again when it is dropped.
struct Commitment {
    vidmm: Arc<VidMm>,
    group: SegmentGroup,
    bytes: u64,
}

impl Drop for Commitment {
    fn drop(&mut self) {
        self.vidmm.ledger(self.group).lock().release(self.bytes);
    }
}

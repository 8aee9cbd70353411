// SPDX-License-Identifier: GPL-2.0

//! The video memory manager: video memory is virtual.
//!
//! An adapter has two groups of segments, local memory and the aperture onto system memory. Creating an
//! allocation takes *commitment* and makes nothing physical; memory comes into being when it is first
//! needed. It is moved between the segment and system memory, which the kernel may swap out, so that more
//! can be allocated than the segment holds: see [`place`] for where bytes may be, [`paging`] for how they
//! are moved, [`rank`] for who has to go first, [`residency`], [`budget`] and [`offer`] for who has a say
//! in it.
//!
//! Local memory of a DRM device is GEM objects; all other is system memory ([`provider`]), which the
//! miniport fills and moves. What there is is lost when the adapter goes: after that, nothing of a device
//! or of its driver's code is used. `Documentation/vidmm.md` has the whole picture.

#![deny(unsafe_code)]

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod backing;
mod books;
pub(crate) mod budget;
pub(crate) mod ledger;
pub(crate) mod offer;
pub(crate) mod owned;
mod paging;
pub(crate) mod place;
mod pressure;
pub(crate) mod provider;
pub(crate) mod rank;
pub(crate) mod residency;
mod turn;
pub(crate) mod work;

pub(crate) use crate::drm::prime::DmaBuf;

use crate::{
    ddi::adapter::Segments,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        shrinker::Shrinker,
        worker::{
            Worker,
            WorkerQueue, //
        }, //
    }, //
};
use backing::Backing;
use books::Books;
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    sync::{
        atomic::Atomic,
        Arc,
        CondVar,
        Mutex, //
    }, //
};
use ledger::Ledger;
use provider::Provider;
use turn::Turns;

/// A group of segments, as D3DKMTQueryVideoMemoryInfo asks for them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SegmentGroup {
    /// Memory of the adapter.
    Local,
    /// System memory that the adapter reaches.
    NonLocal,
}

impl SegmentGroup {
    /// All of them, with what they are called in tables for people.
    pub(crate) const NAMED: [(&str, Self); 2] =
        [("local", Self::Local), ("system", Self::NonLocal)];
}

/// What there is of a group of segments.
pub(crate) struct GroupReport {
    pub(crate) size: u64,
    pub(crate) usage: u64,
    pub(crate) committed: u64,
    pub(crate) commit_limit: u64,
}

/// Video memory of one adapter.
#[pin_data]
pub(crate) struct VidMm {
    segments: Segments,
    /// What may be promised of video memory, wherever it will be.
    #[pin]
    committed: Mutex<Ledger>,
    /// What may be promised of the aperture to memory of processes.
    #[pin]
    aperture: Mutex<Ledger>,
    provider: Provider,
    #[pin]
    turns: Turns,
    #[pin]
    books: Mutex<Books<Arc<Backing>>>,
    worker: Arc<Worker>,
    #[pin]
    list: Mutex<work::List>,
    /// Work was done.
    #[pin]
    done: CondVar,
    /// Pages that the system wants back.
    wanted: Atomic<usize>,
    #[pin]
    shrinker: Mutex<Option<Shrinker>>,
}

impl VidMm {
    /// Of an adapter with those segments, which promises up to `commit` bytes.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        provider: Provider,
        segments: Segments,
        commit: u64,
        queue: Arc<WorkerQueue>,
    ) -> Result<Arc<Self>> {
        let worker = Worker::new(queue)?;
        let books = Books::new(segments.local, segments.aperture);
        Arc::pin_init(
            pin_init!(Self {
                segments,
                committed <- new_mutex!(Ledger::new(commit), "VidMm::committed"),
                aperture <- new_mutex!(Ledger::new(segments.aperture), "VidMm::aperture"),
                provider,
                turns <- Turns::new(),
                books <- new_mutex!(books, "VidMm::books"),
                worker,
                list <- new_mutex!(work::List::new(), "VidMm::list"),
                done <- new_condvar!("VidMm::done"),
                wanted: Atomic::new(0),
                shrinker <- new_mutex!(None, "VidMm::shrinker"),
            }),
            GFP_KERNEL,
        )
    }

    /// Has the worker work, and gives memory back from now on. Whoever calls it has to
    /// [end](Self::lose_all) it, also when it fails.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn start(self: &Arc<Self>) -> Result {
        self.worker.set_job(Some(self.clone()));
        let shrinker = Shrinker::new(self.clone())?;
        *self.shrinker.lock() = Some(shrinker);
        Ok(())
    }

    /// The adapter goes: all its memory is lost, and all work is done. When it returns, nothing of a
    /// device is in use, and nobody but its users has the video memory manager.
    pub(crate) fn lose_all(&self) {
        self.provider.end(|| {
            while let Some(backing) = self.take_any() {
                backing.lose();
            }
        });
        self.close();
        self.worker.set_job(None);
        let shrinker = self.shrinker.lock().take();
        drop(shrinker);
    }

    fn take_any(&self) -> Option<Arc<Backing>> {
        let mut books = self.books.lock();
        let backing = books.first()?;
        let entry = books.leave(backing.key());
        drop(books);
        drop(entry);
        Some(backing)
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

    /// What there is of a group, in bytes: for people.
    pub(crate) fn report(&self, group: SegmentGroup) -> GroupReport {
        let usage = self.books.lock().group(group).usage();
        let ledger = self.ledger(group).lock();
        GroupReport {
            size: self.size(group),
            usage,
            committed: ledger.committed(),
            commit_limit: ledger.size(),
        }
    }

    fn ledger(&self, group: SegmentGroup) -> &Mutex<Ledger> {
        match group {
            SegmentGroup::Local => &self.committed,
            SegmentGroup::NonLocal => &self.aperture,
        }
    }

    /// Promises `bytes` bytes of video memory, or of the aperture to a process's own memory.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY when less than that is left (case 65).
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

/// Bytes that were promised; they are free again when it is dropped.
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

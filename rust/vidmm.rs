// SPDX-License-Identifier: GPL-2.0

//! The video memory manager: video memory is virtual.
//!
//! An adapter has two groups of segments, local memory and the aperture onto system memory. Creating an
//! allocation takes *commitment* and makes nothing physical; memory comes into being when it is first
//! needed. It is moved between the segment and system memory, which the kernel may swap out, so that more
//! can be allocated than the segment holds: see [`placement`] for where bytes may be, [`paging`] for how they
//! are moved, [`lru_key`] for who has to go first, [`residency`], [`budget`] and [`offer`] for who has a say
//! in it.
//!
//! Memory of the segment is the miniport's to make (`ddi::memory`); all other is system memory. What there
//! is is lost when the adapter goes. `Documentation/vidmm.md` has the whole picture.
//!
//! # The paging lock
//!
//! Who moves memory holds `VidMm::paging`, which guards where the bytes of each allocation are. Whatever
//! takes memory, or may wait, is done before: who needs memory makes it, takes the lock, and looks whether
//! it still fits ([`paging`]). So others wait for no more than a copy, and can be killed meanwhile.

#![deny(unsafe_code)]

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod backing;
pub(crate) mod backing_handle;
pub(crate) mod budget;
pub(crate) mod ledger;
pub(crate) mod lru_key;
pub(crate) mod offer;
mod paging;
pub(crate) mod paging_priority;
pub(crate) mod placement;
mod pressure;
pub(crate) mod residency;
mod residency_tracker;
pub(crate) mod work;

pub(crate) use crate::sys::dma_buf::DmaBuf;

use crate::{
    ddi::adapter::Segments,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        killable,
        shrinker::Shrinker,
        worker::{
            Worker,
            WorkerQueue, //
        }, //
    }, //
};
use account::Account;
use backing::Backing;
use core::ops::{
    Deref,
    DerefMut, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex,
        MutexGuard, //
    }, //
};
use ledger::Ledger;
use lru_key::LruKey;
use residency_tracker::{
    Key,
    ResidencyTracker, //
};

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

/// What the paging lock guards, besides the allocations' own [`Inner`](backing::Inner).
pub(super) struct Paging {
    /// The adapter has gone: there is no memory any more.
    closed: bool,
    /// The export that was asked last whether it has ended.
    asked: Option<LruKey>,
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
    /// The paging lock.
    #[pin]
    paging: Mutex<Paging>,
    #[pin]
    tracker: Mutex<ResidencyTracker<Arc<Backing>>>,
    /// Where the work of processes is done.
    queue: Arc<WorkerQueue>,
    /// Gives memory back to the system.
    worker: Arc<Worker>,
    /// What could be given back to the system, in bytes: offered, and idle.
    reclaimable: [Atomic<u64>; 2],
    /// The adapter has gone, for those who only ask.
    gone: Atomic<bool>,
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
        segments: Segments,
        commit: u64,
        queue: Arc<WorkerQueue>,
    ) -> Result<Arc<Self>> {
        let worker = Worker::new(queue.clone())?;
        let tracker = ResidencyTracker::new(segments.local, segments.aperture);
        Arc::pin_init(
            pin_init!(Self {
                segments,
                committed <- new_mutex!(Ledger::new(commit), "VidMm::committed"),
                aperture <- new_mutex!(Ledger::new(segments.aperture), "VidMm::aperture"),
                paging <- new_mutex!(Paging { closed: false, asked: None }, "VidMm::paging"),
                tracker <- new_mutex!(tracker, "VidMm::tracker"),
                queue,
                worker,
                reclaimable: [Atomic::new(0), Atomic::new(0)],
                gone: Atomic::new(false),
                wanted: Atomic::new(0),
                shrinker <- new_mutex!(None, "VidMm::shrinker"),
            }),
            GFP_KERNEL,
        )
    }

    /// Gives memory back from now on. Whoever calls it has to [end](Self::unplug) it, also when it
    /// fails.
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

    /// The adapter goes: all its memory is lost. When it returns, nobody but its users has the video
    /// memory manager, and there will be no memory any more.
    pub(crate) fn unplug(&self) {
        self.paging.lock().closed = true;
        self.gone.store(true, Relaxed);
        while let Some(backing) = self.take_any() {
            backing.unplug();
        }
        self.worker.set_job(None);
        let shrinker = self.shrinker.lock().take();
        drop(shrinker);
    }

    fn take_any(&self) -> Option<Arc<Backing>> {
        let mut tracker = self.tracker();
        let backing = tracker.first()?;
        let entry = tracker.leave(backing.key());
        drop(tracker);
        drop(entry);
        Some(backing)
    }

    /// Takes the paging lock.
    ///
    /// # Errors
    ///
    /// INTERRUPTED: the calling process is being killed.
    fn lock_paging(&self) -> NtResult<MutexGuard<'_, Paging>> {
        Ok(killable::lock_killable(&self.paging)?)
    }

    fn tracker(&self) -> BooksGuard<'_> {
        BooksGuard {
            tracker: self.tracker.lock(),
            reclaimable: &self.reclaimable,
        }
    }

    /// Whether memory of that group comes in the shapes that a DRM device makes.
    pub(crate) fn has_shapes(&self, group: SegmentGroup) -> bool {
        group == SegmentGroup::Local && self.segments.by_layout
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
        let usage = self.tracker().group(group).usage();
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

    /// Promises `bytes` bytes of video memory, or of the aperture to a process's own memory. Without
    /// CAP_SYS_RESOURCE, all processes of a user together are promised three quarters at most, and to a
    /// quarter of as many allocations as the system may have files open: memory is in a file, which no
    /// limit on descriptors counts.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY when less than that is left (case 65). NO_MEMORY: so many allocations.
    fn commit(
        self: &Arc<Self>,
        account: &Account,
        group: SegmentGroup,
        bytes: u64,
    ) -> NtResult<Commitment> {
        let is_privileged = sys::may_exceed_limits();
        let mut tracker = self.tracker();
        let mut ledger = self.ledger(group).lock();
        let user = tracker.process_usage(account.key(), group).user;
        let most = ledger.size() / 4 * 3;
        let (own, promises) = tracker.promised(user, group);
        if !is_privileged && group == SegmentGroup::Local && promises >= sys::most_files() / 4 {
            return Err(NtStatus::NO_MEMORY);
        }
        if !(is_privileged || own.saturating_add(bytes) <= most) || !ledger.commit(bytes) {
            return Err(NtStatus::GRAPHICS_NO_VIDEO_MEMORY);
        }
        drop(ledger);
        tracker.change_usage(account.key(), group, |process| {
            process.committed = process.committed.saturating_add(bytes);
            process.promises += 1;
        });
        Ok(Commitment {
            vidmm: self.clone(),
            process: account.key(),
            group,
            bytes,
        })
    }
}

/// Elements of a list that are dealt with while the residency tracker are locked once.
const PIECE: usize = 64;

/// Whether a list may be left half done when the process is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stops {
    WhenKilled,
    Never,
}

impl VidMm {
    /// Does something about each element of a list. As users say how long that is, the residency tracker are locked for
    /// a piece of it at a time.
    ///
    /// # Errors
    ///
    /// What `work` says first, or INTERRUPTED; and how many are done then.
    fn in_pieces<T>(
        &self,
        list: &[T],
        stops: Stops,
        mut work: impl FnMut(&mut ResidencyTracker<Arc<Backing>>, &T) -> NtResult,
    ) -> Result<(), (usize, NtStatus)> {
        let mut done = 0;
        for piece in list.chunks(PIECE) {
            let mut tracker = self.tracker();
            for element in piece {
                work(&mut tracker, element).map_err(|status| (done, status))?;
                done += 1;
            }
            drop(tracker);
            if killable::is_dying() && stops == Stops::WhenKilled {
                return Err((done, NtStatus::INTERRUPTED));
            }
        }
        Ok(())
    }
}

/// The residency tracker, locked.
struct BooksGuard<'a> {
    tracker: MutexGuard<'a, ResidencyTracker<Arc<Backing>>>,
    reclaimable: &'a [Atomic<u64>; 2],
}

impl Deref for BooksGuard<'_> {
    type Target = ResidencyTracker<Arc<Backing>>;

    fn deref(&self) -> &Self::Target {
        &self.tracker
    }
}

impl DerefMut for BooksGuard<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tracker
    }
}

impl Drop for BooksGuard<'_> {
    /// Whoever is short of memory reads it without the lock.
    fn drop(&mut self) {
        self.reclaimable[0].store(self.tracker.offered(), Relaxed);
        self.reclaimable[1].store(self.tracker.idle(), Relaxed);
    }
}

/// Bytes that were promised; they are free again when it is dropped.
struct Commitment {
    vidmm: Arc<VidMm>,
    /// The process whose usage it counts in, as long as that is there.
    process: Key,
    group: SegmentGroup,
    bytes: u64,
}

impl Drop for Commitment {
    fn drop(&mut self) {
        let mut tracker = self.vidmm.tracker();
        tracker.change_usage(self.process, self.group, |process| {
            process.committed = process.committed.saturating_sub(self.bytes);
            process.promises = process.promises.saturating_sub(1);
        });
        self.vidmm.ledger(self.group).lock().release(self.bytes);
    }
}

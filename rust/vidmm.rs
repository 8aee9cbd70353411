// SPDX-License-Identifier: GPL-2.0

//! The video memory manager: video memory is virtual.
//!
//! An adapter has two segment groups: local memory, and the aperture onto system memory. Creating an
//! allocation takes *commitment* and allocates no physical memory; that happens at first use. VidMm moves the
//! bytes between the segment and system memory, which the kernel may swap out, so that more can be allocated
//! than the segment holds: see [`placement`] for where bytes may be, [`paging`] for how they are moved,
//! [`lru`] for which memory is evicted first, and [`residency`], [`budget`] and [`offer`] for how processes
//! influence it.
//!
//! The miniport provides segment memory (`ddi::memory`); all other memory is system memory. All contents are
//! lost when the adapter is unplugged. `Documentation/vidmm.md` has the whole picture.
//!
//! # The paging lock
//!
//! A thread that moves memory holds `VidMm::paging`, which guards where the bytes of each allocation are. It
//! allocates and waits before it takes the lock: it prepares the memory, takes the lock, and checks whether
//! that memory still fits ([`paging`]). So other threads wait for no more than a copy, and can be killed
//! meanwhile.

#![deny(unsafe_code)]

pub(crate) mod access;
pub(crate) mod account;
pub(crate) mod backing;
pub(crate) mod backing_handle;
pub(crate) mod budget;
pub(crate) mod engine_access;
pub(crate) mod ledger;
mod lru;
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
use lru::Key;
use lru_key::LruKey;
use residency_tracker::ResidencyTracker;

/// A segment group, as D3DKMTQueryVideoMemoryInfo names them.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SegmentGroup {
    /// Memory of the adapter.
    Local,
    /// System memory that the adapter reaches.
    NonLocal,
}

impl SegmentGroup {
    /// All groups, with their names in tables for people.
    pub(crate) const NAMED: [(&str, Self); 2] =
        [("local", Self::Local), ("system", Self::NonLocal)];
}

/// Size and use of a segment group.
pub(crate) struct GroupReport {
    pub(crate) size: u64,
    pub(crate) usage: u64,
    pub(crate) committed: u64,
    pub(crate) commit_limit: u64,
}

/// What the paging lock guards, besides the allocations' own [`Inner`](backing::Inner).
pub(super) struct Paging {
    /// The adapter was unplugged: there is no memory any more.
    removed: bool,
    /// The export that was checked last for its end.
    last_checked_export: Option<LruKey>,
}

/// Video memory of one adapter.
#[pin_data]
pub(crate) struct VidMm {
    segments: Segments,
    /// Commitment of video memory, wherever the bytes will be.
    #[pin]
    committed: Mutex<Ledger>,
    /// Commitment of the aperture, for memory of processes.
    #[pin]
    aperture: Mutex<Ledger>,
    /// The paging lock.
    #[pin]
    paging: Mutex<Paging>,
    #[pin]
    tracker: Mutex<ResidencyTracker<Arc<Backing>>>,
    /// Runs the paging work of processes.
    queue: Arc<WorkerQueue>,
    /// Reclaims memory for the system.
    worker: Arc<Worker>,
    /// What the shrinker could reclaim, in bytes: offered, and idle.
    reclaimable: [Atomic<u64>; 2],
    /// The adapter was unplugged; read without the paging lock.
    removed: Atomic<bool>,
    /// Pages that the shrinker's scans have accepted, and the worker has yet to reclaim.
    wanted: Atomic<usize>,
    #[pin]
    shrinker: Mutex<Option<Shrinker>>,
}

impl VidMm {
    /// The work queue for what may wait for memory of a process.
    pub(crate) fn queue(&self) -> &Arc<WorkerQueue> {
        &self.queue
    }

    /// The memory manager of an adapter with those segments, which commits up to `commit` bytes.
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
        let paging = Paging {
            removed: false,
            last_checked_export: None,
        };
        Arc::pin_init(
            pin_init!(Self {
                segments,
                committed <- new_mutex!(Ledger::new(commit), "VidMm::committed"),
                aperture <- new_mutex!(Ledger::new(segments.aperture), "VidMm::aperture"),
                paging <- new_mutex!(paging, "VidMm::paging"),
                tracker <- new_mutex!(tracker, "VidMm::tracker"),
                queue,
                worker,
                reclaimable: [Atomic::new(0), Atomic::new(0)],
                removed: Atomic::new(false),
                wanted: Atomic::new(0),
                shrinker <- new_mutex!(None, "VidMm::shrinker"),
            }),
            GFP_KERNEL,
        )
    }

    /// Starts reclaiming memory for the system. The caller has to [unplug](Self::unplug) it, also when this
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

    /// The adapter is unplugged: all its memory is lost. When this returns, only the users of the video memory
    /// manager still refer to it, and there will be no memory any more.
    pub(crate) fn unplug(&self) {
        self.paging.lock().removed = true;
        self.removed.store(true, Relaxed);
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

    fn tracker(&self) -> TrackerGuard<'_> {
        TrackerGuard {
            tracker: self.tracker.lock(),
            reclaimable: &self.reclaimable,
        }
    }

    /// Whether memory of that group is laid out as a DRM device makes it.
    pub(crate) fn has_shapes(&self, group: SegmentGroup) -> bool {
        group == SegmentGroup::Local && self.segments.by_layout
    }

    /// Bytes in a segment group.
    pub(crate) fn size(&self, group: SegmentGroup) -> u64 {
        match group {
            SegmentGroup::Local => self.segments.local,
            SegmentGroup::NonLocal => self.segments.aperture,
        }
    }

    /// Size and use of a group, in bytes: for people.
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

    /// Commits `bytes` bytes of video memory, or of the aperture to a process's own memory. Without
    /// CAP_SYS_RESOURCE, all processes of a user together get at most three quarters, and at most a quarter as
    /// many allocations as the system may have files open: memory is in a file, which no limit on descriptors
    /// counts.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY when less than that is left (case 65). NO_MEMORY: too many allocations.
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
        let (own, count) = tracker.committed(user, group);
        if !is_privileged && group == SegmentGroup::Local && count >= sys::most_files() / 4 {
            return Err(NtStatus::NO_MEMORY);
        }
        if !(is_privileged || own.saturating_add(bytes) <= most) || !ledger.commit(bytes) {
            return Err(NtStatus::GRAPHICS_NO_VIDEO_MEMORY);
        }
        drop(ledger);
        tracker.change_usage(account.key(), group, |process| {
            process.committed = process.committed.saturating_add(bytes);
            process.committed_allocations += 1;
        });
        Ok(Commitment {
            vidmm: self.clone(),
            process: account.key(),
            group,
            bytes,
        })
    }
}

/// Elements of a list that are handled under one lock of the residency tracker.
const PIECE: usize = 64;

/// Whether a list may be left half done when the process is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stops {
    WhenKilled,
    Never,
}

impl VidMm {
    /// Calls `work` for each element of a list. As users choose its length, the residency tracker is locked for
    /// a piece of it at a time.
    ///
    /// # Errors
    ///
    /// The first error of `work`, or INTERRUPTED; with the number of elements done by then.
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
struct TrackerGuard<'a> {
    tracker: MutexGuard<'a, ResidencyTracker<Arc<Backing>>>,
    reclaimable: &'a [Atomic<u64>; 2],
}

impl Deref for TrackerGuard<'_> {
    type Target = ResidencyTracker<Arc<Backing>>;

    fn deref(&self) -> &Self::Target {
        &self.tracker
    }
}

impl DerefMut for TrackerGuard<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.tracker
    }
}

impl Drop for TrackerGuard<'_> {
    /// The shrinker reads these counts without the lock.
    fn drop(&mut self) {
        self.reclaimable[0].store(self.tracker.offered(), Relaxed);
        self.reclaimable[1].store(self.tracker.idle(), Relaxed);
    }
}

/// Committed bytes; dropping it releases them.
struct Commitment {
    vidmm: Arc<VidMm>,
    /// The process whose usage they count in, as long as it exists.
    process: Key,
    group: SegmentGroup,
    bytes: u64,
}

impl Drop for Commitment {
    fn drop(&mut self) {
        let mut tracker = self.vidmm.tracker();
        tracker.change_usage(self.process, self.group, |process| {
            process.committed = process.committed.saturating_sub(self.bytes);
            process.committed_allocations = process.committed_allocations.saturating_sub(1);
        });
        self.vidmm.ledger(self.group).lock().release(self.bytes);
    }
}

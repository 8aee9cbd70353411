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
mod books;
pub(crate) mod budget;
pub(crate) mod ledger;
pub(crate) mod offer;
pub(crate) mod owned;
mod paging;
pub(crate) mod paging_priority;
pub(crate) mod place;
mod pressure;
pub(crate) mod rank;
pub(crate) mod residency;
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
use books::{
    Books,
    Key, //
};
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
use rank::Rank;

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
    asked: Option<Rank>,
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
    books: Mutex<Books<Arc<Backing>>>,
    /// Where the work of processes is done.
    queue: Arc<WorkerQueue>,
    /// Gives memory back to the system.
    worker: Arc<Worker>,
    /// What could be given back to the system, in bytes: offered, and idle.
    spare: [Atomic<u64>; 2],
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
        let books = Books::new(segments.local, segments.aperture);
        Arc::pin_init(
            pin_init!(Self {
                segments,
                committed <- new_mutex!(Ledger::new(commit), "VidMm::committed"),
                aperture <- new_mutex!(Ledger::new(segments.aperture), "VidMm::aperture"),
                paging <- new_mutex!(Paging { closed: false, asked: None }, "VidMm::paging"),
                books <- new_mutex!(books, "VidMm::books"),
                queue,
                worker,
                spare: [Atomic::new(0), Atomic::new(0)],
                gone: Atomic::new(false),
                wanted: Atomic::new(0),
                shrinker <- new_mutex!(None, "VidMm::shrinker"),
            }),
            GFP_KERNEL,
        )
    }

    /// Gives memory back from now on. Whoever calls it has to [end](Self::lose_all) it, also when it
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
    pub(crate) fn lose_all(&self) {
        self.paging.lock().closed = true;
        self.gone.store(true, Relaxed);
        while let Some(backing) = self.take_any() {
            backing.lose();
        }
        self.worker.set_job(None);
        let shrinker = self.shrinker.lock().take();
        drop(shrinker);
    }

    fn take_any(&self) -> Option<Arc<Backing>> {
        let mut books = self.books();
        let backing = books.first()?;
        let entry = books.leave(backing.key());
        drop(books);
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

    fn books(&self) -> BooksGuard<'_> {
        BooksGuard {
            books: self.books.lock(),
            spare: &self.spare,
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
        let usage = self.books().group(group).usage();
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
        let mut books = self.books();
        let mut ledger = self.ledger(group).lock();
        let user = books.share(account.key(), group).user;
        let most = ledger.size() / 4 * 3;
        let (own, promises) = books.promised(user, group);
        if !is_privileged && group == SegmentGroup::Local && promises >= sys::most_files() / 4 {
            return Err(NtStatus::NO_MEMORY);
        }
        if !(is_privileged || own.saturating_add(bytes) <= most) || !ledger.commit(bytes) {
            return Err(NtStatus::GRAPHICS_NO_VIDEO_MEMORY);
        }
        drop(ledger);
        books.change_share(account.key(), group, |share| {
            share.committed = share.committed.saturating_add(bytes);
            share.promises += 1;
        });
        Ok(Commitment {
            vidmm: self.clone(),
            process: account.key(),
            group,
            bytes,
        })
    }
}

/// Elements of a list that are dealt with while the books are locked once.
const PIECE: usize = 64;

/// Whether a list may be left half done when the process is killed.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Stops {
    WhenKilled,
    Never,
}

impl VidMm {
    /// Does something about each element of a list. As users say how long that is, the books are locked for
    /// a piece of it at a time.
    ///
    /// # Errors
    ///
    /// What `work` says first, or INTERRUPTED; and how many are done then.
    fn in_pieces<T>(
        &self,
        list: &[T],
        stops: Stops,
        mut work: impl FnMut(&mut Books<Arc<Backing>>, &T) -> NtResult,
    ) -> Result<(), (usize, NtStatus)> {
        let mut done = 0;
        for piece in list.chunks(PIECE) {
            let mut books = self.books();
            for element in piece {
                work(&mut books, element).map_err(|status| (done, status))?;
                done += 1;
            }
            drop(books);
            if killable::is_dying() && stops == Stops::WhenKilled {
                return Err((done, NtStatus::INTERRUPTED));
            }
        }
        Ok(())
    }
}

/// The books, locked.
struct BooksGuard<'a> {
    books: MutexGuard<'a, Books<Arc<Backing>>>,
    spare: &'a [Atomic<u64>; 2],
}

impl Deref for BooksGuard<'_> {
    type Target = Books<Arc<Backing>>;

    fn deref(&self) -> &Self::Target {
        &self.books
    }
}

impl DerefMut for BooksGuard<'_> {
    fn deref_mut(&mut self) -> &mut Self::Target {
        &mut self.books
    }
}

impl Drop for BooksGuard<'_> {
    /// Whoever is short of memory reads it without the lock.
    fn drop(&mut self) {
        self.spare[0].store(self.books.offered(), Relaxed);
        self.spare[1].store(self.books.idle(), Relaxed);
    }
}

/// Bytes that were promised; they are free again when it is dropped.
struct Commitment {
    vidmm: Arc<VidMm>,
    /// Whose share it counts in, as long as that is there.
    process: Key,
    group: SegmentGroup,
    bytes: u64,
}

impl Drop for Commitment {
    fn drop(&mut self) {
        let mut books = self.vidmm.books();
        books.change_share(self.process, self.group, |share| {
            share.committed = share.committed.saturating_sub(self.bytes);
            share.promises = share.promises.saturating_sub(1);
        });
        self.vidmm.ledger(self.group).lock().release(self.bytes);
    }
}

// SPDX-License-Identifier: GPL-2.0

//! Budgets: how much of a segment group each process may use.
//!
//! Pure logic: also compiled and tested on the host.

/// One process's use of one group, in bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct ProcessUsage {
    /// In the group's memory now.
    pub(crate) usage: u64,
    /// On the residency lists of its devices.
    pub(crate) listed: u64,
    /// What it wants to have available (D3DKMTChangeVideoMemoryReservation).
    pub(crate) reservation: u64,
    /// Part of its usage: offered.
    pub(crate) offered: u64,
    /// Part of its usage: pinned, as other drivers have dma-bufs of it.
    pub(crate) pinned: u64,
    /// Bytes that are committed to it.
    pub(crate) committed: u64,
    /// The number of allocations that these are committed to.
    pub(crate) committed_allocations: u64,
    /// The user of the process.
    pub(crate) user: u32,
}

impl ProcessUsage {
    /// Whether the process uses the group at all.
    fn is_active(&self) -> bool {
        self.usage > 0 || self.listed > 0 || self.reservation > 0
    }

    /// The unused part of its reservation.
    fn unmet(&self) -> u64 {
        self.reservation.saturating_sub(self.usage)
    }
}

/// The use of one group by all processes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Budgets {
    size: u64,
    /// Processes that use the group.
    active: u64,
    usage: u64,
    unmet: u64,
    reserved: u64,
    pinned: u64,
}

impl Budgets {
    /// An unused group of `size` bytes.
    pub(crate) const fn new(size: u64) -> Self {
        Self {
            size,
            active: 0,
            usage: 0,
            unmet: 0,
            reserved: 0,
            pinned: 0,
        }
    }

    /// The group's size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that are pinned for all processes.
    pub(crate) fn pinned(&self) -> u64 {
        self.pinned
    }

    /// Processes that use the group if this one does; at least one.
    pub(crate) fn takers(&self, process: &ProcessUsage) -> u64 {
        (self.active + u64::from(!process.is_active())).max(1)
    }

    /// What a process may keep when others want memory, too: an equal share among all that use the group, or
    /// what it has reserved.
    pub(crate) fn fair_share(&self, process: &ProcessUsage, takers: u64) -> u64 {
        (self.size / takers).max(process.reservation)
    }

    /// Bytes in use by all processes.
    pub(crate) fn usage(&self) -> u64 {
        self.usage
    }

    /// Changes one process's usage.
    pub(crate) fn change(
        &mut self,
        process: &mut ProcessUsage,
        change: impl FnOnce(&mut ProcessUsage),
    ) {
        let before = *process;
        change(process);
        // A wrong sum here is no reason to panic.
        let update = |sum: &mut u64, before: u64, now: u64| {
            *sum = sum.saturating_add(now).saturating_sub(before);
        };
        let is_active = |process: &ProcessUsage| u64::from(process.is_active());
        update(&mut self.active, is_active(&before), is_active(process));
        update(&mut self.usage, before.usage, process.usage);
        update(&mut self.unmet, before.unmet(), process.unmet());
        update(&mut self.reserved, before.reservation, process.reservation);
        update(&mut self.pinned, before.pinned, process.pinned);
    }

    /// How much a process may use: what the others leave, but at least an equal share among all that use the
    /// group.
    pub(crate) fn budget(&self, process: &ProcessUsage) -> u64 {
        let takers = self.takers(process);
        let others =
            self.usage.saturating_sub(process.usage) + self.unmet.saturating_sub(process.unmet());
        (self.size / takers).max(self.size.saturating_sub(others))
    }

    /// How much a process could reserve: half of the group less what the others have reserved, within its
    /// budget.
    pub(crate) fn reservable(&self, process: &ProcessUsage) -> u64 {
        (self.size / 2)
            .saturating_sub(self.reserved.saturating_sub(process.reservation))
            .min(self.budget(process))
    }
}

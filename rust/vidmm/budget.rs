// SPDX-License-Identifier: GPL-2.0

//! Budgets: how much of a group of segments each process may use.
//!
//! Pure logic: also compiled and tested on the host.

/// What one process has of one group, in bytes.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct ProcessUsage {
    /// In the group's memory now.
    pub(crate) usage: u64,
    /// On the residency lists of its devices.
    pub(crate) listed: u64,
    /// What it wants to be able to have (D3DKMTChangeVideoMemoryReservation).
    pub(crate) reservation: u64,
    /// Part of its usage: what it has offered.
    pub(crate) offered: u64,
    /// Part of its usage: what nobody else can have, as others have dma-bufs of it.
    pub(crate) pinned: u64,
    /// What it was promised.
    pub(crate) committed: u64,
    /// To so many allocations.
    pub(crate) promises: u64,
    /// Whose process it is.
    pub(crate) user: u32,
}

impl ProcessUsage {
    /// Whether the process takes part in the group at all.
    fn is_active(&self) -> bool {
        self.usage > 0 || self.listed > 0 || self.reservation > 0
    }

    /// What it reserved and does not use.
    fn unmet(&self) -> u64 {
        self.reservation.saturating_sub(self.usage)
    }
}

/// What all processes have of one group.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Budgets {
    size: u64,
    /// Processes that take part.
    active: u64,
    usage: u64,
    unmet: u64,
    reserved: u64,
    pinned: u64,
}

impl Budgets {
    /// Of a group of `size` bytes that nobody uses.
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

    /// Bytes of the group.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that are pinned for all processes.
    pub(crate) fn pinned(&self) -> u64 {
        self.pinned
    }

    /// Processes that take part when this one does; at least one.
    pub(crate) fn takers(&self, process: &ProcessUsage) -> u64 {
        (self.active + u64::from(!process.is_active())).max(1)
    }

    /// What a process may keep when others want it, too: the same as all that take part, or what it has
    /// reserved.
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
        // Nothing that is wrong here is worth the machine.
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

    /// How much a process may use: what the others leave, and no less than if all that take part
    /// had the same.
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

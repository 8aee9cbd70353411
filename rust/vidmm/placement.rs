// SPDX-License-Identifier: GPL-2.0

//! [`Placement`]: where the bytes of an allocation are, and where they may move from there.
//!
//! Pure logic: also compiled and tested on the host.

/// Where the bytes of an allocation are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Placement {
    /// Nowhere: all are zero, and there is no memory. TTM says of such a `ttm_tt` that it is not populated.
    Unpopulated,
    /// In the adapter's segment.
    Local,
    /// In system memory, which the kernel may swap out.
    System,
    /// In memory of the process that made the allocation.
    UserPages,
    /// In memory imported from a dma-buf.
    Imported,
    /// Nowhere: they were offered, and the memory was reclaimed.
    Discarded,
    /// Nowhere, for good: the adapter was unplugged, or the allocation ends.
    Lost,
}

impl Placement {
    /// All placements.
    pub(crate) const ALL: [Self; 7] = [
        Self::Unpopulated,
        Self::Local,
        Self::System,
        Self::UserPages,
        Self::Imported,
        Self::Discarded,
        Self::Lost,
    ];

    /// Whether bytes may move from here to `next`.
    ///
    /// ```text
    /// Unpopulated ──→ Local ←──→ System         UserPages, Imported
    ///     ↑  └────────────────────↗ │
    ///     │             └────┬──────┘
    ///     └──────────── Discarded               all of them ──→ Lost
    /// ```
    pub(crate) fn leads_to(self, next: Self) -> bool {
        match (self, next) {
            // Used for the first time.
            (Self::Unpopulated, Self::Local | Self::System) => true,
            // Moved by VidMm.
            (Self::Local, Self::System) | (Self::System, Self::Local) => true,
            // Offered, and discarded.
            (Self::Local | Self::System, Self::Discarded) => true,
            // Reclaimed.
            (Self::Discarded, Self::Unpopulated) => true,
            (Self::Lost, _) => false,
            (_, Self::Lost) => true,
            _ => false,
        }
    }
}

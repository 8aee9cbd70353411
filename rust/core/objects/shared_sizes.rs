// SPDX-License-Identifier: GPL-2.0

//! [`SharedSizes`]: the sizes that an opener of a shared resource needs.
//!
//! Pure logic: also compiled on the host.

/// Sizes of a shared resource (cases 128, 161).
pub(crate) struct SharedSizes {
    /// Bytes of the runtime's data.
    pub(crate) runtime_data: u32,
    /// Bytes of the resource's private data.
    pub(crate) private_data: u32,
    /// Bytes of all allocations' private data.
    pub(crate) total: u32,
    /// Number of allocations.
    pub(crate) allocations: u32,
}

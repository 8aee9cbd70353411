// SPDX-License-Identifier: MIT OR Apache-2.0

//! Numbers of ioctls.

/// The number of a request that reads and writes a `T`.
#[allow(non_snake_case, reason = "the kernel's name")]
pub const fn _IOWR<T>(kind: u32, nr: u32) -> u32 {
    // CAST: sizes of arguments have 14 bits.
    (3 << 30) | ((size_of::<T>() as u32) << 16) | (kind << 8) | nr
}

/// The number within the kind.
#[allow(non_snake_case, reason = "the kernel's name")]
pub const fn _IOC_NR(request: u32) -> u32 {
    request & 0xff
}

/// The kind.
#[allow(non_snake_case, reason = "the kernel's name")]
pub const fn _IOC_TYPE(request: u32) -> u32 {
    (request >> 8) & 0xff
}

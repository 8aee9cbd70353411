// SPDX-License-Identifier: MIT OR Apache-2.0
//! The raw layer: the ABI with its own names.

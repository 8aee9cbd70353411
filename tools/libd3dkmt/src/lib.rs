// SPDX-License-Identifier: MIT OR Apache-2.0
//! The D3DKMT calls of `/dev/dxg`.

pub mod sys;

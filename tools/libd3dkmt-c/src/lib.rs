// SPDX-License-Identifier: MIT OR Apache-2.0
//! `libd3dkmt.so`: the D3DKMT functions of Windows for C programs.
//!
//! Its functions are the symbols that the library exports, and there are no others; the headers in
//! `include/d3dkmt` declare them. An argument goes to `/dev/dxg` as it is, since the node has the
//! structures of the WDK; only what the first version of a function has in another shape is
//! translated.
//!
//! | module | holds |
//! |---|---|
//! | [`requests`] | the functions that are one request each |
//! | [`share`] | `D3DKMTShareObjects`, whose argument is no structure |
//! | [`first_version`] | the older shapes of functions that have a second version |
//! | [`unsupported`] | functions that no request belongs to |
//! | `node` | the descriptor of `/dev/dxg` that all of them use |
//! | `call` | from a request to an NTSTATUS |
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]
#![allow(non_snake_case)]

mod call;
pub mod first_version;
mod node;
pub mod requests;
pub mod share;
pub mod unsupported;

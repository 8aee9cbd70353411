// SPDX-License-Identifier: GPL-2.0

//! The ABI of `/dev/dxg` and the gem miniport's private data, as bindgen reads them from `uapi/`.
//!
//! The types that cross the border are plain bytes; zerocopy's derives prove at compile time that
//! they have no padding and that every bit pattern is valid. [`layout`] holds their sizes and
//! offsets against the table of the ABI.

#![deny(unsafe_code)]

mod layout;

mod raw {
    #![allow(
        clippy::all,
        dead_code,
        missing_docs,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals,
        unreachable_pub
    )]

    use kernel::ffi;
    use zerocopy_derive::{
        FromBytes,
        Immutable,
        IntoBytes,
        KnownLayout, //
    };

    include!("uapi/raw_generated.rs");
}

pub(crate) use raw::*;

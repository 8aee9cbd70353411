// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `uapi`: made by build.rs from the same headers and parameters.

mod raw {
    #![allow(
        clippy::all,
        dead_code,
        non_camel_case_types,
        non_snake_case,
        non_upper_case_globals,
        unreachable_pub
    )]

    use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

    include!(concat!(env!("OUT_DIR"), "/uapi.rs"));
}

pub(crate) use raw::*;

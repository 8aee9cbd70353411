// SPDX-License-Identifier: MIT OR Apache-2.0
//! `D3DKMTShareObjects`, which takes its arguments one by one.

use crate::call::{guarded, request, Status};
use libd3dkmt::sys::{request, types::D3DKMT_SHAREOBJECTS};
use std::{ffi::c_void, ptr};

/// The request [`SHAREOBJECTS`](request::SHAREOBJECTS).
///
/// # Safety
///
/// `objects` must be the address of `count` handles, and `shared` that of a place for the new one.
#[no_mangle]
pub unsafe extern "C" fn D3DKMTShareObjects(
    count: u32,
    objects: *const u32,
    attributes: *const c_void,
    access: u32,
    shared: *mut *mut c_void,
) -> Status {
    guarded(|| {
        let mut argument = D3DKMT_SHAREOBJECTS {
            object_count: count,
            objects: objects.addr() as u64,
            object_attr: attributes.addr() as u64,
            desired_access: access,
            shared_handle: shared.addr() as u64,
            ..Default::default()
        };
        // SAFETY: The request is the one of this structure; the caller vouches for the addresses.
        unsafe { request(request::SHAREOBJECTS, ptr::from_mut(&mut argument).cast()) }
    })
}

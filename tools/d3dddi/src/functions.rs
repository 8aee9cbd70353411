// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a driver gives the runtime: one entry point, and behind it tables of functions.
//!
//! ```text
//! runtime                              driver
//!   OpenAdapter(version) ───────────────▶  AdapterFunctions
//!   create_device(callbacks) ───────────▶  DeviceFunctions
//!   create_resource(hRTResource) ───────▶    ... pfnAllocateCb(hResource = hRTResource)
//! ```
//!
//! All handles that a driver gives out are its own numbers or addresses. Every function hands back
//! the result of a callback that failed; `D3DDDIERR_DEVICEREMOVED` exactly.
//!
//! # Safety
//!
//! The same holds for calling each of the functions: a handle of an adapter or a device is one that
//! the driver gave out and that was not closed or destroyed; nobody else uses the device at the same
//! time; the argument is NULL or the address of a good structure, and addresses in it are NULL or
//! those of what they are said to be.

use crate::{
    hresult::HResult,
    table::D3DDDI_DEVICECALLBACKS,
    types::{D3DKMT_HANDLE, HANDLE},
};
use std::ptr;

/// The version of this interface.
pub const VERSION: u32 = 1;

/// The driver's entry point.
pub type OpenAdapter = unsafe extern "C" fn(*mut OpenAdapterArgs) -> HResult;

/// Defines structures without meaning of their own: zeros are a good value.
macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $field:ident: $type:ty,)* })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        pub struct $name { $($(#[$field_doc])* pub $field: $type,)* }

        impl Default for $name {
            fn default() -> Self {
                // SAFETY: All fields are integers, raw pointers and optional functions, for which
                // zeros are good.
                unsafe { std::mem::zeroed() }
            }
        }
    )*};
}

structures! {
    /// Argument of [`OpenAdapter`].
    OpenAdapterArgs {
        /// In: [`VERSION`]; another one is refused with `ERROR_GRAPHICS_DRIVER_MISMATCH`.
        version: u32,
        /// Out: the driver's adapter.
        adapter: HANDLE,
        /// Out, what it points to: functions.
        functions: *mut AdapterFunctions,
    }
    /// Functions of an adapter.
    AdapterFunctions {
        /// Makes a device.
        create_device: Option<unsafe extern "C" fn(HANDLE, *mut CreateDeviceArgs) -> HResult>,
        /// Ends the adapter, which has no devices any more.
        close_adapter: Option<unsafe extern "C" fn(HANDLE) -> HResult>,
    }
    /// Argument of `create_device`.
    CreateDeviceArgs {
        /// In: the runtime's device, for the callbacks.
        runtime_device: HANDLE,
        /// In: the callbacks; the driver copies the table.
        callbacks: *const D3DDDI_DEVICECALLBACKS,
        /// Out: the driver's device.
        device: HANDLE,
        /// Out, what it points to: functions.
        functions: *mut DeviceFunctions,
    }
    /// Functions of a device.
    DeviceFunctions {
        /// Ends the device with all of its resources.
        destroy_device: Option<unsafe extern "C" fn(HANDLE) -> HResult>,
        /// Makes a resource.
        create_resource: Option<unsafe extern "C" fn(HANDLE, *mut CreateResourceArgs) -> HResult>,
        /// Ends a resource, mapped or not.
        destroy_resource: Option<unsafe extern "C" fn(HANDLE, u32) -> HResult>,
        /// Makes the bytes of one buffer reachable. Maps nest.
        map: Option<unsafe extern "C" fn(HANDLE, *mut MapArgs) -> HResult>,
        /// Takes one map back: the resource, and the buffer.
        unmap: Option<unsafe extern "C" fn(HANDLE, u32, u32) -> HResult>,
        /// Fills a rectangle.
        clear: Option<unsafe extern "C" fn(HANDLE, *const ClearArgs) -> HResult>,
        /// Copies a region.
        copy: Option<unsafe extern "C" fn(HANDLE, *const CopyArgs) -> HResult>,
        /// Draws a triangle or a quad.
        draw: Option<unsafe extern "C" fn(HANDLE, *const DrawArgs) -> HResult>,
        /// Says what is to be shown next.
        present: Option<unsafe extern "C" fn(HANDLE, *mut PresentArgs) -> HResult>,
    }
    /// Argument of `create_resource`.
    CreateResourceArgs {
        /// In: the runtime's resource, for pfnAllocateCb.
        runtime_resource: HANDLE,
        /// In: [`kind`].
        kind: u32,
        /// In: buffers of a flip chain, 2 to 16; 1 for everything else.
        buffers: u32,
        /// In: bytes of a buffer; 0 for everything else.
        bytes: u64,
        /// In: pixels in a row; 0 for a buffer.
        width: u32,
        /// In: rows; 0 for a buffer.
        height: u32,
        /// In: DRM fourcc, XR24 or AR24; 0 for a buffer.
        format: u32,
        /// In: the video present source of a primary or a flip chain; 0 for everything else.
        source: u32,
        /// In: `usage`.
        usage: u32,
        /// In: memory that the runtime has allocated, one element for each buffer; NULL: none.
        memory: *const MemoryArgs,
        /// Out: the driver's resource.
        resource: u32,
    }
    /// Memory of the runtime's for one buffer. It stays until the resource is destroyed, and is of no
    /// other resource.
    MemoryArgs {
        /// Where it begins.
        address: *mut u8,
        /// Bytes from one row to the next; not looked at for a buffer.
        pitch: u32,
        /// Bytes.
        bytes: u64,
    }
    /// Argument of `map`.
    MapArgs {
        /// In: the resource.
        resource: u32,
        /// In: which of its buffers.
        buffer: u32,
        /// Out: the address of the first byte.
        address: *mut u8,
        /// Out: bytes from one row to the next; 0 for a buffer.
        pitch: u32,
        /// Out: bytes that may be touched.
        bytes: u64,
    }
    /// A rectangle of pixels, or of bytes in a buffer, which is one row.
    Rect {
        /// Left edge.
        x: u32,
        /// Upper edge.
        y: u32,
        /// Pixels in a row.
        width: u32,
        /// Rows.
        height: u32,
    }
    /// Argument of `clear`.
    ClearArgs {
        /// In: the resource, a surface.
        resource: u32,
        /// In: which of its buffers.
        buffer: u32,
        /// In: what is filled; it must be inside.
        rect: Rect,
        /// In: `0xAARRGGBB`.
        color: u32,
    }
    /// Argument of `copy`.
    CopyArgs {
        /// In: from this resource.
        from: u32,
        /// In: and this buffer of it.
        from_buffer: u32,
        /// In: this region, which must be inside.
        region: Rect,
        /// In: to this resource, of the same format; it can be the same one.
        to: u32,
        /// In: and this buffer of it.
        to_buffer: u32,
        /// In: the left edge of the region there.
        x: u32,
        /// In: the upper edge of the region there; it must be inside.
        y: u32,
    }
    /// A corner.
    VertexArgs {
        /// In: to the right, in sixteenths of a pixel.
        x: i32,
        /// In: down, in sixteenths of a pixel.
        y: i32,
        /// In: `0xAARRGGBB`.
        color: u32,
    }
    /// Argument of `draw`.
    DrawArgs {
        /// In: the resource, a surface.
        resource: u32,
        /// In: which of its buffers.
        buffer: u32,
        /// In: [`blend`].
        blend: u32,
        /// In: 3 for a triangle, 4 for a convex quad.
        vertices: u32,
        /// In: the corners.
        vertex: [VertexArgs; 4],
    }
    /// Argument of `present`.
    PresentArgs {
        /// In: the resource, a primary or a flip chain.
        resource: u32,
        /// Out: which of its buffers is to be shown: the next one in turn.
        buffer: u32,
        /// Out: the allocation that it is.
        allocation: D3DKMT_HANDLE,
        /// Out: the kernel's resource.
        km_resource: D3DKMT_HANDLE,
        /// Out: on which source.
        source: u32,
        /// Out: pixels in a row.
        width: u32,
        /// Out: rows.
        height: u32,
        /// Out: bytes from one row to the next.
        pitch: u32,
        /// Out: DRM fourcc.
        format: u32,
        /// Out: bytes.
        bytes: u64,
    }
}

/// What a resource is.
pub mod kind {
    /// Linear bytes.
    pub const BUFFER: u32 = 1;
    /// An image.
    pub const TEXTURE: u32 = 2;
    /// An image that is shown.
    pub const PRIMARY: u32 = 3;
    /// Images that are shown in turn.
    pub const FLIP_CHAIN: u32 = 4;
}

/// What a resource is for.
pub mod usage {
    /// The device works on it, so that it is allocated.
    pub const DEFAULT: u32 = 0;
    /// Only the CPU works on it. With memory of the runtime's it needs no allocation.
    pub const STAGING: u32 = 1;
}

/// How a draw meets what is there.
pub mod blend {
    /// It replaces it.
    pub const REPLACE: u32 = 0;
    /// Alpha says how much of it there is to be seen.
    pub const OVER: u32 = 1;
}

impl CreateResourceArgs {
    /// A buffer.
    pub fn buffer(bytes: u64) -> Self {
        Self {
            kind: kind::BUFFER,
            buffers: 1,
            bytes,
            memory: ptr::null(),
            ..Self::default()
        }
    }

    /// An image.
    pub fn texture(width: u32, height: u32, format: u32) -> Self {
        Self {
            kind: kind::TEXTURE,
            buffers: 1,
            width,
            height,
            format,
            ..Self::default()
        }
    }

    /// What is shown on a source.
    pub fn primary(width: u32, height: u32, format: u32, source: u32) -> Self {
        Self {
            kind: kind::PRIMARY,
            source,
            ..Self::texture(width, height, format)
        }
    }

    /// A chain of such.
    pub fn flip_chain(width: u32, height: u32, format: u32, source: u32, buffers: u32) -> Self {
        Self {
            kind: kind::FLIP_CHAIN,
            buffers,
            ..Self::primary(width, height, format, source)
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Handles, one type for each kind of object.

use crate::sys::d3dkmthandle;
use std::fmt;

macro_rules! handles {
    ($($(#[$doc:meta])* $name:ident)*) => {$(
        $(#[$doc])*
        ///
        /// A number of the process's handle table (D3DKMT_HANDLE). It says nothing about whether
        /// the object is alive.
        #[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub(crate) u32);

        impl $name {
            /// The number itself, for calls of [`crate::sys`].
            pub fn raw(self) -> u32 {
                self.0
            }
        }

        impl From<$name> for d3dkmthandle {
            fn from(handle: $name) -> Self {
                Self { v: handle.0 }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "0x{:08x}", self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({self})", stringify!($name))
            }
        }
    )*};
}

handles! {
    /// Handle of an opened adapter.
    AdapterHandle
    /// Handle of a device.
    DeviceHandle
    /// Handle of a resource.
    ResourceHandle
    /// Handle of an allocation.
    AllocationHandle
    /// Handle of a synchronisation object.
    SyncObjectHandle
    /// Handle of a paging queue.
    PagingQueueHandle
    /// Handle of a context.
    ContextHandle
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn handles_are_shown_as_hexadecimal() {
        let handle = AllocationHandle(0x4000_0080);
        assert_eq!(handle.to_string(), "0x40000080");
        assert_eq!(format!("{handle:?}"), "AllocationHandle(0x40000080)");
        assert_eq!(handle.raw(), 0x4000_0080);
    }
}

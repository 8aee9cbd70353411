// SPDX-License-Identifier: MIT OR Apache-2.0
//! HRESULT, what callbacks and driver functions answer.

use std::fmt;

/// An HRESULT.
///
/// ```
/// use d3dddi::HResult;
///
/// let removed = HResult(0x8876_0870);
/// assert_eq!(removed, HResult::D3DDDIERR_DEVICEREMOVED);
/// assert_eq!(removed.to_string(), "D3DDDIERR_DEVICEREMOVED (0x88760870)");
/// assert!(!removed.is_success());
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
#[repr(transparent)]
#[must_use]
pub struct HResult(pub u32);

/// What functions of the safe side answer.
pub type Result<T = ()> = std::result::Result<T, HResult>;

macro_rules! results {
    ($($(#[$doc:meta])* $name:ident = $value:literal;)*) => {
        impl HResult {
            $($(#[$doc])* pub const $name: Self = Self($value);)*
            const NAMES: &[(HResult, &str)] = &[$((HResult::$name, stringify!($name)),)*];
        }
    };
}

results! {
    /// Done.
    S_OK = 0;
    /// The function is not there.
    E_NOTIMPL = 0x8000_4001;
    /// Something that must not happen.
    E_FAIL = 0x8000_4005;
    /// Not done yet.
    E_PENDING = 0x8000_000A;
    /// Not allowed.
    E_ACCESSDENIED = 0x8007_0005;
    /// No system memory, or over a limit on it.
    E_OUTOFMEMORY = 0x8007_000E;
    /// Malformed call.
    E_INVALIDARG = 0x8007_0057;
    /// No video memory left.
    D3DERR_OUTOFVIDEOMEMORY = 0x8876_017C;
    /// The GPU uses the allocation, and the caller would not wait.
    D3DERR_WASSTILLDRAWING = 0x8876_021C;
    /// This device does not have it.
    D3DERR_NOTAVAILABLE = 0x8876_086A;
    /// The adapter is gone.
    D3DDDIERR_DEVICEREMOVED = 0x8876_0870;
    /// User-mode and kernel-mode driver disagree about private data.
    ERROR_GRAPHICS_DRIVER_MISMATCH = 0xC026_2009;
}

impl HResult {
    /// The result of a function of the safe side.
    pub fn of(result: Result) -> Self {
        match result {
            Ok(()) => Self::S_OK,
            Err(result) => result,
        }
    }

    /// Whether the severity is success.
    pub const fn is_success(self) -> bool {
        self.0 < 0x8000_0000
    }

    /// An error, unless it is a success.
    ///
    /// # Errors
    ///
    /// The result itself.
    pub fn into_result(self) -> Result {
        if self.is_success() {
            Ok(())
        } else {
            Err(self)
        }
    }
}

impl fmt::Display for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match Self::NAMES.iter().find(|(result, _)| result == self) {
            Some((_, name)) => write!(f, "{name} (0x{:08X})", self.0),
            None => write!(f, "HRESULT 0x{:08X}", self.0),
        }
    }
}

impl fmt::Debug for HResult {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl std::error::Error for HResult {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn severity_is_the_highest_bit() {
        assert_eq!(HResult(1).into_result(), Ok(()));
        assert_eq!(HResult(0x7fff_ffff).into_result(), Ok(()));
        assert_eq!(
            HResult(0x8000_0000).into_result(),
            Err(HResult(0x8000_0000))
        );
        let failures = HResult::NAMES.iter().filter(|(r, _)| !r.is_success());
        assert_eq!(failures.count(), HResult::NAMES.len() - 1, "all but S_OK");
    }

    #[test]
    fn what_has_no_name_is_a_number() {
        assert_eq!(HResult(0x8876_0001).to_string(), "HRESULT 0x88760001");
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which HRESULT a callback answers when the kernel answered a status.

use d3dddi::HResult;
use libd3dkmt::NtStatus;

/// The statuses that have a result of their own.
const TABLE: &[(NtStatus, HResult)] = &[
    (NtStatus::PENDING, HResult::E_PENDING),
    (NtStatus::NOT_IMPLEMENTED, HResult::E_NOTIMPL),
    (NtStatus::INVALID_HANDLE, HResult::E_INVALIDARG),
    (NtStatus::INVALID_PARAMETER, HResult::E_INVALIDARG),
    (NtStatus::BUFFER_TOO_SMALL, HResult::E_INVALIDARG),
    (NtStatus::NO_MEMORY, HResult::E_OUTOFMEMORY),
    (NtStatus::ACCESS_DENIED, HResult::E_ACCESSDENIED),
    (NtStatus::NOT_SUPPORTED, HResult::D3DERR_NOTAVAILABLE),
    (NtStatus::DEVICE_REMOVED, HResult::D3DDDIERR_DEVICEREMOVED),
    (
        NtStatus::GRAPHICS_NO_VIDEO_MEMORY,
        HResult::D3DERR_OUTOFVIDEOMEMORY,
    ),
    (
        NtStatus::GRAPHICS_ALLOCATION_BUSY,
        HResult::D3DERR_WASSTILLDRAWING,
    ),
];

/// Statuses and results of the graphics kernel have the same codes, in facilities of their own.
const STATUS_GRAPHICS: u32 = 0xC01E_0000;
const RESULT_GRAPHICS: u32 = 0xC026_2000;
const CODE: u32 = 0x0000_0FFF;

/// The HRESULT of a status: that of the table; for others of the graphics kernel the one with the
/// same code, as `ERROR_GRAPHICS_DRIVER_MISMATCH`; else `S_OK` for a success and `E_FAIL`.
pub fn hresult_of(status: NtStatus) -> HResult {
    if let Some((_, result)) = TABLE.iter().find(|(known, _)| *known == status) {
        return *result;
    }
    match status.0 {
        graphics if graphics & !CODE == STATUS_GRAPHICS => {
            HResult(RESULT_GRAPHICS | graphics & CODE)
        }
        _ if status.is_success() => HResult::S_OK,
        _ => HResult::E_FAIL,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Once more, and with numbers.
    #[test]
    fn every_status_has_its_result() {
        for (status, result) in [
            (0x0000_0000, 0),
            (0x0000_0080, 0),
            (0x0000_0102, 0),
            (0x0000_0103, 0x8000_000A),
            (0xC000_0001, 0x8000_4005),
            (0xC000_0002, 0x8000_4001),
            (0xC000_0005, 0x8000_4005),
            (0xC000_0008, 0x8007_0057),
            (0xC000_000D, 0x8007_0057),
            (0xC000_0017, 0x8007_000E),
            (0xC000_0022, 0x8007_0005),
            (0xC000_0023, 0x8007_0057),
            (0xC000_00BB, 0x8876_086A),
            (0xC000_02B6, 0x8876_0870),
            (0xC01E_0009, 0xC026_2009),
            (0xC01E_0100, 0x8876_017C),
            (0xC01E_0101, 0xC026_2101),
            (0xC01E_0102, 0x8876_021C),
            (0xC01E_0109, 0xC026_2109),
            (0xC01E_0200, 0xC026_2200),
            (0xC01E_1000, 0x8000_4005),
            (0xC01F_0000, 0x8000_4005),
        ] {
            assert_eq!(hresult_of(NtStatus(status)), HResult(result), "{status:#x}");
        }
    }

    #[test]
    fn no_failure_becomes_a_success() {
        for high in 0x8000..=0xFFFF_u32 {
            for low in [0, 9, 0x100, 0xFFFF] {
                assert!(!hresult_of(NtStatus((high << 16) | low)).is_success());
            }
        }
    }

    #[test]
    fn names_agree_with_numbers() {
        let mismatch = hresult_of(NtStatus::GRAPHICS_DRIVER_MISMATCH);
        assert_eq!(mismatch, HResult::ERROR_GRAPHICS_DRIVER_MISMATCH);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! The calls that Windows does not have.

use super::*;

const READ_ONLY: u32 = DXGKRNL_DMA_BUF_READ_ONLY;

fn exporting(flags: u32) -> NtResult<DmaBufFlags> {
    export_dma_buf(&dxgkrnl_export_dma_buf {
        flags,
        ..Default::default()
    })
}

fn opening(flags: u32, reserved: u32) -> NtResult<DmaBufFlags> {
    open_dma_buf(&dxgkrnl_open_dma_buf {
        flags,
        reserved,
        ..Default::default()
    })
}

#[test]
fn reading_only_is_the_one_flag() {
    let parsers: [fn(u32) -> NtResult<DmaBufFlags>; 2] = [exporting, |flags| opening(flags, 0)];
    for parse in parsers {
        assert_eq!(parse(0), Ok(DmaBufFlags { read_only: false }));
        assert_eq!(parse(READ_ONLY), Ok(DmaBufFlags { read_only: true }));
        for bit in 1..32 {
            refused(parse(1 << bit));
            refused(parse((1 << bit) | READ_ONLY));
        }
    }
}

#[test]
fn the_reserved_field_is_zero() {
    for bit in 0..32 {
        refused(opening(0, 1 << bit));
    }
}

/// Handles, descriptors and answers are for others to judge.
#[test]
fn other_fields_are_not_looked_at() {
    let args = dxgkrnl_open_dma_buf {
        device: u32::MAX,
        fd: -1,
        resource: u32::MAX,
        allocation: u32::MAX,
        size: u64::MAX,
        ..Default::default()
    };
    assert!(open_dma_buf(&args).is_ok());
    let args = dxgkrnl_export_dma_buf {
        device: u32::MAX,
        allocation: u32::MAX,
        flags: 0,
        fd: i32::MIN,
    };
    assert!(export_dma_buf(&args).is_ok());
}

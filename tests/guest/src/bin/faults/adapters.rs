// SPDX-License-Identifier: MIT OR Apache-2.0
//! Adapters.

use super::*;
use dxg_guest_tests::faults::{sweep, Subject};
use libd3dkmt::{
    sys::{self, request},
    Dxg,
};

pub(super) fn enumerations() {
    const ROOM: usize = 8;
    let number = luids().len();
    let infos = || vec![sys::D3DKMT_ADAPTERINFO::default(); ROOM];
    // Where the adapters are put, if anywhere; and that each was opened, in the order of handles.
    let address = |infos: &mut Option<Vec<sys::D3DKMT_ADAPTERINFO>>| {
        infos.as_mut().map_or(0, |infos| infos.as_mut_ptr() as u64)
    };
    let right = |infos: Option<Vec<sys::D3DKMT_ADAPTERINFO>>, count: u32| {
        assert_eq!(count as usize, number);
        for (info, i) in infos.iter().flatten().take(number).zip(0..) {
            assert_eq!(info.adapter_handle.v, FIRST_HANDLE + i * HANDLE_STEP);
        }
    };
    for (shape, list) in [("count", false), ("list", true)] {
        sweep(
            Subject::request(request::ENUMADAPTERS2, shape),
            || {
                let mut infos = list.then(infos);
                let args = sys::D3DKMT_ENUMADAPTERS2 {
                    num_adapters: ROOM as u32,
                    adapters: address(&mut infos),
                    ..Default::default()
                };
                (Dxg::open().expect(Dxg::PATH), args, infos)
            },
            // SAFETY: The array has as many elements as stated.
            |(dxg, args, _)| unsafe { sys::D3DKMTEnumAdapters2(dxg, args) },
            |(_, args, infos)| right(infos, args.num_adapters),
        );
        sweep(
            Subject::request(request::ENUMADAPTERS3, shape),
            || {
                let mut infos = list.then(infos);
                let args = sys::D3DKMT_ENUMADAPTERS3 {
                    adapter_count: ROOM as u32,
                    adapters: address(&mut infos),
                    ..Default::default()
                };
                (Dxg::open().expect(Dxg::PATH), args, infos)
            },
            // SAFETY: As above.
            |(dxg, args, _)| unsafe { sys::D3DKMTEnumAdapters3(dxg, args) },
            |(_, args, infos)| right(infos, args.adapter_count),
        );
    }
}

/// Opens an adapter through a node that has `opened` adapters open already.
fn open_adapters(luid: Luid, shape: &str, opened: u32) {
    sweep(
        Subject::request(request::OPENADAPTERFROMLUID, shape),
        || {
            let dxg = Dxg::open().expect(Dxg::PATH);
            for _ in 0..opened {
                assert_eq!(open_adapter(&dxg, luid).0, SUCCESS);
            }
            (dxg, 0)
        },
        |(dxg, handle)| {
            let (answer, opened) = open_adapter(dxg, luid);
            *handle = opened;
            answer
        },
        |(_, handle)| assert_eq!(handle, FIRST_HANDLE + opened * HANDLE_STEP),
    );
}

pub(super) fn open_adapter_from_luid() {
    on_each_luid(|luid, shape| open_adapters(luid, &shape("the first object"), 0));
}

pub(super) fn open_adapter_with_a_new_part_of_the_handle_table() {
    open_adapters(luids()[0], "the 129th object", 128);
}

pub(super) fn close_of_an_adapter() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::CLOSEADAPTER, &shape("open")),
            || Gpu::open(luid),
            |gpu| close_adapter(&gpu.dxg, gpu.adapter),
            |gpu| assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), INVALID_PARAMETER),
        );
    });
}

pub(super) fn adapter_info() {
    const TYPES: [u32; 18] = [
        3, 6, 8, 11, 13, 15, 17, 18, 24, 30, 31, 54, 56, 57, 58, 65, 66, 70,
    ];
    on_each_luid(|luid, shape| {
        for kind in TYPES {
            sweep(
                Subject::request(request::QUERYADAPTERINFO, &shape(&format!("type {kind}"))),
                || (Gpu::open(luid), vec![0_u8; 8192]),
                |(gpu, block)| {
                    let address = block.as_mut_ptr() as u64;
                    query_at(&gpu.dxg, gpu.adapter, kind, address, 8192)
                },
                drop,
            );
        }
    });
}

pub(super) fn video_memory_info() {
    on_each_luid(|luid, shape| {
        for group in [0, 1] {
            let shape = shape(&format!("group {group}"));
            sweep(
                Subject::request(request::QUERYVIDEOMEMORYINFO, &shape),
                || {
                    let gpu = Gpu::open(luid);
                    let args = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
                        adapter: handle(gpu.adapter),
                        memory_segment_group: group,
                        ..Default::default()
                    };
                    (gpu, args)
                },
                |(gpu, args)| query_video_memory(&gpu.dxg, args),
                |(_, args)| assert!(args.budget > 0 && args.current_usage == 0),
            );
        }
    });
}

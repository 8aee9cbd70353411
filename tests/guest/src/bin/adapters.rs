// SPDX-License-Identifier: MIT OR Apache-2.0
//! Adapters: listing, opening, closing, and what handles look like. What adapters say of themselves
//! is the suite `adapter_info`.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    harness,
    memory::{Map, UNMAPPED},
    sysfs, tests,
};
use libd3dkmt::{
    sys::{self, request},
    Dxg,
};
use std::{collections::BTreeSet, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            each_drm_device_is_an_adapter,
            both_standard_adapters_are_there,
            case_003_no_room_is_too_small,
            case_004_room_for_all_and_more,
            case_015_more_than_64_elements,
            case_016_null_array_counts,
            case_017_one_element_short,
            enumerate3_counts,
            enumerate3_lists_what_enumerate2_lists,
            enumerate3_room,
            enumerate3_filter_bits,
            enumerate_into_bad_arrays,
            luids_are_unique_and_stable,
            case_009_open_by_luid,
            open_by_unknown_luids,
            case_007_close_of_no_adapter,
            case_006_close_twice,
            close_of_other_objects,
            handles_of_one_sequence_over_all_types,
            case_258_a_handle_is_not_used_again_at_once,
            only_the_exact_value_names_an_adapter,
            thousands_of_handles,
        ],
        &[],
    )
}

fn adapters_present(dxg: &Dxg) -> usize {
    let mut args = sys::D3DKMT_ENUMADAPTERS2::default();
    // SAFETY: There is no array.
    assert_eq!(unsafe { sys::D3DKMTEnumAdapters2(dxg, &mut args) }, SUCCESS);
    args.num_adapters as usize
}

fn enumerate3(dxg: &Dxg, filter: u64, room: u32) -> (Answer, u32, Vec<sys::D3DKMT_ADAPTERINFO>) {
    let mut infos = vec![sys::D3DKMT_ADAPTERINFO::default(); room.max(64) as usize];
    let mut args = sys::D3DKMT_ENUMADAPTERS3 {
        adapter_count: room,
        adapters: infos.as_mut_ptr() as u64,
        ..Default::default()
    };
    args.filter.value = filter;
    // SAFETY: The array has as many elements as stated.
    let answer = unsafe { sys::D3DKMTEnumAdapters3(dxg, &mut args) };
    (answer, args.adapter_count, infos)
}

fn close_all(dxg: &Dxg, infos: &[sys::D3DKMT_ADAPTERINFO]) {
    for info in infos {
        assert_eq!(close_adapter(dxg, info.adapter_handle.v), SUCCESS);
    }
}

fn each_drm_device_is_an_adapter() {
    let mut nodes: Vec<_> = luids()
        .into_iter()
        .map(|luid| sysfs::node_name(&Gpu::open(luid)))
        .collect();
    nodes.sort();
    assert_eq!(nodes, sysfs::drm_nodes());
}

fn both_standard_adapters_are_there() {
    let drivers: BTreeSet<_> = luids()
        .into_iter()
        .map(|luid| {
            let [.., driver] = sysfs::registry_texts(&Gpu::open(luid));
            driver
        })
        .collect();
    for driver in ["virtio_gpu", "vkms"] {
        assert!(drivers.contains(driver), "no {driver} in {drivers:?}");
    }
}

fn case_003_no_room_is_too_small() {
    let gpu = Gpu::first();
    let memory = Map::new(1);
    gpu.unchanged(|| {
        let mut args = sys::D3DKMT_ENUMADAPTERS2 {
            adapters: memory.address(),
            ..Default::default()
        };
        // SAFETY: The array has room for more.
        let answer = unsafe { sys::D3DKMTEnumAdapters2(&gpu.dxg, &mut args) };
        assert_eq!(answer, BUFFER_TOO_SMALL);
    });
}

fn case_004_room_for_all_and_more() {
    let dxg = Dxg::open().expect("/dev/dxg");
    let present = adapters_present(&dxg);
    let before = counters();
    for_each([present, present + 1, 64], |room| {
        let (answer, infos) = enumerate2(&dxg, room);
        assert_eq!(answer, SUCCESS);
        assert_eq!(infos.len(), present);
        let opens = counters().since(&before, "adapter_opens");
        assert_eq!(opens, present as i64);
        for pair in infos.windows(2) {
            let [first, second] = [0, 1].map(|i| pair[i].adapter_handle.v);
            assert_eq!(second, first + HANDLE_STEP);
        }
        for info in &infos {
            assert!(info.num_sources > 0, "a device with mode setting");
            assert_ne!((info.adapter_luid.a, info.adapter_luid.b), (0, 0));
        }
        close_all(&dxg, &infos);
    });
}

fn case_015_more_than_64_elements() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each([65, 66, 1000], |room| {
            assert_eq!(enumerate2(&gpu.dxg, room).0, INVALID_PARAMETER);
        });
    });
}

fn case_016_null_array_counts() {
    let gpu = Gpu::first();
    let present = luids().len() as u32;
    gpu.unchanged(|| {
        for_each([0, 1, 64, 65, u32::MAX], |room| {
            let mut args = sys::D3DKMT_ENUMADAPTERS2 {
                num_adapters: room,
                ..Default::default()
            };
            // SAFETY: There is no array.
            let answer = unsafe { sys::D3DKMTEnumAdapters2(&gpu.dxg, &mut args) };
            assert_eq!(answer, SUCCESS);
            assert_eq!(args.num_adapters, present);
        });
    });
}

fn case_017_one_element_short() {
    let gpu = Gpu::first();
    let present = adapters_present(&gpu.dxg);
    assert!(present > 1, "both standard adapters");
    gpu.unchanged(|| {
        let (answer, infos) = enumerate2(&gpu.dxg, present - 1);
        assert_eq!(answer, BUFFER_TOO_SMALL);
        assert!(infos.iter().all(|info| info.adapter_handle.v == 0));
    });
}

fn enumerate3_counts() {
    let gpu = Gpu::first();
    let present = luids().len() as u32;
    gpu.unchanged(|| {
        // No room.
        let (answer, count, _) = enumerate3(&gpu.dxg, 0, 0);
        assert_eq!((answer, count), (SUCCESS, present));
        // No array.
        for_each([0, 1, 0xffff, 0x1_0000], |room| {
            let mut args = sys::D3DKMT_ENUMADAPTERS3 {
                adapter_count: room,
                ..Default::default()
            };
            // SAFETY: There is no array.
            let answer = unsafe { sys::D3DKMTEnumAdapters3(&gpu.dxg, &mut args) };
            assert_eq!((answer, args.adapter_count), (SUCCESS, present));
        });
    });
}

fn enumerate3_lists_what_enumerate2_lists() {
    let dxg = Dxg::open().expect("/dev/dxg");
    let (answer, second) = enumerate2(&dxg, 64);
    assert_eq!(answer, SUCCESS);
    let (answer, count, mut third) = enumerate3(&dxg, 0, 64);
    assert_eq!((answer, count as usize), (SUCCESS, second.len()));
    third.truncate(second.len());
    for (two, three) in second.iter().zip(&third) {
        assert_eq!(
            (two.adapter_luid.a, two.adapter_luid.b, two.num_sources),
            (
                three.adapter_luid.a,
                three.adapter_luid.b,
                three.num_sources
            )
        );
        assert_ne!(two.adapter_handle.v, three.adapter_handle.v);
    }
    close_all(&dxg, &second);
    close_all(&dxg, &third);
}

fn enumerate3_room() {
    let gpu = Gpu::first();
    let present = adapters_present(&gpu.dxg) as u32;
    gpu.unchanged(|| {
        let (answer, ..) = enumerate3(&gpu.dxg, 0, present - 1);
        assert_eq!(answer, BUFFER_TOO_SMALL);
        let (answer, ..) = enumerate3(&gpu.dxg, 0, 0x1_0000);
        assert_eq!(answer, INVALID_PARAMETER);
    });
    for_each([present, 65, 0xffff], |room| {
        let (answer, count, infos) = enumerate3(&gpu.dxg, 0, room);
        assert_eq!((answer, count), (SUCCESS, present));
        close_all(&gpu.dxg, &infos[..present as usize]);
    });
}

fn enumerate3_filter_bits() {
    let gpu = Gpu::first();
    for_each([0, 1, 2, 3], |filter| {
        let (answer, count, infos) = enumerate3(&gpu.dxg, filter, 64);
        assert_eq!(answer, SUCCESS);
        close_all(&gpu.dxg, &infos[..count as usize]);
    });
    gpu.unchanged(|| {
        for_each(2..64, |bit| {
            let (answer, ..) = enumerate3(&gpu.dxg, 1 << bit, 64);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn enumerate_into_bad_arrays() {
    let gpu = Gpu::first();
    let hole = Map::before_a_hole();
    let read_only = Map::new(1);
    read_only.read_only();
    let places = [
        ("unmapped", UNMAPPED),
        ("kernel", 0xffff_8880_0010_0000),
        ("the last bytes", u64::MAX - 7),
        ("half mapped", hole.before_end_of_first_page(30)),
        ("read-only", read_only.address()),
    ];
    gpu.unchanged(|| {
        for_each(places, |(_, adapters)| {
            let mut args = sys::D3DKMT_ENUMADAPTERS2 {
                num_adapters: 64,
                adapters,
                ..Default::default()
            };
            // SAFETY: There is no memory to be written.
            let answer = unsafe { sys::D3DKMTEnumAdapters2(&gpu.dxg, &mut args) };
            assert_eq!(answer, INVALID_PARAMETER);
            let mut args = sys::D3DKMT_ENUMADAPTERS3 {
                adapter_count: 64,
                adapters,
                ..Default::default()
            };
            // SAFETY: As above.
            let answer = unsafe { sys::D3DKMTEnumAdapters3(&gpu.dxg, &mut args) };
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn luids_are_unique_and_stable() {
    let first = luids();
    let unique: BTreeSet<_> = first.iter().collect();
    assert_eq!(unique.len(), first.len());
    assert!(!unique.contains(&Luid(0, 0)));
    for _ in 0..10 {
        assert_eq!(luids(), first);
    }
}

fn case_009_open_by_luid() {
    on_each_adapter(|gpu| {
        let before = counters();
        let handles: Vec<_> = (0..3)
            .map(|_| {
                let (answer, handle) = open_adapter(&gpu.dxg, gpu.luid);
                assert_eq!(answer, SUCCESS);
                handle
            })
            .collect();
        assert_eq!(counters().since(&before, "adapter_opens"), 3);
        assert_eq!(handles[1], handles[0] + HANDLE_STEP);
        assert_eq!(handles[2], handles[1] + HANDLE_STEP);
        // Each is to be closed for itself.
        for handle in handles {
            assert_eq!(close_adapter(&gpu.dxg, handle), SUCCESS);
        }
        before.assert_restored();
    });
}

fn open_by_unknown_luids() {
    let gpu = Gpu::first();
    let Luid(low, high) = gpu.luid;
    gpu.unchanged(|| {
        for_each(
            [
                Luid(0, 0),
                Luid(1, 0),
                Luid(u32::MAX, u32::MAX),
                Luid(low, high ^ 0x8000_0000),
                Luid(low ^ 0x8000_0000, high),
                Luid(high, low),
            ],
            |luid| assert_eq!(open_adapter(&gpu.dxg, luid).0, INVALID_PARAMETER),
        );
    });
}

fn case_007_close_of_no_adapter() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(NO_HANDLES, |handle| {
            assert_eq!(close_adapter(&gpu.dxg, handle), INVALID_PARAMETER);
        });
    });
}

fn case_006_close_twice() {
    on_each_adapter(|gpu| {
        let (answer, handle) = open_adapter(&gpu.dxg, gpu.luid);
        assert_eq!(answer, SUCCESS);
        assert_eq!(close_adapter(&gpu.dxg, handle), SUCCESS);
        gpu.unchanged(|| assert_eq!(close_adapter(&gpu.dxg, handle), INVALID_PARAMETER));
    });
}

fn close_of_other_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    gpu.unchanged(|| {
        for_each(
            [device, create.resource(), create.allocation(0)],
            |handle| {
                assert_eq!(close_adapter(&gpu.dxg, handle), INVALID_PARAMETER);
            },
        );
    });
}

fn handles_of_one_sequence_over_all_types() {
    on_each_adapter(|gpu| {
        assert_eq!(gpu.adapter, FIRST_HANDLE);
        let device = gpu.device();
        let resource = Create::buffers(device, 2).in_resource().made(gpu);
        let alone = Create::buffer(device, 4096).made(gpu);
        let handles = [
            gpu.adapter,
            device,
            resource.resource(),
            resource.allocation(0),
            resource.allocation(1),
            alone.allocation(0),
            gpu.device(),
            gpu.next_handle(),
        ];
        let expected: Vec<_> = (0..8).map(|i| FIRST_HANDLE + i * HANDLE_STEP).collect();
        assert_eq!(handles.to_vec(), expected);
    });
}

fn case_258_a_handle_is_not_used_again_at_once() {
    let gpu = Gpu::first();
    let mut last = gpu.adapter;
    for _ in 0..500 {
        let next = gpu.next_handle();
        assert_eq!(next, last + HANDLE_STEP);
        last = next;
    }
}

fn only_the_exact_value_names_an_adapter() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for unique in 0..4_u32 {
            for instance in 0..64 {
                let handle = gpu.adapter & 0x3fff_ffc0 | (unique << 30) | instance;
                if handle != gpu.adapter {
                    let answer = create_device(&gpu.dxg, handle).0;
                    assert_eq!(answer, INVALID_PARAMETER, "{handle:x}");
                }
            }
        }
    });
}

fn thousands_of_handles() {
    let gpu = Gpu::first();
    let before = counters();
    let handles: Vec<_> = (0..5000)
        .map(|_| {
            let (answer, handle) = open_adapter(&gpu.dxg, gpu.luid);
            assert_eq!(answer, SUCCESS);
            handle
        })
        .collect();
    assert_eq!(counters().since(&before, "adapter_opens"), 5000);
    for (i, &handle) in handles.iter().enumerate() {
        assert_eq!(handle, gpu.adapter + HANDLE_STEP * (i as u32 + 1));
    }
    // From both ends, so that the table's memory goes in another order than it came.
    let (front, back) = handles.split_at(2500);
    for &handle in back.iter().rev().chain(front) {
        assert_eq!(close_adapter(&gpu.dxg, handle), SUCCESS);
    }
    before.assert_restored();
    let last = handles[4999];
    assert_eq!(gpu.next_handle(), last + HANDLE_STEP);
    let closed = call_at(&gpu.dxg, request::CLOSEADAPTER, &raw const last as u64);
    assert_eq!(closed, INVALID_PARAMETER);
}

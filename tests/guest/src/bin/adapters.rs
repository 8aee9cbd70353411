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
            enumerate3_counts,
            enumerate3_lists_what_enumerate2_lists,
            enumerate3_room,
            enumerate3_filter_bits,
            enumerate_into_bad_arrays,
            luids_are_unique_and_stable,
            handles_of_one_sequence_over_all_types,
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

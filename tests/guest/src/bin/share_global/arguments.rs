// SPDX-License-Identifier: MIT OR Apache-2.0
//! Arguments that are refused.

use super::*;
use dxg_guest_tests::{
    harness::context,
    memory::{Map, BAD_ADDRESSES},
};

pub(super) fn a_global_handle_is_no_local_one() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let global = shared(gpu, device).global();
        gpu.unchanged(|| {
            let no = INVALID_PARAMETER;
            assert_eq!(destroy_resource(&gpu.dxg, device, global), no);
            assert_eq!(destroy_allocations(&gpu.dxg, device, &[global]), no);
            assert_eq!(destroy_device(&gpu.dxg, global), no);
            assert_eq!(close_adapter(&gpu.dxg, global), no);
            assert_eq!(lock(&gpu.dxg, device, global).0, no);
            let mut append = Create::buffer(device, 4096).append(global);
            assert_eq!(append.call(gpu), INVALID_HANDLE);
        });
        assert!(is_there(gpu, device, global));
    });
}

pub(super) fn no_devices() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let sizes = query(gpu, device, create.global()).1;
        let others = [
            gpu.adapter,
            create.resource(),
            create.allocation(0),
            create.global(),
        ];
        gpu.unchanged(|| {
            for_each(others.into_iter().chain(NO_HANDLES), |other| {
                let answer = query(gpu, other, create.global()).0;
                assert_eq!(answer, INVALID_PARAMETER);
                let answer = Open::with(other, create.global(), &sizes).call(gpu);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
    });
}

/// One of the addresses of an argument.
type Address = fn(&mut Open) -> &mut u64;

const ADDRESSES: [(&str, Address); 4] = [
    ("list", |open| &mut open.args.pOpenAllocationInfo2),
    ("runtime's data", |open| &mut open.args.pPrivateRuntimeData),
    ("private data", |open| {
        &mut open.args.pResourcePrivateDriverData
    }),
    ("all data", |open| {
        &mut open.args.pTotalPrivateDriverDataBuffer
    }),
];

pub(super) fn no_addresses() {
    for (name, address) in ADDRESSES {
        context(name, || {
            opens_refused(INVALID_PARAMETER, |open| *address(open) = 0);
        });
    }
}

pub(super) fn too_little_room_for_the_data() {
    for_each([3 * 48 - 1, 48, 1, 0], |bytes| {
        opens_refused(NO_MEMORY, |open| {
            open.args.TotalPrivateDriverDataBufferSize = bytes;
        });
    });
}

pub(super) fn another_adapter() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let sizes = query(gpu, device, create.global()).1;
        let others = luids().into_iter().filter(|&luid| luid != gpu.luid);
        for other in others.map(Gpu::open) {
            let on = other.device();
            other.unchanged(|| {
                let answer = query(&other, on, create.global()).0;
                assert_eq!(answer, INVALID_PARAMETER);
                let answer = Open::with(on, create.global(), &sizes).call(&other);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        }
    });
}

pub(super) fn bad_addresses() {
    for (name, address) in ADDRESSES {
        for (bad, value) in BAD_ADDRESSES {
            context(format!("{name}: {bad}"), || {
                opens_refused(INVALID_PARAMETER, |open| *address(open) = value);
            });
        }
    }
}

pub(super) fn answers_that_cannot_be_written() {
    let (read_only, short) = (Map::new(1), Map::before_a_hole());
    read_only.read_only();
    let places = [
        ("read-only", read_only.address()),
        ("over the end of memory", short.before_end_of_first_page(8)),
    ];
    for (name, address) in ADDRESSES {
        for (place, value) in places {
            context(format!("{name}: {place}"), || {
                opens_refused(INVALID_PARAMETER, |open| *address(open) = value);
            });
        }
    }
    context("the argument itself", || {
        on_each_adapter(|gpu| {
            let device = gpu.device();
            let create = shared(gpu, device);
            let mut open = Open::of(gpu, device, create.global());
            let memory = Map::new(1);
            memory.put(0, open.args);
            memory.put(0x100, query(gpu, device, create.global()).1);
            memory.read_only();
            gpu.unchanged(|| {
                let call = |request, at| call_at(&gpu.dxg, request, memory.address() + at);
                assert_eq!(call(request::OPENRESOURCE, 0), INVALID_PARAMETER);
                assert_eq!(call(request::QUERYRESOURCEINFO, 0x100), INVALID_PARAMETER);
            });
            assert_eq!(open.call(gpu), SUCCESS);
            destroy(gpu, device, open.resource());
            destroy(gpu, device, create.resource());
            assert_names_nothing(gpu, device, create.global());
        });
    });
}

pub(super) fn a_refused_creation_leaves_no_global_handle() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let near = small(gpu, device).global();
        let mut create = Create::buffers(device, 2).in_global_resource();
        let memory = Map::new(1);
        memory.put(0, create.args);
        memory.read_only();
        gpu.unchanged(|| {
            let answer = call_at(&gpu.dxg, request::CREATEALLOCATION, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // The number that it had had names nothing.
        for number in 1..4 {
            assert_names_nothing(gpu, device, near + number * HANDLE_STEP);
        }
        assert_eq!(create.call(gpu), SUCCESS);
        assert!(is_there(gpu, device, create.global()));
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! What creating, asking and opening answers when all is well.

use super::*;
use dxg_guest_tests::{
    memory::{Map, UNMAPPED},
    share::Share,
};
use libd3dkmt::{
    gem::Buffer, sys::gem::*, AllocationInfo, CreateFlags, Dxg, GlobalHandle, NtStatus,
};

pub(super) fn case_099_a_shared_resource_has_a_global_handle() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let first = small(gpu, device);
        let second = small(gpu, device);
        for (create, at) in [(&first, 1), (&second, 3)] {
            assert_is_global(create.global());
            // It takes no number of the process.
            assert_eq!(create.resource(), device + at * HANDLE_STEP);
            assert_eq!(create.allocation(0), device + (at + 1) * HANDLE_STEP);
        }
        assert_ne!(first.global(), second.global());
    });
}

pub(super) fn case_101_nothing_else_has_one() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let resource = Create::buffer(device, 4096).in_resource().made(gpu);
        for (name, mut create) in [
            (
                "by NT handles",
                Create::buffers(device, 2).in_shared_resource(),
            ),
            ("not shared", Create::buffers(device, 2).in_resource()),
            ("stand-alone", Create::buffers(device, 2)),
            (
                "appended",
                Create::buffers(device, 2).append(resource.resource()),
            ),
        ] {
            create.args.global_share = handle(0xffff_ffff);
            assert_eq!(create.call(gpu), SUCCESS, "{name}");
            assert_eq!(create.global(), 0, "{name}");
        }
    });
}

pub(super) fn case_093_and_116_what_is_shared_does_not_change() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let open = Open::of(gpu, device, create.global()).made(gpu);
        for (resource, member) in [
            (create.resource(), create.allocation(1)),
            (open.resource(), open.allocation(1)),
        ] {
            let more = Create::buffer(device, 4096).append(resource);
            more.refused(gpu, INVALID_PARAMETER);
            gpu.unchanged(|| {
                let answer = destroy_allocations(&gpu.dxg, device, &[member]);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        }
    });
}

pub(super) fn case_128_query_tells_the_sizes() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let mut buffer = vec![UNTOUCHED; 8192];
        gpu.unchanged(|| {
            let mut args = sys::D3DKMT_QUERYRESOURCEINFO {
                hDevice: device,
                hGlobalShare: create.global(),
                pPrivateRuntimeData: buffer.as_mut_ptr() as u64,
                PrivateRuntimeDataSize: 8192,
                TotalPrivateDriverDataSize: 0xffff_ffff,
                ResourcePrivateDriverDataSize: 0xffff_ffff,
                NumAllocations: 0xffff_ffff,
            };
            // SAFETY: The buffer has the bytes that are stated.
            let answer = unsafe { sys::D3DKMTQueryResourceInfo(&gpu.dxg, &mut args) };
            assert_eq!(answer, SUCCESS);
            assert_eq!(args.hDevice, device);
            assert_eq!(args.hGlobalShare, create.global());
            assert_eq!(args.pPrivateRuntimeData, buffer.as_ptr() as u64);
            assert_eq!(args.PrivateRuntimeDataSize as usize, RUNTIME.len());
            assert_eq!(args.TotalPrivateDriverDataSize, 3 * 48);
            assert_eq!(args.ResourcePrivateDriverDataSize, RESOURCE_BYTES);
            assert_eq!(args.NumAllocations, 3);
        });
        assert_eq!(buffer, [UNTOUCHED; 8192]);
        // The table's own case: an existing heap, for which the driver finds the data.
        let memory = Map::new(1);
        let heap = Create::heap(device, memory.address(), PAGE as u64);
        let heap = heap.in_global_resource().made(gpu);
        let (answer, sizes) = query(gpu, device, heap.global());
        assert_eq!(answer, SUCCESS);
        assert_eq!(sizes.PrivateRuntimeDataSize, 0);
        assert_eq!(sizes.TotalPrivateDriverDataSize, 48);
        assert_eq!(sizes.ResourcePrivateDriverDataSize, 0);
        assert_eq!(sizes.NumAllocations, 1);
    });
}

pub(super) fn case_129_query_copies_no_data() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = shared(&gpu, device);
    // As the documentation has it: with the size that the first call has answered. The address
    // need not even be good.
    let mut buffer = vec![UNTOUCHED; RUNTIME.len()];
    for address in [buffer.as_mut_ptr() as u64, UNMAPPED] {
        let mut args = sys::D3DKMT_QUERYRESOURCEINFO {
            hDevice: device,
            hGlobalShare: create.global(),
            pPrivateRuntimeData: address,
            PrivateRuntimeDataSize: RUNTIME.len() as u32,
            ..Default::default()
        };
        // SAFETY: The buffer has the bytes that are stated, or is not there.
        let answer = unsafe { sys::D3DKMTQueryResourceInfo(&gpu.dxg, &mut args) };
        assert_eq!(answer, SUCCESS);
    }
    assert_eq!(buffer, [UNTOUCHED; RUNTIME.len()]);
}

/// The blob of an allocation, as bytes.
fn blob(create: &Create, index: usize) -> &[u8] {
    let blob = &raw const create.blobs[index];
    // SAFETY: It has as many bytes, none of which is padding.
    unsafe { std::slice::from_raw_parts(blob.cast(), 48) }
}

pub(super) fn case_131_and_132_open_with_exact_sizes() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let create = shared(gpu, device);
        let next = gpu.next_handle() + HANDLE_STEP;
        let open = Open::of(gpu, device, create.global()).made(gpu);
        assert_eq!(open.args.hGlobalShare, create.global());
        assert_eq!(open.args.hDevice, device);
        assert_eq!(open.resource(), next);
        assert_eq!(open.runtime_data, RUNTIME);
        assert_eq!(open.private_data[..4], DXGKRNL_GEM_MAGIC.to_ne_bytes());
        assert_eq!(open.private_data[4..8], DXGKRNL_GEM_VERSION.to_ne_bytes());
        assert_eq!(open.private_data[8..], [0; 8]);
        assert_eq!(open.args.TotalPrivateDriverDataBufferSize, 3 * 48);
        for (i, info) in open.infos.iter().enumerate() {
            let at = 48 * i;
            assert_eq!(info.allocation.v, next + (i as u32 + 1) * HANDLE_STEP);
            assert_eq!(&open.total[at..at + 48], blob(&create, i));
            assert_eq!(info.priv_drv_data, open.total[at..].as_ptr() as u64);
            assert_eq!(info.priv_drv_data_size, 48);
            assert_eq!((info.gpu_va, info.reserved), (0, [0; 6]));
        }
        let now = counters();
        assert_eq!(now.since(&before, "resources"), 1);
        assert_eq!(now.since(&before, "allocations"), 3);
        assert_eq!(now.since(&before, "bindings"), 6);
    });
}

pub(super) fn case_131_open_with_more_room_for_the_data() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = shared(&gpu, device);
    let mut open = Open::of(&gpu, device, create.global());
    open.total = vec![UNTOUCHED; 4096];
    open.args.pTotalPrivateDriverDataBuffer = open.total.as_mut_ptr() as u64;
    open.args.TotalPrivateDriverDataBufferSize = 4096;
    let open = open.made(&gpu);
    assert_eq!(open.args.TotalPrivateDriverDataBufferSize, 3 * 48);
    assert_eq!(&open.total[96..144], blob(&create, 2));
    assert!(open.total[144..].iter().all(|&byte| byte == UNTOUCHED));
}

pub(super) fn case_131_open_without_any_data() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = small(&gpu, device);
    let mut open = Open::of(&gpu, device, create.global());
    assert_eq!(open.args.PrivateRuntimeDataSize, 0);
    assert_eq!(open.args.ResourcePrivateDriverDataSize, 0);
    // Nobody looks at the addresses of nothing.
    open.args.pPrivateRuntimeData = UNMAPPED;
    open.args.pResourcePrivateDriverData = 0;
    open.made(&gpu);
}

pub(super) fn case_139_destroy_what_was_opened() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let before = counters();
        let mut last = 0;
        for _ in 0..3 {
            let open = Open::of(gpu, device, create.global()).made(gpu);
            assert!(open.resource() > last, "a new handle");
            last = open.resource();
            destroy(gpu, device, last);
            let again = destroy_resource(&gpu.dxg, device, last);
            assert_eq!(again, INVALID_PARAMETER);
            let stale = lock(&gpu.dxg, device, open.allocation(0)).0;
            assert_eq!(stale, INVALID_PARAMETER);
            before.assert_restored();
        }
        // The creator's own have not noticed.
        write(gpu, device, create.allocation(0), 1);
    });
}

pub(super) fn case_141_open_on_another_device() {
    on_each_adapter(|gpu| {
        let [device, other] = [gpu.device(), gpu.device()];
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(0), 0x11);
        let open = Open::of(gpu, other, create.global()).made(gpu);
        assert_holds(gpu, other, open.allocation(0), 0x11);
        // Each of them is the one that it was.
        for i in 0..PAGES.len() {
            write(gpu, other, open.allocation(i), 0x20 + i as u8);
        }
        for i in 0..PAGES.len() {
            assert_holds(gpu, device, create.allocation(i), 0x20 + i as u8);
        }
        // Handles are of the device that opened.
        let wrong = lock(&gpu.dxg, device, open.allocation(0)).0;
        assert_eq!(wrong, INVALID_PARAMETER);
        let wrong = destroy_resource(&gpu.dxg, device, open.resource());
        assert_eq!(wrong, INVALID_PARAMETER);
    });
}

pub(super) fn case_141_open_of_an_existing_heap() {
    on_each_adapter(|gpu| {
        let [device, other] = [gpu.device(), gpu.device()];
        let mut memory = Map::new(2);
        let heap = Create::heap(device, memory.address(), 2 * PAGE as u64);
        let heap = heap.in_global_resource().made(gpu);
        let open = Open::of(gpu, other, heap.global()).made(gpu);
        let address = gpu.lock(other, open.allocation(0));
        assert_eq!(address, memory.address(), "it is here already");
        memory.bytes().fill(7);
        gpu.unlock(other, open.allocation(0));
    });
}

pub(super) fn case_145_not_by_nt_handles() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let open = Open::of(gpu, device, create.global()).made(gpu);
        for resource in [create.resource(), open.resource(), create.global()] {
            Share::new(resource).refused(gpu, INVALID_PARAMETER);
        }
    });
}

pub(super) fn the_library_shares_and_opens() {
    let adapters = Dxg::open().and_then(|dxg| dxg.adapters());
    for adapter in adapters.expect("adapters") {
        let device = adapter.create_device().expect("a device");
        let info = || AllocationInfo::buffer(Buffer::new(8192));
        let create = device.create().runtime_data(RUNTIME).allocation(info());
        let create = create.allocation(info()).flags(CreateFlags::CREATE_SHARED);
        let resource = create.resource().expect("a resource");
        let global = resource.global_handle().expect("a global handle");
        assert_is_global(global.raw());
        let other = adapter.create_device().expect("a device");
        let info = other.query_global(global).expect("sizes");
        assert_eq!(info.runtime_data, RUNTIME.len());
        assert_eq!((info.private_data, info.allocation_data), (0, 96));
        assert_eq!(info.allocations, 2);
        let global = GlobalHandle::from_raw(global.raw());
        let opened = other.open_global(global).expect("a resource");
        assert_eq!(opened.global_handle(), Some(global));
        assert_eq!(opened.runtime_data(), RUNTIME);
        assert_eq!(opened.allocations()[1].size(), Some(8192));
        resource.destroy().expect("destroyed");
        opened.destroy().expect("destroyed");
        let error = other.open_global(global).expect_err("it is gone");
        assert_eq!(error.status(), Some(NtStatus::INVALID_PARAMETER));
    }
}

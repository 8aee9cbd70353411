// SPDX-License-Identifier: MIT OR Apache-2.0
//! What creating, asking and opening answers when all is well.

use super::*;
use dxg_guest_tests::{
    memory::{Map, UNMAPPED},
    share::Share,
};
use libd3dkmt::{gem::Buffer, AllocationInfo, CreateFlags, Dxg, GlobalHandle, NtStatus};

pub(super) fn nothing_else_has_one() {
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

pub(super) fn what_is_shared_does_not_change() {
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

pub(super) fn open_without_any_data() {
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

pub(super) fn open_of_an_existing_heap() {
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

pub(super) fn not_by_nt_handles() {
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

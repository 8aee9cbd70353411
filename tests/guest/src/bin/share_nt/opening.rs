// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTQueryResourceInfoFromNtHandle and OpenResourceFromNtHandle.

use super::*;
use dxg_guest_tests::{
    create::{Create, BLOB},
    memory::{becomes_writable, bytes_of, is_writable, PAGE, UNMAPPED},
    share::*,
};
use libd3dkmt::{gem::Buffer, Access, AllocationInfo, CreateFlags, Dxg};

pub(super) fn more_room_for_allocation_data() {
    with_shared(2, |gpu, device, create, nt| {
        for_each([2 * BLOB + 1, 4 * BLOB, u32::MAX], |size| {
            let mut open = Open::new(device, nt, 2);
            open.total.resize(4 * BLOB as usize, UNTOUCHED);
            open.args.total_priv_drv_data = open.total.as_mut_ptr() as u64;
            open.args.total_priv_drv_data_size = size;
            let open = open.made(gpu);
            assert_eq!(open.args.total_priv_drv_data_size, 2 * BLOB);
            let (data, behind) = open.total.split_at(2 * BLOB as usize);
            assert_eq!(data, bytes_of(&create.blobs));
            assert!(behind.iter().all(|&byte| byte == UNTOUCHED));
        });
    });
}

pub(super) fn an_nt_handle_of_a_read_only_opening_is_read_only() {
    with_shared(1, |gpu, device, create, _| {
        let first = Share::new(create.resource()).access(READ).made(gpu);
        let opened = Open::new(device, &first, 1).made(gpu);
        // Nobody gets more than the creator has given.
        let second = Share::new(opened.resource()).access(ALL).made(gpu);
        let opened = Open::new(device, &second, 1).made(gpu);
        let mapping = gpu.lock(device, opened.allocation(0));
        assert!(!is_writable(mapping));
        assert!(!becomes_writable(mapping, PAGE));
        gpu.unlock(device, opened.allocation(0));
    });
}

pub(super) fn open_ignores_unused_fields() {
    with_shared(1, |gpu, device, _, nt| {
        let mut open = Open::new(device, nt, 1);
        let args = &mut open.args;
        (args.reserved, args.reserved1, args.reserved2) = (!0, !0, !0);
        (args.reserved3, args.pad0) = (!0, !0);
        args.resource = handle(!0);
        args.keyed_mutex_private_data = !0;
        args.keyed_mutex_private_data_size = !0;
        // What is in the elements is not looked at.
        open.infos[0].priv_drv_data = !0;
        open.infos[0].reserved = [!0; 6];
        let open = open.made(gpu);
        assert_eq!(open.infos[0].reserved, [0; 6]);
    });
    // Addresses of what has no bytes are not used.
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_shared_resource().made(gpu);
        let nt = share(gpu, create.resource());
        for address in [0, UNMAPPED, u64::MAX] {
            let mut open = Open::bare(device, &nt, 1);
            open.args.private_runtime_data = address;
            open.args.resource_priv_drv_data = address;
            open.made(gpu);
        }
    });
}

pub(super) fn query_and_open_need_a_device() {
    with_shared(1, |gpu, device, create, nt| {
        let others = [gpu.adapter, create.resource(), create.allocation(0)];
        for_each(NO_HANDLES.into_iter().chain(others), |other| {
            gpu.unchanged(|| {
                assert_eq!(query(gpu, other, number(nt)).0, INVALID_PARAMETER);
                // Even if the descriptor is bad as well.
                assert_eq!(query(gpu, other, u64::MAX).0, INVALID_PARAMETER);
            });
            Open::new(other, nt, 1).refused(gpu, INVALID_PARAMETER);
        });
        Open::new(device, nt, 1).made(gpu);
    });
}

pub(super) fn the_library_shares_and_opens() {
    let runtime = *b"kept with the resource";
    for adapter in Dxg::open()
        .and_then(|dxg| dxg.adapters())
        .expect("adapters")
    {
        let device = adapter.create_device().expect("a device");
        let create = device.create().runtime_data(runtime);
        let create = create.allocation(AllocationInfo::buffer(Buffer::new(8192)));
        let create = create.allocation(AllocationInfo::buffer(Buffer::new(1)));
        let flags = CreateFlags::CREATE_SHARED | CreateFlags::NT_SECURITY_SHARING;
        let mut resource = create.flags(flags).resource().expect("a resource");
        let made = &mut resource.allocations_mut()[0];
        let error = made.lock().expect_err("shared bytes").to_string();
        assert_eq!(error, "the allocation is shared; lock it with its size");
        // SAFETY: The buffer has as many bytes, and nobody else uses them now.
        unsafe { made.lock_sized(8192) }.expect("a lock").fill(9);

        let nt = resource.share(Access::ReadOnly).expect("an NT handle");
        let other = adapter.create_device().expect("a device");
        let info = other.query_shared(&nt).expect("sizes");
        assert_eq!((info.runtime_data, info.private_data), (runtime.len(), 0));
        assert_eq!((info.allocation_data, info.allocations), (96, 2));
        let mut opened = other.open_shared(&nt).expect("a resource");
        assert_eq!(opened.runtime_data(), runtime);
        let sizes: Vec<_> = opened.allocations().iter().map(|a| a.size()).collect();
        assert_eq!(sizes, [Some(8192), Some(4096)]);
        // SAFETY: As above; nothing is written.
        let lock = unsafe { opened.allocations_mut()[0].lock_sized(8192) }.expect("a lock");
        assert!(!is_writable(lock.as_ptr() as u64));
        assert!(lock.iter().all(|&byte| byte == 9));
        drop(lock);
        opened.destroy().expect("destroyed");
        resource.destroy().expect("destroyed");
        other.open_shared(&nt).expect("the NT handle keeps it");
    }
}

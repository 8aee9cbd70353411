// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTQueryResourceInfoFromNtHandle and OpenResourceFromNtHandle.

use super::*;
use dxg_guest_tests::{
    create::{buffer, surface, Create, BLOB},
    memory::{bytes_at, Map, PAGE, UNMAPPED},
    share::*,
};
use libd3dkmt::{
    gem::Buffer,
    sys::{self, gem::dxgkrnl_gem_allocation},
    Access, AllocationInfo, CreateFlags, Dxg,
};
use rustix::mm::{mprotect, MprotectFlags};
use std::{fs::File, io::Read, os::fd::OwnedFd};

/// A shared resource of some buffers, and its NT handle.
fn with_shared(count: usize, test: impl Fn(&Gpu, u32, &Create, &OwnedFd)) {
    on_each_device(|gpu, device| {
        let create = shared(device, count).made(gpu);
        let nt = share(gpu, create.resource());
        test(gpu, device, &create, &nt);
    });
}

/// The bytes of structures.
fn bytes_of<T: Copy>(values: &[T]) -> &[u8] {
    // SAFETY: The structures of the ABI are plain integers without padding.
    unsafe { std::slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}

pub(super) fn case_156_creator_destroys_the_resource() {
    with_shared(2, |gpu, device, create, nt| {
        let address = gpu.lock(device, create.allocation(1));
        // SAFETY: The lock has a page.
        unsafe { bytes_at(address, PAGE) }.fill(0x5a);
        gpu.unlock(device, create.allocation(1));
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        let opened = Open::new(device, nt, 2).made(gpu);
        let address = gpu.lock(device, opened.allocation(1));
        // SAFETY: As above.
        assert!(unsafe { bytes_at(address, PAGE) }
            .iter()
            .all(|&b| b == 0x5a));
        gpu.unlock(device, opened.allocation(1));
    });
}

pub(super) fn case_161_query_reports_sizes() {
    with_shared(3, |gpu, device, _, nt| {
        let (answer, sizes) = query(gpu, device, number(nt));
        assert_eq!(answer, SUCCESS);
        assert_eq!(sizes.private_runtime_data_size as usize, RUNTIME.len());
        assert_eq!(sizes.resource_priv_drv_data_size, RESOURCE_BYTES);
        assert_eq!(sizes.total_priv_drv_data_size, 3 * BLOB);
        assert_eq!(sizes.allocation_count, 3);

        // Sizes that come in mean nothing, and a buffer is not written to.
        let mut buffer = vec![UNTOUCHED; RUNTIME.len()];
        for address in [0, UNMAPPED, buffer.as_mut_ptr() as u64] {
            let mut args = sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
                device: handle(device),
                reserved: u32::MAX,
                nt_handle: number(nt),
                private_runtime_data: address,
                private_runtime_data_size: u32::MAX,
                total_priv_drv_data_size: 1,
                resource_priv_drv_data_size: u32::MAX,
                allocation_count: u32::MAX,
            };
            gpu.unchanged(|| {
                // SAFETY: The buffer is there, or nothing is.
                let answer =
                    unsafe { sys::D3DKMTQueryResourceInfoFromNtHandle(&gpu.dxg, &mut args) };
                assert_eq!(answer, SUCCESS);
            });
            assert_eq!(args.private_runtime_data_size as usize, RUNTIME.len());
            assert_eq!(args.total_priv_drv_data_size, 3 * BLOB);
            assert_eq!(args.resource_priv_drv_data_size, RESOURCE_BYTES);
            assert_eq!(args.allocation_count, 3);
            assert_eq!(args.nt_handle, number(nt));
        }
        assert!(buffer.iter().all(|&byte| byte == UNTOUCHED));
    });
    // Nothing is attached.
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_shared_resource().made(gpu);
        let nt = share(gpu, create.resource());
        let (answer, sizes) = query(gpu, device, number(&nt));
        assert_eq!(answer, SUCCESS);
        assert_eq!(sizes.private_runtime_data_size, 0);
        assert_eq!(sizes.resource_priv_drv_data_size, 0);
        assert_eq!(sizes.total_priv_drv_data_size, BLOB);
        assert_eq!(sizes.allocation_count, 1);
    });
}

pub(super) fn case_163_open_of_a_resource() {
    with_shared(3, |gpu, device, create, nt| {
        let before = counters();
        let next = gpu.next_handle() + HANDLE_STEP;
        let mut open = Open::new(device, nt, 3);
        open.args.keyed_mutex = handle(u32::MAX);
        open.args.keyed_mutex_private_data_size = u32::MAX;
        open.args.sync_object = handle(u32::MAX);
        let open = open.made(gpu);
        assert_eq!(open.resource(), next);
        for (i, allocation) in (1..).zip(open.allocations()) {
            assert_eq!(allocation, next + i * HANDLE_STEP);
        }
        assert_eq!(open.args.keyed_mutex.v, 0);
        assert_eq!(open.args.keyed_mutex_private_data_size, 0);
        assert_eq!(open.args.sync_object.v, 0);
        assert_eq!(open.args.total_priv_drv_data_size, 3 * BLOB);
        assert_eq!(open.runtime_data, RUNTIME);
        assert_eq!(open.private_data, bytes_of(&[RESOURCE]));
        assert_eq!(open.total, bytes_of(&create.blobs));
        // The halves of the adapter are there once.
        before.assert_grown(&[("bindings", 3)]);
        let destroyed = destroy_resource(&gpu.dxg, device, open.resource());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
    });
}

/// Spoils the arguments of an open call with each value.
fn wrong<T: Copy + std::fmt::Debug>(
    values: impl IntoIterator<Item = T> + Clone,
    answer: Answer,
    spoil: impl Fn(&mut Open, T),
) {
    with_shared(2, |gpu, device, _, nt| {
        for_each(values.clone(), |value| {
            let mut open = Open::new(device, nt, 2);
            spoil(&mut open, value);
            open.refused(gpu, answer);
        });
        Open::new(device, nt, 2).made(gpu);
    });
}

pub(super) fn case_134_other_numbers_of_allocations() {
    wrong(
        [0, 1, 3, 1024, u32::MAX],
        INVALID_PARAMETER,
        |open, count| {
            // There is room for it.
            open.infos.resize(1024, Default::default());
            open.args.open_alloc_info = open.infos.as_mut_ptr() as u64;
            open.args.allocation_count = count;
        },
    );
}

pub(super) fn case_137_other_sizes_of_private_data() {
    let right = RESOURCE_BYTES;
    let sizes = [0, 1, right - 1, right + 1, u32::MAX];
    wrong(sizes, INVALID_PARAMETER, |open, size| {
        open.args.resource_priv_drv_data_size = size;
    });
    wrong([0], INVALID_PARAMETER, |open, none| {
        open.args.resource_priv_drv_data = none;
    });
}

pub(super) fn case_165_no_list_of_allocations() {
    wrong([0], INVALID_PARAMETER, |open, none| {
        open.args.open_alloc_info = none;
    });
}

pub(super) fn case_167_no_address_for_runtime_data() {
    wrong([0], INVALID_PARAMETER, |open, none| {
        open.args.private_runtime_data = none;
    });
}

pub(super) fn case_168_other_sizes_of_runtime_data() {
    let right = RUNTIME.len() as u32;
    let sizes = [0, 1, right - 1, right + 1, 2 * right, u32::MAX];
    wrong(sizes, INVALID_PARAMETER, |open, size| {
        // There is room for it.
        open.runtime_data.resize(2 * RUNTIME.len(), UNTOUCHED);
        open.args.private_runtime_data = open.runtime_data.as_mut_ptr() as u64;
        open.args.private_runtime_data_size = size;
    });
}

pub(super) fn case_170_too_little_room_for_allocation_data() {
    wrong([0, 1, BLOB, 2 * BLOB - 1], NO_MEMORY, |open, size| {
        open.args.total_priv_drv_data_size = size;
    });
    wrong([0], INVALID_PARAMETER, |open, none| {
        open.args.total_priv_drv_data = none;
    });
}

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

pub(super) fn case_172_data_of_each_allocation() {
    on_each_device(|gpu, device| {
        let blobs = [buffer(4096), surface(64, 48), buffer(1 << 20)];
        let create = Create::blobs(device, &blobs).in_shared_resource().made(gpu);
        // What the miniport has made of it.
        assert_eq!(create.blobs[1].pitch, 256);
        let nt = share(gpu, create.resource());
        let open = Open::bare(device, &nt, 3).made(gpu);
        for (i, info) in open.infos.iter().enumerate() {
            let address = open.args.total_priv_drv_data + i as u64 * u64::from(BLOB);
            assert_eq!(info.priv_drv_data, address);
            assert_eq!(info.priv_drv_data_size, BLOB);
            assert_eq!((info.gpu_va, info.reserved), (0, [0; 6]));
            assert_eq!((info.pad0, info.pad1), (0, 0));
        }
        assert_eq!(open.total, bytes_of(&create.blobs));
    });
}

/// Nothing can be shared that has none: the miniport does not make such allocations, and gives an
/// existing heap data of its own.
pub(super) fn case_173_allocations_without_private_data() {
    on_each_device(|gpu, device| {
        let mut create = Create::buffer(device, 4096).in_shared_resource();
        create.infos[0].priv_drv_data = 0;
        create.infos[0].priv_drv_data_size = 0;
        create.refused(gpu, INVALID_PARAMETER);

        let memory = Map::new(2);
        let create = Create::heap(device, memory.address(), 2 * PAGE as u64);
        let create = create.in_shared_resource().made(gpu);
        let nt = share(gpu, create.resource());
        assert_eq!(
            query(gpu, device, number(&nt)).1.total_priv_drv_data_size,
            BLOB
        );
        let open = Open::bare(device, &nt, 1).made(gpu);
        let expected: dxgkrnl_gem_allocation = buffer(2 * PAGE as u64);
        assert_eq!(open.total, bytes_of(&[expected]));
    });
}

pub(super) fn case_174_failure_midway() {
    const COUNT: usize = 100;
    with_shared(COUNT, |gpu, device, _, nt| {
        // The last element does not fit: by then there are 101 handles.
        let hole = Map::before_a_hole();
        let bytes = size_of::<sys::D3DDDI_OPENALLOCATIONINFO2>() * COUNT;
        let mut open = Open::new(device, nt, COUNT);
        let right = open.args.open_alloc_info;
        let size = bytes.min(PAGE) - 1;
        open.args.open_alloc_info = hole.before_end_of_first_page(size);
        gpu.unchanged(|| assert_eq!(open.call(gpu), INVALID_PARAMETER));
        open.args.open_alloc_info = right;
        let next = gpu.next_handle() + HANDLE_STEP;
        assert_eq!(open.made(gpu).resource(), next);
    });
}

pub(super) fn case_175_device_of_another_adapter() {
    let luids = luids();
    for (i, &luid) in luids.iter().enumerate() {
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let nt = share(&gpu, shared(device, 1).made(&gpu).resource());
        let other = Gpu::open(luids[(i + 1) % luids.len()]);
        assert_ne!(other.luid, luid, "there is one adapter only");
        let foreign = other.device();
        gpu.unchanged(|| {
            let answer = query(&other, foreign, number(&nt)).0;
            assert_eq!(answer, INVALID_PARAMETER);
        });
        Open::new(foreign, &nt, 1).refused(&gpu, INVALID_PARAMETER);
        // Another opening of the same adapter is as good as the first one.
        let same = Gpu::open(luid);
        Open::new(same.device(), &nt, 1).made(&same);
        drop(other);
    }
}

/// Whether the calling process may write to a byte: the kernel tries it.
fn is_writable(address: u64) -> bool {
    let mut zeros = File::open("/dev/zero").expect("/dev/zero");
    // SAFETY: A plain system call: nothing else has the byte, and the kernel writes to it only if
    // it may be written to.
    let bytes = unsafe { bytes_at(address, 1) };
    match zeros.read(bytes) {
        Ok(read) => read == 1,
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EFAULT));
            false
        }
    }
}

/// Whether a mapping can be made writable.
fn becomes_writable(address: u64, bytes: usize) -> bool {
    let flags = MprotectFlags::READ | MprotectFlags::WRITE;
    // SAFETY: The range is a mapping of the module's.
    match unsafe { mprotect(address as *mut _, bytes, flags) } {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, rustix::io::Errno::ACCESS);
            false
        }
    }
}

/// Rights that grant writing: SHARED_ALLOCATION_WRITE, MAXIMUM_ALLOWED, GENERIC_ALL, GENERIC_WRITE.
const WRITE: [u32; 4] = [0x1, 0x0200_0000, 0x1000_0000, 0x4000_0000];

pub(super) fn case_176_opened_for_reading_only() {
    with_shared(1, |gpu, device, create, _| {
        let address = gpu.lock(device, create.allocation(0));
        // SAFETY: The lock has a page.
        let bytes = unsafe { bytes_at(address, PAGE) };
        for bit in (0..32)
            .map(|bit| 1 << bit)
            .chain([0, READ, !0, !(!0 >> 30)])
        {
            bytes.fill(1);
            let nt = Share::new(create.resource()).access(bit).made(gpu);
            let opened = Open::new(device, &nt, 1).made(gpu);
            let view = gpu.lock(device, opened.allocation(0));
            let expected = WRITE.iter().any(|right| bit & right != 0);
            assert_eq!(is_writable(view), expected, "rights {bit:#x}");
            assert_eq!(becomes_writable(view, PAGE), expected, "rights {bit:#x}");
            assert_eq!(bytes[0], u8::from(!expected), "rights {bit:#x}");
            // What others write can be read.
            bytes[1] = 7;
            // SAFETY: As above.
            assert_eq!(unsafe { bytes_at(view, PAGE) }[1], 7);
            gpu.unlock(device, opened.allocation(0));
            let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
            assert_eq!(destroyed, SUCCESS);
        }
        gpu.unlock(device, create.allocation(0));
    });
}

pub(super) fn an_nt_handle_of_a_read_only_opening_is_read_only() {
    with_shared(1, |gpu, device, create, _| {
        let first = Share::new(create.resource()).access(READ).made(gpu);
        let opened = Open::new(device, &first, 1).made(gpu);
        // Nobody gets more than the creator has given.
        let second = Share::new(opened.resource()).access(ALL).made(gpu);
        let opened = Open::new(device, &second, 1).made(gpu);
        let view = gpu.lock(device, opened.allocation(0));
        assert!(!is_writable(view));
        assert!(!becomes_writable(view, PAGE));
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

// SPDX-License-Identifier: MIT OR Apache-2.0
//! The export, each argument right and wrong.

use super::*;
use dxg_guest_tests::{
    create::{surface, Create},
    dma_buf::*,
    faults::every_call::spare,
    limit::Limit,
    memory::{Map, BAD_ADDRESSES, PAGE},
    prime::{identity, map, Mapped},
    share::{self, share, Share},
};
use libd3dkmt::sys::{gem::*, request};
use rustix::{
    fs::{fcntl_getfl, open, Mode, OFlags},
    io::{dup, fcntl_getfd, Errno, FdFlags},
    mm::{mmap, mprotect, MapFlags, MprotectFlags, ProtFlags},
};
use std::{
    collections::BTreeSet,
    fs,
    os::fd::{AsFd, AsRawFd, OwnedFd},
    ptr,
};

/// Sees to it that the memory is there: what the first touch makes is not part of the test.
fn touch(gpu: &Gpu, device: u32, allocation: u32) {
    gpu.lock(device, allocation);
    gpu.unlock(device, allocation);
}

/// A displayable allocation whose memory is there.
fn touched(gpu: &Gpu, device: u32) -> u32 {
    let allocation = displayable(device).made(gpu).allocation(0);
    touch(gpu, device, allocation);
    allocation
}

pub(super) fn an_export() {
    on_each_device(|gpu, device| {
        let allocation = touched(gpu, device);
        let before = counters();
        let handle = gpu.next_handle();
        let mut call = Export::new(device, allocation);
        // The lowest number that is free, as for every descriptor.
        let next = dup(gpu.dxg.as_fd()).expect("dup").as_raw_fd();
        assert_eq!(call.call(gpu), SUCCESS);
        assert_eq!(call.0.fd, next);
        let dma_buf = call.descriptor();
        before.assert_grown(&[("exports", 1)]);
        assert_eq!(gpu.next_handle(), handle + HANDLE_STEP);
        let link = fs::read_link(format!("/proc/self/fd/{next}")).expect("a link");
        assert_eq!(link.to_str(), Some("/dmabuf:"));
        assert_eq!(fcntl_getfd(&dma_buf), Ok(FdFlags::CLOEXEC));
        let access = fcntl_getfl(&dma_buf).map(|flags| flags & OFlags::RWMODE);
        assert_eq!(access, Ok(OFlags::RDWR));
        spare("the end of the export is seen by a call");
        drop(dma_buf);
        // That it has gone is seen at the next use.
        touch(gpu, device, allocation);
        before.assert_restored();
    });
}

pub(super) fn what_may_be_exported() {
    on_each_device(|gpu, device| {
        let buffers = || Create::buffers(device, 2);
        let mut seen = surface(64, 64);
        for usage in [0, DXGKRNL_GEM_USAGE_GDI_SURFACE] {
            seen.usage = DXGKRNL_GEM_USAGE_CPU_VISIBLE | usage;
            for create in [
                buffers(),
                buffers().in_resource(),
                Create::blobs(device, &[seen]),
                Create::blobs(device, &[seen]).in_resource(),
            ] {
                let allocation = create.made(gpu).allocation(0);
                touch(gpu, device, allocation);
                Export::new(device, allocation).refused(gpu, INVALID_PARAMETER);
                Export::read_only(device, allocation).refused(gpu, INVALID_PARAMETER);
            }
        }
        for create in [
            displayable(device),
            displayable(device).in_resource(),
            displayable(device).in_shared_resource(),
            buffers().in_shared_resource(),
            buffers().in_global_resource(),
            Create::blobs(device, &[seen]).in_shared_resource(),
        ] {
            export(gpu, device, create.made(gpu).allocation(0));
        }
    });
}

pub(super) fn memory_of_the_caller_is_not_exported() {
    on_each_device(|gpu, device| {
        let memory = Map::new(4);
        let ranges = [(memory.address(), 2 * PAGE as u64)];
        let heap = Create::heap(device, memory.address() + 2 * PAGE as u64, 2 * PAGE as u64);
        for create in [
            Create::memory(device, &ranges).in_shared_resource(),
            heap.in_shared_resource(),
        ] {
            let allocation = create.made(gpu).allocation(0);
            Export::new(device, allocation).refused(gpu, NOT_SUPPORTED);
            Export::read_only(device, allocation).refused(gpu, NOT_SUPPORTED);
        }
    });
}

pub(super) fn memory_that_was_never_touched() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        let before = counters();
        let dma_buf = export(gpu, device, allocation);
        before.assert_grown(&[("exports", 1), ("gem_objects", 1)]);
        let mapped = map(&dma_buf, BYTES);
        assert!(full_of(mapped.bytes(), 0));
        mapped.bytes().fill(0x5a);
        assert!(is_full(gpu, device, allocation, BYTES, 0x5a));
    });
}

pub(super) fn memory_that_the_cpu_may_not_see() {
    on_each_device(|gpu, device| {
        let mut blob = surface(EXTENTS.0, EXTENTS.1);
        blob.usage = DXGKRNL_GEM_USAGE_DISPLAYABLE;
        let allocation = Create::blobs(device, &[blob]).made(gpu).allocation(0);
        assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        // The display driver has to see it, whoever else may.
        let dma_buf = export(gpu, device, allocation);
        let opened = Open::new(device, &dma_buf).made(gpu);
        assert_eq!(opened.bytes, BYTES);
    });
}

pub(super) fn all_exports_are_one_dma_buf() {
    on_each_device(|gpu, device| {
        let allocation = touched(gpu, device);
        let before = counters();
        let all: Vec<_> = (0..10).map(|_| export(gpu, device, allocation)).collect();
        let names: BTreeSet<_> = all.iter().map(identity).collect();
        assert_eq!(names.len(), 1);
        before.assert_grown(&[("exports", 1)]);
        spare("the end of the export is seen by a call");
        drop(all);
        touch(gpu, device, allocation);
        before.assert_restored();
    });
}

pub(super) fn each_allocation_has_its_own_dma_buf() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 3).in_shared_resource().made(gpu);
        let all: Vec<_> = (create.allocations().iter())
            .map(|&allocation| export(gpu, device, allocation))
            .collect();
        let names: BTreeSet<_> = all.iter().map(identity).collect();
        assert_eq!(names.len(), 3);
        for (i, (dma_buf, allocation)) in all.iter().zip(create.allocations()).enumerate() {
            let byte = u8::try_from(i + 1).expect("a small number");
            map(dma_buf, PAGE).bytes().fill(byte);
            assert!(is_full(gpu, device, allocation, PAGE, byte));
        }
    });
}

fn mapping(dma_buf: &OwnedFd, access: ProtFlags, flags: MapFlags) -> Option<Errno> {
    // SAFETY: The kernel chooses the address.
    unsafe { mmap(ptr::null_mut(), BYTES, access, flags, dma_buf, 0) }.err()
}

pub(super) fn a_read_only_export_cannot_be_written_to() {
    on_each_device(|gpu, device| {
        let allocation = touched(gpu, device);
        fill(gpu, device, allocation, BYTES, 0x5a);
        let dma_buf = Export::read_only(device, allocation).made(gpu);
        let access = fcntl_getfl(&dma_buf).map(|flags| flags & OFlags::RWMODE);
        assert_eq!(access, Ok(OFlags::RDONLY));
        let both = ProtFlags::READ | ProtFlags::WRITE;
        for access in [ProtFlags::WRITE, both] {
            let refused = mapping(&dma_buf, access, MapFlags::SHARED);
            assert_eq!(refused, Some(Errno::ACCESS));
        }
        // Nor is there a copy on write of such memory.
        let refused = mapping(&dma_buf, both, MapFlags::PRIVATE);
        assert_eq!(refused, Some(Errno::INVAL));
        let mapped = Mapped::new(&dma_buf, BYTES, false, 0).expect("mmap");
        assert!(full_of(mapped.bytes(), 0x5a));
        let flags = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: The range is that of the mapping.
        let more = unsafe { mprotect(mapped.address() as *mut _, BYTES, flags) };
        assert_eq!(more, Err(Errno::ACCESS));
        // The file cannot be opened once more.
        let path = format!("/proc/self/fd/{}", dma_buf.as_raw_fd());
        let again = open(path, OFlags::RDWR | OFlags::CLOEXEC, Mode::empty());
        assert_eq!(again.err(), Some(Errno::NXIO));
        fill(gpu, device, allocation, BYTES, 0xa5);
        assert!(full_of(mapped.bytes(), 0xa5));
    });
}

pub(super) fn one_access_at_a_time() {
    on_each_device(|gpu, device| {
        let allocation = touched(gpu, device);
        let calls: [fn(u32, u32) -> Export; 2] = [Export::new, Export::read_only];
        for (this, other) in [(calls[0], calls[1]), (calls[1], calls[0])] {
            let first = this(device, allocation).made(gpu);
            other(device, allocation).refused(gpu, ACCESS_DENIED);
            let second = this(device, allocation).made(gpu);
            drop(first);
            other(device, allocation).refused(gpu, ACCESS_DENIED);
            let mapped = Mapped::new(&second, BYTES, false, 0).expect("mmap");
            drop(second);
            // A mapping is a use as well.
            other(device, allocation).refused(gpu, ACCESS_DENIED);
            drop(mapped);
            let opened = Open::new(device, &this(device, allocation).made(gpu)).made(gpu);
            // As is an opening.
            other(device, allocation).refused(gpu, ACCESS_DENIED);
            let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
            assert_eq!(destroyed, SUCCESS);
            // Nobody uses it any more.
            other(device, allocation).made(gpu);
        }
    });
}

pub(super) fn an_opening_for_reading_only_is_not_exported() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, PAGE as u64).in_shared_resource();
        let create = create.made(gpu);
        touch(gpu, device, create.allocation(0));
        let nt = Share::new(create.resource()).access(share::READ).made(gpu);
        let opened = share::Open::bare(device, &nt, 1).made(gpu);
        // The card's node would make either of them writable.
        Export::new(device, opened.allocation(0)).refused(gpu, ACCESS_DENIED);
        Export::read_only(device, opened.allocation(0)).refused(gpu, ACCESS_DENIED);
        Export::read_only(device, create.allocation(0)).made(gpu);
    });
}

pub(super) fn exports_of_an_opening_are_those_of_its_creator() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, PAGE as u64).in_shared_resource();
        let create = create.made(gpu);
        let before = counters();
        let nt = share(gpu, create.resource());
        let other = gpu.device();
        let opened = share::Open::bare(other, &nt, 1).made(gpu);
        let dma_buf = export(gpu, other, opened.allocation(0));
        let same = export(gpu, device, create.allocation(0));
        assert_eq!(identity(&same), identity(&dma_buf));
        map(&same, PAGE).bytes().fill(0x77);
        assert!(is_full(gpu, other, opened.allocation(0), PAGE, 0x77));
        drop((nt, dma_buf));
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        before.assert_grown(&[("exports", 1), ("gem_objects", 1)]);
    });
}

pub(super) fn export_needs_device_and_allocation() {
    on_each_device(|gpu, device| {
        let create = displayable(device).in_resource().made(gpu);
        let allocation = create.allocation(0);
        touch(gpu, device, allocation);
        let other = gpu.device();
        let wrong = [
            (other, allocation),
            (device, create.resource()),
            (device, device),
            (device, gpu.adapter),
            (gpu.adapter, allocation),
            (create.resource(), allocation),
            (allocation, device),
        ];
        let none = NO_HANDLES.map(|none| [(device, none), (none, allocation)]);
        let none = none.into_iter().flatten();
        for_each(wrong.into_iter().chain(none), |(device, allocation)| {
            Export::new(device, allocation).refused(gpu, INVALID_PARAMETER);
        });
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        Export::new(device, allocation).refused(gpu, INVALID_PARAMETER);
    });
}

pub(super) fn export_refuses_unknown_flags() {
    on_each_device(|gpu, device| {
        let allocation = touched(gpu, device);
        for_each((1..32).map(|bit| 1 << bit), |flag| {
            for flags in [flag, flag | READ_ONLY] {
                let mut call = Export::new(device, allocation);
                call.0.flags = flags;
                call.refused(gpu, INVALID_PARAMETER);
            }
        });
    });
}

pub(super) fn export_into_memory_that_is_not_writable() {
    on_each_device(|gpu, device| {
        let allocation = touched(gpu, device);
        let memory = Map::new(1);
        memory.put(0, Export::new(device, allocation).0);
        memory.read_only();
        gpu.unchanged(|| {
            let answer = call_at(&gpu.dxg, request::EXPORT_DMA_BUF, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        memory.protect(libc::PROT_READ | libc::PROT_WRITE);
        let answer = call_at(&gpu.dxg, request::EXPORT_DMA_BUF, memory.address());
        assert_eq!(answer, SUCCESS);
        // SAFETY: The call has written its argument there.
        drop(
            Export(unsafe {
                memory
                    .at::<libd3dkmt::sys::ext::dxgkrnl_export_dma_buf>(0)
                    .read()
            })
            .descriptor(),
        );
    });
}

pub(super) fn addresses_of_both_calls() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for request in [request::EXPORT_DMA_BUF, request::OPEN_DMA_BUF] {
            for_each(BAD_ADDRESSES, |(_, address)| {
                assert_eq!(call_at(&gpu.dxg, request, address), INVALID_PARAMETER);
            });
            let hole = Map::before_a_hole();
            let address = hole.before_end_of_first_page(8);
            assert_eq!(call_at(&gpu.dxg, request, address), INVALID_PARAMETER);
        }
    });
}

pub(super) fn no_descriptor_left() {
    spare("a sweep needs descriptors");
    on_each_device(|gpu, device| {
        let allocation = displayable(device)
            .flags(libd3dkmt::sys::D3DKMT_CREATEALLOCATION_CREATE_RESOURCE)
            .made(gpu)
            .allocation(0);
        touch(gpu, device, allocation);
        let mut call = Export::new(device, allocation);
        gpu.unchanged(|| {
            let next = dup(gpu.dxg.as_fd()).expect("dup").as_raw_fd();
            let _limit = Limit::new(next);
            assert_eq!(call.call(gpu), NO_MEMORY);
        });
        call.made(gpu);
    });
}

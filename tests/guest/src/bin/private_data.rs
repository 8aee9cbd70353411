// SPDX-License-Identifier: MIT OR Apache-2.0
//! Private driver data of D3DKMTCreateAllocation2: its sizes, and what the gem miniport makes of it.

use dxg_guest_tests::{
    calls::*,
    create::{buffer, surface, Create, XR24},
    harness,
    memory::{Map, BAD_ADDRESSES, PAGE},
    tests,
};
use libd3dkmt::sys::{bindings as c, gem::*};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            layouts_of_surfaces_are_written_back,
            every_format,
            sum_of_128_kib_or_more,
            sizes_that_lie,
            bad_addresses_of_a_blob,
            half_mapped_blob,
            a_read_only_blob_takes_everything_back,
            unknown_kinds,
            usage_bits,
            usage_of_buffers,
            usage_of_surfaces,
            extents_of_surfaces,
            formats_of_surfaces,
            fields_that_are_not_the_kinds,
            buffers_without_bytes,
            buffers_that_no_segment_holds,
            resource_blob,
            wrong_resource_blobs,
            resource_blob_sizes_and_addresses,
        ],
        &[],
    )
}

fn refused(gpu: &Gpu, device: u32, blob: dxgkrnl_gem_allocation, answer: Answer) {
    Create::blobs(device, &[blob]).refused(gpu, answer);
}

fn layouts_of_surfaces_are_written_back() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let layouts = [
            ((1, 1), (256, 4096)),
            ((64, 16), (256, 4096)),
            ((65, 16), (512, 8192)),
            ((100, 50), (512, 28672)),
            ((1920, 1080), (7680, 8294400)),
            ((16384, 1), (65536, 65536)),
            ((1, 16384), (256, 256 * 16384)),
        ];
        for_each(layouts, |((width, height), (pitch, bytes))| {
            let create = Create::blobs(device, &[surface(width, height)]).made(gpu);
            let expected = dxgkrnl_gem_allocation {
                pitch,
                bytes,
                ..surface(width, height)
            };
            assert_eq!(format!("{:?}", create.blobs[0]), format!("{expected:?}"));
            // The DRM driver makes an object of that layout.
            gpu.lock(device, create.allocation(0));
            gpu.unlock(device, create.allocation(0));
        });
    });
}

fn every_format() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for_each([b"XR24", b"AR24", b"XB24", b"AB24"], |fourcc| {
            let mut blob = surface(32, 32);
            blob.format = u32::from_le_bytes(*fourcc);
            let create = Create::blobs(device, &[blob]).made(gpu);
            gpu.lock(device, create.allocation(0));
            gpu.unlock(device, create.allocation(0));
        });
    });
}

fn sum_of_128_kib_or_more() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(32);
    memory.put(0, buffer(4096));
    let of_two = |first, second| {
        let mut create = Create::buffers(device, 2);
        for (info, bytes) in create.infos.iter_mut().zip([first, second]) {
            info.priv_drv_data = memory.address();
            info.priv_drv_data_size = bytes;
        }
        create
    };
    of_two(65536, 65536).refused(&gpu, BUFFER_TOO_SMALL);
    of_two(131071, 1).refused(&gpu, BUFFER_TOO_SMALL);
    // One byte less is looked at, and not understood.
    of_two(65536, 65535).refused(&gpu, INVALID_PARAMETER);
}

fn sizes_that_lie() {
    let gpu = Gpu::first();
    let device = gpu.device();
    // More is said to be there than there is.
    let memory = Map::new(1);
    for_each([4097, 8192, 131071], |bytes| {
        Create::blob_of_size(device, &memory, bytes).refused(&gpu, INVALID_PARAMETER);
    });
}

fn bad_addresses_of_a_blob() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(BAD_ADDRESSES, |(_, address)| {
        let mut create = Create::buffers(device, 2);
        create.infos[1].priv_drv_data = address;
        create.refused(&gpu, INVALID_PARAMETER);
    });
}

fn half_mapped_blob() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let hole = Map::before_a_hole();
    for_each([1, 8, 47], |inside| {
        let mut create = Create::buffers(device, 2);
        create.infos[1].priv_drv_data = hole.before_end_of_first_page(inside);
        create.refused(&gpu, INVALID_PARAMETER);
    });
}

fn a_read_only_blob_takes_everything_back() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(1);
        let mut create = Create::buffers(device, 3).in_resource();
        memory.put(0, create.blobs[2]);
        memory.read_only();
        create.infos[2].priv_drv_data = memory.address();
        create.refused(gpu, INVALID_PARAMETER);
    });
}

fn unknown_kinds() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each([0, 3, 4, 0x8000_0001, u32::MAX], |kind| {
        for good in [buffer(4096), surface(16, 16)] {
            let blob = dxgkrnl_gem_allocation { kind, ..good };
            refused(&gpu, device, blob, INVALID_PARAMETER);
        }
    });
}

fn usage_bits() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(4..32, |bit| {
        for good in [buffer(4096), surface(16, 16)] {
            for usage in [1 << bit, (1 << bit) | 1] {
                let blob = dxgkrnl_gem_allocation { usage, ..good };
                refused(&gpu, device, blob, INVALID_PARAMETER);
            }
        }
    });
}

/// The usages that `good` may have are `allowed`; all others of the defined bits are refused.
fn usages(gpu: &Gpu, good: dxgkrnl_gem_allocation, allowed: &[u32]) {
    let device = gpu.device();
    for_each(0..16, |usage| {
        let blob = dxgkrnl_gem_allocation { usage, ..good };
        if allowed.contains(&usage) {
            Create::blobs(device, &[blob]).made(gpu);
        } else {
            refused(gpu, device, blob, INVALID_PARAMETER);
        }
    });
}

fn usage_of_buffers() {
    // None, CPU visible, and history buffer, which is CPU visible and nothing else.
    usages(&Gpu::first(), buffer(4096), &[0, 1, 5]);
}

fn usage_of_surfaces() {
    let allowed = [0, 1, 2, 3, 8, 9, 10, 11, 5];
    usages(&Gpu::first(), surface(16, 16), &allowed);
}

fn extents_of_surfaces() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each([0, 16385, 65536, u32::MAX], |extent| {
        refused(&gpu, device, surface(extent, 16), INVALID_PARAMETER);
        refused(&gpu, device, surface(16, extent), INVALID_PARAMETER);
    });
    // The largest is 1 GiB, which no segment has.
    let largest = surface(16384, 16384);
    refused(&gpu, device, largest, GRAPHICS_NO_VIDEO_MEMORY);
    Create::blobs(device, &[surface(16384, 16)]).made(&gpu);
    Create::blobs(device, &[surface(16, 16384)]).made(&gpu);
}

fn formats_of_surfaces() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let others = [b"RG16", b"NV12", b"XR30", b"xr24", b"R8  ", b"42RX"];
    let others = others.map(|fourcc| u32::from_le_bytes(*fourcc));
    let more = [0, 1, XR24 | (1 << 31), u32::MAX];
    for_each(others.into_iter().chain(more), |format| {
        let blob = dxgkrnl_gem_allocation {
            format,
            ..surface(16, 16)
        };
        refused(&gpu, device, blob, INVALID_PARAMETER);
    });
}

fn fields_that_are_not_the_kinds() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let spoilt: [fn(&mut dxgkrnl_gem_allocation); 8] = [
        |blob| blob.reserved = 1,
        |blob| blob.reserved = 1 << 63,
        |blob| blob.pitch = 256,
        |blob| blob.pitch = u32::MAX,
        |blob| blob.width ^= 16,
        |blob| blob.height ^= 16,
        |blob| blob.format ^= XR24,
        |blob| blob.bytes ^= 4096,
    ];
    for_each(spoilt.iter().enumerate(), |(i, spoil)| {
        for good in [buffer(4096), surface(16, 16)] {
            let mut blob = good;
            spoil(&mut blob);
            context_of(i, || refused(&gpu, device, blob, INVALID_PARAMETER));
        }
    });
}

fn context_of(field: usize, call: impl FnOnce()) {
    harness::context(format!("spoilt field {field}"), call);
}

fn buffers_without_bytes() {
    let gpu = Gpu::first();
    let device = gpu.device();
    // Nothing, and what is nothing when it is rounded up to pages.
    for_each([0, u64::MAX, u64::MAX - 4094], |bytes| {
        refused(&gpu, device, buffer(bytes), INVALID_PARAMETER);
    });
}

fn buffers_that_no_segment_holds() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let sizes = [
            (256 << 20) + 1,
            1 << 32,
            (1 << 32) + 4096,
            1 << 40,
            1 << 63,
            u64::MAX - 4095,
        ];
        for_each(sizes, |bytes| {
            refused(gpu, device, buffer(bytes), GRAPHICS_NO_VIDEO_MEMORY);
        });
    });
}

const RESOURCE: dxgkrnl_gem_resource = dxgkrnl_gem_resource {
    magic: DXGKRNL_GEM_MAGIC,
    version: DXGKRNL_GEM_VERSION,
    reserved: 0,
};

fn with_resource_blob(device: u32, address: u64, bytes: u32) -> Create {
    let mut create = Create::buffers(device, 2).in_resource();
    create.args.priv_drv_data = address;
    create.args.priv_drv_data_size = bytes;
    create
}

fn resource_blob() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let blob = RESOURCE;
        let create = with_resource_blob(device, &raw const blob as u64, 16).made(gpu);
        assert_eq!(create.args.priv_drv_data_size, 16);
        // Appending may bring another one (case 92).
        let mut create = Create::buffer(device, 4096).append(create.resource());
        create.args.priv_drv_data = &raw const blob as u64;
        create.args.priv_drv_data_size = 16;
        create.made(gpu);
    });
}

fn wrong_resource_blobs() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let wrong = [
            ((0, 1, 0), INVALID_PARAMETER),
            ((DXGKRNL_GEM_MAGIC, 0, 0), GRAPHICS_DRIVER_MISMATCH),
            ((DXGKRNL_GEM_MAGIC, 2, 0), GRAPHICS_DRIVER_MISMATCH),
            ((DXGKRNL_GEM_MAGIC, 1, 1), INVALID_PARAMETER),
            ((DXGKRNL_GEM_MAGIC, 1, 1 << 63), INVALID_PARAMETER),
        ];
        for_each(wrong, |((magic, version, reserved), answer)| {
            let blob = dxgkrnl_gem_resource {
                magic,
                version,
                reserved,
            };
            let create = with_resource_blob(device, &raw const blob as u64, 16);
            create.refused(gpu, answer);
        });
    });
}

fn resource_blob_sizes_and_addresses() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(32);
    memory.put(0, RESOURCE);
    let most = c::D3DKMT_PRIVATE_DATA_MAX;
    for_each([1, 4, 8, 15, 17, 48, most - 1], |bytes| {
        let create = with_resource_blob(device, memory.address(), bytes);
        create.refused(&gpu, INVALID_PARAMETER);
    });
    for_each([most, most + 1, u32::MAX], |bytes| {
        let create = with_resource_blob(device, memory.address(), bytes);
        create.refused(&gpu, BUFFER_TOO_SMALL);
    });
    for_each(BAD_ADDRESSES, |(_, address)| {
        with_resource_blob(device, address, 16).refused(&gpu, INVALID_PARAMETER);
        with_resource_blob(device, address, 0).made(&gpu);
    });
    let hole = Map::before_a_hole();
    hole.put(PAGE - 8, DXGKRNL_GEM_MAGIC);
    let create = with_resource_blob(device, hole.before_end_of_first_page(8), 16);
    create.refused(&gpu, INVALID_PARAMETER);
}

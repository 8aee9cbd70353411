// SPDX-License-Identifier: MIT OR Apache-2.0
//! The module is unloaded, and loaded with other parameters. Each test loads it again as it was.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    dma_buf::{displayable, export, fill, full_of, is_full, Open, BYTES},
    global, harness, prime,
    reload::with,
    share::{self, Share},
    tests,
};
use libd3dkmt::sys;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            it_comes_back_with_all_adapters,
            without_global_handles,
            exports_outlive_the_module,
        ],
        &[],
    )
}

fn it_comes_back_with_all_adapters() {
    let mut seen = luids();
    let adapters = seen.len();
    for _ in 0..3 {
        with("", || {
            let now = luids();
            assert_eq!(now.len(), adapters);
            assert!(now.iter().all(|luid| !seen.contains(luid)), "new LUIDs");
            seen.extend(now);
            on_each_adapter(|gpu| {
                let device = gpu.device();
                let create = share::shared(device, 2).made(gpu);
                gpu.lock(device, create.allocation(0));
                gpu.unlock(device, create.allocation(0));
            });
        });
    }
}

/// Without global handles there is CreateShared with NtSecuritySharing alone.
fn refuses_global_handles(gpu: &Gpu) {
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_global_resource();
    create.refused(gpu, INVALID_PARAMETER);
    let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
        NumAllocations: 1,
        TotalPrivateDriverDataSize: 48,
        ..Default::default()
    };
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain([0xc000_0042]), |number| {
            assert!(!global::is_there(gpu, device, number));
            let answer = global::Open::with(device, number, &sizes).call(gpu);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
    let create = share::shared(device, 2).made(gpu);
    assert_eq!(create.global(), 0);
    let nt = Share::new(create.resource()).made(gpu);
    share::Open::new(device, &nt, 2).made(gpu);
}

fn without_global_handles() {
    with("global_handles=0", || {
        on_each_adapter(refuses_global_handles);
    });
}

fn exports_outlive_the_module() {
    let exports: Vec<_> = luids()
        .into_iter()
        .map(|luid| {
            let gpu = Gpu::open(luid);
            let device = gpu.device();
            let allocation = displayable(device).made(&gpu).allocation(0);
            fill(&gpu, device, allocation, BYTES, 0x5a);
            export(&gpu, device, allocation)
        })
        .collect();
    // The memory is the DRM drivers', who know nothing of the module.
    with("", || {
        for dma_buf in &exports {
            assert!(full_of(prime::map(dma_buf, BYTES).bytes(), 0x5a));
        }
        let opened: Vec<_> = (luids().into_iter().zip(&exports))
            .map(|(luid, dma_buf)| {
                let gpu = Gpu::open(luid);
                let device = gpu.device();
                let opened = Open::new(device, dma_buf).made(&gpu);
                assert!(is_full(&gpu, device, opened.allocation, BYTES, 0x5a));
                gpu
            })
            .collect();
        drop(opened);
    });
}

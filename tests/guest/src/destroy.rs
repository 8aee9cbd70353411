// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTDestroyAllocation2 with arguments to spoil.

use crate::calls::*;
use libd3dkmt::sys;

/// Arguments of D3DKMTDestroyAllocation2.
pub fn arguments(
    device: u32,
    resource: u32,
    list: u64,
    count: u32,
) -> sys::D3DKMT_DESTROYALLOCATION2 {
    sys::D3DKMT_DESTROYALLOCATION2 {
        device: handle(device),
        resource: handle(resource),
        allocations: list,
        alloc_count: count,
        ..Default::default()
    }
}

/// Calls it.
pub fn destroy(gpu: &Gpu, mut args: sys::D3DKMT_DESTROYALLOCATION2) -> Answer {
    // SAFETY: Tests hand in lists of theirs, or addresses where there is nothing.
    unsafe { sys::D3DKMTDestroyAllocation2(&gpu.dxg, &mut args) }
}

/// The list is refused, and everything in it is still there.
pub fn list_refused(gpu: &Gpu, device: u32, list: &[u32]) {
    gpu.unchanged(|| {
        let answer = destroy_allocations(&gpu.dxg, device, list);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

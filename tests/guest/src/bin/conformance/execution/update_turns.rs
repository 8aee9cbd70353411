// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTUpdateGpuVirtualAddress: when its operations are applied, what goes meanwhile, and the other arguments.

use super::{
    updates::{no_update, on_each, written},
    *,
};
use crate::table::Case;
use dxg_guest_tests::{
    fence::signal,
    gpu_va::*,
    paging::{buffer, evicted, resident},
};

pub const CASES: &[Case] = &[
    case!(
        case_407_do_not_wait,
        "UpdateGpuVirtualAddress, DoNotWait, and without it",
        C,
        "SUCCESS; it does not wait, and else it waits for FenceValue",
    ),
    case!(
        case_408_the_next_value,
        "UpdateGpuVirtualAddress, the update is done",
        C,
        "the fence gets FenceValue + 1",
    ),
    case!(
        case_409_fence_value_on_return,
        "UpdateGpuVirtualAddress, FenceValue on return",
        L,
        "as it was",
    ),
    case!(
        case_410_not_resident,
        "UpdateGpuVirtualAddress, MAP of what is not resident, at the call or when it is applied",
        C,
        "SUCCESS",
        "SUCCESS; commands can use it when it is resident",
    ),
    case!(
        case_411_destroyed_before,
        "UpdateGpuVirtualAddress, the allocation is destroyed before the update is applied",
        I,
        "nothing is mapped; the device is not in error",
    ),
    case!(
        case_412_freed_before,
        "UpdateGpuVirtualAddress, the range is freed before the update is applied",
        C,
        "the operation is ignored; the fence is signalled",
    ),
    case!(
        case_413_many_updates,
        "UpdateGpuVirtualAddress, more than 128 operations are queued on a context",
        C,
        "the caller waits until there is room",
        "SUCCESS at once",
        "there is room: a context takes 4096 packets of any kind before callers wait",
    ),
    case!(
        case_414_evicted_meanwhile,
        "UpdateGpuVirtualAddress, what a queued operation maps is evicted",
        C,
        "it stays until the operation was applied",
        "SUCCESS; the operation is applied all the same",
    ),
    case!(
        case_415_without_a_meaning,
        "UpdateGpuVirtualAddress, OperationType above 3, reserved fields, other flags",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_416_no_fence,
        "UpdateGpuVirtualAddress, hFenceObject is no monitored fence, or has NoSignal",
        I,
        "INVALID_PARAMETER; ACCESS_DENIED",
    ),
];

fn case_407_do_not_wait() {
    on_each(|engine, allocation| {
        let [fence, other] = [engine.fence(), engine.fence()];
        engine.start_update(fence.at(5), &Updates::new().map(FAR, 1, allocation, 0));
        engine.wait_for(fence, 6);
        let unmap = Updates::new().unmap(FAR, 1, ZERO);
        let mut args = to_update(engine.device, engine.context, other.at(5), &unmap);
        args.flags.value = 0;
        assert_eq!(update_with(&engine.gpu.dxg, &mut args), SUCCESS);
        assert!(is_held(engine, other));
        let answer = signal(&engine.gpu.dxg, engine.device, &[other.at(5)]);
        assert_eq!(answer, SUCCESS);
        engine.wait_for(other, 6);
        assert_eq!(written(engine, &[0]), [0; 4]);
    });
}

fn case_408_the_next_value() {
    on_each(|engine, allocation| {
        let fence = engine.fence();
        for value in [0, 7, 1 << 40] {
            let map = Updates::new().map(FAR, 1, allocation, 1);
            engine.start_update(fence.at(value), &map);
            engine.wait_for(fence, value + 1);
            assert_eq!(fence.value(), value + 1);
            assert_eq!(written(engine, &[0]), [0, 1, 0, 0]);
        }
    });
}

fn case_409_fence_value_on_return() {
    on_each(|engine, allocation| {
        let map = Updates::new().map(FAR, 1, allocation, 1);
        for (flags, current, value) in [(1, 0, 3), (0, 3, 3), (1, 0, 1 << 40)] {
            let fence = engine.fence_with(current, 0);
            let mut args = to_update(engine.device, engine.context, fence.at(value), &map);
            args.flags.value = flags;
            assert_eq!(update_with(&engine.gpu.dxg, &mut args), SUCCESS);
            engine.wait_for(fence, value + 1);
            assert_eq!((args.fence_value, fence.value()), (value, value + 1));
        }
    });
}

fn case_410_not_resident() {
    on_each(|engine, _| {
        let (gpu, device) = (engine.gpu, engine.device);
        let allocation = buffer(gpu, device, GPU_PAGE);
        engine.update(&Updates::new().map(FAR, 1, allocation, 0));
        assert_eq!(engine.state(), ACTIVE);
        resident(gpu, device, &engine.queue, &[allocation]);
        engine.run(&Commands::new().write64(FAR, 7));
        assert_eq!(engine.read(&[FAR]), [7]);
    });
}

fn case_411_destroyed_before() {
    on_each(|engine, _| {
        let (gpu, device) = (engine.gpu, engine.device);
        let allocation = buffer(gpu, device, GPU_PAGE);
        resident(gpu, device, &engine.queue, &[allocation]);
        let map = |page| Updates::new().map(at(page), 1, allocation, 0);
        engine.update(&map(1));
        engine.run(&Commands::new().write64(at(1), 7));
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start_update(fence.at(0), &map(0));
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!((destroyed, fence.value()), (SUCCESS, 0));
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(engine.read(&[at(0), at(1)]), [0, 0]);
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn case_412_freed_before() {
    on_each(|engine, allocation| {
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start_update(fence.at(0), &Updates::new().map(FAR, 1, allocation, 0));
        let freed = free(&engine.gpu.dxg, engine.gpu.adapter, FAR, 2 * GRANULE);
        assert_eq!(freed, SUCCESS);
        engine.reserve_zeros(FAR, GRANULE);
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(written(engine, &[0]), [0; 4]);
    });
}

fn case_413_many_updates() {
    const CALLS: u64 = 200;
    on_each(|engine, allocation| {
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        // The last one of each page counts: those before it have other pages of the allocation.
        for i in 0..CALLS {
            let first = (i + i / 4) % 4;
            let map = Updates::new().map(at(i % 4), 1, allocation, first);
            engine.start_update(fence.at(i), &map);
        }
        assert!(is_held(engine, fence));
        engine.release(gate);
        engine.wait_for(fence, CALLS);
        assert_eq!(fence.value(), CALLS);
        // CALLS / 4 - 1 is 49, so pages 0 to 3 have 1, 2, 3, 0.
        assert_eq!(written(engine, &[0, 1, 2, 3]), [4, 1, 2, 3]);
    });
}

fn case_414_evicted_meanwhile() {
    on_each(|engine, _| {
        let (gpu, device) = (engine.gpu, engine.device);
        let allocation = [buffer(gpu, device, GPU_PAGE)];
        resident(gpu, device, &engine.queue, &allocation);
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        let map = Updates::new().map(FAR, 1, allocation[0], 0);
        engine.start_update(fence.at(0), &map);
        evicted(gpu, device, &allocation);
        assert_eq!(fence.value(), 0);
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(engine.state(), ACTIVE);
        resident(gpu, device, &engine.queue, &allocation);
        engine.run(&Commands::new().write64(FAR, 7));
        assert_eq!(engine.read(&[FAR]), [7]);
    });
}

fn case_415_without_a_meaning() {
    on_each(|engine, allocation| {
        for kind in [4, 5, u32::MAX] {
            no_update(engine, &Updates::new().of_type(kind));
        }
        let fence = engine.fence();
        let map = Updates::new().map(FAR, 1, allocation, 0);
        let refused = |change: &dyn Fn(&mut sys::D3DKMT_UPDATEGPUVIRTUALADDRESS)| {
            let mut args = to_update(engine.device, engine.context, fence.at(0), &map);
            change(&mut args);
            let answer = update_with(&engine.gpu.dxg, &mut args);
            assert_eq!(answer, INVALID_PARAMETER);
        };
        engine.gpu.unchanged(|| {
            for_each(1..32, |bit| refused(&|args| args.flags.value |= 1 << bit));
            refused(&|args| args.reserved0 = 1);
            refused(&|args| args.reserved1 = 1);
            refused(&|args| args.reserved2 = 1);
            refused(&|args| args.reserved3 = 1);
        });
        engine.finish();
        assert_eq!((fence.value(), written(engine, &[0])), (0, [0; 4]));
    });
}

fn case_416_no_fence() {
    on_each(|engine, allocation| {
        let (gpu, map) = (engine.gpu, Updates::new().map(FAR, 1, allocation, 0));
        let with = |fence| {
            let mut args = to_update(engine.device, engine.context, (fence, 0), &map);
            update_with(&gpu.dxg, &mut args)
        };
        let no_signal = engine.fence_with(0, NO_SIGNAL);
        let of_another_device = GpuFence::with_flags(gpu, gpu.device(), 0, 0);
        let others = [
            engine.device,
            engine.context,
            engine.queue.handle,
            allocation,
            of_another_device.handle,
        ];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                assert_eq!(with(none), INVALID_PARAMETER);
            });
            // Nor does anybody signal that of a paging queue.
            for denied in [no_signal.handle, engine.queue.fence.handle] {
                assert_eq!(with(denied), ACCESS_DENIED);
            }
        });
        assert_eq!((no_signal.value(), written(engine, &[0])), (0, [0; 4]));
    });
}

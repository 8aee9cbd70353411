// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTReserveGpuVirtualAddress.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    child::fork,
    device::Device,
    fence::PagingQueue,
    gpu_va::*,
    paging::{buffer, on_each_queue},
};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_301_sizes,
        "ReserveGpuVirtualAddress, Size 0, or not a multiple of 64 KiB",
        C,
        IP,
    ),
    case!(
        case_302_unaligned_base,
        "ReserveGpuVirtualAddress, BaseAddress not a multiple of 64 KiB",
        C,
        IP,
    ),
    case!(
        case_303_unaligned_limits,
        "ReserveGpuVirtualAddress, MinimumAddress or MaximumAddress not a multiple of 64 KiB",
        C,
        IP,
    ),
    case!(
        case_304_limits_with_a_base,
        "ReserveGpuVirtualAddress, BaseAddress, and rubbish as limits",
        C,
        "SUCCESS; the limits are ignored",
    ),
    case!(
        case_305_taken,
        "ReserveGpuVirtualAddress of addresses that are reserved or mapped, in part or all",
        C,
        "a failure",
        "INVALID_PARAMETER",
    ),
    case!(
        case_306_limits,
        "ReserveGpuVirtualAddress, limits",
        C,
        "SUCCESS; the addresses are between them",
    ),
    case!(
        case_307_nothing_free,
        "ReserveGpuVirtualAddress, nothing is free between the limits",
        I,
        "NO_MEMORY",
    ),
    case!(
        case_308_what_does_not_exist,
        "ReserveGpuVirtualAddress, addresses or a limit of more than 48 bits",
        I,
        IP,
    ),
    case!(
        case_310_never_0,
        "ReserveGpuVirtualAddress, where address 0 alone is left",
        I,
        "0 is never given out",
        "NO_MEMORY: 0 is never given out",
    ),
    case!(
        case_311_by_an_adapter,
        "ReserveGpuVirtualAddress by an adapter",
        C,
        "SUCCESS",
    ),
    case!(
        case_312_by_a_paging_queue,
        "ReserveGpuVirtualAddress by a paging queue",
        C,
        "SUCCESS",
    ),
    case!(
        case_313_by_nothing,
        "ReserveGpuVirtualAddress by what is neither an adapter nor a paging queue",
        L,
        IP,
    ),
    case!(
        case_314_fence_value,
        "ReserveGpuVirtualAddress, PagingFenceValue on return",
        C,
        "a value; 0 if it is done",
        "0",
    ),
    case!(
        case_315_done_at_once,
        "ReserveGpuVirtualAddress by a paging queue, the answer",
        L,
        "0, never PENDING",
        "SUCCESS, never PENDING: it is done, and can be used",
    ),
    case!(
        case_317_zeros,
        "ReserveGpuVirtualAddress, ZERO",
        C,
        "SUCCESS; commands read 0, and what they write is dropped",
    ),
    case!(
        case_318_not_committed,
        "ReserveGpuVirtualAddress, NO_COMMIT",
        C,
        "SUCCESS; as NO_ACCESS",
    ),
    case!(
        case_319_types,
        "ReserveGpuVirtualAddress, another ReservationType",
        I,
        IP,
    ),
    case!(
        case_320_driver_protection,
        "ReserveGpuVirtualAddress, any DriverProtection",
        C,
        "SUCCESS",
    ),
    case!(
        case_321_devices_of_a_process,
        "ReserveGpuVirtualAddress, two devices of a process on an adapter",
        C,
        "one address space: what one has reserved the other one cannot",
    ),
    case!(
        case_322_other_processes,
        "ReserveGpuVirtualAddress, the addresses of another process",
        C,
        "SUCCESS; each process has its own",
    ),
    case!(
        case_325_removed_adapter,
        "ReserveGpuVirtualAddress, the adapter was removed",
        I,
        "DEVICE_REMOVED",
    ),
];

/// What a changed reservation of one granule is answered, and the address. What fails writes nothing.
fn reserve_as(
    gpu: &Gpu,
    change: impl FnOnce(&mut sys::D3DDDI_RESERVEGPUVIRTUALADDRESS),
) -> (Answer, u64) {
    let mut args = to_reserve(gpu.adapter, 0, GRANULE);
    change(&mut args);
    let answer = reserve_with(&gpu.dxg, &mut args);
    let value = if answer == SUCCESS { 0 } else { u64::MAX };
    assert_eq!(args.paging_fence_value, value);
    (answer, args.virtual_address)
}

/// A reservation that is refused.
fn no_reservation(
    gpu: &Gpu,
    expected: Answer,
    change: impl FnOnce(&mut sys::D3DDDI_RESERVEGPUVIRTUALADDRESS),
) {
    assert_eq!(reserve_as(gpu, change), (expected, u64::MAX));
}

/// The same at a base.
fn at_base(gpu: &Gpu, base: u64, bytes: u64) -> (Answer, u64) {
    reserve_as(gpu, |args| (args.base_address, args.size) = (base, bytes))
}

/// The same between limits.
fn between(gpu: &Gpu, from: u64, to: u64, bytes: u64) -> (Answer, u64) {
    reserve_as(gpu, |args| {
        (args.minimum_address, args.maximum_address, args.size) = (from, to, bytes);
    })
}

/// Gives addresses back.
fn give_back(gpu: &Gpu, base: u64, bytes: u64) {
    assert_eq!(free(&gpu.dxg, gpu.adapter, base, bytes), SUCCESS);
}

fn case_301_sizes() {
    on_each_device(|gpu, _| {
        let sizes = [0, 1, 4096, GRANULE - 1, GRANULE + 4096, u64::MAX];
        gpu.unchanged(|| {
            for_each(sizes, |bytes| {
                no_reservation(gpu, INVALID_PARAMETER, |args| args.size = bytes);
            });
        });
        assert_eq!(at_base(gpu, FAR, 2 * GRANULE), (SUCCESS, FAR));
    });
}

fn case_302_unaligned_base() {
    on_each_device(|gpu, _| {
        gpu.unchanged(|| {
            for_each([1, 4096, FAR + 4096, FAR + GRANULE / 2], |base| {
                no_reservation(gpu, INVALID_PARAMETER, |args| args.base_address = base);
            });
        });
        assert_eq!(at_base(gpu, FAR, GRANULE), (SUCCESS, FAR));
    });
}

fn case_303_unaligned_limits() {
    on_each_device(|gpu, _| {
        let to = FAR + 4 * GRANULE;
        let limits = [
            (1, 0),
            (4096, 0),
            (0, 4096),
            (FAR + 4096, to),
            (FAR, to + 1),
        ];
        gpu.unchanged(|| {
            for_each(limits, |(from, to)| {
                let refused = between(gpu, from, to, GRANULE);
                assert_eq!(refused, (INVALID_PARAMETER, u64::MAX));
            });
        });
        let to = FAR + GRANULE;
        assert_eq!(between(gpu, FAR, to, GRANULE), (SUCCESS, FAR));
    });
}

fn case_304_limits_with_a_base() {
    on_each_device(|gpu, _| {
        for_each(
            [(1, 1), (u64::MAX, u64::MAX), (0, GRANULE)],
            |(from, to)| {
                let reserved = reserve_as(gpu, |args| {
                    args.base_address = FAR;
                    (args.minimum_address, args.maximum_address) = (from, to);
                });
                assert_eq!(reserved, (SUCCESS, FAR));
                give_back(gpu, FAR, GRANULE);
            },
        );
    });
}

fn case_305_taken() {
    on_each_queue(|gpu, device, queue| {
        let at = |granules: i64| FAR.wrapping_add_signed(granules * 0x1_0000);
        assert_eq!(at_base(gpu, FAR, 4 * GRANULE), (SUCCESS, FAR));
        let allocation = buffer(gpu, device, GPU_PAGE);
        mapped(gpu, device, queue, at(8) + GPU_PAGE, allocation, 1);
        gpu.unchanged(|| {
            for_each([-1, 0, 1, 3, 7, 8], |granules| {
                let refused = at_base(gpu, at(granules), 2 * GRANULE);
                assert_eq!(refused, (INVALID_PARAMETER, u64::MAX));
            });
        });
        // Beside them.
        for granules in [-2, 4, 6, 9] {
            let reserved = at_base(gpu, at(granules), 2 * GRANULE);
            assert_eq!(reserved, (SUCCESS, at(granules)));
        }
    });
}

fn case_306_limits() {
    on_each_device(|gpu, _| {
        let to = FAR + 4 * GRANULE;
        assert_eq!(between(gpu, FAR, to, 4 * GRANULE), (SUCCESS, FAR));
        // As a driver of D3D12 asks, and with one limit.
        let limits = [(64 << 20, 1 << 40), (1 << 40, 0), (0, 1 << 40)];
        for_each(limits, |(from, to)| {
            for bytes in [GRANULE, 4 << 30] {
                let (answer, address) = between(gpu, from, to, bytes);
                assert_eq!(answer, SUCCESS);
                let end = if to == 0 { END } else { to };
                assert!(address >= from && address + bytes <= end, "{address:x}");
                assert_eq!(address % GRANULE, 0);
                give_back(gpu, address, bytes);
            }
        });
    });
}

fn case_307_nothing_free() {
    on_each_device(|gpu, _| {
        let to = FAR + 4 * GRANULE;
        gpu.unchanged(|| {
            for_each([(FAR, to), (to, FAR), (FAR, FAR)], |(from, to)| {
                let refused = between(gpu, from, to, 5 * GRANULE);
                assert_eq!(refused, (NO_MEMORY, u64::MAX));
            });
        });
        let middle = FAR + GRANULE;
        assert_eq!(at_base(gpu, middle, 2 * GRANULE), (SUCCESS, middle));
        // Two are free, and none beside the other.
        let refused = between(gpu, FAR, to, 2 * GRANULE);
        assert_eq!(refused, (NO_MEMORY, u64::MAX));
        let ends = [0; 2].map(|_| between(gpu, FAR, to, GRANULE).1);
        assert!(ends.contains(&FAR) && ends.contains(&(to - GRANULE)));
        assert_eq!(between(gpu, FAR, to, GRANULE), (NO_MEMORY, u64::MAX));
    });
}

fn case_308_what_does_not_exist() {
    on_each_device(|gpu, _| {
        let last = END - GRANULE;
        gpu.unchanged(|| {
            let bases = [(END, 1), (last, 2), (u64::MAX - GRANULE + 1, 1)];
            for_each(bases, |(base, granules)| {
                let refused = at_base(gpu, base, granules * GRANULE);
                assert_eq!(refused, (INVALID_PARAMETER, u64::MAX));
            });
            for_each([END + GRANULE, u64::MAX - GRANULE + 1], |to| {
                let refused = between(gpu, 0, to, GRANULE);
                assert_eq!(refused, (INVALID_PARAMETER, u64::MAX));
            });
        });
        assert_eq!(between(gpu, last, END, GRANULE), (SUCCESS, last));
    });
}

fn case_310_never_0() {
    on_each_device(|gpu, _| {
        let refused = gpu.unchanged(|| between(gpu, 0, GRANULE, GRANULE));
        assert_eq!(refused, (NO_MEMORY, u64::MAX));
        // The lowest there is.
        assert_eq!(between(gpu, 0, 2 * GRANULE, GRANULE), (SUCCESS, GRANULE));
    });
}

/// A reservation by a handle takes addresses, which can be freed.
fn reserved_by(gpu: &Gpu, by: u32) {
    let (answer, address) = reserve_as(gpu, |args| args.adapter.v = by);
    assert_eq!(answer, SUCCESS);
    assert!(address != 0 && address % GRANULE == 0 && address < END);
    let again = at_base(gpu, address, GRANULE);
    assert_eq!(again, (INVALID_PARAMETER, u64::MAX));
    give_back(gpu, address, GRANULE);
    assert_eq!(at_base(gpu, address, GRANULE), (SUCCESS, address));
}

fn case_311_by_an_adapter() {
    on_each_device(|gpu, _| reserved_by(gpu, gpu.adapter));
}

fn case_312_by_a_paging_queue() {
    on_each_queue(|gpu, _, queue| {
        reserved_by(gpu, queue.handle);
        reserved_by(gpu, PagingQueue::new(gpu, gpu.device()).handle);
    });
}

fn case_313_by_nothing() {
    on_each_queue(|gpu, device, queue| {
        let others = [device, buffer(gpu, device, 4096), queue.fence.handle];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                no_reservation(gpu, INVALID_PARAMETER, |args| args.adapter.v = none);
            });
        });
    });
}

fn case_314_fence_value() {
    on_each_queue(|gpu, _, queue| {
        for_each([gpu.adapter, queue.handle], |by| {
            let mut args = to_reserve(by, 0, GRANULE);
            assert_eq!(reserve_with(&gpu.dxg, &mut args), SUCCESS);
            assert_eq!((args.paging_fence_value, queue.fence.value()), (0, 0));
        });
    });
}

fn case_315_done_at_once() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, GPU_PAGE);
        for _ in 0..20 {
            let (answer, address) = reserve_as(gpu, |args| args.adapter.v = queue.handle);
            assert_eq!(answer, SUCCESS);
            let (answer, at, _) = map(&gpu.dxg, queue.handle, address, allocation, 1);
            assert_eq!((answer, at), (PENDING, address));
            give_back(gpu, address, GRANULE);
        }
    });
}

fn case_317_zeros() {
    on_each_engine(|engine| {
        let reserved = reserve_as(engine.gpu, |args| {
            (args.base_address, args.reservation_type) = (FAR, c::D3DDDIGPUVA_RESERVE_ZERO);
        });
        assert_eq!(reserved, (SUCCESS, FAR));
        let last = FAR + GRANULE - 8;
        engine.memory.all()[..16].fill(0x5a);
        engine.run(&Commands::new().write64(FAR, 1).write64(last, 2));
        assert_eq!(engine.read(&[FAR, last]), [0, 0]);
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn case_318_not_committed() {
    on_each_engine(|engine| {
        let reserved = reserve_as(engine.gpu, |args| {
            (args.base_address, args.reservation_type) = (FAR, c::D3DDDIGPUVA_RESERVE_NO_COMMIT);
        });
        assert_eq!(reserved, (SUCCESS, FAR));
        // It can be mapped in all the same.
        let (gpu, memory) = (engine.gpu, engine.memory.allocation);
        mapped(gpu, engine.device, &engine.queue, FAR, memory, 1);
        engine.run(&Commands::new().write64(FAR + 8, 7));
        assert_eq!(engine.memory.load(8), 7);
        let behind = FAR + GPU_PAGE;
        let fault = fault(engine, &Commands::new().copy(FAR, behind, 8));
        assert_eq!(fault, (behind, READ));
    });
}

fn case_319_types() {
    on_each_device(|gpu, _| {
        gpu.unchanged(|| {
            for_each([3, 4, u32::MAX], |kind| {
                no_reservation(gpu, INVALID_PARAMETER, |args| args.reservation_type = kind);
            });
        });
    });
}

fn case_320_driver_protection() {
    on_each_device(|gpu, _| {
        for_each([0, 7, 1 << 63, u64::MAX], |protection| {
            let (answer, address) = reserve_as(gpu, |args| args.driver_protection = protection);
            assert_eq!(answer, SUCCESS);
            give_back(gpu, address, GRANULE);
        });
    });
}

fn case_321_devices_of_a_process() {
    on_each_queue(|gpu, device, queue| {
        let other = PagingQueue::new(gpu, gpu.device());
        let by = |queue: u32, base| {
            reserve_as(gpu, |args| {
                (args.adapter.v, args.base_address) = (queue, base)
            })
        };
        assert_eq!(by(queue.handle, FAR), (SUCCESS, FAR));
        assert_eq!(by(other.handle, FAR), (INVALID_PARAMETER, u64::MAX));
        // The other one maps in it.
        let allocation = buffer(gpu, device, GPU_PAGE);
        let (answer, address, _) = map(&gpu.dxg, other.handle, FAR, allocation, 1);
        assert_eq!((answer, address), (PENDING, FAR));
    });
}

fn case_322_other_processes() {
    on_each_device(|gpu, _| {
        assert_eq!(at_base(gpu, FAR, GRANULE), (SUCCESS, FAR));
        let luid = gpu.luid;
        let status = fork(|| {
            let gpu = Gpu::open(luid);
            i32::from(at_base(&gpu, FAR, GRANULE) != (SUCCESS, FAR))
        });
        assert!(status.success());
        // The end of that one has freed nothing here.
        assert_eq!(at_base(gpu, FAR, GRANULE), (INVALID_PARAMETER, u64::MAX));
    });
}

fn case_325_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let queue = PagingQueue::new(&gpu, gpu.device());
    assert_eq!(at_base(&gpu, FAR, GRANULE), (SUCCESS, FAR));
    device.remove();
    for by in [gpu.adapter, queue.handle] {
        no_reservation(&gpu, DEVICE_REMOVED, |args| args.adapter.v = by);
    }
    // Mistakes are still mistakes, and what is there can go.
    no_reservation(&gpu, INVALID_PARAMETER, |args| args.size = 1);
    give_back(&gpu, FAR, GRANULE);
    drop(gpu);
    device.restore();
}

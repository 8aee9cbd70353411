// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTMapGpuVirtualAddress: the answer, the arguments, and where mappings can be. What they mean is in `mappings`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    create::Create,
    fence::{wait, PagingQueue},
    gpu_va::*,
    paging::{buffer, on_each_queue},
};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_330_map,
        "MapGpuVirtualAddress of an allocation, BaseAddress 0",
        C,
        "PENDING and a value of the fence, or SUCCESS and 0; the address is written",
        "PENDING and a value of the fence; the address is written",
    ),
    case!(
        case_331_pending,
        "MapGpuVirtualAddress by a client that takes PENDING alone",
        K,
        "PENDING",
    ),
    case!(
        case_332_values,
        "MapGpuVirtualAddress again and again, PagingFenceValue",
        I,
        "a value of the queue's fence each time, which the fence may have already",
    ),
    case!(
        case_334_limits,
        "MapGpuVirtualAddress, limits that are not multiples of 4 KiB; with a BaseAddress",
        C,
        "INVALID_PARAMETER; they are ignored",
    ),
    case!(
        case_335_no_queue,
        "MapGpuVirtualAddress, hPagingQueue 0, or of another type",
        C,
        IP,
    ),
    case!(
        case_336_no_allocation,
        "MapGpuVirtualAddress, hAllocation 0, neither Zero nor NoAccess",
        C,
        IP,
    ),
    case!(
        case_338_another_device,
        "MapGpuVirtualAddress of an allocation of another device of the process",
        I,
        "PENDING",
    ),
    case!(
        case_339_another_adapter,
        "MapGpuVirtualAddress of an allocation of another adapter",
        I,
        IP,
    ),
    case!(
        case_340_beyond_the_allocation,
        "MapGpuVirtualAddress of pages that the allocation does not have",
        I,
        IP,
    ),
    case!(
        case_341_no_pages,
        "MapGpuVirtualAddress, SizeInPages 0",
        I,
        IP,
    ),
    case!(
        case_343_in_a_reservation,
        "MapGpuVirtualAddress in a reservation",
        C,
        "SUCCESS or PENDING at that address; the reservation stays",
        "PENDING at that address; the reservation stays",
    ),
    case!(
        case_344_over_a_mapping,
        "MapGpuVirtualAddress in an earlier mapping",
        C,
        "SUCCESS or PENDING; that part of it is replaced",
        "PENDING; that part of it is replaced",
    ),
    case!(
        case_346_two_ranges,
        "MapGpuVirtualAddress across two ranges, or beyond one",
        I,
        IP,
    ),
    case!(
        case_347_no_memory_over_a_mapping,
        "MapGpuVirtualAddress, Zero or NoAccess in an earlier mapping",
        C,
        IP,
    ),
    case!(
        case_348_no_memory_in_a_reservation,
        "MapGpuVirtualAddress, Zero or NoAccess in a reservation",
        C,
        "SUCCESS or PENDING; commands read 0, or fault",
        "PENDING; commands read 0, or fault",
    ),
    case!(
        case_349_no_memory_elsewhere,
        "MapGpuVirtualAddress, Zero or NoAccess, BaseAddress 0 or free addresses",
        I,
        "a range of its own",
    ),
];

fn case_330_map() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let (answer, address, value) = map(&gpu.dxg, queue.handle, 0, allocation, 4);
        assert_eq!(answer, PENDING);
        assert!(address != 0 && address % GPU_PAGE == 0 && address < END);
        let to = FAR + 4 * GPU_PAGE;
        let (answer, other, later) = map_between(gpu, queue, allocation, FAR, to);
        assert_eq!((answer, other), (PENDING, FAR));
        assert!(0 < value && value < later && later < u64::MAX);
        let target = [(queue.fence.handle, later)];
        assert_eq!(wait(&gpu.dxg, device, &target), SUCCESS);
        for address in [address, other] {
            let freed = free(&gpu.dxg, gpu.adapter, address, 4 * GPU_PAGE);
            assert_eq!(freed, SUCCESS);
        }
    });
}

/// Maps four pages between limits.
fn map_between(
    gpu: &Gpu,
    queue: &PagingQueue,
    allocation: u32,
    from: u64,
    to: u64,
) -> (Answer, u64, u64) {
    map_as(gpu, queue, allocation, 4, |args| {
        (args.minimum_address, args.maximum_address) = (from, to);
    })
}

fn case_331_pending() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        // Also of what is there already, and of no memory.
        for (base, allocation) in [
            (0, allocation),
            (FAR, allocation),
            (FAR, allocation),
            (FAR, 0),
        ] {
            let (answer, _, value) = map(&gpu.dxg, queue.handle, base, allocation, 1);
            assert_eq!(answer, PENDING);
            assert_ne!(value, 0);
        }
    });
}

fn case_332_values() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, GPU_PAGE);
        let mut last = 0;
        for _ in 0..20 {
            let (answer, _, value) = map(&gpu.dxg, queue.handle, 0, allocation, 1);
            assert_eq!(answer, PENDING);
            assert!(value > last);
            // Nothing else is being paged.
            assert_eq!(queue.fence.value(), value);
            last = value;
        }
        // Each queue has its own.
        let other = PagingQueue::new(gpu, device);
        let (_, _, value) = map(&gpu.dxg, other.handle, 0, allocation, 1);
        assert!(value < last);
        assert_eq!((queue.fence.value(), other.fence.value()), (last, value));
    });
}

fn case_334_limits() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let to = FAR + 4 * GPU_PAGE;
        gpu.unchanged(|| {
            let limits = [(1, 0), (0, 4095), (FAR + 8, to), (FAR, to - 1)];
            for_each(limits, |(from, to)| {
                let refused = map_between(gpu, queue, allocation, from, to);
                assert_eq!(refused, (INVALID_PARAMETER, u64::MAX, u64::MAX));
            });
        });
        for_each([(1, 1), (u64::MAX, u64::MAX)], |(from, to)| {
            let (answer, address, _) = map_as(gpu, queue, allocation, 4, |args| {
                args.base_address = FAR;
                (args.minimum_address, args.maximum_address) = (from, to);
            });
            assert_eq!((answer, address), (PENDING, FAR));
        });
    });
}

fn case_335_no_queue() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, GPU_PAGE);
        let context = context_with(gpu, device, THREE_D, 0);
        let others = [gpu.adapter, device, allocation, queue.fence.handle, context];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                no_mapping(gpu, queue, allocation, |args| args.paging_queue.v = none);
            });
        });
        assert_eq!(queue.fence.value(), 0);
    });
}

fn case_336_no_allocation() {
    on_each_queue(|gpu, device, queue| {
        let create = Create::buffer(device, GPU_PAGE).in_resource().made(gpu);
        let allocation = create.allocation(0);
        let others = [gpu.adapter, device, create.resource(), queue.handle];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                for protection in [0, WRITE, EXECUTE, WRITE | EXECUTE] {
                    no_mapping(gpu, queue, allocation, |args| {
                        (args.allocation.v, args.protection.value) = (none, protection);
                    });
                }
            });
            // Nor the other way round.
            for protection in [ZERO, ZERO | WRITE, NO_ACCESS, NO_ACCESS | EXECUTE] {
                no_mapping(gpu, queue, allocation, |args| {
                    args.protection.value = protection
                });
            }
        });
    });
}

fn case_338_another_device() {
    on_each_engine(|engine| {
        let (gpu, other) = (engine.gpu, engine.gpu.device());
        let queue = PagingQueue::new(gpu, other);
        mapped(gpu, other, &queue, FAR, engine.memory.allocation, 1);
        // The addresses are the process's: this device has them as well.
        engine.run(&Commands::new().write64(FAR + 8, 7));
        assert_eq!(engine.memory.load(8), 7);
    });
}

fn case_339_another_adapter() {
    assert!(luids().len() > 1, "there is one adapter alone");
    on_each_queue(|gpu, _, queue| {
        for luid in luids().into_iter().filter(|&luid| luid != gpu.luid) {
            let (answer, adapter) = open_adapter(&gpu.dxg, luid);
            assert_eq!(answer, SUCCESS);
            let (answer, there) = create_device(&gpu.dxg, adapter);
            assert_eq!(answer, SUCCESS);
            let allocation = buffer(gpu, there, GPU_PAGE);
            gpu.unchanged(|| no_mapping(gpu, queue, allocation, |_| {}));
        }
    });
}

fn case_340_beyond_the_allocation() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let ranges = [
            (0, 5),
            (1, 4),
            (4, 1),
            (u64::MAX, 1),
            (1 << 52, 1),
            (0, 1 << 52),
        ];
        gpu.unchanged(|| {
            for_each(ranges, |(offset, pages)| {
                no_mapping(gpu, queue, allocation, |args| {
                    (args.offset_in_pages, args.size_in_pages) = (offset, pages);
                });
            });
        });
        let (answer, ..) = map_as(gpu, queue, allocation, 1, |args| args.offset_in_pages = 3);
        assert_eq!(answer, PENDING);
    });
}

fn case_341_no_pages() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, GPU_PAGE);
        gpu.unchanged(|| {
            for_each([0, FAR], |base| {
                no_mapping(gpu, queue, allocation, |args| {
                    (args.base_address, args.size_in_pages) = (base, 0);
                });
            });
        });
    });
}

fn case_343_in_a_reservation() {
    on_each_engine(|engine| {
        let (gpu, queue) = (engine.gpu, &engine.queue);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        let memory = engine.memory.allocation;
        for page in [3, 15] {
            let address = mapped(gpu, engine.device, queue, at(page), memory, 1);
            assert_eq!(address, at(page));
        }
        engine.run(&Commands::new().write64(at(3), 7).write64(at(15) + 8, 8));
        assert_eq!([0, 8].map(|at| engine.memory.load(at)), [7, 8]);
        // It stays: nobody else can have it, and it goes as a whole.
        let again = reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE);
        assert_eq!(again, (INVALID_PARAMETER, u64::MAX));
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
    });
}

fn case_344_over_a_mapping() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let other = Memory::new(gpu, device, queue, 1);
        mapped(gpu, device, queue, FAR, engine.memory.allocation, 3);
        let address = mapped(gpu, device, queue, at(1), other.allocation, 1);
        assert_eq!(address, at(1));
        let writes = (0..3).fold(Commands::new(), |c, page| c.write64(at(page), 5 + page));
        engine.run(&writes);
        assert_eq!([0, 4096, 8192].map(|at| engine.memory.load(at)), [5, 0, 7]);
        assert_eq!(other.load(0), 6);
        // It is one range all the same.
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, 3 * GPU_PAGE), SUCCESS);
    });
}

fn case_346_two_ranges() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        // Two reservations beside each other, and a mapping behind them.
        for base in [at(0), at(16)] {
            assert_eq!(
                reserve(&gpu.dxg, gpu.adapter, base, GRANULE),
                (SUCCESS, base)
            );
        }
        mapped(gpu, device, queue, at(32), allocation, 4);
        gpu.unchanged(|| {
            for_each([15, 31, 35], |page| {
                no_mapping(gpu, queue, allocation, |args| {
                    (args.base_address, args.size_in_pages) = (at(page), 2);
                });
            });
            // From free addresses on.
            no_mapping(gpu, queue, allocation, |args| {
                (args.base_address, args.size_in_pages) = (FAR - GPU_PAGE, 2);
            });
        });
    });
}

fn case_347_no_memory_over_a_mapping() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let memory = engine.memory.allocation;
        mapped(gpu, device, queue, FAR, memory, 2);
        gpu.unchanged(|| {
            for protection in [ZERO, NO_ACCESS] {
                no_mapping(gpu, queue, 0, |args| {
                    (args.base_address, args.protection.value) = (FAR, protection);
                });
            }
        });
        engine.run(&Commands::new().write64(FAR, 7));
        assert_eq!(engine.memory.load(0), 7);
    });
}

/// Maps no memory at an address, which is 0 for any.
fn map_none(engine: &Engine<'_>, base: u64, protection: u64) -> u64 {
    let (gpu, queue) = (engine.gpu, &engine.queue);
    let (answer, address, value) = map_as(gpu, queue, 0, 1, |args| {
        (args.base_address, args.protection.value) = (base, protection);
    });
    assert_eq!(answer, PENDING);
    paged(engine, value);
    address
}

fn case_348_no_memory_in_a_reservation() {
    on_each_engine(|engine| {
        let (gpu, memory) = (engine.gpu, engine.memory.allocation);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        mapped(gpu, engine.device, &engine.queue, FAR, memory, 3);
        assert_eq!(map_none(engine, FAR, ZERO), FAR);
        assert_eq!(map_none(engine, at(1), NO_ACCESS), at(1));
        engine.memory.store(8192, 7);
        engine.memory.store(16, 9);
        engine.run(&Commands::new().write64(FAR + 16, 1));
        assert_eq!(engine.memory.load(16), 9);
        assert_eq!(engine.read(&[FAR + 16, at(2)]), [0, 7]);
        let reads = Commands::new().copy(engine.memory.address, at(1), 8);
        assert_eq!(fault(engine, &reads), (at(1), READ));
    });
}

fn case_349_no_memory_elsewhere() {
    on_each_engine(|engine| {
        let gpu = engine.gpu;
        for (base, protection) in [(0, ZERO), (0, NO_ACCESS), (FAR, ZERO), (at(1), NO_ACCESS)] {
            let address = map_none(engine, base, protection);
            assert!(address != 0 && (base == 0 || address == base));
            if protection == ZERO {
                engine.memory.store(0, 5);
                assert_eq!(engine.read(&[address]), [0]);
            }
        }
        let reads = Commands::new().copy(engine.memory.address, at(1), 8);
        assert_eq!(fault(engine, &reads), (at(1), READ));
        // Each is a range, which can be freed.
        for page in [0, 1] {
            assert_eq!(free(&gpu.dxg, gpu.adapter, at(page), GPU_PAGE), SUCCESS);
        }
    });
}

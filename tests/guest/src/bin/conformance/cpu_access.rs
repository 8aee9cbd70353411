// SPDX-License-Identifier: MIT OR Apache-2.0
//! Lock2 and Unlock2.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    child::{self, Child, Role},
    create::{buffer, Create},
    device::Device,
    fence::PagingQueue,
    locked::{assert_holds, write, Locked},
    memory::{bytes_at, Map, PAGE},
    paging::{offer, reclaim_with, to_reclaim, Kind, List},
    share::{from_parent, inherited, number, share, shared, Open},
};
use libd3dkmt::sys;

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_212_the_bytes_of_an_allocation,
        "Lock2 of an allocation that the CPU can see",
        C,
        "SUCCESS; an address of its bytes",
    ),
    case!(
        case_213_a_second_lock,
        "Lock2 of one that is locked",
        I,
        "SUCCESS; the same address; each lock is taken back for itself",
    ),
    case!(
        case_214_unlock_without_lock,
        "Unlock2 of one that was never locked",
        L,
        IP
    ),
    case!(
        case_215_one_unlock_too_many,
        "Unlock2 once more than it was locked",
        I,
        IP
    ),
    case!(
        case_218_not_cpu_visible,
        "a lock of one that the CPU cannot see",
        C,
        "an error",
        "INVALID_PARAMETER",
    ),
    case!(
        case_219_another_process_than_the_creator,
        "a lock of a shared one in another process than the creator's",
        C,
        "an error, of the Lock of the first version",
        "SUCCESS; the same memory",
        "that rule is about the old call, which /dev/dxg does not have; Lock2 knows no renaming, which it was for",
    ),
    case!(
        case_220_old_flags,
        "flags of the old Lock that exclude each other",
        C,
        IP
    ),
    case!(
        case_221_any_flag,
        "Lock2, any bit in the flags, all of which are reserved",
        I,
        IP
    ),
    case!(
        case_222_just_reclaimed,
        "Lock2, just after ReclaimAllocations2",
        C,
        "SUCCESS; the bytes are there at once",
    ),
    case!(
        case_223_the_adapter_was_removed,
        "Lock2, the adapter was removed",
        C,
        "DEVICE_REMOVED",
    ),
];

pub const ROLES: &[Role] = &[("lock_what_is_shared", lock_what_is_shared)];

fn case_212_the_bytes_of_an_allocation() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 5);
        assert_eq!(locked.address % PAGE as u64, 0);
        assert!(locked.bytes().iter().all(|&byte| byte == 0));
        locked.bytes().fill(0xff);
        assert!(locked.bytes().iter().all(|&byte| byte == 0xff));
        let now = counters();
        assert_eq!(now.since(&before, "mappings"), 1);
        assert_eq!(now.since(&before, "gem_objects"), 1);
        locked.unlock();
        // The bytes stay, but for the mapping.
        assert_eq!(counters().since(&before, "mappings"), 0);
        assert_holds(gpu, locked.device, locked.allocation, 0xff);
    });
}

fn case_213_a_second_lock() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 2);
        for _ in 0..99 {
            assert_eq!(locked.lock(), locked.address);
        }
        assert_eq!(counters().since(&before, "mappings"), 1);
        locked.bytes()[0] = 1;
        for _ in 0..99 {
            locked.unlock();
        }
        // Ninety-nine of a hundred: still locked.
        assert_eq!(locked.bytes()[0], 1);
        locked.unlock();
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

/// Video memory, and memory of the caller.
fn one_of_each(gpu: &Gpu, device: u32, memory: &Map) -> [u32; 2] {
    [
        Create::buffer(device, 4096),
        Create::heap(device, memory.address(), PAGE as u64),
    ]
    .map(|create| create.made(gpu).allocation(0))
}

fn case_214_unlock_without_lock() {
    on_each_device(|gpu, device| {
        let memory = Map::new(1);
        let both = one_of_each(gpu, device, &memory);
        gpu.unchanged(|| {
            for allocation in both {
                let answer = unlock(&gpu.dxg, device, allocation);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
    });
}

fn case_215_one_unlock_too_many() {
    on_each_device(|gpu, device| {
        let memory = Map::new(1);
        for allocation in one_of_each(gpu, device, &memory) {
            for _ in 0..3 {
                gpu.lock(device, allocation);
            }
            for _ in 0..3 {
                gpu.unlock(device, allocation);
            }
            gpu.unchanged(|| {
                let answer = unlock(&gpu.dxg, device, allocation);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        }
    });
}

fn case_218_not_cpu_visible() {
    on_each_device(|gpu, device| {
        let hidden = sys::gem::dxgkrnl_gem_allocation {
            usage: 0,
            ..buffer(4096)
        };
        let allocation = Create::blobs(device, &[hidden]).made(gpu).allocation(0);
        gpu.unchanged(|| {
            assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        });
        assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
    });
}

/// In a child: sees 0x5a in the second allocation of what the NT handle names, and writes 0xa5.
fn lock_what_is_shared(arguments: &[String]) {
    let word = |i: usize| arguments[i].parse().expect("a number");
    let gpu = Gpu::open(Luid(word(0), word(1)));
    let nt = from_parent(&arguments[2]);
    let device = gpu.device();
    let opened = Open::new(device, &nt, 2).made(&gpu);
    assert_holds(&gpu, device, opened.allocation(1), 0x5a);
    write(&gpu, device, opened.allocation(1), 0xa5);
}

fn case_219_another_process_than_the_creator() {
    on_each_device(|gpu, device| {
        let create = shared(device, 2).made(gpu);
        write(gpu, device, create.allocation(1), 0x5a);
        let nt = share(gpu, create.resource());
        inherited(&nt);
        let [low, high, nt_number] = [
            gpu.luid.0.to_string(),
            gpu.luid.1.to_string(),
            number(&nt).to_string(),
        ];
        let command = child::command("lock_what_is_shared", &[&low, &high, &nt_number]);
        Child::start(command).succeed();
        assert_holds(gpu, device, create.allocation(1), 0xa5);
    });
}

/// Lock2 with flags, which must be refused.
fn flags_refused(flags: impl IntoIterator<Item = u32> + Clone) {
    on_each_device(|gpu, device| {
        let allocation = Create::buffer(device, 4096).made(gpu).allocation(0);
        gpu.unchanged(|| {
            for_each(flags.clone(), |flags| {
                let mut args = sys::D3DKMT_LOCK2 {
                    device: handle(device),
                    allocation: handle(allocation),
                    ..Default::default()
                };
                args.flags.value = flags;
                // SAFETY: The address in the argument is an answer.
                let answer = unsafe { sys::D3DKMTLock2(&gpu.dxg, &mut args) };
                assert_eq!((answer, args.data), (INVALID_PARAMETER, 0));
            });
        });
        assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
    });
}

fn case_220_old_flags() {
    // ReadOnly and WriteOnly, IgnoreSync and AcquireAperture, UseAlternateVA alone.
    flags_refused([0x1 | 0x2, 0x8 | 0x40, 0x200]);
}

fn case_221_any_flag() {
    flags_refused((0..32).map(|bit| 1 << bit).chain([u32::MAX]));
}

fn case_222_just_reclaimed() {
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let allocation = Create::buffer(device, 1 << 20).made(gpu).allocation(0);
        write(gpu, device, allocation, 7);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let list = List::new(&[allocation]);
        let mut args = to_reclaim(queue.handle, Kind::Allocations, &list);
        assert_eq!(reclaim_with(&gpu.dxg, &mut args), SUCCESS);
        assert_holds(gpu, device, allocation, 7);
    });
}

fn case_223_the_adapter_was_removed() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let allocation = Create::buffer(on, 2 * PAGE as u64).made(&gpu).allocation(0);
    let address = gpu.lock(on, allocation);
    // SAFETY: The lock has two pages.
    let bytes = unsafe { bytes_at(address, 2 * PAGE) };
    bytes.fill(0x5a);
    device.remove();
    // Readable and writable still, but the memory went with the device.
    assert!(bytes.iter().all(|&byte| byte == 0), "zeros");
    bytes.fill(0xa5);
    assert_eq!(lock(&gpu.dxg, on, allocation).0, DEVICE_REMOVED);
    gpu.unlock(on, allocation);
    assert_eq!(unlock(&gpu.dxg, on, allocation), INVALID_PARAMETER);
    device.restore();
}

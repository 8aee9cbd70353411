// SPDX-License-Identifier: MIT OR Apache-2.0
//! The software adapter: when it is there, and that its memory is memory like any other. Like
//! `unload` and `unplug`, it changes the machine, and puts it back.

use dxg_guest_tests::{
    calls::*,
    child::{self, say, Child},
    create::{surface, Create},
    device::Device,
    dma_buf::{self, displayable, export, Export},
    driver::Driver,
    execution::*,
    global, harness,
    memory::{bytes_at, unmap, Map, PAGE},
    reload::{refuses, with, with_adapters},
    removal::Removable,
    share::{self, share, Open, READ},
    state::{soon, Counters},
    sysfs, tests,
};
use libd3dkmt::sys::bindings as c;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            it_is_not_there_beside_a_device,
            it_says_what_it_is,
            it_is_listed_last,
            memory_is_written_and_read,
            memory_is_zero_whoever_had_it_before,
            memory_comes_with_the_first_lock,
            memory_is_limited_to_the_segment,
            surfaces,
            case_218_memory_that_is_not_cpu_visible,
            memory_of_the_caller,
            resources_are_shared_by_nt_handles,
            resources_are_shared_by_global_handles,
            read_only_openings,
            another_process_opens_a_resource,
            there_are_no_primaries,
            there_are_no_dma_bufs,
            its_engine_fills_and_copies,
            a_mapping_outlives_everything_else,
            case_253_it_goes_when_a_device_comes,
            it_comes_when_the_last_device_goes,
            it_is_there_at_load_without_any_device,
            it_is_never_there_if_it_must_not,
            other_numbers_of_the_parameter,
        ],
        &[("opener", opener)],
    )
}

/// The software adapter, if it is there.
fn find() -> Option<Luid> {
    sysfs::find("soft")
}

/// Runs `test` on it, beside the devices that are there.
fn on_soft(test: impl FnOnce(&Gpu)) {
    with_adapters("soft_adapter=1", 1, || {
        test(&Gpu::open(find().expect("the software adapter")));
    });
}

/// Runs `test` without any DRM device, and brings them back.
fn without_devices(test: impl FnOnce()) {
    let mut driver = Driver::find();
    let mut device = Device::find();
    driver.remove();
    device.remove();
    test();
    device.restore();
    driver.restore();
}

fn it_is_not_there_beside_a_device() {
    assert_eq!(find(), None);
}

fn words(gpu: &Gpu, question: u32, count: usize) -> Vec<u32> {
    let mut words = vec![0_u32; count];
    let bytes = u32::try_from(4 * count).expect("few");
    let address = words.as_mut_ptr() as u64;
    let answer = query_at(&gpu.dxg, gpu.adapter, question, address, bytes);
    assert_eq!(answer, SUCCESS, "question {question}");
    words
}

fn it_says_what_it_is() {
    on_soft(|gpu| {
        let [name, version, node, driver] = sysfs::registry_texts(gpu);
        assert_eq!(
            [name, version, node, driver],
            ["software adapter", "soft 1.0.0", "", "soft"]
        );
        assert_eq!(
            words(gpu, c::KMTQAITYPE_ADAPTERTYPE, 1),
            [c::D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED | c::D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE]
        );
        // On no bus.
        assert_eq!(words(gpu, c::KMTQAITYPE_ADAPTERADDRESS, 3), [u32::MAX; 3]);
        let ids = words(gpu, c::KMTQAITYPE_PHYSICALADAPTERDEVICEIDS, 7);
        assert_eq!(ids, [0; 7]);
        let sizes = words(gpu, c::KMTQAITYPE_GETSEGMENTSIZE, 6);
        assert_eq!(sizes[..4], [256 << 20, 0, 0, 0]);
        assert_ne!(sizes[4..], [0, 0]);
    });
}

fn it_is_listed_last() {
    on_soft(|gpu| {
        let (answer, infos) = enumerate2(&gpu.dxg, 64);
        assert_eq!(answer, SUCCESS);
        let last = infos.last().expect("adapters");
        assert_eq!(Luid(last.adapter_luid.a, last.adapter_luid.b), gpu.luid);
        assert_eq!(last.num_sources, 0);
        assert!(infos.iter().rev().skip(1).all(|info| info.num_sources == 1));
    });
}

fn memory_is_written_and_read() {
    on_soft(|gpu| {
        let device = gpu.device();
        let bytes = 3 * PAGE + 1;
        let create = Create::buffer(device, bytes as u64).made(gpu);
        assert_eq!(create.blobs[0].bytes, 4 * PAGE as u64);
        let allocation = create.allocation(0);
        for round in 0..3 {
            let address = gpu.lock(device, allocation);
            assert_eq!(gpu.lock(device, allocation), address);
            // SAFETY: The lock has four pages.
            let memory = unsafe { bytes_at(address, 4 * PAGE) };
            let expected = if round == 0 { 0 } else { round };
            assert!(memory.iter().all(|&byte| byte == expected), "{round}");
            memory.fill(round + 1);
            gpu.unlock(device, allocation);
            gpu.unlock(device, allocation);
            assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
        }
    });
}

fn memory_is_zero_whoever_had_it_before() {
    on_soft(|gpu| {
        let device = gpu.device();
        for round in 0..40_u8 {
            let create = Create::buffers(device, 16).made(gpu);
            for allocation in create.allocations() {
                let address = gpu.lock(device, allocation);
                // SAFETY: The lock has a page.
                let memory = unsafe { bytes_at(address, PAGE) };
                assert!(memory.iter().all(|&byte| byte == 0), "round {round}");
                memory.fill(!round);
                gpu.unlock(device, allocation);
            }
            let list = create.allocations();
            assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        }
    });
}

fn memory_comes_with_the_first_lock() {
    on_soft(|gpu| {
        let device = gpu.device();
        let before = Counters::now();
        let create = Create::buffer(device, 7 * 4096).made(gpu);
        before.assert_grown(&[("allocations", 1), ("bindings", 1)]);
        assert_eq!(gpu.usage(0), 0);
        gpu.lock(device, create.allocation(0));
        let made = [
            ("allocations", 1),
            ("bindings", 1),
            ("kernel_pages", 7),
            ("mappings", 1),
        ];
        before.assert_grown(&made);
        assert_eq!((gpu.usage(0), gpu.usage(1)), (7 * 4096, 0));
        gpu.unlock(device, create.allocation(0));
        // It keeps its bytes.
        before.assert_grown(&made[..3]);
        let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        assert_eq!(gpu.usage(0), 0);
    });
}

fn memory_is_limited_to_the_segment() {
    with_adapters("soft_adapter=1 local_segment_mib=8 commit_mib=8", 1, || {
        let gpu = &Gpu::open(find().expect("the software adapter"));
        let device = gpu.device();
        let most = Create::buffer(device, 8 << 20).made(gpu);
        Create::buffer(device, 1).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        let address = gpu.lock(device, most.allocation(0));
        // SAFETY: The lock has that size.
        let memory = unsafe { bytes_at(address, 8 << 20) };
        for page in memory.chunks_mut(PAGE) {
            assert_eq!((page[0], page[PAGE - 1]), (0, 0));
            page[17] = 1;
        }
        let destroyed = destroy_allocations(&gpu.dxg, device, &most.allocations());
        assert_eq!(destroyed, SUCCESS);
        // The mapping has the pages still, and the commitment with them.
        Create::buffer(device, 1).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        unmap(address, 8 << 20);
        soon(|| match Create::buffer(device, 8 << 20).call(gpu) {
            SUCCESS => Ok(()),
            answer => Err(answer),
        })
        .expect("free again");
    });
}

fn surfaces() {
    on_soft(|gpu| {
        let device = gpu.device();
        let create = Create::blobs(device, &[surface(33, 7), surface(1024, 768)]).made(gpu);
        let sizes: Vec<_> = (create.blobs.iter().map(|blob| (blob.pitch, blob.bytes))).collect();
        assert_eq!(sizes, [(256, 4096), (4096, 768 * 4096)]);
        let address = gpu.lock(device, create.allocation(1));
        // SAFETY: The lock has that size.
        let memory = unsafe { bytes_at(address, 768 * 4096) };
        memory.fill(0x3c);
        gpu.unlock(device, create.allocation(1));
    });
}

fn case_218_memory_that_is_not_cpu_visible() {
    on_soft(|gpu| {
        let device = gpu.device();
        let mut create = Create::buffer(device, 4096);
        create.blobs[0].usage = 0;
        let allocation = create.made(gpu).allocation(0);
        let (answer, _) = lock(&gpu.dxg, device, allocation);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn memory_of_the_caller() {
    on_soft(|gpu| {
        let device = gpu.device();
        let mut memory = Map::new(4);
        memory.bytes().fill(9);
        let heap = Create::heap(device, memory.address(), 2 * PAGE as u64).made(gpu);
        let other = memory.address() + 2 * PAGE as u64;
        let part = Create::memory(device, &[(other, PAGE as u64)]).made(gpu);
        assert_eq!(gpu.usage(1), 3 * PAGE as u64);
        assert_eq!(gpu.lock(device, heap.allocation(0)), memory.address());
        assert_eq!(gpu.lock(device, part.allocation(0)), other);
        assert!(memory.bytes().iter().all(|&byte| byte == 9));
    });
}

/// Both allocations have the same bytes.
fn same_bytes(gpu: &Gpu, one: (u32, u32), other: (u32, u32)) {
    let (a, b) = (gpu.lock(one.0, one.1), gpu.lock(other.0, other.1));
    assert_ne!(a, b);
    // SAFETY: Both locks have a page.
    let (a, b) = unsafe { (bytes_at(a, PAGE), bytes_at(b, PAGE)) };
    for (i, byte) in a.iter_mut().enumerate() {
        *byte = i as u8;
    }
    assert_eq!(a, b);
    gpu.unlock(one.0, one.1);
    gpu.unlock(other.0, other.1);
}

fn resources_are_shared_by_nt_handles() {
    on_soft(|gpu| {
        let (one, two) = (gpu.device(), gpu.device());
        let create = share::shared(one, 2).made(gpu);
        let nt = share(gpu, create.resource());
        let open = Open::new(two, &nt, 2).made(gpu);
        for i in 0..2 {
            same_bytes(gpu, (one, create.allocation(i)), (two, open.allocation(i)));
        }
        // The opener has the bytes when the creator is gone.
        assert_eq!(destroy_device(&gpu.dxg, one), SUCCESS);
        let address = gpu.lock(two, open.allocation(1));
        // SAFETY: The lock has a page.
        assert_eq!(unsafe { bytes_at(address, PAGE) }[77], 77);
        gpu.unlock(two, open.allocation(1));
        // Not on another adapter.
        let first = Gpu::first();
        let device = first.device();
        Open::new(device, &nt, 2).refused(&first, INVALID_PARAMETER);
    });
}

fn resources_are_shared_by_global_handles() {
    on_soft(|gpu| {
        let (one, two) = (gpu.device(), gpu.device());
        let create = Create::buffers(one, 2).in_global_resource().made(gpu);
        let open = global::Open::of(gpu, two, create.global()).made(gpu);
        same_bytes(gpu, (one, create.allocation(1)), (two, open.allocation(1)));
    });
}

fn read_only_openings() {
    on_soft(|gpu| {
        let (one, two) = (gpu.device(), gpu.device());
        let create = share::shared(one, 1).made(gpu);
        let nt = share::Share::new(create.resource()).access(READ).made(gpu);
        let open = Open::new(two, &nt, 1).made(gpu);
        let address = gpu.lock(two, open.allocation(0));
        let wrote = child::fork(|| {
            // SAFETY: None: the page must not be writable.
            unsafe { (address as *mut u8).write_volatile(1) };
            0
        });
        assert!(!wrote.success(), "{wrote}");
        // SAFETY: The lock has a page.
        assert_eq!(unsafe { bytes_at(address, PAGE) }[0], 0);
        gpu.unlock(two, open.allocation(0));
    });
}

/// In a child: opens the resource that the parent shares, and says its bytes.
fn opener(arguments: &[String]) {
    let gpu = Gpu::open(find().expect("the software adapter"));
    let device = gpu.device();
    let global = arguments[0].parse().expect("a number");
    let open = global::Open::of(&gpu, device, global).made(&gpu);
    let address = gpu.lock(device, open.allocation(0));
    // SAFETY: The lock has a page.
    let memory = unsafe { bytes_at(address, PAGE) };
    say(&format!("{} {}", memory[0], memory[PAGE - 1]));
    memory.fill(0x77);
}

fn another_process_opens_a_resource() {
    on_soft(|gpu| {
        let device = gpu.device();
        let create = Create::buffer(device, 4096).in_global_resource().made(gpu);
        let address = gpu.lock(device, create.allocation(0));
        // SAFETY: The lock has a page.
        let memory = unsafe { bytes_at(address, PAGE) };
        (memory[0], memory[PAGE - 1]) = (12, 34);
        let global = create.global().to_string();
        let mut child = Child::start(child::command("opener", &[&global]));
        assert_eq!(child.line(), "12 34");
        child.succeed();
        assert!(memory.iter().all(|&byte| byte == 0x77));
        gpu.unlock(device, create.allocation(0));
    });
}

/// It has no video present source.
fn there_are_no_primaries() {
    on_soft(|gpu| {
        let device = gpu.device();
        let mut create = Create::blobs(device, &[surface(64, 64)]);
        create.infos[0].flags.value = c::D3DDDI_ALLOCATIONINFO2_PRIMARY;
        create.refused(gpu, INVALID_PARAMETER);
    });
}

/// Nobody could take its memory as such.
fn there_are_no_dma_bufs() {
    on_soft(|gpu| {
        let device = gpu.device();
        let surface = displayable(device).made(gpu).allocation(0);
        Export::new(device, surface).refused(gpu, NOT_SUPPORTED);
        // Nothing was made to see that.
        assert_eq!(gpu.usage(0), 0);
        gpu.lock(device, surface);
        Export::new(device, surface).refused(gpu, NOT_SUPPORTED);
        gpu.unlock(device, surface);
        let buffer = Create::buffer(device, 4096).made(gpu).allocation(0);
        Export::new(device, buffer).refused(gpu, INVALID_PARAMETER);

        let vkms = Gpu::open(Driver::find().luid());
        let there = vkms.device();
        let theirs = displayable(there).made(&vkms).allocation(0);
        let dma_buf = export(&vkms, there, theirs);
        dma_buf::Open::new(device, &dma_buf).refused(gpu, NOT_SUPPORTED);
    });
}

/// On each node; a written primary is one that nobody else can read.
fn its_engine_fills_and_copies() {
    on_soft(|gpu| {
        let engine = Engine::on_new_device(gpu);
        let half = engine.memory.all().len() / 2;
        for node in NODES {
            let context = engine.context(node);
            let byte = 0x51 + node as u8;
            let pattern = u32::from_ne_bytes([byte; 4]);
            let (from, to) = (engine.memory.address, engine.memory.at(half));
            let commands =
                (Commands::new())
                    .fill(from, half as u64, pattern)
                    .copy(to, from, half as u64);
            let (address, bytes) = engine.commands.put(0, &commands);
            let mut args = to_submit(&[context], address, bytes);
            args.written_primaries[0] = handle(engine.memory.allocation);
            args.num_primaries = 1;
            assert_eq!(submit_with(&gpu.dxg, &mut args), SUCCESS);
            engine.finish_on(context);
            assert!(engine.memory.all().iter().all(|&found| found == byte));
        }
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn a_mapping_outlives_everything_else() {
    on_soft(|gpu| {
        let before = Counters::now();
        let other = Gpu::open(gpu.luid);
        let device = other.device();
        let create = Create::buffer(device, 2 * 4096).made(&other);
        let address = other.lock(device, create.allocation(0));
        // SAFETY: The lock has two pages.
        let memory = unsafe { bytes_at(address, 2 * PAGE) };
        memory.fill(5);
        assert_eq!(destroy_device(&other.dxg, device), SUCCESS);
        assert_eq!(close_adapter(&other.dxg, other.adapter), SUCCESS);
        before.assert_grown(&[("allocations", 1), ("kernel_pages", 2), ("mappings", 1)]);
        unmap(address, PAGE);
        assert!(memory[PAGE..].iter().all(|&byte| byte == 5));
        unmap(address + PAGE as u64, PAGE);
        before.assert_restored();
    });
}

/// All that is left of it: it is destroyed as ever.
fn case_253_it_goes_when_a_device_comes() {
    let mut driver = Driver::find();
    let mut device = Device::find();
    driver.remove();
    device.remove();
    let luid = find().expect("the software adapter");
    assert_eq!(luids(), [luid]);
    let gpu = Gpu::open(luid);
    let on = gpu.device();
    let memory = Map::new(1);
    let create = Create::buffers(on, 2).made(&gpu);
    let heap = Create::heap(on, memory.address(), PAGE as u64).made(&gpu);
    let before = Counters::now();
    let address = gpu.lock(on, create.allocation(0));
    // SAFETY: The lock has a page.
    let bytes = unsafe { bytes_at(address, PAGE) };
    bytes.fill(0x5a);
    before.assert_grown(&[("kernel_pages", 1), ("mappings", 1)]);

    let virtio = device.restore();
    soon(|| match find() {
        None => Ok(()),
        found => Err(found),
    })
    .expect("gone");
    assert_eq!(luids(), [virtio]);
    before.assert_grown(&[("mappings", 1)]);
    assert!(bytes.iter().all(|&byte| byte == 0), "the mapping");
    bytes.fill(0xa5);
    assert_eq!(open_adapter(&gpu.dxg, luid).0, INVALID_PARAMETER);
    assert_eq!(create_device(&gpu.dxg, gpu.adapter).0, DEVICE_REMOVED);
    assert_eq!(Create::buffer(on, 4096).call(&gpu), DEVICE_REMOVED);
    for allocation in [
        create.allocation(0),
        create.allocation(1),
        heap.allocation(0),
    ] {
        assert_eq!(lock(&gpu.dxg, on, allocation).0, DEVICE_REMOVED);
    }
    gpu.unlock(on, create.allocation(0));
    let destroyed = destroy_allocations(&gpu.dxg, on, &create.allocations());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
    driver.restore();
}

fn it_comes_when_the_last_device_goes() {
    let mut driver = Driver::find();
    let mut device = Device::find();
    let mut seen = Vec::new();
    for round in 0..4 {
        // The last one is the one or the other.
        if round % 2 == 0 {
            driver.remove();
            assert_eq!(find(), None);
            device.remove();
        } else {
            device.remove();
            assert_eq!(find(), None);
            driver.remove();
        }
        let luid = find().expect("the software adapter");
        assert_eq!(luids(), [luid]);
        assert!(!seen.contains(&luid), "another one each time");
        seen.push(luid);
        driver.restore();
        assert_eq!(soon(|| find().map_or(Ok(()), Err)), Ok(()));
        device.restore();
    }
}

fn it_is_there_at_load_without_any_device() {
    without_devices(|| {
        with("", || {
            let luid = find().expect("the software adapter");
            assert_eq!(luids(), [luid]);
            let gpu = Gpu::open(luid);
            let device = gpu.device();
            let create = Create::buffer(device, 4096).made(&gpu);
            let address = gpu.lock(device, create.allocation(0));
            // SAFETY: The lock has a page.
            let memory = unsafe { bytes_at(address, PAGE) };
            assert!(memory.iter().all(|&byte| byte == 0));
            gpu.unlock(device, create.allocation(0));
        });
    });
}

fn it_is_never_there_if_it_must_not() {
    with("soft_adapter=0", || assert_eq!(find(), None));
    without_devices(|| {
        with_adapters("soft_adapter=0", -1, || {
            let dxg = libd3dkmt::Dxg::open().expect("/dev/dxg");
            let (answer, infos) = enumerate2(&dxg, 64);
            assert_eq!((answer, infos.len()), (SUCCESS, 0));
        });
    });
}

fn other_numbers_of_the_parameter() {
    with("soft_adapter=2", || {
        assert_eq!(find(), None);
        for parameter in ["soft_adapter=3", "soft_adapter=255"] {
            assert_eq!(refuses(parameter), Some(libc::EINVAL), "{parameter}");
        }
    });
}

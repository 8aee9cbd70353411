// SPDX-License-Identifier: MIT OR Apache-2.0
//! DRM drivers besides those of virtio-gpu and vkms: which become adapters, whether those work, and what
//! is said of the others (Documentation/drivers.md has the list). The guest has bochs, cirrus, qxl, vmwgfx
//! and vgem, and neither virtio-gpu nor vkms.

mod machine;

use dxg_guest_tests::{
    calls::*,
    create::Create,
    dma_buf::*,
    harness,
    memory::{bytes_at, MIB, PAGE},
    paging::*,
    pattern::Patterned,
    prime,
    reload::with,
    removal::{cycles, End, Removable},
    state::soon,
    sysfs, tests,
};
use libd3dkmt::sys::{
    D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL, D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use machine::{insert, node_of, remove, Card, Function, Log};
use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            bochs_and_cirrus_are_adapters,
            memory_is_written_moved_and_read,
            memory_makes_room_for_memory,
            dma_bufs_go_from_one_to_the_other,
            they_go_under_a_mapping_and_come_back,
            bochs_goes_under_its_users,
            cirrus_goes_under_its_users,
            qxl_is_refused_in_one_line,
            vgem_is_refused_in_one_line,
            what_is_refused_does_not_hide_the_software_adapter,
            vmwgfx_takes_no_device_of_qemu,
        ],
        &[],
    )
}

/// Those that become adapters.
const WORKING: [&str; 2] = ["bochs-drm", "cirrus-qemu"];

fn soft() -> Option<Luid> {
    sysfs::find("soft")
}

fn bochs_and_cirrus_are_adapters() {
    assert_eq!(luids().len(), WORKING.len());
    for driver in WORKING {
        let luid = sysfs::find(driver).expect(driver);
        let [name, version, node, _] = sysfs::registry_texts(&Gpu::open(luid));
        assert_eq!(Some(&node), node_of(driver).as_ref());
        assert_eq!(name, format!("{driver} ({node})"));
        assert!(version.starts_with(driver), "{version}");
    }
}

fn memory_is_written_moved_and_read() {
    on_each_queue(|gpu, device, queue| {
        let mut buffer = Patterned::new(gpu, device, 3 * MIB);
        let allocation = buffer.allocation;
        buffer.check(gpu, device);
        resident(gpu, device, queue, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        // Through one lock, whose pages go and come back.
        let address = gpu.lock(device, allocation);
        for round in 1..=3 {
            buffer.write_at(address, round);
            moved(gpu, device, queue, allocation, 2);
            assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
            assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (0, 3 * MIB));
            buffer.check_at(address);
            buffer.write_at(address, round + 10);
            moved(gpu, device, queue, allocation, 1);
            assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
            assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (3 * MIB, 0));
            buffer.check_at(address);
        }
        gpu.unlock(device, allocation);
    });
}

fn memory_makes_room_for_memory() {
    with("local_segment_mib=16 commit_mib=256", || {
        on_each_device(|gpu, device| {
            let mut all: Vec<_> = (0..4)
                .map(|_| Patterned::new(gpu, device, 6 * MIB))
                .collect();
            for (seed, buffer) in (1..).zip(&mut all) {
                buffer.write(gpu, device, seed);
            }
            assert_eq!(gpu.usage(LOCAL), 12 * MIB);
            assert_eq!(gpu.usage(NON_LOCAL), 12 * MIB);
            for buffer in &all {
                buffer.check(gpu, device);
            }
        });
    });
}

fn dma_bufs_go_from_one_to_the_other() {
    for [from, to] in [[0, 1], [1, 0]] {
        let [gpu, other] = [from, to].map(|i| {
            let luid = sysfs::find(WORKING[i]).expect(WORKING[i]);
            Gpu::open(luid)
        });
        let (device, elsewhere) = (gpu.device(), other.device());
        let allocation = displayable(device).made(&gpu).allocation(0);
        fill(&gpu, device, allocation, BYTES, 0x5a);
        let dma_buf = export(&gpu, device, allocation);
        let mapping = prime::map(&dma_buf, BYTES);
        assert!(full_of(mapping.bytes(), 0x5a));
        let opened = Open::new(elsewhere, &dma_buf).made(&other);
        assert!(is_full(&other, elsewhere, opened.allocation, BYTES, 0x5a));
        fill(&other, elsewhere, opened.allocation, BYTES, 0xa5);
        assert!(is_full(&gpu, device, allocation, BYTES, 0xa5));
        assert!(full_of(mapping.bytes(), 0xa5));
    }
}

fn they_go_under_a_mapping_and_come_back() {
    for driver in WORKING {
        let mut card = Card::of(driver);
        let gpu = Gpu::open(card.luid());
        let device = gpu.device();
        let allocation = Create::buffer(device, 4096).made(&gpu).allocation(0);
        let address = gpu.lock(device, allocation);
        // SAFETY: The lock has a page.
        let bytes = unsafe { bytes_at(address, PAGE) };
        bytes.fill(0x5a);
        card.remove();
        assert!(full_of(bytes, 0), "{driver}: zeros");
        bytes.fill(0xa5);
        assert_eq!(lock(&gpu.dxg, device, allocation).0, DEVICE_REMOVED);
        assert_eq!(Create::buffer(device, 4096).call(&gpu), DEVICE_REMOVED);
        gpu.unlock(device, allocation);
        let old = gpu.luid;
        assert_ne!(card.restore(), old);
        let gpu = Gpu::open(card.luid());
        let device = gpu.device();
        let new = Patterned::new(&gpu, device, MIB);
        new.check(&gpu, device);
    }
}

fn bochs_goes_under_its_users() {
    cycles(&mut Card::of("bochs-drm"), End::DestroyedAfter);
}

fn cirrus_goes_under_its_users() {
    cycles(&mut Card::of("cirrus-qemu"), End::Closed);
}

/// What is said of a device that is no adapter.
fn refusal(name: &str, node: &str, why: &str) -> String {
    format!("no adapter for {name} ({node}): {why}")
}

const NOT_SHARED: &str = "its driver's objects are no shared memory that it pins and lists (EPERM)";
const NOT_SHOWN: &str = "it has no mode setting or no dumb buffers (ENOTSUPP)";

fn qxl_is_refused_in_one_line() {
    let node = node_of("qxl").expect("qxl");
    assert_eq!(sysfs::find("qxl"), None);
    let mut function = Function::of("qxl");
    let before = luids();
    function.unbind();
    let mut log = Log::from_now();
    function.bind();
    function.unbind();
    assert_eq!(log.lines(), [refusal("qxl", &node, NOT_SHARED)]);
    assert_eq!(luids(), before);
    function.bind();
    assert_eq!(node_of("qxl"), Some(node));
}

fn vgem_is_refused_in_one_line() {
    let node = node_of("vgem").expect("vgem");
    assert_eq!(sysfs::find("vgem"), None);
    let before = luids();
    remove("vgem");
    let mut log = Log::from_now();
    insert("vgem");
    remove("vgem");
    assert_eq!(log.lines(), [refusal("vgem", &node, NOT_SHOWN)]);
    assert_eq!(luids(), before);
    insert("vgem");
    assert_eq!(node_of("vgem"), Some(node));
}

fn what_is_refused_does_not_hide_the_software_adapter() {
    assert_eq!(soft(), None);
    let mut cards = WORKING.map(Card::of);
    for card in &mut cards {
        card.remove();
    }
    // qxl and vgem are there.
    assert!(node_of("qxl").is_some() && node_of("vgem").is_some());
    let luid = soft().expect("the software adapter");
    assert_eq!(luids(), [luid]);
    // Nor does one that comes.
    let mut log = Log::from_now();
    let mut qxl = Function::of("qxl");
    qxl.unbind();
    qxl.bind();
    soon(|| match log.lines().is_empty() {
        true => Err(()),
        false => Ok(()),
    })
    .expect("a line for qxl");
    assert_eq!(luids(), [luid]);
    let gpu = Gpu::open(luid);
    let device = gpu.device();
    let mut buffer = Patterned::new(&gpu, device, MIB);
    buffer.write(&gpu, device, 1);
    buffer.check(&gpu, device);
    drop(gpu);
    for card in &mut cards {
        card.restore();
    }
    soon(|| soft().map_or(Ok(()), Err)).expect("it goes");
    assert_eq!(luids().len(), WORKING.len());
}

/// QEMU's device lacks what the driver wants ("Hardware has no pitchlock"). Should that change, there is
/// something to be tested here.
fn vmwgfx_takes_no_device_of_qemu() {
    let is_its = |device: &std::path::Path| {
        sysfs::attribute(device, "vendor") == 0x15ad && sysfs::attribute(device, "device") == 0x0405
    };
    let functions = fs::read_dir("/sys/bus/pci/devices").expect("PCI in sysfs");
    let mut functions = functions.map(|entry| entry.expect("a function").path());
    let function = functions.find(|path| is_its(path)).expect("the device");
    assert!(fs::exists("/sys/bus/pci/drivers/vmwgfx").expect("sysfs"));
    assert!(!function.join("driver").exists());
    assert_eq!(node_of("vmwgfx"), None);
}

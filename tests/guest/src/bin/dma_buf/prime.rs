// SPDX-License-Identifier: MIT OR Apache-2.0
//! The two sides of a dma-buf: DRM's own interface, and the module's.

use super::*;
use dxg_guest_tests::{
    dma_buf::*,
    memory::PAGE,
    prime::{identity, map, udmabuf, Card, Mapped},
};
use rustix::io::Errno;

pub(super) fn the_same_card_knows_its_object() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        fill(gpu, device, allocation, BYTES, 0x11);
        let dma_buf = export(gpu, device, allocation);
        let (card, other) = (Card::of(gpu), Card::of(gpu));
        let before = counters();
        let handle = card.import(&dma_buf).expect("an import");
        assert_eq!(card.import(&dma_buf), Ok(handle), "the same object");
        // Nothing new was made for it, here or there.
        before.assert_restored();
        let there = card.map(handle, BYTES);
        assert!(full_of(there.bytes(), 0x11), "written here");
        there.bytes().fill(0x22);
        assert!(is_full(gpu, device, allocation, BYTES, 0x22), "there");
        // A second client has a handle of its own, and the same bytes.
        let second = other.import(&dma_buf).expect("an import");
        assert!(full_of(other.map(second, BYTES).bytes(), 0x22));
        // What the card exports of it is the very dma-buf.
        let again = card.export(handle, true).expect("an export");
        assert_eq!(identity(&again), identity(&dma_buf));
        card.close(handle);
        fill(gpu, device, allocation, BYTES, 0x33);
        assert!(full_of(there.bytes(), 0x33), "the mapping stays");
    });
}

pub(super) fn the_cpu_sees_the_same_bytes_everywhere() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        let dma_buf = export(gpu, device, allocation);
        let mapped = map(&dma_buf, BYTES);
        let address = gpu.lock(device, allocation);
        for (i, byte) in mapped.bytes().iter_mut().enumerate() {
            *byte = i as u8;
        }
        // SAFETY: The lock has that many bytes.
        let bytes = unsafe { dxg_guest_tests::memory::bytes_at(address, BYTES) };
        assert!(bytes.iter().enumerate().all(|(i, &b)| b == i as u8));
        bytes.reverse();
        assert!(mapped
            .bytes()
            .iter()
            .rev()
            .enumerate()
            .all(|(i, &b)| b == i as u8));
        gpu.unlock(device, allocation);
    });
}

pub(super) fn a_dumb_buffer_is_opened() {
    on_each_device(|gpu, device| {
        let card = Card::of(gpu);
        let (handle, bytes) = card.create(100, 50);
        let there = card.map(handle, bytes);
        there.bytes().fill(0x44);
        let dma_buf = card.export(handle, true).expect("an export");
        let opened = Open::new(device, &dma_buf).made(gpu);
        assert_eq!((opened.bytes, opened.read_only), (bytes, false));
        assert!(is_full(gpu, device, opened.allocation, bytes, 0x44));
        fill(gpu, device, opened.allocation, bytes, 0x55);
        assert!(full_of(there.bytes(), 0x55));
        // The object goes on when its maker has no handle any more.
        card.close(handle);
        drop((there, dma_buf, card));
        assert!(is_full(gpu, device, opened.allocation, bytes, 0x55));
        // It is native to the card, which knows it again.
        let dma_buf = export(gpu, device, opened.allocation);
        let card = Card::of(gpu);
        let handle = card.import(&dma_buf).expect("an import");
        assert!(full_of(card.map(handle, bytes).bytes(), 0x55));
    });
}

pub(super) fn one_driver_imports_what_the_other_exports() {
    let (virtio, vkms) = (of_driver("virtio_gpu"), of_driver("vkms"));
    let exported = |gpu: &Gpu| {
        let device = gpu.device();
        let allocation = displayable(device).made(gpu).allocation(0);
        fill(gpu, device, allocation, BYTES, 0x66);
        (device, allocation, export(gpu, device, allocation))
    };
    // vkms takes whatever the CPU can see.
    let (device, allocation, dma_buf) = exported(&virtio);
    let card = Card::of(&vkms);
    let handle = card.import(&dma_buf).expect("an import");
    let again = card.export(handle, true).expect("an export");
    assert_eq!(identity(&again), identity(&dma_buf));
    assert!(full_of(map(&again, BYTES).bytes(), 0x66));
    map(&again, BYTES).bytes().fill(0x67);
    assert!(is_full(&virtio, device, allocation, BYTES, 0x67));
    card.close(handle);
    // virtio-gpu takes nothing here: it has no blobs.
    let (.., dma_buf) = exported(&vkms);
    assert_eq!(Card::of(&virtio).import(&dma_buf), Err(Errno::NODEV));
}

pub(super) fn an_export_is_opened_on_the_other_adapter() {
    let (virtio, vkms) = (of_driver("virtio_gpu"), of_driver("vkms"));
    let (from, to) = (virtio.device(), vkms.device());
    let allocation = displayable(from).made(&virtio).allocation(0);
    fill(&virtio, from, allocation, BYTES, 0x11);
    let dma_buf = export(&virtio, from, allocation);
    let opened = Open::new(to, &dma_buf).made(&vkms);
    assert_eq!((opened.bytes, opened.read_only), (BYTES, false));
    assert!(is_full(&vkms, to, opened.allocation, BYTES, 0x11));
    fill(&vkms, to, opened.allocation, BYTES, 0x22);
    assert!(is_full(&virtio, from, allocation, BYTES, 0x22));
    // Locks nest here as everywhere.
    let address = vkms.lock(to, opened.allocation);
    assert_eq!(vkms.lock(to, opened.allocation), address);
    vkms.unlock(to, opened.allocation);
    vkms.unlock(to, opened.allocation);
    let answer = unlock(&vkms.dxg, to, opened.allocation);
    assert_eq!(answer, INVALID_PARAMETER);
    // And the way back: virtio-gpu says that it cannot.
    let allocation = displayable(to).made(&vkms).allocation(0);
    let dma_buf = export(&vkms, to, allocation);
    Open::new(from, &dma_buf).refused(&virtio, NOT_SUPPORTED);
    Open::read_only(from, &dma_buf).refused(&virtio, NOT_SUPPORTED);
    // What came from virtio-gpu finds its way home through vkms.
    let home = export(&vkms, to, opened.allocation);
    let home = Open::new(from, &home).made(&virtio);
    assert!(is_full(&virtio, from, home.allocation, BYTES, 0x22));
}

pub(super) fn a_dma_buf_without_a_device_is_opened() {
    let (virtio, vkms) = (of_driver("virtio_gpu"), of_driver("vkms"));
    let (dma_buf, memory) = udmabuf(3);
    memory.bytes().fill(0x71);
    Open::new(virtio.device(), &dma_buf).refused(&virtio, NOT_SUPPORTED);
    let device = vkms.device();
    let opened = Open::new(device, &dma_buf).made(&vkms);
    assert_eq!((opened.bytes, opened.read_only), (3 * PAGE, false));
    assert!(is_full(&vkms, device, opened.allocation, 3 * PAGE, 0x71));
    fill(&vkms, device, opened.allocation, 3 * PAGE, 0x72);
    assert!(full_of(memory.bytes(), 0x72));
    // Without its descriptor, too.
    let name = identity(&dma_buf);
    drop(dma_buf);
    assert!(is_full(&vkms, device, opened.allocation, 3 * PAGE, 0x72));
    assert_eq!(identity(&export(&vkms, device, opened.allocation)), name);
    // An opening for reading only of what can be written to.
    let writable = export(&vkms, device, opened.allocation);
    let reader = Open::read_only(device, &writable).made(&vkms);
    assert!(reader.read_only);
    assert!(is_full(&vkms, device, reader.allocation, 3 * PAGE, 0x72));
    cannot_be_written_to(&vkms, device, &reader);
    let mapped = Mapped::new(&writable, PAGE, true, 2 * PAGE as u64).expect("mmap");
    assert!(full_of(mapped.bytes(), 0x72));
}

/// The mapping of a lock is for reading, and stays so.
pub(super) fn cannot_be_written_to(gpu: &Gpu, device: u32, opened: &Opened) {
    use rustix::mm::{mprotect, MprotectFlags};
    locked(gpu, device, opened.allocation, opened.bytes, |bytes| {
        let flags = MprotectFlags::READ | MprotectFlags::WRITE;
        // SAFETY: The range is that of the lock.
        let more = unsafe { mprotect(bytes.as_mut_ptr().cast(), bytes.len(), flags) };
        assert_eq!(more, Err(Errno::ACCESS));
    });
}

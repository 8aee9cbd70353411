// SPDX-License-Identifier: MIT OR Apache-2.0
//! The callbacks on the fake kernel.

use crate::{fake::FakeKernel, Device};
use d3dddi::{types::*, *};
use libd3dkmt::{gem::Buffer, sys, NtStatus};
use std::{mem::offset_of, num::NonZeroUsize};

fn device() -> (Device<FakeKernel>, FakeKernel) {
    let kernel = FakeKernel::default();
    (Device::new(kernel.clone()), kernel)
}

fn buffer() -> Element {
    Element::new(Buffer::new(5000).private_data())
}

fn allocate(
    device: &Device<FakeKernel>,
    resource: Option<RtResource>,
    count: usize,
) -> Result<(Vec<D3DKMT_HANDLE>, D3DKMT_HANDLE)> {
    let mut elements = vec![buffer(); count];
    let mut request = Allocate::new(resource, &mut elements);
    device.allocate(&mut request)?;
    let km = request.km_resource;
    Ok((elements.iter().map(|element| element.handle).collect(), km))
}

#[test]
fn without_a_resource_they_belong_to_the_device() {
    let (device, kernel) = device();
    let (handles, km) = allocate(&device, None, 2).unwrap();
    assert_eq!(km, D3DKMT_HANDLE::NONE);
    assert_eq!(kernel.living(), (2, 0));
    assert_eq!(device.deallocate(What::Allocations(&handles)), Ok(()));
    assert_eq!(kernel.living(), (0, 0));
}

#[test]
fn the_first_allocation_makes_the_kernels_resource() {
    let (device, kernel) = device();
    let resource = device.create_resource();
    assert_eq!(device.km_resource(resource), None);
    let (first, km) = allocate(&device, Some(resource), 1).unwrap();
    assert_ne!(km, D3DKMT_HANDLE::NONE);
    assert_eq!(device.km_resource(resource), Some(km));
    let (more, same) = allocate(&device, Some(resource), 3).unwrap();
    assert_eq!(same, km, "appended");
    assert_eq!(kernel.living(), (4, 1));
    let lines = kernel.log();
    assert_eq!(lines[0], "create NewResource 0 1");
    assert_eq!(lines[1], format!("create Resource({km:?}) 0 3"));
    // One by one they can all go, and the resource stays.
    for handle in [first, more].concat() {
        assert_eq!(device.deallocate(What::Allocations(&[handle])), Ok(()));
    }
    assert_eq!(kernel.living(), (0, 1));
    assert_eq!(device.deallocate(What::Resource(resource)), Ok(()));
    assert_eq!(kernel.living(), (0, 0));
    let gone = Err(HResult::E_INVALIDARG);
    assert_eq!(device.deallocate(What::Resource(resource)), gone);
    // The runtime's is still there, and the next one makes another of the kernel's.
    let (_, other) = allocate(&device, Some(resource), 1).unwrap();
    assert_ne!(other, km);
}

#[test]
fn resources_are_the_runtimes_own() {
    let (device, kernel) = device();
    let resources = [device.create_resource(), device.create_resource()];
    assert_ne!(resources[0], resources[1]);
    let nobodys = RtResource(NonZeroUsize::new(0x4000_0040).unwrap());
    let invalid = HResult::E_INVALIDARG;
    assert_eq!(allocate(&device, Some(nobodys), 1), Err(invalid));
    assert_eq!(device.deallocate(What::Resource(nobodys)), Err(invalid));
    // Without allocations there is nothing of the kernel's to deallocate.
    assert_eq!(
        device.deallocate(What::Resource(resources[0])),
        Err(invalid)
    );
    assert_eq!(device.destroy_resource(resources[0]), Ok(()));
    assert_eq!(device.destroy_resource(resources[0]), Err(invalid));
    assert_eq!(allocate(&device, Some(resources[0]), 1), Err(invalid));
    assert_eq!(kernel.log(), [""; 0], "the kernel is not asked");
    assert_ne!(
        device.create_resource(),
        resources[0],
        "no number comes twice"
    );
}

#[test]
fn a_resource_that_the_driver_leaves_goes_with_the_runtimes() {
    let (device, kernel) = device();
    let resource = device.create_resource();
    allocate(&device, Some(resource), 2).unwrap();
    assert_eq!(device.destroy_resource(resource), Ok(()));
    assert_eq!(kernel.living(), (0, 0));
}

#[test]
fn a_failed_first_allocation_leaves_no_resource() {
    let (device, kernel) = device();
    let resource = device.create_resource();
    kernel.fail_next(NtStatus::NO_MEMORY);
    let failed = allocate(&device, Some(resource), 1);
    assert_eq!(failed, Err(HResult::E_OUTOFMEMORY));
    assert_eq!(device.km_resource(resource), None);
    kernel.log();
    allocate(&device, Some(resource), 1).unwrap();
    assert_eq!(kernel.log(), ["create NewResource 0 1"]);
}

#[test]
fn every_status_comes_as_its_result() {
    let (device, kernel) = device();
    let (handles, _) = allocate(&device, None, 1).unwrap();
    for (status, result) in [
        (NtStatus::INVALID_PARAMETER, HResult::E_INVALIDARG),
        (NtStatus::NO_MEMORY, HResult::E_OUTOFMEMORY),
        (
            NtStatus::GRAPHICS_NO_VIDEO_MEMORY,
            HResult::D3DERR_OUTOFVIDEOMEMORY,
        ),
        (NtStatus::DEVICE_REMOVED, HResult::D3DDDIERR_DEVICEREMOVED),
        (
            NtStatus::GRAPHICS_DRIVER_MISMATCH,
            HResult::ERROR_GRAPHICS_DRIVER_MISMATCH,
        ),
        (NtStatus::NOT_IMPLEMENTED, HResult::E_NOTIMPL),
        (NtStatus::UNSUCCESSFUL, HResult::E_FAIL),
    ] {
        kernel.fail_next(status);
        assert_eq!(allocate(&device, None, 1), Err(result));
        kernel.fail_next(status);
        assert_eq!(device.lock2(handles[0]), Err(result));
        kernel.fail_next(status);
        let list = What::Allocations(&handles);
        assert_eq!(device.query_residency(list, &mut [0]), Err(result));
        kernel.fail_next(status);
        assert_eq!(device.set_priority(list, &[1]), Err(result));
    }
    assert_eq!(kernel.locks(), 0);
}

#[test]
fn a_removed_adapter_lets_go_and_gives_nothing() {
    let (device, kernel) = device();
    let resource = device.create_resource();
    let (handles, _) = allocate(&device, Some(resource), 1).unwrap();
    device.lock2(handles[0]).unwrap();
    kernel.remove();
    let removed = HResult::D3DDDIERR_DEVICEREMOVED;
    assert_eq!(allocate(&device, Some(resource), 1), Err(removed));
    assert_eq!(device.lock2(handles[0]), Err(removed));
    assert_eq!(device.unlock2(handles[0]), Ok(()));
    assert_eq!(device.deallocate(What::Resource(resource)), Ok(()));
}

#[test]
fn a_source_is_for_primaries() {
    let (device, _) = device();
    let mut elements = [buffer(), buffer()];
    elements[0].source = 3;
    (elements[1].source, elements[1].flags) = (3, D3DDDI_ALLOCATIONINFO2_PRIMARY);
    let result = device.allocate(&mut Allocate::new(None, &mut elements));
    // As an HRESULT, D3DDDI_ID_NOTAPPLICABLE is S_OK; the allocation is made, and the field says it.
    assert_eq!(HResult::of(result).0, D3DDDI_ID_NOTAPPLICABLE);
    assert_eq!(elements[0].source, D3DDDI_ID_NOTAPPLICABLE);
    assert_ne!(elements[0].handle, D3DKMT_HANDLE::NONE);
    assert_eq!(elements[1].source, 3);
}

#[test]
fn private_data_is_answered() {
    let (device, _) = device();
    let mut elements = [buffer()];
    let mut request = Allocate::new(None, &mut elements);
    assert_eq!(device.allocate(&mut request), Ok(()));
    let layout = libd3dkmt::gem::Layout::read(&elements[0].private_data).unwrap();
    assert_eq!(layout.bytes, 8192);
}

#[test]
fn old_locks_are_new_ones_with_flags() {
    let (device, kernel) = device();
    let (handles, _) = allocate(&device, None, 2).unwrap();
    let address = device.lock(handles[0], lock_flags::DISCARD).unwrap();
    assert_eq!(device.lock2(handles[0]), Ok(address), "no renaming");
    device.lock(handles[1], 0).unwrap();
    assert_eq!(kernel.locks(), 3);
    let not_there = Err(HResult::D3DERR_NOTAVAILABLE);
    assert_eq!(
        device.lock(handles[0], lock_flags::ACQUIRE_APERTURE),
        not_there
    );
    assert_eq!(device.lock(handles[0], 0x800), Err(HResult::E_INVALIDARG));
    assert_eq!(device.unlock(&handles), Ok(()));
    assert_eq!(device.unlock(&handles), Err(HResult::E_INVALIDARG));
    assert_eq!(device.unlock(&[]), Err(HResult::E_INVALIDARG));
    assert_eq!(kernel.locks(), 0, "the first one was locked twice");
}

#[test]
fn lists_have_elements_and_numbers_for_each() {
    let (device, kernel) = device();
    let (handles, _) = allocate(&device, None, 2).unwrap();
    kernel.log();
    let invalid = Err(HResult::E_INVALIDARG);
    let list = What::Allocations(&handles);
    assert_eq!(device.deallocate(What::Allocations(&[])), invalid);
    assert_eq!(device.query_residency(list, &mut [0; 3]), invalid);
    assert_eq!(device.set_priority(list, &[1]), invalid);
    assert_eq!(kernel.log(), [""; 0]);
    let mut answers = [0; 2];
    assert_eq!(device.query_residency(list, &mut answers), Ok(()));
    assert_eq!(answers, [2, 2]);
    assert_eq!(device.set_priority(list, &[1, 2]), Ok(()));
}

#[test]
fn flags_of_destruction_go_to_the_kernel() {
    let (device, kernel) = device();
    for flags in [0, 1, 2, 3] {
        let (handles, _) = allocate(&device, None, 1).unwrap();
        kernel.log();
        assert_eq!(
            device.deallocate2(What::Allocations(&handles), flags),
            Ok(())
        );
        let line = format!("destroy Allocations({handles:?}) {flags}");
        assert_eq!(kernel.log(), [line]);
    }
    let (handles, _) = allocate(&device, None, 1).unwrap();
    for flags in [4, 0x8000_0000] {
        let refused = device.deallocate2(What::Allocations(&handles), flags);
        assert_eq!(refused, Err(HResult::E_INVALIDARG));
    }
}

/// The WDK's structure and the module's are the same one.
#[test]
fn elements_are_those_of_the_module() {
    use sys::d3dddi_allocationinfo2 as Ours;
    use D3DDDI_ALLOCATIONINFO2 as Wdk;
    assert_eq!(size_of::<Wdk>(), size_of::<Ours>());
    assert_eq!(offset_of!(Wdk, pSystemMem), offset_of!(Ours, sysmem));
    assert_eq!(
        offset_of!(Wdk, VidPnSourceId),
        offset_of!(Ours, vidpn_source_id)
    );
    assert_eq!(offset_of!(Wdk, Flags), offset_of!(Ours, flags));
    assert_eq!(
        offset_of!(Wdk, GpuVirtualAddress),
        offset_of!(Ours, gpu_virtual_address)
    );
    assert_eq!(offset_of!(Wdk, Priority), offset_of!(Ours, priority));
    assert_eq!(offset_of!(Wdk, Reserved), offset_of!(Ours, reserved));
    assert_eq!(
        D3DDDI_ALLOCATIONINFO2_PRIMARY,
        sys::D3DDDI_ALLOCATIONINFO2_PRIMARY
    );
    assert_eq!(
        D3DDDI_ALLOCATIONINFO2_STEREO,
        sys::D3DDDI_ALLOCATIONINFO2_STEREO
    );
    assert_eq!(
        D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY,
        sys::D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY
    );
    assert_eq!(
        D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE,
        sys::D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE
    );
    assert_eq!(
        D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY,
        sys::D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY
    );
}

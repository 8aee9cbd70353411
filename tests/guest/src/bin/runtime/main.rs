// SPDX-License-Identifier: MIT OR Apache-2.0
//! The runtime's callbacks on the module, through the C table that a driver has.

mod memory;
mod private_data;

use crate::{memory::*, private_data::*};
use d3dddi::{serve, types::*, Allocate, DeviceCallbacks, Element, HResult, RtResource, What};
use dxg_guest_tests::{
    calls::*,
    create::{buffer, surface},
    device, harness,
    memory::{bytes_at, Map, PAGE},
    paging::{get_priorities, IN_GPU_MEMORY, NOT_RESIDENT},
    runtime::Runtime,
    signals::spawn,
    tests,
};
use libd3dkmt::sys::gem::dxgkrnl_gem_allocation;
use std::{num::NonZeroUsize, process::ExitCode, thread};
use wddm_runtime::{Device, KernelDevice};

fn main() -> ExitCode {
    harness::run(
        tests![
            without_a_resource_they_belong_to_the_device,
            case_091_the_first_allocation_makes_the_kernels_resource,
            case_092_new_private_data_for_a_resource,
            a_kernels_resource_comes_when_the_runtimes_was_given,
            case_109_a_resource_outlives_its_allocations,
            a_resource_or_a_list,
            flags_of_deallocation,
            lists_that_are_wrong,
            resources_are_the_runtimes_own,
            case_085_private_data_is_answered,
            case_064_another_version_is_a_mismatch,
            case_062_private_data_that_makes_no_sense,
            private_data_of_resources,
            case_065_no_video_memory,
            no_system_memory,
            a_source_is_for_primaries,
            a_source_that_is_not_there,
            case_083_stereo_without_primary,
            case_060_memory_of_the_runtime,
            case_080_memory_not_at_a_page,
            locks_nest,
            old_locks,
            residency_and_priorities,
            two_threads_make_one_resource,
            everything_goes_with_the_device,
            case_255_a_removed_adapter,
        ],
        &[("limited", limited)],
    )
}

const INVALID: HResult = HResult::E_INVALIDARG;
const REMOVED: HResult = HResult::D3DDDIERR_DEVICEREMOVED;

/// A blob's bytes.
fn bytes(blob: dxgkrnl_gem_allocation) -> Vec<u8> {
    // SAFETY: The structure is 48 bytes without gaps.
    unsafe { std::mem::transmute::<dxgkrnl_gem_allocation, [u8; 48]>(blob) }.to_vec()
}

fn elements(count: usize) -> Vec<Element> {
    vec![Element::new(bytes(buffer(5000))); count]
}

/// Allocates buffers: their handles, and the kernel's resource.
fn allocate(
    runtime: &Runtime,
    resource: Option<RtResource>,
    count: usize,
) -> d3dddi::Result<(Vec<D3DKMT_HANDLE>, D3DKMT_HANDLE)> {
    let mut elements = elements(count);
    let mut request = Allocate::new(resource, &mut elements);
    runtime.callbacks().allocate(&mut request)?;
    let km = request.km_resource;
    Ok((elements.iter().map(|element| element.handle).collect(), km))
}

/// Allocates one element, outside of any resource.
fn allocate_one(runtime: &Runtime, element: &mut Element) -> d3dddi::Result {
    let elements = std::slice::from_mut(element);
    (runtime.callbacks()).allocate(&mut Allocate::new(None, elements))
}

fn deallocate(runtime: &Runtime, what: What<'_>) -> d3dddi::Result {
    runtime.callbacks().deallocate(what)
}

fn without_a_resource_they_belong_to_the_device() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let before = counters();
        let (handles, km) = allocate(&runtime, None, 3).expect("allocations");
        assert_eq!(km, D3DKMT_HANDLE::NONE);
        before.assert_grown(&[("allocations", 3), ("bindings", 3)]);
        assert_eq!(deallocate(&runtime, What::Allocations(&handles)), Ok(()));
        before.assert_restored();
    });
}

fn case_091_the_first_allocation_makes_the_kernels_resource() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let before = counters();
        let resource = runtime.device().create_resource();
        assert_eq!(counters(), before, "it is the runtime's alone");
        let (_, km) = allocate(&runtime, Some(resource), 1).expect("an allocation");
        before.assert_grown(&[("resources", 1), ("allocations", 1), ("bindings", 1)]);
        let (_, same) = allocate(&runtime, Some(resource), 3).expect("allocations");
        assert_eq!(km, same);
        before.assert_grown(&[("resources", 1), ("allocations", 4), ("bindings", 4)]);
        assert_eq!(deallocate(&runtime, What::Resource(resource)), Ok(()));
        before.assert_restored();
        let (_, other) = allocate(&runtime, Some(resource), 1).expect("an allocation");
        assert_ne!(other, km, "another resource of the kernel's");
    });
}

fn case_092_new_private_data_for_a_resource() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let resource = runtime.device().create_resource();
        let data = libd3dkmt::gem::resource_private_data();
        for _ in 0..2 {
            let mut elements = elements(1);
            let mut request = Allocate::new(Some(resource), &mut elements);
            request.private_data = &data;
            assert_eq!(runtime.callbacks().allocate(&mut request), Ok(()));
        }
    });
}

fn a_kernels_resource_comes_when_the_runtimes_was_given() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let resource = runtime.device().create_resource();
        let allocate = serve::table::<Device<KernelDevice>>()
            .pfnAllocateCb
            .expect("a function");
        for (of, written) in [(std::ptr::null_mut(), false), (resource.to_handle(), true)] {
            let mut blob = buffer(4096);
            let mut info = D3DDDI_ALLOCATIONINFO2 {
                pPrivateDriverData: (&raw mut blob).cast(),
                PrivateDriverDataSize: 48,
                ..Default::default()
            };
            let mut args = D3DDDICB_ALLOCATE {
                hResource: of,
                hKMResource: D3DKMT_HANDLE(0xdead),
                NumAllocations: 1,
                pAllocationInfo2: &raw mut info,
                ..Default::default()
            };
            // SAFETY: The structures are good.
            let result = unsafe { allocate(runtime.handle(), &raw mut args) };
            assert_eq!(result, HResult::S_OK);
            assert_eq!(args.hResource, of);
            assert_eq!(args.hKMResource != D3DKMT_HANDLE(0xdead), written);
            assert_ne!(info.hAllocation, D3DKMT_HANDLE::NONE);
        }
    });
}

fn case_109_a_resource_outlives_its_allocations() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let before = counters();
        let resource = runtime.device().create_resource();
        let (handles, _) = allocate(&runtime, Some(resource), 2).expect("allocations");
        for handle in handles {
            assert_eq!(deallocate(&runtime, What::Allocations(&[handle])), Ok(()));
        }
        before.assert_grown(&[("resources", 1)]);
        assert_eq!(deallocate(&runtime, What::Resource(resource)), Ok(()));
        before.assert_restored();
        let again = deallocate(&runtime, What::Resource(resource));
        assert_eq!(again, Err(INVALID));
    });
}

/// The list is not looked at when there is a resource, and there must be one or the other.
fn a_resource_or_a_list() {
    let gpu = Gpu::first();
    let runtime = Runtime::new(&gpu);
    let table = serve::table::<Device<KernelDevice>>();
    let resource = runtime.device().create_resource();
    let (_, _) = allocate(&runtime, Some(resource), 1).expect("an allocation");
    let (others, _) = allocate(&runtime, None, 1).expect("an allocation");
    let before = counters();
    let neither = D3DDDICB_DEALLOCATE::default();
    let both = D3DDDICB_DEALLOCATE {
        hResource: resource.to_handle(),
        NumAllocations: 1,
        HandleList: others.as_ptr(),
    };
    let deallocate = table.pfnDeallocateCb.expect("a function");
    // SAFETY: The list has a handle, the other one none.
    unsafe {
        assert_eq!(deallocate(runtime.handle(), &raw const neither), INVALID);
        assert_eq!(counters(), before);
        assert_eq!(deallocate(runtime.handle(), &raw const both), HResult::S_OK);
    }
    assert_eq!(
        counters().since(&before, "allocations"),
        -1,
        "not of the list"
    );
    assert_eq!(counters().since(&before, "resources"), -1);
}

fn flags_of_deallocation() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let (handles, _) = allocate(&runtime, None, 4).expect("allocations");
        let callbacks = runtime.callbacks();
        for_each([4, 0x100, 0x8000_0000, u32::MAX], |flags| {
            let refused = callbacks.deallocate2(What::Allocations(&handles), flags);
            assert_eq!(refused, Err(INVALID));
        });
        for (handle, flags) in handles.into_iter().zip(0..4) {
            let done = callbacks.deallocate2(What::Allocations(&[handle]), flags);
            assert_eq!(done, Ok(()));
        }
    });
}

fn lists_that_are_wrong() {
    let gpu = Gpu::first();
    let runtime = Runtime::new(&gpu);
    let resource = runtime.device().create_resource();
    let (members, _) = allocate(&runtime, Some(resource), 1).expect("an allocation");
    let (others, _) = allocate(&runtime, None, 1).expect("an allocation");
    let before = counters();
    let (member, other) = (members[0], others[0]);
    for list in [
        vec![D3DKMT_HANDLE::NONE],
        vec![D3DKMT_HANDLE(0xdead_beef)],
        vec![other, other],
        vec![member, other],
        vec![other, D3DKMT_HANDLE(runtime.kernel_device())],
    ] {
        let refused = deallocate(&runtime, What::Allocations(&list));
        assert_eq!(refused, Err(INVALID), "{list:?}");
    }
    assert_eq!(counters(), before);
}

fn resources_are_the_runtimes_own() {
    let gpu = Gpu::first();
    let runtime = Runtime::new(&gpu);
    let resource = runtime.device().create_resource();
    let (_, km) = allocate(&runtime, Some(resource), 1).expect("an allocation");
    let before = counters();
    // The kernel's handle means nothing to the runtime, and neither do those of other devices.
    let other = Runtime::new(&gpu);
    let numbers = [km.0 as usize, 0x1000, usize::MAX, resource.0.get()];
    for (i, number) in numbers.into_iter().enumerate() {
        let resource = RtResource(NonZeroUsize::new(number).expect("a number"));
        let on = if i == 3 { &other } else { &runtime };
        assert_eq!(allocate(on, Some(resource), 1), Err(INVALID));
        assert_eq!(deallocate(on, What::Resource(resource)), Err(INVALID));
    }
    drop(other);
    before.assert_restored();
}

fn a_source_is_for_primaries() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        // D3DDDI_ID_NOTAPPLICABLE is S_OK, and what the field is set to; the allocation is made.
        for_each([1, 77, u32::MAX], |source| {
            let mut element = elements(1).remove(0);
            element.source = source;
            let result = HResult::of(allocate_one(&runtime, &mut element));
            assert_eq!(result.0, D3DDDI_ID_NOTAPPLICABLE);
            assert_eq!(element.source, D3DDDI_ID_NOTAPPLICABLE);
            assert_ne!(element.handle, D3DKMT_HANDLE::NONE);
        });
        let mut primary = Element::new(bytes(dxgkrnl_gem_allocation {
            usage: 3,
            ..surface(64, 64)
        }));
        primary.flags = D3DDDI_ALLOCATIONINFO2_PRIMARY;
        assert_eq!(allocate_one(&runtime, &mut primary), Ok(()));
        assert_eq!(primary.source, 0);
    });
}

fn a_source_that_is_not_there() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        for_each([16, 1000, u32::MAX], |source| {
            let before = counters();
            let mut element = Element::new(bytes(surface(64, 64)));
            (element.source, element.flags) = (source, D3DDDI_ALLOCATIONINFO2_PRIMARY);
            assert_eq!(allocate_one(&runtime, &mut element), Err(INVALID));
            assert_eq!(element.source, source);
            before.assert_restored();
        });
    });
}

fn case_083_stereo_without_primary() {
    let gpu = Gpu::first();
    let runtime = Runtime::new(&gpu);
    for_each([D3DDDI_ALLOCATIONINFO2_STEREO, 8, 0x8000_0000], |flags| {
        let mut element = elements(1).remove(0);
        element.flags = flags;
        assert_eq!(allocate_one(&runtime, &mut element), Err(INVALID));
    });
}

fn locks_nest() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let callbacks = runtime.callbacks();
        let (handles, _) = allocate(&runtime, None, 1).expect("an allocation");
        let before = counters();
        let address = callbacks.lock2(handles[0]).expect("a lock");
        assert_eq!(callbacks.lock2(handles[0]), Ok(address));
        // SAFETY: Two pages are there.
        let bytes = unsafe { bytes_at(address.as_ptr() as u64, 2 * PAGE) };
        assert!(bytes.iter().all(|&byte| byte == 0));
        bytes.fill(0x5a);
        assert_eq!(counters().since(&before, "mappings"), 1);
        assert_eq!(callbacks.unlock2(handles[0]), Ok(()));
        assert_eq!(callbacks.unlock2(handles[0]), Ok(()));
        assert_eq!(callbacks.unlock2(handles[0]), Err(INVALID));
        assert_eq!(counters().since(&before, "mappings"), 0);
        for handle in [D3DKMT_HANDLE::NONE, D3DKMT_HANDLE(0x7fff_ffc0)] {
            assert_eq!(callbacks.lock2(handle), Err(INVALID));
            assert_eq!(callbacks.unlock2(handle), Err(INVALID));
        }
    });
}

fn old_locks() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let callbacks = runtime.callbacks();
        let (handles, _) = allocate(&runtime, None, 2).expect("allocations");
        let discard = lock_flags::DISCARD | lock_flags::WRITE_ONLY;
        for &handle in &handles {
            let address = callbacks.lock(handle, 0).expect("a lock");
            assert_eq!(callbacks.lock(handle, discard), Ok(address));
            assert_eq!(callbacks.unlock2(handle), Ok(()));
        }
        let aperture = callbacks.lock(handles[0], lock_flags::ACQUIRE_APERTURE);
        assert_eq!(aperture, Err(HResult::D3DERR_NOTAVAILABLE));
        let neither = lock_flags::READ_ONLY | lock_flags::WRITE_ONLY;
        assert_eq!(callbacks.lock(handles[0], neither), Err(INVALID));
        assert_eq!(callbacks.unlock(&handles), Ok(()));
        assert_eq!(callbacks.unlock(&handles), Err(INVALID));
    });
}

fn residency_and_priorities() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let callbacks = runtime.callbacks();
        let (handles, _) = allocate(&runtime, None, 2).expect("allocations");
        let raw: Vec<u32> = handles.iter().map(|handle| handle.0).collect();
        let list = What::Allocations(&handles);
        let address = callbacks.lock2(handles[1]).expect("a lock");
        let address = address.as_ptr() as u64;
        // SAFETY: A lock has a page at least.
        unsafe { bytes_at(address, PAGE) }.fill(1);
        let mut answers = [0; 2];
        assert_eq!(callbacks.query_residency(list, &mut answers), Ok(()));
        assert_eq!(answers, [NOT_RESIDENT, IN_GPU_MEMORY]);
        assert_eq!(
            callbacks.set_priority(list, &[0x5000_0000, 0x7800_0000]),
            Ok(())
        );
        let read = get_priorities(&gpu.dxg, runtime.kernel_device(), &raw);
        assert_eq!(read, (SUCCESS, vec![0x5000_0000, 0x7800_0000]));
        assert_eq!(
            callbacks.set_priority(list, &[0, 0x7800_0000]),
            Err(INVALID)
        );
        assert_eq!(callbacks.unlock2(handles[1]), Ok(()));
    });
}

fn two_threads_make_one_resource() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let device = runtime.device();
        for _ in 0..20 {
            let before = counters();
            let resource = device.create_resource();
            thread::scope(|scope| {
                for _ in 0..4 {
                    spawn(scope, || {
                        let mut elements = elements(1);
                        let mut request = Allocate::new(Some(resource), &mut elements);
                        assert_eq!(device.allocate(&mut request), Ok(()));
                    });
                }
            });
            before.assert_grown(&[("resources", 1), ("allocations", 4), ("bindings", 4)]);
            assert_eq!(device.destroy_resource(resource), Ok(()));
            before.assert_restored();
        }
    });
}

fn everything_goes_with_the_device() {
    on_each_adapter(|gpu| {
        let before = counters();
        let runtime = Runtime::new(gpu);
        let resource = runtime.device().create_resource();
        allocate(&runtime, Some(resource), 2).expect("allocations");
        allocate(&runtime, None, 2).expect("allocations");
        drop(runtime);
        before.assert_restored();
    });
}

fn case_255_a_removed_adapter() {
    let mut device = device::Device::find();
    let gpu = Gpu::open(device.luid);
    let runtime = Runtime::new(&gpu);
    let callbacks = runtime.callbacks();
    let resource = runtime.device().create_resource();
    let (handles, _) = allocate(&runtime, Some(resource), 2).expect("allocations");
    callbacks.lock2(handles[0]).expect("a lock");
    device.remove();
    let memory = Map::new(1);
    assert_eq!(allocate(&runtime, None, 1), Err(REMOVED));
    assert_eq!(allocate(&runtime, Some(resource), 1), Err(REMOVED));
    let new = runtime.device().create_resource();
    assert_eq!(allocate(&runtime, Some(new), 1), Err(REMOVED));
    let mut element = on_memory(&memory, PAGE);
    assert_eq!(allocate_one(&runtime, &mut element), Err(REMOVED));
    assert_eq!(callbacks.lock2(handles[1]), Err(REMOVED));
    assert_eq!(callbacks.lock(handles[1], 0), Err(REMOVED));
    // What there is can be given back.
    assert_eq!(callbacks.unlock2(handles[0]), Ok(()));
    assert_eq!(callbacks.deallocate(What::Resource(resource)), Ok(()));
    device.restore();
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! The table and the trait against each other: a device of the test's behind a table, called
//! through it by [`Callbacks`] and by hand.

use crate::{types::*, *};
use std::{
    cell::RefCell,
    ffi::c_void,
    mem::offset_of,
    num::NonZeroUsize,
    ptr::{self, NonNull},
};

/// Keeps what it was asked, and answers what it is told to.
#[derive(Default)]
struct Recorder {
    calls: RefCell<Vec<String>>,
    fail: Option<HResult>,
}

impl Recorder {
    fn note(&self, call: String) -> Result {
        self.calls.borrow_mut().push(call);
        self.fail.map_or(Ok(()), Err)
    }
    fn said(&self) -> Vec<String> {
        self.calls.take()
    }
}

const ADDRESS: usize = 0x1_2345_0000;

// SAFETY: Nobody touches the address.
unsafe impl DeviceCallbacks for Recorder {
    fn allocate(&self, request: &mut Allocate<'_>) -> Result {
        self.note(format!(
            "allocate {:?} {:?}",
            request.resource.map(|r| r.0.get()),
            request.private_data
        ))?;
        for (i, element) in request.elements.iter_mut().enumerate() {
            self.note(format!(
                "  {:?} {:?} {:#x} {} {:#x}",
                element.private_data,
                element.system_memory.map(|m| m.base().as_ptr() as usize),
                element.flags,
                element.source,
                element.priority
            ))?;
            element.private_data.iter_mut().for_each(|byte| *byte += 1);
            element.handle = D3DKMT_HANDLE(0x4000_0000 + 0x40 * i as u32);
            element.source = D3DDDI_ID_NOTAPPLICABLE;
            element.gpu_address = 0x1000 + i as u64;
        }
        request.km_resource = D3DKMT_HANDLE(0x4000_1000);
        Ok(())
    }
    fn deallocate2(&self, what: What<'_>, flags: u32) -> Result {
        self.note(format!("deallocate2 {what:?} {flags}"))
    }
    fn deallocate(&self, what: What<'_>) -> Result {
        self.note(format!("deallocate {what:?}"))
    }
    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        self.note(format!("lock2 {:#x}", allocation.0))?;
        Ok(NonNull::new(ADDRESS as *mut u8).unwrap())
    }
    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        self.note(format!("unlock2 {:#x}", allocation.0))
    }
    fn lock(&self, allocation: D3DKMT_HANDLE, flags: u32) -> Result<NonNull<u8>> {
        self.note(format!("lock {:#x} {flags:#x}", allocation.0))?;
        Ok(NonNull::new(ADDRESS as *mut u8).unwrap())
    }
    fn unlock(&self, allocations: &[D3DKMT_HANDLE]) -> Result {
        self.note(format!("unlock {allocations:?}"))
    }
    fn query_residency(&self, what: What<'_>, answers: &mut [u32]) -> Result {
        answers.iter_mut().zip(1..).for_each(|(a, i)| *a = i);
        self.note(format!("query {what:?} {}", answers.len()))
    }
    fn set_priority(&self, what: What<'_>, priorities: &[u32]) -> Result {
        self.note(format!("priority {what:?} {priorities:?}"))
    }
}

fn handle(recorder: &Recorder) -> HANDLE {
    ptr::from_ref(recorder).cast_mut().cast()
}

fn through_a_table(recorder: &Recorder) -> Callbacks {
    // SAFETY: The table is that of a recorder, which outlives the test's use of it.
    unsafe { Callbacks::new(serve::table::<Recorder>(), handle(recorder)) }
}

fn resource(number: usize) -> RtResource {
    RtResource(NonZeroUsize::new(number).unwrap())
}

const LIST: [D3DKMT_HANDLE; 2] = [D3DKMT_HANDLE(7), D3DKMT_HANDLE(8)];

#[test]
fn an_allocation_goes_through_the_table_and_back() {
    let recorder = Recorder::default();
    let callbacks = through_a_table(&recorder);
    let mut memory = 0_u8;
    let base = NonNull::from(&mut memory);
    let mut elements = [Element::new([1, 2, 3]), Element::new([])];
    elements[1].flags = D3DDDI_ALLOCATIONINFO2_PRIMARY | D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY;
    elements[1].source = 3;
    elements[1].priority = 0x7800_0000;
    // SAFETY: The recorder does not touch it.
    elements[1].system_memory = Some(unsafe { SystemMemory::new(base) });
    let mut request = Allocate {
        private_data: &[9],
        ..Allocate::new(Some(resource(5)), &mut elements)
    };
    assert_eq!(callbacks.allocate(&mut request), Ok(()));
    assert_eq!(request.km_resource, D3DKMT_HANDLE(0x4000_1000));
    let at = base.as_ptr() as usize;
    assert_eq!(
        recorder.said(),
        [
            "allocate Some(5) [9]".to_owned(),
            "  [1, 2, 3] None 0x0 0 0x0".to_owned(),
            format!("  [] Some({at}) 0x5 3 0x78000000"),
        ]
    );
    assert_eq!(elements[0].private_data, [2, 3, 4]);
    assert_eq!(elements[1].handle, D3DKMT_HANDLE(0x4000_0040));
    assert_eq!(elements[1].source, D3DDDI_ID_NOTAPPLICABLE);
    assert_eq!(elements[1].gpu_address, 0x1001);
}

#[test]
fn no_resource_no_kernel_resource() {
    let recorder = Recorder::default();
    let callbacks = through_a_table(&recorder);
    let mut elements = [Element::default()];
    let mut request = Allocate::new(None, &mut elements);
    assert_eq!(callbacks.allocate(&mut request), Ok(()));
    assert_eq!(request.km_resource, D3DKMT_HANDLE::NONE);
    assert_eq!(recorder.said()[0], "allocate None []");
}

#[test]
fn every_other_callback_goes_through() {
    let recorder = Recorder::default();
    let callbacks = through_a_table(&recorder);
    let (list, whole) = (What::Allocations(&LIST), What::Resource(resource(5)));
    assert_eq!(callbacks.deallocate(list), Ok(()));
    assert_eq!(callbacks.deallocate(whole), Ok(()));
    assert_eq!(callbacks.deallocate2(list, 1), Ok(()));
    assert_eq!(callbacks.deallocate2(whole, 2), Ok(()));
    let locked = callbacks.lock2(LIST[0]).unwrap();
    assert_eq!(locked.as_ptr() as usize, ADDRESS);
    assert_eq!(callbacks.unlock2(LIST[0]), Ok(()));
    let locked = callbacks.lock(LIST[1], 0x11).unwrap();
    assert_eq!(locked.as_ptr() as usize, ADDRESS);
    assert_eq!(callbacks.unlock(&LIST), Ok(()));
    let mut answers = [0; 2];
    assert_eq!(callbacks.query_residency(list, &mut answers), Ok(()));
    assert_eq!(answers, [1, 2]);
    assert_eq!(callbacks.query_residency(whole, &mut answers[..1]), Ok(()));
    assert_eq!(callbacks.set_priority(list, &[5, 6]), Ok(()));
    assert_eq!(callbacks.set_priority(whole, &[5]), Ok(()));
    let handles = "[D3DKMT_HANDLE(7), D3DKMT_HANDLE(8)]";
    assert_eq!(
        recorder.said(),
        [
            format!("deallocate Allocations({handles})"),
            "deallocate Resource(RtResource(5))".into(),
            format!("deallocate2 Allocations({handles}) 1"),
            "deallocate2 Resource(RtResource(5)) 2".into(),
            "lock2 0x7".into(),
            "unlock2 0x7".into(),
            "lock 0x8 0x11".into(),
            format!("unlock {handles}"),
            format!("query Allocations({handles}) 2"),
            "query Resource(RtResource(5)) 1".into(),
            format!("priority Allocations({handles}) [5, 6]"),
            "priority Resource(RtResource(5)) [5]".into(),
        ]
    );
}

#[test]
fn failures_come_back_as_they_are() {
    let removed = HResult::D3DDDIERR_DEVICEREMOVED;
    let recorder = Recorder {
        fail: Some(removed),
        ..Recorder::default()
    };
    let callbacks = through_a_table(&recorder);
    let mut elements = [Element::new([1])];
    let mut request = Allocate::new(Some(resource(1)), &mut elements);
    assert_eq!(callbacks.allocate(&mut request), Err(removed));
    assert_eq!(request.km_resource, D3DKMT_HANDLE::NONE);
    assert_eq!(elements[0].private_data, [1], "nothing is written back");
    assert_eq!(callbacks.lock2(LIST[0]), Err(removed));
    assert_eq!(callbacks.unlock2(LIST[0]), Err(removed));
    assert_eq!(callbacks.lock(LIST[0], 0), Err(removed));
    assert_eq!(callbacks.unlock(&LIST), Err(removed));
    assert_eq!(callbacks.deallocate(What::Allocations(&LIST)), Err(removed));
    assert_eq!(
        callbacks.deallocate2(What::Allocations(&LIST), 0),
        Err(removed)
    );
}

#[test]
fn malformed_arguments_do_not_reach_the_device() {
    let recorder = Recorder::default();
    let table = serve::table::<Recorder>();
    let allocate = table.pfnAllocateCb.unwrap();
    let mut blob = [0_u8; 4];
    let info = D3DDDI_ALLOCATIONINFO2 {
        pPrivateDriverData: blob.as_mut_ptr().cast(),
        PrivateDriverDataSize: 4,
        ..Default::default()
    };
    // Each changes one thing of a good call.
    type Spoil = fn(&mut D3DDDICB_ALLOCATE, &mut D3DDDI_ALLOCATIONINFO2);
    let spoils: [(&str, Spoil); 8] = [
        ("no elements", |args, _| args.NumAllocations = 0),
        ("no array", |args, _| {
            args.pAllocationInfo2 = ptr::null_mut()
        }),
        ("too many", |args, _| args.NumAllocations = 1025),
        ("lies about the resource's data", |args, _| {
            args.PrivateDriverDataSize = 1
        }),
        ("no private data", |_, info| {
            info.pPrivateDriverData = ptr::null_mut()
        }),
        ("too much private data", |_, info| {
            info.PrivateDriverDataSize = 0x2_0000
        }),
        ("all the private data", |_, info| {
            info.PrivateDriverDataSize = u32::MAX
        }),
        ("a reserved word", |_, info| info.Reserved[4] = 1),
    ];
    for (name, spoil) in spoils {
        let mut info = info;
        let mut args = D3DDDICB_ALLOCATE {
            NumAllocations: 1,
            pAllocationInfo2: &raw mut info,
            ..Default::default()
        };
        // SAFETY: As they are, the structures are good.
        let good = unsafe { allocate(handle(&recorder), &raw mut args) };
        assert_eq!(good, HResult::S_OK);
        recorder.said();
        spoil(&mut args, &mut info);
        // SAFETY: What is spoiled is not read.
        let result = unsafe { allocate(handle(&recorder), &raw mut args) };
        assert_eq!(result, HResult::E_INVALIDARG, "{name}");
        assert_eq!(recorder.said(), [""; 0], "{name}");
    }
}

#[test]
fn null_is_an_invalid_argument_everywhere() {
    let recorder = Recorder::default();
    let table = serve::table::<Recorder>();
    macro_rules! nulls {
        ($($member:ident: $type:ty, $null:ident;)*) => {$(
            let function = table.$member.unwrap();
            let mut args = <$type>::default();
            // SAFETY: NULL is allowed everywhere, and lists of zeros are empty.
            unsafe {
                let no_argument = function(handle(&recorder), ptr::$null());
                assert_eq!(no_argument, HResult::E_INVALIDARG, stringify!($member));
                let no_device = function(ptr::null_mut(), &raw mut args);
                assert_eq!(no_device, HResult::E_INVALIDARG, stringify!($member));
            }
        )*};
    }
    nulls! {
        pfnAllocateCb: D3DDDICB_ALLOCATE, null_mut;
        pfnDeallocateCb: D3DDDICB_DEALLOCATE, null;
        pfnDeallocate2Cb: D3DDDICB_DEALLOCATE2, null;
        pfnSetPriorityCb: D3DDDICB_SETPRIORITY, null;
        pfnQueryResidencyCb: D3DDDICB_QUERYRESIDENCY, null;
        pfnLockCb: D3DDDICB_LOCK, null_mut;
        pfnUnlockCb: D3DDDICB_UNLOCK, null;
        pfnLock2Cb: D3DDDICB_LOCK2, null_mut;
        pfnUnlock2Cb: D3DDDICB_UNLOCK2, null;
    }
    // Neither a resource nor a list.
    let args = D3DDDICB_DEALLOCATE::default();
    // SAFETY: An empty list.
    let result = unsafe { table.pfnDeallocateCb.unwrap()(handle(&recorder), &raw const args) };
    assert_eq!(result, HResult::E_INVALIDARG);
    assert_eq!(recorder.said(), [""; 0]);
}

#[test]
fn with_a_resource_the_list_is_ignored() {
    let recorder = Recorder::default();
    let args = D3DDDICB_DEALLOCATE {
        hResource: resource(5).to_handle(),
        NumAllocations: 77,
        HandleList: 0x10 as *const D3DKMT_HANDLE,
    };
    let deallocate = serve::table::<Recorder>().pfnDeallocateCb.unwrap();
    // SAFETY: The list is not read.
    let result = unsafe { deallocate(handle(&recorder), &raw const args) };
    assert_eq!(result, HResult::S_OK);
    assert_eq!(recorder.said(), ["deallocate Resource(RtResource(5))"]);
}

#[test]
fn lock2_has_no_flags() {
    let recorder = Recorder::default();
    for bit in 0..32 {
        let mut args = D3DDDICB_LOCK2 {
            Flags: 1 << bit,
            ..Default::default()
        };
        let lock2 = serve::table::<Recorder>().pfnLock2Cb.unwrap();
        // SAFETY: The structure is good.
        let result = unsafe { lock2(handle(&recorder), &raw mut args) };
        assert_eq!(result, HResult::E_INVALIDARG);
    }
    assert_eq!(recorder.said(), [""; 0]);
}

#[test]
fn a_panic_of_the_device_is_a_failure() {
    struct Panics;
    // SAFETY: It answers no address.
    unsafe impl DeviceCallbacks for Panics {
        fn allocate(&self, _: &mut Allocate<'_>) -> Result {
            panic!("on purpose")
        }
        fn deallocate2(&self, _: What<'_>, _: u32) -> Result {
            panic!("on purpose")
        }
        fn lock2(&self, _: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
            panic!("on purpose")
        }
        fn unlock2(&self, _: D3DKMT_HANDLE) -> Result {
            panic!("on purpose")
        }
        fn lock(&self, _: D3DKMT_HANDLE, _: u32) -> Result<NonNull<u8>> {
            panic!("on purpose")
        }
        fn unlock(&self, _: &[D3DKMT_HANDLE]) -> Result {
            panic!("on purpose")
        }
    }
    let device = Panics;
    let at: HANDLE = ptr::from_ref(&device).cast_mut().cast();
    // SAFETY: The table is that of `device`, which lives to the end.
    let callbacks = unsafe { Callbacks::new(serve::table::<Panics>(), at) };
    let failed = Err(HResult::E_FAIL);
    let mut elements = [Element::default()];
    let mut request = Allocate::new(None, &mut elements);
    assert_eq!(callbacks.allocate(&mut request), failed);
    assert_eq!(callbacks.deallocate(What::Allocations(&LIST)), failed);
    assert_eq!(callbacks.lock2(LIST[0]).map(|_| ()), failed);
    assert_eq!(callbacks.unlock2(LIST[0]), failed);
    assert_eq!(callbacks.lock(LIST[0], 0).map(|_| ()), failed);
    assert_eq!(callbacks.unlock(&LIST), failed);
    // Without methods of its own.
    let not_there = Err(HResult::E_NOTIMPL);
    assert_eq!(
        callbacks.set_priority(What::Allocations(&LIST), &[1, 2]),
        not_there
    );
}

#[test]
fn members_are_served_or_say_that_they_are_not() {
    let table = serve::table::<Recorder>();
    // SAFETY: The table is as many optional functions.
    let members: &[Option<table::Unserved>] =
        unsafe { std::slice::from_raw_parts((&raw const table).cast(), 62) };
    assert_eq!(size_of_val(&table), 62 * 8);
    let served = [0, 1, 2, 3, 7, 8, 37, 38, 46];
    for (i, (member, name)) in members
        .iter()
        .zip(D3DDDI_DEVICECALLBACKS::MEMBERS)
        .enumerate()
    {
        if *name == "pfnSetAsyncCallbacksCb" {
            assert!(member.is_none());
        } else if !served.contains(&i) {
            // SAFETY: What is not served looks at nothing.
            let result = unsafe { member.unwrap()(ptr::null_mut(), ptr::null_mut::<c_void>()) };
            assert_eq!(result, HResult::E_NOTIMPL, "{name}");
        }
    }
    assert_eq!(
        served.map(|i| D3DDDI_DEVICECALLBACKS::MEMBERS[i]),
        [
            "pfnAllocateCb",
            "pfnDeallocateCb",
            "pfnSetPriorityCb",
            "pfnQueryResidencyCb",
            "pfnLockCb",
            "pfnUnlockCb",
            "pfnLock2Cb",
            "pfnUnlock2Cb",
            "pfnDeallocate2Cb",
        ]
    );
}

#[test]
fn what_a_runtime_does_not_have_is_not_implemented() {
    // SAFETY: An empty table.
    let callbacks = unsafe { Callbacks::new(D3DDDI_DEVICECALLBACKS::default(), ptr::null_mut()) };
    assert_eq!(callbacks.unlock2(LIST[0]), Err(HResult::E_NOTIMPL));
}

#[test]
fn layouts_are_those_of_the_wdk() {
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, pSystemMem), 0x08);
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, pPrivateDriverData), 0x10);
    assert_eq!(
        offset_of!(D3DDDI_ALLOCATIONINFO2, PrivateDriverDataSize),
        0x18
    );
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, VidPnSourceId), 0x1c);
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, Flags), 0x20);
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, GpuVirtualAddress), 0x28);
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, Priority), 0x30);
    assert_eq!(offset_of!(D3DDDI_ALLOCATIONINFO2, Reserved), 0x38);
    assert_eq!(offset_of!(D3DDDICB_ALLOCATE, hResource), 0x10);
    assert_eq!(offset_of!(D3DDDICB_ALLOCATE, hKMResource), 0x18);
    assert_eq!(offset_of!(D3DDDICB_ALLOCATE, NumAllocations), 0x1c);
    assert_eq!(offset_of!(D3DDDICB_ALLOCATE, pAllocationInfo2), 0x20);
    assert_eq!(offset_of!(D3DDDICB_DEALLOCATE2, HandleList), 0x10);
    assert_eq!(offset_of!(D3DDDICB_DEALLOCATE2, Flags), 0x18);
    assert_eq!(offset_of!(D3DDDICB_LOCK, pData), 0x18);
    assert_eq!(offset_of!(D3DDDICB_LOCK, Flags), 0x20);
    assert_eq!(offset_of!(D3DDDICB_LOCK2, pData), 0x08);
    assert_eq!(offset_of!(D3DDDI_DEVICECALLBACKS, pfnLock2Cb), 37 * 8);
}

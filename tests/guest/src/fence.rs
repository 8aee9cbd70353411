// SPDX-License-Identifier: MIT OR Apache-2.0
//! Synchronisation objects and paging queues, as tests make, signal and wait for them.

use crate::calls::{handle, Answer, Gpu, SUCCESS};
use libd3dkmt::{
    sys::{self, bindings as c},
    Dxg,
};
use rustix::{
    event::{eventfd, EventfdFlags},
    io::{read, Errno},
};
use std::{
    os::fd::{AsRawFd, OwnedFd},
    ptr,
};

/// As many objects as one signal takes.
pub const SIGNALLED_MAX: u32 = c::D3DDDI_MAX_OBJECT_SIGNALED;
/// As many objects as one wait by the CPU takes.
pub const WAITED_ON_MAX: u32 = 0x2_0000;
/// Flag of a signal: the value may fall.
pub const REWIND: u32 = c::D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND;

/// A monitored fence, as its creator sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Fence {
    /// Its handle.
    pub handle: u32,
    /// Where its value is.
    pub address: u64,
}

impl Fence {
    /// Makes one with a value.
    pub fn new(gpu: &Gpu, device: u32, value: u64) -> Self {
        Self::with_flags(gpu, device, value, 0)
    }

    /// Makes one with a value and flags.
    pub fn with_flags(gpu: &Gpu, device: u32, value: u64, flags: u32) -> Self {
        let mut args = new_fence(device, value);
        args.info.flags.value = flags;
        let answer = create_sync_object(&gpu.dxg, &mut args);
        assert_eq!(answer, SUCCESS, "CreateSynchronizationObject2");
        Self::made(&args)
    }

    /// The one that a successful call has made.
    pub fn made(args: &sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2) -> Self {
        Self {
            handle: args.sync_object.v,
            address: monitored(args).fence_cpu_virtual_address,
        }
    }

    /// The value, by a plain load.
    pub fn value(&self) -> u64 {
        // SAFETY: The fence is mapped there, for reading.
        unsafe { ptr::read_volatile(self.address as *const u64) }
    }
}

/// A good argument of D3DKMTCreateSynchronizationObject2.
pub fn new_fence(device: u32, value: u64) -> sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2 {
    let mut args = sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2 {
        device: handle(device),
        ..Default::default()
    };
    args.info.type_ = c::D3DDDI_MONITORED_FENCE;
    args.info.__bindgen_anon_1.monitored_fence = c::d3dddi_monitored_fence {
        initial_fence_value: value,
        // Answers, which must be overwritten.
        fence_cpu_virtual_address: 1,
        fence_gpu_virtual_address: 2,
        ..Default::default()
    };
    args
}

/// What an argument says of a monitored fence.
pub fn monitored(args: &sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2) -> c::d3dddi_monitored_fence {
    // SAFETY: Any bytes are a value of it.
    unsafe { args.info.__bindgen_anon_1.monitored_fence }
}

/// D3DKMTCreateSynchronizationObject2 with an argument.
pub fn create_sync_object(
    dxg: &Dxg,
    args: &mut sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2,
) -> Answer {
    // SAFETY: The addresses in the argument are answers.
    unsafe { sys::D3DKMTCreateSynchronizationObject2(dxg, args) }
}

/// D3DKMTDestroySynchronizationObject.
pub fn destroy_sync_object(dxg: &Dxg, object: u32) -> Answer {
    let mut args = sys::D3DKMT_DESTROYSYNCHRONIZATIONOBJECT {
        sync_object: handle(object),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTDestroySynchronizationObject(dxg, &mut args) }
}

/// The two lists of a signal or a wait.
fn lists(targets: &[(u32, u64)]) -> (Vec<sys::d3dkmthandle>, Vec<u64>) {
    targets
        .iter()
        .map(|&(object, value)| (handle(object), value))
        .unzip()
}

fn count(targets: &[(u32, u64)]) -> u32 {
    u32::try_from(targets.len()).expect("a small number")
}

/// D3DKMTSignalSynchronizationObjectFromCpu with flags.
pub fn signal_with(dxg: &Dxg, device: u32, targets: &[(u32, u64)], flags: u32) -> Answer {
    let (objects, values) = lists(targets);
    let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU {
        device: handle(device),
        object_count: count(targets),
        objects: objects.as_ptr() as u64,
        fence_values: values.as_ptr() as u64,
        ..Default::default()
    };
    args.flags.value = flags;
    // SAFETY: The lists have as many elements as stated.
    unsafe { sys::D3DKMTSignalSynchronizationObjectFromCpu(dxg, &mut args) }
}

/// D3DKMTSignalSynchronizationObjectFromCpu.
pub fn signal(dxg: &Dxg, device: u32, targets: &[(u32, u64)]) -> Answer {
    signal_with(dxg, device, targets, 0)
}

/// How a wait is made.
#[derive(Clone, Copy, Default)]
pub struct WaitOptions<'a> {
    /// One object is enough.
    pub any: bool,
    /// What is signalled, instead of blocking.
    pub event: Option<&'a Event>,
}

/// D3DKMTWaitForSynchronizationObjectFromCpu with options.
pub fn wait_in(dxg: &Dxg, device: u32, targets: &[(u32, u64)], options: WaitOptions<'_>) -> Answer {
    let event = options.event.map_or(0, Event::number);
    wait_with(dxg, device, targets, u32::from(options.any), event)
}

/// The same with any flags and any event.
pub fn wait_with(dxg: &Dxg, device: u32, targets: &[(u32, u64)], flags: u32, event: u64) -> Answer {
    let (objects, values) = lists(targets);
    let mut args = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
        device: handle(device),
        object_count: count(targets),
        objects: objects.as_ptr() as u64,
        fence_values: values.as_ptr() as u64,
        async_event: event,
        ..Default::default()
    };
    args.flags.value = flags;
    // SAFETY: The lists have as many elements as stated.
    unsafe { sys::D3DKMTWaitForSynchronizationObjectFromCpu(dxg, &mut args) }
}

/// D3DKMTWaitForSynchronizationObjectFromCpu: all of them, blocking.
pub fn wait(dxg: &Dxg, device: u32, targets: &[(u32, u64)]) -> Answer {
    wait_in(dxg, device, targets, WaitOptions::default())
}

/// An eventfd.
pub struct Event(OwnedFd);

impl Event {
    /// A new one, with nothing in it.
    pub fn new() -> Self {
        let flags = EventfdFlags::NONBLOCK | EventfdFlags::CLOEXEC;
        Self(eventfd(0, flags).expect("an eventfd"))
    }

    /// Another descriptor of it.
    pub fn duplicate(&self) -> Self {
        Self(self.0.try_clone().expect("a descriptor"))
    }

    /// Its number, as in an argument.
    pub fn number(&self) -> u64 {
        u64::try_from(self.0.as_raw_fd()).expect("a descriptor")
    }

    /// Its descriptor.
    pub fn descriptor(&self) -> &OwnedFd {
        &self.0
    }

    /// How often it was signalled since the last time this was asked.
    pub fn count(&self) -> u64 {
        let mut bytes = [0; 8];
        match read(&self.0, &mut bytes) {
            Ok(8) => u64::from_ne_bytes(bytes),
            Err(Errno::AGAIN) => 0,
            other => panic!("an eventfd: {other:?}"),
        }
    }
}

impl Default for Event {
    fn default() -> Self {
        Self::new()
    }
}

/// A good argument of D3DKMTCreatePagingQueue.
pub fn new_paging_queue(device: u32) -> sys::D3DKMT_CREATEPAGINGQUEUE {
    sys::D3DKMT_CREATEPAGINGQUEUE {
        device: handle(device),
        // An answer, which must be overwritten.
        fence_cpu_virtual_address: 1,
        ..Default::default()
    }
}

/// D3DKMTCreatePagingQueue with an argument.
pub fn create_paging_queue(dxg: &Dxg, args: &mut sys::D3DKMT_CREATEPAGINGQUEUE) -> Answer {
    // SAFETY: The address in the argument is an answer.
    unsafe { sys::D3DKMTCreatePagingQueue(dxg, args) }
}

/// D3DKMTDestroyPagingQueue.
pub fn destroy_paging_queue(dxg: &Dxg, queue: u32) -> Answer {
    let mut args = sys::D3DDDI_DESTROYPAGINGQUEUE {
        paging_queue: handle(queue),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTDestroyPagingQueue(dxg, &mut args) }
}

/// A paging queue with its fence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PagingQueue {
    /// The queue's handle.
    pub handle: u32,
    /// Its fence.
    pub fence: Fence,
}

impl PagingQueue {
    /// Makes one of normal priority.
    pub fn new(gpu: &Gpu, device: u32) -> Self {
        let mut args = new_paging_queue(device);
        let answer = create_paging_queue(&gpu.dxg, &mut args);
        assert_eq!(answer, SUCCESS, "CreatePagingQueue");
        Self::made(&args)
    }

    /// The one that a successful call has made.
    pub fn made(args: &sys::D3DKMT_CREATEPAGINGQUEUE) -> Self {
        Self {
            handle: args.paging_queue.v,
            fence: Fence {
                handle: args.sync_object.v,
                address: args.fence_cpu_virtual_address,
            },
        }
    }
}

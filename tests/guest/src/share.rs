// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing by NT handles: good arguments, for tests to spoil, and ways of a descriptor to another
//! process.

use crate::{
    calls::{for_each, handle, on_each_device, Answer, Gpu, SUCCESS},
    create::{Create, BLOB},
    state::Counters,
};
use libd3dkmt::sys::{self, gem::*};
use rustix::{
    io::{fcntl_setfd, retry_on_intr, FdFlags, IoSlice, IoSliceMut},
    net::{
        recvmsg, sendmsg, socketpair, AddressFamily, RecvAncillaryBuffer, RecvAncillaryMessage,
        RecvFlags, SendAncillaryBuffer, SendAncillaryMessage, SendFlags, SocketFlags, SocketType,
    },
};
use std::{
    mem::MaybeUninit,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd},
};

/// GENERIC_ALL: who opens the resource may do anything.
pub const ALL: u32 = 0x1000_0000;
/// GENERIC_READ: who opens the resource may not write.
pub const READ: u32 = 0x8000_0000;

/// What the runtime attaches to resources of [`shared`].
pub const RUNTIME: [u8; 5000] = [0x77; 5000];
/// What the driver attaches to them.
pub const RESOURCE: dxgkrnl_gem_resource = dxgkrnl_gem_resource {
    magic: DXGKRNL_GEM_MAGIC,
    version: DXGKRNL_GEM_VERSION,
    reserved: 0,
};
/// Bytes of that.
pub const RESOURCE_BYTES: u32 = 16;

/// With data of the runtime and of the driver, which is not part of the value.
pub fn with_data(mut create: Create) -> Create {
    static RUNTIME_DATA: [u8; 5000] = RUNTIME;
    static DRIVER_DATA: dxgkrnl_gem_resource = RESOURCE;
    create.args.private_runtime_data = RUNTIME_DATA.as_ptr() as u64;
    create.args.private_runtime_data_size = RUNTIME_DATA.len() as u32;
    create.args.priv_drv_data = &raw const DRIVER_DATA as u64;
    create.args.priv_drv_data_size = RESOURCE_BYTES;
    create
}

/// A shared resource with data of all kinds, and `count` buffers of a page.
pub fn shared(device: u32, count: usize) -> Create {
    with_data(Create::buffers(device, count).in_shared_resource())
}

/// An argument of D3DKMTShareObjects with what it points to.
pub struct Share {
    /// The argument block.
    pub args: sys::D3DKMT_SHAREOBJECTS,
    /// The objects that it points to.
    pub objects: Vec<sys::d3dkmthandle>,
    /// The answer that it points to.
    pub nt_handle: Box<u64>,
}

impl Share {
    /// One object, for all uses.
    pub fn new(object: u32) -> Self {
        Self::objects(&[object])
    }

    /// Some objects.
    pub fn objects(objects: &[u32]) -> Self {
        let objects: Vec<_> = objects.iter().map(|&object| handle(object)).collect();
        let mut nt_handle = Box::new(u64::MAX);
        let args = sys::D3DKMT_SHAREOBJECTS {
            object_count: u32::try_from(objects.len()).expect("a small number"),
            objects: objects.as_ptr() as u64,
            desired_access: ALL,
            shared_handle: &raw mut *nt_handle as u64,
            ..Default::default()
        };
        Self {
            args,
            objects,
            nt_handle,
        }
    }

    /// With other access rights.
    pub fn access(mut self, access: u32) -> Self {
        self.args.desired_access = access;
        self
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The pointers are those of this value, or tests put others there, to memory of
        // theirs or to none.
        unsafe { sys::D3DKMTShareObjects(&gpu.dxg, &mut self.args) }
    }

    /// Calls, which must succeed; the NT handle.
    pub fn made(mut self, gpu: &Gpu) -> OwnedFd {
        assert_eq!(self.call(gpu), SUCCESS, "ShareObjects");
        self.descriptor()
    }

    /// Calls, which must fail with `answer` and change nothing.
    pub fn refused(mut self, gpu: &Gpu, answer: Answer) {
        gpu.unchanged(|| assert_eq!(self.call(gpu), answer));
    }

    /// The NT handle of a call that has succeeded.
    pub fn descriptor(&self) -> OwnedFd {
        let fd = i32::try_from(*self.nt_handle).expect("a descriptor");
        // SAFETY: The call has made it, and tests ask for it once.
        unsafe { OwnedFd::from_raw_fd(fd) }
    }
}

/// An NT handle of a resource, for all uses.
pub fn share(gpu: &Gpu, resource: u32) -> OwnedFd {
    Share::new(resource).made(gpu)
}

/// Runs a test with a resource of [`shared`] and its NT handle on every adapter.
pub fn with_shared(count: usize, test: impl Fn(&Gpu, u32, &Create, &OwnedFd)) {
    on_each_device(|gpu, device| {
        let create = shared(device, count).made(gpu);
        let nt = share(gpu, create.resource());
        test(gpu, device, &create, &nt);
    });
}

/// Spoils the arguments of an open call with each value; it must fail with `answer`.
pub fn opens_refused<T: Copy + std::fmt::Debug>(
    values: impl IntoIterator<Item = T> + Clone,
    answer: Answer,
    spoil: impl Fn(&mut Open, T),
) {
    with_shared(2, |gpu, device, _, nt| {
        for_each(values.clone(), |value| {
            let mut open = Open::new(device, nt, 2);
            spoil(&mut open, value);
            open.refused(gpu, answer);
        });
        Open::new(device, nt, 2).made(gpu);
    });
}

/// A descriptor as an NT handle.
pub fn number(fd: &impl AsRawFd) -> u64 {
    u64::try_from(fd.as_raw_fd()).expect("a descriptor")
}

/// D3DKMTQueryResourceInfoFromNtHandle: the answer, and the sizes.
pub fn query(
    gpu: &Gpu,
    device: u32,
    nt_handle: u64,
) -> (Answer, sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE) {
    let mut args = sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
        device: handle(device),
        nt_handle,
        ..Default::default()
    };
    // SAFETY: The one address is NULL.
    let answer = unsafe { sys::D3DKMTQueryResourceInfoFromNtHandle(&gpu.dxg, &mut args) };
    (answer, args)
}

/// What fills the buffers of [`Open`] before the call.
pub const UNTOUCHED: u8 = 0xee;

/// An argument of D3DKMTOpenResourceFromNtHandle with what it points to.
pub struct Open {
    /// The argument block.
    pub args: sys::D3DKMT_OPENRESOURCEFROMNTHANDLE,
    /// The elements that it points to.
    pub infos: Vec<sys::D3DDDI_OPENALLOCATIONINFO2>,
    /// The runtime's data goes here.
    pub runtime_data: Vec<u8>,
    /// The resource's private data.
    pub private_data: Vec<u8>,
    /// The allocations' private data, one after the other.
    pub total: Vec<u8>,
}

impl Open {
    /// For a resource with `count` allocations and so many bytes of data.
    pub fn sized(device: u32, nt_handle: u64, count: usize, runtime: usize, driver: usize) -> Self {
        let buffer = |bytes| vec![UNTOUCHED; bytes];
        let size = |bytes: usize| u32::try_from(bytes).expect("a small number");
        let total = count * BLOB as usize;
        let mut open = Self {
            args: sys::D3DKMT_OPENRESOURCEFROMNTHANDLE {
                device: handle(device),
                nt_handle,
                allocation_count: size(count),
                private_runtime_data_size: size(runtime),
                resource_priv_drv_data_size: size(driver),
                total_priv_drv_data_size: size(total),
                ..Default::default()
            },
            infos: vec![Default::default(); count],
            runtime_data: buffer(runtime),
            private_data: buffer(driver),
            total: buffer(total),
        };
        open.args.open_alloc_info = open.infos.as_mut_ptr() as u64;
        open.args.private_runtime_data = open.runtime_data.as_mut_ptr() as u64;
        open.args.resource_priv_drv_data = open.private_data.as_mut_ptr() as u64;
        open.args.total_priv_drv_data = open.total.as_mut_ptr() as u64;
        open
    }

    /// For a resource of [`shared`].
    pub fn new(device: u32, nt: &impl AsRawFd, count: usize) -> Self {
        Self::sized(
            device,
            number(nt),
            count,
            RUNTIME.len(),
            RESOURCE_BYTES as usize,
        )
    }

    /// For a resource that nothing is attached to.
    pub fn bare(device: u32, nt: &impl AsRawFd, count: usize) -> Self {
        Self::sized(device, number(nt), count, 0, 0)
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The pointers are those of this value, or tests put others there, to memory of
        // theirs or to none.
        unsafe { sys::D3DKMTOpenResourceFromNtHandle(&gpu.dxg, &mut self.args) }
    }

    /// Calls, which must succeed.
    pub fn made(mut self, gpu: &Gpu) -> Self {
        assert_eq!(self.call(gpu), SUCCESS, "OpenResourceFromNtHandle");
        self
    }

    /// Calls, which must fail with `answer` and change nothing.
    pub fn refused(mut self, gpu: &Gpu, answer: Answer) {
        gpu.unchanged(|| assert_eq!(self.call(gpu), answer));
    }

    /// Calls, which must fail with `answer` and make nothing; for an adapter that may be gone.
    pub fn refused_now(mut self, gpu: &Gpu, answer: Answer) {
        let before = Counters::now();
        assert_eq!(self.call(gpu), answer);
        before.assert_restored();
    }

    /// The handle of the resource.
    pub fn resource(&self) -> u32 {
        self.args.resource.v
    }

    /// The handle of an allocation.
    pub fn allocation(&self, index: usize) -> u32 {
        self.infos[index].allocation.v
    }

    /// The handles of all allocations.
    pub fn allocations(&self) -> Vec<u32> {
        self.infos.iter().map(|info| info.allocation.v).collect()
    }
}

/// Two ends of a way for descriptors; the second one is inherited by programs that are started.
pub fn sockets() -> (OwnedFd, OwnedFd) {
    let flags = SocketFlags::CLOEXEC;
    let (ours, theirs) =
        socketpair(AddressFamily::UNIX, SocketType::SEQPACKET, flags, None).expect("socketpair");
    inherited(&theirs);
    (ours, theirs)
}

/// Lets programs that are started have a descriptor.
pub fn inherited(fd: &impl AsFd) {
    fcntl_setfd(fd, FdFlags::empty()).expect("fcntl");
}

/// A descriptor of the parent's, by its number among the arguments of a role.
pub fn from_parent(argument: &str) -> OwnedFd {
    let fd = argument.parse().expect("a descriptor");
    // SAFETY: The parent has left it open for this process, which asks for it once.
    unsafe { OwnedFd::from_raw_fd(fd) }
}

/// Sends a descriptor (SCM_RIGHTS).
pub fn send(socket: &OwnedFd, fd: &OwnedFd) {
    let fds = [fd.as_fd()];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = SendAncillaryBuffer::new(&mut space);
    assert!(control.push(SendAncillaryMessage::ScmRights(&fds)));
    let sent = retry_on_intr(|| {
        let byte = [IoSlice::new(&[1])];
        sendmsg(socket, &byte, &mut control, SendFlags::empty())
    });
    assert_eq!(sent, Ok(1), "sendmsg");
}

/// Receives a descriptor.
pub fn receive(socket: &OwnedFd) -> OwnedFd {
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(1))];
    let mut control = RecvAncillaryBuffer::new(&mut space);
    let received = retry_on_intr(|| {
        let mut byte = [0];
        let mut slices = [IoSliceMut::new(&mut byte)];
        recvmsg(socket, &mut slices, &mut control, RecvFlags::CMSG_CLOEXEC)
    });
    assert_eq!(received.expect("recvmsg").bytes, 1, "the other end closed");
    let received = control.drain().find_map(|message| match message {
        RecvAncillaryMessage::ScmRights(mut fds) => fds.next(),
        _ => None,
    });
    received.expect("a descriptor")
}

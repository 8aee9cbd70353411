// SPDX-License-Identifier: MIT OR Apache-2.0

//! A process that makes calls, as the threads of a model see it.

use crate::{
    core::{
        bindings::process::Process,
        objects::{
            adapter::Adapter,
            adapter_list::HotplugSource, //
        },
        registry::Registry, //
    },
    ioctl::{
        dispatch,
        Caller, //
    },
    mem::{
        KBox,
        ACCOUNT, //
    },
    stand_in::{
        machine::Numbers,
        sys::worker::WorkerQueue, //
    },
    uapi::*,
    vidmm::VidMm, //
};
use kernel::sync::Arc;
use loom::thread::{
    self,
    JoinHandle, //
};

/// What `ioctl` answers when it refuses.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Refused(isize);

pub(super) const INVALID_PARAMETER: Refused = Refused(-22);
pub(super) const INVALID_HANDLE: Refused = Refused(-9);
pub(super) const DEVICE_REMOVED: Refused = Refused(-19);

/// One process with a node, on a machine with one adapter, which it has opened.
#[derive(Clone)]
pub(super) struct World {
    registry: Arc<Registry>,
    process: Arc<Process>,
    pub(super) adapter: u32,
    pub(super) device: u32,
}

/// What a creation or an opening has made.
#[derive(Debug)]
pub(super) struct Made {
    pub(super) resource: u32,
    pub(super) allocations: Vec<u32>,
    pub(super) global: u32,
}

/// How a resource may be shared.
pub(super) const BY_NT_HANDLE: u32 = D3DKMT_CREATEALLOCATION_CREATE_RESOURCE
    | D3DKMT_CREATEALLOCATION_CREATE_SHARED
    | D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING;
pub(super) const BY_GLOBAL_HANDLE: u32 =
    D3DKMT_CREATEALLOCATION_CREATE_RESOURCE | D3DKMT_CREATEALLOCATION_CREATE_SHARED;
pub(super) const NOT_AT_ALL: u32 = D3DKMT_CREATEALLOCATION_CREATE_RESOURCE;

const GENERIC_ALL: u32 = 0x1000_0000;

pub(super) fn handle(v: u32) -> d3dkmthandle {
    d3dkmthandle { v }
}

impl World {
    pub(super) fn new() -> Self {
        let registry = Registry::new(true).expect("memory");
        let added = registry.adapters().add(HotplugSource(1), |instance| {
            let miniport: Box<dyn crate::ddi::Miniport> = Box::new(Numbers::new());
            let vidmm = Arc::new(VidMm, ACCOUNT)?;
            let queue = Arc::new(WorkerQueue, ACCOUNT)?;
            Adapter::new(instance, KBox::from(miniport), vidmm, queue)
        });
        assert_eq!(added, Ok(()));
        let process = registry.enter_process().expect("memory");
        let mut world = Self {
            registry,
            process,
            adapter: 0,
            device: 0,
        };
        world.adapter = world.open_adapter().expect("an adapter");
        world.device = world.create_device().expect("a device");
        world
    }

    /// The process closes its node.
    pub(super) fn end(self) {
        self.registry.leave_process(&self.process);
    }

    /// The adapter's device is unplugged.
    pub(super) fn unplug_adapter(&self) {
        let adapter = self.registry.adapters().remove(HotplugSource(1));
        adapter.expect("an adapter").unplug();
    }

    /// Starts a thread.
    pub(super) fn thread<R: 'static>(
        &self,
        body: impl FnOnce(&Self) -> R + 'static,
    ) -> JoinHandle<R> {
        let world = self.clone();
        thread::spawn(move || body(&world))
    }

    pub(super) fn call<T>(&self, nr: u32, args: &mut T) -> Result<(), Refused> {
        let caller = Caller {
            registry: &self.registry,
            process: &self.process,
        };
        let request = kernel::ioctl::_IOWR::<T>(u32::from(b'G'), nr);
        match dispatch(&caller, request, args as *mut T as usize) {
            Some(0) => Ok(()),
            Some(refused) => Err(Refused(refused)),
            None => panic!("not a call: {nr:#x}"),
        }
    }

    pub(super) fn open_adapter(&self) -> Result<u32, Refused> {
        let mut args = d3dkmt_openadapterfromluid {
            adapter_luid: winluid { a: 1, b: 0 },
            ..Default::default()
        };
        self.call(DXG_NR_OPENADAPTERFROMLUID, &mut args)?;
        Ok(args.adapter_handle.v)
    }

    pub(super) fn close_adapter(&self, adapter: u32) -> Result<(), Refused> {
        let mut args = d3dkmt_closeadapter {
            adapter_handle: handle(adapter),
        };
        self.call(DXG_NR_CLOSEADAPTER, &mut args)
    }

    pub(super) fn create_device(&self) -> Result<u32, Refused> {
        let mut args = d3dkmt_createdevice {
            adapter: handle(self.adapter),
            ..Default::default()
        };
        self.call(DXG_NR_CREATEDEVICE, &mut args)?;
        Ok(args.device.v)
    }

    pub(super) fn destroy_device(&self, device: u32) -> Result<(), Refused> {
        let mut args = d3dkmt_destroydevice {
            device: handle(device),
        };
        self.call(DXG_NR_DESTROYDEVICE, &mut args)
    }

    /// D3DKMTCreateAllocation2 on the device, for a resource if that is not 0.
    fn create_for(&self, resource: u32, flags: u32, count: usize) -> Result<Made, Refused> {
        let mut infos = vec![d3dddi_allocationinfo2::default(); count];
        let mut args = d3dkmt_createallocation {
            device: handle(self.device),
            resource: handle(resource),
            // CAST: a few.
            alloc_count: count as u32,
            allocation_info: infos.as_mut_ptr() as u64,
            ..Default::default()
        };
        args.flags.value = flags;
        self.call(DXG_NR_CREATEALLOCATION, &mut args)?;
        Ok(Made {
            resource: args.resource.v,
            allocations: infos.iter().map(|info| info.allocation.v).collect(),
            global: args.global_share.v,
        })
    }

    pub(super) fn create(&self, count: usize) -> Result<Vec<u32>, Refused> {
        Ok(self.create_for(0, 0, count)?.allocations)
    }

    pub(super) fn create_resource(&self, flags: u32, count: usize) -> Result<Made, Refused> {
        self.create_for(0, flags, count)
    }

    pub(super) fn append(&self, resource: u32, count: usize) -> Result<Vec<u32>, Refused> {
        Ok(self.create_for(resource, 0, count)?.allocations)
    }

    /// A sharing whose answer cannot be written.
    pub(super) fn share_to_nowhere(&self, resource: u32) -> Result<(), Refused> {
        let objects = [handle(resource)];
        let mut args = d3dkmt_shareobjects {
            object_count: 1,
            objects: objects.as_ptr() as u64,
            desired_access: GENERIC_ALL,
            // As NULL, but not NULL.
            shared_handle: kernel::uaccess::UNMAPPED as u64,
            ..Default::default()
        };
        self.call(DXG_NR_SHAREOBJECTS, &mut args)
    }

    pub(super) fn destroy(&self, list: &[u32]) -> Result<(), Refused> {
        let mut args = d3dkmt_destroyallocation2 {
            device: handle(self.device),
            allocations: list.as_ptr() as u64,
            // CAST: a few.
            alloc_count: list.len() as u32,
            ..Default::default()
        };
        self.call(DXG_NR_DESTROYALLOCATION2, &mut args)
    }

    pub(super) fn destroy_resource(&self, resource: u32) -> Result<(), Refused> {
        let mut args = d3dkmt_destroyallocation2 {
            device: handle(self.device),
            resource: handle(resource),
            ..Default::default()
        };
        self.call(DXG_NR_DESTROYALLOCATION2, &mut args)
    }

    pub(super) fn share(&self, resource: u32) -> Result<u64, Refused> {
        let objects = [handle(resource)];
        let mut nt_handle = 0u64;
        let mut args = d3dkmt_shareobjects {
            object_count: 1,
            objects: objects.as_ptr() as u64,
            desired_access: GENERIC_ALL,
            shared_handle: &raw mut nt_handle as u64,
            ..Default::default()
        };
        self.call(DXG_NR_SHAREOBJECTS, &mut args)?;
        Ok(nt_handle)
    }

    /// How many allocations what an NT handle names has.
    pub(super) fn query(&self, nt_handle: u64) -> Result<u32, Refused> {
        let mut args = d3dkmt_queryresourceinfofromnthandle {
            device: handle(self.device),
            nt_handle,
            ..Default::default()
        };
        self.call(DXG_NR_QUERYRESOURCEINFOFROMNTHANDLE, &mut args)?;
        Ok(args.allocation_count)
    }

    /// An opening whose answer cannot be written: the handles are given back.
    pub(super) fn open_to_nowhere(&self, nt_handle: u64, count: usize) -> Result<(), Refused> {
        let mut args = d3dkmt_openresourcefromnthandle {
            device: handle(self.device),
            nt_handle,
            // CAST: a few.
            allocation_count: count as u32,
            open_alloc_info: kernel::uaccess::UNMAPPED as u64,
            ..Default::default()
        };
        self.call(DXG_NR_OPENRESOURCEFROMNTHANDLE, &mut args)
    }

    pub(super) fn open(&self, nt_handle: u64, count: usize) -> Result<Made, Refused> {
        let mut infos = vec![d3dddi_openallocationinfo2::default(); count];
        let mut args = d3dkmt_openresourcefromnthandle {
            device: handle(self.device),
            nt_handle,
            // CAST: a few.
            allocation_count: count as u32,
            open_alloc_info: infos.as_mut_ptr() as u64,
            ..Default::default()
        };
        self.call(DXG_NR_OPENRESOURCEFROMNTHANDLE, &mut args)?;
        Ok(Made {
            resource: args.resource.v,
            allocations: infos.iter().map(|info| info.allocation.v).collect(),
            global: 0,
        })
    }

    pub(super) fn open_global(&self, global: u32, count: usize) -> Result<Made, Refused> {
        let mut infos = vec![d3dddi_openallocationinfo2::default(); count];
        let mut args = D3DKMT_OPENRESOURCE {
            hDevice: self.device,
            hGlobalShare: global,
            // CAST: a few.
            NumAllocations: count as u32,
            pOpenAllocationInfo2: infos.as_mut_ptr() as u64,
            ..Default::default()
        };
        self.call(DXG_NR_OPENRESOURCE, &mut args)?;
        Ok(Made {
            resource: args.hResource,
            allocations: infos.iter().map(|info| info.allocation.v).collect(),
            global,
        })
    }

    pub(super) fn lock(&self, allocation: u32) -> Result<usize, Refused> {
        let mut args = d3dkmt_lock2 {
            device: handle(self.device),
            allocation: handle(allocation),
            ..Default::default()
        };
        self.call(DXG_NR_LOCK2, &mut args)?;
        Ok(args.data as usize)
    }

    pub(super) fn unlock(&self, allocation: u32) -> Result<(), Refused> {
        let mut args = d3dkmt_unlock2 {
            device: handle(self.device),
            allocation: handle(allocation),
        };
        self.call(DXG_NR_UNLOCK2, &mut args)
    }
}

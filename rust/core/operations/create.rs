// SPDX-License-Identifier: GPL-2.0

//! D3DKMTCreateAllocation2: from a validated request to objects.
//!
//! All or nothing: on any failure every object created so far is dropped, and dropping an object
//! makes the miniport call that destroys it.

use super::{
    callbacks::{
        New,
        Scope, //
    },
    open,
    standard, //
};
use crate::{
    core::{
        bindings::{
            device::Device,
            open_allocation::OpenAllocation,
            open_resource::OpenResource,
            process::{
                Object,
                Process,
                Reservation, //
            }, //
        },
        objects::{
            adapter::Adapter,
            allocation::{
                Allocation,
                MiniportAllocation,
                NewAllocation, //
            },
            contract::broken,
            global_handles::GlobalHandles,
            resource::Resource,
            shared::Shared, //
        }, //
    },
    ddi::{
        allocation::{
            AllocationDescription,
            AllocationRequest,
            CreateAllocation,
            ResourceSlot, //
        },
        answer::{
            self,
            AllocationFacts,
            CallerMemory,
            CheckedFacts,
            Requested,
            Violation, //
        }, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult,
    sys::trace,
    vidmm::{
        backing_handle::BackingHandle,
        SegmentGroup, //
    }, //
};
use core::num::NonZeroU32;
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// How a new resource may be shared.
pub(crate) enum Sharing {
    /// Not at all.
    None,
    /// By NT handles (CreateShared with NtSecuritySharing).
    NtHandle,
    /// By a global handle (CreateShared without it).
    Global(Arc<GlobalHandles>),
}

/// What the new allocations belong to.
pub(crate) enum Membership {
    /// The device.
    Device,
    /// A new resource.
    NewResource {
        /// Opaque data of the runtime.
        runtime_data: KVVec<u8>,
        sharing: Sharing,
    },
    /// An existing resource, by its handle.
    Resource(Handle, Arc<OpenResource>),
}

/// One requested allocation.
pub(crate) struct Element {
    /// The user-mode driver's data for the miniport.
    pub(crate) private_data: KVVec<u8>,
    /// Page-aligned address of the caller's memory that backs it.
    pub(crate) memory: Option<usize>,
    /// Replaces the miniport's priority.
    pub(crate) priority: Option<NonZeroU32>,
    /// It is the primary of a video present source.
    pub(crate) primary: bool,
}

/// A validated request.
pub(crate) struct Request {
    pub(crate) membership: Membership,
    /// The user-mode driver's data for the resource.
    pub(crate) private_data: KVVec<u8>,
    pub(crate) elements: KVVec<Element>,
    /// The size in bytes (whole pages) of a standard allocation of the one element's memory.
    pub(crate) existing_heap: Option<u64>,
    /// Only the caller's CPU writes to it.
    pub(crate) read_only: bool,
}

impl Request {
    /// Which memory will back an element's allocation.
    fn memory_of(&self, element: &Element) -> CallerMemory {
        match (self.existing_heap, element.memory) {
            (Some(bytes), _) => CallerMemory::Heap(bytes),
            (None, Some(_)) => CallerMemory::Preallocated,
            (None, None) => CallerMemory::None,
        }
    }
}

/// The objects of a successful request, whose handles are not published yet.
pub(crate) struct Created<'a> {
    /// The resource that was created or opened.
    resource: Option<Arc<OpenResource>>,
    allocations: KVVec<Arc<OpenAllocation>>,
    /// All of them, in the order of the handles.
    objects: KVVec<Object>,
    reservation: Reservation<'a>,
    /// The new private data of an existing resource.
    replaced: Option<(Arc<Resource>, Arc<KVVec<u8>>)>,
}

impl<'a> Created<'a> {
    pub(in crate::core) fn new(
        resource: Option<Arc<OpenResource>>,
        allocations: KVVec<Arc<OpenAllocation>>,
        reservation: Reservation<'a>,
    ) -> NtResult<Self> {
        let mut objects = KVVec::with_capacity(allocations.len() + 1, ACCOUNT)?;
        if let Some(resource) = &resource {
            objects.push(Object::Resource(resource.clone()), ACCOUNT)?;
        }
        for allocation in &allocations {
            objects.push(Object::Allocation(allocation.clone()), ACCOUNT)?;
        }
        Ok(Self {
            resource,
            allocations,
            objects,
            reservation,
            replaced: None,
        })
    }

    /// The resource that was created or opened, with its handle.
    pub(crate) fn resource(&self) -> Option<(Handle, &Arc<OpenResource>)> {
        let handle = self.reservation.handles().first();
        handle.copied().zip(self.resource.as_ref())
    }

    /// The allocations with their handles, in the order of the elements.
    pub(crate) fn allocations(&self) -> impl Iterator<Item = (Handle, &Arc<OpenAllocation>)> {
        let handles = self.reservation.handles().iter().copied();
        handles
            .skip(usize::from(self.resource.is_some()))
            .zip(&self.allocations)
    }

    /// Publishes the handles of the objects, below `owner`.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER when the owner has gone; then nothing is published, and every object is destroyed.
    pub(crate) fn publish(self, owner: (Handle, &Object)) -> NtResult {
        for (handle, open) in self.allocations() {
            trace::create(|| open.allocation().backing().traced(handle.value()));
        }
        let nested = self.resource.is_some();
        self.reservation
            .publish_below(Some(owner), self.objects, nested)?;
        if let Some((resource, data)) = self.replaced {
            resource.replace_private_data(data);
        }
        Ok(())
    }
}

/// Creates the objects of `request`, on `device`.
///
/// # Errors
///
/// - DEVICE_REMOVED: the adapter was unplugged (case 66).
/// - GRAPHICS_NO_VIDEO_MEMORY: no commitment left (case 65).
/// - NO_MEMORY: kernel memory, or RLIMIT_MEMLOCK.
/// - INVALID_PARAMETER, GRAPHICS_DRIVER_MISMATCH, ...: the miniport rejects the private data
///   (cases 62, 64, 72); INVALID_PARAMETER for memory that cannot be pinned (cases 54, 56), and for
///   a primary whose allocation the miniport did not make usable as one.
/// - UNSUCCESSFUL: the miniport broke its contract (cases 67 to 71).
pub(crate) fn create<'a>(
    process: &'a Process,
    device: &Arc<Device>,
    mut request: Request,
) -> NtResult<Created<'a>> {
    let adapter = device.adapter();
    adapter.check_present()?;
    if let (Some(bytes), Some(element)) = (request.existing_heap, request.elements.first_mut()) {
        (element.private_data, request.private_data) = standard::private_data(adapter, bytes)?;
    }
    let resource = resource_of(adapter, &mut request)?;
    let is_new = matches!(request.membership, Membership::NewResource { .. });
    let reservation = process.alloc_handles(request.elements.len() + usize::from(is_new))?;

    let handles = reservation.handles();
    let mut new = New {
        resource: None,
        parent: None,
        handles,
        cookies: &[],
    };
    match (&request.membership, &resource, handles.split_first()) {
        (Membership::NewResource { .. }, Some(resource), Some((&handle, handles))) => {
            new.resource = Some((handle, resource));
            (new.parent, new.handles) = (Some(handle), handles);
        }
        (Membership::Resource(handle, _), ..) => new.parent = Some(*handle),
        _ => {}
    }
    let scope = |cookies| Scope {
        process,
        adapter,
        new: New { cookies, ..new },
    };

    let answered = ask_miniport(adapter, resource.as_deref(), &mut request, &scope(&[]))?;
    let mut cookies = KVVec::with_capacity(answered.len(), ACCOUNT)?;
    let mut allocations = KVVec::with_capacity(answered.len(), ACCOUNT)?;
    for (element, answered) in request.elements.iter().zip(answered) {
        cookies.push(answered.miniport.cookie()?.clone(), ACCOUNT)?;
        let allocation = answered.back(device, &request, element, resource.clone())?;
        allocations.push(allocation, ACCOUNT)?;
    }
    // An append without private data keeps that of the existing resource.
    let private_data = match (&resource, request.private_data.is_empty()) {
        (Some(resource), true) => resource.private_data(),
        _ => Arc::new(request.private_data, ACCOUNT)?,
    };
    let allocations = open::create(device, allocations, false, &private_data, &scope(&cookies))?;

    let mut replaced = None;
    let resource = match (request.membership, resource) {
        (Membership::NewResource { sharing, .. }, Some(resource)) => Some(Arc::new(
            open_resource(device, resource, sharing, &allocations)?,
            ACCOUNT,
        )?),
        (Membership::Resource(..), Some(resource)) => {
            replaced = Some((resource, private_data));
            None
        }
        _ => None,
    };
    let created = Created::new(resource, allocations, reservation)?;
    Ok(Created {
        replaced,
        ..created
    })
}

/// The adapter's half of the resource that the allocations will belong to, if any.
fn resource_of(adapter: &Arc<Adapter>, request: &mut Request) -> NtResult<Option<Arc<Resource>>> {
    Ok(match &mut request.membership {
        Membership::Device => None,
        Membership::Resource(_, open) => Some(open.resource().clone()),
        Membership::NewResource {
            runtime_data,
            sharing,
        } => {
            let mut private_data = KVVec::new();
            private_data.extend_from_slice(&request.private_data, ACCOUNT)?;
            let resource = Resource::new(
                adapter.clone(),
                !matches!(sharing, Sharing::None),
                core::mem::replace(runtime_data, KVVec::new()),
                private_data,
            )?;
            Some(Arc::pin_init(resource, ACCOUNT)?)
        }
    })
}

/// The device's half of a new resource.
fn open_resource(
    device: &Arc<Device>,
    resource: Arc<Resource>,
    sharing: Sharing,
    allocations: &[Arc<OpenAllocation>],
) -> NtResult<OpenResource> {
    let globals = match sharing {
        Sharing::None => return Ok(OpenResource::new(device.clone(), resource)),
        Sharing::NtHandle => None,
        Sharing::Global(globals) => Some(globals),
    };
    let mut halves = KVVec::with_capacity(allocations.len(), ACCOUNT)?;
    for open in allocations {
        halves.push(open.allocation().clone(), ACCOUNT)?;
    }
    let shared = Arc::new(Shared::new(resource, halves), ACCOUNT)?;
    let global_handle = match globals {
        Some(globals) => Some(GlobalHandles::name(&globals, shared.clone())?),
        None => None,
    };
    Ok(OpenResource::shared(
        device.clone(),
        shared,
        global_handle,
        false,
    ))
}

/// An allocation that the miniport created, and its facts about it.
struct Answered {
    miniport: MiniportAllocation,
    facts: CheckedFacts,
    private_data: KVVec<u8>,
}

impl Answered {
    /// Builds the adapter's half, with memory behind it.
    fn back(
        self,
        device: &Device,
        request: &Request,
        element: &Element,
        resource: Option<Arc<Resource>>,
    ) -> NtResult<NewAllocation> {
        let Self {
            miniport,
            facts,
            private_data,
        } = self;
        let (vidmm, account) = (device.adapter().vidmm(), device.account().clone());
        let (size, priority) = (facts.size(), facts.priority());
        let miniport = miniport.of(resource)?;
        if let Some(address) = element.memory {
            let writable = !request.read_only;
            let backing =
                BackingHandle::user_pages(account, vidmm, address, size, writable, priority)?;
            return Allocation::new(backing, facts, private_data, miniport);
        }
        let group = match facts.in_local() {
            true => SegmentGroup::Local,
            false => SegmentGroup::NonLocal,
        };
        // The display driver that scans a primary out needs the layout as well.
        let layout = if element.primary || vidmm.has_shapes(group) {
            Some(described(device.adapter(), &miniport, size)?)
        } else {
            None
        };
        let shape = layout.filter(|_| vidmm.has_shapes(group));
        let paged = miniport.clone();
        let backing = BackingHandle::video(account, vidmm, group, shape, size, priority, paged)?;
        Allocation::new(backing, facts, private_data, miniport)
    }
}

/// Calls `DxgkDdiDescribeAllocation`.
fn described(
    adapter: &Adapter,
    miniport: &MiniportAllocation,
    size: u64,
) -> NtResult<AllocationDescription> {
    let layout = miniport.describe()?;
    answer::check_layout(layout.pitch, layout.height, size)
        .map_err(|violation| broken(adapter, violation))?;
    Ok(layout)
}

/// Calls `DxgkDdiCreateAllocation`. The result owns what the miniport created, one entry per element.
fn ask_miniport(
    adapter: &Arc<Adapter>,
    resource: Option<&Resource>,
    request: &mut Request,
    scope: &Scope<'_>,
) -> NtResult<KVVec<Answered>> {
    let count = request.elements.len();
    // Reserve first: once the answers are there, nothing may fail before they have owners.
    let mut made: KVVec<(MiniportAllocation, AllocationFacts)> =
        KVVec::with_capacity(count, ACCOUNT)?;
    let mut answered = KVVec::with_capacity(count, ACCOUNT)?;
    let mut requests = KVVec::with_capacity(count, ACCOUNT)?;
    for element in &mut request.elements {
        let request = AllocationRequest {
            private_data: &mut element.private_data,
            answer: None,
        };
        requests.push(request, ACCOUNT)?;
    }

    let mut guard = resource.map(Resource::lock_cookie);
    let args = CreateAllocation {
        private_data: &request.private_data,
        resource: match &mut guard {
            Some(guard) => ResourceSlot::Resource(&mut guard.cookie),
            None => ResourceSlot::None,
        },
        allocations: &mut requests,
    };
    adapter.miniport().create_allocation(args, scope)?;
    if let Some(guard) = guard {
        guard.commit();
    }
    let mut complete = true;
    for request in requests {
        let Some(answer) = request.answer else {
            complete = false;
            continue;
        };
        let miniport = MiniportAllocation::new(adapter.clone(), answer.cookie);
        // There is room for all. If there were not, the allocation would be destroyed, and the call fails.
        complete &= made.push_within_capacity((miniport, answer.facts)).is_ok();
    }
    if !complete {
        return Err(broken(adapter, Violation::NoAnswer));
    }

    let traits = adapter.miniport().query_segments().traits;
    for (i, (miniport, facts)) in made.into_iter().enumerate() {
        let element = &request.elements[i];
        let requested = Requested {
            traits,
            memory: request.memory_of(element),
            primary: element.primary,
        };
        let facts = answer::check(facts, &requested).map_err(|wrong| broken(adapter, wrong))?;
        let facts = match element.priority {
            Some(priority) => facts.with_priority(priority),
            None => facts,
        };
        let private_data = core::mem::replace(&mut request.elements[i].private_data, KVVec::new());
        let complete = Answered {
            miniport,
            facts,
            private_data,
        };
        answered.push(complete, ACCOUNT)?;
    }
    Ok(answered)
}

// SPDX-License-Identifier: GPL-2.0

//! D3DKMTCreateAllocation2: from a validated request to objects.
//!
//! All or nothing: whatever fails, everything that was made is dropped again, and dropping an
//! object makes the miniport's call that ends it.

use super::{
    adapter::Adapter,
    allocation::{
        Allocation,
        MiniportAllocation,
        OpenAllocation, //
    },
    device::Device,
    global_handles::GlobalHandles,
    process::Object,
    resource::{
        OpenResource,
        Resource, //
    },
    share::Shared, //
};
use crate::{
    ddi::{
        answer::{
            self,
            AllocationAnswer, //
        },
        AllocationRequest,
        CreateAllocation,
        DataSlot,
        ResourceSlot,
        StandardAllocation, //
    },
    mem::{
        KVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    vidmm::backing::Backing, //
};
use core::num::NonZeroU32;
use kernel::{
    pr_warn_once,
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
        /// Opaque bytes of the runtime.
        runtime_data: KVec<u8>,
        sharing: Sharing,
    },
    /// A resource that is there.
    Resource(Arc<OpenResource>),
}

/// One allocation that is asked for.
pub(crate) struct Element {
    /// Of the user-mode driver, for the miniport.
    pub(crate) private_data: KVec<u8>,
    /// Page-aligned address of memory of the caller that backs it.
    pub(crate) memory: Option<usize>,
    /// Instead of the miniport's.
    pub(crate) priority: Option<NonZeroU32>,
}

/// A validated request.
pub(crate) struct Request {
    pub(crate) membership: Membership,
    /// Of the user-mode driver, for the resource.
    pub(crate) private_data: KVec<u8>,
    pub(crate) elements: KVec<Element>,
    /// A standard allocation of the one element's memory, of so many bytes (whole pages).
    pub(crate) existing_heap: Option<u64>,
    /// Nobody but the CPU of the caller writes to it.
    pub(crate) read_only: bool,
}

/// The objects of a successful request; nothing names them yet.
pub(crate) struct Created {
    /// Present for [`Membership::NewResource`].
    pub(crate) resource: Option<Arc<OpenResource>>,
    /// In the order of the elements.
    pub(crate) allocations: KVec<Arc<OpenAllocation>>,
}

impl Created {
    /// Everything that gets a handle, in the order of the handles.
    pub(crate) fn objects(&self) -> NtResult<KVec<Object>> {
        let mut objects = KVec::with_capacity(self.allocations.len() + 1, ACCOUNT)?;
        if let Some(resource) = &self.resource {
            objects.push(Object::Resource(resource.clone()), ACCOUNT)?;
        }
        for allocation in &self.allocations {
            objects.push(Object::Allocation(allocation.clone()), ACCOUNT)?;
        }
        Ok(objects)
    }
}

/// Makes the objects that `request` asks for, on `device`.
///
/// # Errors
///
/// - DEVICE_REMOVED: the adapter has gone (case 66).
/// - GRAPHICS_NO_VIDEO_MEMORY: no commitment left (case 65).
/// - NO_MEMORY: kernel memory, or RLIMIT_MEMLOCK.
/// - INVALID_PARAMETER, GRAPHICS_DRIVER_MISMATCH, ...: what the miniport says of the private data
///   (cases 62, 64, 72); INVALID_PARAMETER for memory that cannot be pinned (cases 54, 56).
/// - UNSUCCESSFUL: the miniport broke its contract (cases 67 to 71).
pub(crate) fn create(device: &Arc<Device>, mut request: Request) -> NtResult<Created> {
    let adapter = device.adapter();
    adapter.check_present()?;

    let resource = match &mut request.membership {
        Membership::Device => None,
        Membership::Resource(open) => Some(open.resource().clone()),
        Membership::NewResource {
            runtime_data,
            sharing,
        } => {
            let mut private_data = KVec::new();
            private_data.extend_from_slice(&request.private_data, ACCOUNT)?;
            Some(Arc::pin_init(
                Resource::new(
                    adapter.clone(),
                    !matches!(sharing, Sharing::None),
                    core::mem::replace(runtime_data, KVec::new()),
                    private_data,
                ),
                ACCOUNT,
            )?)
        }
    };

    if let (Some(bytes), Some(element)) = (request.existing_heap, request.elements.first_mut()) {
        element.private_data = standard_data(adapter, bytes)?;
    }
    let answered = ask_miniport(adapter, resource.as_deref(), &mut request)?;

    let mut allocations = KVec::with_capacity(answered.len(), ACCOUNT)?;
    for (element, answered) in request.elements.iter().zip(answered) {
        let (facts, miniport, private_data) = answered.check()?;
        let facts = match element.priority {
            Some(priority) => facts.with_priority(priority),
            None => facts,
        };
        let (vidmm, account) = (adapter.vidmm(), device.account().clone());
        let resource = resource.clone();
        let allocation = match element.memory {
            Some(address) => {
                let writable = !request.read_only;
                let size = facts.size();
                let backing = Backing::user_pages(vidmm, account, address, size, writable)?;
                Allocation::new(backing, facts, private_data, miniport, resource)?
            }
            None => {
                let layout = adapter.miniport().describe_allocation(miniport.cookie()?)?;
                let backing = Backing::video(vidmm, account, layout, facts.size())?;
                Allocation::new(backing, facts, private_data, miniport, resource)?
            }
        };
        allocations.push(OpenAllocation::create(device.clone(), allocation)?, ACCOUNT)?;
    }

    let resource = match (request.membership, resource) {
        (Membership::NewResource { sharing, .. }, Some(resource)) => Some(Arc::new(
            open_resource(device, resource, sharing, &allocations)?,
            ACCOUNT,
        )?),
        _ => None,
    };
    Ok(Created {
        resource,
        allocations,
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
    let mut halves = KVec::with_capacity(allocations.len(), ACCOUNT)?;
    for open in allocations {
        halves.push(open.allocation().clone(), ACCOUNT)?;
    }
    let shared = Arc::new(Shared::new(resource, halves), ACCOUNT)?;
    let opening = match globals {
        Some(globals) => Some(GlobalHandles::name(&globals, shared.clone())?),
        None => None,
    };
    Ok(OpenResource::shared(device.clone(), shared, opening, false))
}

/// Asks the miniport for the private data of an existing heap: its size, then the data.
fn standard_data(adapter: &Adapter, bytes: u64) -> NtResult<KVec<u8>> {
    let heap = StandardAllocation::ExistingHeap { bytes };
    let miniport = adapter.miniport();
    let mut size = 0;
    miniport.get_standard_allocation_driver_data(heap, DataSlot::Size(&mut size))?;
    let mut data = KVec::from_elem(0, size, ACCOUNT)?;
    miniport.get_standard_allocation_driver_data(heap, DataSlot::Data(&mut data))?;
    Ok(data)
}

/// An allocation that the miniport made, and what it said of it.
struct Answered {
    miniport: MiniportAllocation,
    facts: answer::AllocationFacts,
    private_data: KVec<u8>,
}

impl Answered {
    fn check(self) -> NtResult<(answer::CheckedFacts, MiniportAllocation, KVec<u8>)> {
        Ok((check(self.facts)?, self.miniport, self.private_data))
    }
}

/// The facts of an answer that keeps the contract; UNSUCCESSFUL for another one.
pub(super) fn check(facts: answer::AllocationFacts) -> NtResult<answer::CheckedFacts> {
    answer::check(facts).map_err(|violation| {
        pr_warn_once!("a miniport broke its contract: {violation:?}\n");
        NtStatus::UNSUCCESSFUL
    })
}

/// Calls `DxgkDdiCreateAllocation`. What it made is owned by the result, element for element.
fn ask_miniport(
    adapter: &Arc<Adapter>,
    resource: Option<&Resource>,
    request: &mut Request,
) -> NtResult<KVec<Answered>> {
    let count = request.elements.len();
    let mut requests = KVec::with_capacity(count, ACCOUNT)?;
    for element in &mut request.elements {
        let private_data = core::mem::replace(&mut element.private_data, KVec::new());
        requests.push(
            AllocationRequest {
                private_data,
                answer: None,
            },
            ACCOUNT,
        )?;
    }
    // Room for the answers first: once they are there, nothing may fail before they have owners.
    let mut answered = KVec::with_capacity(count, ACCOUNT)?;

    let mut turn = resource.map(Resource::turn);
    let result = adapter.miniport().create_allocation(CreateAllocation {
        private_data: &request.private_data,
        resource: match &mut turn {
            Some(turn) => ResourceSlot::Resource(&mut turn.cookie),
            None => ResourceSlot::None,
        },
        allocations: &mut requests,
    });
    drop(turn);
    result?;

    let mut complete = true;
    for AllocationRequest {
        private_data,
        answer,
    } in requests
    {
        let Some(AllocationAnswer { cookie, facts }) = answer else {
            complete = false;
            continue;
        };
        let miniport = MiniportAllocation::new(adapter.clone(), cookie);
        answered.push(
            Answered {
                miniport,
                facts,
                private_data,
            },
            ACCOUNT,
        )?;
    }
    if !complete {
        pr_warn_once!("a miniport succeeded without an answer for each allocation\n");
        return Err(NtStatus::UNSUCCESSFUL);
    }
    Ok(answered)
}

// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments that depend on the argument alone.
//!
//! Pure logic: also compiled and tested on the host. A checked argument has another type than the raw
//! one, so that handlers cannot confuse the two.

use crate::{
    core::objects::shared_sizes::SharedSizes,
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*,
    vidmm::SegmentGroup, //
};
use core::num::NonZeroU32;

const PAGE: u64 = 4096;

pub(super) fn refuse_if(refused: bool) -> NtResult {
    if refused {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    Ok(())
}

/// INVALID_PARAMETER for undefined bits of the EnumAdapters3 filter.
pub(crate) fn enumerate_filter(filter: d3dkmt_enumadapters_filter) -> NtResult {
    // CAST: 64 bits wide in every binding of it.
    refuse_if(filter.value & D3DKMT_ENUMADAPTERS_FILTER_RESERVED as u64 != 0)
}

/// INVALID_PARAMETER for more elements than an enumeration accepts.
pub(crate) fn enumerated_room(elements: u32, most: u32) -> NtResult {
    refuse_if(elements > most)
}

/// INVALID_PARAMETER for reserved bits of CreateDevice.
pub(crate) fn create_device_flags(flags: d3dkmt_createdeviceflags) -> NtResult {
    refuse_if(flags.value & D3DKMT_CREATEDEVICE_RESERVED != 0)
}

/// A state that a device is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum DeviceState {
    Execution,
    Reset,
    PageFault,
}

/// Of the device state types, those about presenting are not supported: NOT_SUPPORTED for these,
/// INVALID_PARAMETER for an unknown type.
pub(crate) fn device_state(kind: u32) -> NtResult<DeviceState> {
    match kind {
        D3DKMT_DEVICESTATE_EXECUTION => Ok(DeviceState::Execution),
        D3DKMT_DEVICESTATE_RESET => Ok(DeviceState::Reset),
        D3DKMT_DEVICESTATE_PAGE_FAULT => Ok(DeviceState::PageFault),
        D3DKMT_DEVICESTATE_PRESENT..=D3DKMT_DEVICESTATE_PRESENT_QUEUE => {
            Err(NtStatus::NOT_SUPPORTED)
        }
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

/// INVALID_PARAMETER unless it is a reason to mark a device as in error (case 664).
pub(crate) fn device_error_reason(reason: u32) -> NtResult {
    match reason {
        D3DKMT_DEVICE_ERROR_REASON_GENERIC | D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR => Ok(()),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

/// INVALID_PARAMETER for any flag of Lock2: all are reserved.
pub(crate) fn lock_flags(flags: d3dddicb_lock2flags) -> NtResult {
    refuse_if(flags.value != 0)
}

/// The access that a dma-buf call requests.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct DmaBufFlags {
    pub(crate) read_only: bool,
}

impl DmaBufFlags {
    fn parse(flags: u32) -> NtResult<Self> {
        refuse_if(flags & !DXGKRNL_DMA_BUF_READ_ONLY != 0)?;
        Ok(Self {
            read_only: flags & DXGKRNL_DMA_BUF_READ_ONLY != 0,
        })
    }
}

/// INVALID_PARAMETER for undefined flags of an export.
pub(crate) fn export_dma_buf(args: &dxgkrnl_export_dma_buf) -> NtResult<DmaBufFlags> {
    DmaBufFlags::parse(args.flags)
}

/// INVALID_PARAMETER for undefined flags of an import, or a reserved field that is set.
pub(crate) fn open_dma_buf(args: &dxgkrnl_open_dma_buf) -> NtResult<DmaBufFlags> {
    refuse_if(args.reserved != 0)?;
    DmaBufFlags::parse(args.flags)
}

/// INVALID_PARAMETER for a group that is neither local nor non-local.
pub(crate) fn segment_group(group: u32) -> NtResult<SegmentGroup> {
    match group {
        D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL => Ok(SegmentGroup::Local),
        D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL => Ok(SegmentGroup::NonLocal),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

/// What DestroyAllocation2 is to destroy.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Destroy {
    /// Neither a resource nor a list is given.
    Nothing,
    /// The resource, with its allocations.
    Resource,
    /// That many allocations from the list.
    Allocations(usize),
}

/// Checks DestroyAllocation2.
///
/// # Errors
///
/// INVALID_PARAMETER: reserved flags or SystemUseOnly; a resource and a count (case 113); more than
/// 1024 (case 118); a count without a list (case 105).
pub(crate) fn destroy(args: &d3dkmt_destroyallocation2) -> NtResult<Destroy> {
    let known = D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE
        | D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY;
    refuse_if(args.flags.value & !known != 0)?;
    match (args.resource.v != 0, args.alloc_count) {
        (false, 0) => Ok(Destroy::Nothing),
        (true, 0) => Ok(Destroy::Resource),
        (true, _) => Err(NtStatus::INVALID_PARAMETER),
        (false, count) => {
            refuse_if(count > D3DKMT_CREATEALLOCATION_MAX || args.allocations == 0)?;
            // CAST: at most 1024.
            Ok(Destroy::Allocations(count as usize))
        }
    }
}

/// Flags of CreateAllocation2, checked against each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CreateFlags(u32);

impl CreateFlags {
    /// Bits that a user may set. Excluded are the reserved ones (the WDK has only the name of
    /// SwapChainBackBuffer); CreateProtected, CreateWriteCombined, CreateCached and OpenCrossAdapter,
    /// which are not for user mode; and ExistingSection (case 52).
    const ALLOWED: u32 = D3DKMT_CREATEALLOCATION_CREATE_RESOURCE
        | D3DKMT_CREATEALLOCATION_CREATE_SHARED
        | D3DKMT_CREATEALLOCATION_NON_SECURE
        | D3DKMT_CREATEALLOCATION_RESTRICT_SHARED_ACCESS
        | D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM
        | D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING
        | D3DKMT_CREATEALLOCATION_READ_ONLY
        | D3DKMT_CREATEALLOCATION_CROSS_ADAPTER
        | D3DKMT_CREATEALLOCATION_PARTIAL_SHARED_CREATION
        | D3DKMT_CREATEALLOCATION_ZEROED
        | D3DKMT_CREATEALLOCATION_WRITE_WATCH
        | D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION
        | D3DKMT_CREATEALLOCATION_ALLOW_NOT_ZEROED
        | D3DKMT_CREATEALLOCATION_PHYSICALLY_CONTIGUOUS
        | D3DKMT_CREATEALLOCATION_NO_KMD_ACCESS
        | D3DKMT_CREATEALLOCATION_SHARED_DISPLAYABLE;

    /// Checks the flags against each other.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: a bit that a user may not set (cases 52, 58); CreateShared without
    /// CreateResource; NtSecuritySharing without CreateShared (case 102).
    pub(crate) fn parse(flags: d3dkmt_createallocationflags) -> NtResult<Self> {
        let flags = Self(flags.value);
        refuse_if(flags.0 & !Self::ALLOWED != 0)?;
        let shared = flags.has(D3DKMT_CREATEALLOCATION_CREATE_SHARED);
        refuse_if(shared && !flags.create_resource())?;
        refuse_if(flags.nt_security_sharing() && !shared)?;
        Ok(flags)
    }

    const fn has(self, bit: u32) -> bool {
        self.0 & bit != 0
    }

    pub(crate) const fn create_resource(self) -> bool {
        self.has(D3DKMT_CREATEALLOCATION_CREATE_RESOURCE)
    }

    pub(crate) const fn create_shared(self) -> bool {
        self.has(D3DKMT_CREATEALLOCATION_CREATE_SHARED)
    }

    pub(crate) const fn nt_security_sharing(self) -> bool {
        self.has(D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING)
    }

    pub(crate) const fn read_only(self) -> bool {
        self.has(D3DKMT_CREATEALLOCATION_READ_ONLY)
    }

    pub(crate) const fn standard_allocation(self) -> bool {
        self.has(D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION)
    }

    const fn existing_sysmem(self) -> bool {
        self.has(D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM)
    }
}

/// The counts, sizes and addresses of a CreateAllocation2 argument, checked.
///
/// # Errors
///
/// - INVALID_PARAMETER: no or more than 1024 allocations (cases 40, 74, 77), no list for them
///   (case 78), ExistingSysMem without StandardAllocation (case 49), sizes without addresses.
/// - BUFFER_TOO_SMALL: private data of 128 KiB or more for the resource.
pub(crate) fn create_sizes(flags: CreateFlags, args: &d3dkmt_createallocation) -> NtResult<usize> {
    let count = args.alloc_count;
    refuse_if(count == 0 || count > D3DKMT_CREATEALLOCATION_MAX || args.allocation_info == 0)?;
    refuse_if(flags.existing_sysmem() && !flags.standard_allocation())?;
    if flags.create_resource() {
        private_size(args.private_runtime_data_size, args.private_runtime_data)?;
    }
    if flags.standard_allocation() {
        refuse_if(args.priv_drv_data_size != 0 || args.priv_drv_data == 0 || count != 1)?;
    } else {
        private_size(args.priv_drv_data_size, args.priv_drv_data)?;
    }
    // CAST: at most 1024.
    Ok(count as usize)
}

/// Checks the size of a resource's private data.
fn private_size(size: u32, address: u64) -> NtResult {
    if size >= D3DKMT_PRIVATE_DATA_MAX {
        return Err(NtStatus::BUFFER_TOO_SMALL);
    }
    refuse_if(size != 0 && address == 0)
}

/// Checks ShareObjects.
///
/// # Errors
///
/// INVALID_PARAMETER: not exactly one object (cases 150, 152, 155), or no address for it or for the result.
pub(crate) fn share(args: &d3dkmt_shareobjects) -> NtResult {
    refuse_if(args.object_count != 1 || args.objects == 0 || args.shared_handle == 0)
}

/// Whether an NT handle's access rights let its openers write (case 176).
pub(crate) const fn grants_write(access: u32) -> bool {
    const SHARED_ALLOCATION_WRITE: u32 = 0x1;
    // Stands for all rights that can be granted.
    const MAXIMUM_ALLOWED: u32 = 0x0200_0000;
    const GENERIC_ALL: u32 = 0x1000_0000;
    const GENERIC_WRITE: u32 = 0x4000_0000;
    access & (SHARED_ALLOCATION_WRITE | MAXIMUM_ALLOWED | GENERIC_ALL | GENERIC_WRITE) != 0
}

/// Where an opener of a shared resource wants its results, in either call.
#[derive(Clone, Copy)]
pub(crate) struct OpenRequest {
    pub(crate) allocations: u32,
    /// Address of the list of allocations.
    pub(crate) list: u64,
    /// Size and address of the runtime's data.
    pub(crate) runtime_data: (u32, u64),
    /// Size and address of the resource's private data.
    pub(crate) private_data: (u32, u64),
    /// Size and address of all allocations' private data.
    pub(crate) total: (u32, u64),
}

/// Checks OpenResource, or OpenResourceFromNtHandle, of a resource with these sizes.
///
/// # Errors
///
/// - INVALID_PARAMETER: another number of allocations (case 134), no list of them (case 165); data
///   of the runtime or of the resource of another size (cases 135, 137, 168), or without an address
///   (case 167).
/// - NO_MEMORY: the buffer for the allocations' data is too small (case 170).
pub(crate) fn open_resource(request: &OpenRequest, sizes: &SharedSizes) -> NtResult {
    refuse_if(request.allocations != sizes.allocations || request.list == 0)?;
    for ((given, address), stored) in [
        (request.runtime_data, sizes.runtime_data),
        (request.private_data, sizes.private_data),
    ] {
        refuse_if(given != stored || stored != 0 && address == 0)?;
    }
    let (room, address) = request.total;
    if room < sizes.total {
        return Err(NtStatus::NO_MEMORY);
    }
    let end = address.checked_add(u64::from(sizes.total));
    refuse_if(end.is_none() || sizes.total != 0 && address == 0)
}

/// One element of the list of allocations, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CheckedElement {
    /// Page-aligned address of the caller's memory.
    pub(crate) sysmem: Option<u64>,
    /// Size of the private data at `private_data`.
    pub(crate) private_size: usize,
    pub(crate) private_data: u64,
    pub(crate) priority: Option<NonZeroU32>,
    /// The primary of a video present source.
    pub(crate) primary: bool,
}

/// Checks one element of a list.
///
/// `sources` is the number of video present sources of the adapter.
///
/// # Errors
///
/// INVALID_PARAMETER: reserved bits or words; Stereo without Primary (case 83); a source that the
/// adapter does not have; OverridePriority with priority 0; memory that is not page-aligned
/// (case 80); private data of 128 KiB or more (case 73) or without an address.
pub(crate) fn element(info: &d3dddi_allocationinfo2, sources: u32) -> NtResult<CheckedElement> {
    let flags = info.flags.value;
    let primary = flags & D3DDDI_ALLOCATIONINFO2_PRIMARY != 0;
    refuse_if(flags & D3DDDI_ALLOCATIONINFO2_RESERVED != 0)?;
    refuse_if(flags & D3DDDI_ALLOCATIONINFO2_STEREO != 0 && !primary)?;
    refuse_if(primary && info.vidpn_source_id >= sources)?;
    refuse_if(info.reserved != [0; 5])?;
    refuse_if(info.sysmem % PAGE != 0)?;
    let priority = if flags & D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY != 0 {
        Some(NonZeroU32::new(info.priority).ok_or(NtStatus::INVALID_PARAMETER)?)
    } else {
        None
    };
    let size = info.priv_drv_data_size;
    refuse_if(size >= D3DKMT_PRIVATE_DATA_MAX || size != 0 && info.priv_drv_data == 0)?;
    Ok(CheckedElement {
        sysmem: (info.sysmem != 0).then_some(info.sysmem),
        // CAST: below 128 KiB.
        private_size: size as usize,
        private_data: info.priv_drv_data,
        priority,
        primary,
    })
}

/// Checks the elements against each other.
///
/// # Errors
///
/// - INVALID_PARAMETER: some have memory of the caller, some do not.
/// - BUFFER_TOO_SMALL: private data of 128 KiB or more in total.
pub(crate) fn elements(elements: &[CheckedElement]) -> NtResult {
    let with_memory = elements.iter().filter(|e| e.sysmem.is_some()).count();
    refuse_if(with_memory != 0 && with_memory != elements.len())?;
    let total: usize = elements.iter().map(|e| e.private_size).sum();
    // CAST: a small constant.
    if total >= D3DKMT_PRIVATE_DATA_MAX as usize {
        return Err(NtStatus::BUFFER_TOO_SMALL);
    }
    Ok(())
}

/// Checks a standard allocation: an existing heap of the element's memory. Returns its size in bytes.
///
/// # Errors
///
/// - INVALID_PARAMETER: type 0 or unknown (case 42); flags; without ExistingSysMem (case 48) or
///   memory (case 44); size 0 or not whole pages (case 46); type 2 with memory (case 57).
/// - NOT_SUPPORTED: a valid type 2.
pub(crate) fn standard(
    flags: CreateFlags,
    standard: &d3dkmt_createstandardallocation,
    element: &CheckedElement,
) -> NtResult<u64> {
    refuse_if(standard.flags.value != 0)?;
    match standard.type_ {
        D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP => {
            let size = standard.existing_heap_data.size;
            refuse_if(!flags.existing_sysmem() || element.sysmem.is_none())?;
            refuse_if(size == 0 || size % PAGE != 0)?;
            Ok(size)
        }
        D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER => {
            refuse_if(flags.existing_sysmem() || element.sysmem.is_some())?;
            Err(NtStatus::NOT_SUPPORTED)
        }
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

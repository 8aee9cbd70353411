// SPDX-License-Identifier: GPL-2.0

//! The ioctls: read the argument once, turn it into a validated request, call the core, write the
//! result back.
//!
//! One file per family of objects; each handler reads top down. A handler does everything that can
//! fail before it publishes a handle. Copying out can fail, so the result is copied to user memory
//! first, and its handles are published after that.

#![deny(unsafe_code)]

mod adapter;
mod adapter_info;
mod allocation;
mod context;
mod device;
mod dma_buf;
mod gpu_sync;
mod gpu_va;
mod lock;
mod offer;
mod paging_queue;
mod priority;
mod residency;
mod sharing;
mod statistics;
mod submit;
mod sync;
pub(crate) mod validate;
pub(crate) mod validate_context;
pub(crate) mod validate_gpu_sync;
pub(crate) mod validate_gpu_va;
pub(crate) mod validate_memory;
pub(crate) mod validate_submit;
pub(crate) mod validate_sync;
mod video_memory;

use crate::{
    core::{
        bindings::{
            device::Device,
            process::Process, //
        },
        operations::residency::OpenAllocations,
        registry::Registry, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        killable, //
    },
    uapi::{
        self,
        d3dkmthandle,
        DXGKRNL_EXT_MAGIC,
        DXGKRNL_NR_END,
        DXG_IOCTL_MAGIC,
        DXG_NR_END, //
    }, //
};
use core::mem::size_of;
use kernel::{
    ioctl::{
        _IOC_NR,
        _IOC_TYPE,
        _IOWR, //
    },
    sync::Arc,
    uaccess::{
        UserPtr,
        UserSlice, //
    }, //
};
use validate_memory::Subject;
use zerocopy::{
    FromBytes,
    Immutable,
    IntoBytes, //
};

/// The calling process, and the registry that it calls into.
pub(crate) struct Caller<'a> {
    pub(crate) registry: &'a Registry,
    pub(crate) process: &'a Process,
}

/// Handler of an ioctl: takes the argument's address, returns the status.
type Handler = fn(&Caller<'_>, usize) -> NtResult;

/// Handler of an ioctl that succeeds with more than one status.
type PagingHandler = fn(&Caller<'_>, usize) -> NtResult<NtStatus>;

#[derive(Clone, Copy)]
enum Call {
    Plain(Handler),
    Paging(PagingHandler),
}

/// An ioctl number that is implemented.
#[derive(Clone, Copy)]
struct Entry {
    request: u32,
    call: Call,
}

const fn entry<T>(nr: u32, handler: Handler) -> (usize, Entry) {
    entry_of::<T>(DXG_IOCTL_MAGIC as u32, nr, Call::Plain(handler))
}

const fn paging<T>(nr: u32, handler: PagingHandler) -> (usize, Entry) {
    entry_of::<T>(DXG_IOCTL_MAGIC as u32, nr, Call::Paging(handler))
}

const fn extension<T>(nr: u32, handler: Handler) -> (usize, Entry) {
    entry_of::<T>(DXGKRNL_EXT_MAGIC, nr, Call::Plain(handler))
}

const fn entry_of<T>(magic: u32, nr: u32, call: Call) -> (usize, Entry) {
    let request = _IOWR::<T>(magic, nr);
    // CAST: numbers are small.
    (nr as usize, Entry { request, call })
}

const ENTRIES: [(usize, Entry); 47] = [
    entry::<uapi::d3dkmt_openadapterfromluid>(
        uapi::DXG_NR_OPENADAPTERFROMLUID,
        adapter::open_from_luid,
    ),
    entry::<uapi::d3dkmt_enumadapters2>(uapi::DXG_NR_ENUMADAPTERS2, adapter::enumerate2),
    entry::<uapi::d3dkmt_enumadapters3>(uapi::DXG_NR_ENUMADAPTERS3, adapter::enumerate3),
    entry::<uapi::d3dkmt_closeadapter>(uapi::DXG_NR_CLOSEADAPTER, adapter::close),
    entry::<uapi::d3dkmt_queryadapterinfo>(uapi::DXG_NR_QUERYADAPTERINFO, adapter_info::query),
    entry::<uapi::d3dkmt_queryvideomemoryinfo>(
        uapi::DXG_NR_QUERYVIDEOMEMORYINFO,
        video_memory::query,
    ),
    entry::<uapi::d3dkmt_changevideomemoryreservation>(
        uapi::DXG_NR_CHANGEVIDEOMEMORYRESERVATION,
        video_memory::set_reservation,
    ),
    entry::<uapi::d3dkmt_flushheaptransitions>(
        uapi::DXG_NR_FLUSHHEAPTRANSITIONS,
        video_memory::flush,
    ),
    entry::<uapi::d3dkmt_querystatistics>(uapi::DXG_NR_QUERYSTATISTICS, statistics::query),
    entry::<uapi::d3dkmt_createdevice>(uapi::DXG_NR_CREATEDEVICE, device::create),
    entry::<uapi::d3dkmt_destroydevice>(uapi::DXG_NR_DESTROYDEVICE, device::destroy),
    entry::<uapi::d3dkmt_getdevicestate>(uapi::DXG_NR_GETDEVICESTATE, device::get_state),
    entry::<uapi::d3dkmt_markdeviceaserror>(uapi::DXG_NR_MARKDEVICEASERROR, device::mark_as_error),
    entry::<uapi::d3dkmt_createallocation>(uapi::DXG_NR_CREATEALLOCATION, allocation::create),
    entry::<uapi::d3dkmt_destroyallocation2>(uapi::DXG_NR_DESTROYALLOCATION2, allocation::destroy),
    entry::<uapi::d3dkmt_shareobjects>(uapi::DXG_NR_SHAREOBJECTS, sharing::share),
    entry::<uapi::D3DKMT_QUERYRESOURCEINFO>(uapi::DXG_NR_QUERYRESOURCEINFO, sharing::query),
    entry::<uapi::D3DKMT_OPENRESOURCE>(uapi::DXG_NR_OPENRESOURCE, sharing::open),
    entry::<uapi::d3dkmt_queryresourceinfofromnthandle>(
        uapi::DXG_NR_QUERYRESOURCEINFOFROMNTHANDLE,
        sharing::query_from_nt_handle,
    ),
    entry::<uapi::d3dkmt_openresourcefromnthandle>(
        uapi::DXG_NR_OPENRESOURCEFROMNTHANDLE,
        sharing::open_from_nt_handle,
    ),
    entry::<uapi::d3dkmt_lock2>(uapi::DXG_NR_LOCK2, lock::lock),
    entry::<uapi::d3dkmt_unlock2>(uapi::DXG_NR_UNLOCK2, lock::unlock),
    entry::<uapi::d3dkmt_invalidatecache>(uapi::DXG_NR_INVALIDATECACHE, lock::invalidate_cache),
    entry::<uapi::d3dkmt_setallocationpriority>(uapi::DXG_NR_SETALLOCATIONPRIORITY, priority::set),
    entry::<uapi::d3dkmt_getallocationpriority>(uapi::DXG_NR_GETALLOCATIONPRIORITY, priority::get),
    paging::<uapi::d3dddi_makeresident>(uapi::DXG_NR_MAKERESIDENT, residency::make_resident),
    entry::<uapi::d3dkmt_evict>(uapi::DXG_NR_EVICT, residency::evict),
    entry::<uapi::d3dkmt_offerallocations>(uapi::DXG_NR_OFFERALLOCATIONS, offer::offer),
    paging::<uapi::d3dkmt_reclaimallocations2>(uapi::DXG_NR_RECLAIMALLOCATIONS2, offer::reclaim),
    entry::<uapi::d3dkmt_queryallocationresidency>(
        uapi::DXG_NR_QUERYALLOCATIONRESIDENCY,
        residency::query,
    ),
    paging::<uapi::d3dddi_updateallocproperty>(uapi::DXG_NR_UPDATEALLOCPROPERTY, residency::update),
    entry::<uapi::d3dddi_reservegpuvirtualaddress>(
        uapi::DXG_NR_RESERVEGPUVIRTUALADDRESS,
        gpu_va::reserve,
    ),
    paging::<uapi::d3dddi_mapgpuvirtualaddress>(uapi::DXG_NR_MAPGPUVIRTUALADDRESS, gpu_va::map),
    entry::<uapi::d3dkmt_freegpuvirtualaddress>(uapi::DXG_NR_FREEGPUVIRTUALADDRESS, gpu_va::free),
    entry::<uapi::d3dkmt_updategpuvirtualaddress>(
        uapi::DXG_NR_UPDATEGPUVIRTUALADDRESS,
        gpu_va::update,
    ),
    entry::<uapi::d3dkmt_createpagingqueue>(uapi::DXG_NR_CREATEPAGINGQUEUE, paging_queue::create),
    entry::<uapi::d3dddi_destroypagingqueue>(
        uapi::DXG_NR_DESTROYPAGINGQUEUE,
        paging_queue::destroy,
    ),
    entry::<uapi::d3dkmt_createsynchronizationobject2>(
        uapi::DXG_NR_CREATESYNCHRONIZATIONOBJECT,
        sync::create,
    ),
    entry::<uapi::d3dkmt_destroysynchronizationobject>(
        uapi::DXG_NR_DESTROYSYNCHRONIZATIONOBJECT,
        sync::destroy,
    ),
    entry::<uapi::d3dkmt_signalsynchronizationobjectfromcpu>(
        uapi::DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMCPU,
        sync::signal,
    ),
    entry::<uapi::d3dkmt_waitforsynchronizationobjectfromcpu>(
        uapi::DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMCPU,
        sync::wait,
    ),
    entry::<uapi::d3dkmt_createcontextvirtual>(uapi::DXG_NR_CREATECONTEXTVIRTUAL, context::create),
    entry::<uapi::d3dkmt_destroycontext>(uapi::DXG_NR_DESTROYCONTEXT, context::destroy),
    entry::<uapi::d3dkmt_submitcommand>(uapi::DXG_NR_SUBMITCOMMAND, submit::command),
    entry::<uapi::d3dkmt_waitforsynchronizationobjectfromgpu>(
        uapi::DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMGPU,
        gpu_sync::wait,
    ),
    entry::<uapi::d3dkmt_signalsynchronizationobjectfromgpu>(
        uapi::DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU,
        gpu_sync::signal,
    ),
    entry::<uapi::d3dkmt_signalsynchronizationobjectfromgpu2>(
        uapi::DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
        gpu_sync::signal2,
    ),
];

/// Calls that Windows does not have.
const EXTENSIONS: [(usize, Entry); 2] = [
    extension::<uapi::dxgkrnl_export_dma_buf>(uapi::DXGKRNL_NR_EXPORT_DMA_BUF, dma_buf::export),
    extension::<uapi::dxgkrnl_open_dma_buf>(uapi::DXGKRNL_NR_OPEN_DMA_BUF, dma_buf::open),
];

/// The entries by number; `None` for numbers that are not implemented.
const fn by_number<const N: usize>(entries: &[(usize, Entry)]) -> [Option<Entry>; N] {
    let mut table = [None; N];
    let mut i = 0;
    while i < entries.len() {
        let (nr, entry) = entries[i];
        table[nr] = Some(entry);
        i += 1;
    }
    table
}

// CAST: both ends are small.
static CALLS: [Option<Entry>; DXG_NR_END as usize] = by_number(&ENTRIES);
static EXTENDED: [Option<Entry>; DXGKRNL_NR_END as usize] = by_number(&EXTENSIONS);

/// Runs an ioctl; `None` (ENOTTY) when `request` is none of ours: unknown type or number, wrong size
/// or direction (case 260).
pub(crate) fn dispatch(caller: &Caller<'_>, request: u32, argument: usize) -> Option<isize> {
    let table: &[Option<Entry>] = if _IOC_TYPE(request) == DXGKRNL_EXT_MAGIC {
        &EXTENDED
    } else {
        &CALLS
    };
    // CAST: eight bits.
    let entry = table.get(_IOC_NR(request) as usize)?.as_ref()?;
    if entry.request != request {
        return None;
    }
    let result = match entry.call {
        Call::Plain(handler) => handler(caller, argument).map(|()| NtStatus::SUCCESS),
        Call::Paging(handler) => handler(caller, argument),
    };
    let (Ok(status) | Err(status)) = result;
    Some(status.ioctl_result())
}

impl From<d3dkmthandle> for Handle {
    fn from(handle: d3dkmthandle) -> Self {
        Handle::new(handle.v)
    }
}

impl From<Handle> for d3dkmthandle {
    fn from(handle: Handle) -> Self {
        d3dkmthandle { v: handle.value() }
    }
}

/// User memory of the caller. An address that does not fit this machine is never mapped.
///
/// The memory's owner can make an access to it take arbitrarily long.
fn user_slice(address: u64, bytes: usize) -> UserSlice {
    sys::may_be_delayed();
    let address = UserPtr::from_addr(usize::try_from(address).unwrap_or(usize::MAX));
    UserSlice::new(address, bytes)
}

/// Reads a `T` from user memory; INVALID_PARAMETER when it cannot be read (case 262).
fn read<T: FromBytes + IntoBytes>(address: u64) -> NtResult<T> {
    let mut value = T::new_zeroed();
    user_slice(address, size_of::<T>())
        .reader()
        .read_slice(value.as_mut_bytes())
        .map_err(|_| NtStatus::INVALID_PARAMETER)?;
    Ok(value)
}

/// Writes a `T` to user memory; INVALID_PARAMETER when it cannot be written.
fn write<T: IntoBytes + Immutable>(address: u64, value: &T) -> NtResult {
    write_bytes(address, value.as_bytes())
}

/// Writes bytes to user memory; INVALID_PARAMETER when they cannot be written.
fn write_bytes(address: u64, bytes: &[u8]) -> NtResult {
    user_slice(address, bytes.len())
        .writer()
        .write_slice(bytes)
        .map_err(|_| NtStatus::INVALID_PARAMETER)
}

/// Reads `count` elements from user memory; INVALID_PARAMETER when one cannot be read.
fn read_array<T: FromBytes + IntoBytes>(address: u64, count: usize) -> NtResult<KVVec<T>> {
    let bytes = count
        .checked_mul(size_of::<T>())
        .ok_or(NtStatus::INVALID_PARAMETER)?;
    let mut reader = user_slice(address, bytes).reader();
    let mut elements = KVVec::with_capacity(count, ACCOUNT)?;
    for _ in 0..count {
        let mut element = T::new_zeroed();
        reader
            .read_slice(element.as_mut_bytes())
            .map_err(|_| NtStatus::INVALID_PARAMETER)?;
        elements.push(element, ACCOUNT)?;
    }
    Ok(elements)
}

/// The address of an element of a list; INVALID_PARAMETER when it overflows.
fn element(list: u64, at: usize, size: usize) -> NtResult<u64> {
    let offset = at as u64 * size as u64;
    list.checked_add(offset).ok_or(NtStatus::INVALID_PARAMETER)
}

/// The allocations of `device` that a list of handles names; INVALID_PARAMETER when a handle names
/// none.
fn allocations(
    caller: &Caller<'_>,
    device: &Arc<Device>,
    list: u64,
    count: usize,
) -> NtResult<OpenAllocations> {
    let mut opened = KVVec::with_capacity(count, ACCOUNT)?;
    for at in 0..count {
        killable::check()?;
        let handle: d3dkmthandle = read(element(list, at, size_of::<d3dkmthandle>())?)?;
        opened.push(caller.process.allocation(device, handle.into())?, ACCOUNT)?;
    }
    Ok(opened)
}

/// The allocations of a resource of `device`, or of a list.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::subject`]; no device; a handle that names none of these.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
fn subjects(
    caller: &Caller<'_>,
    device: d3dkmthandle,
    resource: d3dkmthandle,
    list: u64,
    count: u32,
) -> NtResult<(Subject, OpenAllocations)> {
    let subject = validate_memory::subject(resource, list, count)?;
    let device = caller.process.device(device.into())?;
    device.adapter().check_present()?;
    let opened = match subject {
        Subject::Resource => {
            let mut opened = KVVec::new();
            let process = caller.process;
            process.add_allocations_of(&device, resource.into(), &mut opened)?;
            opened
        }
        Subject::Allocations(count) => allocations(caller, &device, list, count)?,
    };
    Ok((subject, opened))
}

/// Reads `size` bytes from user memory; INVALID_PARAMETER when one cannot be read.
fn read_bytes(address: u64, size: usize) -> NtResult<KVVec<u8>> {
    let mut bytes = KVVec::from_elem(0, size, ACCOUNT)?;
    user_slice(address, size)
        .reader()
        .read_slice(&mut bytes)
        .map_err(|_| NtStatus::INVALID_PARAMETER)?;
    Ok(bytes)
}

/// Writes elements to user memory; INVALID_PARAMETER when one cannot be written.
fn write_array<T: IntoBytes + Immutable>(address: u64, elements: &[T]) -> NtResult {
    write_bytes(address, elements.as_bytes())
}

// SPDX-License-Identifier: GPL-2.0

//! Adapters: D3DKMTEnumAdapters2, EnumAdapters3, OpenAdapterFromLuid, CloseAdapter.

use super::{
    read,
    validate,
    write,
    write_array,
    Caller, //
};
use crate::{
    core::{
        bindings::process::{
            Object,
            Reservation, //
        },
        objects::{
            adapter::{
                Adapter,
                OpenAdapter, //
            },
            adapter_list::Luid, //
        }, //
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
    uapi::{
        d3dkmt_adapterinfo,
        d3dkmt_closeadapter,
        d3dkmt_enumadapters2,
        d3dkmt_enumadapters3,
        d3dkmt_openadapterfromluid,
        winluid,
        D3DKMT_ADAPTERS_MAX,
        D3DKMT_ENUMADAPTERS3_MAX, //
    }, //
};
use kernel::sync::Arc;

impl From<Luid> for winluid {
    fn from(luid: Luid) -> Self {
        // CAST: the low and the high half.
        winluid {
            a: luid.0 as u32,
            b: (luid.0 >> 32) as u32,
        }
    }
}

impl From<winluid> for Luid {
    fn from(luid: winluid) -> Self {
        Luid(u64::from(luid.b) << 32 | u64::from(luid.a))
    }
}

/// Opened adapters whose handles are reserved, but not published yet.
struct Opened<'a> {
    reservation: Reservation<'a>,
    objects: KVVec<Object>,
}

impl<'a> Opened<'a> {
    fn new(caller: &Caller<'a>, adapters: &[Arc<Adapter>]) -> NtResult<Self> {
        let mut objects = KVVec::with_capacity(adapters.len(), ACCOUNT)?;
        for adapter in adapters {
            let open = Arc::new(OpenAdapter::new(adapter.clone()), ACCOUNT)?;
            objects.push(Object::Adapter(open), ACCOUNT)?;
        }
        Ok(Self {
            reservation: caller.process.alloc_handles(adapters.len())?,
            objects,
        })
    }

    fn handles(&self) -> &[Handle] {
        self.reservation.handles()
    }

    fn publish(self) -> NtResult {
        self.reservation.publish(self.objects)
    }
}

/// Opens all `adapters`, writes their descriptions to the array at `address` and the result of `head`
/// to the argument, and only then publishes the handles.
fn enumerate(
    caller: &Caller<'_>,
    adapters: &[Arc<Adapter>],
    address: u64,
    head: impl FnOnce() -> NtResult,
) -> NtResult {
    let opened = Opened::new(caller, adapters)?;
    let mut infos = KVVec::with_capacity(adapters.len(), ACCOUNT)?;
    for (adapter, &handle) in adapters.iter().zip(opened.handles()) {
        infos.push(
            d3dkmt_adapterinfo {
                adapter_handle: handle.into(),
                adapter_luid: adapter.luid().into(),
                num_sources: adapter.miniport().query_adapter_info().num_sources,
                present_move_regions_preferred: 0,
            },
            ACCOUNT,
        )?;
    }
    write_array(address, &infos)?;
    head()?;
    opened.publish()
}

/// D3DKMTEnumAdapters2.
///
/// # Errors
///
/// - BUFFER_TOO_SMALL: fewer elements than adapters (cases 3, 17).
/// - INVALID_PARAMETER: a bad address; more than 64 elements (case 15), unless there were ever that
///   many adapters at once: the count that the first call returns is accepted by the second one.
pub(super) fn enumerate2(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_enumadapters2 = read(argument)?;
    let adapters = caller.registry.adapters().all()?;
    let present = number(adapters.len());
    if args.adapters == 0 {
        // Case 16.
        args.num_adapters = present;
        return write(argument, &args);
    }
    let ever = number(caller.registry.adapters().most());
    validate::enumerated_room(args.num_adapters, ever.max(D3DKMT_ADAPTERS_MAX))?;
    if args.num_adapters < present {
        return Err(NtStatus::BUFFER_TOO_SMALL);
    }
    args.num_adapters = present;
    enumerate(caller, &adapters, args.adapters, || write(argument, &args))
}

/// D3DKMTEnumAdapters3. There are neither compute-only nor display-only adapters, so the
/// filter changes nothing.
///
/// # Errors
///
/// As [`enumerate2`], with a limit of 0xFFFF; INVALID_PARAMETER for reserved bits in the filter.
pub(super) fn enumerate3(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_enumadapters3 = read(argument)?;
    validate::enumerate_filter(args.filter)?;
    let adapters = caller.registry.adapters().all()?;
    let present = number(adapters.len());
    if args.adapters == 0 || args.adapter_count == 0 {
        args.adapter_count = present;
        return write(argument, &args);
    }
    validate::enumerated_room(args.adapter_count, D3DKMT_ENUMADAPTERS3_MAX)?;
    if args.adapter_count < present {
        return Err(NtStatus::BUFFER_TOO_SMALL);
    }
    args.adapter_count = present;
    enumerate(caller, &adapters, args.adapters, || write(argument, &args))
}

fn number(adapters: usize) -> u32 {
    u32::try_from(adapters).unwrap_or(u32::MAX)
}

/// D3DKMTOpenAdapterFromLuid (case 9).
///
/// # Errors
///
/// INVALID_PARAMETER: no adapter has that LUID.
pub(super) fn open_from_luid(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_openadapterfromluid = read(argument)?;
    let adapter = caller
        .registry
        .adapters()
        .find(args.adapter_luid.into())
        .ok_or(NtStatus::INVALID_PARAMETER)?;
    let opened = Opened::new(caller, core::slice::from_ref(&adapter))?;
    if let Some(&handle) = opened.handles().first() {
        args.adapter_handle = handle.into();
    }
    write(argument, &args)?;
    opened.publish()
}

/// D3DKMTCloseAdapter (cases 6, 7).
///
/// # Errors
///
/// INVALID_PARAMETER: no adapter handle.
pub(super) fn close(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_closeadapter = read(argument as u64)?;
    caller.process.close_adapter(args.adapter_handle.into())
}

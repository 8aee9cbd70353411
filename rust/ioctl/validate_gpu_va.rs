// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments of the calls about GPU virtual addresses, as in [`super::validate`].
//!
//! Pure logic: also compiled and tested on the host.

use super::validate::refuse_if;
use crate::{
    gpuva::{
        whole,
        AddressRequest,
        Span,
        END,
        GRANULE,
        PAGE, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*, //
};

/// Operations of one UpdateGpuVirtualAddress.
pub(crate) const OPERATIONS_MAX: u32 = 2048;

/// An operation as it lies in user memory: its type, and the words of a union.
pub(crate) type RawOperation = [u64; 8];

/// Where addresses are to be: at `base`, or somewhere between two limits, which are not looked at if there
/// is a `base` (cases 303, 304, 334).
fn address_request(base: u64, minimum: u64, maximum: u64, unit: u64) -> NtResult<AddressRequest> {
    if base != 0 {
        refuse_if(!whole(base, unit))?;
        return Ok(AddressRequest::At(base));
    }
    refuse_if(!whole(minimum, unit) || !whole(maximum, unit))?;
    let to = match maximum {
        0 => END,
        maximum => maximum,
    };
    refuse_if(to > END)?;
    Ok(AddressRequest::Between { from: minimum, to })
}

/// Addresses that are to be reserved.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Reserve {
    pub(crate) at: AddressRequest,
    pub(crate) bytes: u64,
    /// What is not mapped reads zero.
    pub(crate) zero: bool,
}

/// Checks ReserveGpuVirtualAddress. The driver's protection means nothing in addresses that are not mapped
/// (case 320).
///
/// # Errors
///
/// INVALID_PARAMETER: no size, or one that is not a multiple of 64 KiB (case 301); as for the address or
/// the limits for one (cases 302, 303); addresses that do not exist (case 308); no such type (case 319).
pub(crate) fn reserve(args: &d3dddi_reservegpuvirtualaddress) -> NtResult<Reserve> {
    let bytes = args.size;
    refuse_if(bytes == 0 || !whole(bytes, GRANULE))?;
    let at = address_request(
        args.base_address,
        args.minimum_address,
        args.maximum_address,
        GRANULE,
    )?;
    exists(at, bytes)?;
    let zero = match args.reservation_type {
        D3DDDIGPUVA_RESERVE_NO_ACCESS | D3DDDIGPUVA_RESERVE_NO_COMMIT => false,
        D3DDDIGPUVA_RESERVE_ZERO => true,
        _ => return Err(NtStatus::INVALID_PARAMETER),
    };
    Ok(Reserve { at, bytes, zero })
}

/// Whether there are so many addresses at all.
fn exists(at: AddressRequest, bytes: u64) -> NtResult {
    match at {
        AddressRequest::At(base) => refuse_if(Span::new(base, bytes).is_none()),
        AddressRequest::Between { .. } => refuse_if(bytes > END),
    }
}

/// What addresses are to mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    Zero,
    NoAccess,
    /// An allocation's bytes from `offset` on.
    Memory {
        /// Its handle.
        allocation: u32,
        offset: u64,
        write: bool,
        driver_protection: u64,
    },
}

/// A mapping that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Map {
    pub(crate) at: AddressRequest,
    pub(crate) bytes: u64,
    pub(crate) meaning: Meaning,
}

/// Checks MapGpuVirtualAddress. Execute is taken and means nothing (case 352); Zero and NoAccess are taken
/// with Write and Execute, too (case 353a).
///
/// # Errors
///
/// INVALID_PARAMETER: no size (case 341); more pages than there are addresses, or than an allocation can
/// have; as for the address or the limits for one (case 334); Zero with NoAccess (case 353); one of them
/// with an allocation, or neither without one (case 336); SystemUseOnly or a reserved bit (cases 354, 355).
pub(crate) fn map(args: &d3dddi_mapgpuvirtualaddress) -> NtResult<Map> {
    refuse_if(args.reserved0 != 0 || args.reserved1 != 0)?;
    let bytes = pages(args.size_in_pages)?;
    refuse_if(bytes == 0)?;
    let at = address_request(
        args.base_address,
        args.minimum_address,
        args.maximum_address,
        PAGE,
    )?;
    exists(at, bytes)?;
    let access = access(args.protection.value)?;
    let allocation = args.allocation.v;
    let meaning = match access {
        Access::Zero if allocation == 0 => Meaning::Zero,
        Access::None if allocation == 0 => Meaning::NoAccess,
        Access::Memory { write } if allocation != 0 => Meaning::Memory {
            allocation,
            offset: pages(args.offset_in_pages)?,
            write,
            driver_protection: args.driver_protection,
        },
        _ => return Err(NtStatus::INVALID_PARAMETER),
    };
    Ok(Map { at, bytes, meaning })
}

fn pages(count: u64) -> NtResult<u64> {
    count.checked_mul(PAGE).ok_or(NtStatus::INVALID_PARAMETER)
}

enum Access {
    Zero,
    None,
    Memory { write: bool },
}

// CAST: bindgen's type for an enumeration of 64 bits has as many, and another name in the kernel.
const WRITE: u64 = D3DDDIGPUVA_PROTECTION_WRITE as u64;
const EXECUTE: u64 = D3DDDIGPUVA_PROTECTION_EXECUTE as u64;
const ZERO: u64 = D3DDDIGPUVA_PROTECTION_ZERO as u64;
const NO_ACCESS: u64 = D3DDDIGPUVA_PROTECTION_NO_ACCESS as u64;

fn access(protection: u64) -> NtResult<Access> {
    let has = |flag: u64| protection & flag != 0;
    let known = WRITE | EXECUTE | ZERO | NO_ACCESS;
    refuse_if(protection & !known != 0)?;
    match (has(ZERO), has(NO_ACCESS)) {
        (true, true) => Err(NtStatus::INVALID_PARAMETER),
        (true, false) => Ok(Access::Zero),
        (false, true) => Ok(Access::None),
        (false, false) => Ok(Access::Memory { write: has(WRITE) }),
    }
}

/// Checks FreeGpuVirtualAddress: the addresses. What stands between the fields is not looked at: it has no
/// name in Windows, so that callers leave what was there.
///
/// # Errors
///
/// INVALID_PARAMETER: not whole pages, none, or such as do not exist.
pub(crate) fn free(args: &d3dkmt_freegpuvirtualaddress) -> NtResult<Span> {
    Span::new(args.base_address, args.size).ok_or(NtStatus::INVALID_PARAMETER)
}

/// An update that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Update {
    pub(crate) count: usize,
    /// It does not wait for the fence.
    pub(crate) do_not_wait: bool,
}

/// Checks UpdateGpuVirtualAddress, but for its operations.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than [`OPERATIONS_MAX`] operations; reserved bits or words (case 415).
pub(crate) fn update(args: &d3dkmt_updategpuvirtualaddress) -> NtResult<Update> {
    refuse_if(args.num_operations == 0 || args.num_operations > OPERATIONS_MAX)?;
    refuse_if(args.reserved0 != 0 || args.reserved1 != 0)?;
    refuse_if(args.reserved2 != 0 || args.reserved3 != 0)?;
    refuse_if(args.flags.value & D3DKMT_UPDATEGPUVIRTUALADDRESS_RESERVED != 0)?;
    Ok(Update {
        // CAST: at most 2048.
        count: args.num_operations as usize,
        do_not_wait: args.flags.value & D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT != 0,
    })
}

/// An operation that is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    /// `bytes` bytes of an allocation from `offset` on, again and again.
    Map {
        span: Span,
        /// Its handle.
        allocation: u32,
        offset: u64,
        bytes: u64,
        write: bool,
        driver_protection: u64,
    },
    Unmap {
        span: Span,
        zero: bool,
    },
    Copy {
        source: Span,
        to: Span,
    },
}

/// Checks an operation of UpdateGpuVirtualAddress.
///
/// # Errors
///
/// INVALID_PARAMETER: no such operation; what is not whole pages (case 398); more of the allocation than
/// addresses, or a part of it that does not divide them (case 401); no allocation; to unmap with anything
/// but Zero or NoAccess (case 395), or to map with one of these.
pub(crate) fn operation(raw: &RawOperation) -> NtResult<Operation> {
    let [kind, words @ ..] = *raw;
    let span = |start, bytes| Span::new(start, bytes).ok_or(NtStatus::INVALID_PARAMETER);
    // CAST: the upper half of the word is padding.
    match kind as u32 {
        D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP => mapping(&words, WRITE, 0),
        D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP_PROTECT => mapping(&words, words[5], words[6]),
        D3DDDI_UPDATEGPUVIRTUALADDRESS_UNMAP => {
            let [base, size, protection, ..] = words;
            let zero = match access(protection)? {
                Access::Zero => true,
                Access::None => false,
                Access::Memory { .. } => return Err(NtStatus::INVALID_PARAMETER),
            };
            Ok(Operation::Unmap {
                span: span(base, size)?,
                zero,
            })
        }
        D3DDDI_UPDATEGPUVIRTUALADDRESS_COPY => {
            let [source, size, to, ..] = words;
            Ok(Operation::Copy {
                source: span(source, size)?,
                to: span(to, size)?,
            })
        }
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

fn mapping(words: &[u64; 7], protection: u64, driver_protection: u64) -> NtResult<Operation> {
    let [base, size, allocation, offset, bytes, ..] = *words;
    let span = Span::new(base, size).ok_or(NtStatus::INVALID_PARAMETER)?;
    let bytes = match bytes {
        0 => size,
        bytes => bytes,
    };
    refuse_if(!whole(offset, PAGE) || !whole(bytes, PAGE))?;
    refuse_if(bytes > size || size % bytes != 0)?;
    // CAST: the upper half of the word is padding.
    let allocation = allocation as u32;
    match access(protection)? {
        Access::Memory { write } if allocation != 0 => Ok(Operation::Map {
            span,
            allocation,
            offset,
            bytes,
            write,
            driver_protection,
        }),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

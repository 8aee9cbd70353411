// SPDX-License-Identifier: MIT OR Apache-2.0

//! Arguments of the calls about GPU virtual addresses.

use super::refused;
use crate::{
    gpuva::{AddressRequest, Span, END, LOWEST},
    status::NtResult,
    uapi::*,
    validate_gpu_va::{self, Map, Meaning, Operation, RawOperation, Reserve, Update},
};

const KIB_64: u64 = 0x1_0000;
const ANYWHERE: AddressRequest = AddressRequest::Between { from: 0, to: END };

fn reserve(
    base: u64,
    minimum: u64,
    maximum: u64,
    size: u64,
    reservation_type: u32,
) -> NtResult<Reserve> {
    validate_gpu_va::reserve(&d3dddi_reservegpuvirtualaddress {
        base_address: base,
        minimum_address: minimum,
        maximum_address: maximum,
        size,
        reservation_type,
        driver_protection: 0x1234,
        ..Default::default()
    })
}

/// Case 301.
#[test]
fn reservations_are_multiples_of_64_kib() {
    for size in [KIB_64, 5 * KIB_64, END - LOWEST, END] {
        let expected = Reserve {
            at: ANYWHERE,
            bytes: size,
            zero: false,
        };
        assert_eq!(reserve(0, 0, 0, size, 0), Ok(expected));
    }
    for size in [0, 1, 4096, KIB_64 - 1, KIB_64 + 4096, u64::MAX] {
        refused(reserve(0, 0, 0, size, 0));
    }
    refused(reserve(0, 0, 0, END + KIB_64, 0));
}

/// Cases 302 to 304, 308.
#[test]
fn a_base_or_limits_say_where_a_reservation_is() {
    let at = |base| Ok(AddressRequest::At(base));
    let place = |base, minimum, maximum| {
        reserve(base, minimum, maximum, KIB_64, 0).map(|reserve| reserve.at)
    };
    assert_eq!(place(LOWEST, 0, 0), at(LOWEST));
    assert_eq!(place(END - KIB_64, 0, 0), at(END - KIB_64));
    // With a base, limits are not looked at.
    assert_eq!(place(LOWEST, 1, u64::MAX), at(LOWEST));
    refused(place(LOWEST + 4096, 0, 0));
    refused(place(END, 0, 0));
    refused(place(u64::MAX - KIB_64 + 1, 0, 0));
    let between = |from, to| Ok(AddressRequest::Between { from, to });
    assert_eq!(
        place(0, 3 * KIB_64, 9 * KIB_64),
        between(3 * KIB_64, 9 * KIB_64)
    );
    assert_eq!(place(0, KIB_64, 0), between(KIB_64, END));
    assert_eq!(place(0, 0, END), between(0, END));
    for (minimum, maximum) in [(1, 0), (4096, 0), (0, 4096), (0, KIB_64 + 1)] {
        refused(place(0, minimum, maximum));
    }
    refused(place(0, 0, END + KIB_64));
}

/// Cases 316 to 319.
#[test]
fn reservations_have_three_types() {
    for (reservation_type, zero) in [(0, false), (1, true), (2, false)] {
        let reserve = reserve(0, 0, 0, KIB_64, reservation_type);
        assert_eq!(reserve.map(|reserve| reserve.zero), Ok(zero));
    }
    for reservation_type in [3, 4, u32::MAX] {
        refused(reserve(0, 0, 0, KIB_64, reservation_type));
    }
}

fn args() -> d3dddi_mapgpuvirtualaddress {
    d3dddi_mapgpuvirtualaddress {
        allocation: d3dkmthandle { v: 7 },
        offset_in_pages: 2,
        size_in_pages: 3,
        protection: d3dddigpuva_protection_type { value: 1 },
        driver_protection: 9,
        ..Default::default()
    }
}

const MEMORY: Meaning = Meaning::Memory {
    allocation: 7,
    offset: 0x2000,
    write: true,
    driver_protection: 9,
};

#[test]
fn a_mapping_is_of_pages() {
    let map = |args: &d3dddi_mapgpuvirtualaddress| validate_gpu_va::map(args);
    let expected = Map {
        at: ANYWHERE,
        bytes: 0x3000,
        meaning: MEMORY,
    };
    assert_eq!(map(&args()), Ok(expected));
    // Case 341, and what overflows.
    for size_in_pages in [0, (END >> 12) + 1, u64::MAX, 1 << 52] {
        refused(map(&d3dddi_mapgpuvirtualaddress {
            size_in_pages,
            ..args()
        }));
    }
    for offset_in_pages in [1 << 52, u64::MAX] {
        refused(map(&d3dddi_mapgpuvirtualaddress {
            offset_in_pages,
            ..args()
        }));
    }
    // Case 355.
    refused(map(&d3dddi_mapgpuvirtualaddress {
        reserved0: 1,
        ..args()
    }));
    refused(map(&d3dddi_mapgpuvirtualaddress {
        reserved1: 1,
        ..args()
    }));
}

/// Case 334.
#[test]
fn a_mapping_is_at_pages() {
    let place = |base, minimum, maximum| {
        let args = d3dddi_mapgpuvirtualaddress {
            base_address: base,
            minimum_address: minimum,
            maximum_address: maximum,
            ..args()
        };
        validate_gpu_va::map(&args).map(|map| map.at)
    };
    assert_eq!(
        place(LOWEST + 4096, 1, 1),
        Ok(AddressRequest::At(LOWEST + 4096))
    );
    let (from, to) = (0x1000, 0x7000);
    assert_eq!(place(0, from, to), Ok(AddressRequest::Between { from, to }));
    refused(place(LOWEST + 1, 0, 0));
    refused(place(LOWEST - 4096, 0, 0));
    refused(place(END - 4096, 0, 0));
    refused(place(0, 0x1001, 0));
    refused(place(0, 0, 0x7fff));
    refused(place(0, 0, END + 4096));
}

/// Cases 336, 350 to 354.
#[test]
fn protection_and_allocation_say_what_is_mapped() {
    let meaning = |protection, allocation| {
        let args = d3dddi_mapgpuvirtualaddress {
            allocation: d3dkmthandle { v: allocation },
            protection: d3dddigpuva_protection_type { value: protection },
            ..args()
        };
        validate_gpu_va::map(&args).map(|map| map.meaning)
    };
    let memory = |write| Meaning::Memory {
        allocation: 7,
        offset: 0x2000,
        write,
        driver_protection: 9,
    };
    for (protection, write) in [(0, false), (1, true), (2, false), (3, true)] {
        assert_eq!(meaning(protection, 7), Ok(memory(write)));
        refused(meaning(protection, 0));
    }
    // Case 353a.
    for protection in [4, 5, 6, 7] {
        assert_eq!(meaning(protection, 0), Ok(Meaning::Zero));
        refused(meaning(protection, 7));
    }
    for protection in [8, 9, 10, 11] {
        assert_eq!(meaning(protection, 0), Ok(Meaning::NoAccess));
        refused(meaning(protection, 7));
    }
    for protection in 12..16 {
        refused(meaning(protection, 0));
        refused(meaning(protection, 7));
    }
    for bit in 4..64 {
        refused(meaning(1 << bit, 7));
        refused(meaning(4 | (1 << bit), 0));
    }
}

#[test]
fn what_is_freed_is_whole_pages() {
    let free = |base_address, size| {
        validate_gpu_va::free(&d3dkmt_freegpuvirtualaddress {
            // Padding in Windows.
            reserved: 0xdead_beef,
            base_address,
            size,
            ..Default::default()
        })
    };
    let span = Span {
        start: 0x1_1000,
        end: 0x1_3000,
    };
    assert_eq!(free(0x1_1000, 0x2000), Ok(span));
    for (base, size) in [
        (0x1_1000, 0),
        (0x1_1000, 1),
        (0x1_1001, 0x1000),
        (0, 0x1000),
        (END, 0x1000),
        (END - 0x1000, 0x2000),
        (0x1_1000, u64::MAX - 0xfff),
    ] {
        refused(free(base, size));
    }
}

/// Case 415.
#[test]
fn an_update_has_up_to_2048_operations() {
    let good = d3dkmt_updategpuvirtualaddress {
        num_operations: 1,
        ..Default::default()
    };
    for count in [1, 2048] {
        for (value, do_not_wait) in [(0, false), (1, true)] {
            let args = d3dkmt_updategpuvirtualaddress {
                num_operations: count,
                flags: d3dkmt_updategpuvirtualaddress_flags { value },
                ..good
            };
            let update = Update {
                count: count as usize,
                do_not_wait,
            };
            assert_eq!(validate_gpu_va::update(&args), Ok(update));
        }
    }
    let bad = |change: fn(&mut d3dkmt_updategpuvirtualaddress)| {
        let mut args = good;
        change(&mut args);
        refused(validate_gpu_va::update(&args));
    };
    bad(|args| args.num_operations = 0);
    bad(|args| args.num_operations = 2049);
    bad(|args| args.reserved0 = 1);
    bad(|args| args.reserved1 = 1);
    bad(|args| args.reserved2 = 1);
    bad(|args| args.reserved3 = 1);
    for bit in 1..32 {
        let mut args = good;
        args.flags.value = 1 << bit;
        refused(validate_gpu_va::update(&args));
    }
}

const SPAN: Span = Span {
    start: 0x10_0000,
    end: 0x10_4000,
};

fn operation(raw: RawOperation) -> NtResult<Operation> {
    validate_gpu_va::operation(&raw)
}

/// Cases 391, 398 to 401.
#[test]
fn an_operation_maps_bytes_again_and_again() {
    let map = |base, size, offset, bytes| operation([0, base, size, 7, offset, bytes, 0, 0]);
    let mapped = |offset, bytes| {
        Ok(Operation::Map {
            span: SPAN,
            allocation: 7,
            offset,
            bytes,
            write: true,
            driver_protection: 0,
        })
    };
    assert_eq!(map(0x10_0000, 0x4000, 0, 0), mapped(0, 0x4000));
    for bytes in [0x1000, 0x2000, 0x4000] {
        assert_eq!(map(0x10_0000, 0x4000, 0x3000, bytes), mapped(0x3000, bytes));
    }
    for bytes in [0x800, 0x3000, 0x5000, 0x8000, u64::MAX] {
        refused(map(0x10_0000, 0x4000, 0, bytes));
    }
    refused(map(0x10_0000, 0x4000, 1, 0));
    refused(map(0x10_0001, 0x4000, 0, 0));
    refused(map(0x10_0000, 0, 0, 0));
    refused(map(0x10_0000, 0x4001, 0, 0));
    refused(map(0, 0x4000, 0, 0));
    // No allocation; the upper half of its word, and of the type's, is padding.
    refused(operation([0, 0x10_0000, 0x4000, 0xf_0000_0000, 0, 0, 0, 0]));
    let padded = operation([
        0xf_0000_0000,
        0x10_0000,
        0x4000,
        0xf_0000_0007,
        0,
        0,
        ONES,
        ONES,
    ]);
    assert_eq!(padded, mapped(0, 0x4000));
}

const ONES: u64 = u64::MAX;

#[test]
fn an_operation_maps_with_a_protection() {
    let map = |protection| operation([3, 0x10_0000, 0x4000, 7, 0, 0, protection, 5]);
    for (protection, write) in [(0, false), (1, true), (2, false), (3, true)] {
        let expected = Operation::Map {
            span: SPAN,
            allocation: 7,
            offset: 0,
            bytes: 0x4000,
            write,
            driver_protection: 5,
        };
        assert_eq!(map(protection), Ok(expected));
    }
    for bit in 2..64 {
        refused(map(1 << bit));
    }
}

/// Cases 393 to 395.
#[test]
fn an_operation_unmaps_to_zero_or_no_access() {
    let unmap = |protection| operation([1, 0x10_0000, 0x4000, protection, ONES, ONES, ONES, ONES]);
    for (protection, zero) in [(4, true), (5, true), (8, false), (11, false)] {
        assert_eq!(unmap(protection), Ok(Operation::Unmap { span: SPAN, zero }));
    }
    for protection in [0, 1, 2, 3, 12, 16, 20, 1 << 32] {
        refused(unmap(protection));
    }
    refused(operation([1, 0x10_0001, 0x4000, 4, 0, 0, 0, 0]));
    refused(operation([1, 0x10_0000, 0x4010, 4, 0, 0, 0, 0]));
}

/// Cases 396, 398, 415.
#[test]
fn an_operation_copies_mappings() {
    let copy = |source, size, to| operation([2, source, size, to, ONES, ONES, ONES, ONES]);
    let source = Span {
        start: 0x20_0000,
        end: 0x20_4000,
    };
    let expected = Operation::Copy { source, to: SPAN };
    assert_eq!(copy(0x20_0000, 0x4000, 0x10_0000), Ok(expected));
    refused(copy(0x20_0001, 0x4000, 0x10_0000));
    refused(copy(0x20_0000, 0x4001, 0x10_0000));
    refused(copy(0x20_0000, 0x4000, 0x10_0001));
    refused(copy(0x20_0000, 0, 0x10_0000));
    for kind in [4, 5, u64::from(u32::MAX)] {
        refused(operation([kind, 0x10_0000, 0x4000, 4, 0, 0, 0, 0]));
    }
}

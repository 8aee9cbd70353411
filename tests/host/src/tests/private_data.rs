// SPDX-License-Identifier: MIT OR Apache-2.0

//! `miniport/private_data.rs`: private data of the miniports for linear memory.

use super::{config, refused};
use crate::{
    ddi::{
        allocation::AllocationDescription,
        answer::{AllocationFlags, SegmentSet},
    },
    private_data::{check_resource, existing_heap, Described, Usage, SIZE},
    status::{NtResult, NtStatus},
    uapi::{dxgkrnl_gem_allocation as GemAllocation, dxgkrnl_gem_resource as GemResource},
};
use proptest::prelude::*;
use zerocopy::{FromBytes, IntoBytes};

const MAGIC: u32 = 0x4D45_4744;
const XR24: u32 = u32::from_le_bytes(*b"XR24");
const AR24: u32 = u32::from_le_bytes(*b"AR24");
const XB24: u32 = u32::from_le_bytes(*b"XB24");
const AB24: u32 = u32::from_le_bytes(*b"AB24");
/// The largest buffer: 65535 rows of 2 GiB.
const LARGEST: u64 = 65535 << 31;

const HEADER: GemAllocation = GemAllocation {
    magic: MAGIC,
    version: 1,
    kind: 0,
    usage: 0,
    width: 0,
    height: 0,
    format: 0,
    pitch: 0,
    bytes: 0,
    reserved: 0,
};
const BUFFER: GemAllocation = GemAllocation {
    kind: 1,
    usage: 1,
    bytes: 1,
    ..HEADER
};
const SURFACE: GemAllocation = GemAllocation {
    kind: 2,
    usage: 1,
    width: 1,
    height: 1,
    format: XR24,
    ..HEADER
};

fn read(blob: GemAllocation) -> NtResult<Described> {
    Described::read(blob.as_bytes())
}

/// What dxgkrnl is told of each usage: nothing but what follows from it.
#[test]
fn usages_become_flags() {
    const VISIBLE: u32 = 1 << 0;
    const CACHED: u32 = 1 << 2;
    const HISTORY: u32 = 1 << 14;
    for (blob, usage, flags, displayable) in [
        (BUFFER, 0, 0, false),
        (BUFFER, 1, VISIBLE, false),
        (BUFFER, 5, VISIBLE | CACHED | HISTORY, false),
        (SURFACE, 0, 0, false),
        (SURFACE, 2, 0, true),
        (SURFACE, 3, VISIBLE, true),
        (SURFACE, 9, VISIBLE, false),
        (SURFACE, 11, VISIBLE, true),
    ] {
        for segment in [SegmentSet::LOCAL, SegmentSet::APERTURE] {
            let described = read(GemAllocation { usage, ..blob }).unwrap();
            let facts = described.facts(segment);
            assert_eq!(facts.flags, AllocationFlags(flags), "{usage}");
            assert_eq!(facts.displayable, displayable, "{usage}");
            assert_eq!(facts.size, described.bytes());
            assert_eq!(facts.alignment, 4096);
            assert_eq!(facts.supported, segment);
            assert_eq!(facts.preferred, [0; 5]);
            assert_eq!(facts.eviction, SegmentSet::APERTURE);
            assert_eq!(facts.priority, 0x7800_0000);
        }
    }
}

/// What a blob must not hold in these words, whatever its kind is.
#[test]
fn the_words_that_must_be_0_are() {
    for good in [BUFFER, SURFACE] {
        assert!(read(good).is_ok());
        for bit in 0..64 {
            let reserved = 1 << bit;
            refused(read(GemAllocation { reserved, ..good }));
        }
        for bit in 0..32 {
            let pitch = 1 << bit;
            refused(read(GemAllocation { pitch, ..good }));
        }
    }
    for other in [1, 2, u32::MAX] {
        refused(read(GemAllocation {
            width: other,
            ..BUFFER
        }));
        refused(read(GemAllocation {
            height: other,
            ..BUFFER
        }));
        refused(read(GemAllocation {
            format: other,
            ..BUFFER
        }));
        let bytes = other.into();
        refused(read(GemAllocation { bytes, ..SURFACE }));
    }
}

#[test]
fn only_buffers_and_surfaces_are_known() {
    for kind in [0, 3, 4, 0x8000_0001, u32::MAX] {
        refused(read(GemAllocation { kind, ..BUFFER }));
        refused(read(GemAllocation { kind, ..SURFACE }));
    }
}

/// Case 72.
#[test]
fn a_blob_has_its_one_size() {
    assert_eq!(SIZE, 48);
    let mut bytes = BUFFER.as_bytes().to_vec();
    bytes.resize(200, 0);
    for size in (0..200).filter(|&size| size != SIZE) {
        refused(Described::read(&bytes[..size]));
    }
    assert!(Described::read(&bytes[..SIZE]).is_ok());
}

/// Case 64: a blob of another version is told apart, whatever size that version has.
#[test]
fn another_version_is_a_driver_mismatch() {
    for version in [0, 2, 0x100, u32::MAX] {
        let mut bytes = GemAllocation { version, ..BUFFER }.as_bytes().to_vec();
        bytes.resize(200, 0);
        for size in 0..200 {
            let expected = if size < 8 {
                NtStatus::INVALID_PARAMETER
            } else {
                NtStatus::GRAPHICS_DRIVER_MISMATCH
            };
            let blob = &bytes[..size];
            assert_eq!(Described::read(blob).err(), Some(expected), "{size}");
            if size != 0 {
                assert_eq!(check_resource(blob), Err(expected), "{size}");
            }
        }
    }
}

#[test]
fn without_the_magic_number_it_is_no_header() {
    for magic in [0, MAGIC ^ 1, MAGIC.swap_bytes(), u32::MAX] {
        refused(read(GemAllocation { magic, ..BUFFER }));
        let version = 2;
        refused(read(GemAllocation {
            magic,
            version,
            ..BUFFER
        }));
        let blob = GemResource {
            magic,
            version: 1,
            reserved: 0,
        };
        refused(check_resource(blob.as_bytes()));
    }
}

#[test]
fn a_buffer_is_whole_pages() {
    const LAST: u64 = u64::MAX - 0xFFF;
    for (bytes, rounded) in [
        (1, 0x1000),
        (0xFFF, 0x1000),
        (0x1000, 0x1000),
        (0x1001, 0x2000),
        (LARGEST - 1, LARGEST),
        (LARGEST, LARGEST),
    ] {
        assert_eq!(
            read(GemAllocation { bytes, ..BUFFER }).unwrap().bytes(),
            rounded
        );
    }
    for bytes in [0, LAST + 1, u64::MAX] {
        refused(read(GemAllocation { bytes, ..BUFFER }));
    }
    for bytes in [LARGEST + 1, 1 << 50, LAST] {
        let result = read(GemAllocation { bytes, ..BUFFER });
        assert_eq!(result.err(), Some(NtStatus::GRAPHICS_NO_VIDEO_MEMORY));
    }
}

/// Rows are pages until there would be more than 65535 of them; then they double.
#[test]
fn a_buffer_is_laid_out_in_rows() {
    for (bytes, pitch, height) in [
        (1, 4096, 1),
        (4097, 4096, 2),
        (65535 * 4096, 4096, 65535),
        (65535 * 4096 + 1, 8192, 32768),
        (65535 * 8192, 8192, 65535),
        (65535 * 8192 + 1, 16384, 32768),
        (65535 * 32768 + 1, 65536, 32768),
        (65535 * 65536, 65536, 65535),
        (65535 * 65536 + 1, 0x2_0000, 32768),
        (LARGEST, 0x8000_0000, 65535),
    ] {
        let described = read(GemAllocation { bytes, ..BUFFER }).unwrap();
        let layout = AllocationDescription { pitch, height };
        assert_eq!(described.description(), layout, "{bytes}");
    }
}

#[test]
fn a_surface_is_rows_of_256_bytes_or_more() {
    for (width, height, pitch, bytes) in [
        (1, 1, 256, 0x1000),
        (64, 16, 256, 0x1000),
        (64, 17, 256, 0x2000),
        (65, 8, 512, 0x1000),
        (1366, 768, 5632, 5632 * 768),
        (1920, 1080, 7680, 7680 * 1080),
        (16384, 1, 65536, 0x1_0000),
        (1, 16384, 256, 0x40_0000),
        (16384, 16384, 65536, 0x4000_0000),
    ] {
        for format in [XR24, AR24, XB24, AB24] {
            let blob = GemAllocation {
                width,
                height,
                format,
                ..SURFACE
            };
            let described = read(blob).unwrap();
            assert_eq!(
                described.description(),
                AllocationDescription { pitch, height }
            );
            assert_eq!(described.bytes(), u64::next_multiple_of(bytes, 4096));
        }
    }
}

#[test]
fn a_surface_has_an_extent_and_a_known_format() {
    for other in [0, 16385, 0x4000_0000, u32::MAX] {
        refused(read(GemAllocation {
            width: other,
            ..SURFACE
        }));
        refused(read(GemAllocation {
            height: other,
            ..SURFACE
        }));
    }
    for format in [
        0,
        1,
        XR24.swap_bytes(),
        u32::from_le_bytes(*b"RG16"),
        u32::MAX,
    ] {
        refused(read(GemAllocation { format, ..SURFACE }));
    }
}

/// Bits: CPU visible 1, displayable 2, history buffer 4, GDI surface 8.
#[test]
fn usages_go_together() {
    let for_buffers = [0, 1, 5];
    let for_surfaces = [0, 1, 2, 3, 5, 8, 9, 10, 11];
    for usage in 0..=255 {
        let buffer = read(GemAllocation { usage, ..BUFFER });
        let surface = read(GemAllocation { usage, ..SURFACE });
        for (result, accepted) in [
            (buffer, for_buffers.contains(&usage)),
            (surface, for_surfaces.contains(&usage)),
        ] {
            match result {
                Ok(described) => {
                    assert!(accepted, "{usage}");
                    let has = |bit| described.usage().contains(bit);
                    assert_eq!(has(Usage::CPU_VISIBLE), usage & 1 != 0);
                    assert_eq!(has(Usage::DISPLAYABLE), usage & 2 != 0);
                    assert_eq!(has(Usage::HISTORY_BUFFER), usage & 4 != 0);
                    assert_eq!(has(Usage::GDI_SURFACE), usage & 8 != 0);
                }
                Err(status) => {
                    assert!(!accepted, "{usage}");
                    assert_eq!(status, NtStatus::INVALID_PARAMETER);
                }
            }
        }
    }
    for bit in 4..32 {
        let usage = 1 | (1 << bit);
        refused(read(GemAllocation { usage, ..BUFFER }));
        refused(read(GemAllocation { usage, ..SURFACE }));
    }
}

/// Case 85.
#[test]
fn the_answers_are_written_back() {
    let blob = GemAllocation {
        bytes: 5000,
        ..BUFFER
    };
    let mut data = blob.as_bytes().to_vec();
    assert_eq!(read(blob).unwrap().write_back(&mut data), Ok(()));
    let answer = GemAllocation {
        bytes: 8192,
        ..blob
    };
    assert_eq!(data, answer.as_bytes());

    let blob = GemAllocation {
        width: 65,
        height: 9,
        ..SURFACE
    };
    let mut data = blob.as_bytes().to_vec();
    assert_eq!(read(blob).unwrap().write_back(&mut data), Ok(()));
    let answer = GemAllocation {
        bytes: 8192,
        pitch: 512,
        ..blob
    };
    assert_eq!(data, answer.as_bytes());
}

#[test]
fn answers_are_not_written_into_a_blob_of_another_size() {
    for size in [0, 47, 49] {
        let mut data = vec![0x5A; size];
        refused(read(BUFFER).unwrap().write_back(&mut data));
        refused(existing_heap(0x1000, &mut data));
        assert_eq!(data, vec![0x5A; size]);
    }
}

#[test]
fn an_existing_heap_is_a_buffer_that_the_cpu_sees() {
    let mut data = [0xFF; SIZE];
    assert_eq!(existing_heap(0x3000, &mut data), Ok(()));
    let blob = GemAllocation {
        bytes: 0x3000,
        ..BUFFER
    };
    assert_eq!(data, blob.as_bytes());
    let described = Described::read(&data).unwrap();
    assert_eq!(described.bytes(), 0x3000);
    assert_eq!(
        described.description(),
        AllocationDescription {
            pitch: 4096,
            height: 3
        }
    );
}

#[test]
fn a_resource_has_no_private_data_or_its_header() {
    const RESOURCE: GemResource = GemResource {
        magic: MAGIC,
        version: 1,
        reserved: 0,
    };
    assert_eq!(check_resource(&[]), Ok(()));
    assert_eq!(check_resource(RESOURCE.as_bytes()), Ok(()));
    for bit in 0..64 {
        let reserved = 1 << bit;
        refused(check_resource(
            GemResource {
                reserved,
                ..RESOURCE
            }
            .as_bytes(),
        ));
    }
    let mut bytes = RESOURCE.as_bytes().to_vec();
    bytes.resize(40, 0);
    for size in (1..40).filter(|&size| size != 16) {
        refused(check_resource(&bytes[..size]));
    }
}

fn blob() -> impl Strategy<Value = GemAllocation> {
    let zero_or = || prop_oneof![9 => Just(0u32), 1 => any::<u32>()];
    let extent = || prop_oneof![Just(0u32), 1u32..=16385, any::<u32>()];
    let format = prop_oneof![Just(0), Just(XR24), Just(AB24), any::<u32>()];
    let bytes = prop_oneof![Just(0u64), 0..=LARGEST + 8192, any::<u64>()];
    (
        0u32..4,
        0u32..16,
        extent(),
        extent(),
        format,
        zero_or(),
        bytes,
    )
        .prop_map(
            |(kind, usage, width, height, format, pitch, bytes)| GemAllocation {
                kind,
                usage,
                width,
                height,
                format,
                pitch,
                bytes,
                ..HEADER
            },
        )
}

fn good_blob() -> impl Strategy<Value = GemAllocation> {
    let buffer = (1..=LARGEST).prop_map(|bytes| GemAllocation { bytes, ..BUFFER });
    let surface = (1u32..=16384, 1u32..=16384).prop_map(|(width, height)| GemAllocation {
        width,
        height,
        ..SURFACE
    });
    prop_oneof![buffer, surface]
}

/// What [`Described`] promises.
fn holds(blob: GemAllocation, described: &Described) -> Result<(), TestCaseError> {
    let AllocationDescription { pitch, height } = described.description();
    let area = u64::from(pitch) * u64::from(height);
    prop_assert!(pitch != 0 && pitch % 256 == 0 && (pitch <= 65536 || blob.kind == 1));
    prop_assert!((1..=65535).contains(&height));
    prop_assert!(described.bytes() != 0 && described.bytes() % 4096 == 0);
    prop_assert!(described.bytes() <= area.next_multiple_of(4096));
    if blob.kind == 1 {
        prop_assert!(area >= described.bytes() && area - described.bytes() < u64::from(pitch));
        prop_assert!(described.bytes() >= blob.bytes && described.bytes() - blob.bytes < 4096);
    } else {
        prop_assert!(described.bytes() >= area);
        prop_assert!(pitch >= blob.width * 4 && pitch - blob.width * 4 < 256);
        prop_assert_eq!(height, blob.height);
    }
    let mut data = blob.as_bytes().to_vec();
    prop_assert_eq!(described.write_back(&mut data), Ok(()));
    let answer = GemAllocation::read_from_bytes(&data).unwrap();
    prop_assert_eq!(answer.bytes, described.bytes());
    prop_assert_eq!(answer.pitch, if blob.kind == 1 { 0 } else { pitch });
    let input = GemAllocation {
        bytes: blob.bytes,
        pitch: 0,
        ..answer
    };
    prop_assert_eq!(input.as_bytes(), blob.as_bytes());
    Ok(())
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn good_blobs_are_read(blob in good_blob()) {
        holds(blob, &read(blob).unwrap())?;
    }

    #[test]
    fn what_is_read_has_a_layout(blob in blob()) {
        match read(blob) {
            Ok(described) => holds(blob, &described)?,
            Err(NtStatus::GRAPHICS_NO_VIDEO_MEMORY) => {
                prop_assert!(blob.kind == 1 && blob.bytes > LARGEST);
            }
            Err(status) => prop_assert_eq!(status, NtStatus::INVALID_PARAMETER),
        }
    }

    #[test]
    fn no_bytes_make_it_panic(
        header in any::<bool>(),
        mut data in prop::collection::vec(any::<u8>(), 0..100),
    ) {
        if header && data.len() >= 8 {
            data[..4].copy_from_slice(&MAGIC.to_le_bytes());
            data[4..8].copy_from_slice(&1u32.to_le_bytes());
        }
        let _ = Described::read(&data);
        let _ = check_resource(&data);
        let _ = existing_heap(u64::MAX, &mut data);
    }
}

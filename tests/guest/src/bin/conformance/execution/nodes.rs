// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTQueryAdapterInfo of nodes and their engines.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{questions::ask, sysfs::utf16};

pub const CASES: &[Case] = &[
    case!(
        case_740_nodes,
        "QueryAdapterInfo of a node (25); of a node or a physical adapter that is not there",
        C,
        "SUCCESS, a type, a name, flags; INVALID_PARAMETER",
    ),
    case!(
        case_741_engine_types,
        "QueryAdapterInfo of all nodes, the types of their engines",
        C,
        "one 3D engine; others",
        "3D, copy, other",
    ),
    case!(
        case_752_render_supported,
        "QueryAdapterInfo of the kind of the adapter (15), RenderSupported",
        I,
        "it is set, as there is an engine",
    ),
];

/// The answer, and what it says of a node; the high half of the number is that of a physical adapter.
fn metadata(gpu: &Gpu, node: u32) -> (Answer, Vec<u8>) {
    let mut buffer = vec![0xa5; size_of::<sys::D3DKMT_NODEMETADATA>()];
    buffer[..4].copy_from_slice(&node.to_le_bytes());
    let answer = ask(gpu, c::KMTQAITYPE_NODEMETADATA, &mut buffer);
    (answer, buffer)
}

/// The type of the engine, in the answer about a node.
fn engine_type(bytes: &[u8]) -> u32 {
    u32::from_le_bytes([0, 1, 2, 3].map(|i| bytes[4 + i]))
}

fn case_740_nodes() {
    on_each_adapter(|gpu| {
        let mut names = NODES.map(|node| {
            let (answer, bytes) = metadata(gpu, node);
            assert_eq!((answer, bytes.len()), (SUCCESS, 78));
            assert_eq!(bytes[..4], node.to_le_bytes());
            let units: Vec<_> = bytes[8..72]
                .chunks(2)
                .map(|pair| u16::from_le_bytes([pair[0], pair[1]]))
                .collect();
            // No flags; GPU virtual addresses, and none of an IOMMU.
            assert_eq!(bytes[72..], [0, 0, 0, 0, 1, 0]);
            utf16(&units)
        });
        names.sort();
        assert!(names.iter().all(|name| !name.is_empty()));
        assert!(names.is_sorted_by(|a, b| a < b), "{names:?}");
        gpu.unchanged(|| {
            for_each([3, 4, 0xffff, 0x1_0000, u32::MAX], |node| {
                let (answer, bytes) = metadata(gpu, node);
                assert_eq!(answer, INVALID_PARAMETER);
                assert!(bytes[4..].iter().all(|&byte| byte == 0xa5));
            });
        });
    });
}

fn case_741_engine_types() {
    on_each_adapter(|gpu| {
        let types = NODES.map(|node| engine_type(&metadata(gpu, node).1));
        assert_eq!(types, [1, 6, 0]);
    });
}

fn case_752_render_supported() {
    on_each_engine(|engine| {
        let mut buffer = [0; 4];
        let answer = ask(engine.gpu, c::KMTQAITYPE_ADAPTERTYPE, &mut buffer);
        assert_eq!(answer, SUCCESS);
        let kind = u32::from_le_bytes(buffer);
        let flag = c::D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED;
        assert_eq!(kind & flag, flag);
        // And it executes.
        engine.run(&add(engine));
        assert_eq!(sum(engine), 1);
    });
}

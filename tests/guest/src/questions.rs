// SPDX-License-Identifier: MIT OR Apache-2.0
//! The questions of D3DKMTQueryAdapterInfo.

use crate::calls::{query_at, Answer, Gpu};
use libd3dkmt::sys::bindings as c;

/// Every question that is answered, with the bytes of its answer.
pub const QUESTIONS: [(u32, usize); 20] = [
    (3, 24),
    (6, 12),
    (8, 2080),
    (11, 4),
    (13, 4),
    (15, 4),
    (17, 12),
    (18, 8),
    (24, 4),
    (25, 78),
    (30, 4),
    (31, 28),
    (34, 12),
    (54, 2080),
    (56, 4),
    (57, 4),
    (58, 12),
    (65, 8192),
    (66, 8192),
    (70, 4),
];

/// What buffers are filled with before a question.
pub const FILL: u8 = 0xa5;

/// A buffer for a question, filled; the first word of 31 and 34 is the number of a physical adapter, of 25 that of a
/// node.
pub fn filled(question: u32, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![FILL; bytes];
    let of_a_number = [
        c::KMTQAITYPE_NODEMETADATA,
        c::KMTQAITYPE_PHYSICALADAPTERDEVICEIDS,
        c::KMTQAITYPE_QUERY_GPUMMU_CAPS,
    ];
    if of_a_number.contains(&question) {
        buffer.iter_mut().take(4).for_each(|byte| *byte = 0);
    }
    buffer
}

/// Asks into a buffer.
pub fn ask(gpu: &Gpu, question: u32, buffer: &mut [u8]) -> Answer {
    let bytes = u32::try_from(buffer.len()).expect("a short buffer");
    query_at(
        &gpu.dxg,
        gpu.adapter,
        question,
        buffer.as_mut_ptr() as u64,
        bytes,
    )
}

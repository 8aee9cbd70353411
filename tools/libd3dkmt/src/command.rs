// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands of the module's software engine, as words of a command buffer.
//!
//! The encoding is that of `uapi/dxgkrnl_engine.h`. Addresses are GPU virtual addresses in bytes. Nothing
//! is checked here: what the engine does not take, such as an address with another alignment than the
//! command says, ends the buffer with a fault when it is executed, and puts the device in error.

use crate::sys::engine as c;

/// Bytes of a command buffer, at most.
pub const BUFFER_MAX: u32 = c::DXGKRNL_ENGINE_BUFFER_MAX;

/// Command buffers inside each other ([`Commands::call`]), below the first one, at most.
pub const DEPTH_MAX: u32 = c::DXGKRNL_ENGINE_DEPTH_MAX;

/// How far the corners of triangles are from the origin, at most, in sixteenths of a pixel.
pub const COORDINATE_MAX: u32 = c::DXGKRNL_ENGINE_COORDINATE_MAX;

/// Words of one command, at most: its header has 16 bits for them.
const WORDS_MAX: usize = 0xffff;

/// What [`Commands::wait_mem`] waits for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Condition {
    /// The value is the reference.
    Equal = c::DXGKRNL_ENGINE_EQUAL,
    /// The value is not less than the reference.
    AtLeast = c::DXGKRNL_ENGINE_AT_LEAST,
    /// The value is not the reference.
    NotEqual = c::DXGKRNL_ENGINE_NOT_EQUAL,
}

/// Where rows of bytes are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rows {
    /// The address of the first row.
    pub address: u64,
    /// Bytes from the beginning of one row to that of the next.
    pub pitch: u32,
}

/// A rectangle of a surface, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rect {
    /// Pixels to the left of it.
    pub x: u32,
    /// Rows above it.
    pub y: u32,
    /// Pixels of a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
}

/// A corner of a triangle, as it is in memory for [`Commands::triangles`]: three words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Corner {
    /// To the right, in sixteenths of a pixel; at most [`COORDINATE_MAX`] either way.
    pub x: i32,
    /// Down, likewise.
    pub y: i32,
    /// `0xAARRGGBB`.
    pub color: u32,
}

impl Corner {
    /// The bytes that the engine reads.
    pub fn to_bytes(self) -> [u8; 12] {
        let mut bytes = [0; 12];
        let words = [self.x as u32, self.y as u32, self.color];
        for (place, word) in bytes.chunks_exact_mut(4).zip(words) {
            place.copy_from_slice(&word.to_le_bytes());
        }
        bytes
    }
}

/// Where triangles are drawn to, and how.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Target {
    /// The surface, which has 4 bytes a pixel; its address and its pitch are multiples of 4.
    pub surface: Rows,
    /// Pixels of a row of the surface.
    pub width: u32,
    /// Rows of the surface.
    pub height: u32,
    /// What may be drawn to. It may reach beyond the surface.
    pub scissor: Rect,
    /// Whether what is there shines through, by alpha, or is replaced.
    pub blend: bool,
    /// Whether the fourth byte of each pixel that is drawn becomes 255: the surface has no alpha.
    pub opaque: bool,
}

/// The words of a command buffer, command after command.
///
/// They are executed in this order, and each sees what those before it have written.
///
/// ```
/// use libd3dkmt::command::Commands;
///
/// let mut commands = Commands::new();
/// commands.fill(0x1_0000, 4096, 0).write32(0x1_0008, 7).end();
/// assert_eq!(commands.words().len(), 6 + 4 + 1);
/// assert_eq!(commands.bytes(), 44);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Commands {
    words: Vec<u32>,
}

impl Commands {
    /// No commands.
    pub fn new() -> Self {
        Self::default()
    }

    /// The words so far.
    pub fn words(&self) -> &[u32] {
        &self.words
    }

    /// The words.
    pub fn into_words(self) -> Vec<u32> {
        self.words
    }

    /// The length so far, in bytes.
    pub fn bytes(&self) -> u64 {
        self.words.len() as u64 * 4
    }

    /// The bytes that the engine reads: every word with its low byte first.
    pub fn to_bytes(&self) -> Vec<u8> {
        let words = self.words.iter();
        words.flat_map(|word| word.to_le_bytes()).collect()
    }

    /// DXGKRNL_ENGINE_NOP: fills so many words with commands that do nothing.
    pub fn nop(&mut self, words: usize) -> &mut Self {
        let mut left = words;
        while left > 0 {
            let part = left.min(WORDS_MAX);
            self.words.push(header(c::DXGKRNL_ENGINE_NOP, part));
            self.words.resize(self.words.len() + part - 1, 0);
            left -= part;
        }
        self
    }

    /// DXGKRNL_ENGINE_END: ends the buffer, whatever is behind it. One that was called returns.
    pub fn end(&mut self) -> &mut Self {
        self.push(c::DXGKRNL_ENGINE_END, &[])
    }

    /// DXGKRNL_ENGINE_FILL: writes a pattern of 4 bytes again and again. Address and bytes are multiples
    /// of 4.
    pub fn fill(&mut self, address: u64, bytes: u64, pattern: u32) -> &mut Self {
        let ([a0, a1], [b0, b1]) = (halves(address), halves(bytes));
        self.push(c::DXGKRNL_ENGINE_FILL, &[a0, a1, b0, b1, pattern])
    }

    /// DXGKRNL_ENGINE_COPY: copies bytes. Where the two overlap it is as if one byte was copied after the
    /// other, from the first on.
    pub fn copy(&mut self, to: u64, from: u64, bytes: u64) -> &mut Self {
        let ([t0, t1], [f0, f1], [b0, b1]) = (halves(to), halves(from), halves(bytes));
        self.push(c::DXGKRNL_ENGINE_COPY, &[t0, t1, f0, f1, b0, b1])
    }

    /// DXGKRNL_ENGINE_COPY_2D: copies `rows` rows of `row` bytes, each as by [`Self::copy`].
    pub fn copy_2d(&mut self, to: Rows, from: Rows, row: u32, rows: u32) -> &mut Self {
        let ([t0, t1], [f0, f1]) = (halves(to.address), halves(from.address));
        let operands = [t0, t1, to.pitch, f0, f1, from.pitch, row, rows];
        self.push(c::DXGKRNL_ENGINE_COPY_2D, &operands)
    }

    /// DXGKRNL_ENGINE_WRITE of 4 bytes. The address is a multiple of 4.
    pub fn write32(&mut self, address: u64, value: u32) -> &mut Self {
        let [a0, a1] = halves(address);
        self.push(c::DXGKRNL_ENGINE_WRITE, &[a0, a1, value])
    }

    /// DXGKRNL_ENGINE_WRITE of 8 bytes. The address is a multiple of 8.
    pub fn write64(&mut self, address: u64, value: u64) -> &mut Self {
        self.address_and_value(c::DXGKRNL_ENGINE_WRITE, address, value)
    }

    /// DXGKRNL_ENGINE_FENCE: writes 8 bytes at once. At [`Fence::gpu_address`](crate::Fence::gpu_address)
    /// that is a signal. The address is a multiple of 8.
    pub fn fence(&mut self, address: u64, value: u64) -> &mut Self {
        self.address_and_value(c::DXGKRNL_ENGINE_FENCE, address, value)
    }

    /// DXGKRNL_ENGINE_TIMESTAMP: writes the time of CLOCK_MONOTONIC, 8 bytes, in nanoseconds. The address is a
    /// multiple of 8.
    pub fn timestamp(&mut self, address: u64) -> &mut Self {
        self.push(c::DXGKRNL_ENGINE_TIMESTAMP, &halves(address))
    }

    /// DXGKRNL_ENGINE_WAIT_MEM: waits until the value of 8 bytes at an address, a multiple of 8, meets the
    /// condition. Only bits in the mask count, 0 standing for all 64. The buffer counts as running
    /// meanwhile, and times out; a wait of the context ([`Context::wait_for`](crate::Context::wait_for))
    /// does not.
    pub fn wait_mem(
        &mut self,
        address: u64,
        condition: Condition,
        reference: u64,
        mask: u32,
    ) -> &mut Self {
        let ([a0, a1], [r0, r1]) = (halves(address), halves(reference));
        let operands = [a0, a1, r0, r1, mask, condition as u32];
        self.push(c::DXGKRNL_ENGINE_WAIT_MEM, &operands)
    }

    /// DXGKRNL_ENGINE_CALL: executes another buffer of so many bytes, at most [`BUFFER_MAX`], then goes on
    /// here. The address is a multiple of 4. Calls are at most [`DEPTH_MAX`] inside each other.
    pub fn call(&mut self, address: u64, bytes: u64) -> &mut Self {
        self.address_and_value(c::DXGKRNL_ENGINE_CALL, address, bytes)
    }

    /// DXGKRNL_ENGINE_ATOMIC_ADD64: adds to the value of 8 bytes at an address, a multiple of 8.
    pub fn atomic_add64(&mut self, address: u64, operand: u64) -> &mut Self {
        self.address_and_value(c::DXGKRNL_ENGINE_ATOMIC_ADD64, address, operand)
    }

    /// DXGKRNL_ENGINE_SPIN: keeps the engine busy for so many microseconds. The module has no such operation; only
    /// tests of the engine outside of the kernel do.
    pub fn spin(&mut self, microseconds: u32) -> &mut Self {
        self.push(c::DXGKRNL_ENGINE_SPIN, &[microseconds])
    }

    /// DXGKRNL_ENGINE_CLEAR_RECT: gives all pixels of a rectangle one value. The surface has 4 bytes a
    /// pixel; its address and its pitch are multiples of 4.
    pub fn clear_rect(&mut self, surface: Rows, rect: Rect, color: u32) -> &mut Self {
        let [a0, a1] = halves(surface.address);
        let Rect {
            x,
            y,
            width,
            height,
        } = rect;
        let operands = [a0, a1, surface.pitch, x, y, width, height, color];
        self.push(c::DXGKRNL_ENGINE_CLEAR_RECT, &operands)
    }

    /// DXGKRNL_ENGINE_TRIANGLES: draws so many filled triangles. Their corners ([`Corner::to_bytes`]) are at an
    /// address, a multiple of 4, three for each.
    pub fn triangles(&mut self, target: Target, corners: u64, triangles: u32) -> &mut Self {
        let Target {
            surface,
            width,
            height,
            scissor,
            blend,
            opaque,
        } = target;
        let ([a0, a1], [c0, c1]) = (halves(surface.address), halves(corners));
        let mut flags = 0;
        if blend {
            flags |= c::DXGKRNL_ENGINE_TRIANGLES_BLEND;
        }
        if opaque {
            flags |= c::DXGKRNL_ENGINE_TRIANGLES_OPAQUE;
        }
        let operands = [
            a0,
            a1,
            surface.pitch,
            width,
            height,
            scissor.x,
            scissor.y,
            scissor.width,
            scissor.height,
            flags,
            c0,
            c1,
            triangles,
        ];
        self.push(c::DXGKRNL_ENGINE_TRIANGLES, &operands)
    }

    fn address_and_value(
        &mut self,
        op: c::dxgkrnl_engine_op,
        address: u64,
        value: u64,
    ) -> &mut Self {
        let ([a0, a1], [v0, v1]) = (halves(address), halves(value));
        self.push(op, &[a0, a1, v0, v1])
    }

    fn push(&mut self, op: c::dxgkrnl_engine_op, operands: &[u32]) -> &mut Self {
        self.words.push(header(op, operands.len() + 1));
        self.words.extend_from_slice(operands);
        self
    }
}

/// The header of a command of so many words, itself included: DXGKRNL_ENGINE_HEADER().
fn header(op: c::dxgkrnl_engine_op, words: usize) -> u32 {
    debug_assert!((1..=WORDS_MAX).contains(&words));
    op | ((words as u32) << 16)
}

/// The words of a number of 64 bits, the low one first.
fn halves(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const A: u64 = 0x0000_1234_5678_9ab8;
    const B: u64 = 0x0000_7fff_0000_1000;
    const V: u64 = 0xdead_beef_0bad_cafe;

    fn words(build: impl FnOnce(&mut Commands) -> &mut Commands) -> Vec<u32> {
        let mut commands = Commands::new();
        build(&mut commands);
        commands.into_words()
    }

    #[test]
    fn commands_are_as_in_the_header() {
        let cases: &[(Vec<u32>, &[u32])] = &[
            (words(|c| c.end()), &[0x1_0001]),
            (
                words(|c| c.fill(A, 0x2_0000_0004, 0x55)),
                &[0x6_0002, 0x5678_9ab8, 0x1234, 4, 2, 0x55],
            ),
            (
                words(|c| c.copy(A, B, 0x1_0000_0003)),
                &[0x7_0003, 0x5678_9ab8, 0x1234, 0x1000, 0x7fff, 3, 1],
            ),
            (
                words(|c| {
                    let to = Rows {
                        address: A,
                        pitch: 256,
                    };
                    let from = Rows {
                        address: B,
                        pitch: 512,
                    };
                    c.copy_2d(to, from, 100, 7)
                }),
                &[
                    0x9_0004,
                    0x5678_9ab8,
                    0x1234,
                    256,
                    0x1000,
                    0x7fff,
                    512,
                    100,
                    7,
                ],
            ),
            (
                words(|c| c.write32(A, 9)),
                &[0x4_0005, 0x5678_9ab8, 0x1234, 9],
            ),
            (
                words(|c| c.write64(A, V)),
                &[0x5_0005, 0x5678_9ab8, 0x1234, 0x0bad_cafe, 0xdead_beef],
            ),
            (
                words(|c| c.fence(A, V)),
                &[0x5_0006, 0x5678_9ab8, 0x1234, 0x0bad_cafe, 0xdead_beef],
            ),
            (words(|c| c.timestamp(A)), &[0x3_0007, 0x5678_9ab8, 0x1234]),
            (
                words(|c| c.wait_mem(A, Condition::AtLeast, V, 0xff)),
                &[
                    0x7_0008,
                    0x5678_9ab8,
                    0x1234,
                    0x0bad_cafe,
                    0xdead_beef,
                    0xff,
                    1,
                ],
            ),
            (words(|c| c.call(B, 64)), &[0x5_0009, 0x1000, 0x7fff, 64, 0]),
            (
                words(|c| c.atomic_add64(A, u64::MAX)),
                &[0x5_000a, 0x5678_9ab8, 0x1234, u32::MAX, u32::MAX],
            ),
            (words(|c| c.spin(1500)), &[0x2_000b, 1500]),
            (
                words(|c| {
                    let surface = Rows {
                        address: B,
                        pitch: 2560,
                    };
                    let rect = Rect {
                        x: 1,
                        y: 2,
                        width: 3,
                        height: 4,
                    };
                    c.clear_rect(surface, rect, 0xff00_00ff)
                }),
                &[0x9_0010, 0x1000, 0x7fff, 2560, 1, 2, 3, 4, 0xff00_00ff],
            ),
            (
                words(|c| c.triangles(target(false, false), A, 6)),
                &[
                    0xe_0011,
                    0x1000,
                    0x7fff,
                    2560,
                    640,
                    480,
                    1,
                    2,
                    3,
                    4,
                    0,
                    0x5678_9ab8,
                    0x1234,
                    6,
                ],
            ),
        ];
        for (built, wanted) in cases {
            assert_eq!(built, wanted);
        }
    }

    fn target(blend: bool, opaque: bool) -> Target {
        Target {
            surface: Rows {
                address: B,
                pitch: 2560,
            },
            width: 640,
            height: 480,
            scissor: Rect {
                x: 1,
                y: 2,
                width: 3,
                height: 4,
            },
            blend,
            opaque,
        }
    }

    #[test]
    fn flags_of_triangles_are_those_of_the_header() {
        for (blend, opaque, flags) in [(false, false, 0), (true, false, 1), (false, true, 2)] {
            let words = words(|c| c.triangles(target(blend, opaque), A, 6));
            assert_eq!(words[10], flags);
        }
        assert_eq!(words(|c| c.triangles(target(true, true), A, 6))[10], 3);
    }

    #[test]
    fn corners_are_three_words() {
        let corner = Corner {
            x: -2,
            y: 0x0102_0304,
            color: 0xaabb_ccdd,
        };
        let bytes = [254, 255, 255, 255, 4, 3, 2, 1, 0xdd, 0xcc, 0xbb, 0xaa];
        assert_eq!(corner.to_bytes(), bytes);
    }

    #[test]
    fn conditions_are_those_of_the_header() {
        let conditions = [Condition::Equal, Condition::AtLeast, Condition::NotEqual];
        assert_eq!(conditions.map(|condition| condition as u32), [0, 1, 2]);
    }

    #[test]
    fn nops_fill_any_number_of_words() {
        assert!(words(|c| c.nop(0)).is_empty());
        assert_eq!(words(|c| c.nop(1)), [0x1_0000]);
        assert_eq!(words(|c| c.nop(3)), [0x3_0000, 0, 0]);
        let long = words(|c| c.nop(0x1_0001));
        assert_eq!(long.len(), 0x1_0001);
        assert_eq!((long[0], long[0xffff]), (0xffff_0000, 0x2_0000));
    }

    #[test]
    fn bytes_have_the_low_one_first() {
        let mut commands = Commands::new();
        commands.write32(0x0102_0304_0506_0708, 0x090a_0b0c).end();
        assert_eq!(commands.bytes(), 20);
        let bytes: [u8; 20] = [
            5, 0, 4, 0, 8, 7, 6, 5, 4, 3, 2, 1, 0x0c, 0x0b, 0x0a, 9, 1, 0, 1, 0,
        ];
        assert_eq!(commands.to_bytes(), bytes);
    }

    proptest! {
        /// Headers lead from one command to the next, and to the end.
        #[test]
        fn headers_have_the_lengths_of_their_commands(kinds in prop::collection::vec(0..6_u8, 0..50)) {
            let mut commands = Commands::new();
            for kind in &kinds {
                match kind {
                    0 => commands.nop(5),
                    1 => commands.end(),
                    2 => commands.fill(A, 8, 0),
                    3 => commands.copy(A, B, 1),
                    4 => commands.write32(A, 0),
                    _ => commands.timestamp(A),
                };
            }
            let (mut at, mut found) = (0_usize, 0_usize);
            while let Some(header) = commands.words().get(at) {
                at += (header >> 16) as usize;
                found += 1;
            }
            prop_assert_eq!((at, found), (commands.words().len(), kinds.len()));
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands that move bytes: what is in memory afterwards, to the byte.

use super::*;
use libd3dkmt::sys::engine::{
    DXGKRNL_ENGINE_TRIANGLES_BLEND as BLEND, DXGKRNL_ENGINE_TRIANGLES_OPAQUE as OPAQUE,
};
use umd::{Blend, Canvas, Format, Vertex};

/// Runs commands on memory with a pattern; `model` does the same to its bytes.
fn same(engine: &Engine<'_>, commands: &Commands, model: impl FnOnce(&mut [u8])) {
    for (i, byte) in engine.memory.all().iter_mut().enumerate() {
        *byte = (i * 7 + i / 256) as u8;
    }
    let mut expected = engine.memory.all().to_vec();
    model(&mut expected);
    engine.run(commands);
    let differs = (expected.iter().zip(engine.memory.all())).position(|(a, b)| *a != *b);
    assert_eq!(differs, None, "the first byte that differs");
}

pub(super) fn fills() {
    on_each_engine(|engine| {
        let all = engine.memory.bytes;
        let ranges = [
            (0, 4),
            (4, 8),
            (4092, 8),
            (12, 0),
            (4096, 3 * 4096),
            (8, all - 12),
        ];
        for_each(ranges, |(start, bytes)| {
            let address = engine.memory.at(start);
            let commands = Commands::new().fill(address, bytes as u64, 0x8765_4321);
            same(engine, &commands, |expected| {
                for word in expected[start..start + bytes].chunks_mut(4) {
                    word.copy_from_slice(&[0x21, 0x43, 0x65, 0x87]);
                }
            });
        });
    });
}

/// As if one byte was copied after the other.
fn copy_bytes(memory: &mut [u8], to: usize, from: usize, bytes: usize) {
    for i in 0..bytes {
        memory[to + i] = memory[from + i];
    }
}

fn copies_like(ranges: &[(usize, usize, usize)]) {
    on_each_engine(|engine| {
        for_each(ranges.iter().copied(), |(to, from, bytes)| {
            let [to_address, from_address] = [to, from].map(|at| engine.memory.at(at));
            let commands = Commands::new().copy(to_address, from_address, bytes as u64);
            same(engine, &commands, |expected| {
                copy_bytes(expected, to, from, bytes);
            });
        });
    });
}

pub(super) fn copies() {
    copies_like(&[
        (0, 4096, 1),
        (1, 4097, 7),
        (3, 8192, 4096),
        (4090, 8195, 12),
        (100, 200, 0),
        (70_001, 2, 60_001),
        (2, 70_001, 60_001),
    ]);
}

pub(super) fn copies_that_overlap() {
    copies_like(&[
        (1, 0, 1000),
        (7, 0, 5000),
        (4097, 4096, 300),
        (0, 1, 9000),
        (4096, 0, 50_000),
        (0, 5000, 100_000),
        (64, 64, 8192),
    ]);
}

pub(super) fn copies_of_rows() {
    /// An offset, and a pitch.
    type Rows = (usize, u32);
    let cases: [(Rows, Rows, u32, u32); 5] = [
        ((0, 64), (32_768, 128), 64, 20),
        ((3, 100), (40_001, 33), 31, 50),
        ((0, 16), (65_536, 4096), 0, 9),
        ((0, 16), (65_536, 4096), 9, 0),
        // Onto themselves: rows that are written are read again.
        ((256, 256), (0, 256), 200, 100),
    ];
    on_each_engine(|engine| {
        for_each(cases, |(to, from, row, rows)| {
            let [at_to, at_from] = [to, from].map(|(at, pitch)| (engine.memory.at(at), pitch));
            let commands = Commands::new().copy_2d(at_to, at_from, row, rows);
            same(engine, &commands, |expected| {
                for i in 0..rows as usize {
                    let [to, from] = [to, from].map(|(at, pitch)| at + i * pitch as usize);
                    copy_bytes(expected, to, from, row as usize);
                }
            });
        });
    });
}

/// WRITE, and FENCE where no fence is.
pub(super) fn writes() {
    on_each_engine(|engine| {
        let at = |offset| engine.memory.at(offset);
        let (word, long) = (0x8765_4321_u32, 0x0123_4567_89ab_cdef_u64);
        let commands = Commands::new()
            .write32(at(4), word)
            .write64(at(16), long)
            .fence(at(4088), !long)
            .write32(at(4096), !word);
        same(engine, &commands, |expected| {
            expected[4..8].copy_from_slice(&word.to_le_bytes());
            expected[16..24].copy_from_slice(&long.to_le_bytes());
            expected[4088..4096].copy_from_slice(&(!long).to_le_bytes());
            expected[4096..4100].copy_from_slice(&(!word).to_le_bytes());
        });
    });
}

pub(super) fn cleared_rectangles() {
    const START: usize = 4096 + 4;
    const PITCH: u32 = 516;
    let cases = [
        ([0, 0], [1, 1]),
        ([3, 5], [100, 60]),
        ([128, 2], [1, 100]),
        // Nothing.
        ([9, 9], [0, 9]),
        ([9, 9], [9, 0]),
        ([0, 0], [129, 200]),
    ];
    on_each_engine(|engine| {
        for_each(cases, |(from, size)| {
            let on = (engine.memory.at(START), PITCH);
            let commands = Commands::new().clear_rect(on, from, size, 0x00aa_bbcc);
            same(engine, &commands, |expected| {
                let [[x, y], [width, height]] = [from, size].map(|pair| pair.map(|n| n as usize));
                for row in y..y + height {
                    for pixel in x..x + width {
                        let at = START + row * PITCH as usize + 4 * pixel;
                        expected[at..at + 4].copy_from_slice(&[0xcc, 0xbb, 0xaa, 0]);
                    }
                }
            });
        });
    });
}

/// Corners, in sixteenths of a pixel.
fn corners(places: [(i32, i32); 3], colors: [u32; 3]) -> [Vertex; 3] {
    let [a, b, c] = places;
    let vertex = |(x, y): (i32, i32), color: u32| Vertex { x, y, color };
    [
        vertex(a, colors[0]),
        vertex(b, colors[1]),
        vertex(c, colors[2]),
    ]
}

/// Where triangles are drawn to in the memory of an engine: it begins in the second page.
const SURFACE: usize = 4096 + 4;
const SURFACE_PITCH: u32 = 516;

/// The command that draws them to a surface there. Their corners are in the memory for commands, behind those.
fn triangles(
    engine: &Engine<'_>,
    size: [u32; 2],
    scissor: [u32; 4],
    flags: u32,
    list: &[[Vertex; 3]],
) -> Commands {
    const LIST: usize = 4096 - 16;
    let words = list.iter().flatten();
    let words = words.flat_map(|corner| [corner.x as u32, corner.y as u32, corner.color]);
    for (i, word) in words.enumerate() {
        engine.commands.store_word(LIST + 4 * i, word);
    }
    let on = (engine.memory.at(SURFACE), SURFACE_PITCH);
    let list = (engine.commands.at(LIST), list.len() as u32);
    Commands::new().triangles(on, size, scissor, flags, list)
}

/// Two triangles of one colour each, which share the edge from (2, 1) to (10, 9).
pub(super) fn triangles_that_share_an_edge() {
    const COLORS: [u32; 2] = [0x80ff_2010, 0x4010_20ff];
    let [a, b, c, d] = [(2, 1), (10, 1), (10, 9), (2, 9)].map(|(x, y)| (x * 16, y * 16));
    let list = [
        corners([a, b, c], [COLORS[0]; 3]),
        corners([a, d, c], [COLORS[1]; 3]),
    ];
    // What may be drawn of it: the first columns and rows, and those behind the last.
    let cases = [
        ([100, 50], [0, 0, 100, 50], [2, 1, 10, 9]),
        ([100, 50], [0, 0, u32::MAX, u32::MAX], [2, 1, 10, 9]),
        ([100, 50], [4, 0, 3, 5], [4, 1, 7, 5]),
        ([5, 7], [0, 3, 100, 100], [2, 3, 5, 7]),
        ([100, 50], [10, 9, 80, 40], [0; 4]),
        ([100, 50], [4, 4, 0, 9], [0; 4]),
    ];
    on_each_engine(|engine| {
        for flags in [0, BLEND, OPAQUE, BLEND | OPAQUE] {
            for_each(cases, |(size, scissor, window)| {
                let commands = triangles(engine, size, scissor, flags, &list);
                same(engine, &commands, |expected| {
                    let [left, top, right, bottom] = window.map(|n: u32| n as usize);
                    for y in top..bottom {
                        for x in left..right {
                            // Centres on the edge are of the first one, whose left edge it is.
                            let color = COLORS[usize::from(x - 2 < y - 1)];
                            let at = SURFACE + y * SURFACE_PITCH as usize + 4 * x;
                            let pixel = &mut expected[at..at + 4];
                            let alpha = color >> 24;
                            for (i, byte) in pixel.iter_mut().enumerate() {
                                let new = u32::from(color.to_le_bytes()[i]);
                                let drawn = if i == 3 { 255 } else { new };
                                let mixed = drawn * alpha + u32::from(*byte) * (255 - alpha);
                                *byte = match (flags & BLEND, i) {
                                    (_, 3) if flags & OPAQUE != 0 => 255,
                                    (0, _) => new as u8,
                                    _ => ((mixed + 127) / 255) as u8,
                                };
                            }
                        }
                    }
                });
            });
        }
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// Every pixel is as the user-mode driver's rasteriser has it.
pub(super) fn triangles_are_as_the_driver_draws_them() {
    const COLORS: [u32; 3] = [0xffff_0000, 0x8000_ff40, 0x1020_00ff];
    let far = umd::raster::MAX_COORDINATE;
    let list = [
        [(40, 24), (1500, 300), (200, 700)],
        // Edges through centres.
        [(8, 8), (808, 8), (8, 408)],
        [(808, 408), (8, 408), (808, 8)],
        // Beyond the surface, thin, of no area, and as far away as can be.
        [(-300, 100), (2000, -90), (1000, 3000)],
        [(0, 0), (1601, 799), (1600, 801)],
        [(16, 16), (320, 320), (160, 160)],
        [(-far, -far), (far, -far), (0, far)],
        [(0, 1), (far, far), (-far, far)],
    ]
    .map(|places| corners(places, COLORS));
    let size = [128, 60];
    let cases = [
        ([0, 0, 128, 60], Format::Ar24, Blend::Replace),
        ([0, 0, 128, 60], Format::Ar24, Blend::Over),
        ([0, 0, 128, 60], Format::Xr24, Blend::Replace),
        ([3, 5, 100, 31], Format::Xr24, Blend::Over),
    ];
    on_each_engine(|engine| {
        for_each(cases, |(scissor, format, blend)| {
            let blend_flag = match blend {
                Blend::Replace => 0,
                Blend::Over => BLEND,
            };
            let format_flag = match format {
                Format::Ar24 => 0,
                Format::Xr24 => OPAQUE,
            };
            let commands = triangles(engine, size, scissor, blend_flag | format_flag, &list);
            same(engine, &commands, |expected| {
                let mut whole = expected.to_vec();
                let pitch = SURFACE_PITCH as usize;
                let [width, height] = size;
                let canvas = Canvas::new(&mut whole[SURFACE..], pitch, (width, height), format);
                let mut canvas = canvas.expect("it fits");
                for corners in list {
                    assert_eq!(canvas.triangle(corners, blend), Ok(()));
                }
                // The driver has no scissor: nothing else is taken of what it drew.
                let [x, y, columns, rows] = scissor.map(|n: u32| n as usize);
                for row in y..y + rows {
                    let at = SURFACE + row * pitch + 4 * x;
                    let pixels = at..at + 4 * columns;
                    expected[pixels.clone()].copy_from_slice(&whole[pixels]);
                }
            });
        });
    });
}

pub(super) fn atomic_sums() {
    on_each_engine(|engine| {
        engine.memory.store(8, u64::MAX - 1);
        let at = |offset| engine.memory.at(offset);
        let commands = Commands::new()
            .add(at(0), 1 << 40)
            .add(at(8), 3)
            .add(at(0), 5)
            .add(at(16), u64::MAX);
        engine.run(&commands);
        let sums = [0, 8, 16, 24].map(|at| engine.memory.load(at));
        assert_eq!(sums, [(1 << 40) + 5, 1, u64::MAX, 0]);
    });
}

pub(super) fn timestamps_rise() {
    on_each_engine(|engine| {
        let at = |offset| engine.memory.at(offset);
        let bytes = engine.memory.bytes as u64 - 4096;
        let commands = Commands::new().timestamp(at(0)).timestamp(at(8));
        engine.run(&commands.fill(at(4096), bytes, 1).timestamp(at(16)));
        engine.run(&Commands::new().timestamp(at(24)));
        let times = [0, 8, 16, 24].map(|at| engine.memory.load(at));
        assert_ne!(times[0], 0);
        assert!(times[0] <= times[1] && times[1] < times[2] && times[2] < times[3]);
        assert_eq!(engine.memory.load(32), 0);
    });
}

pub(super) fn what_does_nothing_and_the_end() {
    on_each_engine(|engine| {
        let at = |offset| engine.memory.at(offset);
        // What is in a NOP is no command, nor is anything behind the end.
        let inner = Commands::new().write64(at(0), 1);
        let commands = Commands::new()
            .nops(3)
            .nop(inner.words())
            .write64(at(8), 1)
            .nop(&[0; 1000])
            .end()
            .write64(at(0), 1)
            .raw(&[u32::MAX]);
        engine.run(&commands);
        assert_eq!([0, 8].map(|at| engine.memory.load(at)), [0, 1]);
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// Also when it is themselves.
pub(super) fn commands_see_what_those_before_them_wrote() {
    on_each_engine(|engine| {
        let at = |offset| engine.memory.at(offset);
        engine.memory.store(8, 7);
        // The pattern of the FILL, behind the four words of the WRITE and the COPY's seven.
        let pattern = engine.commands.at(4 * (4 + 7 + 5));
        let commands = Commands::new()
            .write32(pattern, 0x55aa)
            .copy(at(16), at(8), 8)
            .fill(at(0), 4, 0)
            .add(at(16), 1)
            .copy(at(24), at(16), 8);
        engine.run(&commands);
        let found = [0, 16, 24].map(|at| engine.memory.load(at));
        assert_eq!(found, [0x55aa, 8, 8]);
    });
}

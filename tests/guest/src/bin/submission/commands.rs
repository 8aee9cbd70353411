// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands that move bytes: what is in memory afterwards, to the byte.

use super::*;

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

// SPDX-License-Identifier: MIT OR Apache-2.0

//! Every command against bytes that are changed one after the other.

use super::{Code, Means, World, BASE};
use crate::{
    engine::{machine::Progress, Fault},
    tests::config,
    uapi::*,
};
use proptest::prelude::*;

/// Pages of memory; there is none behind them.
pub(super) const PAGES: usize = 6;

#[derive(Clone, Debug)]
enum Op {
    Fill {
        at: u64,
        words: u64,
        pattern: u32,
    },
    Copy {
        to: u64,
        from: u64,
        bytes: u64,
    },
    Copy2d {
        to: u64,
        to_pitch: u32,
        from: u64,
        from_pitch: u32,
        row: u32,
        rows: u32,
    },
    Write32(u64, u32),
    Write64(u64, u64),
    Fence(u64, u64),
    Add(u64, u64),
    Rect {
        at: u64,
        pitch: u32,
        x: u32,
        y: u32,
        width: u32,
        height: u32,
        color: u32,
    },
}

fn op() -> impl Strategy<Value = Op> {
    let end = PAGES as u64 * 4096 + 64;
    let at = move || prop_oneof![3 => 0..end, 1 => 4000..4200u64];
    let words = || 0..2000u64;
    let bytes = || prop_oneof![2 => 0..6000u64, 1 => 0..20u64];
    prop_oneof![
        1 => (at(), words(), any::<u32>()).prop_map(|(at, words, pattern)| Op::Fill { at: at & !3, words, pattern }),
        3 => (at(), at(), bytes()).prop_map(|(to, from, bytes)| Op::Copy { to, from, bytes }),
        2 => (at(), 0..40u64, bytes()).prop_map(|(from, by, bytes)| Op::Copy { to: from + by, from, bytes }),
        1 => (at(), 0..300u32, at(), 0..300u32, 0..200u32, 0..20u32).prop_map(
            |(to, to_pitch, from, from_pitch, row, rows)| Op::Copy2d { to, to_pitch, from, from_pitch, row, rows }),
        1 => (at(), any::<u32>()).prop_map(|(at, value)| Op::Write32(at & !3, value)),
        1 => (at(), any::<u64>()).prop_map(|(at, value)| Op::Write64(at & !7, value)),
        1 => (at(), any::<u64>()).prop_map(|(at, value)| Op::Fence(at & !7, value)),
        1 => (at(), any::<u64>()).prop_map(|(at, value)| Op::Add(at & !7, value)),
        1 => (at(), 0..100u32, 0..100u32, 0..20u32, 0..100u32, 0..20u32, any::<u32>()).prop_map(
            |(at, pitch, x, y, width, height, color)| Op::Rect {
                at: at & !3, pitch: pitch * 4, x, y, width, height, color,
            }),
    ]
}

/// The same, byte by byte.
struct Model<'a> {
    pages: &'a [Means],
    memory: Vec<u8>,
}

impl Model<'_> {
    fn means(&self, at: u64) -> Means {
        let page = self.pages.get((at / 4096) as usize);
        page.copied().unwrap_or(Means::Nothing)
    }

    fn index(at: u64, page: usize) -> usize {
        page * 4096 + (at % 4096) as usize
    }

    fn read(&self, at: u64) -> Result<u8, Fault> {
        match self.means(at) {
            Means::Nothing => Err(Fault::Page {
                address: BASE + at,
                write: false,
            }),
            Means::Zero => Ok(0),
            Means::Memory { page, .. } => Ok(self.memory[Self::index(at, page)]),
        }
    }

    fn write(&mut self, at: u64, byte: u8) -> Result<(), Fault> {
        match self.means(at) {
            Means::Nothing
            | Means::Memory {
                writable: false, ..
            } => Err(Fault::Page {
                address: BASE + at,
                write: true,
            }),
            Means::Zero => Ok(()),
            Means::Memory { page, .. } => {
                self.memory[Self::index(at, page)] = byte;
                Ok(())
            }
        }
    }

    fn write_all(&mut self, at: u64, bytes: &[u8]) -> Result<(), Fault> {
        (at..)
            .zip(bytes)
            .try_for_each(|(at, &byte)| self.write(at, byte))
    }

    fn copy(&mut self, to: u64, from: u64, bytes: u64) -> Result<(), Fault> {
        (0..bytes).try_for_each(|n| {
            // Where neither may be used, writing is what faults.
            if let Means::Nothing
            | Means::Memory {
                writable: false, ..
            } = self.means(to + n)
            {
                return self.write(to + n, 0);
            }
            let byte = self.read(from + n)?;
            self.write(to + n, byte)
        })
    }

    fn run(&mut self, op: &Op) -> Result<(), Fault> {
        match *op {
            Op::Fill { at, words, pattern } => {
                let mut at = at..;
                (0..words).try_for_each(|_| {
                    let word = at.next().unwrap();
                    at.start = word + 4;
                    self.write_all(word, &pattern.to_le_bytes())
                })
            }
            Op::Copy { to, from, bytes } => self.copy(to, from, bytes),
            Op::Copy2d {
                to,
                to_pitch,
                from,
                from_pitch,
                row,
                rows,
            } => (0..u64::from(rows)).try_for_each(|n| {
                let (to, from) = (
                    to + n * u64::from(to_pitch),
                    from + n * u64::from(from_pitch),
                );
                self.copy(to, from, row.into())
            }),
            Op::Write32(at, value) => self.write_all(at, &value.to_le_bytes()),
            Op::Write64(at, value) | Op::Fence(at, value) => {
                self.write_all(at, &value.to_le_bytes())
            }
            Op::Add(at, operand) => {
                // Only what can be written is read.
                let mut old = [0; 8];
                for (at, byte) in (at..).zip(&mut old) {
                    *byte = self.read(at).unwrap_or(0);
                }
                let new = u64::from_le_bytes(old).wrapping_add(operand);
                self.write_all(at, &new.to_le_bytes())
            }
            Op::Rect {
                at,
                pitch,
                x,
                y,
                width,
                height,
                color,
            } => {
                for row in 0..u64::from(height) {
                    for column in 0..u64::from(width) {
                        let row = (u64::from(y) + row) * u64::from(pitch);
                        let pixel = at + row + (u64::from(x) + column) * 4;
                        self.write_all(pixel, &color.to_le_bytes())?;
                    }
                }
                Ok(())
            }
        }
    }
}

fn coded(code: Code, op: &Op) -> Code {
    match *op {
        Op::Fill { at, words, pattern } => code.fill(BASE + at, words * 4, pattern),
        Op::Copy { to, from, bytes } => code.copy(BASE + to, BASE + from, bytes),
        Op::Copy2d {
            to,
            to_pitch,
            from,
            from_pitch,
            row,
            rows,
        } => {
            let [to_pitch, from_pitch, row, rows] =
                [to_pitch, from_pitch, row, rows].map(u64::from);
            let operands = [BASE + to, to_pitch, BASE + from, from_pitch, row, rows];
            code.op(DXGKRNL_ENGINE_COPY_2D, &operands, &[1, 3, 4, 5])
        }
        Op::Write32(at, value) => code.op(DXGKRNL_ENGINE_WRITE, &[BASE + at, value.into()], &[1]),
        Op::Write64(at, value) => code.op(DXGKRNL_ENGINE_WRITE, &[BASE + at, value], &[]),
        Op::Fence(at, value) => code.op(DXGKRNL_ENGINE_FENCE, &[BASE + at, value], &[]),
        Op::Add(at, operand) => code.op(DXGKRNL_ENGINE_ATOMIC_ADD64, &[BASE + at, operand], &[]),
        Op::Rect {
            at,
            pitch,
            x,
            y,
            width,
            height,
            color,
        } => {
            let rest = [pitch, x, y, width, height, color].map(u64::from);
            let operands = [&[BASE + at][..], &rest].concat();
            code.op(DXGKRNL_ENGINE_CLEAR_RECT, &operands, &[1, 2, 3, 4, 5, 6])
        }
    }
}

pub(super) fn means() -> impl Strategy<Value = Vec<Means>> {
    // Pages may be there more than once.
    let memory = |writable| (0..PAGES).prop_map(move |page| Means::Memory { page, writable });
    let page = prop_oneof![
        16 => memory(true), 1 => memory(false), 1 => Just(Means::Zero), 1 => Just(Means::Nothing),
    ];
    let alias = prop::collection::vec(page, PAGES);
    // Or each once, in some order.
    let each = Just((0..PAGES).collect::<Vec<_>>())
        .prop_shuffle()
        .prop_map(|pages| {
            pages
                .into_iter()
                .map(|page| Means::Memory {
                    page,
                    writable: true,
                })
                .collect()
        });
    prop_oneof![alias, each]
}

proptest! {
    #![proptest_config(config(256))]

    /// Also where memory has to be paged in first, at any place: then a command is done once all the same.
    #[test]
    fn does_what_bytes_would(
        pages in means(),
        ops in prop::collection::vec(op(), 1..8),
        is_absent in any::<bool>(),
    ) {
        // Where a page is there twice, copies overlap in a way that addresses do not show.
        let mut once = pages.iter().filter_map(|means| match means {
            Means::Memory { page, .. } => Some(page),
            _ => None,
        });
        let mut seen = [false; PAGES];
        let is_plain = once.all(|&page| !std::mem::replace(&mut seen[page], true));
        let copies = ops.iter().any(|op| matches!(op, Op::Copy { .. } | Op::Copy2d { .. }));
        prop_assume!(is_plain || !copies);

        let code = ops.iter().fold(Code::default(), coded);
        let mut world = World::new(PAGES, code.0.clone());
        world.pages = pages.clone();
        world.is_absent = is_absent;
        // Bytes that overlap by one are copied one by one, each after two interruptions.
        let progress = world.run(&mut code.machine(), 100_000);

        let mut model = Model { pages: &pages, memory: World::new(PAGES, vec![]).memory };
        let expected = ops.iter().try_for_each(|op| model.run(op));
        match expected {
            Ok(()) => prop_assert_eq!(progress, Progress::Done),
            Err(fault) => prop_assert_eq!(progress, Progress::Faulted(fault)),
        }
        prop_assert!(world.memory == model.memory);
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! Any bytes as a command buffer.

use super::{Code, Means, World, BASE, CODE, PAGE};
use crate::{
    engine::machine::{Machine, Progress},
    tests::config,
};
use proptest::prelude::*;

const PAGES: usize = 8;

/// Bytes, and such that look like commands.
fn code() -> impl Strategy<Value = Vec<u8>> {
    let word = prop_oneof![
        4 => (0..20u32, 0..16u32).prop_map(|(op, words)| op | (words << 16)),
        2 => (0..PAGES as u32 * 4096).prop_map(|at| BASE as u32 + at),
        2 => (0..64u32).prop_map(|at| CODE as u32 + at * 4),
        4 => Just(0),
        2 => 0..256u32,
        1 => any::<u32>(),
    ];
    // Headers with the right length, and operands that are likely.
    let command = (
        prop::sample::select(vec![
            (0u32, 1u32),
            (1, 1),
            (2, 6),
            (3, 7),
            (4, 9),
            (5, 4),
            (5, 5),
            (6, 5),
            (7, 3),
            (8, 7),
            (9, 5),
            (10, 5),
            (16, 9),
            (17, 14),
        ]),
        prop::collection::vec(word.clone(), 13),
    )
        .prop_map(|((op, words), operands)| {
            let header = [op | (words << 16)];
            let words = header
                .iter()
                .chain(&operands[..words as usize - 1])
                .copied();
            words.collect::<Vec<_>>()
        });
    let command = prop_oneof![8 => command, 1 => corners(), 1 => triangles()];
    prop_oneof![
        1 => prop::collection::vec(any::<u8>(), 0..256),
        1 => prop::collection::vec(word, 0..64).prop_map(|words| Code::default().words(&words).0),
        4 => prop::collection::vec(command, 0..12)
            .prop_map(|commands| Code::default().words(&commands.concat()).0),
    ]
}

/// A command that does nothing, with words that can be corners of triangles.
fn corners() -> impl Strategy<Value = Vec<u32>> {
    let word = prop_oneof![
        8 => (-100..4000).prop_map(|place: i32| place as u32),
        1 => any::<u32>(),
    ];
    prop::collection::vec(word, 9..40)
        .prop_map(|words| [vec![(words.len() as u32 + 1) << 16], words].concat())
}

/// Triangles, whose corners are somewhere among the commands.
fn triangles() -> impl Strategy<Value = Vec<u32>> {
    let size = || prop_oneof![4 => 0..300u32, 1 => any::<u32>()];
    let surface = (0..PAGES as u32 * 1024, 0..300u32, size(), size());
    let scissor = (0..100u32, 0..100u32, size(), size());
    (surface, scissor, 0..4u32, 0..100u32, 0..6u32).prop_map(
        |(surface, scissor, flags, corners, triangles)| {
            let (at, pitch, width, height) = surface;
            let (x, y, columns, rows) = scissor;
            let surface = [BASE as u32 + at * 4, 0, pitch * 4, width, height];
            let rest = [x, y, columns, rows, flags, CODE as u32 + corners * 4, 0];
            [&[17 | (14 << 16)][..], &surface, &rest, &[triangles]].concat()
        },
    )
}

proptest! {
    #![proptest_config(config(1024))]

    /// It ends, or still moves bytes, or waits for memory; each step is short, and nothing is touched that
    /// is not its own: `World` looks at every offset.
    #[test]
    fn ends_and_touches_only_what_is_mapped(code in code(), nothing in 0..PAGES, zero in 0..PAGES) {
        let mut world = World::new(PAGES, code.clone());
        world.pages[zero] = Means::Zero;
        world.pages[nothing] = Means::Nothing;
        let before = world.memory.clone();
        let mut machine = Machine::new(CODE, code.len() as u32, false).unwrap();
        // Calls may call each other again: so many steps, and then it can be ended.
        let progress = world.run(&mut machine, 200);
        let page = PAGE as usize;
        for at in [nothing, zero] {
            prop_assert_eq!(&world.memory[at * page..][..page], &before[at * page..][..page]);
        }
        if let Progress::Faulted(_) = progress {
            prop_assert_eq!(world.run(&mut machine, 1), Progress::Done);
        }
    }
}

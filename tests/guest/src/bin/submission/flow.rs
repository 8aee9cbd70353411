// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands that wait, signal and call.

use super::*;

/// What is in memory, the condition, the reference, the mask.
type Condition = (u64, u32, u64, u32);

pub(super) fn waits_that_are_met_at_once() {
    let met: [Condition; 11] = [
        (5, EQUAL, 5, 0),
        ((1 << 40) | 5, EQUAL, (1 << 40) | 5, 0),
        ((1 << 40) | 0x75, EQUAL, 5, 0xf),
        (5, AT_LEAST, 5, 0),
        (1 << 40, AT_LEAST, 5, 0),
        (u64::MAX, AT_LEAST, 0, 0),
        (0x75, AT_LEAST, 5, 0xf),
        (5, NOT_EQUAL, 6, 0),
        ((1 << 40) | 5, NOT_EQUAL, 5, 0),
        (0x75, NOT_EQUAL, 0x75, 0xf),
        (0, EQUAL, 0, u32::MAX),
    ];
    on_each_engine(|engine| {
        for_each(met, |(value, condition, reference, mask)| {
            engine.memory.store(0, value);
            let address = engine.memory.address;
            engine.run(&Commands::new().wait_mem(address, condition, reference, mask));
        });
    });
}

pub(super) fn the_cpu_ends_a_wait_in_a_buffer() {
    let waits: [(Condition, u64); 5] = [
        ((4, EQUAL, 5, 0), 5),
        ((4, AT_LEAST, 5, 0), 6),
        ((5, NOT_EQUAL, 5, 0), 4),
        (((1 << 40) | 5, EQUAL, 5, 0), 5),
        ((0xf0, EQUAL, 5, 0xf), 0xf5),
    ];
    on_each_engine(|engine| {
        for_each(waits, |((before, condition, reference, mask), after)| {
            let [begun, over] = [engine.fence(), engine.fence()];
            engine.memory.store(0, before);
            let commands = Commands::new()
                .fence(begun.gpu, 1)
                .wait_mem(engine.memory.address, condition, reference, mask)
                .fence(over.gpu, 1);
            engine.start(&commands);
            engine.wait_for(begun, 1);
            // Others have the node meanwhile.
            let other = engine.context(THREE_D);
            engine.start_on(other, 4096, &Commands::new().add(engine.memory.at(8), 1));
            engine.finish_on(other);
            assert_eq!(destroy_context(&engine.gpu.dxg, other), SUCCESS);
            assert_eq!(over.value(), 0);
            engine.memory.store(0, after);
            engine.wait_for(over, 1);
            engine.finish();
        });
        assert_eq!(engine.memory.load(8), waits.len() as u64);
    });
}

pub(super) fn another_context_ends_a_wait_in_a_buffer() {
    on_each_engine(|engine| {
        for_each(NODES, |node| {
            let at = |offset| engine.memory.at(offset);
            let other = engine.context(node);
            for offset in [0, 8, 16] {
                engine.memory.store(offset, 0);
            }
            // There and back.
            let one = Commands::new().write64(at(0), 1);
            engine.start(&one.wait_mem(at(8), AT_LEAST, 2, 0).write64(at(16), 3));
            let two = Commands::new().wait_mem(at(0), EQUAL, 1, u32::MAX);
            engine.start_on(other, 4096, &two.add(at(8), 2));
            engine.finish();
            engine.finish_on(other);
            assert_eq!([0, 8, 16].map(|at| engine.memory.load(at)), [1, 2, 3]);
        });
    });
}

/// Puts a buffer on each of the first pages: each counts, calls the next one, and counts again. The first one.
fn call_each_other(engine: &Engine<'_>, buffers: u32) -> (u64, u32) {
    let (sum, pages) = (engine.memory.address, 0..buffers as usize);
    let bytes = Commands::new().add(0, 0).call(0, 0).add(0, 0).bytes();
    for page in pages {
        let next = engine.commands.at(4096 * (page + 1));
        let commands = match page as u32 + 1 == buffers {
            // It ends before its last command.
            true => Commands::new().add(sum, 1).end().add(sum, 1 << 32),
            false => (Commands::new().add(sum, 1))
                .call(next, bytes.into())
                .add(sum, 0x100),
        };
        // Behind the end of the last one are as many words as in the others.
        let rest = (bytes - commands.bytes()) / 4;
        engine
            .commands
            .put(4096 * page, &commands.nops(rest as usize));
    }
    (engine.commands.address, bytes)
}

pub(super) fn calls_down_to_the_fourth_buffer() {
    on_each_engine(|engine| {
        for below in 1..=DEPTH_MAX {
            engine.memory.store(0, 0);
            let (address, bytes) = call_each_other(engine, below + 1);
            let answer = submit(&engine.gpu.dxg, engine.context, address, bytes);
            assert_eq!(answer, SUCCESS);
            engine.finish();
            let below = u64::from(below);
            assert_eq!(engine.memory.load(0), below * 0x100 + below + 1);
        }
        // A buffer of nothing.
        engine.run(
            &Commands::new()
                .call(FAR, 0)
                .write64(engine.memory.address, 9),
        );
        assert_eq!(engine.memory.load(0), 9);
    });
}

pub(super) fn a_fifth_buffer_is_a_fault() {
    on_each_engine(|engine| {
        let (address, bytes) = call_each_other(engine, DEPTH_MAX + 2);
        let answer = submit(&engine.gpu.dxg, engine.context, address, bytes);
        assert_eq!(answer, SUCCESS);
        engine.wait_for_error();
        // What was before the call was done, nothing behind it.
        assert_eq!(engine.memory.load(0), u64::from(DEPTH_MAX) + 1);
        let call = engine.commands.at(4096 * DEPTH_MAX as usize + 20);
        assert_eq!(engine.state(), DMA_FAULT);
        let record = page_fault(engine.gpu, engine.device);
        assert_eq!(record, (call, CONTEXT_IS_KNOWN, INVALID_INSTRUCTION));
    });
}

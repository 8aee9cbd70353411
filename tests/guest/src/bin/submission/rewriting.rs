// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands that change while they are executed: whatever they become, only their device has the harm.

use super::*;

/// Numbers that look random, the same ones each time.
struct Random(u64);

impl Random {
    /// One below `end`.
    fn below(&mut self, end: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 8) % end
    }
}

/// The headers of all commands.
fn headers() -> [u32; 13] {
    let commands = Commands::new;
    let all = [
        commands().nops(1),
        commands().end(),
        commands().fill(0, 0, 0),
        commands().copy(0, 0, 0),
        commands().copy_2d((0, 0), (0, 0), 0, 0),
        commands().write32(0, 0),
        commands().write64(0, 0),
        commands().fence(0, 0),
        commands().timestamp(0),
        commands().wait_mem(0, 0, 0, 0),
        commands().call(0, 0),
        commands().add(0, 0),
        commands().clear_rect((0, 0), [0; 2], [0; 2], 0),
    ];
    all.map(|commands| commands.words()[0])
}

/// A header, or half of an address, or a small number.
fn word(random: &mut Random, engine: &Engine<'_>, headers: &[u32]) -> u32 {
    let address = match random.below(2) {
        0 => engine.commands.address + 4 * random.below(engine.commands.bytes as u64 / 4),
        _ => engine.memory.address + 8 * random.below(engine.memory.bytes as u64 / 8),
    };
    match random.below(4) {
        0 => headers[random.below(headers.len() as u64) as usize],
        1 => address as u32,
        2 => (address >> 32) as u32,
        _ => random.below(0x100) as u32,
    }
}

pub(super) fn commands_that_are_rewritten_while_they_run() {
    const WORDS: u64 = 2000;
    on_each_adapter(|gpu| {
        let (mut random, headers) = (Random(0x9e37_79b9_7f4a_7c15), headers());
        for _ in 0..harness::scaled(20) {
            let engine = Engine::on_new_device(gpu);
            let words = engine.commands.bytes / 4;
            // At first they do nothing.
            let (address, bytes) = engine.commands.put(0, &Commands::new().nops(words));
            for written in 0..WORDS {
                // Again and again, as long as they have done nothing that is wrong.
                if written % 50 == 0 {
                    match submit(&gpu.dxg, engine.context, address, bytes) {
                        SUCCESS | DEVICE_REMOVED => {}
                        answer => panic!("{answer:?}"),
                    }
                }
                let at = 4 * random.below(words as u64) as usize;
                engine
                    .commands
                    .store_word(at, word(&mut random, &engine, &headers));
            }
            // They may wait for what never comes.
            assert_eq!(destroy_context(&gpu.dxg, engine.context), SUCCESS);
            let state = engine.state();
            assert!([ACTIVE, DMA_FAULT, PAGE_FAULT].contains(&state), "{state}");
            engine.destroy();
        }
        let engine = Engine::on_new_device(gpu);
        engine.run(&Commands::new().write64(engine.memory.address, 1));
        assert_eq!(engine.memory.load(0), 1);
    });
}

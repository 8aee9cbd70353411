// SPDX-License-Identifier: MIT OR Apache-2.0

//! `engine/`: command buffers, on memory that is an array.

mod any;
mod model;
mod triangles;

use crate::{
    engine::{
        budget::STEP_BYTES,
        machine::{Machine, Progress, STEP_COMMANDS},
        Access, Fault, Port, Unavailable, Update,
    },
    gpuva::space::Translation,
    uapi::*,
};
use std::{cell::Cell, collections::HashSet};

const PAGE: u64 = 4096;
/// Where memory begins; each page of addresses is a page of it, if any.
const BASE: u64 = 0x10_0000;
/// Where commands are.
const CODE: u64 = 0x4000_0000;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Means {
    Nothing,
    Zero,
    /// A page of memory.
    Memory {
        page: usize,
        writable: bool,
    },
}

#[derive(Clone, Debug)]
struct World {
    /// What the addresses from [`BASE`] on mean.
    pages: Vec<Means>,
    memory: Vec<u8>,
    code: Vec<u8>,
    now: Cell<u64>,
    /// How often an address was looked up.
    translations: u64,
    signals: Vec<(u64, Update)>,
    /// Each place has to be paged in first, and the first access of each kind to it is made in vain after that.
    is_absent: bool,
    present: HashSet<(Item, u64)>,
    accessed: HashSet<(&'static str, Item, u64)>,
    /// The last step ended so.
    is_interrupted: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
enum Item {
    Code,
    /// A page of memory, and where it was found.
    Page(usize, u64),
}

impl World {
    /// Of writable pages, each with its number in every byte.
    fn new(pages: usize, code: Vec<u8>) -> Self {
        let means = |page| Means::Memory {
            page,
            writable: true,
        };
        let byte = |at: usize| ((at / 4096) as u8).wrapping_add(1);
        Self {
            pages: (0..pages).map(means).collect(),
            memory: (0..pages * 4096).map(byte).collect(),
            code,
            now: Cell::new(0),
            translations: 0,
            signals: Vec::new(),
            is_absent: false,
            present: HashSet::new(),
            accessed: HashSet::new(),
            is_interrupted: false,
        }
    }

    fn access(&mut self, kind: &'static str, item: &Item, offset: u64) -> Access {
        if !self.is_absent {
            return Ok(());
        }
        let base = match *item {
            Item::Code => CODE,
            Item::Page(_, base) => base,
        };
        let why = match self.present.contains(&(*item, offset)) {
            false => Unavailable::NotPresent {
                address: base + offset,
            },
            true if self.accessed.insert((kind, *item, offset)) => Unavailable::Busy,
            true => return Ok(()),
        };
        self.is_interrupted = true;
        Err(why)
    }

    /// Pages in what is at an address.
    fn page_in(&mut self, address: u64) {
        let Translation::Memory { item, offset, .. } = self.translate(address) else {
            panic!("nothing is at {address:#x}");
        };
        assert!(self.present.insert((item, offset)), "it was there");
    }

    fn slice(&mut self, item: &Item, offset: u64, bytes: u64) -> &mut [u8] {
        let (offset, bytes) = (offset as usize, bytes as usize);
        match *item {
            Item::Code => &mut self.code[offset..offset + bytes],
            Item::Page(page, _) => {
                assert!(offset + bytes <= 4096);
                &mut self.memory[page * 4096 + offset..][..bytes]
            }
        }
    }

    /// Runs the commands; so many steps at most.
    fn run(&mut self, machine: &mut Machine, steps: usize) -> Progress {
        for _ in 0..steps {
            let before = self.translations;
            let progress = machine.step(self);
            // Each command looks up its words and at most two more; each piece of a transfer two, and so
            // do the corners of a triangle.
            let pieces = STEP_BYTES / 256 + 1;
            assert!(self.translations - before <= u64::from(STEP_COMMANDS) * 16 + 2 * pieces);
            let is_interrupted = std::mem::take(&mut self.is_interrupted);
            match progress {
                Progress::Running => {}
                Progress::Polling if is_interrupted => {}
                Progress::NotPresent { address } => self.page_in(address),
                _ => return progress,
            }
        }
        Progress::Running
    }
}

impl Port for World {
    type Memory = Item;

    fn translate(&mut self, address: u64) -> Translation<Item> {
        self.translations += 1;
        let code = CODE..CODE + self.code.len() as u64;
        if code.contains(&address) {
            return Translation::Memory {
                item: Item::Code,
                offset: address - CODE,
                bytes: code.end - address,
                writable: false,
            };
        }
        let offset = address % PAGE;
        let bytes = PAGE - offset;
        let page = address.checked_sub(BASE).map(|at| (at / PAGE) as usize);
        match page.and_then(|page| self.pages.get(page)) {
            Some(&Means::Memory { page, writable }) => Translation::Memory {
                item: Item::Page(page, address - offset),
                offset,
                bytes,
                writable,
            },
            Some(Means::Zero) => Translation::Zero { bytes },
            Some(Means::Nothing) | None => Translation::Invalid,
        }
    }

    fn read(&mut self, memory: &Item, offset: u64, bytes: &mut [u8]) -> Access {
        self.access("read", memory, offset)?;
        bytes.copy_from_slice(self.slice(memory, offset, bytes.len() as u64));
        Ok(())
    }

    fn write(&mut self, memory: &Item, offset: u64, bytes: &[u8]) -> Access {
        assert_ne!(*memory, Item::Code);
        self.access("write", memory, offset)?;
        self.slice(memory, offset, bytes.len() as u64)
            .copy_from_slice(bytes);
        Ok(())
    }

    fn fill(&mut self, memory: &Item, offset: u64, bytes: u64, pattern: u32) -> Access {
        assert_ne!(*memory, Item::Code);
        assert!(offset % 4 == 0 && bytes % 4 == 0 && bytes > 0);
        self.access("fill", memory, offset)?;
        for word in self.slice(memory, offset, bytes).chunks_mut(4) {
            word.copy_from_slice(&pattern.to_le_bytes());
        }
        Ok(())
    }

    fn copy(&mut self, to: (&Item, u64), from: (&Item, u64), bytes: u64) -> Access {
        assert_ne!(*to.0, Item::Code);
        assert!(bytes > 0);
        self.access("copy", to.0, to.1)?;
        self.access("copied", from.0, from.1)?;
        let read = self.slice(from.0, from.1, bytes).to_vec();
        self.slice(to.0, to.1, bytes).copy_from_slice(&read);
        Ok(())
    }

    fn update(&mut self, memory: &Item, offset: u64, change: Update) -> Access {
        assert!(offset % 8 == 0 && *memory != Item::Code);
        self.access("update", memory, offset)?;
        let bytes = self.slice(memory, offset, 8);
        let old = u64::from_le_bytes(bytes.try_into().unwrap());
        let new = match change {
            Update::Store(value) => value,
            Update::Add(operand) => old.wrapping_add(operand),
        };
        bytes.copy_from_slice(&new.to_le_bytes());
        self.signals.push((offset, change));
        Ok(())
    }

    fn now(&self) -> u64 {
        self.now.set(self.now.get() + 1000);
        self.now.get()
    }
}

/// A command buffer.
#[derive(Clone, Default)]
struct Code(Vec<u8>);

impl Code {
    fn words(mut self, words: &[u32]) -> Self {
        self.0
            .extend(words.iter().flat_map(|word| word.to_le_bytes()));
        self
    }

    /// A command of operands that have 32 bits, or 64.
    fn op(self, op: u32, operands: &[u64], small: &[usize]) -> Self {
        let mut words = vec![0];
        for (n, &operand) in operands.iter().enumerate() {
            words.push(operand as u32);
            if !small.contains(&n) {
                words.push((operand >> 32) as u32);
            }
        }
        words[0] = op | ((words.len() as u32) << 16);
        self.words(&words)
    }

    fn fill(self, address: u64, bytes: u64, pattern: u32) -> Self {
        let operands = [address, bytes, pattern.into()];
        self.op(DXGKRNL_ENGINE_FILL, &operands, &[2])
    }

    fn copy(self, to: u64, from: u64, bytes: u64) -> Self {
        self.op(DXGKRNL_ENGINE_COPY, &[to, from, bytes], &[])
    }

    fn wait(self, address: u64, reference: u64, mask: u64, condition: u64) -> Self {
        let operands = [address, reference, mask, condition];
        self.op(DXGKRNL_ENGINE_WAIT_MEM, &operands, &[2, 3])
    }

    fn call(self, address: u64, bytes: u64) -> Self {
        self.op(DXGKRNL_ENGINE_CALL, &[address, bytes], &[])
    }

    fn machine(&self) -> Machine {
        Machine::new(CODE, self.0.len() as u32, false).unwrap()
    }

    /// Runs it to its end.
    fn run(&self, pages: usize) -> (World, Progress) {
        let mut world = World::new(pages, self.0.clone());
        let progress = world.run(&mut self.machine(), 10_000);
        (world, progress)
    }

    /// Ends with a fault.
    #[track_caller]
    fn faults(&self, fault: Fault) -> World {
        let (world, progress) = self.run(4);
        assert_eq!(progress, Progress::Faulted(fault));
        world
    }

    /// A command that is none, behind one that is.
    #[track_caller]
    fn is_invalid(&self) {
        let code = Code::default().words(&[0x1_0000]);
        let code = Code([code.0, self.0.clone()].concat());
        let world = code.faults(Fault::Instruction { address: CODE + 4 });
        assert_eq!(world.memory, World::new(4, vec![]).memory);
    }
}

fn read64(world: &World, at: usize) -> u64 {
    u64::from_le_bytes(world.memory[at..at + 8].try_into().unwrap())
}

/// Case 498.
#[test]
fn an_empty_buffer_is_done() {
    let (_, progress) = Code::default().run(0);
    assert_eq!(progress, Progress::Done);
    // It is not even looked at.
    let mut machine = Machine::new(0, 0, false).unwrap();
    assert_eq!(World::new(0, vec![]).run(&mut machine, 1), Progress::Done);
}

#[test]
fn a_buffer_has_an_address_of_words_and_a_length() {
    assert!(Machine::new(4, DXGKRNL_ENGINE_BUFFER_MAX, false).is_some());
    assert!(Machine::new(4, DXGKRNL_ENGINE_BUFFER_MAX + 1, false).is_none());
    assert!(Machine::new(6, 4, false).is_none());
    assert!(Machine::new(u64::MAX - 3, 4, false).is_none());
}

/// Case 499.
#[test]
fn a_buffer_that_is_not_there_faults() {
    let mut machine = Machine::new(0x1000, 8, false).unwrap();
    let fault = Fault::Page {
        address: 0x1000,
        write: false,
    };
    let mut world = World::new(1, vec![]);
    assert_eq!(world.run(&mut machine, 1), Progress::Faulted(fault));
    // It does not go on.
    assert_eq!(world.run(&mut machine, 1), Progress::Done);

    // Half of one: its length runs past the mapping.
    let code = Code::default().words(&[0x1_0000]);
    let mut machine = Machine::new(CODE, 8, false).unwrap();
    let fault = Fault::Page {
        address: CODE + 4,
        write: false,
    };
    let mut world = World::new(1, code.0);
    assert_eq!(world.run(&mut machine, 1), Progress::Faulted(fault));
}

#[test]
fn what_is_no_command_faults() {
    let is_invalid = |words: &[u32]| Code::default().words(words).is_invalid();
    // No such operation, also those for tests.
    for op in (0..=255).filter(|op| !(0..=10).contains(op) && !(16..=17).contains(op)) {
        is_invalid(&[op | (2 << 16), 1]);
    }
    // Every operation: flags; all other numbers of words, of which there are enough.
    let lengths = [
        (1, 1, 1),
        (2, 6, 6),
        (3, 7, 7),
        (4, 9, 9),
        (5, 4, 5),
        (6, 5, 5),
        (7, 3, 3),
        (8, 7, 7),
        (9, 5, 5),
        (10, 5, 5),
        (16, 9, 9),
        (17, 14, 14),
    ];
    for (op, least, most) in lengths {
        for words in (0..16).filter(|words| !(least..=most).contains(words)) {
            let mut command = [0; 16];
            command[0] = op | (words << 16);
            is_invalid(&command);
        }
        for flag in 8..16 {
            let mut command = [0; 16];
            command[0] = op | (1 << flag) | (least << 16);
            is_invalid(&command[..least as usize]);
        }
        // A word is missing.
        let mut command = vec![0; least as usize - 1];
        if let Some(header) = command.first_mut() {
            *header = op | (least << 16);
            is_invalid(&command);
        }
    }
    is_invalid(&[0]);
    is_invalid(&[3 << 16, 0]);
    // Not even a header.
    for bytes in 1..4 {
        Code(vec![0; bytes]).is_invalid();
    }
}

#[test]
fn what_is_not_aligned_faults() {
    let code = Code::default;
    for off in [1, 2, 3] {
        code().fill(BASE + off, 8, 0).is_invalid();
        code().fill(BASE, 8 + off, 0).is_invalid();
        code().call(CODE + off, 4).is_invalid();
        code()
            .op(DXGKRNL_ENGINE_WRITE, &[BASE + off, 0], &[1])
            .is_invalid();
        let rect = |address, pitch| [address, pitch, 0, 0, 1, 1, 0];
        for operands in [rect(BASE + off, 4), rect(BASE, 4 + off)] {
            code()
                .op(DXGKRNL_ENGINE_CLEAR_RECT, &operands, &[1, 2, 3, 4, 5, 6])
                .is_invalid();
        }
    }
    for off in [1, 2, 4, 7] {
        for op in [
            DXGKRNL_ENGINE_WRITE,
            DXGKRNL_ENGINE_FENCE,
            DXGKRNL_ENGINE_ATOMIC_ADD64,
        ] {
            code().op(op, &[BASE + off, 0], &[]).is_invalid();
        }
        code()
            .op(DXGKRNL_ENGINE_TIMESTAMP, &[BASE + off], &[])
            .is_invalid();
        code().wait(BASE + off, 0, 0, 2).is_invalid();
    }
    code().wait(BASE, 0, 0, 3).is_invalid();
    code()
        .call(CODE, u64::from(DXGKRNL_ENGINE_BUFFER_MAX) + 4)
        .is_invalid();
    code().call(u64::MAX - 7, 16).is_invalid();
    let far = [u64::MAX - 3, 0, 1, 0, 1, 1, 0];
    code()
        .op(DXGKRNL_ENGINE_CLEAR_RECT, &far, &[1, 2, 3, 4, 5, 6])
        .is_invalid();
}

#[test]
fn values_are_written() {
    let code = Code::default()
        .op(DXGKRNL_ENGINE_WRITE, &[BASE + 4, 0x1122_3344], &[1])
        .op(
            DXGKRNL_ENGINE_WRITE,
            &[BASE + 8, 0x1122_3344_5566_7788],
            &[],
        )
        .op(DXGKRNL_ENGINE_FENCE, &[BASE + 16, 5], &[])
        .op(DXGKRNL_ENGINE_ATOMIC_ADD64, &[BASE + 16, u64::MAX], &[])
        .op(DXGKRNL_ENGINE_TIMESTAMP, &[BASE + 24], &[]);
    let (world, progress) = code.run(1);
    assert_eq!(progress, Progress::Done);
    assert_eq!(world.memory[..8], [1, 1, 1, 1, 0x44, 0x33, 0x22, 0x11]);
    assert_eq!(read64(&world, 8), 0x1122_3344_5566_7788);
    assert_eq!(read64(&world, 16), 4);
    // The clock was looked at once more, for the end of the step.
    assert_eq!(read64(&world, 24) + 1000, world.now.get());
    assert_eq!(world.memory[32], 1);
    // Two of them are signals of a fence.
    let signals = [
        (16, Update::Store(5)),
        (16, Update::Add(u64::MAX)),
        (24, Update::Store(read64(&world, 24))),
    ];
    assert_eq!(world.signals, signals);
}

/// Cases 425, 429, 430.
#[test]
fn what_addresses_mean_counts() {
    let writes = [
        Code::default().fill(BASE, 4, 7),
        Code::default().copy(BASE, BASE + 3 * PAGE, 4),
        Code::default().op(DXGKRNL_ENGINE_WRITE, &[BASE, 7], &[1]),
        Code::default().op(DXGKRNL_ENGINE_WRITE, &[BASE, 7], &[]),
        Code::default().op(DXGKRNL_ENGINE_FENCE, &[BASE, 7], &[]),
        Code::default().op(DXGKRNL_ENGINE_ATOMIC_ADD64, &[BASE, 7], &[]),
        Code::default().op(DXGKRNL_ENGINE_TIMESTAMP, &[BASE], &[]),
    ];
    let reads = [
        Code::default().copy(BASE + PAGE, BASE, 4),
        Code::default().wait(BASE, 0, 0, 0),
        Code::default().call(BASE, 4),
    ];
    let run = |code: &Code, means| {
        let mut world = World::new(4, code.0.clone());
        world.pages[0] = means;
        let progress = world.run(&mut code.machine(), 10);
        (world, progress)
    };
    let untouched = World::new(4, vec![]).memory;
    let read_only = Means::Memory {
        page: 0,
        writable: false,
    };
    let page = |write| {
        Progress::Faulted(Fault::Page {
            address: BASE,
            write,
        })
    };
    for code in &writes {
        for means in [Means::Nothing, read_only] {
            let (world, progress) = run(code, means);
            assert_eq!((world.memory, progress), (untouched.clone(), page(true)));
        }
        let (world, progress) = run(code, Means::Zero);
        assert_eq!(
            (world.memory, progress),
            (untouched.clone(), Progress::Done)
        );
    }
    for code in &reads {
        let (world, progress) = run(code, Means::Nothing);
        assert_eq!((world.memory, progress), (untouched.clone(), page(false)));
    }
    // What is read there is zeros: of a wait, of a copy at odd addresses, of commands.
    assert_eq!(run(&reads[1], Means::Zero).1, Progress::Done);
    assert_eq!(
        run(&reads[2], Means::Zero).1,
        Progress::Faulted(Fault::Instruction { address: BASE })
    );
    let code = Code::default().copy(BASE + PAGE + 3, BASE + 5, 9);
    let (world, progress) = run(&code, Means::Zero);
    assert_eq!(progress, Progress::Done);
    let mut expected = untouched.clone();
    expected[4099..4108].fill(0);
    assert_eq!(world.memory, expected);
    // Read-only memory can be read.
    let (_, progress) = run(&reads[0], read_only);
    assert_eq!(progress, Progress::Done);
}

#[test]
fn a_fault_is_at_the_first_bad_byte_and_what_was_before_it_is_done() {
    let mut world = World::new(3, vec![]);
    world.pages[1] = Means::Nothing;
    let run = |code: Code| {
        let mut world = World {
            code: code.0.clone(),
            ..world.clone()
        };
        let progress = world.run(&mut code.machine(), 10);
        (world.memory, progress)
    };
    let address = BASE + PAGE;
    let fault = |write| Progress::Faulted(Fault::Page { address, write });
    let (memory, progress) = run(Code::default().fill(address - 8, 16, 9));
    assert_eq!(progress, fault(true));
    assert_eq!(memory[4084..4096], [1, 1, 1, 1, 9, 0, 0, 0, 9, 0, 0, 0]);
    let (memory, progress) = run(Code::default().copy(address - 3, BASE + 2 * PAGE, 8));
    assert_eq!(progress, fault(true));
    assert_eq!(memory[4092..4096], [1, 3, 3, 3]);
    let (memory, progress) = run(Code::default().copy(BASE + 2 * PAGE, address - 3, 8));
    assert_eq!(progress, fault(false));
    assert_eq!(memory[8192..8196], [1, 1, 1, 3]);
}

#[test]
fn rows_are_copied_and_cleared() {
    let rows = [BASE, 100, BASE + PAGE, 0, 3, 2];
    let code = Code::default().op(DXGKRNL_ENGINE_COPY_2D, &rows, &[1, 3, 4, 5]);
    let (world, _) = code.run(2);
    let mut expected = World::new(2, vec![]).memory;
    expected[0..3].fill(2);
    expected[100..103].fill(2);
    assert_eq!(world.memory, expected);

    let rect = [BASE + 4, 64, 2, 3, 5, 2, 0xa0b0_c0d0];
    let code = Code::default().op(DXGKRNL_ENGINE_CLEAR_RECT, &rect, &[1, 2, 3, 4, 5, 6]);
    let (world, _) = code.run(1);
    let mut expected = World::new(1, vec![]).memory;
    for row in [3, 4] {
        for column in 2..7 {
            let at = 4 + row * 64 + column * 4;
            expected[at..at + 4].copy_from_slice(&[0xd0, 0xc0, 0xb0, 0xa0]);
        }
    }
    assert_eq!(world.memory, expected);
    // Of nothing: no address is looked at.
    for operands in [[0, 4, 0, 0, 0, 9, 0], [0, 4, 0, 0, 9, 0, 0]] {
        let code = Code::default().op(DXGKRNL_ENGINE_CLEAR_RECT, &operands, &[1, 2, 3, 4, 5, 6]);
        assert_eq!(code.run(1).1, Progress::Done);
    }
}

#[test]
fn buffers_are_called_and_return() {
    // The first command calls what is behind the first END, which ends early.
    let code = Code::default()
        .call(CODE + 24, 40)
        .words(&[0x1_0001])
        .op(DXGKRNL_ENGINE_WRITE, &[BASE, 7], &[1])
        .words(&[0x1_0001])
        .op(DXGKRNL_ENGINE_WRITE, &[BASE + 4, 8], &[1]);
    let (world, progress) = code.run(1);
    assert_eq!(progress, Progress::Done);
    assert_eq!(world.memory[..8], [7, 0, 0, 0, 1, 1, 1, 1]);

    // Four inside each other, and not five.
    for depth in [4, 5] {
        let mut code = Code::default();
        for n in 1..=depth {
            code = code.call(CODE + n * 20, 20);
        }
        code = code.words(&[0x5_0000, 0, 0, 0, 0]);
        let mut machine = Machine::new(CODE, 20, false).unwrap();
        let progress = World::new(1, code.0.clone()).run(&mut machine, 10);
        let expected = match depth {
            4 => Progress::Done,
            _ => Progress::Faulted(Fault::Instruction { address: CODE + 80 }),
        };
        assert_eq!(progress, expected);
    }
}

#[test]
fn a_wait_polls_until_its_condition_is_met() {
    let of = |reference, mask, condition| Code::default().wait(BASE, reference, mask, condition);
    let value = 0x0101_0101_0101_0101;
    for (code, is_met) in [
        (of(value, 0, 0), true),
        (of(value + 1, 0, 0), false),
        (of(value, 0, 1), true),
        (of(value - 1, 0, 1), true),
        (of(value + 1, 0, 1), false),
        (of(value, 0, 2), false),
        (of(value + 1, 0, 2), true),
        (of(0x0101, 0xffff, 0), true),
        (of(1, 0xfe00, 0), false),
        (of(value, 0xffff_ffff, 0), false),
        (of(value & 0xffff_ffff, 0xffff_ffff, 0), true),
    ] {
        let expected = if is_met {
            Progress::Done
        } else {
            Progress::Polling
        };
        assert_eq!(code.run(1).1, expected);
    }
    let code = of(5, 0, 0).fill(BASE + 8, 4, 3);
    let (mut world, mut machine) = (World::new(1, code.0.clone()), code.machine());
    for _ in 0..3 {
        assert_eq!(machine.step(&mut world), Progress::Polling);
    }
    world.memory[..8].copy_from_slice(&5u64.to_le_bytes());
    assert_eq!(machine.step(&mut world), Progress::Done);
    assert_eq!(world.memory[8], 3);
}

#[test]
fn a_spin_takes_its_time_in_steps() {
    let code = Code::default().words(&[0x2_000b, 250]).fill(BASE, 4, 3);
    let mut world = World::new(1, code.0.clone());
    let mut machine = Machine::new(CODE, code.0.len() as u32, true).unwrap();
    for time in [100_000, 200_000, 250_000] {
        assert_eq!(machine.step(&mut world), Progress::Running);
        assert!(world.now.get() >= time && world.now.get() < time + 50_000);
    }
    assert_eq!(machine.step(&mut world), Progress::Done);
    assert_eq!(world.memory[0], 3);
    code.is_invalid();
}

/// 64 KiB that are copied are a step, 16 times as many that are filled, and 256 commands.
#[test]
fn a_step_is_short() {
    const BYTES: u64 = 2 << 20;
    let fill = Code::default().fill(BASE, BYTES, 0x0707_0707);
    let copy = Code::default().copy(BASE, BASE + BYTES, BYTES);
    for (code, bytes) in [(fill, 16 * STEP_BYTES), (copy, STEP_BYTES)] {
        let mut world = World::new(1024, code.0.clone());
        let (to, from) = world.memory.split_at_mut(BYTES as usize);
        to.fill(3);
        from.fill(7);
        let mut machine = code.machine();
        for step in 1..BYTES / bytes {
            assert_eq!(machine.step(&mut world), Progress::Running);
            let end = (step * bytes) as usize;
            assert_eq!(world.memory[end - 1..=end], [7, 3]);
        }
        assert_eq!(world.run(&mut machine, 2), Progress::Done);
        assert_eq!(world.memory[BYTES as usize - 1], 7);
    }

    let code = Code::default().words(&vec![0x1_0000; 1000]);
    let mut world = World::new(1, code.0.clone());
    let mut machine = code.machine();
    for _ in 0..3 {
        assert_eq!(machine.step(&mut world), Progress::Running);
    }
    assert_eq!(machine.step(&mut world), Progress::Done);

    // Rows of a byte cost more than a byte.
    let rows = [BASE, 1, BASE, 1, 1, 2000];
    let code = Code::default().op(DXGKRNL_ENGINE_COPY_2D, &rows, &[1, 3, 4, 5]);
    let mut world = World::new(1, code.0.clone());
    let mut machine = code.machine();
    for _ in 0..7 {
        assert_eq!(machine.step(&mut world), Progress::Running);
    }
    assert_eq!(machine.step(&mut world), Progress::Done);
}

// SPDX-License-Identifier: GPL-2.0

//! [`Machine`]: a command buffer that is being run.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    budget::Budget,
    command::{
        Command,
        Condition,
        Header,
        Rows,
        OPERANDS_MAX, //
    },
    transfer::{
        destination,
        Destination,
        Source,
        Transfer, //
    },
    triangles::Triangles,
    Fault,
    Port,
    Stop,
    Update, //
};
use crate::{
    gpuva::space::Translation,
    uapi::{
        DXGKRNL_ENGINE_BUFFER_MAX,
        DXGKRNL_ENGINE_DEPTH_MAX, //
    }, //
};

/// Commands that one step begins at most.
pub(crate) const STEP_COMMANDS: u32 = 256;

/// Nanoseconds that one step of a spin takes.
const STEP_SPIN: u64 = 100_000;

// CAST: small.
const BUFFERS: usize = DXGKRNL_ENGINE_DEPTH_MAX as usize + 1;

/// How far a buffer has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Progress {
    /// It goes on.
    Running,
    /// It goes on when memory has changed: others may have the engine first.
    Polling,
    /// It goes on when the memory at an address was paged in.
    NotPresent {
        address: u64,
    },
    Done,
    Faulted(Fault),
}

/// A buffer, or the rest of one.
#[derive(Clone, Copy, Default)]
struct Buffer {
    at: u64,
    end: u64,
}

/// A command that takes more than one step.
#[derive(Clone, Copy)]
enum Unfinished {
    Transfer(Transfer),
    Triangles(Triangles),
    Wait {
        address: u64,
        reference: u64,
        mask: u64,
        condition: Condition,
    },
    Spin {
        nanoseconds: u64,
    },
}

/// See the module's documentation.
pub(crate) struct Machine {
    /// Those that have called, and the one that runs.
    buffers: [Buffer; BUFFERS],
    /// How many there are.
    depth: usize,
    unfinished: Option<Unfinished>,
    /// Whether there is SPIN.
    spins: bool,
}

impl Machine {
    /// To run `bytes` bytes of commands from an address on; `None` if they are too many, or the address is
    /// not one of words.
    pub(crate) fn new(address: u64, bytes: u32, spins: bool) -> Option<Self> {
        if bytes > DXGKRNL_ENGINE_BUFFER_MAX || address % 4 != 0 {
            return None;
        }
        let mut buffers = [Buffer::default(); BUFFERS];
        buffers[0] = Buffer {
            at: address,
            end: address.checked_add(bytes.into())?,
        };
        Some(Self {
            buffers,
            depth: 1,
            unfinished: None,
            spins,
        })
    }

    /// Runs a short part of it.
    pub(crate) fn step<P: Port>(&mut self, port: &mut P) -> Progress {
        match self.run(port) {
            Ok(progress) => progress,
            Err(Stop::NotPresent { address }) => Progress::NotPresent { address },
            Err(Stop::Busy) => Progress::Polling,
            Err(Stop::Fault(fault)) => {
                self.depth = 0;
                self.unfinished = None;
                Progress::Faulted(fault)
            }
        }
    }

    fn run<P: Port>(&mut self, port: &mut P) -> Result<Progress, Stop> {
        let mut budget = Budget::new(port.now());
        for _ in 0..STEP_COMMANDS {
            if budget.is_spent(port) {
                return Ok(Progress::Running);
            }
            if let Some(unfinished) = &mut self.unfinished {
                match unfinished {
                    Unfinished::Transfer(transfer) => {
                        transfer.advance(port, &mut budget)?;
                        if !transfer.is_done() {
                            return Ok(Progress::Running);
                        }
                    }
                    Unfinished::Triangles(triangles) => {
                        triangles.advance(port, &mut budget)?;
                        if !triangles.is_done() {
                            return Ok(Progress::Running);
                        }
                    }
                    &mut Unfinished::Wait {
                        address,
                        reference,
                        mask,
                        condition,
                    } => {
                        let value = load(port, address)? & mask;
                        let is_met = match condition {
                            Condition::Equal => value == reference,
                            Condition::AtLeast => value >= reference,
                            Condition::NotEqual => value != reference,
                        };
                        if !is_met {
                            return Ok(Progress::Polling);
                        }
                    }
                    Unfinished::Spin { nanoseconds: 0 } => {}
                    Unfinished::Spin { nanoseconds } => {
                        let start = port.now();
                        let most = (*nanoseconds).min(STEP_SPIN);
                        while port.now().wrapping_sub(start) < most {
                            core::hint::spin_loop();
                        }
                        *nanoseconds -= most;
                        return Ok(Progress::Running);
                    }
                }
                self.unfinished = None;
            }
            let before = (self.buffers, self.depth);
            let Some((address, command)) = self.fetch(port)? else {
                return Ok(Progress::Done);
            };
            if let Err(stop) = self.begin(port, address, command) {
                // It has done nothing, and may begin again.
                (self.buffers, self.depth) = before;
                return Err(stop);
            }
        }
        Ok(Progress::Running)
    }

    /// The next command, and where it is.
    fn fetch<P: Port>(&mut self, port: &mut P) -> Result<Option<(u64, Command)>, Stop> {
        while let Some(top) = self.depth.checked_sub(1) {
            let Some(buffer) = self.buffers.get_mut(top) else {
                break;
            };
            let (at, left) = (buffer.at, buffer.end - buffer.at);
            if left == 0 {
                self.depth = top;
                continue;
            }
            let invalid = Fault::Instruction { address: at };
            if left < 4 {
                return Err(invalid.into());
            }
            let header = Header::new(fetch_word(port, at)?).ok_or(invalid)?;
            if header.bytes() > left {
                return Err(invalid.into());
            }
            let mut words = [0; OPERANDS_MAX];
            let operands = words.iter_mut().take(header.operands());
            for (address, word) in (at + 4..).step_by(4).zip(operands) {
                *word = fetch_word(port, address)?;
            }
            buffer.at += header.bytes();
            return Ok(Some((at, header.command(&words).ok_or(invalid)?)));
        }
        Ok(None)
    }

    /// Does a command, or its beginning.
    fn begin<P: Port>(&mut self, port: &mut P, at: u64, command: Command) -> Result<(), Stop> {
        let invalid = Fault::Instruction { address: at };
        match command {
            Command::Nop => {}
            Command::End => self.depth = self.depth.saturating_sub(1),
            Command::Fill {
                address,
                bytes,
                pattern,
            } => {
                let to = Rows { address, pitch: 0 };
                self.transfer(to, Source::Pattern(pattern), bytes, 1);
            }
            Command::Copy { to, from, bytes } => {
                let rows = |address| Rows { address, pitch: 0 };
                self.transfer(rows(to), Source::Rows(rows(from)), bytes, 1);
            }
            Command::Copy2d {
                to,
                from,
                row,
                rows,
            } => self.transfer(to, Source::Rows(from), row, rows),
            Command::ClearRect {
                to,
                row,
                rows,
                color,
            } => self.transfer(to, Source::Pattern(color), row, rows),
            Command::Triangles {
                target,
                corners,
                triangles,
            } => {
                let triangles = Triangles::new(at, target, corners, triangles);
                self.unfinished = Some(Unfinished::Triangles(triangles));
            }
            Command::Write32 { address, value } => {
                if let Destination::Memory { memory, offset, .. } = destination(port, address)? {
                    port.write(&memory, offset, &value.to_le_bytes())
                        .map_err(Stop::unavailable(address, true))?;
                }
            }
            Command::Write64 { address, value } => {
                if let Destination::Memory { memory, offset, .. } = destination(port, address)? {
                    port.write(&memory, offset, &value.to_le_bytes())
                        .map_err(Stop::unavailable(address, true))?;
                }
            }
            Command::Fence { address, value } => update(port, address, Update::Store(value))?,
            Command::Add { address, operand } => update(port, address, Update::Add(operand))?,
            Command::Timestamp { address } => {
                let now = port.now();
                update(port, address, Update::Store(now))?;
            }
            Command::Wait {
                address,
                reference,
                mask,
                condition,
            } => {
                self.unfinished = Some(Unfinished::Wait {
                    address,
                    reference,
                    mask,
                    condition,
                });
            }
            Command::Spin { nanoseconds } if self.spins => {
                self.unfinished = Some(Unfinished::Spin { nanoseconds });
            }
            Command::Spin { .. } => return Err(invalid.into()),
            Command::Call { address, bytes } => {
                let end = address.checked_add(bytes).ok_or(invalid)?;
                let buffer = self.buffers.get_mut(self.depth).ok_or(invalid)?;
                *buffer = Buffer { at: address, end };
                self.depth += 1;
            }
        }
        Ok(())
    }

    fn transfer(&mut self, to: Rows, from: Source, row: u64, rows: u32) {
        let transfer = Transfer::new(to, from, row, rows);
        self.unfinished = Some(Unfinished::Transfer(transfer));
    }
}

/// Reads a word; its address is a multiple of 4, so that it lies in one page.
fn fetch_word<P: Port>(port: &mut P, address: u64) -> Result<u32, Stop> {
    let mut word = [0; 4];
    read(port, address, &mut word)?;
    Ok(u32::from_le_bytes(word))
}

/// Reads 64 bits; their address is a multiple of 8.
fn load<P: Port>(port: &mut P, address: u64) -> Result<u64, Stop> {
    let mut value = [0; 8];
    read(port, address, &mut value)?;
    Ok(u64::from_le_bytes(value))
}

fn read<P: Port>(port: &mut P, address: u64, bytes: &mut [u8]) -> Result<(), Stop> {
    match port.translate(address) {
        Translation::Invalid => Err(Fault::Page {
            address,
            write: false,
        }
        .into()),
        Translation::Zero { .. } => Ok(()),
        Translation::Memory { item, offset, .. } => port
            .read(&item, offset, bytes)
            .map_err(Stop::unavailable(address, false)),
    }
}

fn update<P: Port>(port: &mut P, address: u64, change: Update) -> Result<(), Stop> {
    if let Destination::Memory { memory, offset, .. } = destination(port, address)? {
        port.update(&memory, offset, change)
            .map_err(Stop::unavailable(address, true))?;
    }
    Ok(())
}

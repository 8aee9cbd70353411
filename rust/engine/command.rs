// SPDX-License-Identifier: GPL-2.0

//! [`Command`]: what the words of a command buffer say.
//!
//! Pure logic: also compiled and tested on the host.

use crate::uapi::*;

/// Words that a command has besides its header, at most; those of NOP are not read.
pub(crate) const OPERANDS_MAX: usize = 13;

/// Bytes of a triangle's corners: three of them, with three words each.
pub(crate) const TRIANGLE_BYTES: usize = 3 * 3 * 4;

const TRIANGLES_FLAGS: u32 = DXGKRNL_ENGINE_TRIANGLES_BLEND | DXGKRNL_ENGINE_TRIANGLES_OPAQUE;

/// What a wait waits for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Condition {
    Equal,
    AtLeast,
    NotEqual,
}

/// Rows of bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Rows {
    pub(crate) address: u64,
    pub(crate) pitch: u64,
}

/// Where triangles are drawn to, and how.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Target {
    pub(crate) surface: Rows,
    /// The pixels that may be written: the first columns and rows of them, and those behind the last.
    pub(crate) left: u32,
    pub(crate) top: u32,
    pub(crate) right: u32,
    pub(crate) bottom: u32,
    /// Whether what is there shines through.
    pub(crate) blends: bool,
    /// Whether the fourth byte of a pixel is 255 in any case.
    pub(crate) is_opaque: bool,
}

/// A command. Lengths are in bytes.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Command {
    Nop,
    End,
    Fill {
        address: u64,
        bytes: u64,
        pattern: u32,
    },
    Copy {
        to: u64,
        from: u64,
        bytes: u64,
    },
    Copy2d {
        to: Rows,
        from: Rows,
        row: u64,
        rows: u32,
    },
    Write32 {
        address: u64,
        value: u32,
    },
    Write64 {
        address: u64,
        value: u64,
    },
    Fence {
        address: u64,
        value: u64,
    },
    Timestamp {
        address: u64,
    },
    Wait {
        address: u64,
        reference: u64,
        mask: u64,
        condition: Condition,
    },
    Call {
        address: u64,
        bytes: u64,
    },
    Add {
        address: u64,
        operand: u64,
    },
    Spin {
        nanoseconds: u64,
    },
    ClearRect {
        to: Rows,
        row: u64,
        rows: u32,
        color: u32,
    },
    Triangles {
        target: Target,
        corners: u64,
        triangles: u32,
    },
}

/// The header of a command.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Header {
    op: u32,
    /// All of them, the header included.
    words: u32,
}

impl Header {
    /// `None` if there is no such command.
    pub(crate) fn new(word: u32) -> Option<Self> {
        let (op, flags, words) = (word & 0xff, word >> 8 & 0xff, word >> 16);
        let exists = match op {
            DXGKRNL_ENGINE_NOP => words >= 1,
            DXGKRNL_ENGINE_END => words == 1,
            DXGKRNL_ENGINE_SPIN => words == 2,
            DXGKRNL_ENGINE_TIMESTAMP => words == 3,
            DXGKRNL_ENGINE_WRITE => words == 4 || words == 5,
            DXGKRNL_ENGINE_FENCE | DXGKRNL_ENGINE_CALL | DXGKRNL_ENGINE_ATOMIC_ADD64 => words == 5,
            DXGKRNL_ENGINE_FILL => words == 6,
            DXGKRNL_ENGINE_COPY | DXGKRNL_ENGINE_WAIT_MEM => words == 7,
            DXGKRNL_ENGINE_COPY_2D | DXGKRNL_ENGINE_CLEAR_RECT => words == 9,
            DXGKRNL_ENGINE_TRIANGLES => words == 14,
            _ => false,
        };
        (exists && flags == 0).then_some(Self { op, words })
    }

    /// Bytes of the command.
    pub(crate) fn bytes(self) -> u64 {
        u64::from(self.words) * 4
    }

    /// Words of it that are to be read behind the header.
    pub(crate) fn operands(self) -> usize {
        match self.op {
            DXGKRNL_ENGINE_NOP => 0,
            // CAST: at most 13.
            _ => self.words as usize - 1,
        }
    }

    /// The command with these words behind its header; `None` if they are not what it takes.
    pub(crate) fn command(self, words: &[u32; OPERANDS_MAX]) -> Option<Command> {
        let w = |n: usize| words.get(n).copied().unwrap_or(0);
        let double = |n: usize| u64::from(w(n + 1)) << 32 | u64::from(w(n));
        let address = double(0);
        let aligned = |unit: u64| address % unit == 0;
        let command = match self.op {
            DXGKRNL_ENGINE_NOP => Command::Nop,
            DXGKRNL_ENGINE_END => Command::End,
            DXGKRNL_ENGINE_FILL if aligned(4) && double(2) % 4 == 0 => Command::Fill {
                address,
                bytes: double(2),
                pattern: w(4),
            },
            DXGKRNL_ENGINE_COPY => Command::Copy {
                to: address,
                from: double(2),
                bytes: double(4),
            },
            DXGKRNL_ENGINE_COPY_2D => Command::Copy2d {
                to: Rows {
                    address,
                    pitch: w(2).into(),
                },
                from: Rows {
                    address: double(3),
                    pitch: w(5).into(),
                },
                row: w(6).into(),
                rows: w(7),
            },
            DXGKRNL_ENGINE_WRITE if self.words == 4 && aligned(4) => Command::Write32 {
                address,
                value: w(2),
            },
            DXGKRNL_ENGINE_WRITE if self.words == 5 && aligned(8) => Command::Write64 {
                address,
                value: double(2),
            },
            DXGKRNL_ENGINE_FENCE if aligned(8) => Command::Fence {
                address,
                value: double(2),
            },
            DXGKRNL_ENGINE_TIMESTAMP if aligned(8) => Command::Timestamp { address },
            DXGKRNL_ENGINE_WAIT_MEM if aligned(8) => Command::Wait {
                address,
                reference: double(2),
                mask: match w(4) {
                    0 => u64::MAX,
                    mask => mask.into(),
                },
                condition: match w(5) {
                    DXGKRNL_ENGINE_EQUAL => Condition::Equal,
                    DXGKRNL_ENGINE_AT_LEAST => Condition::AtLeast,
                    DXGKRNL_ENGINE_NOT_EQUAL => Condition::NotEqual,
                    _ => return None,
                },
            },
            DXGKRNL_ENGINE_CALL
                if aligned(4) && double(2) <= u64::from(DXGKRNL_ENGINE_BUFFER_MAX) =>
            {
                Command::Call {
                    address,
                    bytes: double(2),
                }
            }
            DXGKRNL_ENGINE_ATOMIC_ADD64 if aligned(8) => Command::Add {
                address,
                operand: double(2),
            },
            DXGKRNL_ENGINE_SPIN => Command::Spin {
                nanoseconds: u64::from(w(0)) * 1000,
            },
            DXGKRNL_ENGINE_CLEAR_RECT if aligned(4) && w(2) % 4 == 0 => {
                let pitch = u64::from(w(2));
                let row = address.checked_add(u64::from(w(4)) * pitch)?;
                Command::ClearRect {
                    to: Rows {
                        address: row.checked_add(u64::from(w(3)) * 4)?,
                        pitch,
                    },
                    row: u64::from(w(5)) * 4,
                    rows: w(6),
                    color: w(7),
                }
            }
            DXGKRNL_ENGINE_TRIANGLES => triangles(words)?,
            _ => return None,
        };
        Some(command)
    }
}

/// TRIANGLES with these words behind its header; `None` if they are not what it takes.
fn triangles(words: &[u32; OPERANDS_MAX]) -> Option<Command> {
    let &[a0, a1, pitch, width, height, x, y, columns, rows, flags, c0, c1, triangles] = words;
    let double = |low: u32, high: u32| u64::from(high) << 32 | u64::from(low);
    let (address, corners) = (double(a0, a1), double(c0, c1));
    let is_aligned = address % 4 == 0 && corners % 4 == 0 && pitch % 4 == 0;
    if !is_aligned || flags & !TRIANGLES_FLAGS != 0 {
        return None;
    }
    // All of the surface, and of the corners, has addresses.
    let end = address.checked_add(u64::from(height) * u64::from(pitch))?;
    end.checked_add(u64::from(width) * 4)?;
    // CAST: small.
    corners.checked_add(u64::from(triangles) * TRIANGLE_BYTES as u64)?;
    Some(Command::Triangles {
        target: Target {
            surface: Rows {
                address,
                pitch: pitch.into(),
            },
            left: x,
            top: y,
            right: x.saturating_add(columns).min(width),
            bottom: y.saturating_add(rows).min(height),
            blends: flags & DXGKRNL_ENGINE_TRIANGLES_BLEND != 0,
            is_opaque: flags & DXGKRNL_ENGINE_TRIANGLES_OPAQUE != 0,
        },
        corners,
        triangles,
    })
}

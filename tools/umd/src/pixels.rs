// SPDX-License-Identifier: MIT OR Apache-2.0
//! Rows of bytes: filling and copying.

/// A rectangle of bytes: rows of `row` bytes, `at` in each, from one row on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Block {
    /// Where the rows begin, in bytes from the left edge.
    pub(crate) x: usize,
    /// The first row.
    pub(crate) y: usize,
    /// Bytes in each row.
    pub(crate) row: usize,
    /// How many rows.
    pub(crate) rows: usize,
}

impl Block {
    fn range(&self, row: usize, pitch: usize) -> core::ops::Range<usize> {
        let start = (self.y + row) * pitch + self.x;
        start..start + self.row
    }
}

/// Writes `content`, which is a row, to every row of `block`.
pub(crate) fn fill(bytes: &mut [u8], pitch: usize, block: Block, content: &[u8]) {
    for row in 0..block.rows {
        bytes[block.range(row, pitch)].copy_from_slice(content);
    }
}

/// Copies `from` to where `to` is, which has the same size.
pub(crate) fn copy(source: (&[u8], usize), from: Block, target: (&mut [u8], usize), to: Block) {
    for row in 0..from.rows {
        let row_of_source = &source.0[from.range(row, source.1)];
        target.0[to.range(row, target.1)].copy_from_slice(row_of_source);
    }
}

/// Copies `from` to where `to` is in the same bytes, by way of `pad`, which has room for a row. Where
/// they overlap, it is what was there before that arrives.
pub(crate) fn copy_within(bytes: &mut [u8], pitch: usize, from: Block, to: Block, pad: &mut [u8]) {
    let down = to.y > from.y;
    for step in 0..from.rows {
        // A row must be read before it is written.
        let row = if down { from.rows - 1 - step } else { step };
        pad.copy_from_slice(&bytes[from.range(row, pitch)]);
        bytes[to.range(row, pitch)].copy_from_slice(pad);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const PITCH: usize = 24;
    const ROWS: usize = 9;

    fn bytes() -> Vec<u8> {
        (0..PITCH * ROWS).map(|i| i as u8).collect()
    }

    /// Sizes of a block, and two places for it.
    fn blocks() -> impl Strategy<Value = (Block, Block)> {
        (1..=PITCH, 1..=ROWS).prop_flat_map(|(row, rows)| {
            let place = (0..=PITCH - row, 0..=ROWS - rows);
            (place.clone(), place).prop_map(move |(a, b)| {
                let at = |(x, y): (usize, usize)| Block { x, y, row, rows };
                (at(a), at(b))
            })
        })
    }

    /// The bytes after the copy, byte by byte.
    fn expected(from: Block, to: Block) -> Vec<u8> {
        let (before, mut after) = (bytes(), bytes());
        for y in 0..from.rows {
            for x in 0..from.row {
                after[(to.y + y) * PITCH + to.x + x] = before[(from.y + y) * PITCH + from.x + x];
            }
        }
        after
    }

    proptest! {
        #[test]
        fn copies_within_are_as_if_of_another((from, to) in blocks()) {
            let mut there = bytes();
            let mut pad = alloc::vec![0; from.row];
            copy_within(&mut there, PITCH, from, to, &mut pad);
            prop_assert_eq!(there, expected(from, to));
        }

        #[test]
        fn copies_touch_the_block_alone((from, to) in blocks()) {
            let (source, mut target) = (bytes(), bytes());
            copy((&source, PITCH), from, (&mut target, PITCH), to);
            prop_assert_eq!(target, expected(from, to));
        }

        #[test]
        fn fills_touch_the_block_alone((block, _) in blocks()) {
            let mut there = bytes();
            let content: Vec<u8> = (0..block.row).map(|i| 255 - i as u8).collect();
            fill(&mut there, PITCH, block, &content);
            for (i, (&now, before)) in there.iter().zip(bytes()).enumerate() {
                let (x, y) = (i % PITCH, i / PITCH);
                let inside = (block.x..block.x + block.row).contains(&x)
                    && (block.y..block.y + block.rows).contains(&y);
                prop_assert_eq!(now, if inside { content[x - block.x] } else { before });
            }
        }
    }
}

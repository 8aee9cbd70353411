// SPDX-License-Identifier: MIT OR Apache-2.0
//! Bytes that tell where they belong.

use std::fmt;

/// Bytes that differ from allocation to allocation and from place to place, so that a page of
/// another allocation, or of another place in the same one, does not pass for the right one.
#[derive(Clone, Copy)]
pub struct Pattern {
    seed: u64,
}

/// The first byte that is not what it should be.
#[derive(Debug, PartialEq, Eq)]
pub struct Mismatch {
    offset: usize,
    expected: u8,
    found: u8,
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            offset,
            expected,
            found,
        } = self;
        write!(
            f,
            "byte {offset:#x} is {found:#04x} instead of {expected:#04x}"
        )
    }
}

impl std::error::Error for Mismatch {}

impl Pattern {
    /// The pattern of the allocation that `seed` stands for.
    pub const fn new(seed: u64) -> Self {
        Self { seed }
    }

    /// Writes the pattern.
    pub fn fill(self, bytes: &mut [u8]) {
        for (index, word) in bytes.chunks_mut(8).enumerate() {
            word.copy_from_slice(&self.word(index)[..word.len()]);
        }
    }

    /// Compares every byte with the pattern.
    pub fn check(self, bytes: &[u8]) -> Result<(), Mismatch> {
        for (index, word) in bytes.chunks(8).enumerate() {
            let expected = self.word(index);
            if word != &expected[..word.len()] {
                let wrong = word.iter().zip(&expected).position(|(a, b)| a != b);
                let byte = wrong.unwrap_or(0);
                return Err(Mismatch {
                    offset: index * 8 + byte,
                    expected: expected[byte],
                    found: word[byte],
                });
            }
        }
        Ok(())
    }

    /// The word at `index`: a bijective mix (SplitMix64's) of seed and place, so that no two words
    /// of one pattern are the same.
    fn word(self, index: usize) -> [u8; 8] {
        let mut x = self.seed.wrapping_shl(40) ^ index as u64;
        x = x.wrapping_add(0x9e37_79b9_7f4a_7c15);
        x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (x ^ (x >> 31)).to_ne_bytes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(seed: u64, bytes: usize) -> Vec<u8> {
        let mut data = vec![0; bytes];
        Pattern::new(seed).fill(&mut data);
        data
    }

    #[test]
    fn a_pattern_passes_its_own_check() {
        for bytes in [0, 1, 7, 8, 9, 10_000] {
            assert_eq!(Pattern::new(3).check(&filled(3, bytes)), Ok(()));
        }
    }

    #[test]
    fn one_wrong_byte_is_found_where_it_is() {
        for offset in [0, 4095, 4096, 8191] {
            let mut data = filled(3, 8192);
            let expected = data[offset];
            data[offset] ^= 0x10;
            assert_eq!(
                Pattern::new(3).check(&data),
                Err(Mismatch {
                    offset,
                    expected,
                    found: expected ^ 0x10
                })
            );
        }
    }

    #[test]
    fn swapped_pages_are_found() {
        let mut data = filled(3, 8192);
        let (first, second) = data.split_at_mut(4096);
        first.swap_with_slice(second);
        assert!(Pattern::new(3).check(&data).is_err());
    }

    #[test]
    fn another_allocations_page_is_found() {
        assert!(Pattern::new(3).check(&filled(4, 4096)).is_err());
        assert!(Pattern::new(3).check(&[0; 4096]).is_err());
    }
}

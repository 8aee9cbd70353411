// SPDX-License-Identifier: GPL-2.0

//! Blobs of the script miniport as pairs of words, and the callbacks that they request.

use super::{
    log::log,
    objects,
    wire,
    Script, //
};
use crate::{
    ddi::callbacks::{
        Callbacks,
        HandleData, //
    },
    handle::Handle,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use core::fmt::Write;

/// A well-formed blob.
pub(super) struct Words<'a>(&'a [u8]);

/// Bytes in a word, and in an instruction.
const WORD: usize = 8;
const PAIR: usize = 2 * WORD;

fn word(bytes: &[u8]) -> u64 {
    bytes
        .first_chunk()
        .map_or(0, |bytes| u64::from_le_bytes(*bytes))
}

/// A status in an operand.
pub(super) fn status(operand: u64) -> NtStatus {
    NtStatus::from_code(low(operand))
}

/// The low half of an operand.
pub(super) fn low(operand: u64) -> u32 {
    // CAST: truncation to the low half is intended.
    operand as u32
}

impl<'a> Words<'a> {
    /// INVALID_PARAMETER when `data` is not well-formed (case 72).
    pub(super) fn read(data: &'a [u8]) -> NtResult<Self> {
        if data.len() % PAIR != WORD || word(data) != wire::MAGIC {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        Ok(Self(&data[WORD..]))
    }

    /// The same, where no private data at all is fine: it asks for nothing.
    pub(super) fn read_if_any(data: &'a [u8]) -> NtResult<Self> {
        match data {
            [] => Ok(Self(data)),
            data => Self::read(data),
        }
    }

    fn pairs(&self) -> impl Iterator<Item = (u64, u64)> + 'a {
        let pairs = self.0.chunks_exact(PAIR);
        pairs.map(|pair| (word(pair), word(&pair[WORD..])))
    }

    /// The operand of an instruction, if the blob has it.
    pub(super) fn get(&self, instruction: u64) -> Option<u64> {
        self.pairs()
            .find(|&(found, _)| found == instruction)
            .map(|(_, operand)| operand)
    }
}

/// The instructions of a blob with their operands, which can be changed.
fn operands(data: &mut [u8]) -> impl Iterator<Item = (u64, &mut [u8])> {
    let pairs = data.get_mut(WORD..).unwrap_or_default();
    pairs.chunks_exact_mut(PAIR).map(|pair| {
        let (instruction, operand) = pair.split_at_mut(WORD);
        (word(instruction), operand)
    })
}

/// Inverts the operands of an instruction.
pub(super) fn invert(data: &mut [u8], instruction: u64) {
    for (_, operand) in operands(data).filter(|(found, _)| *found == instruction) {
        let inverted = !word(operand);
        operand.copy_from_slice(&inverted.to_le_bytes());
    }
}

impl Script {
    /// Makes the callbacks that a blob requests for `stage`, and writes the results into it.
    /// `own` is the handle of the allocation that is being opened.
    pub(super) fn look_up(
        &self,
        data: &mut [u8],
        stage: u64,
        own: Handle,
        callbacks: &dyn Callbacks,
    ) -> NtResult {
        for (instruction, operand) in operands(data) {
            let asked = word(operand);
            let handle = match u64::from(low(asked)) {
                wire::OWN => own,
                wire::OWN_PARENT => callbacks.get_handle_parent(own).unwrap_or(Handle::NULL),
                other => Handle::new(low(other)),
            };
            let data = |kind| {
                let cookie = callbacks.get_handle_data(handle, kind)?;
                Some(objects::number(&cookie))
            };
            let value = |handle: Handle| u64::from(handle.value());
            let found = match instruction.wrapping_sub(stage) {
                wire::LOOK_UP_ALLOCATION => data(HandleData::Allocation),
                wire::LOOK_UP_BINDING => data(HandleData::Binding),
                wire::LOOK_UP_RESOURCE => data(HandleData::Resource),
                wire::LOOK_UP_PARENT => callbacks.get_handle_parent(handle).map(value),
                wire::LOOK_UP_CHILD => {
                    // CAST: the high half.
                    let index = (asked >> 32) as usize;
                    callbacks.enum_handle_children(handle, index).map(value)
                }
                wire::REQUIRE_ALLOCATION => {
                    let found = data(HandleData::Allocation);
                    Some(found.ok_or(NtStatus::INVALID_HANDLE)?)
                }
                _ => continue,
            };
            log!(
                self.log,
                "callback {instruction} {:#x}: {found:x?}",
                handle.value()
            );
            let result = found.map_or(0, |found| found | wire::FOUND);
            operand.copy_from_slice(&result.to_le_bytes());
        }
        Ok(())
    }
}

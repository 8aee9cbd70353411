// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the kernel-mode driver is told about an allocation, and what it answers.

use crate::header::*;
use alloc::vec::Vec;
use d3dddi::{HResult, Result};

/// Rows of surfaces begin at multiples of this.
pub const PITCH_ALIGN: u32 = 256;
/// Bytes in a pixel.
pub const PIXEL: u32 = 4;
/// The most pixels in a row, and the most rows.
pub const MAX_EXTENT: u32 = 16384;
/// Allocations are so many bytes, or a multiple of it.
pub const PAGE: u64 = 4096;

/// Bytes of [`dxgkrnl_gem_allocation`].
const SIZE: usize = 48;
const _: () = assert!(size_of::<dxgkrnl_gem_allocation>() == SIZE);

/// How an allocation lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Bytes from one row to the next; 0 for a buffer.
    pub pitch: u32,
    /// Bytes that may be touched.
    pub bytes: usize,
}

/// Asks for linear bytes that the CPU can reach.
pub fn buffer(bytes: u64) -> Vec<u8> {
    blob(dxgkrnl_gem_allocation {
        kind: DXGKRNL_GEM_KIND_BUFFER,
        bytes,
        ..Default::default()
    })
}

/// Asks for an image that the CPU can reach, and a display if it is `displayable`.
pub fn surface(width: u32, height: u32, format: u32, displayable: bool) -> Vec<u8> {
    let usage = if displayable {
        DXGKRNL_GEM_USAGE_DISPLAYABLE
    } else {
        0
    };
    blob(dxgkrnl_gem_allocation {
        kind: DXGKRNL_GEM_KIND_SURFACE,
        usage,
        width,
        height,
        format,
        ..Default::default()
    })
}

/// The private data of a resource.
pub fn resource() -> Vec<u8> {
    [
        DXGKRNL_GEM_MAGIC.to_ne_bytes(),
        DXGKRNL_GEM_VERSION.to_ne_bytes(),
        [0; 4],
        [0; 4],
    ]
    .concat()
}

fn blob(wanted: dxgkrnl_gem_allocation) -> Vec<u8> {
    let words = [
        DXGKRNL_GEM_MAGIC,
        DXGKRNL_GEM_VERSION,
        wanted.kind,
        wanted.usage | DXGKRNL_GEM_USAGE_CPU_VISIBLE,
        wanted.width,
        wanted.height,
        wanted.format,
        0,
    ];
    let mut bytes = words.map(u32::to_ne_bytes).concat();
    bytes.extend(wanted.bytes.to_ne_bytes());
    bytes.extend([0; 8]);
    bytes
}

/// The pitch that a surface of this width will have; none if it is too wide.
pub fn pitch_of(width: u32) -> Option<u32> {
    (1..=MAX_EXTENT)
        .contains(&width)
        .then(|| (width * PIXEL).next_multiple_of(PITCH_ALIGN))
}

/// Reads the answer to `asked`, and sees whether what was asked for fits into it.
///
/// # Errors
///
/// `ERROR_GRAPHICS_DRIVER_MISMATCH`: the drivers do not understand each other.
pub fn answer(asked: &[u8], answered: &[u8]) -> Result<Layout> {
    read_answer(asked, answered).ok_or(HResult::ERROR_GRAPHICS_DRIVER_MISMATCH)
}

fn read_answer(asked: &[u8], answered: &[u8]) -> Option<Layout> {
    // What was asked for must still be said, but for the bytes of a buffer, which are rounded up.
    if answered.len() != SIZE || asked.get(..28)? != answered.get(..28)? {
        return None;
    }
    let pitch = word(answered, 28)?;
    let bytes = u64::from(word(answered, 32)?) | (u64::from(word(answered, 36)?) << 32);
    let needed = match word(asked, 8)? {
        DXGKRNL_GEM_KIND_BUFFER => {
            u64::from(word(asked, 32)?) | (u64::from(word(asked, 36)?) << 32)
        }
        _ => {
            let row = word(asked, 16)?.checked_mul(PIXEL)?;
            if pitch < row || pitch % PITCH_ALIGN != 0 {
                return None;
            }
            u64::from(pitch).checked_mul(u64::from(word(asked, 20)?))?
        }
    };
    if bytes < needed || bytes % PAGE != 0 {
        return None;
    }
    Some(Layout {
        pitch,
        bytes: usize::try_from(bytes).ok()?,
    })
}

/// A word of the machine's byte order, as the kernel is of the same machine.
fn word(data: &[u8], offset: usize) -> Option<u32> {
    let bytes = data.get(offset..offset.checked_add(4)?)?;
    Some(u32::from_ne_bytes(bytes.try_into().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    const XR24: u32 = u32::from_le_bytes(*b"XR24");

    fn words(data: &[u8]) -> Vec<u32> {
        (0..data.len() / 4)
            .filter_map(|i| word(data, i * 4))
            .collect()
    }

    #[test]
    fn blobs_are_as_in_the_header() {
        let magic = 0x4d45_4744;
        assert_eq!(
            words(&buffer(0x1_0000_2000)),
            [magic, 1, 1, 1, 0, 0, 0, 0, 0x2000, 1, 0, 0]
        );
        let shown = surface(640, 480, XR24, true);
        assert_eq!(
            words(&shown),
            [magic, 1, 2, 3, 640, 480, XR24, 0, 0, 0, 0, 0]
        );
        let hidden = surface(640, 480, XR24, false);
        assert_eq!(
            words(&hidden),
            [magic, 1, 2, 1, 640, 480, XR24, 0, 0, 0, 0, 0]
        );
        assert_eq!(words(&resource()), [magic, 1, 0, 0]);
    }

    fn answered(asked: &[u8], pitch: u32, bytes: u64) -> Vec<u8> {
        let mut data = asked.to_vec();
        data[28..32].copy_from_slice(&pitch.to_ne_bytes());
        data[32..40].copy_from_slice(&bytes.to_ne_bytes());
        data
    }

    #[test]
    fn good_answers_are_believed() {
        let asked = surface(65, 10, XR24, false);
        for (pitch, bytes) in [(512, 8192), (768, 8192), (512, 1 << 20)] {
            let layout = Layout {
                pitch,
                bytes: usize::try_from(bytes).unwrap(),
            };
            assert_eq!(answer(&asked, &answered(&asked, pitch, bytes)), Ok(layout));
        }
        let asked = buffer(5000);
        let layout = Layout {
            pitch: 0,
            bytes: 8192,
        };
        assert_eq!(answer(&asked, &answered(&asked, 0, 8192)), Ok(layout));
    }

    #[test]
    fn wrong_answers_are_not() {
        let mismatch = Err(HResult::ERROR_GRAPHICS_DRIVER_MISMATCH);
        let asked = surface(65, 10, XR24, false);
        for (pitch, bytes) in [
            (256, 8192),
            (0, 8192),
            (513, 8192),
            (512, 4096),
            (512, 5120),
            (512, 0),
            (1024, 8192),
            (u32::MAX - 255, 8192),
        ] {
            let data = answered(&asked, pitch, bytes);
            assert_eq!(answer(&asked, &data), mismatch, "{pitch} {bytes}");
        }
        let good = answered(&asked, 512, 8192);
        for at in 0..28 {
            let mut data = good.clone();
            data[at] ^= 1;
            assert_eq!(answer(&asked, &data), mismatch, "byte {at}");
        }
        assert_eq!(answer(&asked, &good[..47]), mismatch);
        assert_eq!(answer(&asked, &[]), mismatch);
        let asked = buffer(5000);
        assert_eq!(answer(&asked, &answered(&asked, 0, 4096)), mismatch);
        assert_eq!(answer(&asked, &answered(&asked, 0, 5000)), mismatch);
    }

    #[test]
    fn pitches() {
        for (width, pitch) in [(1, 256), (64, 256), (65, 512), (16384, 65536)] {
            assert_eq!(pitch_of(width), Some(pitch));
        }
        assert_eq!(pitch_of(0), None);
        assert_eq!(pitch_of(16385), None);
    }
}

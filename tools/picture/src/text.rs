// SPDX-License-Identifier: MIT OR Apache-2.0
//! Text on the bytes of a buffer.

use embedded_graphics::{
    mono_font::{
        ascii::{FONT_10X20, FONT_6X10},
        MonoFont, MonoTextStyle,
    },
    pixelcolor::{Rgb888, RgbColor},
    prelude::*,
    text::{Baseline, Text},
};
use std::convert::Infallible;

/// Lines, in the letters that fit.
pub(crate) struct Lines<'a> {
    lines: &'a [String],
    font: &'static MonoFont<'static>,
}

impl<'a> Lines<'a> {
    /// Lines for so many pixels in a row: in large letters, or in small ones where these are too wide.
    pub(crate) fn new(lines: &'a [String], width: u32) -> Self {
        let large = Self {
            lines,
            font: &FONT_10X20,
        };
        if large.size().0 <= width {
            return large;
        }
        Self {
            lines,
            font: &FONT_6X10,
        }
    }

    /// Pixels of the longest line, and of all of them.
    pub(crate) fn size(&self) -> (u32, u32) {
        let count = |number: usize| u32::try_from(number).unwrap_or(u32::MAX);
        let longest = self.lines.iter().map(|line| line.chars().count()).max();
        let Size { width, height } = self.font.character_size;
        (
            count(longest.unwrap_or(0)).saturating_mul(width),
            count(self.lines.len()).saturating_mul(height),
        )
    }

    /// Writes them in white, from a corner on; what does not fit is left out.
    pub(crate) fn write(&self, bytes: &mut [u8], pitch: u32, size: (u32, u32), at: (u32, u32)) {
        let mut canvas = Canvas { bytes, pitch, size };
        let style = MonoTextStyle::new(self.font, Rgb888::WHITE);
        let mut at = Point::zero() + Size::new(at.0, at.1);
        for line in self.lines {
            let text = Text::with_baseline(line, at, style, Baseline::Top);
            // The canvas cannot fail.
            let _ = text.draw(&mut canvas);
            at += self.font.character_size.y_axis();
        }
    }
}

/// Pixels of 4 bytes, XR24, in rows.
struct Canvas<'a> {
    bytes: &'a mut [u8],
    pitch: u32,
    size: (u32, u32),
}

impl OriginDimensions for Canvas<'_> {
    fn size(&self) -> Size {
        Size::new(self.size.0, self.size.1)
    }
}

impl DrawTarget for Canvas<'_> {
    type Color = Rgb888;
    type Error = Infallible;

    fn draw_iter<I: IntoIterator<Item = Pixel<Rgb888>>>(
        &mut self,
        pixels: I,
    ) -> Result<(), Infallible> {
        let area = self.bounding_box();
        for Pixel(at, color) in pixels.into_iter().filter(|pixel| area.contains(pixel.0)) {
            // Inside, no coordinate is negative.
            let (x, y) = (at.x.unsigned_abs() as usize, at.y.unsigned_abs() as usize);
            let place = y * self.pitch as usize + x * 4;
            if let Some(pixel) = self.bytes.get_mut(place..place + 4) {
                pixel.copy_from_slice(&[color.b(), color.g(), color.r(), 255]);
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHITE: [u8; 4] = [255; 4];

    /// The pixels that are white, of a picture of 40 times 48 with rows of 256 bytes.
    fn written(at: (u32, u32), lines: &[&str]) -> Vec<(usize, usize)> {
        let mut bytes = vec![0; 256 * 48];
        let lines: Vec<_> = lines.iter().map(|&line| line.to_owned()).collect();
        Lines::new(&lines, 40).write(&mut bytes, 256, (40, 48), at);
        let pixels = bytes.chunks_exact(4).enumerate();
        let white = pixels.filter(|(_, pixel)| {
            assert!(*pixel == WHITE || *pixel == [0; 4]);
            *pixel == WHITE
        });
        white.map(|(i, _)| (i % 64, i / 64)).collect()
    }

    #[test]
    fn characters_are_where_they_should_be() {
        // Of a bar, all is in one column.
        let bar = written((0, 0), &["|"]);
        assert!(bar.len() > 10);
        let (x, y) = bar[0];
        assert!(x < 10 && y < 20);
        assert!(bar.iter().all(|pixel| pixel.0 == x || pixel.0 == x + 1));
        let moved: Vec<_> = bar.iter().map(|&(x, y)| (x + 12, y + 23)).collect();
        assert_eq!(written((2, 3), &["", " |"]), moved);
    }

    #[test]
    fn nothing_is_written_outside() {
        let all = written((0, 0), &["||||", "|", "|", "|"]);
        assert!(all.iter().all(|&(x, y)| x < 40 && y < 48));
        let all = written((3, 0), &["||||||||", "", "", "", "|"]);
        assert!(all.iter().all(|&(x, y)| x < 40 && y < 48));
        assert_eq!(written((40, 0), &["|"]), []);
        assert_eq!(written((0, 48), &["|"]), []);
    }

    #[test]
    fn letters_are_as_large_as_fits() {
        let lines = ["four".to_owned(), "seven!!".to_owned()];
        assert_eq!(Lines::new(&lines, 70).size(), (70, 40));
        assert_eq!(Lines::new(&lines, 69).size(), (42, 20));
        assert_eq!(Lines::new(&lines, 0).size(), (42, 20));
        assert_eq!(Lines::new(&[], 0).size(), (0, 0));
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is on the picture: a triangle that turns, and lines of text on a panel that it shines
//! through.

use crate::{chain::Chain, error::Error, text::Lines};
use d3dddi::functions::{blend, Rect, VertexArgs};
use std::f64::consts::TAU;

/// As many steps are one turn of the triangle.
pub const STEPS_IN_A_TURN: u32 = 240;

/// `0xAARRGGBB` of what is behind everything.
pub const BACKGROUND: u32 = 0xFF20_2830;
/// Of the triangle's corners, the upper one first.
pub const CORNERS: [u32; 3] = [0xFFFF_0000, 0xFF00_FF00, 0xFF00_00FF];
/// Of the panel: a part of what is behind it can still be seen.
pub const PANEL: u32 = 0xA000_0000;

/// Pixels from the edges to the panel, and from its edges to the text.
const MARGIN: u32 = 24;
/// Sixteenths of a pixel.
const PIXEL: f64 = 16.0;

/// Draws the picture to the buffer behind: the triangle after so many steps, and the lines.
///
/// # Errors
///
/// Those of [`Chain`].
pub fn draw(chain: &mut Chain<'_>, steps: u32, lines: &[String]) -> Result<(), Error> {
    let (width, height) = chain.size();
    let all = Rect {
        width,
        height,
        ..Rect::default()
    };
    chain.clear(all, BACKGROUND)?;
    chain.draw(blend::REPLACE, &triangle(chain.size(), steps))?;
    let lines = Lines::new(lines, width.saturating_sub(4 * MARGIN));
    let panel = panel(chain.size(), lines.size());
    chain.draw(blend::OVER, &quad(panel, PANEL))?;
    let at = (panel.x + MARGIN, panel.y + MARGIN);
    chain.with_bytes(|bytes, pitch| lines.write(bytes, pitch, (width, height), at))
}

/// The corners of the triangle, around the middle of the picture.
fn triangle((width, height): (u32, u32), steps: u32) -> [VertexArgs; 3] {
    let radius = f64::from(width.min(height)) * 0.4;
    let turn = f64::from(steps % STEPS_IN_A_TURN) / f64::from(STEPS_IN_A_TURN);
    let corner = |number: u8| {
        // The first one is above.
        let angle = TAU * (turn + f64::from(number) / 3.0 - 0.25);
        let place = |middle: u32, along: f64| {
            let pixels = f64::from(middle) / 2.0 + radius * along;
            // CAST: It is on the picture.
            (pixels * PIXEL).round() as i32
        };
        VertexArgs {
            x: place(width, angle.cos()),
            y: place(height, angle.sin()),
            color: CORNERS[usize::from(number)],
        }
    };
    [0, 1, 2].map(corner)
}

/// Where the panel is: in the lower left corner, as large as the text, and on the picture.
fn panel((width, height): (u32, u32), text: (u32, u32)) -> Rect {
    let most = |length: u32| length.saturating_sub(2 * MARGIN);
    let size = |text: u32, length: u32| text.saturating_add(2 * MARGIN).min(most(length));
    let (panel_width, panel_height) = (size(text.0, width), size(text.1, height));
    Rect {
        x: MARGIN,
        y: height.saturating_sub(MARGIN + panel_height),
        width: panel_width,
        height: panel_height,
    }
}

fn quad(rect: Rect, color: u32) -> [VertexArgs; 4] {
    let (right, below) = (rect.x + rect.width, rect.y + rect.height);
    let corners = [
        (rect.x, rect.y),
        (right, rect.y),
        (right, below),
        (rect.x, below),
    ];
    // CAST: Displays have far fewer pixels.
    corners.map(|(x, y)| VertexArgs {
        x: (x * 16) as i32,
        y: (y * 16) as i32,
        color,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn places(corners: &[VertexArgs]) -> Vec<(i32, i32)> {
        corners.iter().map(|corner| (corner.x, corner.y)).collect()
    }

    #[test]
    fn the_triangle_turns_around_the_middle() {
        let still = triangle((1280, 800), 0);
        // 320 pixels around (640, 400); cos 30 degrees is 0.866025.
        assert_eq!(places(&still), [(10240, 1280), (14674, 8960), (5806, 8960)]);
        assert_eq!(still.map(|corner| corner.color), CORNERS);
        let third = triangle((1280, 800), STEPS_IN_A_TURN / 3);
        let [first, second, last] = [third[0], third[1], third[2]];
        assert_eq!(places(&[last, first, second]), places(&still));
        let whole = triangle((1280, 800), STEPS_IN_A_TURN);
        assert_eq!(places(&whole), places(&still));
    }

    #[test]
    fn the_panel_stays_on_the_picture() {
        let fits = panel((1280, 800), (70, 40));
        assert_eq!((fits.x, fits.y), (24, 800 - 24 - 88));
        assert_eq!((fits.width, fits.height), (70 + 48, 40 + 48));
        let narrow = panel((100, 60), (70, 40));
        assert_eq!((narrow.x, narrow.y), (24, 24));
        assert_eq!((narrow.width, narrow.height), (52, 12));
        let tiny = panel((1, 1), (70, 40));
        assert_eq!((tiny.width, tiny.height), (0, 0));
        assert_eq!(
            places(&quad(narrow, 0)),
            [(384, 384), (1216, 384), (1216, 576), (384, 576)]
        );
    }
}

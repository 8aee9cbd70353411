// SPDX-License-Identifier: MIT OR Apache-2.0
//! A software rasteriser, in integers.
//!
//! Corners are in sixteenths of a pixel, y grows downwards. A pixel belongs to a triangle if its
//! centre is inside. A centre on an edge belongs to the triangle of which that is a left edge, or a
//! horizontal upper one, so that triangles which share an edge share no pixel and leave none out.
//! Each channel is interpolated between the corners, in a straight line, and rounded to the
//! nearest; a half is rounded up.

use d3dddi::{HResult, Result};

/// Corners are at most so far from the origin, in sixteenths of a pixel: nothing overflows then.
pub const MAX_COORDINATE: i32 = 1 << 20;

/// Sixteenths in a pixel, and from its edge to its centre.
const PIXEL: i64 = 16;
const CENTRE: i64 = 8;

/// The formats that can be drawn to. In memory: blue, green, red, and one byte more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// The fourth byte means nothing; it is written as 255.
    Xr24,
    /// The fourth byte is alpha.
    Ar24,
}

impl Format {
    /// The format with this DRM fourcc.
    pub const fn of_fourcc(fourcc: u32) -> Option<Self> {
        match &fourcc.to_le_bytes() {
            b"XR24" => Some(Self::Xr24),
            b"AR24" => Some(Self::Ar24),
            _ => None,
        }
    }

    /// The DRM fourcc.
    pub const fn fourcc(self) -> u32 {
        match self {
            Self::Xr24 => u32::from_le_bytes(*b"XR24"),
            Self::Ar24 => u32::from_le_bytes(*b"AR24"),
        }
    }

    /// `0xAARRGGBB` as it lies in memory.
    pub const fn pack(self, color: u32) -> [u8; 4] {
        match self {
            Self::Xr24 => (color | 0xFF00_0000).to_le_bytes(),
            Self::Ar24 => color.to_le_bytes(),
        }
    }
}

/// How what is drawn meets what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Blend {
    /// It replaces it.
    Replace,
    /// Of each channel there is alpha of what is drawn, and the rest of what was there.
    Over,
}

/// A corner.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Vertex {
    /// To the right, in sixteenths of a pixel.
    pub x: i32,
    /// Down, in sixteenths of a pixel.
    pub y: i32,
    /// `0xAARRGGBB`.
    pub color: u32,
}

/// An image to draw to.
#[derive(Debug)]
pub struct Canvas<'a> {
    bytes: &'a mut [u8],
    pitch: usize,
    width: u32,
    height: u32,
    format: Format,
}

impl<'a> Canvas<'a> {
    /// An image of `width` times `height` pixels whose rows begin `pitch` bytes apart; `None` if
    /// it does not fit into `bytes`.
    pub fn new(
        bytes: &'a mut [u8],
        pitch: usize,
        (width, height): (u32, u32),
        format: Format,
    ) -> Option<Self> {
        let row = usize::try_from(width).ok()?.checked_mul(4)?;
        let needed = pitch.checked_mul(usize::try_from(height).ok()?)?;
        (row <= pitch && needed <= bytes.len()).then_some(Self {
            bytes,
            pitch,
            width,
            height,
            format,
        })
    }

    /// Draws a filled triangle, whichever way round its corners are.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: a corner beyond [`MAX_COORDINATE`].
    pub fn triangle(&mut self, corners: [Vertex; 3], blend: Blend) -> Result {
        check(&corners)?;
        if let Some(triangle) = Triangle::new(corners) {
            self.fill(&triangle, blend);
        }
        Ok(())
    }

    /// Draws a filled convex quad, corners in turn, as two triangles: (0, 1, 2) and (0, 2, 3). No
    /// pixel is drawn twice.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: a corner beyond [`MAX_COORDINATE`].
    pub fn quad(&mut self, corners: [Vertex; 4], blend: Blend) -> Result {
        check(&corners)?;
        let [a, b, c, d] = corners;
        self.triangle([a, b, c], blend)?;
        self.triangle([a, c, d], blend)
    }

    fn fill(&mut self, triangle: &Triangle, blend: Blend) {
        let columns = span(triangle.corners.map(|corner| corner.x), self.width);
        let rows = span(triangle.corners.map(|corner| corner.y), self.height);
        for y in rows {
            // Inside of the image by the span.
            let row = &mut self.bytes[y as usize * self.pitch..];
            for x in columns.clone() {
                let at = (i64::from(x) * PIXEL + CENTRE, i64::from(y) * PIXEL + CENTRE);
                if let Some(color) = triangle.color_at(at) {
                    let place = &mut row[x as usize * 4..][..4];
                    let new = match blend {
                        Blend::Replace => self.format.pack(color),
                        Blend::Over => over(color, place, self.format),
                    };
                    place.copy_from_slice(&new);
                }
            }
        }
    }
}

fn check(corners: &[Vertex]) -> Result {
    let limit = -MAX_COORDINATE..=MAX_COORDINATE;
    let inside = |corner: &Vertex| limit.contains(&corner.x) && limit.contains(&corner.y);
    if corners.iter().all(inside) {
        Ok(())
    } else {
        Err(HResult::E_INVALIDARG)
    }
}

/// The pixels of a row or a column between the first and the last corner that the image has.
fn span(corners: [i32; 3], extent: u32) -> core::ops::Range<u32> {
    let [a, b, c] = corners;
    let pixel = |at: i32| i64::from(at).div_euclid(PIXEL);
    let within = |at: i64| at.clamp(0, i64::from(extent)) as u32; // CAST: clamped to 32 bits.
    within(pixel(a.min(b).min(c)))..within(pixel(a.max(b).max(c)) + 1)
}

/// A triangle whose corners go round with the clock, as it is seen.
struct Triangle {
    corners: [Vertex; 3],
    /// Twice its area; positive.
    area: i64,
}

impl Triangle {
    /// `None` if it has no area.
    fn new([a, b, c]: [Vertex; 3]) -> Option<Self> {
        let area = Edge(a, b).side((i64::from(c.x), i64::from(c.y)));
        match area {
            0 => None,
            1.. => Some(Self {
                corners: [a, b, c],
                area,
            }),
            _ => Some(Self {
                corners: [a, c, b],
                area: -area,
            }),
        }
    }

    /// The colour at a point, if the point is in the triangle.
    fn color_at(&self, at: (i64, i64)) -> Option<u32> {
        let [a, b, c] = self.corners;
        let edges = [Edge(b, c), Edge(c, a), Edge(a, b)];
        // The weight of each corner is the area of what the point and the edge across make.
        let weights = edges.map(|edge| edge.side(at));
        let inside = (edges.iter().zip(weights))
            .all(|(edge, side)| side > 0 || side == 0 && edge.is_left_or_upper());
        inside.then(|| {
            let channel = |shift: u32| {
                let sum: i64 = (self.corners.iter().zip(weights))
                    .map(|(corner, weight)| i64::from((corner.color >> shift) & 0xFF) * weight)
                    .sum();
                // CAST: A mean of bytes is a byte.
                ((sum * 2 + self.area) / (self.area * 2)) as u32
            };
            (channel(24) << 24) | (channel(16) << 16) | (channel(8) << 8) | channel(0)
        })
    }
}

/// An edge, from one corner to the next.
#[derive(Clone, Copy)]
struct Edge(Vertex, Vertex);

impl Edge {
    fn vector(self) -> (i64, i64) {
        let Self(from, to) = self;
        (
            i64::from(to.x) - i64::from(from.x),
            i64::from(to.y) - i64::from(from.y),
        )
    }

    /// On which side of the edge a point is: positive inside, 0 on it.
    fn side(self, at: (i64, i64)) -> i64 {
        let (x, y) = self.vector();
        x * (at.1 - i64::from(self.0.y)) - y * (at.0 - i64::from(self.0.x))
    }

    /// Left edges go up, and upper ones to the right.
    fn is_left_or_upper(self) -> bool {
        let (x, y) = self.vector();
        y < 0 || y == 0 && x > 0
    }
}

/// What is drawn over what is there.
fn over(color: u32, place: &[u8], format: Format) -> [u8; 4] {
    let [blue, green, red, alpha] = color.to_le_bytes();
    let mix = |new: u8, old: u8| {
        let (new, old, alpha) = (u32::from(new), u32::from(old), u32::from(alpha));
        // CAST: A mean of bytes is a byte.
        ((new * alpha + old * (255 - alpha) + 127) / 255) as u8
    };
    let fourth = match format {
        Format::Xr24 => 255,
        Format::Ar24 => mix(255, place[3]),
    };
    [
        mix(blue, place[0]),
        mix(green, place[1]),
        mix(red, place[2]),
        fourth,
    ]
}

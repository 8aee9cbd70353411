// SPDX-License-Identifier: GPL-2.0

//! [`Triangles`]: triangles that are being drawn, row by row, piece by piece.
//!
//! All of it is in integers, and exact: the pixels are those of the user-mode driver's rasteriser
//! (`tools/umd/src/raster.rs`). That one asks each pixel whether it is inside; here each edge says, once for a
//! row, where its inside begins or ends.
//!
//! Nothing overflows: corners are at most 2^20 from the origin, and so are pixels that can be inside. Vectors
//! are below 2^22 then, what edges say of points below 2^45, and that times a byte below 2^53.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    budget::Budget,
    command::{
        Target,
        TRIANGLE_BYTES, //
    },
    transfer::{
        destination,
        Destination,
        PIECE_COST, //
    },
    Fault,
    Port,
    Stop, //
};
use crate::{
    gpuva::space::Translation,
    uapi::DXGKRNL_ENGINE_COORDINATE_MAX, //
};
use core::num::NonZeroU64;

/// Units of a corner's place in a pixel, and from its edge to its centre.
const PIXEL: i64 = 16;
const CENTRE: i64 = 8;

/// Pixels that are written at once, at most.
const PIECE: usize = 64;

/// What a pixel costs, in bytes: more than the four that it has, as it takes divisions.
const PIXEL_COST: u64 = 16;

/// What a row costs, also if nothing of it is inside.
const ROW_COST: u64 = 64;

/// What a triangle costs: its corners can lie in two pages.
const TRIANGLE_COST: u64 = 2 * PIECE_COST;

/// See the module's documentation.
#[derive(Clone, Copy)]
pub(super) struct Triangles {
    /// The address of the command.
    at: u64,
    target: Target,
    /// Where the corners of the next triangle are.
    corners: u64,
    /// Triangles that are left, without the one that is being drawn.
    triangles: u32,
    drawing: Option<Drawing>,
}

impl Triangles {
    pub(super) fn new(at: u64, target: Target, corners: u64, triangles: u32) -> Self {
        Self {
            at,
            target,
            corners,
            triangles,
            drawing: None,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.triangles == 0 && self.drawing.is_none()
    }

    /// Draws some more, for about what is left of `budget`.
    pub(super) fn advance<P: Port>(
        &mut self,
        port: &mut P,
        budget: &mut Budget,
    ) -> Result<(), Stop> {
        while !self.is_done() && !budget.is_spent(port) {
            let cost = match self.drawing.as_mut() {
                Some(drawing) => {
                    let cost = drawing.advance(port, &self.target)?;
                    if drawing.is_done() {
                        self.drawing = None;
                    }
                    cost
                }
                None => {
                    self.drawing = self.begin(port)?;
                    TRIANGLE_COST
                }
            };
            budget.spend(cost);
        }
        Ok(())
    }

    /// Begins with the next triangle; `None` if it has no pixels.
    fn begin<P: Port>(&mut self, port: &mut P) -> Result<Option<Drawing>, Stop> {
        let corners = read_corners(port, self.corners)?;
        if !corners.iter().all(Corner::is_near) {
            return Err(Fault::Instruction { address: self.at }.into());
        }
        self.triangles -= 1;
        // All of the list has addresses. CAST: small.
        self.corners += TRIANGLE_BYTES as u64;
        let Some(triangle) = Triangle::new(corners) else {
            return Ok(None);
        };
        let drawing = Drawing::new(triangle, &self.target);
        Ok((!drawing.is_done()).then_some(drawing))
    }
}

fn read_corners<P: Port>(port: &mut P, address: u64) -> Result<[Corner; 3], Stop> {
    let mut bytes = [0u8; TRIANGLE_BYTES];
    let (mut at, mut rest) = (address, bytes.as_mut_slice());
    while !rest.is_empty() {
        let length = rest.len();
        // CAST: of a triangle's length at most.
        let most = |bytes: u64| bytes.min(length as u64).max(1) as usize;
        let read = match port.translate(at) {
            Translation::Invalid => {
                return Err(Fault::Page {
                    address: at,
                    write: false,
                }
                .into());
            }
            Translation::Zero { bytes } => most(bytes),
            Translation::Memory {
                item,
                offset,
                bytes,
                ..
            } => {
                let piece = rest.get_mut(..most(bytes)).unwrap_or_default();
                port.read(&item, offset, piece)
                    .map_err(Stop::unavailable(at, false))?;
                most(bytes)
            }
        };
        // CAST: as above.
        at += read as u64;
        rest = rest.get_mut(read..).unwrap_or_default();
    }
    let mut corners = [[[0u8; 4]; 3]; 3];
    for (word, bytes) in corners.iter_mut().flatten().zip(bytes.chunks_exact(4)) {
        word.copy_from_slice(bytes);
    }
    Ok(corners.map(|[x, y, color]| Corner {
        x: i32::from_le_bytes(x),
        y: i32::from_le_bytes(y),
        color,
    }))
}

/// A triangle, and how far it has been drawn. Rows and columns are pixels of the surface.
#[derive(Clone, Copy)]
struct Drawing {
    triangle: Triangle,
    /// The columns that there can be pixels in: the first, and the one behind the last.
    columns: (i64, i64),
    /// The row that is being drawn, and what is left of it: the next pixel, and the one behind the last.
    row: i64,
    next: i64,
    end: i64,
    /// The rows that are left: the first, and the one behind the last.
    below: i64,
    bottom: i64,
}

impl Drawing {
    fn new(triangle: Triangle, target: &Target) -> Self {
        let corners = triangle.corners;
        let columns = within(corners.map(|corner| corner.x), target.left, target.right);
        let (below, bottom) = within(corners.map(|corner| corner.y), target.top, target.bottom);
        Self {
            triangle,
            columns,
            row: below,
            next: 0,
            end: 0,
            below,
            // Where there are no columns, there are no rows.
            bottom: if columns.0 < columns.1 { bottom } else { below },
        }
    }

    fn is_done(&self) -> bool {
        self.next >= self.end && self.below >= self.bottom
    }

    /// Draws what lies together, or goes to the next row, and says what that costs.
    fn advance<P: Port>(&mut self, port: &mut P, target: &Target) -> Result<u64, Stop> {
        if self.next >= self.end {
            self.row = self.below;
            self.below += 1;
            (self.next, self.end) = self.triangle.span(self.row, self.columns);
            return Ok(ROW_COST);
        }
        // Neither is negative, and all of the surface has addresses.
        let row = target.surface.address + self.row.unsigned_abs() * target.surface.pitch;
        let address = row + self.next.unsigned_abs() * 4;
        let left = self.end - self.next;
        // CAST: a quarter fits.
        let most = |bytes: u64| left.min((bytes / 4) as i64).max(1);
        match destination(port, address)? {
            Destination::Dropped { bytes } => {
                self.next += most(bytes);
                Ok(PIECE_COST)
            }
            Destination::Memory {
                memory,
                offset,
                bytes,
            } => {
                // CAST: small, and not negative.
                let pixels = most(bytes).min(PIECE as i64);
                let mut piece = [0u8; 4 * PIECE];
                let piece = piece.get_mut(..4 * pixels as usize).unwrap_or_default();
                if target.blends {
                    port.read(&memory, offset, piece)
                        .map_err(Stop::unavailable(address, false))?;
                }
                for (pixel, x) in piece.chunks_exact_mut(4).zip(self.next..) {
                    let old = <[u8; 4]>::try_from(&*pixel).unwrap_or_default();
                    let new = self.triangle.color_at(centre(x, self.row));
                    pixel.copy_from_slice(&meet(target, new, old));
                }
                port.write(&memory, offset, piece)
                    .map_err(Stop::unavailable(address, true))?;
                self.next += pixels;
                Ok(PIECE_COST.max(pixels.unsigned_abs() * PIXEL_COST))
            }
        }
    }
}

/// The pixels between the first and the last corner, of those from `first` to the one in front of `end`.
fn within(corners: [i32; 3], first: u32, end: u32) -> (i64, i64) {
    let [a, b, c] = corners;
    let pixel = |at: i32| i64::from(at).div_euclid(PIXEL);
    let (least, most) = (a.min(b).min(c), a.max(b).max(c));
    (
        pixel(least).max(i64::from(first)),
        (pixel(most) + 1).min(i64::from(end)),
    )
}

/// The centre of a pixel.
fn centre(x: i64, y: i64) -> (i64, i64) {
    (x * PIXEL + CENTRE, y * PIXEL + CENTRE)
}

/// How what is drawn meets what is there. Of a pixel's bytes the fourth is alpha, or nothing.
fn meet(target: &Target, new: [u8; 4], old: [u8; 4]) -> [u8; 4] {
    let [blue, green, red, alpha] = new;
    let mix = |new: u8, old: u8| {
        let [new, old, alpha] = [new, old, alpha].map(u32::from);
        // CAST: a mean of bytes is a byte.
        ((new * alpha + old * (255 - alpha) + 127) / 255) as u8
    };
    let mut pixel = new;
    if target.blends {
        let [old_blue, old_green, old_red, old_alpha] = old;
        pixel = [
            mix(blue, old_blue),
            mix(green, old_green),
            mix(red, old_red),
            mix(255, old_alpha),
        ];
    }
    if target.is_opaque {
        pixel[3] = 255;
    }
    pixel
}

/// A corner, in sixteenths of a pixel.
#[derive(Clone, Copy)]
struct Corner {
    x: i32,
    y: i32,
    /// Blue, green, red, alpha.
    color: [u8; 4],
}

impl Corner {
    /// Whether it may be used: it is not too far away.
    fn is_near(&self) -> bool {
        let far = self.x.unsigned_abs().max(self.y.unsigned_abs());
        far <= DXGKRNL_ENGINE_COORDINATE_MAX
    }

    fn place(&self) -> (i64, i64) {
        (self.x.into(), self.y.into())
    }
}

/// A triangle whose corners go round with the clock, as it is seen.
#[derive(Clone, Copy)]
struct Triangle {
    corners: [Corner; 3],
    /// Twice its area.
    area: NonZeroU64,
}

impl Triangle {
    /// `None` if it has no area.
    fn new([a, b, c]: [Corner; 3]) -> Option<Self> {
        let area = Edge(a, b).side(c.place());
        Some(Self {
            corners: if area > 0 { [a, b, c] } else { [a, c, b] },
            area: NonZeroU64::new(area.unsigned_abs())?,
        })
    }

    /// The edges, each across from its corner.
    fn edges(&self) -> [Edge; 3] {
        let [a, b, c] = self.corners;
        [Edge(b, c), Edge(c, a), Edge(a, b)]
    }

    /// Which of some pixels of a row are inside, as the first, and the one behind the last.
    fn span(&self, row: i64, (mut start, mut end): (i64, i64)) -> (i64, i64) {
        for edge in self.edges() {
            // The pixels with 0 or more are inside. Each has so much less than the one to its left.
            let at_zero = edge.side(centre(0, row)) - i64::from(!edge.is_left_or_upper());
            let (_, down) = edge.vector();
            let less = down * PIXEL;
            match less {
                0 if at_zero < 0 => end = start,
                0 => {}
                1.. => end = end.min(at_zero.div_euclid(less) + 1),
                ..=-1 => {
                    let before = at_zero.div_euclid(-less);
                    start = start.max(-before);
                }
            }
        }
        (start, end)
    }

    /// The colour at a point inside.
    fn color_at(&self, at: (i64, i64)) -> [u8; 4] {
        // The weight of each corner is the area of what the point and the edge across make.
        let weights = self.edges().map(|edge| edge.side(at));
        let [a, b, c] = self.corners.map(|corner| corner.color.map(i64::from));
        let mut color = [0u8; 4];
        for (channel, ((a, b), c)) in color.iter_mut().zip(a.into_iter().zip(b).zip(c)) {
            let sum = a * weights[0] + b * weights[1] + c * weights[2];
            // To the nearest, a half up. CAST: a mean of bytes is a byte.
            *channel = ((sum.unsigned_abs() + self.area.get() / 2) / self.area) as u8;
        }
        color
    }
}

/// An edge, from one corner to the next.
#[derive(Clone, Copy)]
struct Edge(Corner, Corner);

impl Edge {
    fn vector(&self) -> (i64, i64) {
        let ((x, y), (to_x, to_y)) = (self.0.place(), self.1.place());
        (to_x - x, to_y - y)
    }

    /// On which side of the edge a point is: positive inside, 0 on it.
    fn side(&self, at: (i64, i64)) -> i64 {
        let ((x, y), from) = (self.vector(), self.0.place());
        x * (at.1 - from.1) - y * (at.0 - from.0)
    }

    /// Whether what is on it is inside. Left edges go up, and upper ones to the right.
    fn is_left_or_upper(&self) -> bool {
        let (x, y) = self.vector();
        y < 0 || y == 0 && x > 0
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rasteriser against one that is slow and obvious: it asks for each pixel of the image whether
//! its centre, moved a little to the right and less than that down, is inside; and the colour is
//! that of a plane through the corners.

use proptest::prelude::*;
use umd::{Blend, Canvas, Format, Vertex};

const GUARD: u8 = 0xA5;

/// An image with bytes around that nobody may touch: behind each row, and at the end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Image {
    bytes: Vec<u8>,
    size: (u32, u32),
    pitch: usize,
    format: Format,
}

impl Image {
    fn new(size: (u32, u32), format: Format) -> Self {
        let pitch = size.0 as usize * 4 + 12;
        let mut bytes = vec![GUARD; pitch * size.1 as usize + 64];
        for y in 0..size.1 as usize {
            for x in 0..size.0 as usize {
                let value = (x * 7 + y * 13) as u8;
                let pixel = [
                    value,
                    value.wrapping_mul(3),
                    255 - value,
                    value.wrapping_mul(5),
                ];
                bytes[y * pitch + x * 4..][..4].copy_from_slice(&pixel);
            }
        }
        Self {
            bytes,
            size,
            pitch,
            format,
        }
    }

    fn canvas(&mut self) -> Canvas<'_> {
        Canvas::new(&mut self.bytes, self.pitch, self.size, self.format).unwrap()
    }

    fn pixel(&mut self, x: u32, y: u32) -> &mut [u8] {
        &mut self.bytes[y as usize * self.pitch + x as usize * 4..][..4]
    }

    fn argb(&mut self, x: u32, y: u32) -> u32 {
        u32::from_le_bytes(self.pixel(x, y).try_into().unwrap())
    }

    /// Draws a triangle the slow way, and counts the pixels.
    fn draw_slowly(&mut self, corners: [Vertex; 3], blend: Blend) -> usize {
        let mut drawn = 0;
        for y in 0..self.size.1 {
            for x in 0..self.size.0 {
                let at = (i128::from(x) * 16 + 8, i128::from(y) * 16 + 8);
                if !inside(corners, at) {
                    continue;
                }
                drawn += 1;
                let new: Vec<u8> = [0, 8, 16, 24]
                    .map(|shift| plane(corners, at, shift))
                    .to_vec();
                let format = self.format;
                let old = self.pixel(x, y);
                for (i, place) in old.iter_mut().enumerate() {
                    let alpha = f64::from(new[3]);
                    let drawn = if i == 3 { 255.0 } else { f64::from(new[i]) };
                    let mixed = (drawn * alpha + f64::from(*place) * (255.0 - alpha)) / 255.0;
                    *place = match (blend, i, format) {
                        (_, 3, Format::Xr24) => 255,
                        (Blend::Replace, ..) => new[i],
                        (Blend::Over, ..) => mixed.round() as u8,
                    };
                }
            }
        }
        drawn
    }
}

fn wide(corner: Vertex) -> (i128, i128) {
    (i128::from(corner.x), i128::from(corner.y))
}

/// Twice the area of what a, b and c make; its sign says which way round they are.
fn cross(a: (i128, i128), b: (i128, i128), c: (i128, i128)) -> i128 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn inside(corners: [Vertex; 3], at: (i128, i128)) -> bool {
    let [a, b, c] = corners.map(wide);
    let sign = cross(a, b, c).signum();
    sign != 0
        && [(a, b), (b, c), (c, a)].into_iter().all(|(from, to)| {
            // The value at the point, and what a little to the right, and a little down, adds.
            let value = cross(from, to, at);
            let right = cross(from, to, (at.0 + 1, at.1)) - value;
            let down = cross(from, to, (at.0, at.1 + 1)) - value;
            (sign * value, sign * right, sign * down) > (0, 0, 0)
        })
}

fn plane(corners: [Vertex; 3], at: (i128, i128), shift: u32) -> u8 {
    let [a, b, c] = corners.map(wide);
    let [of_a, of_b, of_c] = corners.map(|corner| i128::from((corner.color >> shift) & 255));
    let area = cross(a, b, c);
    let per_x = (of_b - of_a) * (c.1 - a.1) - (of_c - of_a) * (b.1 - a.1);
    let per_y = (of_c - of_a) * (b.0 - a.0) - (of_b - of_a) * (c.0 - a.0);
    let value = of_a * area + (at.0 - a.0) * per_x + (at.1 - a.1) * per_y;
    // To the nearest, a half up.
    let (value, area) = (value * area.signum(), area.abs());
    u8::try_from((2 * value + area).div_euclid(2 * area)).unwrap()
}

fn corner(x: i32, y: i32, color: u32) -> Vertex {
    Vertex { x, y, color }
}

/// Which pixels of an image are white.
fn picture(image: &mut Image) -> Vec<String> {
    (0..image.size.1)
        .map(|y| {
            (0..image.size.0)
                .map(|x| match image.argb(x, y) {
                    0xFFFF_FFFF => '#',
                    _ => '.',
                })
                .collect()
        })
        .collect()
}

#[test]
fn right_and_lower_edges_belong_to_others() {
    let mut image = Image::new((5, 5), Format::Ar24);
    let white = u32::MAX;
    let corners = [
        corner(0, 0, white),
        corner(64, 0, white),
        corner(0, 64, white),
    ];
    image.canvas().triangle(corners, Blend::Replace).unwrap();
    assert_eq!(
        picture(&mut image),
        ["###..", "##...", "#....", ".....", "....."]
    );
    // The other half of the square has what this one left.
    let mut image = Image::new((5, 5), Format::Ar24);
    let corners = [
        corner(64, 64, white),
        corner(0, 64, white),
        corner(64, 0, white),
    ];
    image.canvas().triangle(corners, Blend::Replace).unwrap();
    assert_eq!(
        picture(&mut image),
        ["...#.", "..##.", ".###.", "####.", "....."]
    );
    // Edges through centres: the left and the upper ones count.
    let mut image = Image::new((4, 4), Format::Ar24);
    let [a, b, c, d] = [(8, 8), (40, 8), (40, 40), (8, 40)].map(|(x, y)| corner(x, y, white));
    image.canvas().quad([a, b, c, d], Blend::Replace).unwrap();
    assert_eq!(picture(&mut image), ["##..", "##..", "....", "...."]);
}

#[test]
fn colours_are_weighted_means() {
    let mut image = Image::new((4, 4), Format::Xr24);
    // Alpha means nothing to this format.
    let corners = [
        corner(0, 0, 0x00FF_0000),
        corner(64, 0, 0x0000_FF00),
        corner(0, 64, 0x0000_00FF),
    ];
    image.canvas().triangle(corners, Blend::Replace).unwrap();
    // At (0.5, 0.5) of 4: 3/4, 1/8 and 1/8 of 255.
    assert_eq!(image.argb(0, 0), 0xFFBF_2020);
    assert_eq!(image.argb(2, 0), 0xFF40_9F20);
    assert_eq!(image.argb(0, 2), 0xFF40_209F);
    assert_eq!(image.argb(1, 1), 0xFF40_6060);
}

#[test]
fn blending_is_rounded_to_the_nearest() {
    for (format, expected) in [(Format::Ar24, 0xC080_407F), (Format::Xr24, 0xFF80_407F)] {
        let mut image = Image::new((1, 1), format);
        image
            .pixel(0, 0)
            .copy_from_slice(&0x8000_80FF_u32.to_le_bytes());
        let [a, b, c, d] =
            [(0, 0), (16, 0), (16, 16), (0, 16)].map(|(x, y)| corner(x, y, 0x80FF_0000));
        image.canvas().quad([a, b, c, d], Blend::Over).unwrap();
        // 128/255 of FF0000 and 127/255 of 0080FF are 80, 3F.C0, 7F; of alphas FF and 80 BF.C0.
        assert_eq!(image.argb(0, 0), expected);
    }
}

#[test]
fn corners_can_be_far_away_but_not_further() {
    let far = umd::raster::MAX_COORDINATE;
    let mut image = Image::new((3, 3), Format::Ar24);
    let white = u32::MAX;
    let corners = [
        corner(-far, -far, white),
        corner(far, -far, white),
        corner(-far, far, white),
    ];
    image.canvas().triangle(corners, Blend::Replace).unwrap();
    assert_eq!(
        picture(&mut image),
        ["..."; 3],
        "the edge goes through (0, 0)"
    );
    let corners = [
        corner(-far, -far, white),
        corner(far, -far, white),
        corner(0, far, white),
    ];
    image.canvas().triangle(corners, Blend::Replace).unwrap();
    assert_eq!(picture(&mut image), ["###"; 3]);
    for wrong in [far + 1, i32::MAX, -far - 1, i32::MIN] {
        for corners in [
            [corner(wrong, 0, 0), corner(0, 0, 0), corner(0, 9, 0)],
            [corner(0, 0, 0), corner(9, 0, 0), corner(0, wrong, 0)],
        ] {
            let before = image.clone();
            let refused = image.canvas().triangle(corners, Blend::Replace);
            assert_eq!(refused, Err(d3dddi::HResult::E_INVALIDARG));
            assert_eq!(image, before);
        }
    }
}

#[test]
fn canvases_fit_into_their_bytes() {
    let mut bytes = [0; 32];
    for (pitch, size, fits) in [
        (16, (4, 2), true),
        (16, (5, 2), false),
        (16, (4, 3), false),
        (12, (4, 2), false),
        (usize::MAX, (1, 2), false),
        (0, (1, 0), false),
        (4, (1, u32::MAX), false),
    ] {
        let canvas = Canvas::new(&mut bytes, pitch, size, Format::Xr24);
        assert_eq!(canvas.is_some(), fits, "{pitch} {size:?}");
    }
}

/// The scene that the guest's suite `umd` draws through the driver, whose places and number for all
/// bytes are the same.
#[test]
fn the_scene_is_the_same_everywhere() {
    let corners = |places: &[(i32, i32)], color: u32| -> Vec<Vertex> {
        let corner = |&(x, y): &(i32, i32)| corner(x * 16, y * 16, color);
        places.iter().map(corner).collect()
    };
    let mut triangle = corners(&[(80, 8), (150, 110), (10, 110)], 0);
    for (corner, color) in triangle
        .iter_mut()
        .zip([0xFFFF_0000, 0xFF00_FF00, 0xFF00_00FF])
    {
        corner.color = color;
    }
    let quad = corners(&[(60, 40), (120, 40), (120, 90), (60, 90)], 0x8000_00FF);
    let beyond = corners(&[(150, -10), (200, 10), (170, 60), (140, 20)], 0xC0FF_FF00);
    let mut image = Image {
        bytes: vec![0; 94208],
        size: (160, 120),
        pitch: 768,
        format: Format::Xr24,
    };
    for y in 0..120 {
        for x in 0..160 {
            image
                .pixel(x, y)
                .copy_from_slice(&0xFF40_4040_u32.to_le_bytes());
        }
    }
    for (shape, blend) in [
        (triangle, Blend::Replace),
        (quad, Blend::Over),
        (beyond, Blend::Over),
    ] {
        let mut parts = vec![[shape[0], shape[1], shape[2]]];
        if let [a, _, c, d] = shape[..] {
            parts.push([a, c, d]);
        }
        for part in parts {
            assert!(image.draw_slowly(part, blend) > 0);
        }
    }
    for (name, (x, y), color) in SCENE {
        assert_eq!(image.argb(x, y), color, "{name}: {:#x}", image.argb(x, y));
    }
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let sum = image.bytes.iter().fold(0xcbf2_9ce4_8422_2325, step);
    assert_eq!(sum, SCENE_CHECKSUM, "{sum:#x}");
}

const SCENE: [(&str, (u32, u32), u32); 9] = [
    ("background", (0, 0), 0xFF40_4040),
    ("last pixel", (159, 119), 0xFF40_4040),
    ("top of the triangle", (80, 10), 0xFFF9_0402),
    ("its right corner", (146, 108), 0xFF04_F705),
    ("its left corner", (14, 108), 0xFF04_06F5),
    ("its middle", (80, 100), 0xFF18_7573),
    ("quad over triangle", (90, 60), 0xFF3E_2A97),
    ("quad over background", (118, 42), 0xFF20_20A0),
    ("clipped quad", (158, 10), 0xFFD0_D010),
];
const SCENE_CHECKSUM: u64 = 0x4cd0_2e4a_5170_f094;

fn vertex(range: std::ops::Range<i32>) -> impl Strategy<Value = Vertex> {
    (range.clone(), range, any::<u32>()).prop_map(|(x, y, color)| Vertex { x, y, color })
}

/// Corners on a coarse grid, so that edges go through centres, and anywhere.
fn triangle() -> impl Strategy<Value = [Vertex; 3]> {
    let coarse = vertex(-6..30).prop_map(|v| corner(v.x * 8, v.y * 8, v.color));
    let near = vertex(-100..400);
    let far = vertex(-20_000..20_000);
    let of = |v: proptest::strategy::BoxedStrategy<Vertex>| [v.clone(), v.clone(), v];
    prop_oneof![of(coarse.boxed()), of(near.boxed()), of(far.boxed())]
}

fn kind() -> impl Strategy<Value = (Format, Blend)> {
    (
        prop_oneof![Just(Format::Xr24), Just(Format::Ar24)],
        prop_oneof![Just(Blend::Replace), Just(Blend::Over)],
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    /// Every byte: pixels, and those between and behind the rows.
    #[test]
    fn every_pixel_is_as_the_slow_way_has_it(
        corners in triangle(),
        size in (1_u32..24, 1_u32..24),
        (format, blend) in kind(),
    ) {
        let mut image = Image::new(size, format);
        let mut slow = image.clone();
        image.canvas().triangle(corners, blend).unwrap();
        slow.draw_slowly(corners, blend);
        prop_assert_eq!(image, slow);
    }

    /// What is clipped is what a larger image has beyond its edges.
    #[test]
    fn a_small_image_is_a_window_of_a_large_one(
        corners in triangle(),
        (format, blend) in kind(),
        (left, up) in (0_i32..8, 0_i32..8),
    ) {
        let mut large = Image::new((24, 24), format);
        large.canvas().triangle(corners, blend).unwrap();
        let mut small = Image::new((12, 12), format);
        let before = Image::new((24, 24), format);
        for y in 0..12 {
            for x in 0..12 {
                let from = (x + left as u32, y + up as u32);
                let pixel = before.clone().pixel(from.0, from.1).to_vec();
                small.pixel(x, y).copy_from_slice(&pixel);
            }
        }
        let moved = corners.map(|v| corner(v.x - left * 16, v.y - up * 16, v.color));
        small.canvas().triangle(moved, blend).unwrap();
        for y in 0..12 {
            for x in 0..12 {
                prop_assert_eq!(small.argb(x, y), large.argb(x + left as u32, y + up as u32));
            }
        }
    }

    /// Triangles around a point inside of a rectangle draw each of its pixels once.
    #[test]
    fn a_fan_draws_every_pixel_once(x in 0_i32..=320, y in 0_i32..=320) {
        let rim = [(0, 0), (160, 0), (320, 0), (320, 160), (320, 320), (160, 320), (0, 320), (0, 160)];
        let middle = corner(x, y, 0x4000_0000);
        let mut image = Image::new((22, 22), Format::Ar24);
        image.bytes.fill(255);
        for i in 0..8 {
            let [a, b] = [rim[i], rim[(i + 1) % 8]].map(|(x, y)| corner(x, y, 0x4000_0000));
            image.canvas().triangle([middle, a, b], Blend::Over).unwrap();
        }
        for y in 0..22 {
            for x in 0..22 {
                // Once: 191/255 of white is left.
                let expected = if x < 20 && y < 20 { 0xFFBF_BFBF } else { 0xFFFF_FFFF };
                prop_assert_eq!(image.argb(x, y), expected, "{} {}", x, y);
            }
        }
    }

    /// It does not matter where a triangle begins, or which way round it goes.
    #[test]
    fn the_order_of_the_corners_is_nothing(corners in triangle(), (format, blend) in kind()) {
        let [a, b, c] = corners;
        let mut first = Image::new((20, 20), format);
        first.canvas().triangle(corners, blend).unwrap();
        for other in [[b, c, a], [c, b, a], [a, c, b]] {
            let mut image = Image::new((20, 20), format);
            image.canvas().triangle(other, blend).unwrap();
            prop_assert_eq!(&image, &first);
        }
    }
}

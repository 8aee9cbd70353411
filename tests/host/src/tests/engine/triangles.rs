// SPDX-License-Identifier: MIT OR Apache-2.0

//! Triangles against a way to draw them that is slow and obvious, as the one that the user-mode driver's
//! rasteriser has (`tools/umd/tests/raster.rs`): it asks for each pixel whether its centre, moved a little to
//! the right and less than that down, is inside; and the colour is that of a plane through the corners.

use super::{
    model::{means, PAGES},
    Code, Means, World, BASE, CODE, PAGE,
};
use crate::{
    engine::{budget::STEP_BYTES, machine::Progress, Fault},
    tests::config,
    uapi::*,
};
use proptest::prelude::*;

const BLEND: u32 = DXGKRNL_ENGINE_TRIANGLES_BLEND;
const OPAQUE: u32 = DXGKRNL_ENGINE_TRIANGLES_OPAQUE;
const FAR: i32 = DXGKRNL_ENGINE_COORDINATE_MAX as i32;
const WHITE: u32 = u32::MAX;

/// x and y, and the colour.
type Corner = (i32, i32, u32);
type Triangle = [Corner; 3];

/// A command without its corners.
#[derive(Clone, Copy, Debug)]
struct Target {
    address: u64,
    pitch: u32,
    size: [u32; 2],
    /// x, y, width, height.
    scissor: [u32; 4],
    flags: u32,
}

impl Target {
    /// All of a surface at the first address.
    fn new(width: u32, height: u32, flags: u32) -> Self {
        Self {
            address: BASE,
            pitch: width.wrapping_mul(4),
            size: [width, height],
            scissor: [0, 0, u32::MAX, u32::MAX],
            flags,
        }
    }
}

/// The bytes of a list of corners.
fn listed(triangles: &[Triangle]) -> Vec<u8> {
    let corners = triangles.iter().flatten();
    let words = corners.flat_map(|&(x, y, color)| [x as u32, y as u32, color]);
    words.flat_map(u32::to_le_bytes).collect()
}

impl Code {
    /// TRIANGLES with a list that is somewhere.
    fn triangles_at(self, target: &Target, corners: u64, triangles: u32) -> Self {
        let [width, height] = target.size.map(u64::from);
        let [x, y, columns, rows] = target.scissor.map(u64::from);
        let (address, pitch, flags) = (target.address, target.pitch.into(), target.flags.into());
        let operands = [
            address,
            pitch,
            width,
            height,
            x,
            y,
            columns,
            rows,
            flags,
            corners,
            triangles.into(),
        ];
        let small = [1, 2, 3, 4, 5, 6, 7, 8, 10];
        self.op(DXGKRNL_ENGINE_TRIANGLES, &operands, &small)
    }

    /// TRIANGLES behind a NOP with the list.
    fn triangles(self, target: &Target, triangles: &[Triangle]) -> Self {
        let list = listed(triangles);
        let header = (list.len() as u32 / 4 + 1) << 16;
        let mut code = self.words(&[header]);
        let corners = CODE + code.0.len() as u64;
        code.0.extend(list);
        code.triangles_at(target, corners, triangles.len() as u32)
    }
}

/// Twice the area of what a, b and c make; its sign says which way round they are.
fn cross(a: (i128, i128), b: (i128, i128), c: (i128, i128)) -> i128 {
    (b.0 - a.0) * (c.1 - a.1) - (b.1 - a.1) * (c.0 - a.0)
}

fn places(triangle: Triangle) -> [(i128, i128); 3] {
    triangle.map(|(x, y, _)| (x.into(), y.into()))
}

fn inside(triangle: Triangle, at: (i128, i128)) -> bool {
    let [a, b, c] = places(triangle);
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

/// A channel of the colour at a point.
fn plane(triangle: Triangle, at: (i128, i128), channel: usize) -> u8 {
    let [a, b, c] = places(triangle);
    let of = |corner: Corner| i128::from(corner.2.to_le_bytes()[channel]);
    let [of_a, of_b, of_c] = triangle.map(of);
    let area = cross(a, b, c);
    let per_x = (of_b - of_a) * (c.1 - a.1) - (of_c - of_a) * (b.1 - a.1);
    let per_y = (of_c - of_a) * (b.0 - a.0) - (of_b - of_a) * (c.0 - a.0);
    let value = of_a * area + (at.0 - a.0) * per_x + (at.1 - a.1) * per_y;
    // To the nearest, a half up.
    let (value, area) = (value * area.signum(), area.abs());
    u8::try_from((2 * value + area).div_euclid(2 * area)).unwrap()
}

/// What a pixel is after it was drawn.
fn drawn(flags: u32, new: [u8; 4], old: [u8; 4]) -> [u8; 4] {
    let alpha = f64::from(new[3]);
    [0, 1, 2, 3].map(|channel| {
        let color = if channel == 3 { 255 } else { new[channel] };
        let mixed = f64::from(color) * alpha + f64::from(old[channel]) * (255.0 - alpha);
        match channel {
            3 if flags & OPAQUE != 0 => 255,
            _ if flags & BLEND != 0 => (mixed / 255.0).round() as u8,
            _ => new[channel],
        }
    })
}

/// Draws the slow way. The command is at `at`.
fn draw_slowly(
    world: &mut World,
    at: u64,
    target: &Target,
    triangles: &[Triangle],
) -> Result<(), Fault> {
    let [width, height] = target.size.map(u64::from);
    let [left, top, columns, rows] = target.scissor.map(u64::from);
    let near = -FAR..=FAR;
    let is_near = |(x, y, _): &Corner| near.contains(x) && near.contains(y);
    for &triangle in triangles {
        if !triangle.iter().all(is_near) {
            return Err(Fault::Instruction { address: at });
        }
        for y in top..height.min(top + rows) {
            for x in left..width.min(left + columns) {
                let centre = (i128::from(x) * 16 + 8, i128::from(y) * 16 + 8);
                if inside(triangle, centre) {
                    let address = target.address + y * u64::from(target.pitch) + x * 4;
                    let new = [0, 1, 2, 3].map(|channel| plane(triangle, centre, channel));
                    draw_pixel(world, address, target.flags, new)?;
                }
            }
        }
    }
    Ok(())
}

fn draw_pixel(world: &mut World, address: u64, flags: u32, new: [u8; 4]) -> Result<(), Fault> {
    let page = ((address - BASE) / PAGE) as usize;
    match world.pages.get(page) {
        Some(Means::Zero) => Ok(()),
        Some(&Means::Memory {
            page,
            writable: true,
        }) => {
            let at = page * 4096 + (address % PAGE) as usize;
            let pixel = &mut world.memory[at..at + 4];
            let old = <[u8; 4]>::try_from(&*pixel).unwrap();
            pixel.copy_from_slice(&drawn(flags, new, old));
            Ok(())
        }
        _ => Err(Fault::Page {
            address,
            write: true,
        }),
    }
}

/// Draws on so many pages of zeros.
fn draw(pages: usize, target: &Target, triangles: &[Triangle]) -> World {
    let code = Code::default().triangles(target, triangles);
    let mut world = World::new(pages, code.0.clone());
    world.memory.fill(0);
    let progress = world.run(&mut code.machine(), 10_000);
    assert_eq!(progress, Progress::Done);
    world
}

/// A pixel of a surface at the first address.
fn pixel(world: &World, target: &Target, x: usize, y: usize) -> u32 {
    let at = y * target.pitch as usize + x * 4;
    u32::from_le_bytes(world.memory[at..at + 4].try_into().unwrap())
}

/// Which pixels are white.
fn picture(world: &World, target: &Target) -> Vec<String> {
    let [width, height] = target.size.map(|pixels| pixels as usize);
    let row = |y| -> String {
        (0..width)
            .map(|x| match pixel(world, target, x, y) {
                WHITE => '#',
                _ => '.',
            })
            .collect()
    };
    (0..height).map(row).collect()
}

fn white(places: [(i32, i32); 3]) -> Triangle {
    places.map(|(x, y)| (x, y, WHITE))
}

/// Corners in turn, in pixels, as two triangles.
fn quad(places: [(i32, i32); 4], color: u32) -> [Triangle; 2] {
    let [a, b, c, d] = places.map(|(x, y)| (x * 16, y * 16, color));
    [[a, b, c], [a, c, d]]
}

#[test]
fn right_and_lower_edges_belong_to_others() {
    let target = Target::new(5, 5, 0);
    let draw = |triangles: &[Triangle]| picture(&draw(1, &target, triangles), &target);
    assert_eq!(
        draw(&[white([(0, 0), (64, 0), (0, 64)])]),
        ["###..", "##...", "#....", ".....", "....."]
    );
    // The other half of the square has what this one left.
    assert_eq!(
        draw(&[white([(64, 64), (0, 64), (64, 0)])]),
        ["...#.", "..##.", ".###.", "####.", "....."]
    );
    // Edges through centres: the left and the upper ones count.
    let [a, b, c, d] = [(8, 8), (40, 8), (40, 40), (8, 40)];
    assert_eq!(
        draw(&[white([a, b, c]), white([a, c, d])]),
        ["##...", "##...", ".....", ".....", "....."]
    );
}

#[test]
fn colours_are_weighted_means() {
    // Alpha means nothing to this surface.
    let target = Target::new(4, 4, OPAQUE);
    let corners = [(0, 0, 0xff_0000), (64, 0, 0xff00), (0, 64, 0xff)];
    let world = draw(1, &target, &[corners]);
    let places = [(0, 0), (2, 0), (0, 2), (1, 1), (3, 3)];
    let found = places.map(|(x, y)| pixel(&world, &target, x, y));
    // At (0.5, 0.5) of 4: 3/4, 1/8 and 1/8 of 255.
    assert_eq!(
        found,
        [0xffbf_2020, 0xff40_9f20, 0xff40_209f, 0xff40_6060, 0]
    );
}

#[test]
fn blending_is_rounded_to_the_nearest() {
    // 128/255 of ff0000 and 127/255 of 0080ff are 80, 3f.c0, 7f; of alphas ff and 80 bf.c0.
    for (flags, expected) in [
        (0, 0x80ff_0000),
        (OPAQUE, 0xffff_0000),
        (BLEND, 0xc080_407f),
        (BLEND | OPAQUE, 0xff80_407f),
    ] {
        let target = Target::new(1, 1, flags);
        let triangles = quad([(0, 0), (1, 0), (1, 1), (0, 1)], 0x80ff_0000);
        let code = Code::default()
            .op(DXGKRNL_ENGINE_WRITE, &[BASE, 0x8000_80ff], &[1])
            .triangles(&target, &triangles);
        let (world, progress) = code.run(1);
        assert_eq!(progress, Progress::Done);
        assert_eq!(pixel(&world, &target, 0, 0), expected);
        assert_eq!(world.memory[4..], World::new(1, vec![]).memory[4..]);
    }
}

/// The picture of `tools/umd/tests/raster.rs` and of the guest's suite `umd`, by the number of all its bytes.
#[test]
fn the_scene_is_the_same_everywhere() {
    const SCENE_CHECKSUM: u64 = 0x4cd0_2e4a_5170_f094;
    let place = |(x, y): (i32, i32), color: u32| (x * 16, y * 16, color);
    let triangle = [
        place((80, 8), 0xffff_0000),
        place((150, 110), 0xff00_ff00),
        place((10, 110), 0xff00_00ff),
    ];
    let small = quad([(60, 40), (120, 40), (120, 90), (60, 90)], 0x8000_00ff);
    let beyond = quad([(150, -10), (200, 10), (170, 60), (140, 20)], 0xc0ff_ff00);
    let replaced = Target {
        pitch: 768,
        ..Target::new(160, 120, OPAQUE)
    };
    let blended = Target {
        flags: BLEND | OPAQUE,
        ..replaced
    };
    let rect = [BASE, 768, 0, 0, 160, 120, 0xff40_4040];
    let code = Code::default()
        .fill(BASE, 94208, 0)
        .op(DXGKRNL_ENGINE_CLEAR_RECT, &rect, &[1, 2, 3, 4, 5, 6])
        .triangles(&replaced, &[triangle])
        .triangles(&blended, &[small, beyond].concat());
    let (world, progress) = code.run(23);
    assert_eq!(progress, Progress::Done);
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    let sum = world.memory.iter().fold(0xcbf2_9ce4_8422_2325, step);
    assert_eq!(sum, SCENE_CHECKSUM, "{sum:#x}");
}

#[test]
fn the_scissor_and_the_surface_clip() {
    let all = white([(-FAR, -FAR), (FAR, -FAR), (0, FAR)]);
    for (size, scissor, expected) in [
        ([3, 2], [0, 0, 9, 9], ["###.", "###.", "....", "...."]),
        ([4, 4], [1, 2, 2, 1], ["....", "....", ".##.", "...."]),
        (
            [4, 4],
            [3, 0, u32::MAX, 2],
            ["...#", "...#", "....", "...."],
        ),
        (
            [4, 4],
            [0, 3, 2, u32::MAX],
            ["....", "....", "....", "##.."],
        ),
        ([4, 4], [1, 1, 0, 9], ["...."; 4]),
        ([4, 4], [1, 1, 9, 0], ["...."; 4]),
        ([4, 4], [4, 0, 1, 1], ["...."; 4]),
        ([4, 4], [u32::MAX; 4], ["...."; 4]),
        ([0, 4], [0, 0, 9, 9], ["...."; 4]),
        ([4, 0], [0, 0, 9, 9], ["...."; 4]),
    ] {
        let seen = Target::new(4, 4, 0);
        let target = Target {
            size,
            scissor,
            ..seen
        };
        assert_eq!(picture(&draw(1, &target, &[all]), &seen), expected);
    }
}

#[test]
fn corners_can_be_far_away_but_not_further() {
    let target = Target::new(3, 3, 0);
    let draw = |triangle: Triangle| picture(&draw(1, &target, &[triangle]), &target);
    // The edge goes through (0, 0).
    let edge = white([(-FAR, -FAR), (FAR, -FAR), (-FAR, FAR)]);
    assert_eq!(draw(edge), ["..."; 3]);
    let all = white([(-FAR, -FAR), (FAR, -FAR), (0, FAR)]);
    assert_eq!(draw(all), ["###"; 3]);
    // What is in front of it is drawn.
    let pixel = white([(0, 0), (32, 0), (0, 32)]);
    for wrong in [FAR + 1, i32::MAX, -FAR - 1, i32::MIN] {
        for bad in [
            [(wrong, 0), (0, 0), (0, 9)],
            [(0, 0), (9, 0), (0, wrong)],
            [(wrong, wrong); 3],
        ] {
            let code = Code::default().triangles(&target, &[pixel, white(bad), all]);
            let address = CODE + code.0.len() as u64 - 14 * 4;
            let world = code.faults(Fault::Instruction { address });
            assert_eq!(world.memory[..4], [255; 4]);
            assert_eq!(world.memory[4..], World::new(4, vec![]).memory[4..]);
        }
    }
}

#[test]
fn the_far_corner_of_the_largest_surface_is_drawn() {
    // Pixels whose numbers are as large as they can be: 65535, and pitches so that they are in memory.
    let target = Target {
        pitch: 0,
        scissor: [65_534, 65_534, u32::MAX, u32::MAX],
        ..Target::new(u32::MAX, u32::MAX, 0)
    };
    let triangle = white([(FAR, FAR), (FAR, FAR - 64), (FAR - 64, FAR)]);
    let code = Code::default().triangles(&target, &[triangle]);
    let mut world = World::new(65, code.0.clone());
    assert_eq!(world.run(&mut code.machine(), 100), Progress::Done);
    let (at, before) = (65_534 * 4, World::new(65, vec![]).memory);
    assert_eq!(world.memory[at..at + 8], [255; 8]);
    assert_eq!(world.memory[..at], before[..at]);
}

#[test]
fn what_is_not_as_the_command_says_faults() {
    let good = Target::new(4, 4, 0);
    let with = |target: Target| Code::default().triangles_at(&target, CODE, 0);
    let mut world = World::new(0, with(good).0);
    // Of no triangles: no address is looked at.
    assert_eq!(world.run(&mut with(good).machine(), 1), Progress::Done);
    for off in [1_u32, 2, 3] {
        let address = BASE + u64::from(off);
        with(Target { address, ..good }).is_invalid();
        let pitch = 16 + off;
        with(Target { pitch, ..good }).is_invalid();
        Code::default()
            .triangles_at(&good, CODE + u64::from(off), 0)
            .is_invalid();
    }
    for flag in 2..32 {
        let flags = 1 << flag;
        with(Target { flags, ..good }).is_invalid();
    }
    // What has no addresses: rows, the last row, corners.
    let address = u64::MAX - 63;
    with(Target { address, ..good }).is_invalid();
    let (address, pitch) = (u64::MAX - 15, 0);
    with(Target {
        address,
        pitch,
        ..good
    })
    .is_invalid();
    with(Target {
        address: u64::MAX - 3,
        pitch: u32::MAX - 3,
        size: [u32::MAX; 2],
        ..good
    })
    .is_invalid();
    for triangles in [1, u32::MAX] {
        Code::default()
            .triangles_at(&good, u64::MAX - 35, triangles)
            .is_invalid();
    }
}

/// Cases 425, 429, 430.
#[test]
fn what_addresses_mean_counts() {
    let square = quad([(0, 0), (4, 0), (4, 4), (0, 4)], 0x8011_2233);
    let untouched = World::new(4, vec![]).memory;
    let read_only = Means::Memory {
        page: 0,
        writable: false,
    };
    for flags in [0, BLEND] {
        let run = |means, target: &Target| {
            let code = Code::default().triangles(target, &square);
            let mut world = World::new(4, code.0.clone());
            world.pages[0] = means;
            let progress = world.run(&mut code.machine(), 10);
            (world.memory, progress)
        };
        let page = |address| {
            Progress::Faulted(Fault::Page {
                address,
                write: true,
            })
        };
        let target = Target::new(4, 4, flags);
        for means in [Means::Nothing, read_only] {
            let (memory, progress) = run(means, &target);
            assert_eq!((memory, progress), (untouched.clone(), page(BASE)));
        }
        let (memory, progress) = run(Means::Zero, &target);
        assert_eq!((memory, progress), (untouched.clone(), Progress::Done));
        // It is the first pixel that may not be written, and no other.
        let scissor = [1, 2, 1, 1];
        let (memory, progress) = run(Means::Nothing, &Target { scissor, ..target });
        assert_eq!((memory, progress), (untouched.clone(), page(BASE + 36)));
        // Four pixels in the last page, and some that are not there behind them.
        let target = Target {
            address: BASE + 4 * PAGE - 16,
            pitch: 8,
            ..target
        };
        let (memory, progress) = run(Means::Nothing, &target);
        assert_eq!(progress, page(BASE + 4 * PAGE));
        assert_eq!(memory[..16368], untouched[..16368]);
        assert_ne!(memory[16380..], untouched[16380..]);
    }
}

#[test]
fn corners_are_memory_like_any_other() {
    let target = Target::new(4, 4, 0);
    let triangle = white([(0, 0), (64, 0), (0, 64)]);
    let list = listed(&[triangle, triangle]);
    // The second triangle has its corners in two pages.
    let at = 2 * 4096 - 36 - 16;
    let run = |means: Option<Means>| {
        let code = Code::default().triangles_at(&target, BASE + at as u64, 2);
        let mut world = World::new(3, code.0.clone());
        world.memory[at..][..72].copy_from_slice(&list);
        if let Some(means) = means {
            world.pages[2] = means;
        }
        let progress = world.run(&mut code.machine(), 10);
        (picture(&world, &target), progress)
    };
    let expected = ["###.", "##..", "#...", "...."];
    // To be read, it need not be there for writing.
    let read_only = Means::Memory {
        page: 2,
        writable: false,
    };
    for means in [None, Some(read_only)] {
        let (picture, progress) = run(means);
        assert_eq!(picture, expected);
        assert_eq!(progress, Progress::Done);
    }
    let fault = Fault::Page {
        address: BASE + 2 * PAGE,
        write: false,
    };
    let (picture, progress) = run(Some(Means::Nothing));
    // The first one was drawn.
    assert_eq!(picture, expected);
    assert_eq!(progress, Progress::Faulted(fault));
    // Zeros are corners as well, of no area.
    let code = Code::default().triangles_at(&target, BASE, 3);
    let mut world = World::new(1, code.0.clone());
    world.pages[0] = Means::Zero;
    assert_eq!(world.run(&mut code.machine(), 1), Progress::Done);
}

/// Each sees what those before it drew, and is not changed by what it draws itself.
#[test]
fn corners_are_read_when_their_triangle_begins() {
    let over = Target {
        address: BASE + 36,
        ..Target::new(9, 1, 0)
    };
    let covers = |color: u32| [(0, 0), (288, 0), (0, 288)].map(|(x, y)| (x, y, color));
    let bad = [(i32::MAX, 0, 0); 3];
    let code = Code::default().triangles_at(&over, BASE, 2);
    let mut world = World::new(1, code.0.clone());
    world.memory[..72].copy_from_slice(&listed(&[covers(0), bad]));
    assert_eq!(world.run(&mut code.machine(), 10), Progress::Done);
    assert_eq!(world.memory[..36], listed(&[covers(0)]));
    assert_eq!(world.memory[36..72], [0; 36]);
    assert_eq!(world.memory[72], 1);

    let code = Code::default().triangles_at(&Target::new(9, 2, 0), BASE, 1);
    let mut world = World::new(1, code.0.clone());
    world.memory[..36].copy_from_slice(&listed(&[covers(WHITE)]));
    assert_eq!(world.run(&mut code.machine(), 10), Progress::Done);
    assert_eq!(world.memory[..72], [255; 72]);
    assert_eq!(world.memory[72], 1);
}

/// A quarter of the words of a step, or 1024 rows, or 128 triangles.
#[test]
fn a_step_is_short() {
    // 128 rows of 128 pixels, and a little for the triangle and the rows.
    let target = Target::new(128, 128, 0);
    let all = white([(-FAR, -FAR), (FAR, -FAR), (0, FAR)]);
    let code = Code::default().triangles(&target, &[all]);
    let mut world = World::new(16, code.0.clone());
    let mut machine = code.machine();
    let (mut before, mut steps) = (0, 0);
    loop {
        let progress = machine.step(&mut world);
        let white = world.memory.chunks(4).filter(|pixel| **pixel == [255; 4]);
        let pixels = white.count();
        assert!((pixels - before) * 4 <= STEP_BYTES as usize / 4 + 256);
        (before, steps) = (pixels, steps + 1);
        if progress != Progress::Running {
            assert_eq!(progress, Progress::Done);
            break;
        }
    }
    assert_eq!((before, steps), (128 * 128, 5));

    // Rows without pixels.
    let thin = white([(0, 0), (1, 0), (0, 1 << 16)]);
    let target = Target {
        pitch: 0,
        ..Target::new(1, u32::MAX, 0)
    };
    let steps = |target: &Target, triangles: &[Triangle]| {
        let code = Code::default().triangles(target, triangles);
        let mut world = World::new(16, code.0.clone());
        let mut machine = code.machine();
        let steps = (1..).find(|_| machine.step(&mut world) != Progress::Running);
        assert_eq!(world.memory, World::new(16, vec![]).memory);
        steps.unwrap()
    };
    assert_eq!(steps(&target, &[thin]), 5);
    // Triangles without rows, and without area.
    let above = white([(0, -99), (90, -99), (0, -20)]);
    let right = white([(16, 0), (900, 0), (16, 999)]);
    for nothing in [above, right, [all[0]; 3]] {
        assert_eq!(steps(&target, &vec![nothing; 1000]), 8);
    }
}

fn corner(range: std::ops::Range<i32>) -> impl Strategy<Value = Corner> {
    (range.clone(), range, any::<u32>())
}

/// Corners on a coarse grid, so that edges go through centres, and anywhere.
fn triangle() -> impl Strategy<Value = Triangle> {
    let coarse = corner(-6..40).prop_map(|(x, y, color)| (x * 8, y * 8, color));
    let near = corner(-100..500);
    let wide = (-100_i32..3000, -100_i32..500, any::<u32>());
    let far = corner(-20_000..20_000);
    let limit = prop::sample::select(vec![-FAR, -1, 0, 8, 16, FAR]);
    let limits = (limit.clone(), limit, any::<u32>());
    let of = |c: proptest::strategy::BoxedStrategy<Corner>| [c.clone(), c.clone(), c];
    prop_oneof![
        4 => of(coarse.boxed()),
        4 => of(near.boxed()),
        4 => of(wide.boxed()),
        2 => of(far.boxed()),
        2 => of(limits.boxed()),
        1 => of(corner(-FAR - 3..FAR + 3).boxed()),
    ]
}

fn target() -> impl Strategy<Value = Target> {
    let end = PAGES as u64 * 1024;
    let at = prop_oneof![3 => 0..end, 1 => 1000..1050u64];
    let edge = prop_oneof![2 => Just(0), 1 => 0..20u32];
    let size = prop_oneof![1 => Just(u32::MAX), 2 => 0..30u32];
    let scissor = [
        edge.clone().boxed(),
        edge.boxed(),
        size.clone().boxed(),
        size.boxed(),
    ];
    (at, 0..200u32, (0..150u32, 0..24u32), scissor, 0..4u32).prop_map(
        |(at, pitch, (width, height), scissor, flags)| Target {
            address: BASE + at * 4,
            pitch: pitch * 4,
            size: [width, height],
            scissor,
            flags,
        },
    )
}

proptest! {
    #![proptest_config(config(256))]

    /// Every byte, and the fault, if there is one; also where memory has to be paged in first.
    #[test]
    fn every_pixel_is_as_the_slow_way_has_it(
        pages in prop_oneof![2 => Just(World::new(PAGES, vec![]).pages), 1 => means()],
        target in target(),
        triangles in prop::collection::vec(triangle(), 0..4),
        is_absent in any::<bool>(),
    ) {
        let code = Code::default().triangles(&target, &triangles);
        let command = CODE + code.0.len() as u64 - 14 * 4;
        let mut world = World::new(PAGES, code.0.clone());
        world.pages = pages;
        world.is_absent = is_absent;
        let mut slow = world.clone();
        let progress = world.run(&mut code.machine(), 100_000);
        match draw_slowly(&mut slow, command, &target, &triangles) {
            Ok(()) => prop_assert_eq!(progress, Progress::Done),
            Err(fault) => prop_assert_eq!(progress, Progress::Faulted(fault)),
        }
        prop_assert!(world.memory == slow.memory);
    }

    /// Triangles around a point inside of a rectangle draw each of its pixels once.
    #[test]
    fn a_fan_draws_every_pixel_once(x in 0_i32..=320, y in 0_i32..=320) {
        let rim = [
            (0, 0), (160, 0), (320, 0), (320, 160), (320, 320), (160, 320), (0, 320), (0, 160),
        ];
        let fan = [0, 1, 2, 3, 4, 5, 6, 7].map(|i| {
            [(x, y), rim[i], rim[(i + 1) % 8]].map(|(x, y)| (x, y, 0x4000_0000))
        });
        let target = Target::new(22, 22, BLEND);
        let code = Code::default().fill(BASE, 4096, WHITE).triangles(&target, &fan);
        let (world, progress) = code.run(1);
        prop_assert_eq!(progress, Progress::Done);
        for y in 0..22 {
            for x in 0..22 {
                // Once: 191/255 of white is left.
                let expected = if x < 20 && y < 20 { 0xffbf_bfbf } else { WHITE };
                prop_assert_eq!(pixel(&world, &target, x, y), expected, "{} {}", x, y);
            }
        }
    }

    /// It does not matter where a triangle begins, or which way round it goes.
    #[test]
    fn the_order_of_the_corners_is_nothing(triangle in triangle(), flags in 0..4u32) {
        let [a, b, c] = triangle;
        let target = Target::new(20, 20, flags);
        let memory = |triangle: Triangle| {
            let (world, _) = Code::default().triangles(&target, &[triangle]).run(1);
            world.memory
        };
        let first = memory(triangle);
        for other in [[b, c, a], [c, b, a], [a, c, b]] {
            prop_assert!(memory(other) == first);
        }
    }
}

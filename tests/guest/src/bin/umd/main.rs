// SPDX-License-Identifier: MIT OR Apache-2.0
//! The user-mode driver on the module: what it allocates, draws, and says when something is missing.

mod memory;
mod private_data;
mod removal;

use crate::{memory::*, private_data::*, removal::*};
use d3dddi::{functions::*, HResult};
use dxg_guest_tests::{
    calls::*,
    create::XR24,
    harness,
    memory::{bytes_at, PAGE},
    runtime::driver,
    tests,
};
use std::process::ExitCode;
use wddm_runtime::{Driver, KernelDevice, Resource};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_device_has_scratch_pads_outside_of_any_resource,
            each_kind_is_one_resource,
            an_image_is_zeros_before_it_is_drawn,
            the_scene_is_the_same_everywhere,
            a_quad_over_a_triangle,
            bytes_stay_when_they_are_unmapped,
            copies_between_and_within,
            buffers_of_a_chain_are_shown_in_turn,
            what_is_shown_is_what_was_drawn,
            what_cannot_be,
            a_source_that_is_not_there,
            memory_of_the_runtime_becomes_an_allocation,
            memory_that_only_the_cpu_reaches,
            no_video_memory,
            without_room_for_scratch_pads,
            destroying_what_is_mapped,
            everything_goes_with_the_device,
            case_064_a_driver_of_another_version,
            case_062_a_driver_that_talks_nonsense,
            case_255_a_removed_adapter,
            a_device_removed_while_it_is_mapped,
        ],
        &[],
    )
}

const INVALID: HResult = HResult::E_INVALIDARG;
const REMOVED: HResult = HResult::D3DDDIERR_DEVICEREMOVED;
const AR24: u32 = u32::from_le_bytes(*b"AR24");

fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

/// Corners in whole pixels, all of one colour.
fn corners(places: &[(i32, i32)], color: u32) -> Vec<VertexArgs> {
    let corner = |&(x, y): &(i32, i32)| VertexArgs {
        x: x * 16,
        y: y * 16,
        color,
    };
    places.iter().map(corner).collect()
}

fn make(driver: &Driver<KernelDevice>, args: CreateResourceArgs) -> Resource {
    driver.create_resource(args).expect("a resource")
}

fn pixel(bytes: &[u8], pitch: usize, (x, y): (usize, usize)) -> u32 {
    let bytes = &bytes[y * pitch + x * 4..][..4];
    u32::from_le_bytes(bytes.try_into().expect("four bytes"))
}

/// FNV-1a of 64 bits: one number for all bytes.
fn checksum(bytes: &[u8]) -> u64 {
    let step = |sum: u64, &byte: &u8| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}

fn a_device_has_scratch_pads_outside_of_any_resource() {
    on_each_adapter(|gpu| {
        let before = counters();
        let driver = driver(gpu);
        assert_eq!(counters().since(&before, "devices"), 1);
        assert_eq!(counters().since(&before, "allocations"), 2);
        assert_eq!(counters().since(&before, "resources"), 0);
        drop(driver);
        before.assert_restored();
    });
}

fn each_kind_is_one_resource() {
    on_each_adapter(|gpu| {
        let driver = driver(gpu);
        for (args, allocations) in [
            (CreateResourceArgs::buffer(5000), 1),
            (CreateResourceArgs::texture(65, 9, AR24), 1),
            (CreateResourceArgs::primary(640, 480, XR24, 0), 1),
            (CreateResourceArgs::flip_chain(64, 48, XR24, 0, 3), 3),
        ] {
            let before = counters();
            let resource = make(&driver, args);
            before.assert_grown(&[
                ("resources", 1),
                ("allocations", allocations),
                ("bindings", allocations),
            ]);
            let km = driver.device().km_resource(resource.runtime());
            assert!(km.is_some_and(|km| km.0 >= FIRST_HANDLE));
            assert_eq!(driver.destroy_resource(resource), Ok(()));
            before.assert_restored();
        }
    });
}

fn an_image_is_zeros_before_it_is_drawn() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        let texture = make(&driver, CreateResourceArgs::texture(65, 9, XR24));
        let bytes = driver.read(texture, 0).expect("bytes");
        assert_eq!(bytes, [0; 8192]);
    });
}

/// A triangle with three colours on grey, a quad of half blue over it, and one beyond the edges.
fn draw_the_scene(driver: &Driver<KernelDevice>, resource: Resource, buffer: u32) {
    let all = rect(0, 0, 160, 120);
    let mut triangle = corners(&[(80, 8), (150, 110), (10, 110)], 0);
    for (corner, color) in triangle
        .iter_mut()
        .zip([0xFFFF_0000, 0xFF00_FF00, 0xFF00_00FF])
    {
        corner.color = color;
    }
    let quad = corners(&[(60, 40), (120, 40), (120, 90), (60, 90)], 0x8000_00FF);
    let beyond = corners(&[(150, -10), (200, 10), (170, 60), (140, 20)], 0xC0FF_FF00);
    let done = driver
        .clear(resource, buffer, all, 0xFF40_4040)
        .and_then(|()| driver.draw(resource, buffer, blend::REPLACE, &triangle))
        .and_then(|()| driver.draw(resource, buffer, blend::OVER, &quad))
        .and_then(|()| driver.draw(resource, buffer, blend::OVER, &beyond));
    assert_eq!(done, Ok(()));
}

/// Pixels of the scene at places with names, and a number for all of its bytes, which the slow
/// rasteriser of the host's tests gives as well.
fn the_scene_is_the_same_everywhere() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        let chain = make(
            &driver,
            CreateResourceArgs::flip_chain(160, 120, XR24, 0, 2),
        );
        for buffer in [0, 1] {
            draw_the_scene(&driver, chain, buffer);
            let bytes = driver.read(chain, buffer).expect("bytes");
            assert_eq!(bytes.len(), 94208, "120 rows of 768 bytes, in pages");
            for (name, place, color) in SCENE {
                assert_eq!(pixel(&bytes, 768, place), color, "{name}: {place:?}");
            }
            assert_eq!(checksum(&bytes), SCENE_CHECKSUM);
        }
    });
}

const SCENE: [(&str, (usize, usize), u32); 9] = [
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

fn a_quad_over_a_triangle() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        for (format, alphas) in [(XR24, [0xFF; 4]), (AR24, [0xFF, 0x00, 0xFF, 0x80])] {
            let texture = make(&driver, CreateResourceArgs::texture(8, 8, format));
            let triangle = corners(&[(0, 0), (8, 0), (0, 8)], 0xFFFF_0000);
            let quad = corners(&[(2, 2), (6, 2), (6, 6), (2, 6)], 0x8000_00FF);
            for (blend, corners) in [(blend::REPLACE, &triangle), (blend::OVER, &quad)] {
                assert_eq!(driver.draw(texture, 0, blend, corners), Ok(()));
            }
            let bytes = driver.read(texture, 0).expect("bytes");
            let colors = [0xFF_0000, 0, 0x7F_0080, 0x00_0080];
            let places = [(0, 0), (7, 7), (2, 2), (5, 5)];
            for ((place, color), alpha) in places.into_iter().zip(colors).zip(alphas) {
                // What was never drawn is zeros in any format.
                let expected = if place == (7, 7) {
                    0
                } else {
                    color | (alpha << 24)
                };
                assert_eq!(pixel(&bytes, 256, place), expected, "{place:?}");
            }
        }
    });
}

fn bytes_stay_when_they_are_unmapped() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        let buffer = make(&driver, CreateResourceArgs::buffer(3 * PAGE as u64));
        let before = counters();
        let written = driver.with_bytes(buffer, 0, |bytes, pitch| {
            assert_eq!((bytes.len(), pitch), (3 * PAGE, 0));
            assert_eq!(counters().since(&before, "mappings"), 1);
            bytes
                .iter_mut()
                .enumerate()
                .for_each(|(i, byte)| *byte = i as u8);
        });
        assert_eq!(written, Ok(()));
        assert_eq!(counters().since(&before, "mappings"), 0);
        let bytes = driver.read(buffer, 0).expect("bytes");
        assert!(bytes.iter().enumerate().all(|(i, &byte)| byte == i as u8));
    });
}

fn copies_between_and_within() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        let wide = make(&driver, CreateResourceArgs::texture(70, 8, AR24));
        let narrow = make(&driver, CreateResourceArgs::texture(8, 8, AR24));
        let numbered = driver.with_bytes(wide, 0, |bytes, pitch| {
            assert_eq!(pitch, 512);
            for (i, place) in bytes.chunks_exact_mut(4).enumerate() {
                place.copy_from_slice(&(i as u32).to_le_bytes());
            }
        });
        assert_eq!(numbered, Ok(()));
        let there = driver.copy((wide, 0), rect(60, 2, 3, 4), (narrow, 0), (5, 1));
        assert_eq!(there, Ok(()));
        // A row further down, so that each row is read before it is written.
        let down = driver.copy((narrow, 0), rect(5, 1, 3, 4), (narrow, 0), (4, 2));
        assert_eq!(down, Ok(()));
        let bytes = driver.read(narrow, 0).expect("bytes");
        for (y, x) in (0..8).flat_map(|y| (0..8).map(move |x| (y, x))) {
            let expected = match (x, y) {
                (4..=6, 2..=5) => y * 128 + x + 56,
                (5..=7, 1) | (7, 2..=4) => (y + 1) * 128 + x + 55,
                _ => 0,
            };
            assert_eq!(pixel(&bytes, 256, (x, y)), expected as u32, "{x} {y}");
        }
        let formats = make(&driver, CreateResourceArgs::texture(8, 8, XR24));
        let mixed = driver.copy((narrow, 0), rect(0, 0, 1, 1), (formats, 0), (0, 0));
        assert_eq!(mixed, Err(INVALID));
    });
}

fn buffers_of_a_chain_are_shown_in_turn() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        let chain = make(&driver, CreateResourceArgs::flip_chain(65, 9, XR24, 0, 3));
        for buffer in 0..3 {
            let color = 0x11 * (buffer + 1);
            assert_eq!(
                driver.clear(chain, buffer, rect(0, 0, 65, 9), color),
                Ok(())
            );
        }
        let km = driver.device().km_resource(chain.runtime());
        let flips: Vec<_> = (0..6)
            .map(|_| driver.present(chain).expect("a flip"))
            .collect();
        for (i, flip) in flips.iter().enumerate() {
            assert_eq!(flip.buffer as usize, i % 3);
            assert_eq!(flip.allocation, flips[i % 3].allocation);
            assert_eq!(Some(flip.km_resource), km);
            assert_eq!((flip.source, flip.format), (0, XR24));
            assert_eq!((flip.width, flip.height), (65, 9));
            assert_eq!((flip.pitch, flip.bytes), (512, 8192));
            let bytes = driver.read(chain, flip.buffer).expect("bytes");
            let color = 0xFF00_0000 + 0x11 * (flip.buffer + 1);
            assert_eq!(pixel(&bytes, 512, (64, 8)), color);
        }
        let texture = make(&driver, CreateResourceArgs::texture(8, 8, XR24));
        assert_eq!(driver.present(texture).map(|_| ()), Err(INVALID));
    });
}

/// The kernel's handle that a flip names is of the very bytes that were drawn.
fn what_is_shown_is_what_was_drawn() {
    on_each_adapter(|gpu| {
        let mut driver = driver(gpu);
        let primary = make(&driver, CreateResourceArgs::primary(160, 120, XR24, 0));
        draw_the_scene(&driver, primary, 0);
        let drawn = driver.read(primary, 0).expect("bytes");
        let flip = driver.present(primary).expect("a flip");
        let device = driver.device().kernel().device().handle().raw();
        let (answer, address) = lock(&gpu.dxg, device, flip.allocation.0);
        assert_eq!(answer, SUCCESS);
        // SAFETY: The lock has that many bytes.
        let shown = unsafe { bytes_at(address, drawn.len()) };
        assert!(shown == drawn);
        gpu.unlock(device, flip.allocation.0);
    });
}

fn what_cannot_be() {
    let gpu = Gpu::first();
    let driver = driver(&gpu);
    let before = counters();
    for args in [
        CreateResourceArgs::default(),
        CreateResourceArgs::buffer(0),
        CreateResourceArgs::texture(0, 1, XR24),
        CreateResourceArgs::texture(1, 16385, XR24),
        CreateResourceArgs::texture(1, 1, u32::from_le_bytes(*b"XB24")),
        CreateResourceArgs::flip_chain(8, 8, XR24, 0, 1),
        CreateResourceArgs::flip_chain(8, 8, XR24, 0, 17),
    ] {
        assert_eq!(driver.create_resource(args), Err(INVALID), "{args:?}");
    }
    let texture = make(&driver, CreateResourceArgs::texture(8, 8, XR24));
    let outside = rect(7, 7, 2, 1);
    assert_eq!(driver.clear(texture, 0, outside, 0), Err(INVALID));
    assert_eq!(driver.clear(texture, 1, rect(0, 0, 1, 1), 0), Err(INVALID));
    assert_eq!(driver.destroy_resource(texture), Ok(()));
    assert_eq!(driver.clear(texture, 0, rect(0, 0, 1, 1), 0), Err(INVALID));
    before.assert_restored();
}

fn a_source_that_is_not_there() {
    on_each_adapter(|gpu| {
        let driver = driver(gpu);
        let before = counters();
        for_each([16, u32::MAX], |source| {
            let args = CreateResourceArgs::primary(8, 8, XR24, source);
            assert_eq!(driver.create_resource(args), Err(INVALID));
            let args = CreateResourceArgs::flip_chain(8, 8, XR24, source, 2);
            assert_eq!(driver.create_resource(args), Err(INVALID));
        });
        before.assert_restored();
    });
}

fn destroying_what_is_mapped() {
    on_each_adapter(|gpu| {
        let driver = driver(gpu);
        let before = counters();
        let screen = umd::Screen::new(driver.device()).expect("a screen");
        let mut buffer = screen
            .create_resource(None, umd::Template::buffer(PAGE as u64))
            .expect("a buffer");
        let map = screen.map(&mut buffer, 0).expect("a map");
        assert_eq!(screen.map(&mut buffer, 0), Ok(map));
        assert_eq!(counters().since(&before, "mappings"), 1);
        assert_eq!(screen.destroy_resource(buffer), Ok(()));
        drop(screen);
        before.assert_restored();
    });
}

fn everything_goes_with_the_device() {
    on_each_adapter(|gpu| {
        let before = counters();
        let mut driver = driver(gpu);
        let chain = make(&driver, CreateResourceArgs::flip_chain(64, 64, XR24, 0, 3));
        make(&driver, CreateResourceArgs::buffer(1 << 20));
        assert!(driver.read(chain, 2).is_ok());
        drop(driver);
        before.assert_restored();
    });
}

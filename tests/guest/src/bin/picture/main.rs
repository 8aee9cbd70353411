// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the user-mode driver draws, on the screen: vkms is read back, and the host takes screenshots
//! of virtio-gpu.

mod demo;

use crate::demo::*;
use d3dddi::{
    functions::{blend, CreateResourceArgs, Rect, VertexArgs},
    types::D3DKMT_HANDLE,
    HResult,
};
use dxg_guest_tests::{
    calls::*, card::Card, create::XR24, harness, runtime::driver, screenshot, tests,
};
use dxg_picture::{scene, Chain, Error};
use dxg_present::Display;
use libd3dkmt::NtStatus;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            vkms_shows_the_picture,
            virtio_gpu_shows_the_picture,
            all_that_was_drawn_is_shown,
            two_buffers_take_turns,
            what_is_drawn_behind_is_not_shown,
            numbers_of_buffers,
            a_drawing_that_cannot_be,
            what_is_not_made_to_be_shown_has_no_dma_buf,
            the_demo_shows_a_picture,
            the_demo_runs_a_command_while_it_is_shown,
            the_demo_without_a_master,
            the_demo_without_any_display,
            the_demo_without_a_monitor,
            the_demo_of_a_user,
            a_picture_that_moves,
            nothing_to_show_it_on,
        ],
        &[],
    )
}

/// A display with a chain on it.
fn on<R>(card: &Card, buffers: u32, part: impl FnOnce(&Display, &mut Chain<'_>) -> R) -> R {
    let before = counters();
    let display = Display::open(&card.node).expect("a display");
    let device = card.adapter.create_device().expect("a device");
    let mut chain = Chain::new(&display, device, buffers).expect("a chain");
    let result = part(&display, &mut chain);
    drop(chain);
    // What is exported ends a while later.
    before.assert_restored();
    result
}

/// `0x00RRGGBB` of all pixels on the card's screen, wherever they can be seen.
fn screen(card: &Card, display: &Display) -> Vec<u32> {
    match &card.driver[..] {
        "virtio_gpu" => {
            let shot = screenshot::take();
            assert_eq!(shot.size, display.size());
            shot.pixels
        }
        _ => {
            let pixels = display.read_back().expect("pixels").into_iter();
            pixels.map(|pixel| pixel & 0xFF_FFFF).collect()
        }
    }
}

/// So many that the panel reaches into the triangle.
fn lines() -> Vec<String> {
    let row = |row| format!("row {row} of 12, which reaches into the triangle");
    ["dxg".to_owned()]
        .into_iter()
        .chain((2..=12).map(row))
        .collect()
}

type Place = (u32, u32);

fn assert_places(pixels: &[u32], width: u32, places: &[(&str, Place, u32)]) {
    for &(name, (x, y), color) in places {
        let shown = pixels[(y * width + x) as usize];
        assert_eq!(shown, color, "{name}: {shown:#08x} at {x}, {y}");
    }
}

/// The places are exact: rounding of corners and colours, the blended panel, and both its edges.
fn shows_the_picture(driver: &str, size: (u32, u32), places: &[(&str, Place, u32)]) {
    let card = Card::of(driver);
    on(&card, 2, |display, chain| {
        assert_eq!(display.size(), size);
        scene::draw(chain, 0, &lines()).expect("drawn");
        chain.present().expect("shown");
        let pixels = screen(&card, display);
        assert_eq!(pixels.len() as u32, size.0 * size.1);
        assert_places(&pixels, size.0, places);
        // The first character is a "d", and nothing but that and the panel is in its box.
        let (x, y) = (48, size.1 - 24 - 12 * 20 - 24);
        let line = |row: u32| {
            let pixels = (x..x + 10).map(|x| pixels[((y + row) * size.0 + x) as usize]);
            let drawn = pixels.map(|pixel| match pixel {
                0xFF_FFFF => '#',
                0x0C_0F12 => '.',
                other => panic!("{other:#08x} in row {row}"),
            });
            drawn.collect::<String>()
        };
        let character: Vec<_> = (0..20).map(line).collect();
        assert_eq!(character, LETTER_D);
    });
}

const LETTER_D: [&str; 20] = [
    "..........",
    "..........",
    "..........",
    ".......##.",
    ".......##.",
    ".......##.",
    ".......##.",
    ".......##.",
    "...###.##.",
    "..##..###.",
    ".##....##.",
    ".##....##.",
    ".##....##.",
    ".##....##.",
    "..##..###.",
    "...###.##.",
    "..........",
    "..........",
    "..........",
    "..........",
];

fn vkms_shows_the_picture() {
    let places = [
        ("background", (0, 0), 0x20_2830),
        ("last pixel", (1023, 767), 0x20_2830),
        ("upper corner", (512, 85), 0xFA_0302),
        ("middle", (512, 384), 0x55_5555),
        ("right corner", (752, 529), 0x04_F10A),
        ("left corner, under the panel", (272, 529), 0x01_0459),
        ("first of the panel", (24, 456), 0x0C_0F12),
        ("left of it", (23, 456), 0x20_2830),
        ("last of the panel", (521, 743), 0x0C_0F12),
        ("right of it", (522, 743), 0x20_2830),
        ("panel over the triangle", (514, 527), 0x02_2F2E),
        ("triangle beside it", (530, 527), 0x06_8674),
    ];
    shows_the_picture("vkms", (1024, 768), &places);
}

fn virtio_gpu_shows_the_picture() {
    let places = [
        ("background", (0, 0), 0x20_2830),
        ("last pixel", (1279, 799), 0x20_2830),
        ("upper corner", (640, 88), 0xFA_0202),
        ("middle", (640, 400), 0x55_5555),
        ("right corner", (880, 552), 0x04_EC0F),
        ("left corner, under the panel", (400, 552), 0x01_0658),
        ("first of the panel", (24, 488), 0x0C_0F12),
        ("left of it", (23, 488), 0x20_2830),
        ("last of the panel", (521, 775), 0x0C_0F12),
        ("right of it", (522, 775), 0x20_2830),
        ("panel over the triangle", (514, 550), 0x02_1944),
        ("triangle beside it", (530, 550), 0x05_4BAF),
    ];
    shows_the_picture("virtio_gpu", (1280, 800), &places);
}

/// The pixels of the buffer behind.
fn drawn(chain: &mut Chain<'_>) -> Vec<u32> {
    let (width, height) = chain.size();
    let pixels = chain.with_bytes(|bytes, pitch| {
        let rows = bytes.chunks_exact(pitch as usize).take(height as usize);
        let pixels = rows.flat_map(|row| row.chunks_exact(4).take(width as usize));
        let pixel = |pixel: &[u8]| u32::from_le_bytes([pixel[0], pixel[1], pixel[2], 0]);
        pixels.map(pixel).collect()
    });
    pixels.expect("bytes")
}

fn all_that_was_drawn_is_shown() {
    for card in Card::all() {
        on(&card, 2, |display, chain| {
            for steps in [7, 100, 239] {
                scene::draw(chain, steps, &lines()).expect("drawn");
                let drawn = drawn(chain);
                chain.present().expect("shown");
                let shown = screen(&card, display);
                assert!(shown == drawn, "{}, step {steps}", card.driver);
            }
        });
    }
}

fn all(chain: &Chain<'_>) -> Rect {
    let (width, height) = chain.size();
    Rect {
        width,
        height,
        ..Rect::default()
    }
}

fn is_all(pixels: &[u32], color: u32) -> bool {
    pixels.iter().all(|&pixel| pixel == color)
}

/// Each buffer is shown with what was drawn to it, and keeps that while the other one is shown.
fn two_buffers_take_turns() {
    for card in Card::all() {
        on(&card, 2, |display, chain| {
            for (number, color) in (1..).zip([0x11_2233, 0x44_5566, 0x77_8899, 0xAA_BBCC]) {
                // The one before the last, which comes back to be drawn.
                let behind = match number {
                    1 | 2 => 0,
                    _ => color - 0x66_6666,
                };
                assert!(is_all(&drawn(chain), behind), "{number}");
                chain.clear(all(chain), color).expect("cleared");
                chain.present().expect("shown");
                assert_eq!(chain.presented(), number);
                assert!(is_all(&screen(&card, display), color), "{number}");
            }
        });
    }
}

fn what_is_drawn_behind_is_not_shown() {
    for card in Card::all() {
        on(&card, 2, |display, chain| {
            chain.clear(all(chain), 0x11_2233).expect("cleared");
            chain.present().expect("shown");
            chain.clear(all(chain), 0xFF_FFFF).expect("cleared");
            assert!(is_all(&screen(&card, display), 0x11_2233));
            chain.present().expect("shown");
            assert!(is_all(&screen(&card, display), 0xFF_FFFF));
        });
    }
}

fn result<T>(answer: Result<T, Error>) -> HResult {
    match answer {
        Err(Error::Driver { result, .. }) => result,
        Err(error) => panic!("{error}"),
        Ok(_) => HResult::S_OK,
    }
}

fn numbers_of_buffers() {
    for card in Card::all() {
        on(&card, 16, |_, chain| {
            for _ in 0..17 {
                chain.clear(all(chain), 0).expect("cleared");
                chain.present().expect("shown");
            }
        });
        let display = Display::open(&card.node).expect("a display");
        for_each([0, 1, 17, u32::MAX], |buffers| {
            let device = card.adapter.create_device().expect("a device");
            let chain = Chain::new(&display, device, buffers);
            assert_eq!(result(chain), HResult::E_INVALIDARG);
        });
    }
}

fn a_drawing_that_cannot_be() {
    let card = Card::of("vkms");
    on(&card, 2, |_, chain| {
        let (width, height) = chain.size();
        let wide = Rect {
            width: width + 1,
            height,
            ..Rect::default()
        };
        assert_eq!(result(chain.clear(wide, 0)), HResult::E_INVALIDARG);
        let far = VertexArgs {
            x: i32::MAX,
            ..VertexArgs::default()
        };
        let corners = [far, VertexArgs::default(), VertexArgs::default()];
        for (blend, corners) in [
            (blend::REPLACE, &corners[..]),
            (blend::OVER, &corners[1..]),
            (9, &[VertexArgs::default(); 3]),
        ] {
            assert_eq!(result(chain.draw(blend, corners)), HResult::E_INVALIDARG);
        }
        assert!(is_all(&drawn(chain), 0));
        chain.present().expect("shown");
    });
}

fn what_is_not_made_to_be_shown_has_no_dma_buf() {
    on_each_adapter(|gpu| {
        let before = counters();
        let driver = driver(gpu);
        let kernel = driver.device().kernel();
        let texture = driver.create_resource(CreateResourceArgs::texture(64, 64, XR24));
        let km = driver
            .device()
            .km_resource(texture.expect("a texture").runtime());
        let device = D3DKMT_HANDLE(kernel.device().handle().raw());
        for_each([km.expect("a resource"), device, D3DKMT_HANDLE(0)], |it| {
            let refused = kernel.export_dma_buf(it);
            assert_eq!(refused.err(), Some(NtStatus::INVALID_PARAMETER));
        });
        drop(driver);
        before.assert_restored();
    });
}

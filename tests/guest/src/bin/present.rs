// SPDX-License-Identifier: MIT OR Apache-2.0
//! Allocations on the screen, by the crate `dxg-present`: what vkms shows is read back from its
//! writeback connector. What virtio-gpu shows is for the suite `picture`.

use dxg_guest_tests::{
    calls::counters,
    card::{Card, Unplugged},
    child, harness,
    state::soon,
    tests,
};
use dxg_present::{Display, Error, Layout};
use libd3dkmt::{
    gem::{Format, Surface, Usage},
    Access, AllocationInfo, Device,
};
use std::{fs, os::fd::OwnedFd, path::Path, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            the_screen_shows_an_allocation,
            flips_show_one_allocation_after_the_other,
            what_is_written_while_it_is_shown,
            the_same_allocation_in_two_frames,
            each_card_takes_a_picture,
            a_layout_that_does_not_fit,
            a_card_that_is_not_there,
            a_card_that_is_not_for_this_user,
            a_card_that_somebody_else_has,
            a_card_that_cannot_be_read_back,
            a_card_without_a_monitor,
        ],
        &[("user", open_as_a_user)],
    )
}

/// Something with the card's display and a device. What is exported ends a while after its last use; the
/// device waits for that.
fn on(card: &Card, part: impl FnOnce(&Display, &Device)) {
    harness::context(card.driver.clone(), || {
        let display = Display::open(&card.node).expect("a display");
        let device = card.adapter.create_device().expect("a device");
        let before = counters();
        part(&display, &device);
        before.assert_restored();
    });
}

/// A picture in which each pixel has its place in it.
fn pixel(seed: u32, x: u32, y: u32) -> u32 {
    (seed * 0x15_5555 + y * 2048 + x) & 0xff_ffff
}

/// An allocation with such a picture.
struct Picture {
    dma_buf: OwnedFd,
    layout: Layout,
}

fn picture(device: &Device, (width, height): (u32, u32), seed: u32) -> Picture {
    let surface = Surface {
        width,
        height,
        format: Format::Xrgb8888,
        usage: Usage::CPU_VISIBLE | Usage::DISPLAYABLE,
    };
    let mut allocation = device
        .allocate(AllocationInfo::surface(surface))
        .expect("an allocation");
    let layout = allocation.layout().expect("a surface's layout");
    let layout = Layout {
        width,
        height,
        pitch: layout.pitch,
        format: u32::from_le_bytes(*b"XR24"),
    };
    let mut lock = allocation.lock().expect("a lock");
    for (y, row) in lock.chunks_exact_mut(layout.pitch as usize).enumerate() {
        for (x, bytes) in row.chunks_exact_mut(4).take(width as usize).enumerate() {
            bytes.copy_from_slice(&pixel(seed, x as u32, y as u32).to_le_bytes());
        }
    }
    lock.unlock().expect("unlocked");
    // The dma-buf is all that is left of it.
    let dma_buf = allocation
        .export_dma_buf(Access::ReadWrite)
        .expect("a dma-buf");
    Picture { dma_buf, layout }
}

/// The screen has the whole picture, but for the byte of each pixel that it does not show.
fn assert_shown(display: &Display, seed: u32) {
    let (width, _) = display.size();
    let pixels = display.read_back().expect("pixels");
    for (i, &shown) in (0..).zip(&pixels) {
        let (x, y) = (i % width, i / width);
        assert_eq!(shown & 0xff_ffff, pixel(seed, x, y), "at {x}, {y}");
    }
    assert_eq!(pixels.len() as u32, width * display.size().1);
}

fn the_screen_shows_an_allocation() {
    on(&Card::of("vkms"), |display, device| {
        let picture = picture(device, display.size(), 1);
        let frame = display
            .import(picture.dma_buf, picture.layout)
            .expect("a frame");
        display.show(&frame).expect("shown");
        assert_shown(display, 1);
    });
}

fn flips_show_one_allocation_after_the_other() {
    on(&Card::of("vkms"), |display, device| {
        let frames = [1, 2, 3].map(|seed| {
            let picture = picture(device, display.size(), seed);
            display
                .import(picture.dma_buf, picture.layout)
                .expect("a frame")
        });
        display.show(&frames[0]).expect("shown");
        for seed in [2, 3, 1] {
            display.flip(&frames[seed as usize - 1]).expect("flipped");
            assert_shown(display, seed);
        }
    });
}

fn what_is_written_while_it_is_shown() {
    on(&Card::of("vkms"), |display, device| {
        let picture = picture(device, display.size(), 1);
        let opened = device.open_dma_buf(&picture.dma_buf, Access::ReadWrite);
        let mut opened = opened.expect("a resource");
        let frame = display
            .import(picture.dma_buf, picture.layout)
            .expect("a frame");
        display.show(&frame).expect("shown");
        let pitch = picture.layout.pitch as usize;
        // SAFETY: The allocation is as large as the picture's, which it is; nobody else has it but the
        // display, which reads.
        let lock = unsafe { opened.allocations_mut()[0].lock_sized(pitch) };
        let mut first_row = lock.expect("a lock");
        for (x, bytes) in first_row.chunks_exact_mut(4).enumerate() {
            bytes.copy_from_slice(&pixel(2, x as u32, 0).to_le_bytes());
        }
        frame.touched().expect("sent");
        let pixels = display.read_back().expect("pixels");
        let (width, _) = display.size();
        let expected = (0..width)
            .map(|x| pixel(2, x, 0))
            .chain((0..width).map(|x| pixel(1, x, 1)));
        let shown = pixels.iter().map(|shown| shown & 0xff_ffff);
        assert!(shown.take(2 * width as usize).eq(expected));
    });
}

fn the_same_allocation_in_two_frames() {
    on(&Card::of("vkms"), |display, device| {
        let picture = picture(device, display.size(), 1);
        let import = || {
            display
                .import(&picture.dma_buf, picture.layout)
                .expect("a frame")
        };
        let (first, second) = (import(), import());
        display.show(&first).expect("shown");
        display.flip(&second).expect("flipped");
        // The card has one handle for both; it is needed until both are gone.
        drop(first);
        assert_shown(display, 1);
        drop(second);
    });
}

fn each_card_takes_a_picture() {
    for card in Card::all() {
        on(&card, |display, device| {
            let frames = [1, 2].map(|seed| {
                let picture = picture(device, display.size(), seed);
                display
                    .import(picture.dma_buf, picture.layout)
                    .expect("a frame")
            });
            display.show(&frames[0]).expect("shown");
            frames[0].touched().expect("sent");
            display.flip(&frames[1]).expect("flipped");
            display.flip(&frames[0]).expect("flipped");
        });
    }
}

/// What the kernel answered to a refused call.
fn errno<T>(result: Result<T, Error>) -> Option<i32> {
    match result {
        Err(Error::Call { source, .. }) => source.raw_os_error(),
        _ => None,
    }
}

fn a_layout_that_does_not_fit() {
    for card in Card::all() {
        on(&card, |display, device| {
            let Picture { dma_buf, layout } = picture(device, display.size(), 1);
            let narrow = Layout {
                pitch: layout.width * 4 - 4,
                ..layout
            };
            assert_eq!(errno(display.import(&dma_buf, narrow)), Some(libc::EINVAL));
            // The driver of virtio-gpu leaves that to its host.
            if card.driver == "vkms" {
                let too_high = Layout {
                    height: layout.height + 1,
                    ..layout
                };
                let refused = errno(display.import(&dma_buf, too_high));
                assert_eq!(refused, Some(libc::EINVAL));
            }
            display.import(&dma_buf, layout).expect("a frame");
            let file = fs::File::open("/proc/self/exe").expect("this program");
            assert_eq!(errno(display.import(file, layout)), Some(libc::EINVAL));
        });
    }
}

fn a_card_that_is_not_there() {
    let error = Display::open(Path::new("/dev/dri/card99"))
        .err()
        .expect("an error");
    assert_eq!(
        error.to_string(),
        "/dev/dri/card99 cannot be opened: No such file or directory (os error 2)"
    );
}

fn a_card_that_is_not_for_this_user() {
    for card in Card::all() {
        let mut user = child::Child::start(child::command("user", &[&card.name()]));
        let sentence = format!(
            "{} may not be opened by this user: run as root, or join the group that it belongs to",
            card.node.display()
        );
        assert_eq!(user.line(), sentence);
        user.succeed();
    }
}

fn open_as_a_user(arguments: &[String]) {
    child::become_user();
    let node = Path::new("/dev/dri").join(&arguments[0]);
    let error = Display::open(&node).err().expect("an error");
    assert!(error.is_absence());
    child::say(&error.to_string());
}

fn a_card_that_somebody_else_has() {
    let node = Card::of("vkms").node;
    let first = Display::open(&node).expect("a display");
    let error = Display::open(&node).err().expect("an error");
    let sentence = "belongs to another program: one only can be DRM master";
    assert_eq!(error.to_string(), format!("{} {sentence}", node.display()));
    assert!(error.is_absence());
    drop(first);
    Display::open(&node).expect("a display");
}

fn a_card_that_cannot_be_read_back() {
    let node = Card::of("virtio_gpu").node;
    let display = Display::open(&node).expect("a display");
    let error = display.read_back().expect_err("an error");
    assert!(
        matches!(&error, Error::NoWriteback { card } if *card == node),
        "{error}"
    );
}

fn a_card_without_a_monitor() {
    for card in Card::all() {
        let unplugged = Unplugged::of(&card);
        let error = Display::open(&card.node).err().expect("an error");
        let sentence = format!("no connector of {} has a monitor", card.node.display());
        assert_eq!(error.to_string(), sentence);
        assert!(error.is_absence());
        drop(unplugged);
        let again = soon(|| Display::open(&card.node));
        assert!(again.is_ok());
    }
}

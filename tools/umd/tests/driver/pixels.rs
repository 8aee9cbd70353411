// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is drawn, cleared and copied.

use crate::*;

#[test]
fn a_clear_fills_its_rectangle() {
    let (mut driver, _) = driver();
    for (format, alpha) in [(XR24, 0xFF00_0000), (AR24, 0x1200_0000)] {
        let texture = CreateResourceArgs::texture(65, 9, format);
        let texture = driver.create_resource(texture).unwrap();
        driver
            .clear(texture, 0, rect(60, 3, 5, 6), 0x1234_5678)
            .unwrap();
        driver
            .clear(texture, 0, rect(9, 9, 0, 0), 0xFFFF_FFFF)
            .unwrap();
        let bytes = driver.read(texture, 0).unwrap();
        assert_eq!(bytes.len(), 8192);
        for y in 0..9 {
            // All of the row, and what is between two.
            for x in 0..128 {
                let inside = (60..65).contains(&x) && y >= 3;
                let expected = if inside { 0x0034_5678 | alpha } else { 0 };
                assert_eq!(pixel(&bytes, 512, x, y), expected, "{x} {y}");
            }
        }
    }
}

#[test]
fn regions_must_be_inside() {
    let (driver, kernel) = driver();
    let texture = |driver: &Driver<_>, width| {
        let args = CreateResourceArgs::texture(width, 4, XR24);
        driver.create_resource(args).unwrap()
    };
    let (large, small) = (texture(&driver, 8), texture(&driver, 4));
    for outside in [
        rect(0, 0, 9, 1),
        rect(8, 0, 1, 1),
        rect(0, 4, 1, 1),
        rect(0, 0, 1, 5),
        rect(u32::MAX, 0, 1, 1),
        rect(1, 1, u32::MAX, 1),
        rect(0, u32::MAX, 8, u32::MAX),
    ] {
        assert_eq!(driver.clear(large, 0, outside, 0), Err(INVALID));
        assert_eq!(
            driver.copy((large, 0), outside, (large, 0), (0, 0)),
            Err(INVALID)
        );
        assert_eq!(
            driver.copy((large, 0), outside, (small, 0), (0, 0)),
            Err(INVALID)
        );
    }
    for (place, fits) in [
        ((0, 0), true),
        ((1, 0), false),
        ((0, 1), false),
        ((u32::MAX, 0), false),
    ] {
        let copied = driver.copy((large, 0), rect(4, 0, 4, 4), (small, 0), place);
        assert_eq!(copied.is_ok(), fits, "{place:?}");
    }
    assert_eq!(kernel.locks(), 0);
}

#[test]
fn copies_have_strides() {
    let (mut driver, _) = driver();
    let args = |width| CreateResourceArgs::texture(width, 8, AR24);
    let from = driver.create_resource(args(70)).unwrap();
    let to = driver.create_resource(args(8)).unwrap();
    driver
        .with_bytes(from, 0, |bytes, pitch| {
            assert_eq!(pitch, 512);
            for (i, place) in bytes.chunks_exact_mut(4).enumerate() {
                place.copy_from_slice(&(i as u32).to_le_bytes());
            }
        })
        .unwrap();
    driver
        .copy((from, 0), rect(60, 2, 3, 4), (to, 0), (5, 1))
        .unwrap();
    let bytes = driver.read(to, 0).unwrap();
    for y in 0..8 {
        for x in 0..64 {
            let inside = (5..8).contains(&x) && (1..5).contains(&y);
            let expected = if inside { (y + 1) * 128 + x + 55 } else { 0 };
            assert_eq!(pixel(&bytes, 256, x, y), expected as u32, "{x} {y}");
        }
    }
}

#[test]
fn copies_that_overlap_bring_what_was_there() {
    for place in [(0, 0), (2, 0), (0, 2), (2, 2), (1, 1), (2, 1), (1, 0)] {
        let (mut driver, _) = driver();
        let texture = CreateResourceArgs::texture(6, 6, AR24);
        let texture = driver.create_resource(texture).unwrap();
        let mut before = Vec::new();
        driver
            .with_bytes(texture, 0, |bytes, _| {
                for (i, place) in bytes.chunks_exact_mut(4).enumerate() {
                    place.copy_from_slice(&(i as u32).to_le_bytes());
                }
                before = bytes.to_vec();
            })
            .unwrap();
        driver
            .copy((texture, 0), rect(1, 1, 4, 4), (texture, 0), place)
            .unwrap();
        let after = driver.read(texture, 0).unwrap();
        let (left, up) = (place.0 as usize, place.1 as usize);
        for y in 0..6 {
            for x in 0..64 {
                let inside = (left..left + 4).contains(&x) && (up..up + 4).contains(&y);
                let from = if inside {
                    (x + 1 - left, y + 1 - up)
                } else {
                    (x, y)
                };
                let expected = pixel(&before, 256, from.0, from.1);
                assert_eq!(pixel(&after, 256, x, y), expected, "{place:?}: {x} {y}");
            }
        }
    }
}

#[test]
fn bytes_of_buffers_are_copied() {
    let (mut driver, _) = driver();
    let make = |driver: &Driver<_>, bytes| {
        let args = CreateResourceArgs::buffer(bytes);
        driver.create_resource(args).unwrap()
    };
    let (from, to) = (make(&driver, 100), make(&driver, 200_000));
    driver
        .with_bytes(from, 0, |bytes, _| bytes[10..13].copy_from_slice(b"abc"))
        .unwrap();
    driver
        .copy((from, 0), rect(10, 0, 3, 1), (to, 0), (199_997, 0))
        .unwrap();
    assert_eq!(
        driver.copy((from, 0), rect(10, 0, 3, 1), (to, 0), (199_998, 0)),
        Err(INVALID)
    );
    assert_eq!(
        driver.copy((from, 0), rect(10, 0, 3, 2), (to, 0), (0, 0)),
        Err(INVALID)
    );
    // Longer than a scratch pad.
    driver
        .copy((to, 0), rect(100_000, 0, 100_000, 1), (to, 0), (0, 0))
        .unwrap();
    driver
        .copy((to, 0), rect(0, 0, 100_000, 1), (to, 0), (7, 0))
        .unwrap();
    let bytes = driver.read(to, 0).unwrap();
    assert_eq!(&bytes[100_004..100_007], b"abc");
    assert_eq!(&bytes[199_997..200_000], b"abc");
    // Buffers have no pixels, and images no bytes.
    let texture = CreateResourceArgs::texture(8, 8, XR24);
    let texture = driver.create_resource(texture).unwrap();
    assert_eq!(driver.clear(from, 0, rect(0, 0, 1, 1), 0), Err(INVALID));
    assert_eq!(
        driver.draw(from, 0, blend::REPLACE, &[corner(0, 0, 0); 3]),
        Err(INVALID)
    );
    assert_eq!(
        driver.copy((from, 0), rect(0, 0, 4, 1), (texture, 0), (0, 0)),
        Err(INVALID)
    );
    assert_eq!(
        driver.copy((texture, 0), rect(0, 0, 4, 1), (from, 0), (0, 0)),
        Err(INVALID)
    );
}

#[test]
fn formats_are_not_mixed() {
    let (driver, _) = driver();
    let [a, b] = [XR24, AR24].map(|format| {
        let args = CreateResourceArgs::texture(8, 8, format);
        driver.create_resource(args).unwrap()
    });
    assert_eq!(
        driver.copy((a, 0), rect(0, 0, 1, 1), (b, 0), (0, 0)),
        Err(INVALID)
    );
}

#[test]
fn a_triangle_and_a_quad_over_it() {
    let (mut driver, kernel) = driver();
    let chain = CreateResourceArgs::flip_chain(8, 8, XR24, 0, 2);
    let chain = driver.create_resource(chain).unwrap();
    driver.clear(chain, 1, rect(0, 0, 8, 8), 0).unwrap();
    let triangle = [
        corner(0, 0, 0xFF_0000),
        corner(128, 0, 0xFF_0000),
        corner(0, 128, 0xFF_0000),
    ];
    driver.draw(chain, 1, blend::REPLACE, &triangle).unwrap();
    let quad = [(32, 32), (96, 32), (96, 96), (32, 96)].map(|(x, y)| corner(x, y, 0x8000_00FF));
    driver.draw(chain, 1, blend::OVER, &quad).unwrap();
    let bytes = driver.read(chain, 1).unwrap();
    let at = |x, y| pixel(&bytes, 256, x, y);
    assert_eq!(at(0, 0), 0xFFFF_0000, "triangle");
    assert_eq!(at(7, 7), 0xFF00_0000, "neither");
    assert_eq!(at(2, 2), 0xFF7F_0080, "quad over triangle");
    assert_eq!(at(5, 5), 0xFF00_0080, "quad over nothing");
    // The other buffer is another one.
    assert!(driver.read(chain, 0).unwrap().iter().all(|&byte| byte == 0));
    assert_eq!(kernel.locks(), 0);
    for wrong in [0, 1, 2] {
        let corners = &triangle[..wrong];
        assert_eq!(driver.draw(chain, 0, blend::REPLACE, corners), Err(INVALID));
    }
    assert_eq!(driver.draw(chain, 0, 2, &triangle), Err(INVALID));
    assert_eq!(
        driver.draw(chain, 2, blend::REPLACE, &triangle),
        Err(INVALID)
    );
    assert_eq!(
        driver.draw(chain, 0, blend::REPLACE, &[corner(0, 0, 0); 5]),
        Err(INVALID)
    );
}

#[test]
fn numbers_that_name_nothing() {
    let (mut driver, _) = driver();
    let texture = CreateResourceArgs::texture(8, 8, XR24);
    let texture = driver.create_resource(texture).unwrap();
    driver.destroy_resource(texture).unwrap();
    let one = rect(0, 0, 1, 1);
    assert_eq!(driver.read(texture, 0), Err(INVALID));
    assert_eq!(driver.clear(texture, 0, one, 0), Err(INVALID));
    assert_eq!(
        driver.draw(texture, 0, 0, &[corner(0, 0, 0); 3]),
        Err(INVALID)
    );
    assert_eq!(driver.present(texture).map(|_| ()), Err(INVALID));
    let other = CreateResourceArgs::texture(8, 8, XR24);
    let other = driver.create_resource(other).unwrap();
    assert_ne!(
        other.driver(),
        texture.driver(),
        "no number comes again at once"
    );
    for (from, to) in [(texture, other), (other, texture), (texture, texture)] {
        assert_eq!(driver.copy((from, 0), one, (to, 0), (0, 0)), Err(INVALID));
    }
    for (from, to) in [(1, 0), (0, 1)] {
        assert_eq!(
            driver.copy((other, from), one, (other, to), (0, 0)),
            Err(INVALID)
        );
    }
    // A copy that failed has lost nothing.
    assert_eq!(driver.clear(other, 0, one, 0), Ok(()));
}

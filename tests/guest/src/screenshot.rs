// SPDX-License-Identifier: MIT OR Apache-2.0
//! What virtio-gpu shows, as it is seen from outside of the guest: the host takes a screenshot of the
//! machine and sends it by the virtio port `screen`.

use std::{
    fs::OpenOptions,
    io::{BufRead, BufReader, Read, Write},
};

const PORT: &str = "/dev/virtio-ports/screen";

/// A picture.
#[derive(PartialEq, Eq)]
pub struct Screenshot {
    /// Pixels in a row, and rows.
    pub size: (u32, u32),
    /// `0x00RRGGBB`, row by row.
    pub pixels: Vec<u32>,
}

/// Asks for one, as a portable pixmap (P6).
pub fn take() -> Screenshot {
    let port = OpenOptions::new().read(true).write(true).open(PORT);
    let mut port = port.unwrap_or_else(|error| panic!("{PORT}: {error}"));
    port.write_all(b"send\n").expect("a request");
    let mut answer = BufReader::new(port);
    let mut line = || {
        let mut line = String::new();
        answer.read_line(&mut line).expect("a line of the header");
        line.trim_end().to_owned()
    };
    assert_eq!(line(), "P6", "the host's answer");
    let size = line();
    assert_eq!(line(), "255");
    let size: Vec<u32> = size.split(' ').map(|n| n.parse().expect(&size)).collect();
    let &[width, height] = &size[..] else {
        panic!("a size: {size:?}");
    };
    let mut bytes = vec![0; width as usize * height as usize * 3];
    answer.read_exact(&mut bytes).expect("pixels");
    let pixel = |rgb: &[u8]| u32::from_be_bytes([0, rgb[0], rgb[1], rgb[2]]);
    Screenshot {
        size: (width, height),
        pixels: bytes.chunks_exact(3).map(pixel).collect(),
    }
}

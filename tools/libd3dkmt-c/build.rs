// SPDX-License-Identifier: MIT OR Apache-2.0
//! The library's SONAME: its name with the first number of its version.

fn main() {
    println!("cargo::rerun-if-changed=build.rs");
    println!(
        "cargo::rustc-cdylib-link-arg=-Wl,-soname,libd3dkmt.so.{}",
        env!("CARGO_PKG_VERSION_MAJOR")
    );
}

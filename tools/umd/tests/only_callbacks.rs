// SPDX-License-Identifier: MIT OR Apache-2.0
//! The driver has no way to the kernel but the callbacks: it depends on their declaration alone,
//! which depends on nothing, and has neither the standard library nor foreign functions.

use std::{
    fs,
    path::{Path, PathBuf},
};

fn tools() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// The lines of `[section]` in a manifest that name a dependency.
fn dependencies(manifest: &str, section: &str) -> Vec<String> {
    let text = fs::read_to_string(tools().join(manifest)).unwrap();
    let mut names = Vec::new();
    let mut inside = false;
    for line in text.lines() {
        if let Some(name) = line.strip_prefix('[') {
            inside = name.trim_end_matches(']') == section;
        } else if inside && !line.is_empty() && !line.starts_with('#') {
            names.push(line.split([' ', '.', '=']).next().unwrap().to_owned());
        }
    }
    names
}

fn sources(directory: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(directory).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else {
            found.push(path);
        }
    }
}

#[test]
fn the_driver_depends_on_the_callbacks_alone() {
    assert_eq!(dependencies("umd/Cargo.toml", "dependencies"), ["d3dddi"]);
    assert_eq!(dependencies("d3dddi/Cargo.toml", "dependencies"), [""; 0]);
    for manifest in ["umd/Cargo.toml", "d3dddi/Cargo.toml"] {
        assert_eq!(dependencies(manifest, "build-dependencies"), [""; 0]);
        let text = fs::read_to_string(tools().join(manifest)).unwrap();
        assert!(!text.contains("[target"), "{manifest}");
    }
}

#[test]
fn the_driver_has_no_standard_library() {
    let root = fs::read_to_string(tools().join("umd/src/lib.rs")).unwrap();
    assert!(root.lines().any(|line| line == "#![no_std]"));
    let mut found = Vec::new();
    sources(&tools().join("umd/src"), &mut found);
    assert!(found.len() > 8);
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        assert!(!text.contains("extern crate std"), "{}", path.display());
    }
}

#[test]
fn there_are_no_foreign_functions() {
    let mut found = Vec::new();
    for package in ["umd/src", "d3dddi/src"] {
        sources(&tools().join(package), &mut found);
    }
    for path in found {
        let text = fs::read_to_string(&path).unwrap();
        for way in [
            "asm!",
            "extern \"C\" {",
            "#[link",
            "std::fs",
            "std::os",
            "/dev/",
            "ioctl(",
        ] {
            assert!(!text.contains(way), "{}: {way}", path.display());
        }
    }
}

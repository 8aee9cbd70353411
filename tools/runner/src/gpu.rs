// SPDX-License-Identifier: MIT OR Apache-2.0
//! The GPUs that a guest can have, by the words of `tools/vm --gpu`.

/// What a suite's guest has if the suite does not say otherwise.
pub const USUAL: [&str; 2] = ["virtio", "vkms"];

/// The words, and QEMU's device for each that is not made of software alone.
const KNOWN: [(&str, Option<&str>); 7] = [
    (
        "virtio",
        Some("virtio-gpu-pci,max_outputs=1,max_hostmem=1G"),
    ),
    ("vkms", None),
    ("vgem", None),
    ("bochs", Some("bochs-display")),
    ("cirrus", Some("cirrus-vga")),
    ("qxl", Some("qxl")),
    ("vmwgfx", Some("vmware-svga")),
];

/// Whether there is such a GPU.
pub fn is_known(word: &str) -> bool {
    KNOWN.iter().any(|(known, _)| *known == word)
}

/// QEMU's devices for them.
pub fn devices(gpus: &[String]) -> Vec<&'static str> {
    let device = |gpu: &String| KNOWN.iter().find(|(known, _)| known == gpu)?.1;
    gpus.iter().filter_map(device).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_devices() {
        let gpus = ["vkms", "cirrus", "bochs"].map(str::to_owned);
        assert_eq!(devices(&gpus), ["cirrus-vga", "bochs-display"]);
        assert!(USUAL.into_iter().all(is_known));
        assert!(!is_known("none") && !is_known(""));
    }
}

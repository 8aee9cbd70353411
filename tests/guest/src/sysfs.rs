// SPDX-License-Identifier: MIT OR Apache-2.0
//! What Linux itself says about the DRM devices: the other source that answers are compared with.

use crate::calls::{
    close_adapter, luids, open_adapter, query_at, Answer, Gpu, Luid, DEVICE_REMOVED, SUCCESS,
};
use libd3dkmt::{sys, Dxg};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// The texts of ADAPTERREGISTRYINFO: adapter, driver with version, node, driver.
pub fn registry_texts(gpu: &Gpu) -> [String; 4] {
    registry_texts_if_present(gpu).expect("ADAPTERREGISTRYINFO")
}

/// The same, or the answer for an adapter that has gone.
fn registry_texts_if_present(gpu: &Gpu) -> Result<[String; 4], Answer> {
    let mut info = sys::D3DKMT_ADAPTERREGISTRYINFO {
        adapter_string: [0; 260],
        bios_string: [0; 260],
        dac_type: [0; 260],
        chip_type: [0; 260],
    };
    let answer = query_at(
        &gpu.dxg,
        gpu.adapter,
        sys::KMTQAITYPE_ADAPTERREGISTRYINFO,
        &raw mut info as u64,
        2080,
    );
    if answer == DEVICE_REMOVED {
        return Err(answer);
    }
    assert_eq!(answer, SUCCESS, "ADAPTERREGISTRYINFO");
    let texts = [
        info.adapter_string,
        info.bios_string,
        info.dac_type,
        info.chip_type,
    ];
    Ok(texts.map(|text| utf16(&text)))
}

/// The adapter of that driver, if it is there. Others may be going meanwhile.
pub fn find(driver: &str) -> Option<Luid> {
    luids().into_iter().find(|&luid| {
        let dxg = Dxg::open().expect("/dev/dxg");
        let (answer, adapter) = open_adapter(&dxg, luid);
        if answer != SUCCESS {
            return false;
        }
        let gpu = Gpu { dxg, adapter, luid };
        let texts = registry_texts_if_present(&gpu);
        // The test may keep the process alive, and with it every handle.
        assert_eq!(close_adapter(&gpu.dxg, adapter), SUCCESS);
        texts.is_ok_and(|[.., found]| found == driver)
    })
}

/// Text of a zero-terminated array; it must be terminated.
pub fn utf16(units: &[u16]) -> String {
    let end = units.iter().position(|&unit| unit == 0);
    let end = end.expect("a terminator");
    assert!(units[end..].iter().all(|&unit| unit == 0), "rest not zero");
    String::from_utf16(&units[..end]).expect("UTF-16")
}

/// The name of the adapter's DRM node, such as `card0`.
pub fn node_name(gpu: &Gpu) -> String {
    let [_, _, node, _] = registry_texts(gpu);
    node
}

/// The adapter's name in diagnostics.
pub fn adapter_name(gpu: &Gpu) -> String {
    let [name, ..] = registry_texts(gpu);
    name
}

/// The primary DRM nodes of the machine, sorted.
pub fn drm_nodes() -> Vec<String> {
    let entries = fs::read_dir("/sys/class/drm").expect("DRM in sysfs");
    let mut nodes: Vec<_> = entries
        .map(|entry| {
            let name = entry.expect("an entry").file_name();
            name.to_string_lossy().into_owned()
        })
        .filter(|name| name.starts_with("card") && !name.contains('-'))
        .collect();
    nodes.sort();
    nodes
}

/// Name of the DRM driver of a node, from DRM's own debugfs.
pub fn drm_driver(node: &str) -> String {
    let number = node.strip_prefix("card").expect("a primary node");
    let path = format!("/sys/kernel/debug/dri/{number}/name");
    let text = fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
    let name = text.split_whitespace().next().expect("a name");
    name.to_owned()
}

/// The PCI function of a node, if it has one: the device itself, or the one right above it.
pub fn pci_function(node: &str) -> Option<PathBuf> {
    let device = fs::canonicalize(format!("/sys/class/drm/{node}/device")).expect("a device");
    let parent = device.parent().map(Path::to_owned);
    [Some(device), parent].into_iter().flatten().find(|path| {
        fs::canonicalize(path.join("subsystem")).is_ok_and(|bus| bus.ends_with("bus/pci"))
    })
}

/// A hexadecimal attribute of a device.
pub fn attribute(device: &Path, name: &str) -> u32 {
    let text = fs::read_to_string(device.join(name)).expect("an attribute");
    u32::from_str_radix(text.trim().trim_start_matches("0x"), 16).expect("a number")
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Numbers for people: fdinfo of the node, and the tables in debugfs.

use dxg_guest_tests::{
    calls::*,
    child::{say, start_on, wait_for_parent},
    create::Create,
    harness,
    locked::write,
    memory::{Map, MIB},
    tests,
};
use libd3dkmt::sys::{
    D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL, D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::{
    collections::BTreeMap,
    fs,
    os::fd::{AsFd, AsRawFd},
    process,
    process::ExitCode,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            fdinfo_has_the_keys,
            fdinfo_counts_what_queries_count,
            fdinfo_has_a_number_for_each_process,
            the_table_of_adapters,
            the_table_of_processes,
        ],
        &[("use", use_memory)],
    )
}

/// The keys of fdinfo, with their values.
fn fdinfo(gpu: &Gpu) -> BTreeMap<String, String> {
    let path = format!("/proc/self/fdinfo/{}", gpu.dxg.as_fd().as_raw_fd());
    let text = fs::read_to_string(path).expect("fdinfo");
    let pairs = text.lines().filter_map(|line| line.split_once(':'));
    let trimmed = pairs.map(|(key, value)| (key.into(), value.trim().into()));
    trimmed.collect()
}

fn number(luid: Luid) -> u64 {
    (u64::from(luid.1) << 32) | u64::from(luid.0)
}

/// Bytes of a key about an adapter's region.
fn region(gpu: &Gpu, key: &str, region: &str) -> u64 {
    let name = format!("drm-{key}-{region}-{:x}", number(gpu.luid));
    let all = fdinfo(gpu);
    let value = all
        .get(&name)
        .unwrap_or_else(|| panic!("{name} in {all:?}"));
    let kib = value.strip_suffix(" KiB").expect("KiB");
    kib.parse::<u64>().expect("a number") << 10
}

fn fdinfo_has_the_keys() {
    on_each_device(|gpu, _| {
        let all = fdinfo(gpu);
        assert_eq!(all.get("drm-driver").map(String::as_str), Some("dxgkrnl"));
        let id = all.get("drm-client-id").expect("a number");
        assert_ne!(id.parse::<u64>().expect("a number"), 0);
        for name in ["local", "system"] {
            for key in ["total", "shared", "resident", "purgeable", "active"] {
                assert_eq!(region(gpu, key, name), 0, "{key} {name}");
            }
        }
    });
}

fn fdinfo_counts_what_queries_count() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4 * MIB).made(gpu);
        let memory = Map::new(16);
        Create::memory(device, &[(memory.address(), 65536)]).made(gpu);
        assert_eq!(region(gpu, "total", "local"), 4 * MIB);
        assert_eq!(region(gpu, "resident", "local"), 0);
        assert_eq!(region(gpu, "total", "system"), 65536);
        assert_eq!(region(gpu, "resident", "system"), 65536);
        write(gpu, device, create.allocation(0), 1);
        assert_eq!(region(gpu, "resident", "local"), 4 * MIB);
        assert_eq!(gpu.usage(LOCAL), 4 * MIB);
        assert_eq!(gpu.usage(NON_LOCAL), 65536);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        for (key, name) in [
            ("total", "local"),
            ("resident", "local"),
            ("total", "system"),
        ] {
            assert_eq!(region(gpu, key, name), 0, "{key} {name}");
        }
    });
}

fn fdinfo_has_a_number_for_each_process() {
    let id = |gpu: &Gpu| fdinfo(gpu)["drm-client-id"].clone();
    let (a, b) = (Gpu::first(), Gpu::first());
    // Two descriptors of one process are one client.
    assert_eq!(id(&a), id(&b));
    let mut child = start_on("use", a.luid, &[]);
    assert_ne!(child.line(), id(&a));
    child.succeed();
}

fn use_memory(arguments: &[String]) {
    let gpu = Gpu::open(dxg_guest_tests::child::adapter(arguments));
    let device = gpu.device();
    let buffer = Create::buffer(device, MIB).made(&gpu).allocation(0);
    write(&gpu, device, buffer, 1);
    say(&fdinfo(&gpu)["drm-client-id"]);
    wait_for_parent();
}

/// The rows of a table in debugfs, by the names in its first line.
fn table(name: &str) -> Vec<BTreeMap<String, String>> {
    let text = fs::read_to_string(format!("/sys/kernel/debug/dxgkrnl/{name}")).expect("a table");
    let mut lines = text.lines();
    let names: Vec<_> = lines.next().expect("names").split(' ').collect();
    let row = |line: &str| {
        let values: Vec<_> = line.split(' ').collect();
        assert_eq!(values.len(), names.len(), "{line}");
        let cells = names.iter().zip(&values);
        cells.map(|(n, v)| (n.to_string(), v.to_string())).collect()
    };
    lines.map(row).collect()
}

/// A number in the one row of a table that is about these.
fn cell(name: &str, of: &[(&str, &str)], column: &str) -> u64 {
    let rows = table(name);
    let is = |row: &&BTreeMap<String, String>| of.iter().all(|&(key, value)| row[key] == value);
    let found: Vec<_> = rows.iter().filter(is).collect();
    assert_eq!(found.len(), 1, "{of:?} in {rows:?}");
    found[0][column].parse().expect("a number")
}

fn the_table_of_adapters() {
    assert_eq!(table("adapters").len(), 2 * luids().len());
    on_each_device(|gpu, device| {
        let luid = format!("{:x}", number(gpu.luid));
        let at = |group, column| cell("adapters", &[("luid", &luid), ("group", group)], column);
        assert_eq!(at("local", "size"), 256 * MIB);
        assert_eq!(at("local", "commit_limit"), 256 * MIB);
        assert_eq!((at("local", "usage"), at("local", "committed")), (0, 0));
        let buffer = Create::buffer(device, 4 * MIB).made(gpu).allocation(0);
        assert_eq!(
            (at("local", "usage"), at("local", "committed")),
            (0, 4 * MIB)
        );
        write(gpu, device, buffer, 1);
        assert_eq!(at("local", "usage"), 4 * MIB);
    });
}

fn the_table_of_processes() {
    on_each_device(|gpu, _| {
        let luid = format!("{:x}", number(gpu.luid));
        let mut child = start_on("use", gpu.luid, &[]);
        child.line();
        let at = |pid: u32, column| {
            let of = [
                ("pid", &*pid.to_string()),
                ("luid", &luid),
                ("group", "local"),
            ];
            cell("processes", &of, column)
        };
        for column in ["total", "usage"] {
            assert_eq!(at(child.id(), column), MIB, "{column}");
            assert_eq!(at(process::id(), column), 0, "{column}");
        }
        for column in ["resident", "offered"] {
            assert_eq!(at(child.id(), column), 0, "{column}");
        }
        assert_eq!(at(child.id(), "budget"), 256 * MIB);
        assert_eq!(at(process::id(), "budget"), 255 * MIB);
        child.succeed();
        let of = |row: &BTreeMap<_, _>| row["luid"] == luid;
        assert_eq!(table("processes").iter().filter(|row| of(row)).count(), 2);
    });
}

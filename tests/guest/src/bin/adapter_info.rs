// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTQueryAdapterInfo: sizes, bad buffers, and contents, compared with what Linux says.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    harness,
    memory::{Map, PAGE},
    questions::{ask, filled, FILL, QUESTIONS},
    sysfs, tests,
};
use libd3dkmt::sys::bindings as c;
use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            every_question_has_its_size,
            longer_buffers_are_filled_in_part,
            half_mapped_and_read_only_buffers,
            too_long_buffers,
            questions_that_are_not_answered,
            no_adapter_to_ask,
            other_objects_cannot_be_asked,
            segment_sizes_are_those_of_the_machine,
            address_and_ids_are_those_of_the_bus,
            ids_of_another_physical_adapter,
            names_are_those_of_drm,
            versions_agree,
            kinds_of_adapters,
            numbers_that_are_always_the_same,
            render_twins_answer_the_same,
        ],
        &[],
    )
}

fn answer(gpu: &Gpu, question: u32, bytes: usize) -> Vec<u8> {
    let mut buffer = vec![0; bytes];
    assert_eq!(
        ask(gpu, question, &mut buffer),
        SUCCESS,
        "question {question}"
    );
    buffer
}

fn words(gpu: &Gpu, question: u32, bytes: usize) -> Vec<u32> {
    let word = |bytes: &[u8]| u32::from_le_bytes(bytes.try_into().expect("four"));
    answer(gpu, question, bytes).chunks(4).map(word).collect()
}

fn every_question_has_its_size() {
    on_each_adapter(|gpu| {
        gpu.unchanged(|| {
            for_each(QUESTIONS, |(question, bytes)| {
                let mut first = filled(question, bytes);
                assert_eq!(ask(gpu, question, &mut first), SUCCESS);
                // Every byte is an answer: none is left as it was before.
                let mut second = vec![0; bytes];
                assert_eq!(ask(gpu, question, &mut second), SUCCESS);
                assert_eq!(first, second);
            });
        });
    });
}

fn longer_buffers_are_filled_in_part() {
    on_each_adapter(|gpu| {
        for_each(QUESTIONS, |(question, bytes)| {
            let mut buffer = filled(question, bytes + 64);
            assert_eq!(ask(gpu, question, &mut buffer), SUCCESS);
            assert_eq!(buffer[bytes..], [FILL; 64]);
        });
    });
}

fn half_mapped_and_read_only_buffers() {
    let gpu = Gpu::first();
    let hole = Map::before_a_hole();
    let read_only = Map::new(2);
    read_only.read_only();
    gpu.unchanged(|| {
        for_each(QUESTIONS, |(question, bytes)| {
            let places = [
                hole.before_end_of_first_page((bytes / 2).min(PAGE)),
                read_only.address(),
            ];
            for address in places {
                let answer = query_at(&gpu.dxg, gpu.adapter, question, address, bytes as u32);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
    });
}

fn too_long_buffers() {
    let gpu = Gpu::first();
    let memory = Map::new(40);
    let most = c::D3DKMT_PRIVATE_DATA_MAX;
    let ask = |bytes| {
        let question = c::KMTQAITYPE_DRIVERVERSION;
        query_at(&gpu.dxg, gpu.adapter, question, memory.address(), bytes)
    };
    assert_eq!(ask(most), SUCCESS);
    assert_eq!(ask(most + 1), INVALID_PARAMETER);
    assert_eq!(ask(u32::MAX), INVALID_PARAMETER);
}

fn questions_that_are_not_answered() {
    let gpu = Gpu::first();
    let unknown = (0..256)
        .chain([0x1_0003, 0x8000_0003, u32::MAX])
        .filter(|&question| QUESTIONS.iter().all(|&(known, _)| known != question));
    gpu.unchanged(|| {
        for_each(unknown, |question| {
            let mut buffer = vec![FILL; 16384];
            assert_eq!(ask(&gpu, question, &mut buffer), INVALID_PARAMETER);
            assert!(buffer.iter().all(|&byte| byte == FILL));
        });
    });
}

fn no_adapter_to_ask() {
    let gpu = Gpu::first();
    let closed = gpu.next_handle();
    let mut buffer = [0_u8; 4];
    let address = buffer.as_mut_ptr() as u64;
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain([closed]), |handle| {
            let answer = query_at(&gpu.dxg, handle, c::KMTQAITYPE_DRIVERVERSION, address, 4);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn other_objects_cannot_be_asked() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let mut buffer = [0_u8; 4];
    let address = buffer.as_mut_ptr() as u64;
    gpu.unchanged(|| {
        for_each(
            [device, create.resource(), create.allocation(0)],
            |handle| {
                let answer = query_at(&gpu.dxg, handle, c::KMTQAITYPE_DRIVERVERSION, address, 4);
                assert_eq!(answer, INVALID_PARAMETER);
            },
        );
    });
}

/// Bytes of memory of the machine, as the kernel counts them.
fn total_memory() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").expect("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("MemTotal:"));
    let kib = line.expect("MemTotal").trim().trim_end_matches(" kB");
    kib.parse::<u64>().expect("a number") * 1024
}

fn segment_sizes_are_those_of_the_machine() {
    on_each_adapter(|gpu| {
        let blob = answer(gpu, c::KMTQAITYPE_GETSEGMENTSIZE, 24);
        let part = |i: usize| u64::from_le_bytes(blob[8 * i..8 * i + 8].try_into().expect("eight"));
        assert_eq!(part(0), 256 << 20, "the default of local_segment_mib");
        assert_eq!(part(1), 0, "no system memory of its own");
        assert_eq!(part(2), total_memory() / 2);
    });
}

fn address_and_ids_are_those_of_the_bus() {
    let mut on_pci = 0;
    for luid in luids() {
        let gpu = Gpu::open(luid);
        let address = words(&gpu, c::KMTQAITYPE_ADAPTERADDRESS, 12);
        let ids = words(&gpu, c::KMTQAITYPE_PHYSICALADAPTERDEVICEIDS, 28);
        let Some(function) = sysfs::pci_function(&sysfs::node_name(&gpu)) else {
            assert_eq!(address, [u32::MAX; 3]);
            assert_eq!(ids, [0; 7]);
            continue;
        };
        on_pci += 1;
        // As in 0000:00:02.0.
        let name = function.file_name().expect("a name").to_string_lossy();
        let numbers: Vec<_> = name
            .split([':', '.'])
            .map(|part| u32::from_str_radix(part, 16).expect("a number"))
            .collect();
        assert_eq!(address, numbers[1..]);
        let names = [
            "vendor",
            "device",
            "subsystem_vendor",
            "subsystem_device",
            "revision",
        ];
        let of_linux = names.map(|name| sysfs::attribute(&function, name));
        assert_eq!(ids[1..6], of_linux);
        assert_eq!((ids[0], ids[6]), (0, 1), "the first one, on PCI");
    }
    assert!(on_pci > 0, "virtio-gpu is on PCI");
}

fn ids_of_another_physical_adapter() {
    on_each_adapter(|gpu| {
        let question = c::KMTQAITYPE_PHYSICALADAPTERDEVICEIDS;
        for_each([1_u32, 2, u32::MAX], |index| {
            let mut buffer = vec![0; 28];
            buffer[..4].copy_from_slice(&index.to_le_bytes());
            let before = buffer.clone();
            assert_eq!(ask(gpu, question, &mut buffer), INVALID_PARAMETER);
            assert_eq!(buffer, before);
        });
    });
}

fn names_are_those_of_drm() {
    on_each_adapter(|gpu| {
        let [adapter, version, node, driver] = sysfs::registry_texts(gpu);
        assert_eq!(driver, sysfs::drm_driver(&node));
        assert_eq!(adapter, format!("{driver} ({node})"));
        assert!(version.starts_with(&format!("{driver} ")), "{version}");
        let blob = answer(gpu, c::KMTQAITYPE_DRIVER_DESCRIPTION, 8192);
        let units: Vec<_> = blob
            .chunks(2)
            .map(|unit| u16::from_le_bytes([unit[0], unit[1]]))
            .collect();
        assert_eq!(sysfs::utf16(&units), adapter);
    });
}

fn versions_agree() {
    on_each_adapter(|gpu| {
        let [_, text, _, driver] = sysfs::registry_texts(gpu);
        let blob = answer(gpu, c::KMTQAITYPE_UMD_DRIVER_VERSION, 8);
        let number = u64::from_le_bytes(blob.try_into().expect("eight"));
        let part = |i: u32| (number >> (16 * i)) & 0xffff;
        assert_eq!(part(0), 0);
        let version = format!("{driver} {}.{}.{}", part(3), part(2), part(1));
        assert_eq!(text, version);
    });
}

fn kinds_of_adapters() {
    on_each_adapter(|gpu| {
        let [.., driver] = sysfs::registry_texts(gpu);
        let kind = words(gpu, c::KMTQAITYPE_ADAPTERTYPE, 4)[0];
        let common =
            c::D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED | c::D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED;
        let expected = match driver.as_str() {
            "virtio_gpu" => common | c::D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED,
            "vkms" => common | c::D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE,
            _ => panic!("no expectation for {driver}"),
        };
        assert_eq!(kind, expected);
    });
}

fn numbers_that_are_always_the_same() {
    on_each_adapter(|gpu| {
        assert_eq!(words(gpu, c::KMTQAITYPE_DRIVERVERSION, 4), [2700]);
        assert_eq!(words(gpu, c::KMTQAITYPE_CHECKDRIVERUPDATESTATUS, 4), [0]);
        assert_eq!(words(gpu, c::KMTQAITYPE_PHYSICALADAPTERCOUNT, 4), [1]);
        assert_eq!(words(gpu, c::KMTQAITYPE_WDDM_1_2_CAPS, 12), [0; 3]);
        assert_eq!(
            words(gpu, c::KMTQAITYPE_WDDM_2_0_CAPS, 4),
            [c::D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED
                | c::D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL]
        );
        // Read-only and coherent memory, 48 bits.
        assert_eq!(words(gpu, c::KMTQAITYPE_QUERY_GPUMMU_CAPS, 12), [0, 5, 48]);
        assert_eq!(words(gpu, c::KMTQAITYPE_WDDM_2_7_CAPS, 4), [0]);
    });
}

fn render_twins_answer_the_same() {
    let twins = [
        (c::KMTQAITYPE_ADAPTERREGISTRYINFO, 54, 2080),
        (c::KMTQAITYPE_DRIVERVERSION, 56, 4),
        (c::KMTQAITYPE_ADAPTERTYPE, 57, 4),
        (c::KMTQAITYPE_WDDM_1_2_CAPS, 58, 12),
        (c::KMTQAITYPE_DRIVER_DESCRIPTION, 66, 8192),
    ];
    on_each_adapter(|gpu| {
        for_each(twins, |(question, twin, bytes)| {
            assert_eq!(answer(gpu, question, bytes), answer(gpu, twin, bytes));
        });
    });
}

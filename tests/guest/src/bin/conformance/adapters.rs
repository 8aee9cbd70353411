// SPDX-License-Identifier: MIT OR Apache-2.0
//! Adapters: listing, opening, asking, closing.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    device::Device,
    memory::{Map, BAD_ADDRESSES},
    questions::{ask, filled, QUESTIONS},
};
use libd3dkmt::{
    sys::{self, request},
    Dxg,
};

pub const CASES: &[Case] = &[
    case!(
        case_001_no_argument,
        "EnumAdapters2, no argument",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_002_no_array,
        "EnumAdapters2, no array",
        C,
        "SUCCESS; the most adapters that there can be (32 or 34)",
        "SUCCESS; the number of adapters that are there",
        "WSL's driver counts (case 16); who calls twice is served by both",
    ),
    case!(
        case_003_no_room,
        "EnumAdapters2, an array with room for none",
        C,
        "BUFFER_TOO_SMALL; no handle is left",
    ),
    case!(
        case_004_room_for_all,
        "EnumAdapters2, room for all of them or more",
        C,
        "SUCCESS; as many as there are, each with a LUID and a handle of its own",
    ),
    case!(
        case_005_no_array_opens_nothing,
        "EnumAdapters2, no array, as one half of its page has it",
        C,
        "SUCCESS and not INVALID_PARAMETER; nothing is opened",
    ),
    case!(
        case_006_each_listed_handle_is_closed,
        "CloseAdapter of each handle of case 4",
        C,
        "SUCCESS; the handle names nothing any more",
    ),
    case!(
        case_007_close_of_no_adapter,
        "CloseAdapter, no argument, or handle 0",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_008_close_of_what_is_no_adapter,
        "CloseAdapter of garbage, of a handle that was closed, of other objects",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_009_open_by_luid,
        "OpenAdapterFromLuid, an adapter's LUID",
        C,
        "SUCCESS; each opening has its handle, and is closed for itself",
    ),
    case!(
        case_010_open_by_unknown_luids,
        "OpenAdapterFromLuid, a LUID of no adapter",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_013_no_buffer_or_one_byte_short,
        "QueryAdapterInfo, no buffer, or one byte short of the answer",
        C,
        "INVALID_PARAMETER; the buffer is as it was",
    ),
    case!(
        case_014_a_device_that_returns,
        "a LUID from before the device was taken away and came back",
        C,
        "it names nothing; the adapter has another one",
    ),
    case!(
        case_015_more_than_64_elements,
        "EnumAdapters2, room for more than 64",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_016_no_array_counts,
        "EnumAdapters2, no array, on /dev/dxg",
        L,
        "SUCCESS; the number of adapters that are there, whatever it was before",
    ),
    case!(
        case_017_one_element_short,
        "EnumAdapters2, room for all but one",
        L,
        "BUFFER_TOO_SMALL; nothing is opened",
    ),
];

/// D3DKMTEnumAdapters2 without an array: the answer, and the count.
fn count_adapters(dxg: &Dxg, room: u32) -> (Answer, u32) {
    let mut args = sys::D3DKMT_ENUMADAPTERS2 {
        num_adapters: room,
        ..Default::default()
    };
    // SAFETY: There is no array.
    let answer = unsafe { sys::D3DKMTEnumAdapters2(dxg, &mut args) };
    (answer, args.num_adapters)
}

fn case_001_no_argument() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::ENUMADAPTERS2, 0);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_002_no_array() {
    let gpu = Gpu::first();
    let present = luids().len() as u32;
    gpu.unchanged(|| assert_eq!(count_adapters(&gpu.dxg, 0), (SUCCESS, present)));
}

fn case_003_no_room() {
    let gpu = Gpu::first();
    let memory = Map::new(1);
    gpu.unchanged(|| {
        let mut args = sys::D3DKMT_ENUMADAPTERS2 {
            adapters: memory.address(),
            ..Default::default()
        };
        // SAFETY: The array has room for more.
        let answer = unsafe { sys::D3DKMTEnumAdapters2(&gpu.dxg, &mut args) };
        assert_eq!(answer, BUFFER_TOO_SMALL);
    });
}

fn case_004_room_for_all() {
    let dxg = Dxg::open().expect("/dev/dxg");
    let (_, present) = count_adapters(&dxg, 0);
    let before = counters();
    for_each([present, present + 1, 64], |room| {
        let (answer, infos) = enumerate2(&dxg, room as usize);
        assert_eq!((answer, infos.len()), (SUCCESS, present as usize));
        let opens = counters().since(&before, "adapter_opens");
        assert_eq!(opens, i64::from(present));
        for pair in infos.windows(2) {
            let [first, second] = [0, 1].map(|i| pair[i].adapter_handle.v);
            assert_eq!(second, first + HANDLE_STEP);
        }
        for info in &infos {
            assert!(info.num_sources > 0, "a device with mode setting");
            assert_ne!((info.adapter_luid.a, info.adapter_luid.b), (0, 0));
            assert_eq!(close_adapter(&dxg, info.adapter_handle.v), SUCCESS);
        }
    });
}

fn case_005_no_array_opens_nothing() {
    let gpu = Gpu::first();
    let before = counters();
    gpu.unchanged(|| assert_eq!(count_adapters(&gpu.dxg, 64).0, SUCCESS));
    assert_eq!(counters().since(&before, "adapter_opens"), 0);
}

fn case_006_each_listed_handle_is_closed() {
    let gpu = Gpu::first();
    let before = counters();
    let (answer, infos) = enumerate2(&gpu.dxg, 64);
    assert_eq!(answer, SUCCESS);
    for info in &infos {
        assert_eq!(close_adapter(&gpu.dxg, info.adapter_handle.v), SUCCESS);
    }
    before.assert_restored();
    gpu.unchanged(|| {
        for info in &infos {
            let again = close_adapter(&gpu.dxg, info.adapter_handle.v);
            assert_eq!(again, INVALID_PARAMETER);
            let created = create_device(&gpu.dxg, info.adapter_handle.v).0;
            assert_eq!(created, INVALID_PARAMETER);
        }
    });
}

fn case_007_close_of_no_adapter() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        assert_eq!(close_adapter(&gpu.dxg, 0), INVALID_PARAMETER);
        let answer = call_at(&gpu.dxg, request::CLOSEADAPTER, 0);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_008_close_of_what_is_no_adapter() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let others = [
        gpu.next_handle(),
        device,
        create.resource(),
        create.allocation(0),
    ];
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain(others), |handle| {
            assert_eq!(close_adapter(&gpu.dxg, handle), INVALID_PARAMETER);
        });
    });
    // All of them are still there.
    gpu.lock(device, create.allocation(0));
    gpu.unlock(device, create.allocation(0));
}

fn case_009_open_by_luid() {
    on_each_adapter(|gpu| {
        let before = counters();
        let handles: Vec<_> = (0..3)
            .map(|_| {
                let (answer, handle) = open_adapter(&gpu.dxg, gpu.luid);
                assert_eq!(answer, SUCCESS);
                handle
            })
            .collect();
        assert_eq!(counters().since(&before, "adapter_opens"), 3);
        assert_eq!(handles[1], handles[0] + HANDLE_STEP);
        assert_eq!(handles[2], handles[1] + HANDLE_STEP);
        // Each is to be closed for itself.
        for handle in handles {
            assert_eq!(close_adapter(&gpu.dxg, handle), SUCCESS);
        }
        before.assert_restored();
    });
}

fn case_010_open_by_unknown_luids() {
    let gpu = Gpu::first();
    let Luid(low, high) = gpu.luid;
    gpu.unchanged(|| {
        for_each(
            [
                Luid(0, 0),
                Luid(1, 0),
                Luid(u32::MAX, u32::MAX),
                Luid(low, high ^ 0x8000_0000),
                Luid(low ^ 0x8000_0000, high),
                Luid(high, low),
            ],
            |luid| assert_eq!(open_adapter(&gpu.dxg, luid).0, INVALID_PARAMETER),
        );
    });
}

fn case_013_no_buffer_or_one_byte_short() {
    on_each_adapter(|gpu| {
        gpu.unchanged(|| {
            for_each(QUESTIONS, |(question, bytes)| {
                for short in [1, bytes - 1] {
                    let mut buffer = filled(question, short);
                    let before = buffer.clone();
                    let answer = ask(gpu, question, &mut buffer);
                    assert_eq!(answer, INVALID_PARAMETER, "{short} bytes");
                    assert_eq!(buffer, before);
                }
                for (name, address) in BAD_ADDRESSES {
                    let answer = query_at(&gpu.dxg, gpu.adapter, question, address, bytes as u32);
                    assert_eq!(answer, INVALID_PARAMETER, "{name}");
                }
                let mut buffer = filled(question, bytes);
                let address = buffer.as_mut_ptr() as u64;
                let answer = query_at(&gpu.dxg, gpu.adapter, question, address, 0);
                assert_eq!(answer, INVALID_PARAMETER, "no bytes");
                assert_eq!(buffer, filled(question, bytes));
            });
        });
    });
}

fn case_014_a_device_that_returns() {
    let mut device = Device::find();
    let old = device.luid;
    device.remove();
    let new = device.restore();
    assert_ne!(new, old);
    assert!(!luids().contains(&old));
    let gpu = Gpu::open(new);
    gpu.unchanged(|| assert_eq!(open_adapter(&gpu.dxg, old).0, INVALID_PARAMETER));
    // The new one is good for everything.
    let on = gpu.device();
    let create = Create::buffers(on, 3).in_resource().made(&gpu);
    gpu.lock(on, create.allocation(2));
    gpu.unlock(on, create.allocation(2));
}

fn case_015_more_than_64_elements() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each([65, 66, 1000], |room| {
            assert_eq!(enumerate2(&gpu.dxg, room).0, INVALID_PARAMETER);
        });
    });
}

fn case_016_no_array_counts() {
    let gpu = Gpu::first();
    let present = luids().len() as u32;
    gpu.unchanged(|| {
        for_each([0, 1, 64, 65, u32::MAX], |room| {
            assert_eq!(count_adapters(&gpu.dxg, room), (SUCCESS, present));
        });
    });
}

fn case_017_one_element_short() {
    let gpu = Gpu::first();
    let (_, present) = count_adapters(&gpu.dxg, 0);
    assert!(present > 1, "both standard adapters");
    gpu.unchanged(|| {
        let (answer, infos) = enumerate2(&gpu.dxg, present as usize - 1);
        assert_eq!(answer, BUFFER_TOO_SMALL);
        assert!(infos.iter().all(|info| info.adapter_handle.v == 0));
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! QueryStatistics: the numbers of the other calls once more, in the WDK's structures.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    fence::PagingQueue,
    harness,
    locked::write,
    memory::{Map, MIB, PAGE},
    paging::*,
    tests,
};
use libd3dkmt::{
    sys::{
        self, request, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
        D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
    },
    Dxg,
};
use std::{process::ExitCode, ptr};

fn main() -> ExitCode {
    harness::run(
        tests![
            of_an_adapter,
            of_segments,
            of_the_process,
            of_segment_groups,
            of_display_pipes,
            other_processes_count_in_segments,
            what_is_not_told,
            the_adapter_need_not_be_open,
            only_the_result_is_written,
            a_result_that_cannot_be_written,
        ],
        &[("touch", touch)],
    )
}

const ADAPTER: u32 = sys::D3DKMT_QUERYSTATISTICS_ADAPTER;
const PROCESS: u32 = sys::D3DKMT_QUERYSTATISTICS_PROCESS;
const PROCESS_ADAPTER: u32 = sys::D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER;
const SEGMENT: u32 = sys::D3DKMT_QUERYSTATISTICS_SEGMENT;
const PROCESS_SEGMENT: u32 = sys::D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT;
const NODE: u32 = sys::D3DKMT_QUERYSTATISTICS_NODE;
const PROCESS_NODE: u32 = sys::D3DKMT_QUERYSTATISTICS_PROCESS_NODE;
const PIPE: u32 = sys::D3DKMT_QUERYSTATISTICS_VIDPNSOURCE;
const PROCESS_PIPE: u32 = sys::D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE;
const PROCESS_GROUP: u32 = sys::D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP;
const PHYSICAL: u32 = sys::D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER;

type Args = sys::D3DKMT_QUERYSTATISTICS;

/// A good argument, whose result must be overwritten.
fn question(luid: Luid, kind: u32, query: u32) -> Args {
    let mut args = Args {
        type_: kind,
        query,
        ..Default::default()
    };
    (args.adapter_luid.a, args.adapter_luid.b) = (luid.0, luid.1);
    args.result.size = [0xa5; 776];
    args
}

fn ask(dxg: &Dxg, args: &mut Args) -> Answer {
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTQueryStatistics(dxg, args) }
}

/// The result of a call that has to succeed. Behind it there are zeros.
fn told<T>(gpu: &Gpu, kind: u32, query: u32) -> T {
    let mut args = question(gpu.luid, kind, query);
    assert_eq!(ask(&gpu.dxg, &mut args), SUCCESS);
    let rest = &args.result.size[size_of::<T>()..];
    assert!(rest.iter().all(|&byte| byte == 0));
    // SAFETY: The result is larger, and the structures are numbers.
    unsafe { ptr::read_unaligned(args.result.size.as_ptr().cast()) }
}

/// The result of a call that has to fail.
fn refusal(gpu: &Gpu, kind: u32, query: u32) -> Answer {
    ask(&gpu.dxg, &mut question(gpu.luid, kind, query))
}

fn sizes(gpu: &Gpu) -> [u64; 2] {
    let mut sizes = sys::D3DKMT_SEGMENTSIZEINFO::default();
    let question = sys::KMTQAITYPE_GETSEGMENTSIZE;
    let address = &raw mut sizes as u64;
    let answer = query_at(&gpu.dxg, gpu.adapter, question, address, 24);
    assert_eq!(answer, SUCCESS);
    [
        sizes.dedicated_video_memory_size,
        sizes.shared_system_memory_size,
    ]
}

fn pipes(gpu: &Gpu) -> u32 {
    let (answer, infos) = enumerate2(&gpu.dxg, 64);
    assert_eq!(answer, SUCCESS);
    let luid = |info: &sys::D3DKMT_ADAPTERINFO| Luid(info.adapter_luid.a, info.adapter_luid.b);
    for info in &infos {
        assert_eq!(close_adapter(&gpu.dxg, info.adapter_handle.v), SUCCESS);
    }
    let mine = infos.iter().find(|info| luid(info) == gpu.luid);
    mine.expect("the adapter").num_sources
}

/// Memory of both groups: a MiB of the segment, two pages of the process.
fn furnished(gpu: &Gpu, device: u32, memory: &Map) -> u32 {
    let allocation = Create::buffer(device, MIB).made(gpu).allocation(0);
    write(gpu, device, allocation, 1);
    Create::heap(device, memory.address(), 2 * PAGE as u64).made(gpu);
    allocation
}

const USED: [u64; 2] = [MIB, 2 * PAGE as u64];

fn of_an_adapter() {
    on_each_adapter(|gpu| {
        type Info = sys::D3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION;
        assert_eq!(size_of::<Info>(), 776);
        let info: Info = told(gpu, ADAPTER, 0);
        assert_eq!((info.segment_count, info.node_count), (2, 0));
        assert_eq!(info.vid_pn_source_count, pipes(gpu));
        assert_eq!(info.flags, 2, "two groups");
        assert_eq!(info.counters, [0; 84]);
    });
}

fn of_segments() {
    on_each_device(|gpu, device| {
        type Info = sys::D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION;
        assert_eq!(size_of::<Info>(), 152);
        let memory = Map::new(2);
        for used in [[0, 0], USED] {
            if used != [0, 0] {
                furnished(gpu, device, &memory);
            }
            for (segment, (size, used)) in (0..).zip(sizes(gpu).into_iter().zip(used)) {
                let info: Info = told(gpu, SEGMENT, segment);
                assert_eq!(info.commit_limit, size);
                assert_eq!((info.bytes_committed, info.bytes_resident), (used, used));
                assert_eq!(info.aperture, segment);
            }
        }
        assert_eq!([gpu.usage(LOCAL), gpu.usage(NON_LOCAL)], USED);
    });
}

fn of_the_process() {
    on_each_device(|gpu, device| {
        type Info = sys::D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION;
        type OnAdapter = sys::D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION;
        type OnSegment = sys::D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION;
        let sizes = [
            size_of::<Info>(),
            size_of::<OnAdapter>(),
            size_of::<OnSegment>(),
        ];
        assert_eq!(sizes, [144, 256, 216]);
        let memory = Map::new(2);
        furnished(gpu, device, &memory);
        let info: Info = told(gpu, PROCESS, 0);
        assert_eq!((info.node_count, info.vid_pn_source_count), (0, pipes(gpu)));
        assert_eq!(info.system_memory.bytes_allocated, USED[1]);
        let info: OnAdapter = told(gpu, PROCESS_ADAPTER, 0);
        assert_eq!((info.segment_count, info.node_count), (2, 0));
        assert_eq!(info.vid_pn_source_count, pipes(gpu));
        for (segment, used) in (0..).zip(USED) {
            let info: OnSegment = told(gpu, PROCESS_SEGMENT, segment);
            assert_eq!(info.bytes_committed, used);
        }
    });
}

fn of_segment_groups() {
    on_each_device(|gpu, device| {
        type Info = sys::D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION;
        let memory = Map::new(2);
        let allocation = furnished(gpu, device, &memory);
        let queue = PagingQueue::new(gpu, device);
        let check = |requested| {
            for (group, used) in (0..).zip(USED) {
                let info: Info = told(gpu, PROCESS_GROUP, group);
                let mut args = video_memory_question(gpu.adapter, group);
                assert_eq!(query_video_memory(&gpu.dxg, &mut args), SUCCESS);
                assert_eq!(info.budget, args.budget);
                assert_eq!((info.usage, args.current_usage), (used, used));
                assert_eq!(info.requested, if group == LOCAL { requested } else { 0 });
                assert_eq!(info.demoted, [0; 5]);
            }
        };
        check(0);
        resident(gpu, device, &queue, &[allocation; 2]);
        check(MIB);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), SUCCESS);
        check(MIB);
    });
}

fn of_display_pipes() {
    on_each_adapter(|gpu| {
        let count = pipes(gpu);
        for kind in [PIPE, PROCESS_PIPE] {
            for pipe in 0..count {
                told::<[u8; 0]>(gpu, kind, pipe);
            }
            assert_eq!(refusal(gpu, kind, count), INVALID_PARAMETER);
            assert_eq!(refusal(gpu, kind, u32::MAX), INVALID_PARAMETER);
        }
    });
}

/// In a child: uses memory on the first adapter, and waits.
fn touch(_: &[String]) {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(2);
    furnished(&gpu, device, &memory);
    child::say("touched");
    child::wait_for_parent();
}

fn other_processes_count_in_segments() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(2);
    furnished(&gpu, device, &memory);
    let mut child = Child::start(child::command("touch", &[]));
    assert_eq!(child.line(), "touched");
    for (segment, used) in (0..).zip(USED) {
        let all: sys::D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION = told(&gpu, SEGMENT, segment);
        assert_eq!(all.bytes_resident, 2 * used);
        let mine: sys::D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION =
            told(&gpu, PROCESS_SEGMENT, segment);
        assert_eq!(mine.bytes_committed, used);
    }
    child.succeed();
}

fn what_is_not_told() {
    let gpu = Gpu::first();
    for_each(
        [NODE, PROCESS_NODE, 11, 12, 15, 0x8000_0000, u32::MAX],
        |kind| {
            assert_eq!(refusal(&gpu, kind, 0), INVALID_PARAMETER);
        },
    );
    for_each([0, 1], |query| {
        assert_eq!(refusal(&gpu, PHYSICAL, query), NOT_SUPPORTED)
    });
    for_each([SEGMENT, PROCESS_SEGMENT, PROCESS_GROUP], |kind| {
        for_each([2, 3, u32::MAX], |query| {
            assert_eq!(refusal(&gpu, kind, query), INVALID_PARAMETER);
        });
    });
    for_each([1, u64::from(std::process::id()), u64::MAX], |process| {
        let mut args = question(gpu.luid, ADAPTER, 0);
        args.process = process;
        assert_eq!(ask(&gpu.dxg, &mut args), INVALID_PARAMETER);
    });
    for_each(
        [
            Luid(0, 0),
            Luid(gpu.luid.0 ^ 1, gpu.luid.1),
            Luid(u32::MAX, u32::MAX),
        ],
        |luid| {
            let mut args = question(luid, ADAPTER, 0);
            assert_eq!(ask(&gpu.dxg, &mut args), INVALID_PARAMETER);
            assert_eq!(args.result.size, [0xa5; 776], "nothing was written");
        },
    );
    let answer = call_at(&gpu.dxg, request::QUERYSTATISTICS, 0);
    assert_eq!(answer, INVALID_PARAMETER);
}

fn the_adapter_need_not_be_open() {
    for_each(luids(), |luid| {
        let dxg = Dxg::open().expect("/dev/dxg");
        for kind in [
            ADAPTER,
            PROCESS,
            PROCESS_ADAPTER,
            SEGMENT,
            PROCESS_SEGMENT,
            PROCESS_GROUP,
        ] {
            assert_eq!(ask(&dxg, &mut question(luid, kind, 0)), SUCCESS);
        }
    });
}

fn only_the_result_is_written() {
    let gpu = Gpu::first();
    let mut args = question(gpu.luid, SEGMENT, 1);
    args.pad1 = 0x1234_5678;
    assert_eq!(ask(&gpu.dxg, &mut args), SUCCESS);
    let expected = question(gpu.luid, SEGMENT, 1);
    assert_eq!((args.type_, args.process, args.query), (SEGMENT, 0, 1));
    assert_eq!(args.adapter_luid.a, expected.adapter_luid.a);
    assert_eq!(args.adapter_luid.b, expected.adapter_luid.b);
    assert_eq!(args.pad1, 0x1234_5678);
}

fn a_result_that_cannot_be_written() {
    let gpu = Gpu::first();
    let memory = Map::new(1);
    memory.put(0, question(gpu.luid, ADAPTER, 0));
    memory.read_only();
    let answer = call_at(&gpu.dxg, request::QUERYSTATISTICS, memory.address());
    assert_eq!(answer, INVALID_PARAMETER);
    let hole = Map::before_a_hole();
    let address = hole.before_end_of_first_page(807);
    // SAFETY: All but its last byte is there, which is padding that is not written.
    unsafe {
        let question = question(gpu.luid, ADAPTER, 0);
        ptr::copy_nonoverlapping((&raw const question).cast::<u8>(), address as *mut u8, 807);
    }
    let answer = call_at(&gpu.dxg, request::QUERYSTATISTICS, address);
    assert_eq!(answer, INVALID_PARAMETER);
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTSubmitCommand. What becomes of packets is in `packets`, and more in the suite `submission`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    card::Card,
    create::{surface, Create, XR24},
    dma_buf::export,
    memory::{Map, PAGE, UNMAPPED},
};
use dxg_present::{Display, Layout};
use libd3dkmt::sys::{gem::DXGKRNL_GEM_USAGE_DISPLAYABLE, NtStatus};
use std::{
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    thread,
    time::Duration,
};

pub const CASES: &[Case] = &[
    case!(
        case_490_submit,
        "SubmitCommand of a command buffer",
        C,
        "SUCCESS at once; it comes behind what the context has",
    ),
    case!(
        case_491_without_a_context,
        "SubmitCommand, BroadcastContextCount 0",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_493_several_contexts,
        "SubmitCommand on several contexts",
        C,
        "SUCCESS; the commands run once on each",
    ),
    case!(
        case_494_two_devices,
        "SubmitCommand on contexts of two devices",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_495_twice,
        "SubmitCommand, the same context twice",
        I,
        "SUCCESS; the commands run twice",
    ),
    case!(
        case_496_first_context,
        "SubmitCommand, the first handle is no context",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_497_later_context,
        "SubmitCommand, a later handle is no context",
        I,
        "INVALID_PARAMETER; nothing runs anywhere",
    ),
    case!(
        case_498_empty,
        "SubmitCommand, CommandLength 0",
        I,
        "SUCCESS; the packet ends in its order",
    ),
    case!(
        case_498a_no_address,
        "SubmitCommand, Commands 0 with a length, even with NullRendering",
        I,
        "INVALID_USER_BUFFER",
    ),
    case!(
        case_499_not_mapped,
        "SubmitCommand of commands that are not mapped",
        I,
        "SUCCESS; a page fault when they run",
    ),
    case!(
        case_501_large_private_data,
        "SubmitCommand, private data of more than 128 KiB",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_502_private_data_is_read,
        "SubmitCommand, private data",
        C,
        "it is read, and not written",
    ),
    case!(
        case_503_private_data_is_copied,
        "SubmitCommand, private data that changes afterwards",
        C,
        "the packet has what was there",
    ),
    case!(
        case_504_primaries,
        "SubmitCommand, NumPrimaries above 16",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_505_what_is_no_primary,
        "SubmitCommand, WrittenPrimaries of no allocation; of one that is no primary",
        I,
        "INVALID_PARAMETER; SUCCESS",
    ),
    case!(
        case_506_flips_of_primaries,
        "SubmitCommand, a flip of a written primary",
        C,
        "it waits for the packet",
        "it waits for the packet, 5 s at most",
        "who waits for a dma_fence must not have to wait for a user",
    ),
    case!(
        case_507_null_rendering,
        "SubmitCommand, NullRendering",
        C,
        "SUCCESS; the packet ends, and is not executed",
    ),
    case!(
        case_508_redirected_present,
        "SubmitCommand, PresentRedirected, with a token and history buffers",
        C,
        "SUCCESS; the token goes to the compositor",
        "SUCCESS; it changes nothing, and nobody looks at the buffers",
        "there is no compositor",
    ),
    case!(
        case_509_history_buffers,
        "SubmitCommand, NumHistoryBuffers above 1024",
        L,
        "INVALID_PARAMETER",
    ),
];

/// What a changed submission of `add` on the engine's context is answered.
pub(super) fn submit_add(
    engine: &Engine<'_>,
    change: impl FnOnce(&mut sys::D3DKMT_SUBMITCOMMAND),
) -> Answer {
    let (address, bytes) = engine.commands.put(0, &add(engine));
    let mut args = to_submit(&[engine.context], address, bytes);
    change(&mut args);
    submit_with(&engine.gpu.dxg, &mut args)
}

/// The same on contexts.
fn submit_on(engine: &Engine<'_>, contexts: &[u32]) -> Answer {
    let (address, bytes) = engine.commands.put(0, &add(engine));
    submit_with(&engine.gpu.dxg, &mut to_submit(contexts, address, bytes))
}

/// It is refused, and nothing is executed.
fn not_taken(engine: &Engine<'_>, call: impl FnOnce() -> Answer) {
    refused(engine, INVALID_PARAMETER, call);
    engine.finish();
    assert_eq!(sum(engine), 0);
}

fn case_490_submit() {
    on_each_engine(|engine| {
        let gate = engine.hold(engine.context);
        engine.memory.store(0, 5);
        engine.start(&Commands::new().write64(engine.memory.address, 7));
        engine.start_on(engine.context, 512, &add(engine));
        assert_eq!(sum(engine), 5);
        engine.release(gate);
        engine.finish();
        assert_eq!(sum(engine), 8);
    });
}

fn case_491_without_a_context() {
    on_each_engine(|engine| not_taken(engine, || submit_on(engine, &[])));
}

fn case_493_several_contexts() {
    on_each_engine(|engine| {
        let contexts = NODES.map(|node| engine.context(node));
        assert_eq!(submit_on(engine, &contexts), SUCCESS);
        contexts
            .iter()
            .for_each(|&context| engine.finish_on(context));
        assert_eq!(sum(engine), 3);
    });
}

fn case_494_two_devices() {
    on_each_engine(|engine| {
        let other = context_with(engine.gpu, engine.gpu.device(), THREE_D, 0);
        not_taken(engine, || submit_on(engine, &[engine.context, other]));
    });
}

fn case_495_twice() {
    on_each_engine(|engine| {
        assert_eq!(submit_on(engine, &[engine.context; 2]), SUCCESS);
        engine.finish();
        assert_eq!(sum(engine), 2);
    });
}

fn case_496_first_context() {
    on_each_engine(|engine| {
        for none in [0, engine.device] {
            not_taken(engine, || submit_on(engine, &[none, engine.context]));
        }
    });
}

fn case_497_later_context() {
    on_each_engine(|engine| {
        for none in [0, engine.device] {
            not_taken(engine, || submit_on(engine, &[engine.context, none]));
        }
    });
}

fn case_498_empty() {
    on_each_engine(|engine| {
        let (gate, told) = (engine.hold(engine.context), engine.fence());
        assert_eq!(submit(&engine.gpu.dxg, engine.context, 0, 0), SUCCESS);
        engine.signal(engine.context, told, 1);
        assert!(is_held(engine, told));
        engine.release(gate);
        engine.wait_for(told, 1);
    });
}

fn case_498a_no_address() {
    on_each_engine(|engine| {
        for flags in [0, c::D3DKMT_SUBMITCOMMAND_NULL_RENDERING] {
            refused(engine, Ok(NtStatus(0xc000_00e8)), || {
                submit_add(engine, |args| {
                    (args.command_buffer, args.flags.value) = (0, flags);
                })
            });
        }
    });
}

fn case_499_not_mapped() {
    on_each_engine(|engine| {
        assert_eq!(submit(&engine.gpu.dxg, engine.context, FAR, 64), SUCCESS);
        engine.wait_for_error();
        assert_eq!(engine.state(), PAGE_FAULT);
        assert_eq!(page_fault(engine.gpu, engine.device).0, FAR);
    });
}

fn case_501_large_private_data() {
    on_each_engine(|engine| {
        let most = c::D3DKMT_PRIVATE_DATA_MAX;
        let data = Map::new(most as usize / PAGE + 1);
        not_taken(engine, || {
            submit_add(engine, |args| {
                (args.priv_drv_data, args.priv_drv_data_size) = (data.address(), most + 1);
            })
        });
    });
}

/// Submits private data, which the engine does not take, behind a gate.
pub(super) fn submit_data(engine: &Engine<'_>, data: &Map) -> GpuFence {
    let gate = engine.hold(engine.context);
    let answer = submit_add(engine, |args| {
        (args.priv_drv_data, args.priv_drv_data_size) = (data.address(), 16);
    });
    assert_eq!(answer, SUCCESS);
    gate
}

fn case_502_private_data_is_read() {
    on_each_engine(|engine| {
        let data = Map::new(1);
        data.put(0, [0x5a_u8; 16]);
        data.read_only();
        let gate = submit_data(engine, &data);
        engine.release(gate);
        engine.wait_for_error();
        // SAFETY: The page is there.
        assert_eq!(unsafe { data.at::<[u8; 16]>(0).read() }, [0x5a; 16]);
    });
}

fn case_503_private_data_is_copied() {
    on_each_engine(|engine| {
        let data = Map::new(1);
        data.put(0, [0x5a_u8; 16]);
        let gate = submit_data(engine, &data);
        drop(data);
        engine.release(gate);
        // That of the data, not of memory that is not there.
        engine.wait_for_error();
        assert_eq!((engine.state(), sum(engine)), (DMA_FAULT, 0));
    });
}

fn case_504_primaries() {
    on_each_engine(|engine| {
        not_taken(engine, || {
            submit_add(engine, |args| {
                let all = &mut args.written_primaries;
                all.fill(handle(engine.memory.allocation));
                args.num_primaries = 17;
            })
        });
    });
}

fn case_505_what_is_no_primary() {
    on_each_engine(|engine| {
        let with = |primary| {
            submit_add(engine, |args| {
                args.written_primaries[0] = handle(primary);
                args.num_primaries = 1;
            })
        };
        for none in [0, engine.device, engine.context] {
            not_taken(engine, || with(none));
        }
        assert_eq!(with(engine.memory.allocation), SUCCESS);
        engine.finish();
        assert_eq!(sum(engine), 1);
    });
}

fn case_506_flips_of_primaries() {
    for card in Card::all() {
        let luid = card.adapter.luid();
        let gpu = Gpu::open(Luid(luid.low, luid.high));
        let engine = Engine::on_new_device(&gpu);
        let display = Display::open(&card.node).expect("a display");
        let (width, height) = display.size();
        let mut blob = surface(width, height);
        blob.usage |= DXGKRNL_GEM_USAGE_DISPLAYABLE;
        let layout = Layout {
            width,
            height,
            pitch: 4 * width,
            format: XR24,
        };
        let pictures = Create::blobs(engine.device, &[blob; 2]).made(&gpu);
        let [first, second] = [0, 1].map(|i| {
            let dma_buf = export(&gpu, engine.device, pictures.allocation(i));
            display.import(dma_buf, layout).expect("a frame")
        });
        display.show(&first).expect("shown");
        let gate = engine.hold(engine.context);
        let answer = submit_add(&engine, |args| {
            args.written_primaries[0] = handle(pictures.allocation(1));
            args.num_primaries = 1;
        });
        assert_eq!(answer, SUCCESS);
        let flipped = AtomicBool::new(false);
        let early = thread::scope(|scope| {
            let releasing = scope.spawn(|| {
                // Some frames of the display.
                thread::sleep(Duration::from_millis(200));
                let early = flipped.load(Relaxed);
                engine.release(gate);
                early
            });
            display.flip(&second).expect("flipped");
            flipped.store(true, Relaxed);
            releasing.join().expect("no panic")
        });
        assert!(!early, "{}", card.driver);
        engine.finish();
    }
}

fn case_507_null_rendering() {
    on_each_engine(|engine| {
        let flag = c::D3DKMT_SUBMITCOMMAND_NULL_RENDERING;
        let answer = submit_add(engine, |args| args.flags.value = flag);
        assert_eq!(answer, SUCCESS);
        engine.finish();
        assert_eq!(sum(engine), 0);
    });
}

fn case_508_redirected_present() {
    on_each_engine(|engine| {
        let flag = c::D3DKMT_SUBMITCOMMAND_PRESENT_REDIRECTED;
        let answer = submit_add(engine, |args| {
            (args.flags.value, args.present_history_token) = (flag, u64::MAX);
            args.history_buffer_array = UNMAPPED;
            args.num_history_buffers = c::D3DKMT_HISTORY_BUFFERS_MAX;
        });
        assert_eq!(answer, SUCCESS);
        engine.finish();
        assert_eq!((sum(engine), engine.state()), (1, ACTIVE));
    });
}

fn case_509_history_buffers() {
    on_each_engine(|engine| {
        let data = Map::new(8);
        for count in [c::D3DKMT_HISTORY_BUFFERS_MAX + 1, u32::MAX] {
            not_taken(engine, || {
                submit_add(engine, |args| {
                    args.history_buffer_array = data.address();
                    args.num_history_buffers = count;
                })
            });
        }
    });
}

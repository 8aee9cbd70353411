// SPDX-License-Identifier: MIT OR Apache-2.0
//! Packets: their contexts, their order, and what else is in an argument.

use super::*;
use dxg_guest_tests::{
    gpu_va::{mapped, reserve, GRANULE},
    memory::{Map, PAGE},
    signals::spawn,
};
use libd3dkmt::sys::{self, request, NtStatus};
use std::thread;

/// Case 490.
pub(super) fn packets_are_executed_on_every_node() {
    on_each_engine(|engine| {
        for node in NODES {
            let context = engine.context(node);
            engine.start_on(context, 0, &Commands::new().add(engine.memory.address, 1));
            engine.finish_on(context);
            assert_eq!(engine.memory.load(0), u64::from(node) + 1);
        }
    });
}

/// Cases 467, 524.
pub(super) fn packets_keep_their_order() {
    const PACKETS: usize = 500;
    on_each_engine(|engine| {
        let (memory, counter) = (&engine.memory, engine.memory.at(engine.memory.bytes - 8));
        for i in 0..PACKETS {
            // Each writes down how many there were before it.
            let commands = Commands::new().copy(memory.at(8 * i), counter, 8);
            let commands = commands.add(counter, 1);
            engine.start_on(engine.context, i * commands.bytes() as usize, &commands);
        }
        engine.finish();
        for i in 0..PACKETS {
            assert_eq!(memory.load(8 * i), i as u64);
        }
    });
}

pub(super) fn packets_of_four_threads() {
    const EACH: u64 = 100;
    on_each_engine(|engine| {
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        thread::scope(|scope| {
            for _ in 0..4 {
                spawn(scope, || {
                    for _ in 0..EACH {
                        let answer = submit(&engine.gpu.dxg, engine.context, address, bytes);
                        assert_eq!(answer, SUCCESS);
                    }
                });
            }
        });
        engine.finish();
        assert_eq!(engine.memory.load(0), 4 * EACH);
    });
}

/// Cases 493, 495.
pub(super) fn each_context_of_a_packet_executes_it() {
    on_each_engine(|engine| {
        let [one, two, three] = NODES.map(|node| engine.context(node));
        let contexts = [one, two, three, two];
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let mut args = to_submit(&contexts, address, bytes);
        assert_eq!(submit_with(&engine.gpu.dxg, &mut args), SUCCESS);
        [one, two, three]
            .iter()
            .for_each(|&context| engine.finish_on(context));
        assert_eq!(engine.memory.load(0), 4);
    });
}

/// Cases 491, 494, 496, 497.
pub(super) fn contexts_of_a_packet() {
    on_each_engine(|engine| {
        let (gpu, good) = (engine.gpu, engine.context);
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let of_another_device = context_with(gpu, gpu.device(), THREE_D, 0);
        let gone = engine.context(COPY);
        assert_eq!(destroy_context(&gpu.dxg, gone), SUCCESS);
        gpu.unchanged(|| {
            let refused = |contexts: &[u32]| {
                let answer = submit_with(&gpu.dxg, &mut to_submit(contexts, address, bytes));
                assert_eq!(answer, INVALID_PARAMETER);
            };
            let others = [engine.device, engine.memory.allocation, gone];
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                refused(&[none]);
                refused(&[none, good]);
                refused(&[good, none]);
            });
            refused(&[good, of_another_device]);
            for_each([0, 65, 1000], |count| refused(&vec![good; count]));
            let answer = call_at(&gpu.dxg, request::SUBMITCOMMAND, 0);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // Nothing was executed anywhere.
        engine.finish();
        assert_eq!(engine.memory.load(0), 0);
        let answer = submit_with(&gpu.dxg, &mut to_submit(&[good; 64], address, bytes));
        assert_eq!(answer, SUCCESS);
        engine.finish();
        assert_eq!(engine.memory.load(0), 64);
    });
}

/// Case 498: they end in order.
pub(super) fn empty_packets() {
    on_each_engine(|engine| {
        let (gate, told) = (engine.hold(engine.context), engine.fence());
        for address in [0, engine.commands.address, FAR] {
            assert_eq!(submit(&engine.gpu.dxg, engine.context, address, 0), SUCCESS);
        }
        engine.signal(engine.context, told, 1);
        engine.finish_on(engine.context(THREE_D));
        assert_eq!(told.value(), 0);
        engine.release(gate);
        engine.wait_for(told, 1);
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// Case 498a.
pub(super) fn a_length_without_commands() {
    on_each_engine(|engine| {
        engine.gpu.unchanged(|| {
            for_each([0, c::D3DKMT_SUBMITCOMMAND_NULL_RENDERING], |flags| {
                let mut args = to_submit(&[engine.context], 0, 4);
                args.flags.value = flags;
                let answer = submit_with(&engine.gpu.dxg, &mut args);
                // INVALID_USER_BUFFER.
                assert_eq!(answer, Ok(NtStatus(0xc000_00e8)));
            });
        });
    });
}

/// Case 499: where they are is looked up when they are executed.
pub(super) fn commands_that_are_mapped_later() {
    on_each_engine(|engine| {
        let (gpu, commands) = (engine.gpu, &engine.commands);
        let reserved = reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE);
        assert_eq!(reserved, (SUCCESS, FAR));
        let gate = engine.hold(engine.context);
        let write = Commands::new().write64(engine.memory.address, 1);
        let answer = submit(&gpu.dxg, engine.context, FAR + 64, write.bytes());
        assert_eq!(answer, SUCCESS);
        commands.put(64, &write);
        mapped(
            gpu,
            engine.device,
            &engine.queue,
            FAR,
            commands.allocation,
            1,
        );
        engine.release(gate);
        engine.finish();
        assert_eq!(engine.memory.load(0), 1);
    });
}

/// Cases 501, 504, 509.
pub(super) fn arguments_that_are_too_large() {
    on_each_engine(|engine| {
        let data = Map::new(c::D3DKMT_PRIVATE_DATA_MAX as usize / PAGE + 1);
        let hole = Map::before_a_hole();
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let refused = |change: &dyn Fn(&mut sys::D3DKMT_SUBMITCOMMAND)| {
            let mut args = to_submit(&[engine.context], address, bytes);
            change(&mut args);
            let answer = submit_with(&engine.gpu.dxg, &mut args);
            assert_eq!(answer, INVALID_PARAMETER);
        };
        engine.gpu.unchanged(|| {
            for_each([c::D3DKMT_PRIVATE_DATA_MAX + 1, u32::MAX], |size| {
                refused(&|args| {
                    (args.priv_drv_data, args.priv_drv_data_size) = (data.address(), size);
                });
            });
            // There in part, and not at all.
            for_each([hole.before_end_of_first_page(8), 0], |data| {
                refused(&|args| (args.priv_drv_data, args.priv_drv_data_size) = (data, 16));
            });
            for_each([17, u32::MAX], |count| {
                refused(&|args| {
                    args.written_primaries
                        .fill(handle(engine.memory.allocation));
                    args.num_primaries = count;
                });
            });
            for_each([c::D3DKMT_HISTORY_BUFFERS_MAX + 1, u32::MAX], |count| {
                refused(&|args| {
                    args.history_buffer_array = data.address();
                    args.num_history_buffers = count;
                });
            });
        });
        engine.finish();
        assert_eq!(engine.memory.load(0), 0);
    });
}

/// Cases 504, 505.
pub(super) fn written_primaries() {
    on_each_engine(|engine| {
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let with = |last| {
            let mut args = to_submit(&[engine.context], address, bytes);
            args.written_primaries
                .fill(handle(engine.memory.allocation));
            args.written_primaries[15] = handle(last);
            args.num_primaries = 16;
            submit_with(&engine.gpu.dxg, &mut args)
        };
        let others = [engine.device, engine.context, engine.queue.handle];
        engine.gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                assert_eq!(with(none), INVALID_PARAMETER);
            });
        });
        assert_eq!(with(engine.commands.allocation), SUCCESS);
        engine.finish();
        assert_eq!(engine.memory.load(0), 1);
    });
}

/// Cases 507, 508.
pub(super) fn flags_of_a_packet() {
    on_each_engine(|engine| {
        let add = Commands::new().add(engine.memory.address, 1);
        let (address, bytes) = engine.commands.put(0, &add);
        let with = |flags| {
            let mut args = to_submit(&[engine.context], address, bytes);
            args.flags.value = flags;
            submit_with(&engine.gpu.dxg, &mut args)
        };
        engine.gpu.unchanged(|| {
            for_each(2..32, |bit| assert_eq!(with(1 << bit), INVALID_PARAMETER));
        });
        // With NullRendering it is not executed.
        for (flags, sum) in [(1, 0), (3, 0), (2, 1), (0, 2)] {
            assert_eq!(with(flags), SUCCESS);
            engine.finish();
            assert_eq!(engine.memory.load(0), sum, "{flags}");
        }
    });
}

/// Case 512: the call has succeeded, and its device is in error; what was before it was executed.
pub(super) fn private_data_that_the_engine_refuses() {
    on_each_engine(|engine| {
        let gate = engine.hold(engine.context);
        let add = Commands::new().add(engine.memory.address, 1);
        engine.start(&add);
        let (address, bytes) = engine.commands.put(64, &add);
        let data = [0x5a_u8; 16];
        let mut args = to_submit(&[engine.context], address, bytes);
        (args.priv_drv_data, args.priv_drv_data_size) = (data.as_ptr() as u64, 16);
        assert_eq!(submit_with(&engine.gpu.dxg, &mut args), SUCCESS);
        engine.release(gate);
        engine.wait_for_error();
        assert_eq!(engine.state(), DMA_FAULT);
        assert_eq!(engine.memory.load(0), 1);
    });
}

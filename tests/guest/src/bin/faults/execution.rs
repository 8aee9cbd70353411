// SPDX-License-Identifier: MIT OR Apache-2.0
//! Contexts, and what they are told to do: commands, signals, waits, updates of addresses.

use super::*;
use dxg_guest_tests::{
    dma_buf::{can_be_read, displayable, export},
    execution::*,
    faults::{sweep, Subject},
    fence::{signal, wait},
    gpu_va::{reserve_with, to_reserve, GPU_PAGE, GRANULE, NO_ACCESS},
    paging::List,
};
use libd3dkmt::sys::{self, bindings as c, request};

const FAR: u64 = 0x7000_0000_0000;

/// A device with contexts and two fences with 0, and commands that add 1 to the first one.
struct Ready {
    gpu: Gpu,
    contexts: Vec<u32>,
    fences: [GpuFence; 2],
    /// The commands are at its start.
    allocation: u32,
    commands: (u64, u32),
}

impl Ready {
    fn new(luid: Luid, contexts: usize) -> Self {
        let gpu = with_device(luid);
        let queue = PagingQueue::new(&gpu, DEVICE);
        let fences = [0; 2].map(|value| GpuFence::with_flags(&gpu, DEVICE, value, 0));
        let memory = Memory::new(&gpu, DEVICE, &queue, 1);
        let commands = memory.put(0, &Commands::new().add(fences[0].gpu, 1));
        let allocation = memory.allocation;
        drop(memory);
        let contexts = NODES[..contexts]
            .iter()
            .map(|&node| context_with(&gpu, DEVICE, node, NO_TIMEOUT))
            .collect();
        Self {
            gpu,
            contexts,
            fences,
            allocation,
            commands,
        }
    }

    /// With a context that waits for the first fence, and would then signal the second one.
    fn waiting(luid: Luid) -> Self {
        let ready = Self::new(luid, 1);
        let [gate, told] = ready.fences;
        let (dxg, context) = (&ready.gpu.dxg, ready.contexts[0]);
        assert_eq!(wait_from_gpu(dxg, context, &[gate.at(1)]), SUCCESS);
        assert_eq!(signal_from_gpu(dxg, context, &[told.at(1)]), SUCCESS);
        ready
    }

    fn values(&self) -> [u64; 2] {
        self.fences.map(|fence| fence.value())
    }

    /// Signals fences by the CPU.
    fn signal(&self, targets: &[(u32, u64)]) {
        assert_eq!(signal(&self.gpu.dxg, DEVICE, targets), SUCCESS);
    }

    fn destroy(&self) -> Answer {
        destroy_context(&self.gpu.dxg, self.contexts[0])
    }

    /// Waits until the contexts have done what they have.
    fn finish(&self) {
        let done = GpuFence::with_flags(&self.gpu, DEVICE, 0, 0);
        for (&context, value) in self.contexts.iter().zip(1..) {
            let target = [done.at(value)];
            assert_eq!(signal_from_gpu(&self.gpu.dxg, context, &target), SUCCESS);
            assert_eq!(wait(&self.gpu.dxg, DEVICE, &target), SUCCESS);
        }
    }
}

pub(super) fn create_of_a_context() {
    on_each_luid(|luid, shape| {
        for node in NODES {
            sweep(
                Subject::request(
                    request::CREATECONTEXTVIRTUAL,
                    &shape(&format!("node {node}")),
                ),
                || (with_device(luid), new_context(DEVICE, node)),
                |(gpu, args)| create_context(&gpu.dxg, args),
                |(gpu, args)| {
                    assert_eq!(args.context.v, NEXT);
                    assert_eq!(destroy_context(&gpu.dxg, NEXT), SUCCESS);
                },
            );
        }
    });
}

pub(super) fn destroy_of_a_context() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYCONTEXT, &shape("idle")),
            || Ready::new(luid, 1),
            |ready| ready.destroy(),
            |ready| assert_eq!(ready.destroy(), INVALID_PARAMETER),
        );
    });
}

/// What it waits for comes too late.
pub(super) fn destroy_of_a_context_that_waits() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYCONTEXT, &shape("with a wait and a signal")),
            || Ready::waiting(luid),
            |ready| ready.destroy(),
            |ready| {
                assert_eq!(ready.destroy(), INVALID_PARAMETER);
                ready.signal(&[ready.fences[0].at(1)]);
                assert_eq!(ready.values(), [1, 0]);
            },
        );
    });
}

/// A call that fails has none of its contexts execute anything.
pub(super) fn submission_of_commands() {
    on_each_luid(|luid, shape| {
        for contexts in [1, 2] {
            let shape = shape(&format!("{contexts} contexts"));
            sweep(
                Subject::request(request::SUBMITCOMMAND, &shape),
                || Ready::new(luid, contexts),
                |ready| {
                    let (address, bytes) = ready.commands;
                    let mut args = to_submit(&ready.contexts, address, bytes);
                    submit_with(&ready.gpu.dxg, &mut args)
                },
                |ready| {
                    ready.finish();
                    assert_eq!(ready.values(), [contexts as u64, 0]);
                },
            );
        }
    });
}

pub(super) fn submission_that_writes_a_primary() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::SUBMITCOMMAND, &shape("a written primary")),
            || {
                let ready = Ready::new(luid, 1);
                let primary = displayable(DEVICE).made(&ready.gpu).allocation(0);
                let dma_buf = export(&ready.gpu, DEVICE, primary);
                (ready, primary, dma_buf)
            },
            |(ready, primary, _)| {
                let (address, bytes) = ready.commands;
                let mut args = to_submit(&ready.contexts, address, bytes);
                args.written_primaries[0] = handle(*primary);
                args.num_primaries = 1;
                submit_with(&ready.gpu.dxg, &mut args)
            },
            |(ready, _, dma_buf)| {
                ready.finish();
                assert_eq!(ready.values(), [1, 0]);
                assert!(can_be_read(&dma_buf, 60));
            },
        );
    });
}

/// The same with lists: both fences with a value, and the contexts.
struct Lists {
    ready: Ready,
    objects: List,
    values: [u64; 2],
    contexts: List,
    event: Event,
}

impl Lists {
    fn new(luid: Luid, contexts: usize) -> Self {
        let ready = Ready::new(luid, contexts);
        Self {
            objects: List::new(&ready.fences.map(|fence| fence.handle)),
            values: [3, 4],
            contexts: List::new(&ready.contexts),
            event: Event::new(),
            ready,
        }
    }

    /// A call of the first context.
    fn call(&self, call: fn(&libd3dkmt::Dxg, u32, u32, u64, u64) -> Answer) -> Answer {
        let (objects, values) = (&self.objects, self.values.as_ptr() as u64);
        let (dxg, context) = (&self.ready.gpu.dxg, self.ready.contexts[0]);
        call(dxg, context, objects.count(), objects.address(), values)
    }

    /// SignalSynchronizationObjectFromGpu2 of all contexts, without objects.
    fn to_signal(&self) -> sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
        sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
            context_count: self.contexts.count(),
            contexts: self.contexts.address(),
            ..Default::default()
        }
    }

    fn are_signalled(self) {
        self.ready.finish();
        assert_eq!(self.ready.values(), self.values);
    }
}

pub(super) fn signal_by_a_context() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(
                request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU,
                &shape("2 objects"),
            ),
            || Lists::new(luid, 1),
            |lists| lists.call(signal_at),
            Lists::are_signalled,
        );
    });
}

pub(super) fn signal_by_several_contexts() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(
                request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
                &shape("2 objects, 2 contexts"),
            ),
            || Lists::new(luid, 2),
            |lists| {
                let mut args = lists.to_signal();
                args.object_count = lists.objects.count();
                args.objects = lists.objects.address();
                args.__bindgen_anon_1.monitored_fence_values = lists.values.as_ptr() as u64;
                signal2_with(&lists.ready.gpu.dxg, &mut args)
            },
            Lists::are_signalled,
        );
    });
}

/// A call that fails does not signal the eventfd, neither now nor later.
pub(super) fn event_of_several_contexts() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(
                request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
                &shape("an event, 2 contexts"),
            ),
            || Lists::new(luid, 2),
            |lists| {
                let mut args = lists.to_signal();
                args.flags.value = c::D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT;
                args.__bindgen_anon_1.cpu_event_handle = lists.event.number();
                signal2_with(&lists.ready.gpu.dxg, &mut args)
            },
            |lists| {
                lists.ready.finish();
                assert_eq!(lists.event.count(), 1);
            },
        );
    });
}

pub(super) fn wait_by_a_context() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(
                request::WAITFORSYNCHRONIZATIONOBJECTFROMGPU,
                &shape("2 objects"),
            ),
            || Lists::new(luid, 1),
            |lists| lists.call(wait_at),
            |lists| {
                let [one, two] = lists.ready.fences;
                lists.ready.signal(&[one.at(3), two.at(4)]);
                lists.ready.finish();
            },
        );
    });
}

pub(super) fn update_of_addresses() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(
                request::UPDATEGPUVIRTUALADDRESS,
                &shape("map, unmap and copy"),
            ),
            || {
                let ready = Ready::new(luid, 1);
                let mut zeros = to_reserve(ready.gpu.adapter, FAR, 2 * GRANULE);
                zeros.reservation_type = c::D3DDDIGPUVA_RESERVE_ZERO;
                assert_eq!(reserve_with(&ready.gpu.dxg, &mut zeros), SUCCESS);
                let updates = Updates::new()
                    .map(FAR, 1, ready.allocation, 0)
                    .unmap(FAR + GPU_PAGE, 2, NO_ACCESS)
                    .copy(FAR + GRANULE, FAR, 3);
                (ready, updates)
            },
            |(ready, updates)| {
                let (context, fence) = (ready.contexts[0], ready.fences[1].at(0));
                let mut args = to_update(DEVICE, context, fence, updates);
                update_with(&ready.gpu.dxg, &mut args)
            },
            |(ready, _)| {
                // The commands are there as well.
                let (context, bytes) = (ready.contexts[0], ready.commands.1);
                let answer = submit(&ready.gpu.dxg, context, FAR + GRANULE, bytes);
                assert_eq!(answer, SUCCESS);
                ready.finish();
                assert_eq!(ready.values(), [1, 1]);
            },
        );
    });
}

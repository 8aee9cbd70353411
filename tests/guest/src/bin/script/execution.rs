// SPDX-License-Identifier: MIT OR Apache-2.0
//! Contexts and packets: which calls the engines get, and what becomes of all that they may answer.

use super::*;
use dxg_guest_tests::{
    calls::*,
    execution::*,
    fence::{signal, wait},
    script::{blob, complete, complete_named, lines, log, size, start, stop, wire},
    signals::spawn,
    state::soon,
};
use libd3dkmt::sys::bindings as c;
use std::{
    thread,
    time::{Duration, Instant},
};

type Instructions<'a> = &'a [(u64, u64)];

/// A packet took too long.
const HUNG: u32 = c::D3DKMT_DEVICEEXECUTION_HUNG;
/// What is too long.
const TIMEOUT: Duration = Duration::from_secs(2);

/// Where the commands of packets are, and how many bytes. Nobody reads them.
const COMMANDS: (u64, u32) = (0x1_0000, 64);

/// Statuses of a miniport that refuses something, with what they are for the caller.
const REFUSALS: [(u32, Answer); 4] = [
    (0xc000_0001, UNSUCCESSFUL),
    (0xc000_000d, INVALID_PARAMETER),
    (0xc000_0017, NO_MEMORY),
    (0xc01e_0009, GRAPHICS_DRIVER_MISMATCH),
];

/// Of a new context with that private data.
fn context_created(node: u32, tag: u64, data: u32) -> String {
    said!("create_context node={node} engines=0x1 data={data} c{tag}")
}

fn context_destroyed(tag: u64) -> String {
    said!("destroy_context c{tag}")
}

/// Of a packet of a context on a node; its first instruction names it.
fn submitted(node: u32, id: u64, context: u64, packet: Instructions<'_>) -> String {
    let ((at, length), (_, tag)) = (COMMANDS, packet[0]);
    let data = size(&blob(packet));
    let call = said!("submit_command_virtual node={node} id={id} c{context} p{tag}");
    said!("{call} commands={at:#x} length={length} data={data}")
}

fn preempted(node: u32) -> String {
    said!("preempt_command {node}")
}

fn failed(status: u32) -> String {
    said!("failed {status:#x}")
}

/// The log soon is this, and is empty afterwards.
#[track_caller]
fn logged_soon(expected: &[String]) {
    let _ = soon(|| match lines().len() < expected.len() {
        true => Err(()),
        false => Ok(()),
    });
    logged(expected);
}

/// CreateContextVirtual with private data: the answer, and the handle, which is 1 if there is none.
fn create_with(gpu: &Gpu, device: u32, node: u32, flags: u32, data: &mut [u64]) -> (Answer, u32) {
    let mut args = new_context(device, node);
    args.flags.value = flags;
    args.priv_drv_data_size = size(data);
    args.priv_drv_data = data.as_mut_ptr() as u64;
    let answer = create_context(&gpu.dxg, &mut args);
    (answer, args.context.v)
}

/// Makes a context with a name.
fn context_named(gpu: &Gpu, device: u32, node: u32, flags: u32, tag: u64) -> u32 {
    let mut data = blob(&[(wire::TAG, tag)]);
    let (answer, context) = create_with(gpu, device, node, flags, &mut data);
    assert_eq!(answer, SUCCESS, "CreateContextVirtual");
    context
}

/// A new adapter, so that the ids of its packets begin with 1; a device; a context named 1 on the first node; and
/// two fences. The log is empty.
struct Bench {
    gpu: Gpu,
    device: u32,
    context: u32,
    done: GpuFence,
    other_done: GpuFence,
}

impl Bench {
    /// With packets that may take as long as they like.
    fn new() -> Self {
        Self::with_flags(NO_TIMEOUT)
    }

    fn with_flags(flags: u32) -> Self {
        start();
        let (gpu, device) = adapter();
        let context = context_named(&gpu, device, THREE_D, flags, 1);
        let [done, other_done] = [0, 0].map(|value| GpuFence::with_flags(&gpu, device, value, 0));
        log();
        Self {
            gpu,
            device,
            context,
            done,
            other_done,
        }
    }

    /// One more context, with a name.
    fn context(&self, node: u32, tag: u64) -> u32 {
        let context = context_named(&self.gpu, self.device, node, NO_TIMEOUT, tag);
        logged(&[context_created(node, tag, 24)]);
        context
    }

    fn submit(&self, context: u32, data: &[u64]) -> Answer {
        let mut args = to_submit(&[context], COMMANDS.0, COMMANDS.1);
        args.priv_drv_data = data.as_ptr() as u64;
        args.priv_drv_data_size = size(data);
        submit_with(&self.gpu.dxg, &mut args)
    }

    fn start_on(&self, context: u32, packet: Instructions<'_>) {
        assert_eq!(self.submit(context, &blob(packet)), SUCCESS);
    }

    fn start(&self, packet: Instructions<'_>) {
        self.start_on(self.context, packet);
    }

    /// Has a context signal a fence when it has come so far.
    fn signal_on(&self, context: u32, fence: GpuFence, value: u64) {
        let answer = signal_from_gpu(&self.gpu.dxg, context, &[fence.at(value)]);
        assert_eq!(answer, SUCCESS);
    }

    fn signal(&self, value: u64) {
        self.signal_on(self.context, self.done, value);
    }

    fn wait_for(&self, fence: GpuFence, value: u64) {
        let answer = wait(&self.gpu.dxg, self.device, &[fence.at(value)]);
        assert_eq!(answer, SUCCESS);
        assert_eq!(fence.value(), value);
    }

    /// Waits until the context has done what it has.
    fn finish(&self, value: u64) {
        self.signal(value);
        self.wait_for(self.done, value);
    }

    fn state(&self) -> u32 {
        let (answer, state) =
            device_state(&self.gpu.dxg, self.device, c::D3DKMT_DEVICESTATE_EXECUTION);
        assert_eq!(answer, SUCCESS);
        state
    }

    /// The device is in error, without a record of a fault, and takes nothing more.
    fn is_over(&self, state: u32) {
        assert_eq!(self.state(), state);
        let kind = c::D3DKMT_DEVICESTATE_PAGE_FAULT;
        let record = device_state(&self.gpu.dxg, self.device, kind);
        assert_eq!(record, (SUCCESS, 0));
        self.refuses();
    }

    /// Nothing is taken any more. The engine hears of nothing but the end of the context.
    fn refuses(&self) {
        let (dxg, target) = (&self.gpu.dxg, [self.done.at(1)]);
        let answers = [
            self.submit(self.context, &blob(&[(wire::TAG, 99)])),
            wait_from_gpu(dxg, self.context, &target),
            signal_from_gpu(dxg, self.context, &target),
            create_context(dxg, &mut new_context(self.device, THREE_D)),
        ];
        assert_eq!(answers, [DEVICE_REMOVED; 4]);
        assert_eq!(destroy_context(dxg, self.context), SUCCESS);
        logged(&[context_destroyed(1)]);
    }

    /// Another device has its packets executed: the next one has this id.
    fn serves_others(&self, id: u64) {
        let device = self.gpu.device();
        let context = context_named(&self.gpu, device, THREE_D, 0, 5);
        let fence = GpuFence::with_flags(&self.gpu, device, 0, 0);
        let packet = [(wire::TAG, 50)];
        self.start_on(context, &packet);
        self.signal_on(context, fence, 1);
        let answer = wait(&self.gpu.dxg, device, &[fence.at(1)]);
        assert_eq!((answer, fence.value()), (SUCCESS, 1));
        logged(&[
            context_created(THREE_D, 5, 24),
            submitted(THREE_D, id, 5, &packet),
        ]);
        assert_eq!(destroy_device(&self.gpu.dxg, device), SUCCESS);
        logged(&[context_destroyed(5)]);
    }
}

/// Case 444.
pub fn two_nodes_have_contexts() {
    let (gpu, device) = adapter();
    for_each([THREE_D, COPY], |node| {
        let context = context_named(&gpu, device, node, 0, 7);
        logged(&[context_created(node, 7, 24)]);
        assert_eq!(destroy_context(&gpu.dxg, context), SUCCESS);
        logged(&[context_destroyed(7)]);
    });
    gpu.unchanged(|| {
        let answer = create_context(&gpu.dxg, &mut new_context(device, COMPUTE));
        assert_eq!(answer, INVALID_PARAMETER);
    });
    logged(&[]);
    // This miniport needs no private data. The context goes with its device.
    context_with(&gpu, device, COPY, 0);
    logged(&[context_created(COPY, 0, 0)]);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    logged(&[context_destroyed(0)]);
}

pub fn case_454_refused_contexts() {
    let (gpu, device) = adapter();
    for_each(REFUSALS, |(status, answer)| {
        let refuse = (wire::FAIL_CREATE, status.into());
        // What the miniport has written does not come back.
        let before = blob(&[(wire::TAG, 4), (wire::WRITE_AT_CREATE, 1), refuse]);
        let mut data = before.clone();
        gpu.unchanged(|| {
            let seen = create_with(&gpu, device, THREE_D, 0, &mut data);
            assert_eq!(seen, (answer, 1));
        });
        assert_eq!(data, before);
        logged(&[context_created(THREE_D, 4, 56), failed(status)]);
    });
    let seen = create_with(&gpu, device, THREE_D, 0, &mut [0x5a]);
    assert_eq!(seen, (INVALID_PARAMETER, 1));
    logged(&[context_created(THREE_D, 0, 8), failed(0xc000_000d)]);
}

pub fn case_455_results_of_a_context() {
    let (gpu, device) = adapter();
    // One instruction, and as many as there may be: 128 KiB, as far as blobs go.
    for count in [1, 8191] {
        let write = vec![(wire::WRITE_AT_CREATE, 5); count];
        let mut memory = blob(&write);
        let words = memory.len();
        // Nothing is written behind it.
        memory.push(7);
        let (answer, _) = create_with(&gpu, device, THREE_D, 0, &mut memory[..words]);
        assert_eq!(answer, SUCCESS);
        let mut expected = blob(&vec![(wire::WRITE_AT_CREATE, !5); count]);
        expected.push(7);
        assert!(memory == expected, "{count}");
        logged(&[context_created(THREE_D, 0, size(&memory[..words]))]);
    }
}

/// Case 498 as well: an empty packet.
pub fn a_packet_that_is_completed_at_once() {
    let bench = Bench::new();
    let packet = [(wire::TAG, 3)];
    bench.start(&packet);
    bench.finish(1);
    logged(&[submitted(THREE_D, 1, 1, &packet)]);
    assert_eq!(submit(&bench.gpu.dxg, bench.context, 0, 0), SUCCESS);
    bench.finish(2);
    let line = "submit_command_virtual node=0 id=2 c1 p0 commands=0x0 length=0 data=0";
    logged(&[line.to_owned()]);
    assert_eq!(bench.state(), ACTIVE);
}

/// The packets of a node come one after the other.
pub fn a_packet_that_is_completed_later() {
    let bench = Bench::new();
    let [first, second] = [1, 2].map(|tag| [(wire::TAG, tag), (wire::HOLD, 0)]);
    bench.start(&first);
    bench.start(&second);
    bench.signal(1);
    logged_soon(&[submitted(THREE_D, 1, 1, &first)]);
    assert_eq!(bench.done.value(), 0);
    complete();
    logged_soon(&[submitted(THREE_D, 2, 1, &second)]);
    assert_eq!(bench.done.value(), 0);
    complete();
    bench.wait_for(bench.done, 1);
    logged(&[]);
    assert_eq!(bench.state(), ACTIVE);
}

/// The nodes do not wait for each other.
pub fn packets_are_completed_by_name() {
    let bench = Bench::new();
    let other = bench.context(COPY, 2);
    let [first, second] = [1, 2].map(|tag| [(wire::TAG, tag), (wire::HOLD, 0)]);
    bench.start(&first);
    bench.signal(1);
    logged_soon(&[submitted(THREE_D, 1, 1, &first)]);
    bench.start_on(other, &second);
    bench.signal_on(other, bench.other_done, 1);
    logged_soon(&[submitted(COPY, 1, 2, &second)]);
    complete_named(2);
    bench.wait_for(bench.other_done, 1);
    assert_eq!(bench.done.value(), 0);
    complete_named(1);
    bench.wait_for(bench.done, 1);
    logged(&[]);
}

/// Case 466: what is preempted is submitted again, as a new packet.
pub fn others_have_their_turn() {
    let bench = Bench::new();
    let other = bench.context(THREE_D, 2);
    let (long, short) = ([(wire::TAG, 1), (wire::HOLD, 0)], [(wire::TAG, 2)]);
    bench.start(&long);
    bench.signal(1);
    logged_soon(&[submitted(THREE_D, 1, 1, &long)]);
    bench.start_on(other, &short);
    bench.signal_on(other, bench.other_done, 1);
    bench.wait_for(bench.other_done, 1);
    logged_soon(&[
        preempted(THREE_D),
        submitted(THREE_D, 2, 2, &short),
        submitted(THREE_D, 3, 1, &long),
    ]);
    assert_eq!(bench.done.value(), 0);
    complete();
    bench.wait_for(bench.done, 1);
    logged(&[]);
}

/// Cases 461, 462.
pub fn what_never_ends_goes_with_its_context() {
    let bench = Bench::new();
    let [first, second] = [1, 2].map(|tag| [(wire::TAG, tag), (wire::HOLD, 0)]);
    bench.start(&first);
    bench.start(&second);
    bench.signal(1);
    logged_soon(&[submitted(THREE_D, 1, 1, &first)]);
    assert_eq!(destroy_context(&bench.gpu.dxg, bench.context), SUCCESS);
    logged(&[preempted(THREE_D), context_destroyed(1)]);
    assert_eq!((bench.state(), bench.done.value()), (ACTIVE, 0));
    bench.serves_others(2);
}

/// The device is in error when the packet has taken too long.
pub fn what_preemption_does_not_end_is_a_hang() {
    let bench = Bench::with_flags(0);
    let packet = [(wire::TAG, 1), (wire::HOLD_FAST, 0)];
    let begun = Instant::now();
    bench.start(&packet);
    bench.wait_for(bench.done, u64::MAX);
    assert!(begun.elapsed() >= TIMEOUT);
    logged(&[submitted(THREE_D, 1, 1, &packet), said!("reset_engine 0")]);
    bench.is_over(HUNG);
    bench.serves_others(2);
}

/// A context that is being destroyed waits that long, whatever it was made for.
pub fn what_preemption_does_not_end_holds_its_context() {
    let bench = Bench::new();
    let packet = [(wire::TAG, 1), (wire::HOLD_FAST, 0)];
    let begun = Instant::now();
    bench.start(&packet);
    bench.signal(1);
    logged_soon(&[submitted(THREE_D, 1, 1, &packet)]);
    assert_eq!(destroy_context(&bench.gpu.dxg, bench.context), SUCCESS);
    assert!(begun.elapsed() >= TIMEOUT);
    logged(&[
        preempted(THREE_D),
        said!("reset_engine 0"),
        context_destroyed(1),
    ]);
    assert_eq!((bench.state(), bench.done.value()), (HUNG, u64::MAX));
    bench.serves_others(2);
}

/// Case 701: nothing goes on where the engine does not answer, neither of other devices; other nodes go on.
pub fn an_engine_that_cannot_be_reset_takes_its_node_with_it() {
    const UNSUCCESSFUL: u32 = 0xc000_0001;
    let bench = Bench::with_flags(0);
    let (dxg, other) = (&bench.gpu.dxg, bench.gpu.device());
    let beside = context_named(&bench.gpu, other, THREE_D, 0, 7);
    log();
    let packet = [
        (wire::TAG, 1),
        (wire::HOLD_FAST, 0),
        (wire::FAIL_RESET, UNSUCCESSFUL.into()),
    ];
    bench.start(&packet);
    bench.wait_for(bench.done, u64::MAX);
    logged_soon(&[
        submitted(THREE_D, 1, 1, &packet),
        said!("reset_engine 0"),
        failed(UNSUCCESSFUL),
    ]);
    bench.is_over(HUNG);
    let kind = c::D3DKMT_DEVICESTATE_EXECUTION;
    assert_eq!(device_state(dxg, other, kind), (SUCCESS, HUNG));
    assert_eq!(destroy_context(dxg, beside), SUCCESS);
    assert_eq!(destroy_device(dxg, other), SUCCESS);
    log();
    let new = bench.gpu.device();
    let (answer, _) = create_with(&bench.gpu, new, THREE_D, 0, &mut []);
    assert_eq!(answer, DEVICE_REMOVED);
    log();
    let (context, fence) = (
        context_named(&bench.gpu, new, COPY, 0, 8),
        GpuFence::with_flags(&bench.gpu, new, 0, 0),
    );
    bench.start_on(context, &[(wire::TAG, 2)]);
    bench.signal_on(context, fence, 1);
    assert_eq!(wait(dxg, new, &[fence.at(1)]), SUCCESS);
    assert_eq!(destroy_device(dxg, new), SUCCESS);
}

/// The call has succeeded long before. What is behind such a packet is not submitted.
pub fn case_512_refused_packets() {
    let refused = |data: &[u64], line: String, status| {
        let bench = Bench::new();
        let dxg = &bench.gpu.dxg;
        let gate = bench.other_done;
        assert_eq!(wait_from_gpu(dxg, bench.context, &[gate.at(1)]), SUCCESS);
        assert_eq!(bench.submit(bench.context, data), SUCCESS);
        bench.start(&[(wire::TAG, 2)]);
        bench.signal(1);
        logged(&[]);
        assert_eq!(signal(dxg, bench.device, &[gate.at(1)]), SUCCESS);
        bench.wait_for(bench.done, u64::MAX);
        logged(&[line, failed(status)]);
        bench.is_over(DMA_FAULT);
        bench.serves_others(2);
    };
    for_each(REFUSALS, |(status, _)| {
        let packet = [(wire::TAG, 1), (wire::REFUSE, status.into())];
        refused(&blob(&packet), submitted(THREE_D, 1, 1, &packet), status);
    });
    let line = said!("submit_command_virtual node=0 id=1 c1 p0 commands=0x10000 length=64 data=8");
    refused(&[0x5a], line, 0xc000_000d);
}

/// Cases 425, 426.
pub fn packets_that_fault() {
    const ADDRESS: u64 = 0x1234_5678_9000;
    for is_held in [false, true] {
        let bench = Bench::new();
        let mut packet = vec![(wire::TAG, 1), (wire::FAULT, ADDRESS)];
        if is_held {
            packet.push((wire::HOLD, 0));
        }
        bench.start(&packet);
        logged_soon(&[submitted(THREE_D, 1, 1, &packet)]);
        if is_held {
            assert_eq!((bench.state(), bench.done.value()), (ACTIVE, 0));
            complete();
        }
        bench.wait_for(bench.done, u64::MAX);
        assert_eq!(bench.state(), PAGE_FAULT);
        let record = (ADDRESS, c::DXGK_PAGE_FAULT_HW_CONTEXT_VALID, 0);
        assert_eq!(page_fault(&bench.gpu, bench.device), record);
        logged(&[]);
        bench.refuses();
        bench.serves_others(2);
    }
}

/// How often the kernel's log has a line.
fn printed(line: &str) -> usize {
    const READ_ALL: libc::c_int = 3;
    let mut bytes = vec![0_u8; 1 << 20];
    // SAFETY: The buffer is as long as stated.
    let end = unsafe { libc::klogctl(READ_ALL, bytes.as_mut_ptr().cast(), 1 << 20) };
    bytes.truncate(usize::try_from(end).expect("the kernel's log"));
    let text = String::from_utf8_lossy(&bytes);
    text.lines().filter(|found| found.ends_with(line)).count()
}

/// Packets that end twice, and one that never was, while others are there. The log says each once, unless there
/// were many such lines just before.
pub fn what_was_not_submitted_does_not_end() {
    let said = [1, 3, 1002].map(|id| said!("node 0: no packet {id} has been running"));
    let count = || said.each_ref().map(|line| printed(line));
    let attempt = || {
        let before = count();
        let bench = Bench::new();
        let twice = [(wire::TAG, 1), (wire::TWICE, 0)];
        bench.start(&twice);
        bench.finish(1);
        logged(&[submitted(THREE_D, 1, 1, &twice)]);
        // The one that is there stays there.
        let stranger = [(wire::TAG, 2), (wire::HOLD, 0), (wire::STRANGER, 1000)];
        bench.start(&stranger);
        bench.signal(2);
        logged_soon(&[submitted(THREE_D, 2, 1, &stranger)]);
        let other = bench.context(COPY, 2);
        bench.start_on(other, &[(wire::TAG, 8)]);
        bench.signal_on(other, bench.other_done, 1);
        bench.wait_for(bench.other_done, 1);
        logged(&[submitted(COPY, 1, 2, &[(wire::TAG, 8)])]);
        assert_eq!(bench.done.value(), 1);
        complete();
        bench.wait_for(bench.done, 2);
        // So does the one that comes when the one before has ended.
        let twice = [(wire::TAG, 3), (wire::HOLD, 0), (wire::TWICE, 0)];
        let next = [(wire::TAG, 4), (wire::HOLD, 0)];
        bench.start(&twice);
        bench.start(&next);
        bench.signal(3);
        logged_soon(&[submitted(THREE_D, 3, 1, &twice)]);
        complete();
        logged_soon(&[submitted(THREE_D, 4, 1, &next)]);
        assert_eq!(bench.done.value(), 2);
        complete();
        bench.wait_for(bench.done, 3);
        logged(&[]);
        assert_eq!(bench.state(), ACTIVE);
        let after = count();
        let more = [0, 1, 2].map(|i| after[i] - before[i]);
        assert!(more.iter().all(|&more| more <= 1), "{more:?}");
        match more {
            [1, 1, 1] => Ok(()),
            more => Err(more),
        }
    };
    assert_eq!(soon(attempt), Ok(()));
}

/// Case 66, for engines: nothing is told to them but that they stop, and nobody goes on waiting.
pub fn the_adapter_stops_with_a_packet_held() {
    for_each([wire::HOLD, wire::HOLD_FAST], |hold| {
        let bench = Bench::new();
        let (dxg, device) = (&bench.gpu.dxg, bench.device);
        let packet = [(wire::TAG, 1), (hold, 0)];
        bench.start(&packet);
        bench.start(&packet);
        bench.signal(1);
        logged_soon(&[submitted(THREE_D, 1, 1, &packet)]);
        let _stopped = Stopped;
        thread::scope(|scope| {
            let target = [bench.done.at(1)];
            let waiting = spawn(scope, move || wait(dxg, device, &target));
            stop();
            assert_eq!(waiting.join().expect("a thread"), DEVICE_REMOVED);
        });
        logged(&[said!("stop")]);
        let kind = c::D3DKMT_DEVICESTATE_EXECUTION;
        assert_eq!(device_state(dxg, device, kind).0, DEVICE_REMOVED);
        bench.refuses();
    });
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU work: addresses and their updates, faults, contexts, submission, waits and signals by contexts, errors.

pub mod contexts;
pub mod device_state;
pub mod faults;
pub mod fences;
pub mod free;
pub mod gpu_sync;
pub mod map;
pub mod mappings;
pub mod nodes;
pub mod packets;
pub mod reserve;
pub mod submission;
pub mod timeouts;
pub mod update_turns;
pub mod updates;

use dxg_guest_tests::{
    calls::*,
    execution::*,
    fence::{wait, PagingQueue},
    gpu_va::{map_with, to_map, GPU_PAGE},
};
use libd3dkmt::sys::{self, bindings as c};

/// A place where nothing is mapped.
const FAR: u64 = 0x7000_0000_0000;

/// A page there.
fn at(page: u64) -> u64 {
    FAR + page * GPU_PAGE
}

/// Flags of a fault by reading, and by writing.
const READ: u32 = c::DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
const WRITTEN: u32 = READ | c::DXGK_PAGE_FAULT_WRITE;
/// Code of a fault, as it is in a record: no such command.
const INVALID_INSTRUCTION: u32 = c::DXGK_GENERAL_ERROR_INVALID_INSTRUCTION << 1;

/// Commands that add 1 to the first 64 bits of the memory.
fn add(engine: &Engine<'_>) -> Commands {
    Commands::new().add(engine.memory.address, 1)
}

/// How often they were executed.
fn sum(engine: &Engine<'_>) -> u64 {
    engine.memory.load(0)
}

/// Runs commands that write to where nothing is.
fn break_device(engine: &Engine<'_>) {
    engine.start(&Commands::new().write64(FAR, 1));
    engine.wait_for_error();
}

/// Commands get a device into error; the address and the flags of the record.
fn fault(engine: &Engine<'_>, commands: &Commands) -> (u64, u32) {
    engine.start(commands);
    engine.wait_for_error();
    assert_eq!(engine.state(), PAGE_FAULT);
    let (address, flags, code) = page_fault(engine.gpu, engine.device);
    assert_eq!(code, 0);
    (address, flags)
}

/// State of a device, of which a packet took too long.
const HUNG: u32 = c::D3DKMT_DEVICEEXECUTION_HUNG;

/// Commands behind others that would take years: buffers that call each other.
fn endless(engine: &Engine<'_>, first: Commands) -> Commands {
    let call = |commands: Commands, page: usize, bytes| {
        let address = engine.commands.at(4096 * page);
        (0..200).fold(commands, |commands, _| commands.call(address, bytes))
    };
    engine.commands.put(4 * 4096, &Commands::new().nops(1024));
    for page in [3, 2, 1] {
        let bytes = if page == 3 { 4096 } else { 4000 };
        let calls = call(Commands::new(), page + 1, bytes);
        engine.commands.put(4096 * page, &calls);
    }
    call(first, 1, 4000)
}

/// Gets the device into error by a packet that adds 1 and takes too long.
fn hang(engine: &Engine<'_>) {
    let context = context_with(engine.gpu, engine.device, THREE_D, 0);
    engine.start_on(context, 0, &endless(engine, add(engine)));
    engine.wait_for_error();
}

/// Whether packets of a context wait: none may have changed `told`.
fn is_held(engine: &Engine<'_>, told: GpuFence) -> bool {
    engine.finish_on(engine.context(COMPUTE));
    told.value() == 0
}

/// A call without an effect.
fn refused(engine: &Engine<'_>, expected: Answer, call: impl FnOnce() -> Answer) {
    let answer = engine.gpu.unchanged(call);
    assert_eq!(answer, expected);
}

/// Waits for a value of the paging queue's fence.
fn paged(engine: &Engine<'_>, value: u64) {
    let target = [(engine.queue.fence.handle, value)];
    assert_eq!(wait(&engine.gpu.dxg, engine.device, &target), SUCCESS);
}

/// What a changed mapping of an allocation's pages, or of zeros, is answered: the status, the address, the value.
fn map_as(
    gpu: &Gpu,
    queue: &PagingQueue,
    allocation: u32,
    pages: u64,
    change: impl FnOnce(&mut sys::D3DDDI_MAPGPUVIRTUALADDRESS),
) -> (Answer, u64, u64) {
    let mut args = to_map(queue.handle, 0, allocation, pages);
    change(&mut args);
    let answer = map_with(&gpu.dxg, &mut args);
    (answer, args.virtual_address, args.paging_fence_value)
}

/// Such a mapping of one page is INVALID_PARAMETER, and nothing is written.
fn no_mapping(
    gpu: &Gpu,
    queue: &PagingQueue,
    allocation: u32,
    change: impl FnOnce(&mut sys::D3DDDI_MAPGPUVIRTUALADDRESS),
) {
    let refused = map_as(gpu, queue, allocation, 1, change);
    assert_eq!(refused, (INVALID_PARAMETER, u64::MAX, u64::MAX));
}

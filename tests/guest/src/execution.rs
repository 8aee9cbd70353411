// SPDX-License-Identifier: MIT OR Apache-2.0
//! Contexts, commands of the software engine (`uapi/dxgkrnl_engine.h`), and waits and signals of
//! contexts, as tests ask for them.

use crate::{
    calls::{destroy_device, device_state, handle, on_each_device, unlock, Answer, Gpu, SUCCESS},
    faults::every_call,
    fence::{create_sync_object, monitored, new_fence, signal, wait, Fence, PagingQueue},
    gpu_va::{mapped, reserve_with, to_reserve, GPU_PAGE},
    memory::bytes_at,
    paging::{buffer, resident, List},
};
use libd3dkmt::{
    sys::{self, bindings as c, engine as e},
    Dxg,
};
use std::{ops::Deref, ptr};

/// The node of the 3D engine.
pub const THREE_D: u32 = 0;
/// The node of the copy engine.
pub const COPY: u32 = 1;
/// The node of the compute engine.
pub const COMPUTE: u32 = 2;
/// All nodes of an adapter.
pub const NODES: [u32; 3] = [THREE_D, COPY, COMPUTE];

/// Flag of a context: its packets are not executed.
pub const NULL_RENDERING: u32 = c::D3DDDI_CREATECONTEXT_NULL_RENDERING;
/// Flag of a context: its packets may take as long as they like.
pub const NO_TIMEOUT: u32 = c::D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT;
/// Flag of a context: it takes no commands.
pub const ONLY_SYNC: u32 = c::D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY;

/// Flag of a fence: its device doesn't signal it.
pub const NO_SIGNAL: u32 = c::D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL;
/// Flag of a fence: its device doesn't wait for it.
pub const NO_WAIT: u32 = c::D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT;
/// Flag of a fence: an error of its device leaves it as it is.
pub const STAYS: u32 = c::D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR;
/// Flag of a fence: commands do not reach it.
pub const NO_GPU_ACCESS: u32 = c::D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS;

/// What a wait in a buffer waits for.
pub const EQUAL: u32 = e::DXGKRNL_ENGINE_EQUAL;
/// See [`EQUAL`].
pub const AT_LEAST: u32 = e::DXGKRNL_ENGINE_AT_LEAST;
/// See [`EQUAL`].
pub const NOT_EQUAL: u32 = e::DXGKRNL_ENGINE_NOT_EQUAL;

/// Buffers inside each other, below the first one.
pub const DEPTH_MAX: u32 = e::DXGKRNL_ENGINE_DEPTH_MAX;

/// States of a device.
pub const ACTIVE: u32 = c::D3DKMT_DEVICEEXECUTION_ACTIVE;
/// See [`ACTIVE`]: its process has marked it.
pub const RESET: u32 = c::D3DKMT_DEVICEEXECUTION_RESET;
/// See [`ACTIVE`]: what was submitted makes no sense.
pub const DMA_FAULT: u32 = c::D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT;
/// See [`ACTIVE`]: it used an address that it must not use.
pub const PAGE_FAULT: u32 = c::D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT;

fn count(length: usize) -> u32 {
    u32::try_from(length).expect("a small number")
}

/// A good argument of D3DKMTCreateContextVirtual. The answer must be overwritten.
pub fn new_context(device: u32, node: u32) -> sys::D3DKMT_CREATECONTEXTVIRTUAL {
    sys::D3DKMT_CREATECONTEXTVIRTUAL {
        device: handle(device),
        node_ordinal: node,
        engine_affinity: 1,
        context: handle(1),
        ..Default::default()
    }
}

/// D3DKMTCreateContextVirtual with an argument.
pub fn create_context(dxg: &Dxg, args: &mut sys::D3DKMT_CREATECONTEXTVIRTUAL) -> Answer {
    // SAFETY: Private data is memory of the tests', or not there.
    unsafe { sys::D3DKMTCreateContextVirtual(dxg, args) }
}

/// Makes a context on a node, with flags.
pub fn context_with(gpu: &Gpu, device: u32, node: u32, flags: u32) -> u32 {
    let mut args = new_context(device, node);
    args.flags.value = flags;
    let answer = create_context(&gpu.dxg, &mut args);
    assert_eq!(answer, SUCCESS, "CreateContextVirtual");
    args.context.v
}

/// D3DKMTDestroyContext.
pub fn destroy_context(dxg: &Dxg, context: u32) -> Answer {
    let mut args = sys::D3DKMT_DESTROYCONTEXT {
        context: handle(context),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTDestroyContext(dxg, &mut args) }
}

/// What a call answered after which contexts have something to do, which may change counters from now on.
fn queued(answer: Answer) -> Answer {
    if answer == SUCCESS {
        every_call::spare("something may be executed meanwhile");
    }
    answer
}

/// A good argument of D3DKMTSubmitCommand on contexts.
pub fn to_submit(contexts: &[u32], address: u64, bytes: u32) -> sys::D3DKMT_SUBMITCOMMAND {
    let mut args = sys::D3DKMT_SUBMITCOMMAND {
        command_buffer: address,
        command_length: bytes,
        broadcast_context_count: count(contexts.len()),
        ..Default::default()
    };
    for (place, &context) in args.broadcast_context.iter_mut().zip(contexts) {
        *place = handle(context);
    }
    args
}

/// D3DKMTSubmitCommand with an argument.
pub fn submit_with(dxg: &Dxg, args: &mut sys::D3DKMT_SUBMITCOMMAND) -> Answer {
    // SAFETY: Private data is memory of the tests', or not there.
    queued(unsafe { sys::D3DKMTSubmitCommand(dxg, args) })
}

/// D3DKMTSubmitCommand on one context.
pub fn submit(dxg: &Dxg, context: u32, address: u64, bytes: u32) -> Answer {
    submit_with(dxg, &mut to_submit(&[context], address, bytes))
}

/// The two lists of a signal or a wait.
fn lists(targets: &[(u32, u64)]) -> (List, Vec<u64>) {
    let (objects, values): (Vec<_>, Vec<_>) = targets.iter().copied().unzip();
    (List::new(&objects), values)
}

/// D3DKMTWaitForSynchronizationObjectFromGpu.
pub fn wait_from_gpu(dxg: &Dxg, context: u32, targets: &[(u32, u64)]) -> Answer {
    let (objects, values) = lists(targets);
    wait_at(
        dxg,
        context,
        objects.count(),
        objects.address(),
        values.as_ptr() as u64,
    )
}

/// The same with lists at addresses.
pub fn wait_at(dxg: &Dxg, context: u32, count: u32, objects: u64, values: u64) -> Answer {
    let mut args = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU {
        context: handle(context),
        object_count: count,
        objects,
        ..Default::default()
    };
    args.__bindgen_anon_1.monitored_fence_values = values;
    // SAFETY: Lists are as long as stated, or not there.
    queued(unsafe { sys::D3DKMTWaitForSynchronizationObjectFromGpu(dxg, &mut args) })
}

/// D3DKMTSignalSynchronizationObjectFromGpu.
pub fn signal_from_gpu(dxg: &Dxg, context: u32, targets: &[(u32, u64)]) -> Answer {
    let (objects, values) = lists(targets);
    signal_at(
        dxg,
        context,
        objects.count(),
        objects.address(),
        values.as_ptr() as u64,
    )
}

/// The same with lists at addresses.
pub fn signal_at(dxg: &Dxg, context: u32, count: u32, objects: u64, values: u64) -> Answer {
    let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU {
        context: handle(context),
        object_count: count,
        objects,
        ..Default::default()
    };
    args.__bindgen_anon_1.monitored_fence_values = values;
    // SAFETY: As in `wait_at`.
    queued(unsafe { sys::D3DKMTSignalSynchronizationObjectFromGpu(dxg, &mut args) })
}

/// D3DKMTSignalSynchronizationObjectFromGpu2 with an argument.
pub fn signal2_with(
    dxg: &Dxg,
    args: &mut sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
) -> Answer {
    // SAFETY: As in `wait_at`.
    queued(unsafe { sys::D3DKMTSignalSynchronizationObjectFromGpu2(dxg, args) })
}

/// D3DKMTSignalSynchronizationObjectFromGpu2: of contexts, with flags.
pub fn signal_from_gpu2(dxg: &Dxg, contexts: &[u32], targets: &[(u32, u64)], flags: u32) -> Answer {
    let ((objects, values), contexts) = (lists(targets), List::new(contexts));
    let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
        object_count: objects.count(),
        objects: objects.address(),
        context_count: contexts.count(),
        contexts: contexts.address(),
        ..Default::default()
    };
    args.flags.value = flags;
    args.__bindgen_anon_1.monitored_fence_values = values.as_ptr() as u64;
    signal2_with(dxg, &mut args)
}

/// The same of an eventfd instead of objects (EnqueueCpuEvent).
pub fn event_from_gpu(dxg: &Dxg, contexts: &[u32], event: u64) -> Answer {
    let contexts = List::new(contexts);
    let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 {
        context_count: contexts.count(),
        contexts: contexts.address(),
        ..Default::default()
    };
    args.flags.value = c::D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT;
    args.__bindgen_anon_1.cpu_event_handle = event;
    signal2_with(dxg, &mut args)
}

/// Operations of D3DKMTUpdateGpuVirtualAddress. Sizes are in pages.
#[derive(Clone, Default)]
pub struct Updates(Vec<sys::D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION>);

impl Updates {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    fn operation(
        mut self,
        kind: u32,
        set: impl FnOnce(&mut c::d3dddi_updategpuvirtualaddress_operation__bindgen_ty_1),
    ) -> Self {
        let mut operation = sys::D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION {
            operation: kind,
            ..Default::default()
        };
        set(&mut operation.__bindgen_anon_1);
        self.0.push(operation);
        self
    }

    /// MAP: addresses, and the pages of an allocation from one of them on.
    pub fn map(self, at: u64, pages: u64, allocation: u32, first: u64) -> Self {
        self.map_bytes(c::d3dddi_updategpuvirtualaddress_map {
            base_address: at,
            size: pages * GPU_PAGE,
            allocation: handle(allocation),
            allocation_offset: first * GPU_PAGE,
            allocation_size: pages * GPU_PAGE,
            ..Default::default()
        })
    }

    /// MAP of anything.
    pub fn map_bytes(self, map: c::d3dddi_updategpuvirtualaddress_map) -> Self {
        self.operation(c::D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP, |words| {
            words.map = map;
        })
    }

    /// MAP_PROTECT: as [`map`](Self::map), with a protection.
    pub fn map_protect(self, at: u64, pages: u64, allocation: u32, protection: u64) -> Self {
        let map = c::d3dddi_updategpuvirtualaddress_map_protect {
            base_address: at,
            size: pages * GPU_PAGE,
            allocation: handle(allocation),
            protection: c::d3dddigpuva_protection_type { value: protection },
            ..Default::default()
        };
        self.operation(c::D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP_PROTECT, |words| {
            words.map_protect = map;
        })
    }

    /// UNMAP: the protection is Zero or NoAccess.
    pub fn unmap(self, at: u64, pages: u64, protection: u64) -> Self {
        self.unmap_bytes(at, pages * GPU_PAGE, protection)
    }

    /// UNMAP of anything.
    pub fn unmap_bytes(self, at: u64, bytes: u64, protection: u64) -> Self {
        let unmap = c::d3dddi_updategpuvirtualaddress_unmap {
            base_address: at,
            size: bytes,
            protection: c::d3dddigpuva_protection_type { value: protection },
        };
        self.operation(c::D3DDDI_UPDATEGPUVIRTUALADDRESS_UNMAP, |words| {
            words.unmap = unmap;
        })
    }

    /// COPY.
    pub fn copy(self, to: u64, from: u64, pages: u64) -> Self {
        self.copy_bytes(to, from, pages * GPU_PAGE)
    }

    /// COPY of anything.
    pub fn copy_bytes(self, to: u64, from: u64, bytes: u64) -> Self {
        let copy = c::d3dddi_updategpuvirtualaddress_copy {
            source_address: from,
            size: bytes,
            dest_address: to,
        };
        self.operation(c::D3DDDI_UPDATEGPUVIRTUALADDRESS_COPY, |words| {
            words.copy = copy;
        })
    }

    /// An operation of any type, with zeros.
    pub fn of_type(self, kind: u32) -> Self {
        self.operation(kind, |_| {})
    }
}

/// A good argument of D3DKMTUpdateGpuVirtualAddress, which does not wait; the operations live as long.
pub fn to_update(
    device: u32,
    context: u32,
    fence: (u32, u64),
    updates: &Updates,
) -> sys::D3DKMT_UPDATEGPUVIRTUALADDRESS {
    let mut args = sys::D3DKMT_UPDATEGPUVIRTUALADDRESS {
        device: handle(device),
        context: handle(context),
        fence_object: handle(fence.0),
        num_operations: count(updates.0.len()),
        operations: updates.0.as_ptr() as u64,
        fence_value: fence.1,
        ..Default::default()
    };
    args.flags.value = c::D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT;
    args
}

/// D3DKMTUpdateGpuVirtualAddress with an argument.
pub fn update_with(dxg: &Dxg, args: &mut sys::D3DKMT_UPDATEGPUVIRTUALADDRESS) -> Answer {
    // SAFETY: The operations are as many as stated, or tests say otherwise, of memory of theirs.
    queued(unsafe { sys::D3DKMTUpdateGpuVirtualAddress(dxg, args) })
}

/// What GetDeviceState says of a page fault: the address, flags, the code.
pub fn page_fault(gpu: &Gpu, device: u32) -> (u64, u32, u32) {
    let mut args = sys::D3DKMT_GETDEVICESTATE {
        device: handle(device),
        state_type: c::D3DKMT_DEVICESTATE_PAGE_FAULT,
        ..Default::default()
    };
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTGetDeviceState(&gpu.dxg, &mut args) };
    assert_eq!(answer, SUCCESS, "GetDeviceState");
    // SAFETY: Any bytes are a value of it.
    let fault = unsafe { args.__bindgen_anon_1.page_fault_state };
    assert_eq!(fault.faulted_pipeline_stage, 0, "no stage is known");
    (
        fault.faulted_virtual_address,
        fault.page_fault_flags,
        fault.fault_error_code.value,
    )
}

/// A monitored fence, and where commands have it.
#[derive(Clone, Copy, Debug)]
pub struct GpuFence {
    fence: Fence,
    /// Its GPU virtual address; 0 if it has none.
    pub gpu: u64,
}

impl GpuFence {
    /// Makes one with a value and flags.
    pub fn with_flags(gpu: &Gpu, device: u32, value: u64, flags: u32) -> Self {
        let mut args = new_fence(device, value);
        args.info.flags.value = flags;
        let answer = create_sync_object(&gpu.dxg, &mut args);
        assert_eq!(answer, SUCCESS, "CreateSynchronizationObject2");
        Self {
            fence: Fence::made(&args),
            gpu: monitored(&args).fence_gpu_virtual_address,
        }
    }

    /// It with a value, as in a list.
    pub fn at(&self, value: u64) -> (u32, u64) {
        (self.fence.handle, value)
    }
}

impl Deref for GpuFence {
    type Target = Fence;

    fn deref(&self) -> &Fence {
        &self.fence
    }
}

/// The two words of a number, the low one first.
fn double(value: u64) -> [u32; 2] {
    [value as u32, (value >> 32) as u32]
}

/// Commands, in words.
#[derive(Clone, Debug, Default)]
pub struct Commands(Vec<u32>);

impl Commands {
    /// None so far.
    pub fn new() -> Self {
        Self::default()
    }

    fn command(self, op: u32, operands: &[&[u32]]) -> Self {
        let operands = operands.concat();
        let header = op | (count(operands.len() + 1) << 16);
        self.raw(&[header]).raw(&operands)
    }

    /// Any words.
    pub fn raw(mut self, words: &[u32]) -> Self {
        self.0.extend(words);
        self
    }

    /// So many commands that do nothing.
    pub fn nops(self, commands: usize) -> Self {
        self.raw(&vec![e::DXGKRNL_ENGINE_NOP | (1 << 16); commands])
    }

    /// One command that does nothing, with words of no meaning.
    pub fn nop(self, words: &[u32]) -> Self {
        self.command(e::DXGKRNL_ENGINE_NOP, &[words])
    }

    /// The end.
    pub fn end(self) -> Self {
        self.command(e::DXGKRNL_ENGINE_END, &[])
    }

    /// FILL.
    pub fn fill(self, address: u64, bytes: u64, pattern: u32) -> Self {
        let operands: [&[u32]; 3] = [&double(address), &double(bytes), &[pattern]];
        self.command(e::DXGKRNL_ENGINE_FILL, &operands)
    }

    /// COPY.
    pub fn copy(self, to: u64, from: u64, bytes: u64) -> Self {
        let operands: [&[u32]; 3] = [&double(to), &double(from), &double(bytes)];
        self.command(e::DXGKRNL_ENGINE_COPY, &operands)
    }

    /// COPY_2D: addresses with pitches, bytes of a row, rows.
    pub fn copy_2d(self, to: (u64, u32), from: (u64, u32), row: u32, rows: u32) -> Self {
        let operands: [&[u32]; 4] = [
            &double(to.0),
            &[to.1],
            &double(from.0),
            &[from.1, row, rows],
        ];
        self.command(e::DXGKRNL_ENGINE_COPY_2D, &operands)
    }

    /// WRITE of 32 bits.
    pub fn write32(self, address: u64, value: u32) -> Self {
        self.command(e::DXGKRNL_ENGINE_WRITE, &[&double(address), &[value]])
    }

    /// WRITE of 64 bits.
    pub fn write64(self, address: u64, value: u64) -> Self {
        self.command(e::DXGKRNL_ENGINE_WRITE, &[&double(address), &double(value)])
    }

    /// FENCE.
    pub fn fence(self, address: u64, value: u64) -> Self {
        self.command(e::DXGKRNL_ENGINE_FENCE, &[&double(address), &double(value)])
    }

    /// TIMESTAMP.
    pub fn timestamp(self, address: u64) -> Self {
        self.command(e::DXGKRNL_ENGINE_TIMESTAMP, &[&double(address)])
    }

    /// WAIT_MEM.
    pub fn wait_mem(self, address: u64, condition: u32, reference: u64, mask: u32) -> Self {
        let operands: [&[u32]; 3] = [&double(address), &double(reference), &[mask, condition]];
        self.command(e::DXGKRNL_ENGINE_WAIT_MEM, &operands)
    }

    /// CALL.
    pub fn call(self, address: u64, bytes: u64) -> Self {
        self.command(e::DXGKRNL_ENGINE_CALL, &[&double(address), &double(bytes)])
    }

    /// ATOMIC_ADD64.
    pub fn add(self, address: u64, operand: u64) -> Self {
        self.command(
            e::DXGKRNL_ENGINE_ATOMIC_ADD64,
            &[&double(address), &double(operand)],
        )
    }

    /// CLEAR_RECT: the surface with its pitch; x and y; width and height; the colour.
    pub fn clear_rect(self, on: (u64, u32), at: [u32; 2], size: [u32; 2], color: u32) -> Self {
        let operands: [&[u32]; 5] = [&double(on.0), &[on.1], &at, &size, &[color]];
        self.command(e::DXGKRNL_ENGINE_CLEAR_RECT, &operands)
    }

    /// TRIANGLES: the surface with its pitch, and its size; x, y, width and height of the scissor; flags; the
    /// address of corners, and how many triangles they make.
    pub fn triangles(
        self,
        on: (u64, u32),
        size: [u32; 2],
        scissor: [u32; 4],
        flags: u32,
        list: (u64, u32),
    ) -> Self {
        let operands: [&[u32]; 7] = [
            &double(on.0),
            &[on.1],
            &size,
            &scissor,
            &[flags],
            &double(list.0),
            &[list.1],
        ];
        self.command(e::DXGKRNL_ENGINE_TRIANGLES, &operands)
    }

    /// All words.
    pub fn words(&self) -> &[u32] {
        &self.0
    }

    /// Their bytes.
    pub fn bytes(&self) -> u32 {
        count(4 * self.0.len())
    }
}

/// An allocation that is resident, locked, and mapped for writing by commands. It is unlocked when dropped.
pub struct Memory<'a> {
    gpu: &'a Gpu,
    device: u32,
    /// The allocation.
    pub allocation: u32,
    /// Where commands have it.
    pub address: u64,
    /// Where the CPU has it.
    locked: u64,
    /// How many bytes it has.
    pub bytes: usize,
}

impl<'a> Memory<'a> {
    /// Makes one.
    pub fn new(gpu: &'a Gpu, device: u32, queue: &PagingQueue, pages: u64) -> Self {
        let bytes = pages * GPU_PAGE;
        let allocation = buffer(gpu, device, bytes);
        resident(gpu, device, queue, &[allocation]);
        Self {
            gpu,
            device,
            allocation,
            address: mapped(gpu, device, queue, 0, allocation, pages),
            locked: gpu.lock(device, allocation),
            bytes: usize::try_from(bytes).expect("a small number"),
        }
    }

    /// The address of a byte of it.
    pub fn at(&self, offset: usize) -> u64 {
        self.address + offset as u64
    }

    fn place<T>(&self, offset: usize) -> *mut T {
        assert!(offset + size_of::<T>() <= self.bytes);
        (self.locked + offset as u64) as *mut T
    }

    /// 64 bits of it.
    pub fn load(&self, offset: usize) -> u64 {
        // SAFETY: Inside of the lock; `offset` is a multiple of 8.
        unsafe { ptr::read_volatile(self.place::<u64>(offset)) }
    }

    /// Writes 64 bits.
    pub fn store(&self, offset: usize, value: u64) {
        // SAFETY: As for `load`.
        unsafe { ptr::write_volatile(self.place(offset), value) };
    }

    /// Writes a word.
    pub fn store_word(&self, offset: usize, value: u32) {
        // SAFETY: Inside of the lock; `offset` is a multiple of 4.
        unsafe { ptr::write_volatile(self.place(offset), value) };
    }

    /// All bytes, which commands must leave alone meanwhile.
    #[allow(clippy::mut_from_ref, reason = "memory that is shared anyway")]
    pub fn all(&self) -> &mut [u8] {
        // SAFETY: The lock has that many bytes; tests use one slice at a time.
        unsafe { bytes_at(self.locked, self.bytes) }
    }

    /// Puts commands at an offset: their address, and their bytes.
    pub fn put(&self, offset: usize, commands: &Commands) -> (u64, u32) {
        for (i, &word) in commands.words().iter().enumerate() {
            self.store_word(offset + 4 * i, word);
        }
        (self.at(offset), commands.bytes())
    }
}

impl Drop for Memory<'_> {
    fn drop(&mut self) {
        let _ = unlock(&self.gpu.dxg, self.device, self.allocation);
    }
}

/// A device with a context, and memory for commands and for what they work on.
pub struct Engine<'a> {
    /// The adapter.
    pub gpu: &'a Gpu,
    /// The device.
    pub device: u32,
    /// A paging queue of it.
    pub queue: PagingQueue,
    /// A context on the first node.
    pub context: u32,
    /// Memory for commands.
    pub commands: Memory<'a>,
    /// Memory for everything else; it is zero.
    pub memory: Memory<'a>,
    /// What contexts signal when they have come so far. Between two calls all that was asked of it is done.
    done: GpuFence,
}

impl<'a> Engine<'a> {
    /// Pages of the memory for commands.
    pub const COMMANDS: u64 = 8;
    /// Pages of the other memory: more than one step of the engine moves.
    pub const MEMORY: u64 = 32;

    /// Makes all that on a device.
    pub fn new(gpu: &'a Gpu, device: u32) -> Self {
        let queue = PagingQueue::new(gpu, device);
        Self {
            gpu,
            device,
            queue,
            context: context_with(gpu, device, THREE_D, NO_TIMEOUT),
            commands: Memory::new(gpu, device, &queue, Self::COMMANDS),
            memory: Memory::new(gpu, device, &queue, Self::MEMORY),
            done: GpuFence::with_flags(gpu, device, 0, 0),
        }
    }

    /// On a device of its own.
    pub fn on_new_device(gpu: &'a Gpu) -> Self {
        Self::new(gpu, gpu.device())
    }

    /// Another context, on a node.
    pub fn context(&self, node: u32) -> u32 {
        context_with(self.gpu, self.device, node, NO_TIMEOUT)
    }

    /// A fence with value 0.
    pub fn fence(&self) -> GpuFence {
        self.fence_with(0, 0)
    }

    /// A fence with a value and flags.
    pub fn fence_with(&self, value: u64, flags: u32) -> GpuFence {
        GpuFence::with_flags(self.gpu, self.device, value, flags)
    }

    /// Puts commands at an offset and submits them on a context.
    pub fn start_on(&self, context: u32, offset: usize, commands: &Commands) {
        let (address, bytes) = self.commands.put(offset, commands);
        let answer = submit(&self.gpu.dxg, context, address, bytes);
        assert_eq!(answer, SUCCESS, "SubmitCommand");
    }

    /// Puts commands where they usually are, and submits them.
    pub fn start(&self, commands: &Commands) {
        self.start_on(self.context, 0, commands);
    }

    /// Waits until a context has done what it has.
    pub fn finish_on(&self, context: u32) {
        let value = self.done.value() + 1;
        self.signal(context, self.done, value);
        self.wait_for(self.done, value);
    }

    /// Waits until its context has done what it has.
    pub fn finish(&self) {
        self.finish_on(self.context);
    }

    /// Has commands executed.
    pub fn run(&self, commands: &Commands) {
        self.start(commands);
        self.finish();
    }

    /// Waits until the device has got into an error state: then its fences have their last value (case 434).
    pub fn wait_for_error(&self) {
        self.wait_for(self.done, u64::MAX);
    }

    /// Has a context signal a fence.
    pub fn signal(&self, context: u32, fence: GpuFence, value: u64) {
        let answer = signal_from_gpu(&self.gpu.dxg, context, &[fence.at(value)]);
        assert_eq!(answer, SUCCESS, "SignalSynchronizationObjectFromGpu");
    }

    /// Has the context update addresses, without waiting for anything but its turn: the fence gets the next value.
    pub fn start_update(&self, fence: (u32, u64), updates: &Updates) {
        let mut args = to_update(self.device, self.context, fence, updates);
        let answer = update_with(&self.gpu.dxg, &mut args);
        assert_eq!(answer, SUCCESS, "UpdateGpuVirtualAddress");
    }

    /// Updates addresses.
    pub fn update(&self, updates: &Updates) {
        let value = self.done.value();
        self.start_update(self.done.at(value), updates);
        self.wait_for(self.done, value + 1);
    }

    /// Reserves addresses that read zero.
    pub fn reserve_zeros(&self, base: u64, bytes: u64) {
        let mut args = to_reserve(self.gpu.adapter, base, bytes);
        args.reservation_type = c::D3DDDIGPUVA_RESERVE_ZERO;
        let answer = reserve_with(&self.gpu.dxg, &mut args);
        assert_eq!(answer, SUCCESS, "ReserveGpuVirtualAddress");
    }

    /// The 64 bits at each of some addresses, as commands read them. It takes as much of the start of its memory.
    pub fn read(&self, addresses: &[u64]) -> Vec<u64> {
        let reads = addresses.iter().enumerate();
        let commands = reads.fold(Commands::new(), |commands, (i, &address)| {
            commands.copy(self.memory.at(8 * i), address, 8)
        });
        self.run(&commands);
        (0..addresses.len())
            .map(|i| self.memory.load(8 * i))
            .collect()
    }

    /// Has a context wait for a fence.
    pub fn wait_on(&self, context: u32, fence: GpuFence, value: u64) {
        let answer = wait_from_gpu(&self.gpu.dxg, context, &[fence.at(value)]);
        assert_eq!(answer, SUCCESS, "WaitForSynchronizationObjectFromGpu");
    }

    /// Waits for a fence.
    pub fn wait_for(&self, fence: GpuFence, value: u64) {
        let answer = wait(&self.gpu.dxg, self.device, &[fence.at(value)]);
        assert_eq!(answer, SUCCESS, "WaitForSynchronizationObjectFromCpu");
        assert!(fence.value() >= value);
    }

    /// Stops a context until what this returns is [released](Self::release).
    pub fn hold(&self, context: u32) -> GpuFence {
        let gate = self.fence();
        self.wait_on(context, gate, 1);
        gate
    }

    /// Lets a context go on.
    pub fn release(&self, gate: GpuFence) {
        let answer = signal(&self.gpu.dxg, self.device, &[gate.at(1)]);
        assert_eq!(answer, SUCCESS, "SignalSynchronizationObjectFromCpu");
    }

    /// The execution state of the device.
    pub fn state(&self) -> u32 {
        let execution = c::D3DKMT_DEVICESTATE_EXECUTION;
        let (answer, state) = device_state(&self.gpu.dxg, self.device, execution);
        assert_eq!(answer, SUCCESS, "GetDeviceState");
        state
    }

    /// Destroys the device.
    pub fn destroy(self) {
        let (gpu, device) = (self.gpu, self.device);
        // The locks go first.
        drop(self);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    }
}

/// Runs a test with an engine on each adapter.
pub fn on_each_engine(test: impl Fn(&Engine<'_>)) {
    on_each_device(|gpu, device| test(&Engine::new(gpu, device)));
}

/// Runs a test that takes seconds on the first adapter alone: what it is about is the same on all.
pub fn on_one_engine(test: impl Fn(&Engine<'_>)) {
    let gpu = Gpu::first();
    test(&Engine::on_new_device(&gpu));
}

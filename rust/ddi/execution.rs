// SPDX-License-Identifier: GPL-2.0

//! Execution: contexts, submissions, and what becomes of them.
//!
//! Submission is asynchronous: a packet that was taken ends later, by a notification from any thread.
//! dxgkrnl gives a node one packet after the other, in an order that it has chosen: the next one when the one before
//! has ended. Not every engine can stop a packet.

use super::Cookie;
use crate::status::NtResult;
use kernel::sync::Arc;

/// What an engine is for (DXGK_ENGINE_TYPE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum EngineType {
    /// Also compute.
    Other = 0,
    /// An adapter has exactly one (case 741).
    ThreeD = 1,
    Copy = 6,
}

/// A node (DXGKARG_GETNODEMETADATA).
#[derive(Clone, Copy, Debug)]
pub(crate) struct NodeFacts {
    pub(crate) engine_type: EngineType,
    /// At most 31 characters.
    pub(crate) name: &'static str,
}

/// How a context is (DXGK_CREATECONTEXTFLAGS).
#[allow(dead_code, reason = "the software engine does not need all of them")]
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ContextFlags {
    /// Its packets have GPU addresses (CreateContextVirtual); else allocation and patch lists.
    pub(crate) gpu_virtual_addresses: bool,
    /// Hardware queues are made on it.
    pub(crate) hw_queue_supported: bool,
}

/// What an address means to an engine that is software.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum GpuPages {
    /// It faults: nothing is mapped there, or what is mapped is not resident.
    Invalid,
    /// So many bytes from it on read zero, and what is written there is dropped.
    Zero { bytes: u64 },
    /// So many bytes from it on lie together in an allocation.
    Memory { bytes: u64, writable: bool },
}

/// How 64 bits are changed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Update {
    Store(u64),
    Add(u64),
}

/// Why bytes cannot be accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Inaccessible {
    /// Those at an address have to be paged in first: the packet is to end with [`Outcome::NotPresent`].
    NotPresent { address: u64 },
    /// They are the value of a fence that has yet to complete waits: the same access is to be made again later.
    Busy,
    /// The address has another meaning by now, or the bytes are lost.
    Lost,
}

/// The result of an access.
pub(crate) type Access = Result<(), Inaccessible>;

/// Bytes of one access to [`GpuMemory`], at most: as many are paged in where an engine has stopped, which would stop
/// there for ever if it needed more.
pub(crate) const ACCESS_MOST: u64 = 1 << 20;

/// The memory behind the GPU virtual addresses of a context, for an engine that is software: what others reach by
/// the page tables of `DxgkDdiSetRootPageTable`. The bytes of one call, at most [`ACCESS_MOST`], lie in what
/// [`GpuMemory::look_up`] says of the first one. No function waits for memory.
pub(crate) trait GpuMemory: Send + Sync {
    fn look_up(&self, address: u64) -> GpuPages;

    fn read(&self, address: u64, bytes: &mut [u8]) -> Access;

    fn write(&self, address: u64, bytes: &[u8]) -> Access;

    /// Fills `bytes` bytes; they and the address are multiples of 4.
    fn fill(&self, address: u64, bytes: u64, pattern: u32) -> Access;

    /// Copies `bytes` bytes. Those that overlap have the destination below the source: each is read before it is
    /// written.
    fn copy(&self, to: u64, from: u64, bytes: u64) -> Access;

    /// Changes 64 bits at an address that is a multiple of 8, at once: of a monitored fence it is a signal.
    fn update(&self, address: u64, change: Update) -> Access;
}

/// Arguments of [`create_context`](Execution::create_context) (DXGKARG_CREATECONTEXT).
#[allow(dead_code, reason = "the software engine does not need all of them")]
pub(crate) struct CreateContext<'a> {
    /// Below the number of nodes.
    pub(crate) node: u32,
    /// A bit for each engine; 0 is any.
    pub(crate) engine_affinity: u32,
    pub(crate) flags: ContextFlags,
    /// In: the user-mode driver's, untrusted. The miniport may write results into it (case 455).
    pub(crate) private_data: &'a mut [u8],
    /// What its GPU virtual addresses mean.
    pub(crate) memory: Arc<dyn GpuMemory>,
}

/// Names a packet on its node: rising, each one more than the one before (SubmissionFenceId).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct FenceId(pub(crate) u64);

/// A packet (DXGKARG_SUBMITCOMMANDVIRTUAL).
pub(crate) struct Packet<'a> {
    pub(crate) context: &'a Cookie,
    pub(crate) node: u32,
    pub(crate) id: FenceId,
    /// GPU virtual address of the commands.
    pub(crate) commands: u64,
    /// Bytes of them; 0 is an empty packet, which ends in order (case 498).
    pub(crate) length: u32,
    /// The user-mode driver's, untrusted. It is the caller's for the call only.
    pub(crate) private_data: &'a [u8],
}

/// Why a packet ended early.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum PacketFault {
    /// An address means nothing, or may not be used so; 0 if it is not known which.
    Page { address: u64, write: bool },
    /// What is there is no command.
    Instruction { address: u64 },
    /// What else a driver finds wrong (DXGK_INTERRUPT_DMA_FAULTED); a status of its own.
    Driver { code: u32 },
}

/// What became of a packet (DXGK_INTERRUPT_TYPE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Outcome {
    /// DMA_COMPLETED.
    Completed,
    /// DMA_PREEMPTED: it can be submitted again, and goes on from where it was. Also what was submitted
    /// behind it is back.
    Preempted,
    /// The bytes at an address have to be paged in, then it is submitted again, and goes on from where it was: what
    /// hardware asks for by a page request.
    NotPresent { address: u64 },
    /// DMA_FAULTED, DMA_PAGE_FAULTED: its device can't go on.
    Faulted(PacketFault),
}

/// What a miniport tells (`DxgkCbNotifyInterrupt`, `DxgkCbNotifyDpc`). From any thread, with no lock of the
/// miniport's held; it takes no memory, and does not wait.
pub(crate) trait Notifications: Send + Sync {
    /// A packet has ended. Each one once, unless the node was reset; any other notification is ignored, and
    /// says so in the log.
    fn notify(&self, node: u32, id: FenceId, outcome: Outcome);
}

/// How a node is (DXGKARG_QUERYENGINESTATUS).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct EngineStatus {
    /// Nanoseconds that it has worked for the packet that it has, also before that was preempted; 0 if it has none.
    pub(crate) busy: u64,
}

/// Execution: what a miniport with an engine does. All are called in process context and may sleep; no lock of
/// the core is held over them.
pub(crate) trait Execution: Send + Sync {
    /// `DxgkDdiGetNodeMetadata`, of all nodes: at least one, exactly one of which is for 3D.
    fn nodes(&self) -> &[NodeFacts];

    /// `DxgkDdiStartDevice`: whom to tell. Once, before all other calls.
    fn start(&self, notifications: Arc<dyn Notifications>);

    /// `DxgkDdiStopDevice`: ends everything, without notifications; nobody is told of anything any more. Of the other
    /// functions only `destroy_context`, and `preempt_command`, which does nothing then, are called after it.
    fn stop(&self);

    /// `DxgkDdiCreateContext`.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER, GRAPHICS_DRIVER_MISMATCH: private data not understood (case 454). NO_MEMORY.
    fn create_context(&self, args: CreateContext<'_>) -> NtResult<Cookie>;

    /// `DxgkDdiDestroyContext`, after the last of its packets has ended.
    fn destroy_context(&self, context: Cookie);

    /// `DxgkDdiSubmitCommandVirtual`: takes a packet. It does not wait for it.
    ///
    /// # Errors
    ///
    /// Private data not understood (case 512): the packet was not taken, and its device is in an error
    /// state.
    fn submit_command_virtual(&self, packet: Packet<'_>) -> NtResult;

    /// `DxgkDdiPreemptCommand`: stops what the node has, as soon as it can. What it has ends with its own
    /// notifications: with Preempted, or, of what could not be stopped, with any other outcome. If the node has
    /// nothing, the next packet is stopped: it may be on its way.
    fn preempt_command(&self, node: u32);

    /// `DxgkDdiResetEngine`: ends what the node has, without notifications, whatever it does. When this
    /// returns nothing of it goes on: the last packet that was completed.
    ///
    /// # Errors
    ///
    /// Any: the node does not answer, and nothing more is asked of it (case 701). The miniport must have cut it off from
    /// memory, as what its packet used may be freed.
    fn reset_engine(&self, node: u32) -> NtResult<FenceId>;

    /// `DxgkDdiQueryEngineStatus`.
    fn query_engine_status(&self, node: u32) -> EngineStatus;
}

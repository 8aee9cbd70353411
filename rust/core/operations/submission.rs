// SPDX-License-Identifier: GPL-2.0

//! What contexts are told to do: commands, waits, signals. A call does all of it, on all contexts that it names, or
//! nothing.

use crate::{
    core::bindings::{
        context::Context,
        device::Device,
        open_allocation::OpenAllocation,
        process::{
            Object,
            Process, //
        }, //
    },
    fence::{
        wait::Target,
        MonitoredFence, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    sched::{
        channel::Channel,
        packet::{
            Packet,
            Signal,
            SignalPart,
            Task, //
        },
        queue::Slot, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        event_fd::EventFd,
        killable,
        write_fence::WriteFence, //
    }, //
};
use kernel::sync::Arc;

/// Contexts of one device.
pub(crate) type Contexts = KVVec<Arc<Context>>;

/// A command buffer.
pub(crate) struct Commands<'a> {
    /// GPU virtual address.
    pub(crate) address: u64,
    /// Bytes; 0 is an empty packet (case 498).
    pub(crate) length: u32,
    /// It is not executed.
    pub(crate) null_rendering: bool,
    pub(crate) private_data: &'a [u8],
    /// Primaries that they write to: their flips wait for the end of the packets (case 506).
    pub(crate) written_primaries: &'a [Arc<OpenAllocation>],
}

impl Process {
    /// The context that a handle names; INVALID_PARAMETER for anything else (case 460).
    pub(crate) fn context(&self, handle: Handle) -> NtResult<Arc<Context>> {
        match self.get(handle) {
            Some(Object::Context(context)) => Ok(context),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// The contexts that handles name, and their device.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: one of them names none (cases 496, 497); they are of different devices (case 494).
    /// DEVICE_REMOVED: see [`Device::check_usable`]. NO_MEMORY.
    pub(crate) fn contexts(
        &self,
        handles: impl ExactSizeIterator<Item = Handle>,
    ) -> NtResult<(Contexts, Arc<Device>)> {
        let mut contexts = KVVec::with_capacity(handles.len(), ACCOUNT)?;
        for handle in handles {
            contexts.push(self.context(handle)?, ACCOUNT)?;
        }
        let first = contexts.first().ok_or(NtStatus::INVALID_PARAMETER)?;
        let device = first.device().clone();
        let same = |context: &Arc<Context>| Arc::ptr_eq(context.device(), &device);
        if !contexts.iter().all(same) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        device.check_usable()?;
        Ok((contexts, device))
    }
}

/// Appends packets to channels, for which everything is prepared first. Nobody waits for room with room in hand: two
/// callers would wait for each other.
fn append_all(packets: KVVec<(Arc<Channel>, Arc<Packet>)>) -> NtResult {
    let mut slots: KVVec<Slot<Arc<Packet>>> = KVVec::with_capacity(packets.len(), ACCOUNT)?;
    while let Some((channel, _)) = packets.get(slots.len()) {
        match channel.try_reserve()? {
            Some(slot) => slots.push(slot, ACCOUNT)?,
            None => {
                let of_channel = |(of, _): &&(Arc<Channel>, _)| Arc::ptr_eq(of, channel);
                let count = packets.iter().filter(of_channel).count();
                slots.clear();
                channel.wait_for_room(count)?;
                // Others may take the room first, again and again.
                killable::check()?;
            }
        }
    }
    for ((channel, packet), slot) in packets.into_iter().zip(slots) {
        channel.append(slot, packet);
    }
    Ok(())
}

/// Appends a packet to each context.
fn append(
    contexts: &[Arc<Context>],
    mut packet: impl FnMut(&Context) -> NtResult<Packet>,
) -> NtResult {
    let mut packets = KVVec::with_capacity(contexts.len(), ACCOUNT)?;
    for context in contexts {
        let packet = Arc::new(packet(context)?, ACCOUNT)?;
        packets.push((context.channel().clone(), packet), ACCOUNT)?;
    }
    append_all(packets)
}

/// D3DKMTUpdateGpuVirtualAddress: when the fence has the value, or at once, the task is done, and the fence gets the
/// next value (case 408).
///
/// # Errors
///
/// As [`wait`].
pub(in crate::core) fn update(
    context: &Arc<Context>,
    wait_first: bool,
    fence: &Arc<MonitoredFence>,
    value: u64,
    task: Arc<dyn Task>,
) -> NtResult {
    let at = |value| -> NtResult<KVVec<Target>> {
        let mut targets = KVVec::with_capacity(1, ACCOUNT)?;
        let fence = fence.clone();
        targets.push(Target { fence, value }, ACCOUNT)?;
        Ok(targets)
    };
    let channel = context.channel();
    let mut packets = KVVec::with_capacity(3, ACCOUNT)?;
    let mut push = |packet| -> NtResult {
        packets.push((channel.clone(), Arc::new(packet, ACCOUNT)?), ACCOUNT)?;
        Ok(())
    };
    if wait_first {
        push(Channel::wait(channel, at(value)?)?)?;
    }
    push(Packet::Task(task))?;
    let signal = Signal::new(at(value.wrapping_add(1))?, false, None, 1)?;
    push(Packet::Signal(SignalPart::new(&signal)))?;
    append_all(packets)
}

/// D3DKMTSubmitCommand: the commands run once on each context (case 493).
///
/// # Errors
///
/// - INVALID_PARAMETER: a context takes waits and signals alone (case 450).
/// - NO_MEMORY. INTERRUPTED: a signal came while the call waited for room, or for one of many packets that write to the
///   same primary. DEVICE_REMOVED: a context is being destroyed, or the adapter was unplugged.
pub(crate) fn submit(contexts: &[Arc<Context>], commands: &Commands<'_>) -> NtResult {
    let only_synchronizes = |context: &Arc<Context>| context.options().synchronization_only;
    if contexts.iter().any(only_synchronizes) {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    // Before the packets: a fence that is dropped, as the call fails, delays nobody.
    let written = write_fence(commands.written_primaries)?;
    append(contexts, |context| {
        let _written = written.clone();
        if commands.null_rendering || context.options().null_rendering {
            return Ok(Packet::Null { _written });
        }
        let mut private_data = KVVec::new();
        private_data.extend_from_slice(commands.private_data, ACCOUNT)?;
        Ok(Packet::Execute {
            commands: commands.address,
            length: commands.length,
            private_data,
            _written,
        })
    })
}

/// A fence that flips of these primaries wait for from now on.
fn write_fence(primaries: &[Arc<OpenAllocation>]) -> NtResult<Option<Arc<WriteFence>>> {
    if primaries.is_empty() {
        return Ok(None);
    }
    let fence = Arc::new(WriteFence::new()?, ACCOUNT)?;
    for primary in primaries {
        primary.allocation().backing().add_write_fence(&fence)?;
    }
    Ok(Some(fence))
}

/// D3DKMTWaitForSynchronizationObjectFromGpu: what the context is told later begins when all fences have their
/// values.
///
/// # Errors
///
/// NO_MEMORY; INTERRUPTED and DEVICE_REMOVED as for [`submit`].
pub(crate) fn wait(context: &Arc<Context>, targets: KVVec<Target>) -> NtResult {
    let mut targets = Some(targets);
    append(core::slice::from_ref(context), |context| {
        let targets = targets.take().ok_or(NtStatus::UNSUCCESSFUL)?;
        Channel::wait(context.channel(), targets)
    })
}

/// D3DKMTSignalSynchronizationObjectFromGpu, FromGpu2: fences get their values, and the event is signalled, when all
/// contexts have come there (case 544).
///
/// # Errors
///
/// As [`wait`].
pub(crate) fn signal(
    contexts: &[Arc<Context>],
    targets: KVVec<Target>,
    rewind: bool,
    event: Option<EventFd>,
) -> NtResult {
    let signal = Signal::new(targets, rewind, event, contexts.len())?;
    append(contexts, |_| Ok(Packet::Signal(SignalPart::new(&signal))))
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Command buffers that have been submitted, and what they use until they have ended.

use crate::{
    call::check,
    context::{Context, OpenContext},
    event::{wait_for_event, Waited},
    fence::FencePoint,
    gpu_va::{Mapping, OpenMapping},
    handle::ContextHandle,
    sys, Error, ExecutionState,
};
use std::{
    collections::VecDeque,
    iter,
    ops::Range,
    os::fd::{AsFd, OwnedFd},
    sync::{Arc, OnceLock},
    time::Duration,
};

/// How far a context has been used.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    /// The value of the context's fence that was queued last.
    last: u64,
    /// What submissions use, in their order.
    uses: VecDeque<Uses>,
}

/// What a submission uses.
#[derive(Debug)]
struct Uses {
    /// The value that the context's fence has when it has ended.
    until: u64,
    _mappings: Vec<Arc<OpenMapping>>,
}

impl Progress {
    /// Takes out what is not used any more, for the caller to drop without a lock.
    fn take_ended(&mut self, value: u64) -> Vec<Uses> {
        let ended = self.uses.iter().take_while(|uses| uses.until <= value);
        let ended = ended.count();
        self.uses.drain(..ended).collect()
    }
}

/// Commands that were submitted ([`Context::submit`]).
///
/// What they use is kept alive until they have ended, whether this is dropped before or not; then it goes
/// with a later submission, or with the context.
#[derive(Debug)]
#[must_use = "it says when the commands have ended"]
pub struct Submission {
    context: Arc<OpenContext>,
    value: u64,
    /// Signalled at the end, once somebody has waited with a time limit.
    event: OnceLock<OwnedFd>,
}

impl Context {
    /// Queues a command buffer: the bytes `range` of a mapping, behind what the context has
    /// (D3DKMTSubmitCommand), and a signal of the context's own fence
    /// (D3DKMTSignalSynchronizationObjectFromGpu). It returns at once, unless the context has too much queued
    /// already: then it waits until there is room.
    ///
    /// The mapping of the commands and those in `uses`, with their allocations, are kept until the commands
    /// have ended. Other addresses may be used as well; but what is not mapped or not resident then is a
    /// fault, which puts the device in error. An empty range is a submission without commands.
    ///
    /// A buffer that faults at once can make its own `submit` fail with `DEVICE_REMOVED`, as the signal behind it is
    /// refused then: `Device::execution_state` and `Device::page_fault` say why.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] for bytes that the mapping does not have, and for 4 GiB and more.
    /// `INVALID_PARAMETER`: a context for synchronization only, or for hardware queues. `NO_MEMORY`.
    /// `DEVICE_REMOVED`: the adapter has gone, or the device is in error. If the signal is refused after
    /// the commands were queued, they are executed all the same, and what they use is kept until a later
    /// submission has ended.
    pub fn submit(
        &self,
        commands: &Mapping,
        range: Range<u64>,
        uses: &[&Mapping],
    ) -> Result<Submission, Error> {
        let context = self.shared();
        let (address, bytes) = commands_of(commands, range)?;
        let mut argument = to_submit(context.handle(), address, bytes);
        let mappings = iter::once(commands).chain(uses.iter().copied());
        let mappings = mappings.map(|mapping| mapping.shared().clone()).collect();

        // Values are queued in the order of the commands, so the lock is held over both calls.
        let mut progress = context.progress();
        let ended = progress.take_ended(context.fence().value());
        let value = progress.last + 1;
        // SAFETY: All addresses of the CPU in the argument are NULL.
        let result = unsafe { sys::D3DKMTSubmitCommand(context.dxg(), &mut argument) };
        let result = check("D3DKMTSubmitCommand", result).and_then(|()| {
            progress.uses.push_back(Uses {
                until: value,
                _mappings: mappings,
            });
            // If this fails, the next submission has the same value, and so covers these commands.
            context.signal(context.fence().handle(), value)?;
            progress.last = value;
            Ok(())
        });
        drop(progress);
        drop(ended);
        result?;
        Ok(Submission {
            context: context.clone(),
            value,
            event: OnceLock::new(),
        })
    }
}

impl Submission {
    /// The value of the context's fence that says that the commands have ended.
    pub fn value(&self) -> u64 {
        self.value
    }

    /// Whether the commands have ended, without a call. They have also ended if the device is in error,
    /// which [`Self::wait`] says.
    pub fn has_ended(&self) -> bool {
        self.context.fence().value() >= self.value
    }

    /// The end of the commands, for waits of other contexts ([`Context::wait_for_all`]) and of threads
    /// ([`Device::wait`](crate::Device::wait)).
    pub fn point(&self) -> FencePoint<'_> {
        self.context.fence().at(self.value)
    }

    /// Waits until the commands have ended, but not longer than a time
    /// (D3DKMTWaitForSynchronizationObjectFromCpu). What they have written can be read then.
    ///
    /// # Errors
    ///
    /// [`Error::Device`] when the device is in error, so that the commands may not have been executed, or
    /// not all of them. `DEVICE_REMOVED`: the adapter has gone. [`Error::Event`]: no descriptor is left.
    pub fn wait(&self, timeout: Duration) -> Result<Waited, Error> {
        if !self.has_ended() && self.wait_for_event(timeout)? == Waited::TimedOut {
            return Ok(Waited::TimedOut);
        }
        let now = self.context.fence().value();
        // Fences of a device in error have the highest value. A wait also ends with the adapter.
        if now == u64::MAX || now < self.value {
            match self.context.device().execution_state()? {
                ExecutionState::ACTIVE => {}
                state => return Err(Error::Device(state)),
            }
        }
        // A thread that submits can be blocked by a full queue until this one goes on. Then it keeps them
        // for now.
        let progress = self.context.try_progress();
        let ended = progress.map(|mut progress| progress.take_ended(now));
        drop(ended);
        Ok(Waited::Reached)
    }

    /// Waits by the one eventfd that is signalled at the end: a wait stays with the kernel when its time is
    /// up, so there is one for all.
    fn wait_for_event(&self, timeout: Duration) -> Result<Waited, Error> {
        let event = match self.event.get() {
            Some(event) => event,
            None => {
                let event = self.context.fence().event_at(self.value)?;
                self.event.get_or_init(|| event)
            }
        };
        wait_for_event(event.as_fd(), timeout)
    }
}

/// Address and length of a command buffer in a mapping.
fn commands_of(commands: &Mapping, range: Range<u64>) -> Result<(u64, u32), Error> {
    if range.start > range.end || range.end > commands.bytes() {
        return Err(Error::Argument("the mapping does not have these commands"));
    }
    let bytes = u32::try_from(range.end - range.start)
        .map_err(|_| Error::Argument("commands of 4 GiB and more"))?;
    Ok((commands.address() + range.start, bytes))
}

fn to_submit(context: ContextHandle, address: u64, bytes: u32) -> sys::D3DKMT_SUBMITCOMMAND {
    let mut argument = sys::D3DKMT_SUBMITCOMMAND {
        command_buffer: address,
        command_length: bytes,
        broadcast_context_count: 1,
        ..Default::default()
    };
    argument.broadcast_context[0] = context.into();
    argument
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        allocation::{Allocation, AllocationInfo, Owner},
        handle::{AdapterHandle, AllocationHandle},
        Adapter, Device, Dxg, Luid, PageBuf,
    };

    /// A device on a node that refuses every call.
    fn device() -> Device {
        let dxg = Dxg::open_path("/dev/null").unwrap();
        let luid = Luid { high: 0, low: 1 };
        Device::for_tests(&Adapter::new(&dxg, AdapterHandle(0x4000_0000), luid, 1))
    }

    fn allocation(device: &Device) -> Allocation {
        let owner = Owner::Device(device.shared().clone());
        let info = AllocationInfo::existing_heap(PageBuf::new(4096).unwrap());
        Allocation::new(owner, AllocationHandle(0x4000_0080), info, false)
    }

    fn uses(until: u64) -> Uses {
        Uses {
            until,
            _mappings: Vec::new(),
        }
    }

    #[test]
    fn an_argument_of_a_submission_has_one_context() {
        let argument = to_submit(ContextHandle(0x4000_0180), 0x12_3456_7000, 44);
        assert_eq!(argument.command_buffer, 0x12_3456_7000);
        assert_eq!((argument.command_length, argument.flags.value), (44, 0));
        assert_eq!(argument.broadcast_context_count, 1);
        let contexts = argument.broadcast_context.map(|context| context.v);
        assert_eq!((contexts[0], &contexts[1..]), (0x4000_0180, &[0; 63][..]));
        assert_eq!(
            (argument.num_primaries, argument.num_history_buffers),
            (0, 0)
        );
        assert_eq!(
            (argument.priv_drv_data, argument.history_buffer_array),
            (0, 0)
        );
    }

    #[test]
    fn commands_are_inside_their_mapping() {
        let device = device();
        let mut allocation = allocation(&device);
        let mapping = Mapping::for_tests(&device, 0x10_0000, &mut allocation);
        for (range, wanted) in [
            (0..44, (0x10_0000, 44)),
            (4096..4096, (0x10_1000, 0)),
            (64..4096, (0x10_0040, 4032)),
        ] {
            assert_eq!(commands_of(&mapping, range).unwrap(), wanted);
        }
        let reversed = Range { start: 8, end: 4 };
        for range in [0..4097, 4097..4097, reversed, 0..u64::MAX] {
            let wrong = commands_of(&mapping, range);
            assert!(matches!(wrong, Err(Error::Argument(_))));
        }
    }

    #[test]
    fn a_mapping_keeps_its_allocation_and_the_cpu_from_locking() {
        let device = device();
        let mut allocation = allocation(&device);
        assert!(allocation.memory_mut().is_some());
        let mapping = Mapping::for_tests(&device, 0x10_0000, &mut allocation);
        let kept = mapping.shared().clone();
        assert!(matches!(mapping.unmap(), Err(Error::InUse("mapping"))));
        assert!(allocation.memory().is_none());
        assert!(allocation.memory_mut().is_none());
        assert!(matches!(allocation.lock(), Err(Error::Mapped)));
        let destroyed = allocation.destroy();
        assert!(matches!(destroyed, Err(Error::InUse("allocation"))));
        drop(kept);
    }

    #[test]
    fn what_has_ended_is_not_kept() {
        let mut progress = Progress::default();
        // Two submissions have one value when the signal of the first was refused.
        progress.uses.extend([1, 2, 2, 3].map(uses));
        let ended = |progress: &mut Progress, value| {
            let ended = progress.take_ended(value);
            ended.iter().map(|uses| uses.until).collect::<Vec<_>>()
        };
        assert!(ended(&mut progress, 0).is_empty());
        assert_eq!(ended(&mut progress, 1), [1]);
        assert_eq!(ended(&mut progress, 2), [2, 2]);
        assert!(ended(&mut progress, 2).is_empty());
        assert_eq!(ended(&mut progress, u64::MAX), [3]);
    }
}

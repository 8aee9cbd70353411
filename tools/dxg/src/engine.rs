// SPDX-License-Identifier: MIT OR Apache-2.0
//! The steps of the demo in which commands are executed.

use crate::{
    pattern::Pattern,
    report::{Outcome, Report},
    size::mib,
};
use libd3dkmt::{
    command::Commands, gem::Buffer, Adapter, Allocation, AllocationInfo, Context, Device,
    ExecutionState, GpuProtection, MadeResident, MakeResidentFlags, Mapping, PagingPriority,
    PagingQueue, ReservationType, Submission, Waited,
};
use std::{error::Error, time::Duration};

/// Bytes of each of the allocations that commands work on.
const BYTES: usize = 4 << 20;
/// Bytes for commands: more than a step has.
const COMMANDS: u64 = 4096;
/// The node of the contexts.
const NODE: u32 = 0;
/// Nothing takes that long, even on a machine that is emulated.
const LIMIT: Duration = Duration::from_secs(60);

/// What is copied, and what the copy is then filled with.
const COPIED: Pattern = Pattern::new(7);
const FILLED: u8 = 0x5a;

/// Runs on an adapter and its first device, and leaves nothing behind. `None` when a step failed.
pub fn steps(adapter: &Adapter, device: &Device, report: &mut Report) -> Option<()> {
    let mut copier = report.step("context", || copier(device))?;
    report.step("copy by the engine", || copied(&mut copier))?;
    report.step("fence of the context", || {
        signalled(device, &copier.engine.context)
    });
    let second = report.step("fault of a second device", || faulted(adapter))?;
    report.step("first device after that", || {
        works_on(device, &second, &mut copier)
    })
}

/// A context with memory for its commands.
struct Engine {
    // In front of what its commands use: it is destroyed first.
    context: Context,
    commands: Mapped,
    queue: PagingQueue,
}

/// An allocation that commands can use.
struct Mapped {
    allocation: Allocation,
    mapping: Mapping,
}

/// An engine, and what it copies from and to.
struct Copier {
    engine: Engine,
    from: Mapped,
    to: Mapped,
}

impl Engine {
    fn new(device: &Device) -> Result<Self, Box<dyn Error>> {
        let queue = device.create_paging_queue(PagingPriority::NORMAL)?;
        let commands = device.allocate(AllocationInfo::buffer(Buffer::new(COMMANDS)))?;
        let commands = Mapped::new(&queue, commands, GpuProtection::empty())?;
        Ok(Self {
            context: device.create_context(NODE)?,
            commands,
            queue,
        })
    }

    /// Hands commands over. Those that it was given before have ended.
    fn submit(
        &mut self,
        commands: &Commands,
        uses: &[&Mapping],
    ) -> Result<Submission, libd3dkmt::Error> {
        let place = &mut self.commands;
        place.allocation.write(0, &commands.to_bytes())?;
        self.context
            .submit(&place.mapping, 0..commands.bytes(), uses)
    }

    /// Has commands executed.
    fn run(&mut self, commands: &Commands, uses: &[&Mapping]) -> Result<(), Box<dyn Error>> {
        match self.submit(commands, uses)?.wait(LIMIT)? {
            Waited::Reached => Ok(()),
            Waited::TimedOut => Err(format!("the commands did not end within {LIMIT:?}").into()),
        }
    }
}

impl Mapped {
    fn new(
        queue: &PagingQueue,
        mut allocation: Allocation,
        protection: GpuProtection,
    ) -> Result<Self, Box<dyn Error>> {
        let made = queue.make_resident(&[&allocation], MakeResidentFlags::empty())?;
        if let MadeResident::OverBudget(bytes) = made {
            return Err(format!("{} over the budget", mib(bytes)).into());
        }
        // Waits for what the queue was given before, too.
        let mapping = queue.map_gpu_va(&mut allocation, protection)?;
        Ok(Self {
            allocation,
            mapping,
        })
    }

    /// A copy of its bytes.
    fn bytes(&mut self) -> Result<Vec<u8>, libd3dkmt::Error> {
        let mut bytes = vec![0; BYTES];
        self.allocation.read(0, &mut bytes)?;
        Ok(bytes)
    }
}

fn copier(device: &Device) -> Outcome<Copier> {
    let engine = Engine::new(device)?;
    let make = || device.allocate(AllocationInfo::buffer(Buffer::new(BYTES as u64)));
    let mut from = make()?;
    let mut bytes = from.lock()?;
    COPIED.fill(&mut bytes);
    bytes.unlock()?;
    let from = Mapped::new(&engine.queue, from, GpuProtection::empty())?;
    let to = Mapped::new(&engine.queue, make()?, GpuProtection::WRITE)?;
    let figures = format!(
        "handle {}, on node {NODE}, for two allocations of {}",
        engine.context.handle(),
        mib(BYTES as u64)
    );
    Ok((Copier { engine, from, to }, figures))
}

fn copied(copier: &mut Copier) -> Outcome<()> {
    let Copier { engine, from, to } = copier;
    let [source, target] = [&from.mapping, &to.mapping];
    let mut commands = Commands::new();
    commands.copy(target.address(), source.address(), BYTES as u64);
    engine.run(&commands, &[source, target])?;
    COPIED.check(&to.bytes()?)?;
    Ok((
        (),
        format!("{BYTES} from one to the other, every byte compared"),
    ))
}

/// The context is held by another fence, so that the order shows.
fn signalled(device: &Device, context: &Context) -> Outcome<()> {
    let [gate, fence] = [device.create_fence(0)?, device.create_fence(0)?];
    context.wait_for(&gate, 1)?;
    context.signal(&fence, 1)?;
    let before = fence.value();
    gate.signal(1)?;
    let waited = fence.wait_timeout(1, LIMIT)?;
    match (before, waited, fence.value()) {
        (0, Waited::Reached, 1) => Ok((
            (),
            "0 while the context was held, then 1; the CPU waited for it".to_owned(),
        )),
        (before, waited, after) => Err(format!(
            "{before} while the context was held, then {after}; wait of the CPU: {waited:?}"
        )
        .into()),
    }
}

/// A device that has written to an address where nothing is.
fn faulted(adapter: &Adapter) -> Outcome<Device> {
    let device = adapter.create_device()?;
    let mut engine = Engine::new(&device)?;
    // Nothing else gets these addresses meanwhile.
    let nowhere = device.reserve_gpu_va(1 << 16, ReservationType::NO_ACCESS)?;
    // Nothing is executed before all is queued: a device in error would refuse the rest.
    let gate = device.create_fence(0)?;
    engine.context.wait_for(&gate, 1)?;
    let mut commands = Commands::new();
    commands.write32(nowhere.address(), 1);
    let submission = engine.submit(&commands, &[])?;
    gate.signal(1)?;
    let state = match submission.wait(LIMIT) {
        Err(libd3dkmt::Error::Device(state)) => state,
        Err(error) => return Err(error.into()),
        Ok(waited) => return Err(format!("there was no fault: {waited:?}").into()),
    };
    let fault = device
        .page_fault()?
        .ok_or("there is no record of the fault")?;
    if state != ExecutionState::ERROR_DMAPAGEFAULT
        || !fault.write
        || fault.address != nowhere.address()
    {
        let address = nowhere.address();
        return Err(format!("{state:?} with {fault:x?} after a write to 0x{address:x}").into());
    }
    let figures = format!(
        "{state:?}, by a write to 0x{:x}, where nothing is",
        fault.address
    );
    Ok((device, figures))
}

fn works_on(device: &Device, second: &Device, copier: &mut Copier) -> Outcome<()> {
    let Copier { engine, to, .. } = copier;
    let target = &to.mapping;
    let pattern = u32::from_ne_bytes([FILLED; 4]);
    let mut commands = Commands::new();
    commands.fill(target.address(), BYTES as u64, pattern);
    engine.run(&commands, &[target])?;
    let bytes = to.bytes()?;
    if let Some(offset) = bytes.iter().position(|&byte| byte != FILLED) {
        return Err(format!("byte {offset:#x} was not filled").into());
    }
    let states = [device.execution_state()?, second.execution_state()?];
    if states != [ExecutionState::ACTIVE, ExecutionState::ERROR_DMAPAGEFAULT] {
        return Err(format!("the states of the two are {states:?}").into());
    }
    Ok((
        (),
        format!(
            "{:?}, {BYTES} filled by the engine, every byte compared",
            states[0]
        ),
    ))
}

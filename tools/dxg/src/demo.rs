// SPDX-License-Identifier: MIT OR Apache-2.0
//! `dxg demo`: the whole way of an allocation, and commands, on every adapter, and a picture at the end.

use crate::{
    advice, engine,
    facts::{Facts, Pci},
    pattern::Pattern,
    picture,
    proof::Proof,
    report::{Outcome, Report},
    size::mib,
};
use libd3dkmt::{
    gem::{self, Buffer, Format, Surface, Usage},
    Adapter, Allocation, AllocationInfo, Device, Dxg, PageBuf, Resource, SegmentGroup,
    VideoMemoryInfo,
};
use std::{error::Error, io, path::Path, process::ExitCode};

/// Bytes of the allocations. No two are the same, and one is no whole number of pages, so that
/// each can be told from the others in the DRM device's list.
const STAND_ALONE: u64 = 4 << 20;
const MEMBERS: [u64; 2] = [2 << 20, 1_000_000];
const MEMBER_SURFACE: Surface = Surface {
    width: 640,
    height: 480,
    format: Format::Xrgb8888,
    usage: Usage::CPU_VISIBLE.union(Usage::DISPLAYABLE),
};
const CALLERS_MEMORY: usize = 1 << 20;

/// What is written where: each allocation has its own bytes, the caller's memory first the
/// caller's, then what is written through the lock.
const ALONE: Pattern = Pattern::new(1);
const MEMBER: [Pattern; 3] = [Pattern::new(2), Pattern::new(3), Pattern::new(4)];
const CALLERS: Pattern = Pattern::new(5);
const WRITTEN: Pattern = Pattern::new(6);

/// Runs on every adapter. Exits with 0 only if every step was right.
pub fn run(
    dxg: &Dxg,
    require_debugfs: bool,
    while_shown: Option<&str>,
) -> Result<ExitCode, Box<dyn Error>> {
    let adapters = dxg.adapters()?;
    if adapters.is_empty() {
        return Err(advice::NO_ADAPTERS.into());
    }
    let mut report = Report::to(io::stdout());
    for adapter in adapters {
        report.heading(&format!("adapter {}", adapter.luid()));
        // The steps that fail are counted where they do.
        let _ = on_adapter(adapter, require_debugfs, &mut report);
    }
    report.heading("picture");
    picture::steps(&dxg.adapters()?, while_shown, &mut report);
    Ok(if report.finish("demo") {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// `None` when a step failed that the next ones need; what was made until then goes by itself.
fn on_adapter(adapter: Adapter, require_debugfs: bool, report: &mut Report) -> Option<()> {
    let facts = report.step("facts", || facts(&adapter))?;
    let mut proof = Proof::begin(&facts, require_debugfs, report);
    let before = report.step("video memory before", || video_memory(&adapter))?;
    let device = report.step("device", || made_device(&adapter))?;

    let mut alone = report.step("stand-alone allocation", || stand_alone(&device))?;
    report.step("its bytes", || write_and_read(&mut alone, ALONE))?;

    let mut resource = report.step("resource of three allocations", || resource(&device))?;
    for (index, member) in resource.allocations_mut().iter_mut().enumerate() {
        let name = format!("bytes of allocation {}", index + 1);
        report.step(&name, || write_and_read(member, MEMBER[index]))?;
    }

    let mut heap = report.step("allocation of the caller's memory", || {
        existing_heap(&device)
    })?;
    report.step("its bytes", || shared_bytes(&mut heap))?;

    report.step("all of them once more", || {
        read(&mut alone, ALONE)?;
        for (member, pattern) in resource.allocations_mut().iter_mut().zip(MEMBER) {
            read(member, pattern)?;
        }
        read(&mut heap, WRITTEN)?;
        Ok(((), "each has its own bytes".to_owned()))
    });

    let touched: Vec<u64> = [&alone]
        .into_iter()
        .chain(resource.allocations())
        .filter_map(|allocation| allocation.size())
        .map(|bytes| bytes as u64)
        .collect();
    report.step("video memory during", || grown(&adapter, &before, &touched));
    proof.during(&touched, report);

    report.step("destroy stand-alone allocation", || destroyed(alone))?;
    report.step("destroy resource", || destroyed_resource(resource))?;
    report.step("destroy allocation of the caller's memory", || {
        given_back(heap)
    })?;
    // The steps that fail are counted there, and what follows sees that nothing is left of them.
    let _ = engine::steps(&adapter, &device, report);
    proof.after(report);
    report.step("video memory after", || as_before(&adapter, &before));
    report.step("destroy device, close adapter", || {
        device.destroy()?;
        adapter.close()?;
        Ok(((), "both gone".to_owned()))
    })
}

fn facts(adapter: &Adapter) -> Outcome<Facts> {
    let facts = Facts::of(adapter)?;
    let node = match &facts.node {
        Some(node) if !Path::new(node).exists() => {
            return Err(format!("{node} is not there").into());
        }
        Some(node) => node,
        None => "no DRM node",
    };
    let place = match &facts.pci {
        Some(Pci {
            vendor,
            device,
            bus,
            slot,
            function,
            ..
        }) => format!("PCI {bus:02x}:{slot:02x}.{function} {vendor:04x}:{device:04x}"),
        None => "on no bus".to_owned(),
    };
    let figures = format!(
        "{}, {node}, {}, {place}, WDDM {}",
        facts.name, facts.driver_description, facts.wddm_version
    );
    Ok((facts, figures))
}

/// The numbers of both segment groups.
struct VideoMemory {
    local: VideoMemoryInfo,
    non_local: VideoMemoryInfo,
}

impl VideoMemory {
    fn of(adapter: &Adapter) -> Result<Self, libd3dkmt::Error> {
        Ok(Self {
            local: adapter.video_memory_info(SegmentGroup::LOCAL)?,
            non_local: adapter.video_memory_info(SegmentGroup::NON_LOCAL)?,
        })
    }

    fn figures(&self) -> String {
        let group =
            |info: &VideoMemoryInfo| format!("{} of {}", mib(info.current_usage), mib(info.budget));
        format!(
            "local {}, non-local {} used",
            group(&self.local),
            group(&self.non_local)
        )
    }
}

fn video_memory(adapter: &Adapter) -> Outcome<VideoMemory> {
    let memory = VideoMemory::of(adapter)?;
    if memory.local.budget == 0 {
        return Err("the adapter has no video memory".into());
    }
    let figures = memory.figures();
    Ok((memory, figures))
}

fn made_device(adapter: &Adapter) -> Outcome<Device> {
    let device = adapter.create_device()?;
    let figures = format!("handle {}", device.handle());
    Ok((device, figures))
}

fn stand_alone(device: &Device) -> Outcome<Allocation> {
    let allocation = device.allocate(AllocationInfo::buffer(Buffer::new(STAND_ALONE)))?;
    let figures = format!("handle {}, {}", allocation.handle(), size_of(&allocation)?);
    Ok((allocation, figures))
}

fn resource(device: &Device) -> Outcome<Resource> {
    let buffer = |bytes| AllocationInfo::buffer(Buffer::new(bytes));
    let resource = device
        .create()
        .private_data(gem::resource_private_data())
        .allocation(buffer(MEMBERS[0]))
        .allocation(buffer(MEMBERS[1]))
        .allocation(AllocationInfo::surface(MEMBER_SURFACE))
        .resource()?;
    let mut sizes = Vec::new();
    for member in resource.allocations() {
        sizes.push(size_of(member)?);
    }
    if sizes.len() != 3 {
        return Err(format!("it has {} allocations", sizes.len()).into());
    }
    let figures = format!("handle {}, {}", resource.handle(), sizes.join(" + "));
    Ok((resource, figures))
}

fn existing_heap(device: &Device) -> Outcome<Allocation> {
    let mut memory = PageBuf::new(CALLERS_MEMORY)?;
    CALLERS.fill(&mut memory);
    let allocation = device.allocate(AllocationInfo::existing_heap(memory))?;
    let figures = format!("handle {}, {}", allocation.handle(), size_of(&allocation)?);
    Ok((allocation, figures))
}

fn size_of(allocation: &Allocation) -> Result<String, Box<dyn Error>> {
    let bytes = allocation.size().ok_or("its size did not come back")?;
    Ok(mib(bytes as u64))
}

/// Fills an allocation, unlocks it, and locks it again to see.
fn write_and_read(allocation: &mut Allocation, pattern: Pattern) -> Outcome<()> {
    let mut bytes = allocation.lock()?;
    let count = bytes.len();
    if bytes.iter().any(|&byte| byte != 0) {
        return Err("new memory is not zeroed".into());
    }
    pattern.fill(&mut bytes);
    bytes.unlock()?;
    read(allocation, pattern)?;
    Ok(((), format!("{count} written, unlocked, read")))
}

fn read(allocation: &mut Allocation, pattern: Pattern) -> Result<(), Box<dyn Error>> {
    let handle = allocation.handle();
    let bytes = allocation.lock()?;
    pattern
        .check(&bytes)
        .map_err(|wrong| format!("allocation {handle}: {wrong}"))?;
    bytes.unlock()?;
    Ok(())
}

/// The caller's bytes show through the lock, and what is written through the lock in the caller's
/// memory.
fn shared_bytes(allocation: &mut Allocation) -> Outcome<()> {
    let mut bytes = allocation.lock()?;
    let count = bytes.len();
    CALLERS.check(&bytes)?;
    WRITTEN.fill(&mut bytes);
    bytes.unlock()?;
    WRITTEN.check(allocation.memory().ok_or("its memory is not there")?)?;
    Ok((
        (),
        format!("{count} seen and written through both mappings"),
    ))
}

fn grown(adapter: &Adapter, before: &VideoMemory, touched: &[u64]) -> Outcome<()> {
    let now = VideoMemory::of(adapter)?;
    let touched = touched.iter().sum::<u64>();
    let growth = now
        .local
        .current_usage
        .saturating_sub(before.local.current_usage);
    if growth < touched {
        return Err(format!(
            "local grew by {}, and {} are in use",
            mib(growth),
            mib(touched)
        )
        .into());
    }
    Ok(((), now.figures()))
}

fn as_before(adapter: &Adapter, before: &VideoMemory) -> Outcome<()> {
    let now = VideoMemory::of(adapter)?;
    let usage = |memory: &VideoMemory| (memory.local.current_usage, memory.non_local.current_usage);
    if usage(&now) != usage(before) {
        return Err(format!("{}, not as before", now.figures()).into());
    }
    Ok(((), now.figures()))
}

fn destroyed(allocation: Allocation) -> Outcome<()> {
    let handle = allocation.handle();
    allocation.destroy()?;
    Ok(((), format!("handle {handle}")))
}

fn destroyed_resource(resource: Resource) -> Outcome<()> {
    let handle = resource.handle();
    let members = resource.destroy()?.len();
    Ok((
        (),
        format!("handle {handle}, {members} allocations with it"),
    ))
}

fn given_back(allocation: Allocation) -> Outcome<()> {
    let handle = allocation.handle();
    let memory = allocation
        .destroy()?
        .ok_or("its memory did not come back")?;
    WRITTEN.check(&memory)?;
    let size = mib(memory.len() as u64);
    Ok(((), format!("handle {handle}, {size} back with every byte")))
}

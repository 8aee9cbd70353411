// SPDX-License-Identifier: GPL-2.0

//! dxgkrnl: the Windows graphics kernel (D3DKMT calls on `/dev/dxg`) on top of DRM devices.
//!
//! This file wires the rooms together and holds nothing else. Data flows one way:
//!
//! ```text
//! chardev → ioctl → core → vidmm, ddi → miniport → drm
//! ```
//!
//! See `Documentation/architecture.md`.

#![deny(unsafe_op_in_unsafe_fn)]

mod adapters;
mod bindings;
mod chardev;
mod compat;
mod core;
mod counters;
mod ddi;
mod drm;
mod engine;
mod fence;
mod gpuva;
mod handle;
mod ioctl;
#[cfg(CONFIG_KUNIT = "y")]
mod kunit;
mod mem;
mod miniport;
mod parameters;
mod sched;
mod status;
mod sys;
mod tables;
mod uapi;
mod vidmm;

use crate::{
    adapters::{
        Adapters,
        Queues, //
    },
    chardev::DxgFile,
    core::registry::Registry,
    ddi::{
        adapter::Segments,
        answer::SegmentTraits, //
    },
    drm::class_interface::ClassInterface,
    parameters::Parameters,
    sys::{
        debugfs::{
            Directory,
            Files, //
        },
        mapped_vma,
        misc_device::MiscDevice,
        system_memory::Mount,
        worker::WorkerQueue, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

module! {
    type: Dxgkrnl,
    name: "dxgkrnl",
    authors: ["The dxgkrnl for Linux DRM developers"],
    description: "WDDM graphics kernel (/dev/dxg) on DRM devices",
    license: "GPL",
    imports_ns: ["DMA_BUF"],
    params: {
        node_mode: u16 {
            default: 0o666,
            description: "Permissions of /dev/dxg",
        },
        local_segment_mib: u32 {
            default: 256,
            description: "Size of each adapter's local memory segment in MiB",
        },
        commit_mib: u32 {
            default: 0,
            description: "Video memory that each adapter commits at most, in MiB; 0: as much as its segment and half of the installed memory together",
        },
        global_handles: u8 {
            default: 1,
            description: "Share resources by global handles, within one user of one user namespace",
        },
        soft_adapter: u8 {
            default: 2,
            description: "Software adapter without a DRM device: 0 never, 1 always, 2 while there is no other adapter",
        },
        flink_names: u8 {
            default: 0,
            description: "Debug: give GEM objects legacy global names, so that the DRM device's debugfs lists them. Insecure: lets its DRM clients open them",
        },
    },
}

/// The loaded module.
// Dropped in this order: no new callers, then no new adapters, then what is left.
#[pin_data]
struct Dxgkrnl {
    #[pin]
    _node: MiscDevice<DxgFile>,
    _class_interface: ClassInterface,
    _files: Directory,
    _fences: Drained,
    _paging: Drained,
    _memory: Mount,
}

/// A work queue of all adapters: nothing of it runs any more once it is dropped.
struct Drained(Arc<WorkerQueue>);

impl Drop for Drained {
    fn drop(&mut self) {
        self.0.drain();
    }
}

impl kernel::InPlaceModule for Dxgkrnl {
    fn init(_module: &'static ThisModule) -> impl PinInit<Self, Error> {
        pin_init::pin_init_scope(|| {
            #[cfg(dxg_gates)]
            sys::gates::at_load()?;
            let parameters = Parameters::checked()?;
            mapped_vma::at_load()?;
            let memory = Mount::new()?;
            let registry = Registry::new(parameters.global_handles)?;
            let segments = Segments {
                local: u64::from(parameters.local_segment_mib) << 20,
                aperture: sys::total_ram_bytes() / 2,
                by_layout: false,
                traits: SegmentTraits::SYSTEM,
            };
            let commit = match parameters.commit_mib {
                0 => segments.local.saturating_add(sys::total_ram_bytes() / 2),
                mib => u64::from(mib) << 20,
            };
            let queue =
                |name| -> Result<_> { Ok(Drained(Arc::new(WorkerQueue::new(name)?, GFP_KERNEL)?)) };
            let paging = queue(c"dxgkrnl-paging")?;
            // Of its own, so that no user's paging delays another one's fences, or packets.
            let fences = queue(c"dxgkrnl-fences")?;
            let queues = Queues {
                paging: paging.0.clone(),
                fences: fences.0.clone(),
            };
            let (names, soft) = (parameters.flink_names, parameters.soft_adapter);
            let adapters = Adapters::new(
                registry.clone(),
                segments,
                commit,
                queues.clone(),
                names,
                soft,
            )?;
            let mut files = Files::new();
            files.add(c"counters", tables::Counters)?;
            files.add(c"adapters", tables::Adapters(registry.clone()))?;
            files.add(c"processes", tables::Processes(registry.clone()))?;
            #[cfg(dxg_script)]
            adapters::script::start(&mut files, &registry, queues)?;
            Ok(try_pin_init!(Self {
                _fences: fences,
                _paging: paging,
                _memory: memory,
                _class_interface: ClassInterface::new(adapters)?,
                _node <- MiscDevice::register(c"dxg", parameters.node_mode, registry),
                _files: files.show(c"dxgkrnl"),
            }? Error))
        })
    }
}

// SPDX-License-Identifier: GPL-2.0

//! The mock miniport for tests: private data tells it what to answer, and it logs how it is called.
//!
//! Compiled with `DXG_SCRIPT=y` only; it has one adapter. Its private data is in [`wire`].
//! In debugfs, `dxgkrnl/script` is the log of all calls, one per line; writing `clear` there empties
//! it, `stop` unplugs the adapter, and `start` adds a new one. `complete` ends the packets that are held,
//! `complete 5` the one that is named 5.

mod answers;
pub(crate) mod execution;
pub(crate) mod log;
mod objects;
#[allow(dead_code, unreachable_pub, reason = "the tests use all of it")]
mod wire;
mod words;

use super::linear;
use crate::{
    ddi::{
        adapter::{
            AdapterFacts,
            Segments, //
        },
        allocation::{
            AllocationDescription,
            CreateAllocation,
            OpenAllocation,
            OpenData,
            ResourceSlot, //
        },
        answer::{
            SegmentSet,
            SegmentTraits, //
        },
        callbacks::Callbacks,
        execution::Execution,
        memory::{
            Memory,
            MemoryRequest, //
        },
        paging::PagingOperation,
        standard::{
            StandardAllocation,
            StandardAllocationData, //
        },
        Cookie,
        Miniport, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use core::fmt::Write;
use execution::Engine;
use kernel::{
    prelude::*,
    sync::Arc, //
};
use log::{
    log,
    Log, //
};
use objects::{
    Allocation,
    Binding,
    Resource, //
};
use words::Words;

/// The miniport.
pub(crate) struct Script {
    facts: AdapterFacts,
    segments: Segments,
    engine: Arc<Engine>,
    log: Arc<Log>,
}

/// Bytes of each segment.
const SEGMENT: u64 = 16 << 20;
/// The adapter's commitment limit in bytes.
pub(crate) const COMMIT: u64 = 2 * SEGMENT;

/// The tag in the private data of what does not exist yet.
fn tag(data: &[u8]) -> u64 {
    let words = Words::read(data);
    words
        .ok()
        .and_then(|words| words.get(wire::TAG))
        .unwrap_or(0)
}

impl Script {
    pub(crate) fn new(log: Arc<Log>) -> Result<Self> {
        let name = || -> Result<KVVec<u8>> {
            let mut name = KVVec::new();
            name.extend_from_slice(b"script", GFP_KERNEL)?;
            Ok(name)
        };
        Ok(Self {
            facts: AdapterFacts {
                description: name()?,
                node: KVVec::new(),
                driver: name()?,
                driver_version: [1, 0, 0],
                pci: None,
                num_sources: 1,
            },
            segments: Segments {
                local: SEGMENT,
                aperture: SEGMENT,
                by_layout: false,
                // So that there is a segment that a primary must not be in.
                traits: SegmentTraits {
                    cpu_visible: SegmentSet::APERTURE,
                    ..SegmentTraits::SYSTEM
                },
            },
            engine: Engine::new(log.clone())?,
            log,
        })
    }

    pub(crate) fn engine(&self) -> &Arc<Engine> {
        &self.engine
    }

    fn create(&self, args: CreateAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult {
        if let ResourceSlot::Resource(cookie) = args.resource {
            let words = Words::read_if_any(args.private_data)?;
            let replaced = words.get(wire::REPLACE_COOKIE);
            if words.get(wire::DROP_COOKIE).is_some() {
                *cookie = None;
            } else if cookie.is_none() || replaced.is_some() {
                let tag = replaced.or(words.get(wire::TAG)).unwrap_or(0);
                *cookie = Some(Arc::new(Resource { tag }, ACCOUNT)?);
            }
        }
        for request in args.allocations.iter_mut() {
            let words = Words::read(request.private_data)?;
            if let Some(status) = words.get(wire::FAIL_CREATE) {
                return Err(words::status(status));
            }
            self.look_up(request.private_data, 0, Handle::NULL, callbacks)?;
            words::invert(request.private_data, wire::WRITE_AT_CREATE);
            request.answer = answers::answer(request.private_data)?;
        }
        Ok(())
    }

    fn open(&self, args: OpenAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult {
        for element in args.allocations.iter_mut() {
            let data = match &element.private_data {
                OpenData::Modifiable(data) => &**data,
                OpenData::ReadOnly(data) => data,
            };
            let words = Words::read(data)?;
            let again = words
                .get(wire::FAIL_OPEN_AGAIN)
                .filter(|_| !args.flags.create);
            if let Some(status) = words.get(wire::FAIL_OPEN).or(again) {
                return Err(words::status(status));
            }
            let unbound = words.get(wire::NO_BINDING).is_some();
            let binding = Binding {
                handle: element.handle,
            };
            match &mut element.private_data {
                OpenData::Modifiable(data) => {
                    self.look_up(data, wire::AT_OPEN, element.handle, callbacks)?;
                    words::invert(data, wire::WRITE_AT_OPEN);
                }
                OpenData::ReadOnly(data) => {
                    let mut copy = KVVec::new();
                    copy.extend_from_slice(data, ACCOUNT)?;
                    self.look_up(&mut copy, wire::AT_OPEN_AGAIN, element.handle, callbacks)?;
                }
            }
            if !unbound {
                *element.binding = Some(Arc::new(binding, ACCOUNT)?);
            }
        }
        Ok(())
    }

    /// Logs the end of a call that failed.
    fn ended<T>(&self, result: NtResult<T>) -> NtResult<T> {
        self.log.ended(result)
    }
}

impl Miniport for Script {
    fn query_adapter_info(&self) -> &AdapterFacts {
        &self.facts
    }

    fn query_segments(&self) -> Segments {
        self.segments
    }

    fn create_allocation(
        &self,
        args: CreateAllocation<'_, '_>,
        callbacks: &dyn Callbacks,
    ) -> NtResult {
        self.log.line(|line| {
            write!(line, "create_allocation resource=")?;
            match &args.resource {
                ResourceSlot::None => write!(line, "none")?,
                ResourceSlot::Resource(None) => write!(line, "new")?,
                ResourceSlot::Resource(Some(cookie)) => objects::name(line, cookie)?,
            }
            write!(line, " data={}", args.private_data.len())?;
            for request in args.allocations.iter() {
                write!(line, " a{}", tag(request.private_data))?;
            }
            Ok(())
        });
        self.ended(self.create(args, callbacks))
    }

    fn open_allocation(&self, args: OpenAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult {
        self.log.line(|line| {
            write!(
                line,
                "open_allocation create={} read_only={} data={}",
                u8::from(args.flags.create),
                u8::from(args.flags.read_only),
                args.private_data.len()
            )?;
            for element in args.allocations.iter() {
                let (access, data) = match &element.private_data {
                    OpenData::Modifiable(data) => ("rw", &**data),
                    OpenData::ReadOnly(data) => ("ro", *data),
                };
                write!(
                    line,
                    " {:#x}={access}:a{}",
                    element.handle.value(),
                    tag(data)
                )?;
            }
            Ok(())
        });
        self.ended(self.open(args, callbacks))
    }

    fn close_allocation(&self, binding: Cookie) {
        self.log.about("close_allocation", &binding);
    }

    fn destroy_allocation(&self, allocation: Cookie) {
        self.log.about("destroy_allocation", &allocation);
    }

    fn destroy_resource(&self, resource: Cookie) {
        self.log.about("destroy_resource", &resource);
    }

    fn describe_allocation(&self, allocation: &Cookie) -> NtResult<AllocationDescription> {
        self.log.about("describe_allocation", allocation);
        let allocation = allocation.downcast_ref::<Allocation>();
        self.ended(allocation.ok_or(NtStatus::INVALID_HANDLE)?.describe())
    }

    fn get_standard_allocation_driver_data(
        &self,
        args: &mut StandardAllocationData<'_>,
    ) -> NtResult {
        let StandardAllocation::ExistingHeap { bytes } = args.allocation;
        let call = if args.buffers.is_some() {
            "data"
        } else {
            "sizes"
        };
        log!(
            self.log,
            "get_standard_allocation_driver_data {bytes} {call}"
        );
        self.ended(answers::heap(args, bytes / 4096))
    }

    fn allocate_memory(&self, request: MemoryRequest<'_>) -> NtResult<Memory> {
        linear::allocate_pages(self, request)
    }

    fn execution(&self) -> Option<Arc<dyn Execution>> {
        Some(self.engine.clone())
    }

    fn build_paging_buffer(&self, operation: PagingOperation<'_>) -> NtResult {
        let (name, allocation) = match &operation {
            PagingOperation::Fill { allocation, .. } => ("fill", *allocation),
            PagingOperation::Transfer { allocation, .. } => ("transfer", *allocation),
        };
        self.log.line(|line| {
            write!(line, "build_paging_buffer {name} ")?;
            objects::name(line, allocation)?;
            match &operation {
                PagingOperation::Fill {
                    destination,
                    pattern,
                    ..
                } => write!(line, " {} bytes with {pattern:#x}", destination.bytes()),
                PagingOperation::Transfer { offset, source, .. } => {
                    write!(line, " {} bytes from {offset}", source.bytes())
                }
            }
        });
        let failure = allocation.downcast_ref::<Allocation>().and_then(|of| {
            let is_transfer = matches!(operation, PagingOperation::Transfer { .. });
            of.fail_paging.or(of.fail_transfer.filter(|_| is_transfer))
        });
        if let Some(status) = failure {
            return self.ended(Err(status));
        }
        operation.by_cpu()
    }
}

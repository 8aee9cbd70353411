// SPDX-License-Identifier: GPL-2.0

//! D3DKMTQueryStatistics.

use super::{
    read,
    validate_memory::{
        self,
        Statistics, //
    },
    write_bytes,
    Caller, //
};
use crate::{
    core::objects::adapter::Adapter,
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        d3dkmt_querystatistics,
        d3dkmt_querystatistics_adapter_information,
        d3dkmt_querystatistics_process_adapter_information,
        d3dkmt_querystatistics_process_information,
        d3dkmt_querystatistics_process_segment_group_information,
        d3dkmt_querystatistics_process_segment_information,
        d3dkmt_querystatistics_result,
        d3dkmt_querystatistics_segment_information,
        d3dkmt_querystatistics_system_memory, //
    },
    vidmm::{
        account::MemoryInfo,
        SegmentGroup, //
    }, //
};
use core::mem::{
    offset_of,
    size_of, //
};
use zerocopy::{
    FromZeros,
    Immutable,
    IntoBytes, //
};

/// Segments, and segment groups: local memory and the aperture.
const SEGMENTS: u32 = 2;

// The results fit into the argument.
const _: () = {
    const fn fits<T>() -> bool {
        size_of::<T>() <= size_of::<d3dkmt_querystatistics_result>()
    }
    assert!(fits::<d3dkmt_querystatistics_adapter_information>());
    assert!(fits::<d3dkmt_querystatistics_process_adapter_information>());
    assert!(fits::<d3dkmt_querystatistics_process_segment_information>());
};

/// D3DKMTQueryStatistics: numbers of an adapter, which need not be open, and of the calling process. They
/// match QueryVideoMemoryInfo and QueryAdapterInfo; counters that the module does not keep read as 0.
///
/// # Errors
///
/// - INVALID_PARAMETER: no adapter has the LUID; a display pipe that it does not have; see
///   [`validate_memory::statistics`], also for NOT_SUPPORTED.
/// - NO_MEMORY.
pub(super) fn query(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dkmt_querystatistics = read(argument)?;
    let requested = validate_memory::statistics(args.type_, args.process, args.query)?;
    let adapter = caller.registry.adapters().find(args.adapter_luid.into());
    let adapter = adapter.ok_or(NtStatus::INVALID_PARAMETER)?;
    let pipes = adapter.miniport().query_adapter_info().num_sources;
    let answer = Answer(argument);
    let mine =
        |group| -> NtResult<MemoryInfo> { Ok(caller.process.account(&adapter)?.info(group)) };

    match requested {
        Statistics::Adapter => answer.write(&d3dkmt_querystatistics_adapter_information {
            segment_count: SEGMENTS,
            vid_pn_source_count: pipes,
            flags: u64::from(SEGMENTS),
            ..FromZeros::new_zeroed()
        }),
        Statistics::Process => answer.write(&d3dkmt_querystatistics_process_information {
            vid_pn_source_count: pipes,
            system_memory: d3dkmt_querystatistics_system_memory {
                bytes_allocated: mine(SegmentGroup::NonLocal)?.usage,
                ..FromZeros::new_zeroed()
            },
            ..FromZeros::new_zeroed()
        }),
        Statistics::ProcessAdapter => {
            answer.write(&d3dkmt_querystatistics_process_adapter_information {
                segment_count: SEGMENTS,
                vid_pn_source_count: pipes,
                ..FromZeros::new_zeroed()
            })
        }
        Statistics::Segment(group) => answer.write(&segment(&adapter, group)),
        Statistics::ProcessSegment(group) => {
            answer.write(&d3dkmt_querystatistics_process_segment_information {
                bytes_committed: mine(group)?.usage,
                ..FromZeros::new_zeroed()
            })
        }
        Statistics::ProcessSegmentGroup(group) => {
            let info = mine(group)?;
            answer.write(&d3dkmt_querystatistics_process_segment_group_information {
                budget: info.budget,
                requested: info.listed,
                usage: info.usage,
                demoted: [0; 5],
            })
        }
        // This node presents nothing.
        Statistics::VidPnSource(pipe) if pipe < pipes => answer.write(&[0_u64; 0]),
        Statistics::VidPnSource(_) => Err(NtStatus::INVALID_PARAMETER),
    }
}

fn segment(adapter: &Adapter, group: SegmentGroup) -> d3dkmt_querystatistics_segment_information {
    let used = adapter.vidmm().report(group).usage;
    d3dkmt_querystatistics_segment_information {
        commit_limit: adapter.vidmm().size(group),
        bytes_committed: used,
        bytes_resident: used,
        aperture: u32::from(group == SegmentGroup::NonLocal),
        ..FromZeros::new_zeroed()
    }
}

/// The result area in the argument at an address.
struct Answer(u64);

impl Answer {
    /// Writes a result, and zeros after it.
    fn write<T: IntoBytes + Immutable>(&self, value: &T) -> NtResult {
        let mut result = d3dkmt_querystatistics_result::new_zeroed();
        let bytes = value.as_bytes();
        if let Some(head) = result.size.get_mut(..bytes.len()) {
            head.copy_from_slice(bytes);
        }
        let offset = offset_of!(d3dkmt_querystatistics, result);
        let address = self.0.checked_add(offset as u64);
        write_bytes(
            address.ok_or(NtStatus::INVALID_PARAMETER)?,
            result.as_bytes(),
        )
    }
}

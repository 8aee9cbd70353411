// SPDX-License-Identifier: GPL-2.0

//! Private data of the standard allocations that dxgkrnl itself requests.

use crate::{
    core::objects::{
        adapter::Adapter,
        contract::broken, //
    },
    ddi::{
        answer::{
            self,
            Violation, //
        },
        standard::{
            StandardAllocation,
            StandardAllocationData,
            StandardBuffers, //
        }, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult, //
};

/// Asks the miniport for the private data of an existing heap of `bytes` bytes: first the sizes, then the
/// data. Returns the allocation's and the resource's.
///
/// # Errors
///
/// The miniport's errors; UNSUCCESSFUL when it broke its contract; NO_MEMORY.
pub(in crate::core) fn private_data(
    adapter: &Adapter,
    bytes: u64,
) -> NtResult<(KVVec<u8>, KVVec<u8>)> {
    let miniport = adapter.miniport();
    let mut args = StandardAllocationData {
        allocation: StandardAllocation::ExistingHeap { bytes },
        allocation_size: 0,
        resource_size: 0,
        buffers: None,
        pitch: 0,
    };
    miniport.get_standard_allocation_driver_data(&mut args)?;
    let sizes = (args.allocation_size, args.resource_size);
    answer::check_standard_sizes(sizes.0, sizes.1).map_err(|wrong| broken(adapter, wrong))?;

    let mut allocation = KVVec::from_elem(0, sizes.0, ACCOUNT)?;
    let mut resource = KVVec::from_elem(0, sizes.1, ACCOUNT)?;
    args.buffers = Some(StandardBuffers {
        allocation: &mut allocation,
        resource: &mut resource,
    });
    miniport.get_standard_allocation_driver_data(&mut args)?;
    if (args.allocation_size, args.resource_size) != sizes {
        return Err(broken(adapter, Violation::StandardSizeChanged));
    }
    answer::check_standard_pitch(args.pitch, bytes).map_err(|wrong| broken(adapter, wrong))?;
    Ok((allocation, resource))
}

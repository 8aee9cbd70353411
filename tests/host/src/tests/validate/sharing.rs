// SPDX-License-Identifier: MIT OR Apache-2.0

//! Sharing: what is shared, with which rights, and how it is opened.

use super::*;
use crate::core::objects::shared_sizes::SharedSizes;

const ONE: d3dkmt_shareobjects = d3dkmt_shareobjects {
    object_count: 1,
    reserved: 0,
    objects: 0x1000,
    object_attr: 0,
    desired_access: 0,
    reserved1: 0,
    shared_handle: 0x2000,
};

/// Cases 150, 152 and 155.
#[test]
fn one_object_is_shared() {
    assert_eq!(share(&ONE), Ok(()));
    for object_count in [0, 2, 3, 4, 0x8000_0000, 0x8000_0001, u32::MAX] {
        refused(share(&d3dkmt_shareobjects {
            object_count,
            ..ONE
        }));
    }
}

#[test]
fn object_and_answer_have_addresses() {
    refused(share(&d3dkmt_shareobjects { objects: 0, ..ONE }));
    refused(share(&d3dkmt_shareobjects {
        shared_handle: 0,
        ..ONE
    }));
    for address in [1, u64::MAX] {
        let args = d3dkmt_shareobjects {
            objects: address,
            shared_handle: address,
            ..ONE
        };
        assert_eq!(share(&args), Ok(()));
    }
}

/// Names have no meaning, nor have rights for whether something is shared.
#[test]
fn what_else_is_said_changes_nothing() {
    let args = d3dkmt_shareobjects {
        reserved: u32::MAX,
        object_attr: u64::MAX,
        desired_access: u32::MAX,
        reserved1: u32::MAX,
        ..ONE
    };
    assert_eq!(share(&args), Ok(()));
}

/// Case 176.
#[test]
fn rights_that_grant_writing() {
    const SHARED_ALLOCATION_WRITE: u32 = 1 << 0;
    const MAXIMUM_ALLOWED: u32 = 1 << 25;
    const GENERIC_ALL: u32 = 1 << 28;
    const GENERIC_WRITE: u32 = 1 << 30;
    let write = [
        SHARED_ALLOCATION_WRITE,
        MAXIMUM_ALLOWED,
        GENERIC_ALL,
        GENERIC_WRITE,
    ];
    assert!(!grants_write(0));
    assert!(grants_write(u32::MAX));
    let all: u32 = write.iter().sum();
    assert!(!grants_write(!all));
    for bit in (0..32).map(|bit| 1 << bit) {
        assert_eq!(grants_write(bit), write.contains(&bit), "{bit:#x}");
        assert_eq!(grants_write(bit | !all), write.contains(&bit), "{bit:#x}");
    }
}

const SIZES: SharedSizes = SharedSizes {
    runtime_data: 10,
    private_data: 16,
    total: 96,
    allocations: 2,
};

const BARE: SharedSizes = SharedSizes {
    runtime_data: 0,
    private_data: 0,
    total: 0,
    allocations: 1,
};

const RIGHT: OpenRequest = OpenRequest {
    allocations: 2,
    list: 0x1000,
    runtime_data: (10, 0x2000),
    private_data: (16, 0x3000),
    total: (96, 0x4000),
};

#[test]
fn a_request_as_it_should_be() {
    assert_eq!(open_resource(&RIGHT, &SIZES), Ok(()));
    let bare = OpenRequest {
        allocations: 1,
        list: 1,
        runtime_data: (0, 0),
        private_data: (0, 0),
        total: (0, 0),
    };
    assert_eq!(open_resource(&bare, &BARE), Ok(()));
    // Addresses of nothing are not looked at.
    let anywhere = OpenRequest {
        runtime_data: (0, u64::MAX),
        private_data: (0, u64::MAX),
        total: (0, u64::MAX),
        ..bare
    };
    assert_eq!(open_resource(&anywhere, &BARE), Ok(()));
}

/// Case 134.
#[test]
fn the_number_of_allocations_is_exact() {
    for allocations in [0, 1, 3, 0x8000_0002, u32::MAX] {
        refused(open_resource(
            &OpenRequest {
                allocations,
                ..RIGHT
            },
            &SIZES,
        ));
    }
}

/// Case 165.
#[test]
fn there_is_a_list_to_fill() {
    refused(open_resource(&OpenRequest { list: 0, ..RIGHT }, &SIZES));
}

/// Cases 135, 137 and 168; case 167.
#[test]
fn data_of_runtime_and_resource_is_exact() {
    let runtime = |runtime_data| OpenRequest {
        runtime_data,
        ..RIGHT
    };
    let private = |private_data| OpenRequest {
        private_data,
        ..RIGHT
    };
    for size in [0, 9, 11, 16, u32::MAX] {
        refused(open_resource(&runtime((size, 0x2000)), &SIZES));
    }
    for size in [0, 10, 15, 17, u32::MAX] {
        refused(open_resource(&private((size, 0x3000)), &SIZES));
    }
    refused(open_resource(&runtime((10, 0)), &SIZES));
    refused(open_resource(&private((16, 0)), &SIZES));
    // What is not there is not asked for.
    for request in [runtime((1, 0x2000)), private((1, 0x3000))] {
        let request = OpenRequest {
            allocations: 1,
            ..request
        };
        refused(open_resource(&request, &BARE));
    }
}

/// Case 170; more room than is needed is no mistake.
#[test]
fn there_is_room_for_the_data_of_the_allocations() {
    let with = |size, address| {
        let total = (size, address);
        open_resource(&OpenRequest { total, ..RIGHT }, &SIZES)
    };
    for size in [0, 1, 48, 95] {
        assert_eq!(with(size, 0x4000), Err(NtStatus::NO_MEMORY));
        assert_eq!(with(size, 0), Err(NtStatus::NO_MEMORY));
    }
    for size in [96, 97, u32::MAX] {
        assert_eq!(with(size, 0x4000), Ok(()));
        refused(with(size, 0));
    }
    // Its end is an address as well.
    assert_eq!(with(96, u64::MAX - 96), Ok(()));
    for address in [u64::MAX - 95, u64::MAX] {
        refused(with(96, address));
    }
}

/// Mistakes of the request come before a lack of room.
#[test]
fn no_memory_is_said_last() {
    let short = OpenRequest {
        total: (0, 0x4000),
        ..RIGHT
    };
    for wrong in [
        OpenRequest {
            allocations: 1,
            ..short
        },
        OpenRequest { list: 0, ..short },
        OpenRequest {
            runtime_data: (9, 0x2000),
            ..short
        },
        OpenRequest {
            private_data: (16, 0),
            ..short
        },
    ] {
        refused(open_resource(&wrong, &SIZES));
    }
}

fn word() -> impl Strategy<Value = u32> {
    prop_oneof![Just(0), 1u32..64, any::<u32>()]
}

fn pair() -> impl Strategy<Value = (u32, u64)> {
    (word(), prop_oneof![Just(0), any::<u64>()])
}

proptest! {
    #![proptest_config(config(2048))]

    /// Whatever passes has room for everything, with addresses.
    #[test]
    fn what_passes_can_be_written(
        (allocations, list) in pair(),
        runtime_data in pair(),
        private_data in pair(),
        total in pair(),
        own in any::<[bool; 4]>(),
        stored in (word(), word(), word(), word()),
    ) {
        let request = OpenRequest { allocations, list, runtime_data, private_data, total };
        let choose = |own, mine, theirs| if own { mine } else { theirs };
        let sizes = SharedSizes {
            runtime_data: choose(own[0], runtime_data.0, stored.0),
            private_data: choose(own[1], private_data.0, stored.1),
            total: choose(own[2], total.0, stored.2),
            allocations: choose(own[3], allocations, stored.3),
        };
        match open_resource(&request, &sizes) {
            Ok(()) => {
                prop_assert!(list != 0 && allocations == sizes.allocations);
                prop_assert_eq!(runtime_data.0, sizes.runtime_data);
                prop_assert_eq!(private_data.0, sizes.private_data);
                prop_assert!(total.0 >= sizes.total);
                for ((_, address), size) in [
                    (runtime_data, sizes.runtime_data),
                    (private_data, sizes.private_data),
                    (total, sizes.total),
                ] {
                    prop_assert!(size == 0 || address != 0);
                }
                prop_assert!(total.1.checked_add(u64::from(sizes.total)).is_some());
            }
            Err(NtStatus::NO_MEMORY) => prop_assert!(total.0 < sizes.total),
            Err(status) => prop_assert_eq!(status, NtStatus::INVALID_PARAMETER),
        }
    }
}

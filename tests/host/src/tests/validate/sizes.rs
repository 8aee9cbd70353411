// SPDX-License-Identifier: MIT OR Apache-2.0

//! Counts, sizes and addresses of CreateAllocation2.

use super::*;

const ONE: d3dkmt_createallocation = d3dkmt_createallocation {
    device: d3dkmthandle { v: 0x4000_0040 },
    resource: d3dkmthandle { v: 0 },
    global_share: d3dkmthandle { v: 0 },
    reserved: 0,
    private_runtime_data: 0,
    private_runtime_data_size: 0,
    reserved1: 0,
    priv_drv_data: 0,
    priv_drv_data_size: 0,
    alloc_count: 1,
    allocation_info: 0x1000,
    flags: d3dkmt_createallocationflags { value: 0 },
    reserved2: 0,
    private_runtime_resource_handle: 0,
};

/// One standard allocation: here the private data's address is that of its description.
const STANDARD_ONE: d3dkmt_createallocation = d3dkmt_createallocation {
    priv_drv_data: 0x2000,
    ..ONE
};

fn sizes(flags: u32, args: d3dkmt_createallocation) -> NtResult<usize> {
    create_sizes(parse(flags).unwrap(), &args)
}

/// Cases 40, 74, 75, 76 and 77.
#[test]
fn between_1_and_1024_allocations() {
    for flags in [0, CREATE_RESOURCE] {
        for alloc_count in [1, 2, 1023, 1024] {
            let args = d3dkmt_createallocation { alloc_count, ..ONE };
            assert_eq!(sizes(flags, args), Ok(alloc_count as usize));
        }
    }
    for flags in [0, CREATE_RESOURCE, STANDARD, STANDARD | CREATE_RESOURCE] {
        for alloc_count in [0, 1025, 0x8000_0000, u32::MAX] {
            refused(sizes(
                flags,
                d3dkmt_createallocation {
                    alloc_count,
                    ..STANDARD_ONE
                },
            ));
        }
    }
}

/// Case 78.
#[test]
fn there_is_a_list() {
    let allocation_info = 0;
    for flags in [0, CREATE_RESOURCE] {
        refused(sizes(
            flags,
            d3dkmt_createallocation {
                allocation_info,
                ..ONE
            },
        ));
    }
    refused(sizes(
        STANDARD,
        d3dkmt_createallocation {
            allocation_info,
            ..STANDARD_ONE
        },
    ));
}

/// Case 49.
#[test]
fn existing_memory_is_for_standard_allocations() {
    for args in [ONE, STANDARD_ONE] {
        refused(sizes(EXISTING_SYSMEM, args));
        refused(sizes(EXISTING_SYSMEM | CREATE_RESOURCE, args));
    }
    assert_eq!(sizes(EXISTING_SYSMEM | STANDARD, STANDARD_ONE), Ok(1));
}

/// Private data of the resource: BUFFER_TOO_SMALL from 128 KiB on, with or without an address.
#[test]
fn private_data_is_below_128_kib() {
    for size in [PRIVATE_MAX, PRIVATE_MAX + 1, u32::MAX] {
        for address in [0, 0x2000] {
            let driver = d3dkmt_createallocation {
                priv_drv_data: address,
                priv_drv_data_size: size,
                ..ONE
            };
            let runtime = d3dkmt_createallocation {
                private_runtime_data: address,
                private_runtime_data_size: size,
                ..ONE
            };
            for (flags, args) in [
                (0, driver),
                (CREATE_RESOURCE, driver),
                (CREATE_RESOURCE, runtime),
            ] {
                assert_eq!(sizes(flags, args), Err(NtStatus::BUFFER_TOO_SMALL));
            }
        }
    }
    let args = d3dkmt_createallocation {
        priv_drv_data: 1,
        priv_drv_data_size: PRIVATE_MAX - 1,
        private_runtime_data: 1,
        private_runtime_data_size: PRIVATE_MAX - 1,
        ..ONE
    };
    assert_eq!(sizes(0, args), Ok(1));
    assert_eq!(sizes(CREATE_RESOURCE, args), Ok(1));
}

#[test]
fn private_data_has_an_address() {
    for size in [1, PRIVATE_MAX - 1] {
        let driver = d3dkmt_createallocation {
            priv_drv_data_size: size,
            ..ONE
        };
        refused(sizes(0, driver));
        refused(sizes(CREATE_RESOURCE, driver));
        let runtime = d3dkmt_createallocation {
            private_runtime_data_size: size,
            ..ONE
        };
        refused(sizes(CREATE_RESOURCE, runtime));
        refused(sizes(
            CREATE_RESOURCE | STANDARD,
            d3dkmt_createallocation {
                private_runtime_data_size: size,
                ..STANDARD_ONE
            },
        ));
    }
    let none = d3dkmt_createallocation {
        priv_drv_data: 0x2000,
        private_runtime_data: 0x3000,
        ..ONE
    };
    assert_eq!(sizes(CREATE_RESOURCE, none), Ok(1));
}

/// Case 35: what the runtime says about a resource is not looked at when none is made.
#[test]
fn runtime_data_belongs_to_a_resource() {
    for size in [1, PRIVATE_MAX, u32::MAX] {
        let args = d3dkmt_createallocation {
            private_runtime_data_size: size,
            ..ONE
        };
        assert_eq!(sizes(0, args), Ok(1));
    }
}

/// Cases 36 and 53; there is one of it (2.3).
#[test]
fn a_standard_allocation_has_a_description_instead_of_private_data() {
    for flags in [
        STANDARD,
        STANDARD | EXISTING_SYSMEM,
        STANDARD | CREATE_RESOURCE,
    ] {
        assert_eq!(sizes(flags, STANDARD_ONE), Ok(1));
        for priv_drv_data_size in [1, 64, PRIVATE_MAX, u32::MAX] {
            let args = d3dkmt_createallocation {
                priv_drv_data_size,
                ..STANDARD_ONE
            };
            refused(sizes(flags, args));
        }
        refused(sizes(flags, ONE));
        for alloc_count in [2, 1024] {
            refused(sizes(
                flags,
                d3dkmt_createallocation {
                    alloc_count,
                    ..STANDARD_ONE
                },
            ));
        }
    }
}

fn args() -> impl Strategy<Value = d3dkmt_createallocation> {
    let size = || prop_oneof![Just(0), 1..PRIVATE_MAX + 2, any::<u32>()];
    let address = || prop_oneof![Just(0u64), any::<u64>()];
    let count = prop_oneof![0u32..3, 1023u32..1026, any::<u32>()];
    (address(), size(), address(), size(), count, address()).prop_map(
        |(runtime, runtime_size, driver, driver_size, alloc_count, allocation_info)| {
            d3dkmt_createallocation {
                private_runtime_data: runtime,
                private_runtime_data_size: runtime_size,
                priv_drv_data: driver,
                priv_drv_data_size: driver_size,
                alloc_count,
                allocation_info,
                ..ONE
            }
        },
    )
}

proptest! {
    #![proptest_config(config(2048))]

    #[test]
    fn what_passes_can_be_read(args in args(), flags in any::<u32>()) {
        let sharing = CREATE_SHARED | NT_SECURITY_SHARING;
        let flags = flags & ALLOWED & !sharing;
        match sizes(flags, args) {
            Ok(count) => {
                prop_assert!((1..=1024).contains(&count));
                prop_assert_eq!(count, args.alloc_count as usize);
                prop_assert_ne!(args.allocation_info, 0);
                if flags & STANDARD != 0 {
                    prop_assert!(args.priv_drv_data != 0 && count == 1);
                    prop_assert_eq!(args.priv_drv_data_size, 0);
                } else {
                    prop_assert_eq!(flags & EXISTING_SYSMEM, 0);
                    prop_assert!(args.priv_drv_data_size < PRIVATE_MAX);
                    prop_assert!(args.priv_drv_data_size == 0 || args.priv_drv_data != 0);
                }
                if flags & CREATE_RESOURCE != 0 {
                    let size = args.private_runtime_data_size;
                    prop_assert!(size < PRIVATE_MAX);
                    prop_assert!(size == 0 || args.private_runtime_data != 0);
                }
            }
            Err(NtStatus::BUFFER_TOO_SMALL) => prop_assert!(
                args.priv_drv_data_size >= PRIVATE_MAX
                    || args.private_runtime_data_size >= PRIVATE_MAX
            ),
            Err(status) => prop_assert_eq!(status, NtStatus::INVALID_PARAMETER),
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Addresses in the arguments: bad ones are refused, nothing is left, and the same call with a good
//! address succeeds.

use super::*;
use dxg_guest_tests::{
    memory::{Map, BAD_ADDRESSES, PAGE},
    share::*,
};
use libd3dkmt::sys::{self, request};
use std::os::fd::OwnedFd;

fn with_resource(test: impl Fn(&Gpu, u32, u32)) {
    on_each_device(|gpu, device| {
        test(gpu, device, shared(device, 2).made(gpu).resource());
    });
}

/// The addresses of an argument block.
type Field<T> = (&'static str, fn(&mut T) -> &mut u64);

const SHARE: [Field<Share>; 2] = [
    ("objects", |call| &mut call.args.objects),
    ("shared_handle", |call| &mut call.args.shared_handle),
];

const OPEN: [Field<Open>; 4] = [
    ("open_alloc_info", |call| &mut call.args.open_alloc_info),
    ("private_runtime_data", |call| {
        &mut call.args.private_runtime_data
    }),
    ("resource_priv_drv_data", |call| {
        &mut call.args.resource_priv_drv_data
    }),
    ("total_priv_drv_data", |call| {
        &mut call.args.total_priv_drv_data
    }),
];

/// Makes the call with a bad address in each field, which must fail; then the same call with the
/// right one.
fn each_field<T>(
    gpu: &Gpu,
    fields: &[Field<T>],
    addresses: &[(&str, u64)],
    make: impl Fn() -> T,
    call: impl Fn(&mut T) -> Answer,
    end: impl Fn(T),
) {
    for (name, field) in fields {
        for (kind, address) in addresses {
            harness::context(format!("{name}, {kind}"), || {
                let mut value = make();
                let right = std::mem::replace(field(&mut value), *address);
                gpu.unchanged(|| assert_eq!(call(&mut value), INVALID_PARAMETER));
                *field(&mut value) = right;
                assert_eq!(call(&mut value), SUCCESS, "the same call after it");
                end(value);
            });
        }
    }
}

fn shares(gpu: &Gpu, resource: u32, addresses: &[(&str, u64)], fields: &[Field<Share>]) {
    each_field(
        gpu,
        fields,
        addresses,
        || Share::new(resource),
        |share| share.call(gpu),
        |share| drop(share.descriptor()),
    );
}

fn opens(gpu: &Gpu, device: u32, nt: &OwnedFd, addresses: &[(&str, u64)]) {
    each_field(
        gpu,
        &OPEN,
        addresses,
        || Open::new(device, nt, 2),
        |open| open.call(gpu),
        |open| {
            let destroyed = destroy_resource(&gpu.dxg, device, open.resource());
            assert_eq!(destroyed, SUCCESS);
        },
    );
}

pub(super) fn addresses_of_share() {
    with_resource(|gpu, _, resource| shares(gpu, resource, &BAD_ADDRESSES, &SHARE));
}

pub(super) fn addresses_of_open() {
    with_resource(|gpu, device, resource| {
        opens(gpu, device, &share(gpu, resource), &BAD_ADDRESSES);
    });
}

pub(super) fn share_into_memory_that_is_not_writable() {
    with_resource(|gpu, _, resource| {
        let (read_only, hole) = (Map::new(1), Map::before_a_hole());
        read_only.read_only();
        let addresses = [
            ("read-only", read_only.address()),
            ("half there", hole.before_end_of_first_page(4)),
        ];
        shares(gpu, resource, &addresses, &SHARE[1..]);
    });
}

/// Puts an argument into memory that can only be read, and calls; then into memory that can be
/// written to.
fn into_read_only<T: Copy>(gpu: &Gpu, number: u32, args: &T) {
    let memory = Map::new(1);
    memory.put(0, *args);
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, number, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
    });
    memory.protect(libc::PROT_READ | libc::PROT_WRITE);
    assert_eq!(call_at(&gpu.dxg, number, memory.address()), SUCCESS);
}

pub(super) fn query_into_memory_that_is_not_writable() {
    with_resource(|gpu, device, resource| {
        let nt = share(gpu, resource);
        let args = sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
            device: handle(device),
            nt_handle: number(&nt),
            ..Default::default()
        };
        into_read_only(gpu, request::QUERYRESOURCEINFOFROMNTHANDLE, &args);
    });
}

pub(super) fn open_into_memory_that_is_not_writable() {
    with_resource(|gpu, device, resource| {
        let nt = share(gpu, resource);
        let (read_only, hole) = (Map::new(2), Map::before_a_hole());
        read_only.read_only();
        let addresses = [
            ("read-only", read_only.address()),
            ("half there", hole.before_end_of_first_page(8)),
            ("the end of the user's half", 0x7fff_ffff_f000 - 8),
        ];
        opens(gpu, device, &nt, &addresses);
        let open = Open::new(device, &nt, 2);
        into_read_only(gpu, request::OPENRESOURCEFROMNTHANDLE, &open.args);
        assert!(open.total.len() < PAGE);
    });
}

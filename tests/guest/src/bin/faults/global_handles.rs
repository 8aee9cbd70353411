// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing by global handles.

use super::*;
use dxg_guest_tests::{
    faults::{sweep, Subject},
    global::{is_there, query, Open},
    share::with_data,
};
use libd3dkmt::sys::{self, request};

fn resource(count: usize) -> Create {
    with_data(Create::buffers(DEVICE, count).in_global_resource())
}

/// An adapter with a resource.
fn with_resource(luid: Luid, count: usize) -> (Gpu, u32) {
    let gpu = with_device(luid);
    let create = resource(count).made(&gpu);
    assert_eq!(create.resource(), NEXT);
    (gpu, create.global())
}

pub(super) fn create_with_a_global_handle() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::CREATEALLOCATION, &shape("with a global handle")),
            || {
                let gpu = with_device(luid);
                (gpu, [resource(2), resource(2)], 0)
            },
            |(gpu, creates, calls)| {
                *calls += 1;
                creates[*calls - 1].call(gpu)
            },
            |(gpu, creates, calls)| {
                let global = creates[calls - 1].global();
                assert!(is_there(&gpu, DEVICE, global));
                let destroyed = destroy_resource(&gpu.dxg, DEVICE, NEXT);
                assert_eq!(destroyed, SUCCESS);
                // Nor does any that a call had before it failed.
                for number in global - 4 * HANDLE_STEP..=global {
                    assert!(!is_there(&gpu, DEVICE, number));
                }
            },
        );
    });
}

pub(super) fn query_of_a_global_handle() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::QUERYRESOURCEINFO, &shape("resource of 3")),
            || {
                let (gpu, global) = with_resource(luid, 3);
                let args = sys::D3DKMT_QUERYRESOURCEINFO {
                    hDevice: DEVICE,
                    hGlobalShare: global,
                    ..Default::default()
                };
                (gpu, args)
            },
            // SAFETY: The one address is NULL.
            |(gpu, args)| unsafe { sys::D3DKMTQueryResourceInfo(&gpu.dxg, args) },
            |(gpu, args)| {
                assert_eq!(args.NumAllocations, 3);
                ends(&gpu, args.hGlobalShare, &[NEXT]);
            },
        );
    });
}

/// Destroys these resources: the last one takes the number with it, as no refused call has kept it.
fn ends(gpu: &Gpu, global: u32, resources: &[u32]) {
    for &resource in resources {
        assert!(is_there(gpu, DEVICE, global));
        assert_eq!(destroy_resource(&gpu.dxg, DEVICE, resource), SUCCESS);
    }
    assert!(!is_there(gpu, DEVICE, global));
}

pub(super) fn open_by_global_handle() {
    on_each_luid(|luid, shape| {
        for count in [1, 3] {
            opens_by_global_handle(luid, &shape(&format!("resource of {count}")), count);
        }
    });
}

/// With a new part of the handle table, which has nothing to do with the adapter.
pub(super) fn open_by_global_handle_of_a_large_resource() {
    opens_by_global_handle(luids()[0], "resource of 70", 70);
}

fn opens_by_global_handle(luid: Luid, shape: &str, count: usize) {
    sweep(
        Subject::request(request::OPENRESOURCE, shape).each_to(super::sharing::EACH),
        || {
            let (gpu, global) = with_resource(luid, count);
            let sizes = query(&gpu, DEVICE, global).1;
            (gpu, Open::with(DEVICE, global, &sizes))
        },
        |(gpu, open)| open.call(gpu),
        |(gpu, open)| {
            let first = NEXT + (1 + count as u32) * HANDLE_STEP;
            assert_eq!(open.resource(), first);
            ends(&gpu, open.args.hGlobalShare, &[NEXT, first]);
        },
    );
}

pub(super) fn destroy_of_what_has_a_global_handle() {
    on_each_luid(|luid, shape| {
        for (name, openings) in [("last opening", 0), ("one of two openings", 1)] {
            sweep(
                Subject::request(request::DESTROYALLOCATION2, &shape(name)),
                || {
                    let (gpu, global) = with_resource(luid, 2);
                    for _ in 0..openings {
                        Open::of(&gpu, DEVICE, global).made(&gpu);
                    }
                    (gpu, global)
                },
                |(gpu, _)| destroy_resource(&gpu.dxg, DEVICE, NEXT),
                |(gpu, global)| assert_eq!(is_there(&gpu, DEVICE, global), openings == 1),
            );
        }
    });
}

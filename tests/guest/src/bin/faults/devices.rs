// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices.

use super::*;
use dxg_guest_tests::{
    faults::{sweep, Subject},
    memory::unmap,
};
use libd3dkmt::sys::{bindings as c, request};

pub(super) fn create_of_a_device() {
    on_each_luid(|luid, shape| {
        for (name, made) in [("first one", 0), ("second one", 1)] {
            sweep(
                Subject::request(request::CREATEDEVICE, &shape(name)),
                || {
                    let gpu = Gpu::open(luid);
                    for _ in 0..made {
                        gpu.device();
                    }
                    (gpu, 0)
                },
                |(gpu, device)| {
                    let (answer, made) = create_device(&gpu.dxg, gpu.adapter);
                    *device = made;
                    answer
                },
                |(_, device)| assert_eq!(device, DEVICE + made * HANDLE_STEP),
            );
        }
    });
}

pub(super) fn state_of_a_device() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::GETDEVICESTATE, &shape("execution")),
            || (with_device(luid), 0),
            |(gpu, state)| {
                let (answer, now) = device_state(&gpu.dxg, DEVICE, 1);
                *state = now;
                answer
            },
            |(_, state)| assert_eq!(state, 1),
        );
    });
}

pub(super) fn mark_of_a_device() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::MARKDEVICEASERROR, &shape("active")),
            || with_device(luid),
            |gpu| mark_device(&gpu.dxg, DEVICE, c::D3DKMT_DEVICE_ERROR_REASON_GENERIC),
            |gpu| {
                let marked = c::D3DKMT_DEVICEEXECUTION_RESET;
                assert_eq!(device_state(&gpu.dxg, DEVICE, 1), (SUCCESS, marked));
            },
        );
    });
}

pub(super) fn destroy_of_a_device() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYDEVICE, &shape("empty")),
            || with_device(luid),
            |gpu| destroy_device(&gpu.dxg, DEVICE),
            |gpu| assert_eq!(destroy_device(&gpu.dxg, DEVICE), INVALID_PARAMETER),
        );
    });
}

pub(super) fn destroy_of_a_device_with_everything() {
    let memory = Map::new(1);
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYDEVICE, &shape("with everything")),
            || {
                let gpu = with_device(luid);
                let address = furnish(&gpu, &memory);
                (gpu, address)
            },
            |(gpu, _)| destroy_device(&gpu.dxg, DEVICE),
            |(gpu, address)| {
                unmap(address, PAGE);
                assert_eq!(destroy_device(&gpu.dxg, DEVICE), INVALID_PARAMETER);
            },
        );
    });
}

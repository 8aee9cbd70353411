// SPDX-License-Identifier: MIT OR Apache-2.0
//! Private data on its way to the miniport and back, the resource's cookie, and what else answers
//! change.

use super::*;
use dxg_guest_tests::{
    calls::*,
    memory::{bytes_at, PAGE},
    script::{blob, log, named, operand, wire, Create},
    share::share,
};
use libd3dkmt::sys::bindings as c;

pub fn case_072_short_private_data() {
    let (gpu, device) = adapter();
    for bytes in [0, 1, 7, 9, 16, 23] {
        let mut create = Create::named(device, 1);
        create.infos[0].priv_drv_data_size = bytes;
        create.refused(&gpu, INVALID_PARAMETER);
        let mut create = Create::named(device, 1).in_resource();
        create = create.with_data(&[(wire::TAG, 5)]);
        create.args.priv_drv_data_size = bytes;
        if bytes != 0 {
            create.refused(&gpu, INVALID_PARAMETER);
        }
    }
    let mut create = Create::named(device, 1);
    create.blobs[0][0] += 1;
    create.refused(&gpu, INVALID_PARAMETER);
    let lines = log();
    let failed = |line: &&String| *line == "failed 0xc000000d";
    assert_eq!(lines.iter().filter(failed).count(), 12);
    assert!(!lines.iter().any(|line| line.starts_with("destroy")));
}

/// The caller's priority does not make good what is wrong in the answer.
pub fn case_084_priority_of_the_user_mode_driver() {
    let (gpu, device) = adapter();
    let overridden = |instructions| {
        let mut create = Create::one(device, instructions);
        let info = &mut create.infos[0];
        info.flags.value = c::D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY;
        info.priority = 0x2800_0000;
        create
    };
    overridden(&[(wire::PRIORITY, 0)]).refused(&gpu, UNSUCCESSFUL);
    overridden(&[(wire::PRIORITY, 1)]).made(&gpu);
}

pub fn case_085_write_back_at_create_and_open() {
    let (gpu, device) = adapter();
    let both = [(wire::WRITE_AT_CREATE, 1), (wire::WRITE_AT_OPEN, 2)];
    let create = Create::scripted(device, &[named(1), blob(&both), blob(&both[..1])]).made(&gpu);
    assert_eq!(create.blobs[0], named(1));
    assert_eq!(operand(&create.blobs[1], wire::WRITE_AT_CREATE), !1);
    assert_eq!(operand(&create.blobs[1], wire::WRITE_AT_OPEN), !2);
    assert_eq!(operand(&create.blobs[2], wire::WRITE_AT_CREATE), !1);
    // Not by a call that fails.
    let fail = blob(&[(wire::FAIL_OPEN, 0xc000_0017)]);
    let mut create = Create::scripted(device, &[blob(&both), fail]);
    assert_eq!(create.call(&gpu), NO_MEMORY);
    assert_eq!(create.blobs[0], blob(&both));
}

pub fn openers_see_what_was_written_back() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let both = [
        (wire::TAG, 1),
        (wire::WRITE_AT_CREATE, 1),
        (wire::WRITE_AT_OPEN, 2),
    ];
    let create = Create::one(one, &both).in_shared_resource().made(&gpu);
    let nt = share(&gpu, create.resource());
    for _ in 0..2 {
        let open = create.opening(two, &nt).made(&gpu);
        let words: Vec<_> = (open.total.chunks(8))
            .map(|bytes| u64::from_le_bytes(bytes.try_into().expect("eight")))
            .collect();
        // An opener's call changes nothing.
        assert_eq!(words, create.blobs[0]);
        assert_eq!(operand(&words, wire::WRITE_AT_OPEN), !2);
    }
}

pub fn case_091_the_cookie_is_replaced() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let resource = create.resource();
    for (old, new) in [(5, 6), (6, 7)] {
        let append = Create::named(device, 1).append(resource);
        append.with_data(&[(wire::REPLACE_COOKIE, new)]).made(&gpu);
        let line = said!("create_allocation resource=r{old} data=24 a1");
        assert_eq!(log().iter().filter(|found| **found == line).count(), 1);
    }
    assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
    let ends: Vec<_> = (log().into_iter())
        .filter(|line| line.starts_with("destroy_resource"))
        .collect();
    // The miniport itself has ended the others.
    assert_eq!(ends, ["destroy_resource r7"]);
}

pub fn the_cookie_is_taken_away() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource().made(&gpu);
    let resource = create.resource();
    let append = Create::named(device, 1).append(resource);
    append.with_data(&[(wire::DROP_COOKIE, 0)]).made(&gpu);
    log();
    let append = Create::named(device, 1).append(resource);
    append.with_data(&[(wire::DROP_COOKIE, 0)]).made(&gpu);
    assert_eq!(log()[0], "create_allocation resource=new data=24 a1");
    assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
    assert!(!log()
        .iter()
        .any(|line| line.starts_with("destroy_resource")));
}

pub fn case_092_new_data_of_the_resource() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let resource = create.resource();
    log();
    for (instructions, asked, kept) in [
        (&[][..], 0, 24),
        (&[(wire::TAG, 5), (wire::TAG, 5)], 40, 40),
        (&[], 0, 40),
    ] {
        let mut append = Create::scripted(device, &[named(2)]).append(resource);
        if !instructions.is_empty() {
            append = append.with_data(instructions);
        }
        let append = append.made(&gpu);
        logged(&[
            said!("create_allocation resource=r5 data={asked} a2"),
            opened(kept, &append.allocations(), 2),
        ]);
    }
}

/// In the first preferred segment, else in the first supported one.
pub fn placement() {
    let (gpu, device) = adapter();
    for (supported, preferred, group) in [
        (1, 0, 0),
        (2, 0, 1),
        (3, 0, 0),
        (3, 1, 0),
        (3, 2, 1),
        (3, 0x0102, 1),
        (3, 0x0200, 1),
    ] {
        let set = [(wire::SUPPORTED, supported), (wire::PREFERRED, preferred)];
        let create = Create::one(device, &set).made(&gpu);
        let address = gpu.lock(device, create.allocation(0));
        // System memory comes when it is touched.
        // SAFETY: The lock has a page.
        unsafe { bytes_at(address, PAGE) }.fill(1);
        let usage = [gpu.usage(0), gpu.usage(1)];
        let mut expected = [0, 0];
        expected[group] = 4096;
        assert_eq!(usage, expected, "{supported} {preferred:#x}");
        gpu.unlock(device, create.allocation(0));
        let list = create.allocations();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    }
}

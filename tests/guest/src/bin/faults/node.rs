// SPDX-License-Identifier: MIT OR Apache-2.0
//! Opening and closing the node.

use super::*;
use dxg_guest_tests::{
    faults::{sweep, Subject},
    memory::unmap,
};
use libd3dkmt::Dxg;
use rustix::{
    fd::AsFd,
    fs::{open, Mode, OFlags},
};

pub(super) fn open_of_the_node() {
    let node = || open(Dxg::PATH, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty());
    for (shape, opened_before) in [("first of the process", false), ("one more", true)] {
        sweep(
            Subject::system_call("open", shape)
                .reads_memory()
                .needs_memory(),
            || (opened_before.then(|| node().expect(Dxg::PATH)), None),
            |(_, file)| answer_of(node().map(|fd| *file = Some(fd))),
            drop,
        );
    }
}

pub(super) fn close_of_the_node_with_everything() {
    let memory = Map::new(1);
    on_each_luid(|luid, shape| {
        sweep(
            Subject::system_call("close", &shape("with everything")),
            || {
                let gpu = with_device(luid);
                let address = furnish(&gpu, &memory);
                // The one that is left when the others are closed.
                let last = gpu.dxg.as_fd().try_clone_to_owned().expect("a descriptor");
                (Some(last), address)
            },
            |(last, _)| {
                drop(last.take());
                SUCCESS
            },
            |(_, address)| unmap(address, PAGE),
        );
    });
}

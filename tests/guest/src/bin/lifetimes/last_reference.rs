// SPDX-License-Identifier: MIT OR Apache-2.0
//! A resource goes with its last reference, whichever kind that is: an opening, an NT handle, or a
//! mapping.

use super::*;
use dxg_guest_tests::{create::Create, memory::unmap, share::share, share::shared};

/// What keeps the resource.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Holder {
    Creator,
    Opening,
    NtHandle,
    Mapping,
}
use Holder::*;

/// All orders of some things.
fn orders<T: Copy>(of: &[T]) -> Vec<Vec<T>> {
    if of.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (i, &first) in of.iter().enumerate() {
        let rest = [&of[..i], &of[i + 1..]].concat();
        for order in orders(&rest) {
            all.push([&[first], &order[..]].concat());
        }
    }
    all
}

/// What there is of a resource with two allocations, of which the second one was touched.
fn counts(held: &[Holder]) -> Vec<(&'static str, i64)> {
    let has = |holder| i64::from(held.contains(&holder));
    let by_more_than_a_mapping = held.iter().any(|&holder| holder != Mapping);
    let openings = has(Creator) + has(Opening);
    vec![
        ("resources", i64::from(!held.is_empty())),
        // A mapping keeps what it is of.
        (
            "allocations",
            if by_more_than_a_mapping {
                2
            } else {
                has(Mapping)
            },
        ),
        ("gem_objects", i64::from(!held.is_empty())),
        ("bindings", 2 * openings),
        ("mappings", has(Mapping)),
        ("nt_handles", has(NtHandle)),
    ]
}

/// A resource with all four holders.
struct Held<'a> {
    gpu: &'a Gpu,
    devices: [u32; 2],
    create: Create,
    opened: Open,
    mapping: u64,
    nt: Option<OwnedFd>,
}

impl<'a> Held<'a> {
    fn new(gpu: &'a Gpu) -> Self {
        let devices = [gpu.device(), gpu.device()];
        let create = shared(devices[0], 2).made(gpu);
        let nt = share(gpu, create.resource());
        let opened = Open::new(devices[1], &nt, 2).made(gpu);
        let mapping = gpu.lock(devices[1], opened.allocation(1));
        fill(mapping, 0x5a);
        Self {
            gpu,
            devices,
            create,
            opened,
            mapping,
            nt: Some(nt),
        }
    }

    /// One of them lets go; an opening with its resource, or with its device.
    fn let_go(&mut self, holder: Holder, others: &[Holder], with_device: bool) {
        let (gpu, [first, second]) = (self.gpu, self.devices);
        let done = match holder {
            Creator if with_device => destroy_device(&gpu.dxg, first),
            Opening if with_device => destroy_device(&gpu.dxg, second),
            Creator => destroy_resource(&gpu.dxg, first, self.create.resource()),
            Opening => destroy_resource(&gpu.dxg, second, self.opened.resource()),
            NtHandle => {
                self.nt = None;
                SUCCESS
            }
            // While it is locked, the lock has it as well.
            Mapping if others.contains(&Opening) => {
                unlock(&gpu.dxg, second, self.opened.allocation(1))
            }
            Mapping => {
                unmap(self.mapping, PAGE);
                SUCCESS
            }
        };
        assert_eq!(done, SUCCESS);
    }

    /// Those that are left still show the bytes.
    fn is_there(&self, held: &[Holder]) {
        let (gpu, [first, second]) = (self.gpu, self.devices);
        let shows = |device, allocation| {
            let address = gpu.lock(device, allocation);
            assert!(is_full(address, 0x5a));
            gpu.unlock(device, allocation);
        };
        for holder in held {
            match holder {
                Creator => shows(first, self.create.allocation(1)),
                Opening => shows(second, self.opened.allocation(1)),
                NtHandle => {
                    let nt = self.nt.as_ref().expect("not dropped yet");
                    let device = gpu.device();
                    opens(gpu, device, nt, 2, 1, 0x5a);
                    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
                }
                Mapping => assert!(is_full(self.mapping, 0x5a)),
            }
        }
    }
}

fn in_every_order(with_device: bool) {
    on_each_adapter(|gpu| {
        for_each(orders(&[Creator, Opening, NtHandle, Mapping]), |order| {
            let before = counters();
            let mut held = Held::new(gpu);
            let mut devices = 2;
            for (i, &holder) in order.iter().enumerate() {
                let left = &order[i + 1..];
                held.let_go(holder, left, with_device);
                if with_device && [Creator, Opening].contains(&holder) {
                    devices -= 1;
                }
                before.assert_grown(&[&counts(left)[..], &[("devices", devices)]].concat());
                held.is_there(left);
            }
            if !with_device {
                for device in held.devices {
                    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
                }
            }
            before.assert_restored();
        });
    });
}

pub(super) fn each_last_reference_ends_the_resource() {
    in_every_order(false);
}

pub(super) fn each_last_reference_after_the_devices() {
    in_every_order(true);
}

pub(super) fn mapping_and_nt_handle_of_a_closed_node() {
    for luid in luids() {
        for_each(orders(&[NtHandle, Mapping]), |order| {
            let before = counters();
            let gpu = Gpu::open(luid);
            let Held { mapping, nt, .. } = Held::new(&gpu);
            drop(gpu);
            before.assert_grown(&counts(&order));
            let mut nt = nt;
            for (i, holder) in order.iter().enumerate() {
                match holder {
                    NtHandle => nt = None,
                    _ => unmap(mapping, PAGE),
                }
                before.assert_grown(&counts(&order[i + 1..]));
            }
            before.assert_restored();
            drop(nt);
        });
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Commands that use memory which is nowhere yet.

use super::*;
use dxg_guest_tests::{
    faults::every_call::spare,
    gpu_va::{mapped, GPU_PAGE},
    memory::{bytes_at, MIB},
    paging::{buffer, moved, resident},
};

/// Segments that an allocation can be told to prefer.
const SEGMENTS: [u32; 2] = [1, 2];

/// Bytes of an allocation that is on a residency list and mapped, and that nobody has touched.
struct Untouched {
    allocation: u32,
    address: u64,
}

impl Untouched {
    fn new(engine: &Engine<'_>, segment: u32) -> Self {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let allocation = buffer(gpu, device, MIB);
        moved(gpu, device, queue, allocation, segment);
        resident(gpu, device, queue, &[allocation]);
        Self {
            allocation,
            address: mapped(gpu, device, queue, 0, allocation, MIB / GPU_PAGE),
        }
    }

    fn assert_is(&self, engine: &Engine<'_>, byte: u8) {
        let address = engine.gpu.lock(engine.device, self.allocation);
        // SAFETY: The lock has so many bytes; no command runs.
        let bytes = unsafe { bytes_at(address, MIB as usize) };
        let wrong = bytes.iter().position(|&found| found != byte);
        engine.gpu.unlock(engine.device, self.allocation);
        assert_eq!(wrong, None);
    }
}

/// Reads zeros, and takes what is written; whichever of a copy's sides it is.
pub(super) fn what_nobody_has_touched() {
    spare("it takes long");
    on_each_engine(|engine| {
        for_each(SEGMENTS, |segment| {
            let [a, b, c] = [(); 3].map(|()| Untouched::new(engine, segment));
            let copy = |to: &Untouched, from: &Untouched| {
                engine.run(&Commands::new().copy(to.address, from.address, MIB));
            };
            copy(&a, &b);
            a.assert_is(engine, 0);
            engine.run(&Commands::new().fill(c.address, MIB, 0x0707_0707));
            c.assert_is(engine, 7);
            copy(&b, &c);
            b.assert_is(engine, 7);
            let d = Untouched::new(engine, segment);
            copy(&d, &c);
            d.assert_is(engine, 7);
            let e = Untouched::new(engine, segment);
            copy(&c, &e);
            c.assert_is(engine, 0);
            assert_eq!(engine.state(), ACTIVE);
            for of in [a, b, c, d, e] {
                let destroyed =
                    destroy_allocations(&engine.gpu.dxg, engine.device, &[of.allocation]);
                assert_eq!(destroyed, SUCCESS);
            }
        });
    });
}

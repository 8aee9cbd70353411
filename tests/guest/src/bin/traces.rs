// SPDX-License-Identifier: MIT OR Apache-2.0
//! Tracepoints: which events come of which calls, with which fields.

use dxg_guest_tests::{
    calls::*,
    child,
    device::Device,
    fence::{signal, wait, Fence, PagingQueue},
    harness,
    locked::write,
    memory::{bytes_at, MIB, PAGE},
    paging::*,
    reload,
    state::soon,
    tests,
};
use libd3dkmt::sys::bindings as c;
use std::{
    fs,
    path::PathBuf,
    process::{self, ExitCode},
    ptr,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            the_life_of_an_allocation,
            room_for_others,
            what_is_offered_is_discarded,
            what_a_scan_has_accepted_does_not_count_again,
            fences,
            a_refused_call_leaves_no_event,
            the_device_goes,
            nothing_without_a_listener,
        ],
        &[("touch", touch)],
    )
}

/// All events of the module, listened to.
struct Events(PathBuf);

impl Events {
    fn on() -> Self {
        let events = Self(PathBuf::from("/sys/kernel/tracing"));
        if !events.0.join("trace").exists() {
            // SAFETY: All arguments are C strings.
            let mounted = unsafe {
                libc::mount(
                    c"tracefs".as_ptr(),
                    c"/sys/kernel/tracing".as_ptr(),
                    c"tracefs".as_ptr(),
                    0,
                    ptr::null(),
                )
            };
            assert_eq!(mounted, 0, "tracefs");
        }
        events.clear();
        events.enable("1");
        events
    }

    fn enable(&self, on: &str) {
        fs::write(self.0.join("events/dxgkrnl/enable"), on).expect("events");
    }

    /// Switches an event of the kernel's own.
    fn enable_one(&self, event: &str, on: &str) {
        fs::write(self.0.join("events").join(event).join("enable"), on).expect(event);
    }

    fn text(&self) -> String {
        fs::read_to_string(self.0.join("trace")).expect("trace")
    }

    fn clear(&self) {
        fs::write(self.0.join("trace"), "").expect("trace");
    }

    /// The name and the fields of each event so far.
    fn all(&self) -> Vec<(String, String)> {
        let text = self.text();
        let lines = text.lines().filter(|line| !line.starts_with('#'));
        lines
            .map(|line| {
                let (_, event) = line.split_once("dxgkrnl_").expect("an event");
                let (name, fields) = event.split_once(": ").expect("fields");
                (name.to_owned(), fields.to_owned())
            })
            .collect()
    }

    /// Those of that name.
    fn of(&self, name: &str) -> Vec<String> {
        let all = self.all().into_iter();
        all.filter(|(found, _)| found == name)
            .map(|(_, fields)| fields)
            .collect()
    }

    /// The names of all, in their order.
    fn names(&self) -> Vec<String> {
        self.all().into_iter().map(|(name, _)| name).collect()
    }
}

impl Drop for Events {
    fn drop(&mut self) {
        self.enable("0");
    }
}

fn number(Luid(low, high): Luid) -> u64 {
    (u64::from(high) << 32) | u64::from(low)
}

/// What events of an allocation begin with.
fn owner(gpu: &Gpu) -> String {
    format!("adapter={:x} process={} ", number(gpu.luid), process::id())
}

fn field<'a>(fields: &'a str, name: &str) -> &'a str {
    let mut words = fields.split_whitespace();
    words
        .find_map(|word| word.strip_prefix(name)?.strip_prefix('='))
        .unwrap_or_else(|| panic!("no {name} in {fields}"))
}

fn the_life_of_an_allocation() {
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let events = Events::on();
        let allocation = buffer(gpu, device, 2 * MIB);
        let address = gpu.lock(device, allocation);
        // SAFETY: The lock has a page.
        let bytes = unsafe { bytes_at(address, PAGE) };
        bytes[0] = 1;
        resident(gpu, device, &queue, &[allocation]);
        evicted(gpu, device, &[allocation]);
        assert_eq!(bytes[0], 1);
        gpu.unlock(device, allocation);
        assert_eq!(
            destroy_allocations(&gpu.dxg, device, &[allocation]),
            SUCCESS
        );
        // MakeResident is PENDING, and the fence is waited for.
        let names = [
            "create", "page_in", "lock", "wait", "evict", "fault", "page_in", "destroy",
        ];
        assert_eq!(events.names(), names);
        let bytes = (2 * MIB).to_string();
        let first = events.of("create").remove(0);
        let all = events.all().into_iter();
        for (name, fields) in all.filter(|(name, _)| name != "wait") {
            assert!(fields.starts_with(&owner(gpu)), "{name}: {fields}");
            assert_eq!(field(&fields, "bytes"), bytes);
            assert_eq!(field(&fields, "allocation"), field(&first, "allocation"));
        }
        for name in ["create", "lock"] {
            let handle = format!("{allocation:#x}");
            assert_eq!(field(&events.of(name)[0], "handle"), handle);
        }
        assert_eq!(field(&events.of("evict")[0], "reason"), "own-process");
    });
}

/// Why was it evicted? The page-in that comes next in the trace needed the room.
fn room_for_others() {
    reload::with("local_segment_mib=8 commit_mib=64", || {
        on_each_device(|gpu, device| {
            let allocation = buffer(gpu, device, 6 * MIB);
            write(gpu, device, allocation, 1);
            let events = Events::on();
            let mut child = child::start_on("touch", gpu.luid, &[]);
            assert_eq!(child.line(), "touched");
            let all = events.all();
            let evicted = all.iter().position(|(name, _)| name == "evict");
            let evicted = evicted.expect("an eviction");
            let (_, fields) = &all[evicted];
            assert!(fields.starts_with(&owner(gpu)), "{fields}");
            assert_eq!(field(fields, "reason"), "room-for-others");
            let (name, fields) = &all[evicted + 1];
            assert_eq!(name, "page_in");
            assert_eq!(field(fields, "process"), child.id().to_string());
            child.succeed();
        });
    });
}

fn touch(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let allocation = buffer(&gpu, device, 6 * MIB);
    write(&gpu, device, allocation, 2);
    child::say("touched");
    child::wait_for_parent();
}

fn what_is_offered_is_discarded() {
    on_each_device(|gpu, device| {
        let allocation = buffer(gpu, device, MIB);
        write(gpu, device, allocation, 1);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let events = Events::on();
        let discarded = soon(|| {
            fs::write("/proc/sys/vm/drop_caches", "2").expect("drop_caches");
            events.of("discard").into_iter().next().ok_or(())
        });
        let fields = discarded.expect("an event");
        assert!(fields.starts_with(&owner(gpu)), "{fields}");
        assert_eq!(field(&fields, "bytes"), MIB.to_string());
    });
}

/// The kernel asks for twice what there is, and a worker discards it later: the scans together accept no more than
/// there is.
fn what_a_scan_has_accepted_does_not_count_again() {
    on_each_device(|gpu, device| {
        let all = [(); 8].map(|()| buffer(gpu, device, 2 * MIB));
        all.iter().for_each(|&one| write(gpu, device, one, 1));
        let events = Events::on();
        events.enable_one("vmscan/mm_shrink_slab_end", "1");
        assert_eq!(offer(&gpu.dxg, device, &all), SUCCESS);
        fs::write("/proc/sys/vm/drop_caches", "2").expect("drop_caches");
        events.enable_one("vmscan/mm_shrink_slab_end", "0");
        let text = events.text();
        let ours = text.lines().filter(|line| line.contains("[dxgkrnl]"));
        // "..., last shrinker return val N"
        let accepted = ours.filter_map(|line| line.split_whitespace().next_back());
        let accepted: u64 = accepted.map(|pages| pages.parse().unwrap_or(0)).sum();
        let offered = 8 * 2 * MIB / PAGE as u64;
        let good = 1..=offered;
        assert!(good.contains(&accepted), "{accepted} of {offered} pages");
    });
}

fn fences() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    let events = Events::on();
    assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 7)]), SUCCESS);
    assert_eq!(wait(&gpu.dxg, device, &[(fence.handle, 5)]), SUCCESS);
    let fields = |value| format!("{}handle={:#x} value={value}", owner(&gpu), fence.handle);
    assert_eq!(
        events.all(),
        [
            ("signal".to_owned(), fields(7)),
            ("wait".to_owned(), fields(5))
        ]
    );
}

/// What is wrong comes last in the list.
fn a_refused_call_leaves_no_event() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let good = Fence::new(&gpu, device, 0).handle;
    let without = |right| Fence::with_flags(&gpu, device, 0, right).handle;
    let no_signal = without(c::D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL);
    let no_wait = without(c::D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT);
    let events = Events::on();
    for (wrong, status) in [(device, INVALID_PARAMETER), (no_signal, ACCESS_DENIED)] {
        assert_eq!(signal(&gpu.dxg, device, &[(good, 1), (wrong, 1)]), status);
    }
    for (wrong, status) in [(device, INVALID_PARAMETER), (no_wait, ACCESS_DENIED)] {
        assert_eq!(wait(&gpu.dxg, device, &[(good, 0), (wrong, 0)]), status);
    }
    assert_eq!(events.all(), []);
}

fn the_device_goes() {
    let mut device = Device::find();
    let luid = number(device.luid);
    let events = Events::on();
    device.remove();
    assert_eq!(events.of("unplug"), [format!("adapter={luid:x}")]);
    device.restore();
}

fn nothing_without_a_listener() {
    let events = Events::on();
    events.enable("0");
    let gpu = Gpu::first();
    let device = gpu.device();
    buffer(&gpu, device, MIB);
    assert_eq!(events.names(), Vec::<String>::new());
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! A DRM device goes away under its users and comes back. It changes the machine, so it is the last
//! suite, in the order of the names; each test puts the device back.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    device::Device,
    dma_buf::{displayable, export},
    faults::every_call::spare,
    global, harness,
    memory::{bytes_at, unmap, Map, PAGE},
    reload::with,
    removal::{cycles, race, while_calls_wait, while_fences_are_waited_for, End},
    share::{self, number, shared, Open, Share},
    signals::spawn,
    state::soon,
    tests,
};
use libd3dkmt::{sys, Dxg};
use std::{
    fs,
    os::fd::{AsFd, AsRawFd},
    path::PathBuf,
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_removed_adapter_is_not_listed,
            shared_resources_of_a_removed_adapter,
            global_handles_of_a_removed_adapter,
            closing_the_node_after_removal,
            the_other_adapter_goes_on,
            a_hundred_removals_destroyed_before_the_return,
            a_hundred_removals_destroyed_after_the_return,
            a_hundred_removals_closed,
            a_hundred_removals_kept_until_the_next_one,
            eight_threads_call_while_the_device_goes,
            the_device_goes_while_calls_wait,
            the_device_goes_while_fences_are_waited_for,
            calls_while_the_device_goes,
            an_export_that_nobody_has_ends_with_the_device,
            vkms_instances_come_and_go,
            more_adapters_than_64,
            the_module_stays_while_it_is_used,
        ],
        &[],
    )
}

/// A vkms device of our own, made through configfs.
struct Instance(PathBuf);

impl Instance {
    fn new(name: &str) -> Self {
        let instance = Self(PathBuf::from("/sys/kernel/config/vkms").join(name));
        let at = |name: &str| instance.0.join(name);
        let parts = ["", "planes/p", "crtcs/c", "encoders/e", "connectors/n"];
        for part in parts {
            fs::create_dir(at(part)).unwrap_or_else(|error| panic!("vkms/{part}: {error}"));
        }
        // A primary plane.
        fs::write(at("planes/p/type"), "1").expect("a type");
        for (target, link) in [
            ("crtcs/c", "planes/p/possible_crtcs/c"),
            ("crtcs/c", "encoders/e/possible_crtcs/c"),
            ("encoders/e", "connectors/n/possible_encoders/e"),
        ] {
            std::os::unix::fs::symlink(at(target), at(link)).expect("a link");
        }
        instance
    }

    fn enable(&self, on: bool) {
        fs::write(self.0.join("enabled"), if on { "1" } else { "0" }).expect("configfs");
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        let _ = fs::write(self.0.join("enabled"), "0");
        for link in [
            "planes/p/possible_crtcs/c",
            "encoders/e/possible_crtcs/c",
            "connectors/n/possible_encoders/e",
        ] {
            let _ = fs::remove_file(self.0.join(link));
        }
        for part in ["planes/p", "crtcs/c", "encoders/e", "connectors/n", ""] {
            let _ = fs::remove_dir(self.0.join(part));
        }
    }
}

/// What only the module keeps of a dma-buf is gone when the driver tears its device down: else the debug
/// kernel complains of a lock that the driver has destroyed.
fn an_export_that_nobody_has_ends_with_the_device() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let before = counters();
    let all: Vec<_> = (0..3)
        .map(|_| displayable(on).made(&gpu).allocation(0))
        .collect();
    let exports: Vec<_> = all.iter().map(|&a| export(&gpu, on, a)).collect();
    drop(exports);
    before.assert_grown(&[
        ("allocations", 3),
        ("bindings", 3),
        ("exports", 3),
        ("gem_objects", 3),
    ]);
    device.remove();
    before.assert_grown(&[("allocations", 3), ("bindings", 3), ("exports", 3)]);
    assert_eq!(destroy_allocations(&gpu.dxg, on, &all), SUCCESS);
    drop(gpu);
    device.restore();
}

/// Lines that fdinfo has of adapters.
fn accounts_in_fdinfo(dxg: &Dxg) -> usize {
    let path = format!("/proc/self/fdinfo/{}", dxg.as_fd().as_raw_fd());
    let text = fs::read_to_string(path).expect("fdinfo");
    text.lines()
        .filter(|line| line.starts_with("drm-total-local-"))
        .count()
}

fn vkms_instances_come_and_go() {
    let node = Dxg::open().expect("/dev/dxg");
    let others = luids();
    let instance = Instance::new("dxg-test");
    let mut seen = others.clone();
    for _ in 0..5 {
        instance.enable(true);
        let new = |luid: &Luid| !others.contains(luid);
        let luid = soon(|| luids().into_iter().find(new).ok_or("no new adapter")).unwrap();
        assert!(!seen.contains(&luid), "a LUID came back");
        seen.push(luid);

        let gpu = Gpu::open(luid);
        let on = gpu.device();
        let create = Create::buffers(on, 2).made(&gpu);
        let address = gpu.lock(on, create.allocation(0));
        // SAFETY: The lock has a page.
        unsafe { bytes_at(address, PAGE) }.fill(0x5a);
        instance.enable(false);
        assert_eq!(
            soon(|| if luids() == others {
                Ok(())
            } else {
                Err("listed")
            }),
            Ok(())
        );
        assert_eq!(lock(&gpu.dxg, on, create.allocation(1)).0, DEVICE_REMOVED);
        // SAFETY: As above.
        assert!(unsafe { bytes_at(address, PAGE) }.iter().all(|&b| b == 0));
        gpu.unlock(on, create.allocation(0));
        let all = create.allocations();
        assert_eq!(destroy_allocations(&gpu.dxg, on, &all), SUCCESS);
        assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
        assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
    }
    // An account goes with its adapter: there is none but the last one, until the next one comes.
    assert!(accounts_in_fdinfo(&node) <= 1);
}

/// What EnumAdapters2 says without an array.
fn told(dxg: &Dxg) -> usize {
    let mut args = sys::D3DKMT_ENUMADAPTERS2::default();
    // SAFETY: There is no array.
    assert_eq!(unsafe { sys::D3DKMTEnumAdapters2(dxg, &mut args) }, SUCCESS);
    args.num_adapters as usize
}

fn wait_for_told(dxg: &Dxg, count: usize) {
    let there = soon(|| match told(dxg) {
        now if now == count => Ok(()),
        now => Err(now),
    });
    assert_eq!(there, Ok(()));
}

/// What the first call says, the second one takes, also when one goes in between. The module is
/// loaded again, as it remembers.
fn more_adapters_than_64() {
    const MANY: usize = 72;
    spare("there are too many of them");
    with("", || {
        let dxg = Dxg::open().expect("/dev/dxg");
        let more = MANY - told(&dxg);
        let instances: Vec<_> = (0..more)
            .map(|i| Instance::new(&format!("dxg-test-{i}")))
            .collect();
        instances.iter().for_each(|instance| instance.enable(true));
        wait_for_told(&dxg, MANY);
        let takes = |room, count| {
            let (answer, infos) = enumerate2(&dxg, room);
            assert_eq!((answer, infos.len()), (SUCCESS, count), "{room}");
            for info in infos {
                assert_eq!(close_adapter(&dxg, info.adapter_handle.v), SUCCESS);
            }
        };
        takes(MANY, MANY);
        assert_eq!(dxg.adapters().expect("adapters").len(), MANY);
        instances[0].enable(false);
        wait_for_told(&dxg, MANY - 1);
        takes(MANY, MANY - 1);
        takes(MANY - 1, MANY - 1);
        assert_eq!(enumerate2(&dxg, MANY + 1).0, INVALID_PARAMETER);
        assert_eq!(enumerate2(&dxg, 64).0, BUFFER_TOO_SMALL);
        assert_eq!(dxg.adapters().expect("adapters").len(), MANY - 1);
    });
}

fn a_removed_adapter_is_not_listed() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let before = enumerate2(&gpu.dxg, 64).1.len();
    device.remove();
    assert_eq!(enumerate2(&gpu.dxg, 64).1.len(), before - 1);
    device.restore();
    assert_eq!(enumerate2(&gpu.dxg, 64).1.len(), before);
}

fn shared_resources_of_a_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let (on, other) = (gpu.device(), gpu.device());
    let create = shared(on, 2).made(&gpu);
    let nt = share::share(&gpu, create.resource());
    let opened = Open::new(other, &nt, 2).made(&gpu);
    let for_reading = Share::new(create.resource()).access(share::READ).made(&gpu);
    let read = Open::new(other, &for_reading, 2).made(&gpu);
    // SAFETY: Both locks have a page; the second one is for reading only.
    let [bytes, mapping] = [&opened, &read].map(|open| unsafe {
        let address = gpu.lock(other, open.allocation(1));
        bytes_at(address, PAGE)
    });
    bytes.fill(0x5a);
    assert!(mapping.iter().all(|&byte| byte == 0x5a));
    device.remove();
    for mapping in [&bytes, &mapping] {
        assert!(mapping.iter().all(|&byte| byte == 0), "zeros");
    }
    let answer = lock(&gpu.dxg, other, opened.allocation(0)).0;
    assert_eq!(answer, DEVICE_REMOVED, "Lock2");
    let answer = share::query(&gpu, other, number(&nt)).0;
    assert_eq!(answer, DEVICE_REMOVED, "QueryResourceInfoFromNtHandle");
    Open::new(other, &nt, 2).refused_now(&gpu, DEVICE_REMOVED);
    // Mistakes are still mistakes.
    Open::new(other, &nt, 3).refused_now(&gpu, INVALID_PARAMETER);
    // An NT handle needs no adapter; nor does it end with one.
    let second = Share::new(opened.resource()).made(&gpu);
    for open in [&opened, &read] {
        gpu.unlock(other, open.allocation(1));
        let destroyed = destroy_resource(&gpu.dxg, other, open.resource());
        assert_eq!(destroyed, SUCCESS);
    }
    assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
    // It is another adapter that comes back.
    let new = Gpu::open(device.restore());
    let on = new.device();
    for nt in [nt, second, for_reading] {
        assert_eq!(share::query(&new, on, number(&nt)).0, INVALID_PARAMETER);
        Open::new(on, &nt, 2).refused_now(&new, INVALID_PARAMETER);
    }
}

fn global_handles_of_a_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let (on, other) = (gpu.device(), gpu.device());
    let create = Create::buffers(on, 2).in_global_resource().made(&gpu);
    let open = |device, count| {
        let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
            NumAllocations: count,
            TotalPrivateDriverDataSize: 48 * count,
            ..Default::default()
        };
        global::Open::with(device, create.global(), &sizes)
    };
    let opened = open(other, 2).made(&gpu);
    device.remove();
    let before = counters();
    let answer = global::query(&gpu, other, create.global()).0;
    assert_eq!(answer, DEVICE_REMOVED, "QueryResourceInfo");
    assert_eq!(open(other, 2).call(&gpu), DEVICE_REMOVED, "OpenResource");
    // Mistakes are still mistakes.
    assert_eq!(open(other, 3).call(&gpu), INVALID_PARAMETER);
    before.assert_restored();
    assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
    // It is another adapter that comes back, and the number means nothing there.
    let new = Gpu::open(device.restore());
    let on = new.device();
    assert!(!global::is_there(&new, on, create.global()));
    assert_eq!(open(on, 2).call(&new), INVALID_PARAMETER);
    // The last opening still takes it along.
    let answer = global::query(&gpu, other, create.global()).0;
    assert_eq!(answer, DEVICE_REMOVED, "QueryResourceInfo");
    let destroyed = destroy_resource(&gpu.dxg, other, opened.resource());
    assert_eq!(destroyed, SUCCESS);
    let answer = global::query(&gpu, other, create.global()).0;
    assert_eq!(answer, INVALID_PARAMETER, "QueryResourceInfo");
}

fn closing_the_node_after_removal() {
    let mut device = Device::find();
    let before = counters();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let create = Create::buffers(on, 3).in_resource().made(&gpu);
    let address = gpu.lock(on, create.allocation(0));
    device.remove();
    drop(gpu);
    unmap(address, PAGE);
    before.assert_restored();
    device.restore();
}

fn the_other_adapter_goes_on() {
    let mut device = Device::find();
    let other = luids().into_iter().find(|&luid| luid != device.luid);
    let gpu = Gpu::open(other.expect("another adapter"));
    let on = gpu.device();
    let allocation = Create::buffer(on, 4096).made(&gpu).allocation(0);
    let address = gpu.lock(on, allocation);
    device.remove();
    // SAFETY: The lock has a page.
    unsafe { bytes_at(address, PAGE) }.fill(1);
    gpu.unlock(on, allocation);
    gpu.device();
    let now = counters();
    device.restore();
    now.assert_restored();
    assert_eq!(luids().iter().filter(|&&luid| luid == gpu.luid).count(), 1);
}

fn a_hundred_removals_destroyed_before_the_return() {
    cycles(&mut Device::find(), End::DestroyedBefore);
}

fn a_hundred_removals_destroyed_after_the_return() {
    cycles(&mut Device::find(), End::DestroyedAfter);
}

fn a_hundred_removals_closed() {
    cycles(&mut Device::find(), End::Closed);
}

fn a_hundred_removals_kept_until_the_next_one() {
    cycles(&mut Device::find(), End::Kept);
}

fn eight_threads_call_while_the_device_goes() {
    race(&mut Device::find(), 5);
}

fn the_device_goes_while_calls_wait() {
    while_calls_wait(&mut Device::find());
}

fn the_device_goes_while_fences_are_waited_for() {
    while_fences_are_waited_for(&mut Device::find());
}

/// Makes, uses and destroys; whatever comes too late is told so.
fn use_until_gone(gpu: &Gpu, memory: &Map) -> Result<(), Answer> {
    let done = |answer| match answer {
        SUCCESS => Ok(()),
        other => Err(other),
    };
    let (answer, device) = create_device(&gpu.dxg, gpu.adapter);
    done(answer)?;
    let mut video = Create::buffers(device, 3).in_resource();
    let result = done(video.call(gpu)).and_then(|()| {
        done(Create::heap(device, memory.address(), 4096).call(gpu))?;
        let (answer, address) = lock(&gpu.dxg, device, video.allocation(1));
        done(answer)?;
        // SAFETY: The lock has a page.
        unsafe { bytes_at(address, PAGE) }.fill(1);
        // Ends are never refused.
        assert_eq!(unlock(&gpu.dxg, device, video.allocation(1)), SUCCESS);
        Ok(())
    });
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    result
}

fn calls_while_the_device_goes() {
    let mut device = Device::find();
    let before = counters();
    let (stop, used, gone) = (AtomicBool::new(false), AtomicU32::new(0), AtomicU32::new(0));
    thread::scope(|scope| {
        let _stop = harness::StopAtEnd(&stop);
        for _ in 0..3 {
            spawn(scope, || {
                let memory = Map::new(1);
                while !stop.load(Relaxed) {
                    for luid in luids() {
                        let dxg = libd3dkmt::Dxg::open().expect("/dev/dxg");
                        let (answer, adapter) = open_adapter(&dxg, luid);
                        if answer == INVALID_PARAMETER {
                            // Gone since it was listed.
                            continue;
                        }
                        assert_eq!(answer, SUCCESS);
                        let gpu = Gpu { dxg, adapter, luid };
                        match use_until_gone(&gpu, &memory) {
                            Ok(()) => used.fetch_add(1, Relaxed),
                            Err(DEVICE_REMOVED) => gone.fetch_add(1, Relaxed),
                            Err(answer) => panic!("{answer:?}"),
                        };
                        assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
                    }
                }
            });
        }
        for _ in 0..5 {
            device.remove();
            device.restore();
        }
    });
    assert!(used.load(Relaxed) > 0);
    before.assert_restored();
}

/// What `rmmod` says; it must not come that far here.
fn unload() -> i32 {
    // SAFETY: The name is a C string.
    let result = unsafe {
        let name = c"dxgkrnl".as_ptr();
        libc::syscall(libc::SYS_delete_module, name, libc::O_NONBLOCK)
    };
    assert_eq!(result, -1, "the module went");
    std::io::Error::last_os_error().raw_os_error().unwrap_or(0)
}

fn the_module_stays_while_it_is_used() {
    let gpu = Gpu::first();
    assert_eq!(unload(), libc::EAGAIN, "an open node");
    let on = gpu.device();
    let allocation = Create::buffer(on, 4096).made(&gpu).allocation(0);
    let address = gpu.lock(on, allocation);
    let nt = share::share(&gpu, shared(on, 1).made(&gpu).resource());
    drop(gpu);
    assert_eq!(unload(), libc::EAGAIN, "an NT handle and a mapping");
    drop(nt);
    assert_eq!(unload(), libc::EAGAIN, "a mapping");
    // SAFETY: The mapping has a page.
    unsafe { bytes_at(address, PAGE) }.fill(1);
    let gpu = Gpu::first();
    let nt = share::share(&gpu, shared(gpu.device(), 1).made(&gpu).resource());
    unmap(address, PAGE);
    drop(gpu);
    assert_eq!(unload(), libc::EAGAIN, "an NT handle");
    drop(nt);
}

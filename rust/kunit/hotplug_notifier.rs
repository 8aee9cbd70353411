// SPDX-License-Identifier: GPL-2.0

//! The order in which the notifier reports devices that are added and unplugged.

use super::log::Log;
use crate::drm::hotplug_notifier::{
    DeviceId,
    HotplugNotifier,
    Listener, //
};
use kernel::{
    error::code::*,
    prelude::*,
    sync::{
        Arc,
        Completion, //
    },
    time::{
        delay::fsleep,
        Delta, //
    },
    workqueue, //
};

#[derive(Clone, Copy, PartialEq)]
enum Event {
    /// The first device may be probed.
    Opened,
    Added(usize),
    Unplugged(usize),
}
use Event::*;

/// Records what the notifier reports.
struct Recorder(Arc<Log<Event>>);

impl Listener<usize> for Recorder {
    fn added(&self, device: usize) {
        self.0.note(Added(device));
    }

    fn unplugged(&self, id: DeviceId) {
        self.0.note(Unplugged(id.0));
    }
}

fn hotplug_notifier(told: &Arc<Log<Event>>) -> Result<HotplugNotifier<usize>> {
    let recorder = Arc::new(Recorder(told.clone()), GFP_KERNEL)?;
    HotplugNotifier::new(recorder)
}

/// Blocks the probe of a device until it is opened.
fn gate() -> Result<Arc<Completion>> {
    Arc::pin_init(Completion::new(), GFP_KERNEL)
}

#[kunit_tests(dxgkrnl_hotplug_notifier)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_reported_in_their_order() -> Result {
        let told = Log::new()?;
        let hotplug_notifier = hotplug_notifier(&told)?;
        for device in 1..=50 {
            hotplug_notifier.added(move || Ok(device));
        }
        // Waits until everything is reported.
        drop(hotplug_notifier);
        let expected = core::array::from_fn::<_, 50, _>(|i| Added(i + 1));
        assert_eq!(told.take(), expected);
        Ok(())
    }

    #[test]
    fn an_unplug_is_reported_after_the_devices_added_before_it() -> Result {
        let told = Log::new()?;
        let hotplug_notifier = hotplug_notifier(&told)?;
        let gate = gate()?;
        let opened = gate.clone();
        hotplug_notifier.added(move || {
            opened.wait_for_completion();
            Ok(1)
        });
        hotplug_notifier.added(|| Ok(2));
        let opening = told.clone();
        workqueue::system().try_spawn(GFP_KERNEL, move || {
            fsleep(Delta::from_millis(50));
            opening.note(Opened);
            gate.complete_all();
        })?;
        hotplug_notifier.unplugged(DeviceId(2));
        let in_order = told.take();
        hotplug_notifier.unplugged(DeviceId(1));
        // Already reported when the call returns.
        let at_once = told.take();
        assert_eq!(in_order, [Opened, Added(1), Added(2), Unplugged(2)]);
        assert_eq!(at_once, [Unplugged(1)]);
        Ok(())
    }

    #[test]
    fn an_unusable_device_is_not_added() -> Result {
        let told = Log::new()?;
        let hotplug_notifier = hotplug_notifier(&told)?;
        hotplug_notifier.added(|| Err(ENODEV));
        hotplug_notifier.added(|| Ok(2));
        hotplug_notifier.unplugged(DeviceId(1));
        drop(hotplug_notifier);
        // Its unplug is reported all the same.
        assert_eq!(told.take(), [Added(2), Unplugged(1)]);
        Ok(())
    }

    #[test]
    fn nothing_keeps_the_listener() -> Result {
        let told = Log::new()?;
        let recorder = Arc::new(Recorder(told.clone()), GFP_KERNEL)?;
        let hotplug_notifier = HotplugNotifier::new(recorder.clone())?;
        hotplug_notifier.added(|| Ok(1));
        hotplug_notifier.added(|| Err(ENODEV));
        hotplug_notifier.unplugged(DeviceId(1));
        drop(hotplug_notifier);
        assert!(Arc::into_unique_or_drop(recorder).is_some());
        Ok(())
    }
}

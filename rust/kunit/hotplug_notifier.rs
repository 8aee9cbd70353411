// SPDX-License-Identifier: GPL-2.0

//! The order in which the notifier reports appearances and vanishings.

use super::log::Log;
use crate::drm::hotplug_notifier::{
    HotplugNotifier,
    Listener,
    TargetId, //
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
    /// The first device may be examined.
    Opened,
    Appeared(usize),
    Vanished(usize),
}
use Event::*;

/// Records what the notifier reports.
struct Scribe(Arc<Log<Event>>);

impl Listener<usize> for Scribe {
    fn appeared(&self, device: usize) {
        self.0.note(Appeared(device));
    }

    fn vanished(&self, id: TargetId) {
        self.0.note(Vanished(id.0));
    }
}

fn hotplug_notifier(told: &Arc<Log<Event>>) -> Result<HotplugNotifier<usize>> {
    let scribe = Arc::new(Scribe(told.clone()), GFP_KERNEL)?;
    HotplugNotifier::new(scribe)
}

/// Blocks the examination of a device until it is opened.
fn gate() -> Result<Arc<Completion>> {
    Arc::pin_init(Completion::new(), GFP_KERNEL)
}

#[kunit_tests(dxgkrnl_hotplug_notifier)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_in_their_order() -> Result {
        let told = Log::new()?;
        let hotplug_notifier = hotplug_notifier(&told)?;
        for device in 1..=50 {
            hotplug_notifier.appeared(move || Ok(device));
        }
        // Waits until everything is reported.
        drop(hotplug_notifier);
        let expected = core::array::from_fn::<_, 50, _>(|i| Appeared(i + 1));
        assert_eq!(told.take(), expected);
        Ok(())
    }

    #[test]
    fn vanishing_is_told_after_the_appearances_before_it() -> Result {
        let told = Log::new()?;
        let hotplug_notifier = hotplug_notifier(&told)?;
        let gate = gate()?;
        let opened = gate.clone();
        hotplug_notifier.appeared(move || {
            opened.wait_for_completion();
            Ok(1)
        });
        hotplug_notifier.appeared(|| Ok(2));
        let opening = told.clone();
        workqueue::system().try_spawn(GFP_KERNEL, move || {
            fsleep(Delta::from_millis(50));
            opening.note(Opened);
            gate.complete_all();
        })?;
        hotplug_notifier.vanished(TargetId(2));
        let in_order = told.take();
        hotplug_notifier.vanished(TargetId(1));
        // Already reported when the call returns.
        let at_once = told.take();
        assert_eq!(in_order, [Opened, Appeared(1), Appeared(2), Vanished(2)]);
        assert_eq!(at_once, [Vanished(1)]);
        Ok(())
    }

    #[test]
    fn an_unusable_device_does_not_appear() -> Result {
        let told = Log::new()?;
        let hotplug_notifier = hotplug_notifier(&told)?;
        hotplug_notifier.appeared(|| Err(ENODEV));
        hotplug_notifier.appeared(|| Ok(2));
        hotplug_notifier.vanished(TargetId(1));
        drop(hotplug_notifier);
        // Its vanishing is reported all the same.
        assert_eq!(told.take(), [Appeared(2), Vanished(1)]);
        Ok(())
    }

    #[test]
    fn nothing_keeps_the_listener() -> Result {
        let told = Log::new()?;
        let scribe = Arc::new(Scribe(told.clone()), GFP_KERNEL)?;
        let hotplug_notifier = HotplugNotifier::new(scribe.clone())?;
        hotplug_notifier.appeared(|| Ok(1));
        hotplug_notifier.appeared(|| Err(ENODEV));
        hotplug_notifier.vanished(TargetId(1));
        drop(hotplug_notifier);
        assert!(Arc::into_unique_or_drop(scribe).is_some());
        Ok(())
    }
}

// SPDX-License-Identifier: GPL-2.0

//! The order in which appearances and vanishings are told.

use super::log::Log;
use crate::drm::announcer::{
    Announcer,
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
    /// The first device may be looked at.
    Opened,
    Appeared(usize),
    Vanished(usize),
}
use Event::*;

/// Writes down what it is told.
struct Scribe(Arc<Log<Event>>);

impl Listener<usize> for Scribe {
    fn appeared(&self, device: usize) {
        self.0.note(Appeared(device));
    }

    fn vanished(&self, id: TargetId) {
        self.0.note(Vanished(id.0));
    }
}

fn announcer(told: &Arc<Log<Event>>) -> Result<Announcer<usize>> {
    let scribe = Arc::new(Scribe(told.clone()), GFP_KERNEL)?;
    Announcer::new(scribe)
}

/// Keeps a device from being looked at until it is opened.
fn gate() -> Result<Arc<Completion>> {
    Arc::pin_init(Completion::new(), GFP_KERNEL)
}

#[kunit_tests(dxgkrnl_announcer)]
mod tests {
    use super::*;

    #[test]
    fn devices_are_told_in_their_order() -> Result {
        let told = Log::new()?;
        let announcer = announcer(&told)?;
        for device in 1..=50 {
            announcer.appeared(move || Ok(device));
        }
        // Waits until everything is told.
        drop(announcer);
        let expected = core::array::from_fn::<_, 50, _>(|i| Appeared(i + 1));
        assert_eq!(told.take(), expected);
        Ok(())
    }

    #[test]
    fn vanishing_is_told_after_the_appearances_before_it() -> Result {
        let told = Log::new()?;
        let announcer = announcer(&told)?;
        let gate = gate()?;
        let opened = gate.clone();
        announcer.appeared(move || {
            opened.wait_for_completion();
            Ok(1)
        });
        announcer.appeared(|| Ok(2));
        let opening = told.clone();
        workqueue::system().try_spawn(GFP_KERNEL, move || {
            fsleep(Delta::from_millis(50));
            opening.note(Opened);
            gate.complete_all();
        })?;
        announcer.vanished(TargetId(2));
        let in_order = told.take();
        announcer.vanished(TargetId(1));
        // When the call returns, it is told.
        let at_once = told.take();
        assert_eq!(in_order, [Opened, Appeared(1), Appeared(2), Vanished(2)]);
        assert_eq!(at_once, [Vanished(1)]);
        Ok(())
    }

    #[test]
    fn an_unusable_device_does_not_appear() -> Result {
        let told = Log::new()?;
        let announcer = announcer(&told)?;
        announcer.appeared(|| Err(ENODEV));
        announcer.appeared(|| Ok(2));
        announcer.vanished(TargetId(1));
        drop(announcer);
        // It vanishes all the same.
        assert_eq!(told.take(), [Appeared(2), Vanished(1)]);
        Ok(())
    }

    #[test]
    fn nothing_keeps_the_listener() -> Result {
        let told = Log::new()?;
        let scribe = Arc::new(Scribe(told.clone()), GFP_KERNEL)?;
        let announcer = Announcer::new(scribe.clone())?;
        announcer.appeared(|| Ok(1));
        announcer.appeared(|| Err(ENODEV));
        announcer.vanished(TargetId(1));
        drop(announcer);
        assert!(Arc::into_unique_or_drop(scribe).is_some());
        Ok(())
    }
}

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
    }, //
};

#[derive(Clone, Copy, PartialEq)]
enum Event {
    Appeared(usize),
    Vanishing(usize),
    Vanished(usize),
}
use Event::*;

/// Writes down what it is told.
struct Scribe(Arc<Log<Event>>);

impl Listener<usize> for Scribe {
    fn appeared(&self, device: usize) {
        self.0.note(Appeared(device));
    }

    fn vanishing(&self, id: TargetId) {
        self.0.note(Vanishing(id.0));
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
    fn vanishing_is_told_at_once_and_in_its_order() -> Result {
        let told = Log::new()?;
        let announcer = announcer(&told)?;
        let gate = gate()?;
        let opened = gate.clone();
        announcer.appeared(move || {
            opened.wait_for_completion();
            Ok(1)
        });
        announcer.vanishing(TargetId(1));
        let at_once = told.take();
        gate.complete_all();
        drop(announcer);
        assert_eq!(at_once, [Vanishing(1)]);
        assert_eq!(told.take(), [Appeared(1), Vanished(1)]);
        Ok(())
    }

    #[test]
    fn one_device_does_not_wait_for_another_to_vanish() -> Result {
        let told = Log::new()?;
        let announcer = announcer(&told)?;
        let gate = gate()?;
        let opened = gate.clone();
        announcer.appeared(move || {
            opened.wait_for_completion();
            Ok(1)
        });
        announcer.appeared(|| Ok(2));
        announcer.vanishing(TargetId(2));
        announcer.vanishing(TargetId(1));
        let at_once = told.take();
        gate.complete_all();
        drop(announcer);
        assert_eq!(at_once, [Vanishing(2), Vanishing(1)]);
        let later = [Appeared(1), Appeared(2), Vanished(2), Vanished(1)];
        assert_eq!(told.take(), later);
        Ok(())
    }

    #[test]
    fn an_unusable_device_does_not_appear() -> Result {
        let told = Log::new()?;
        let announcer = announcer(&told)?;
        announcer.appeared(|| Err(ENODEV));
        announcer.appeared(|| Ok(2));
        announcer.vanishing(TargetId(1));
        drop(announcer);
        // It vanishes all the same; that is before or after the second one has appeared.
        let mut events = told.take();
        events.retain(|event| *event != Vanishing(1));
        assert_eq!(events, [Appeared(2), Vanished(1)]);
        Ok(())
    }

    #[test]
    fn nothing_keeps_the_listener() -> Result {
        let told = Log::new()?;
        let scribe = Arc::new(Scribe(told.clone()), GFP_KERNEL)?;
        let announcer = Announcer::new(scribe.clone())?;
        announcer.appeared(|| Ok(1));
        announcer.appeared(|| Err(ENODEV));
        announcer.vanishing(TargetId(1));
        drop(announcer);
        assert!(Arc::into_unique_or_drop(scribe).is_some());
        Ok(())
    }
}

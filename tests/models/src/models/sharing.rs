// SPDX-License-Identifier: MIT OR Apache-2.0

//! What is shared is whole from the beginning, never changes, and ends once, with its last
//! reference: a binding, an NT handle, or an opening by a global handle.

use super::*;
use crate::stand_in::sys::object_file::close;

fn nt(descriptor: u64) -> u32 {
    u32::try_from(descriptor).expect("a descriptor")
}

/// The creator destroys, while another one shares: that comes too late, or keeps everything.
#[test]
fn an_nt_handle_keeps_what_it_names() {
    explore("share and destroy", 2, |world| {
        let made = world.create_resource(world::BY_NT_HANDLE, 2).expect("made");
        let resource = made.resource;
        let other = world.thread(move |world| world.share(resource));
        assert_eq!(world.destroy_resource(resource), Ok(()));
        match other.join().expect("ends") {
            Ok(descriptor) => {
                assert_eq!(world.query(descriptor), Ok(2));
                let opened = world.open(descriptor, 2).expect("opened");
                assert!(close(nt(descriptor)));
                assert_eq!(world.destroy_resource(opened.resource), Ok(()));
            }
            Err(refused) => assert_eq!(refused, INVALID_PARAMETER),
        }
        1
    });
}

/// One opens, one closes the NT handle, one destroys the creator's opening: in any order.
#[test]
fn an_opening_is_whole_or_refused() {
    explore("open, close, destroy", 3, |world| {
        let made = world.create_resource(world::BY_NT_HANDLE, 2).expect("made");
        let descriptor = world.share(made.resource).expect("shared");
        let opening = world.thread(move |world| world.open(descriptor, 2));
        let closing = world.thread(move |_| close(nt(descriptor)));
        assert_eq!(world.destroy_resource(made.resource), Ok(()));
        assert!(closing.join().expect("ends"));
        match opening.join().expect("ends") {
            Ok(opened) => {
                let address = world.lock(opened.allocations[1]).expect("locked");
                assert!(sys::mapped_vma::is_mapped(address));
                assert_eq!(world.unlock(opened.allocations[1]), Ok(()));
                assert_eq!(world.destroy_resource(opened.resource), Ok(()));
            }
            Err(refused) => assert_eq!(refused, INVALID_HANDLE),
        }
        1
    });
}

/// Two openings of one NT handle, one of them on a device that ends.
#[test]
fn openings_end_by_themselves() {
    explore("two openings", 3, |world| {
        let made = world.create_resource(world::BY_NT_HANDLE, 1).expect("made");
        let descriptor = world.share(made.resource).expect("shared");
        let mut second = world.clone();
        second.device = world.create_device().expect("made");
        let ended = second.device;
        let opening = world.thread(move |_| second.open(descriptor, 1));
        let ending = world.thread(move |world| world.destroy_device(ended));
        let opened = world.open(descriptor, 1).expect("opened");
        assert_eq!(ending.join().expect("ends"), Ok(()));
        let other = opening.join().expect("ends");
        one_of(other.map(drop), &[INVALID_PARAMETER]);
        assert!(close(nt(descriptor)));
        assert_eq!(world.destroy_resource(made.resource), Ok(()));
        assert_eq!(world.destroy_resource(opened.resource), Ok(()));
        1
    });
}

/// Whoever adds is refused, whoever takes a part away as well; and each opening has all of it.
#[test]
fn what_is_shared_does_not_change() {
    explore("append to what is shared", 3, |world| {
        let made = world.create_resource(world::BY_NT_HANDLE, 2).expect("made");
        let (resource, member) = (made.resource, made.allocations[0]);
        let adding = world.thread(move |world| world.append(resource, 1).map(drop));
        let taking = world.thread(move |world| world.destroy(&[member]));
        let descriptor = world.share(resource).expect("shared");
        assert_eq!(world.query(descriptor), Ok(2));
        let opened = world.open(descriptor, 2).expect("opened");
        assert_eq!(adding.join().expect("ends"), Err(INVALID_PARAMETER));
        assert_eq!(taking.join().expect("ends"), Err(INVALID_PARAMETER));
        assert_eq!(world.query(descriptor), Ok(2));
        let again = world.append(opened.resource, 1);
        assert_eq!(again.map(drop), Err(INVALID_PARAMETER));
        assert!(close(nt(descriptor)));
        1
    });
}

/// An NT handle whose number could not be told is gone, whatever else happens.
#[test]
fn an_nt_handle_that_nobody_knows_keeps_nothing() {
    explore("share to nowhere", 2, |world| {
        let made = world.create_resource(world::BY_NT_HANDLE, 1).expect("made");
        let resource = made.resource;
        let other = world.thread(move |world| world.share_to_nowhere(resource));
        assert_eq!(world.destroy_resource(resource), Ok(()));
        assert_eq!(other.join().expect("ends"), Err(INVALID_PARAMETER));
        assert_eq!(counters::all().get(&counters::Counter::NtHandles), None);
        1
    });
}

/// A global handle goes with the last opening, and an opening in time keeps it.
#[test]
fn a_global_handle_goes_with_the_last_opening() {
    explore("open a global handle", 2, |world| {
        let made = (world.create_resource(world::BY_GLOBAL_HANDLE, 1)).expect("made");
        let global = made.global;
        let other = world.thread(move |world| world.open_global(global, 1));
        assert_eq!(world.destroy_resource(made.resource), Ok(()));
        match other.join().expect("ends") {
            Ok(opened) => {
                let again = world.open_global(global, 1).expect("kept");
                assert_eq!(world.destroy_resource(opened.resource), Ok(()));
                assert_eq!(world.destroy_resource(again.resource), Ok(()));
            }
            Err(refused) => assert_eq!(refused, INVALID_PARAMETER),
        }
        let gone = world.open_global(global, 1);
        assert_eq!(gone.map(drop), Err(INVALID_PARAMETER));
        1
    });
}

/// Two open and destroy by one number, whose creator goes.
#[test]
fn a_global_handle_of_three() {
    explore("three with a global handle", 3, |world| {
        let made = (world.create_resource(world::BY_GLOBAL_HANDLE, 1)).expect("made");
        let global = made.global;
        let body = move |world: &World| match world.open_global(global, 1) {
            Ok(opened) => world.destroy_resource(opened.resource),
            Err(refused) => Err(refused),
        };
        let others = [world.thread(body), world.thread(body)];
        assert_eq!(world.destroy_resource(made.resource), Ok(()));
        for other in others {
            one_of(other.join().expect("ends"), &[INVALID_PARAMETER]);
        }
        let gone = world.open_global(global, 1);
        assert_eq!(gone.map(drop), Err(INVALID_PARAMETER));
        1
    });
}

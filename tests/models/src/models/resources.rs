// SPDX-License-Identifier: MIT OR Apache-2.0

//! Resources: who adds to them, and which call may replace the miniport's cookie.

use super::*;

/// The miniport's resource is made once, and each addition sees it.
#[test]
fn additions_take_turns() {
    explore("append twice", 2, |world| {
        let made = world.create_resource(world::NOT_AT_ALL, 1).expect("made");
        let resource = made.resource;
        let other = world.thread(move |world| world.append(resource, 1).expect("added")[0]);
        let own = world.append(resource, 1).expect("added")[0];
        assert_ne!(own, other.join().expect("ends"));
        assert_eq!(world.destroy_resource(resource), Ok(()));
        assert_eq!(world.destroy(&[own]), Err(INVALID_PARAMETER));
        1
    });
}

/// What is added goes with the resource, or is not added.
#[test]
fn an_addition_goes_with_the_resource() {
    explore("append and destroy", 2, |world| {
        let made = world.create_resource(world::NOT_AT_ALL, 1).expect("made");
        let resource = made.resource;
        let other = world.thread(move |world| world.append(resource, 1));
        assert_eq!(world.destroy_resource(resource), Ok(()));
        match other.join().expect("ends") {
            Ok(added) => assert_eq!(world.destroy(&added), Err(INVALID_PARAMETER)),
            Err(refused) => {
                assert!([INVALID_PARAMETER, INVALID_HANDLE].contains(&refused));
            }
        }
        assert_eq!(world.append(resource, 1).map(drop), Err(INVALID_HANDLE));
        1
    });
}

/// Three that add, end single allocations, and end the device.
#[test]
fn additions_while_all_of_it_ends() {
    explore("append, destroy, end", 3, |world| {
        let made = world.create_resource(world::NOT_AT_ALL, 2).expect("made");
        let (resource, member) = (made.resource, made.allocations[1]);
        let adding = world.thread(move |world| world.append(resource, 1).map(drop));
        let ending = world.thread(move |world| world.destroy(&[member]));
        assert_eq!(world.destroy_device(world.device), Ok(()));
        let refusals = &[INVALID_PARAMETER, INVALID_HANDLE];
        one_of(adding.join().expect("ends"), refusals);
        one_of(ending.join().expect("ends"), &[INVALID_PARAMETER]);
        1
    });
}

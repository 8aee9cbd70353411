// SPDX-License-Identifier: MIT OR Apache-2.0

//! The handle table: reserve, publish, look up, take out.

use super::{
    counters::Counter,
    *, //
};
use crate::{
    core::bindings::handle_table::HandleTable,
    handle::Handle, //
};
use kernel::sync::{
    Arc,
    Mutex, //
};

/// Of two that destroy an object, one does.
#[test]
fn an_object_is_destroyed_once() {
    explore("destroy twice", 2, |world| {
        let made = world.create(1).expect("made");
        let [list, same] = [made.clone(), made];
        let other = world.thread(move |world| world.destroy(&list));
        let own = world.destroy(&same);
        assert_once(own, other.join().expect("ends"));
        0
    });
}

/// Also one that owns others, which end with it or by themselves.
#[test]
fn what_is_owned_ends_once() {
    explore("destroy owner and owned", 3, |world| {
        let made = world.create_resource(world::NOT_AT_ALL, 2).expect("made");
        let member = made.allocations[0];
        let first = world.thread(move |world| world.destroy_resource(made.resource));
        let second = world.thread(move |world| world.destroy(&[member]));
        let third = world.destroy_device(world.device);
        one_of(first.join().expect("ends"), &[INVALID_PARAMETER]);
        one_of(second.join().expect("ends"), &[INVALID_PARAMETER]);
        assert_eq!(third, Ok(()));
        1
    });
}

/// Lists are destroyed as a whole: of two that overlap, one.
#[test]
fn a_list_is_destroyed_as_a_whole() {
    explore("overlapping lists", 2, |world| {
        let made = world.create(3).expect("made");
        let [a, b, c] = [made[0], made[1], made[2]];
        let other = world.thread(move |world| world.destroy(&[a, b]));
        let own = world.destroy(&[c, b]);
        assert_once(own, other.join().expect("ends"));
        // Of the list that was refused, what only it names is still there.
        let left = if own.is_ok() { a } else { c };
        assert_eq!(world.destroy(&[left]), Ok(()));
        assert_eq!(world.destroy(&[b]), Err(INVALID_PARAMETER));
        0
    });
}

/// Handles of different threads are different, and what fails gives its own back.
#[test]
fn a_handle_is_of_one_object() {
    explore("create beside a failure", 3, |world| {
        let shared = world.create_resource(world::BY_NT_HANDLE, 1).expect("made");
        let nt = world.share(shared.resource).expect("shared");
        let failing = world.thread(move |world| world.open_to_nowhere(nt, 1));
        let creating = world.thread(|world| world.create(1).expect("made")[0]);
        let own = world.create_device().expect("made");
        assert_eq!(failing.join().expect("ends"), Err(INVALID_PARAMETER));
        let other = creating.join().expect("ends");
        assert_ne!(own, other);
        assert_eq!(world.destroy(&[own]), Err(INVALID_PARAMETER));
        assert_eq!(world.destroy(&[other]), Ok(()));
        assert_eq!(world.destroy_device(own), Ok(()));
        let bindings = counters::all().get(&Counter::Bindings).copied();
        assert_eq!(bindings, Some(1), "left by a failure");
        1
    });
}

/// A creation that is under way when its device ends is refused, or ends with it.
#[test]
fn nothing_is_made_on_a_device_that_has_ended() {
    explore("create on a device that ends", 2, |world| {
        let other = world.thread(|world| world.create_resource(world::NOT_AT_ALL, 1));
        assert_eq!(world.destroy_device(world.device), Ok(()));
        one_of(other.join().expect("ends").map(drop), &[INVALID_PARAMETER]);
        for kind in [Counter::Devices, Counter::Resources, Counter::Allocations] {
            assert_eq!(counters::all().get(&kind), None, "left on no device");
        }
        // It may not have come to the miniport.
        machine::machine().log(|log| log.all_resources)
    });
}

/// A guess does not find an object before it is whole.
#[test]
fn a_guess_finds_whole_objects() {
    explore("guess", 2, |world| {
        let next = world.device + 0x40;
        let guess = world.thread(move |world| world.destroy_resource(next));
        let made = world.create_resource(world::NOT_AT_ALL, 2).expect("made");
        assert_eq!(made.resource, next);
        let own = world.destroy_resource(made.resource);
        assert_once(own, guess.join().expect("ends"));
        1
    });
}

/// Nor one of a call that fails.
#[test]
fn a_guess_finds_nothing_of_a_failure() {
    explore("guess a failure", 2, |world| {
        let shared = world.create_resource(world::BY_NT_HANDLE, 1).expect("made");
        let nt = world.share(shared.resource).expect("shared");
        let next = shared.allocations[0] + 0x40;
        let guess = world.thread(move |world| world.destroy_resource(next));
        assert_eq!(world.open_to_nowhere(nt, 1), Err(INVALID_PARAMETER));
        assert_eq!(guess.join().expect("ends"), Err(INVALID_PARAMETER));
        // The numbers were given back.
        let opened = world.open(nt, 1).expect("opened");
        assert_eq!(opened.resource, next);
        1
    });
}

/// Devices are made as long as the adapter's handle is there, and go on without it.
#[test]
fn an_adapter_is_closed_once() {
    explore("close an adapter", 2, |world| {
        let other = world.thread(|world| world.close_adapter(world.adapter));
        let made = world.create_device();
        let own = world.close_adapter(world.adapter);
        assert_once(own, other.join().expect("ends"));
        match made {
            Ok(device) => assert_eq!(world.destroy_device(device), Ok(())),
            Err(refused) => assert_eq!(refused, INVALID_PARAMETER),
        }
        assert_eq!(world.create(1).map(drop), Ok(()));
        0
    });
}

/// A protocol that looks and then acts is found out: what the models above are worth.
#[test]
#[should_panic(expected = "destroyed twice")]
fn looking_before_taking_is_found_out() {
    explore("a broken table", 2, |_| {
        let mut table = HandleTable::new().expect("memory");
        let mut handles = [Handle::NULL];
        table.alloc_handles(&mut handles).expect("memory");
        let [handle] = handles;
        table.publish(handle, (), Handle::NULL).expect("published");
        let table = Arc::new(Mutex::new(table, "a broken table"), kernel::alloc::Flags);
        let table = table.expect("memory");
        let destroy = move |table: &Mutex<HandleTable<()>>| {
            let is_there = table.lock().is_live(handle);
            if is_there {
                let _taken = table.lock().take(handle);
            }
            is_there
        };
        let theirs = table.clone();
        let other = loom::thread::spawn(move || destroy(&theirs));
        let own = destroy(&table);
        let both = own && other.join().expect("ends");
        assert!(!both, "destroyed twice");
        0
    });
}

/// One of the two has succeeded, and the other one was refused.
#[track_caller]
fn assert_once(one: Result<(), Refused>, other: Result<(), Refused>) {
    let refused = Err(INVALID_PARAMETER);
    assert!(
        (one, other) == (Ok(()), refused) || (one, other) == (refused, Ok(())),
        "{one:?} and {other:?}"
    );
}

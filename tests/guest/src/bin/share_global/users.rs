// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other processes, of the same user and of others.

use super::*;
use dxg_guest_tests::{
    child::{self, Child},
    state::soon,
};
use std::{collections::BTreeSet, thread, time::Duration};

/// What a process writes that creates a resource, and what one writes that opens it.
const BY_CREATOR: u8 = 0x5a;
const BY_OPENER: u8 = 0xa5;

// --- Roles ---------------------------------------------------------------------

/// A child in a role, as somebody: `same` as the parent, the `user`, or the same one in a new
/// `namespace`.
fn start(role: &str, who: &str, luid: Luid, numbers: &[u32]) -> Child {
    let mut arguments = vec![who.to_owned(), luid.0.to_string(), luid.1.to_string()];
    arguments.extend(numbers.iter().map(u32::to_string));
    let arguments: Vec<_> = arguments.iter().map(String::as_str).collect();
    Child::start(child::command(role, &arguments))
}

/// In a role: becomes who it is to be; the adapter, a device, and the numbers.
fn begin(arguments: &[String]) -> (Gpu, u32, Vec<u32>) {
    match arguments[0].as_str() {
        "same" => (),
        "user" => child::become_user(),
        "namespace" => {
            // SAFETY: No preconditions; the process has one thread.
            let done = unsafe { libc::unshare(libc::CLONE_NEWUSER) };
            assert_eq!(done, 0, "unshare: {}", std::io::Error::last_os_error());
        }
        other => panic!("who is {other}?"),
    }
    let mut numbers = arguments[1..].iter().map(|text| text.parse());
    let mut next = || numbers.next().expect("a number").expect("a number");
    let gpu = Gpu::open(Luid(next(), next()));
    let device = gpu.device();
    let rest = numbers.map(|number| number.expect("a number")).collect();
    (gpu, device, rest)
}

/// In a child: says so many new global handles, and waits.
pub(super) fn create_and_wait(arguments: &[String]) {
    let (gpu, device, numbers) = begin(arguments);
    let text: Vec<_> = (0..numbers[0])
        .map(|_| {
            let create = shared(&gpu, device);
            write(&gpu, device, create.allocation(0), BY_CREATOR);
            create.global().to_string()
        })
        .collect();
    child::say(&text.join(" "));
    child::wait_for_parent();
}

/// What [`create_and_wait`] says.
fn created(child: &mut Child) -> Vec<u32> {
    let line = child.line();
    let numbers = line.split(' ').map(|text| text.parse().expect("a number"));
    numbers.collect()
}

/// In a child: opens, writes, says so, waits, and ends without closing anything.
pub(super) fn open_and_wait(arguments: &[String]) {
    let (gpu, device, numbers) = begin(arguments);
    let open = Open::of(&gpu, device, numbers[0]).made(&gpu);
    assert_eq!(open.runtime_data, RUNTIME);
    assert_holds(&gpu, device, open.allocation(0), BY_CREATOR);
    write(&gpu, device, open.allocation(0), BY_OPENER);
    child::say("open");
    child::wait_for_parent();
    // SAFETY: Nothing of this process is needed any more.
    unsafe { libc::_exit(0) };
}

/// In a child: opens and destroys without end.
pub(super) fn open_again_and_again(arguments: &[String]) {
    let (gpu, device, numbers) = begin(arguments);
    child::say("begun");
    loop {
        let open = Open::of(&gpu, device, numbers[0]).made(&gpu);
        gpu.lock(device, open.allocation(0));
        gpu.unlock(device, open.allocation(0));
        destroy(&gpu, device, open.resource());
    }
}

/// In a child: the numbers mean nothing here.
pub(super) fn stranger(arguments: &[String]) {
    let (gpu, device, numbers) = begin(arguments);
    // The answers are those for a number that never was.
    for number in numbers.into_iter().chain([0xfff0_0042]) {
        assert_names_nothing(&gpu, device, number);
        assert_eq!(
            destroy_resource(&gpu.dxg, device, number),
            INVALID_PARAMETER
        );
    }
}

/// In a child: numbers of another user namespace mean nothing, but in it they are shared.
pub(super) fn share_in_a_namespace(arguments: &[String]) {
    let (gpu, device, numbers) = begin(arguments);
    assert_names_nothing(&gpu, device, numbers[0]);
    let create = shared(&gpu, device);
    write(&gpu, device, create.allocation(0), BY_CREATOR);
    let mut neighbour = start("open", "same", gpu.luid, &[create.global()]);
    assert_eq!(neighbour.line(), "open");
    neighbour.succeed();
    assert_holds(&gpu, device, create.allocation(0), BY_OPENER);
    child::say(&create.global().to_string());
    child::wait_for_parent();
}

/// In a child: who was root when it created is another user than the one that it is now.
pub(super) fn change_user(arguments: &[String]) {
    let (gpu, device, _) = begin(arguments);
    let create = shared(&gpu, device);
    let open = Open::of(&gpu, device, create.global()).made(&gpu);
    child::become_user();
    assert_names_nothing(&gpu, device, create.global());
    // Its handles are the process's.
    write(&gpu, device, open.allocation(0), 1);
    destroy(&gpu, device, open.resource());
    let second = shared(&gpu, device);
    assert!(is_there(&gpu, device, second.global()));
    destroy(&gpu, device, create.resource());
    destroy(&gpu, device, second.resource());
    assert_names_nothing(&gpu, device, second.global());
}

/// How far to each side a guess goes.
const FAR: u32 = 3000;

/// In a child: tries the numbers around one, and finds those that it has made itself.
pub(super) fn guess(arguments: &[String]) {
    let (gpu, device, numbers) = begin(arguments);
    let mine: BTreeSet<_> = (0..3).map(|_| small(&gpu, device).global()).collect();
    assert!(mine.iter().all(|&own| own.abs_diff(numbers[0]) < FAR));
    let near = numbers[0] - FAR..numbers[0] + FAR;
    let far = (0..FAR).map(|step| numbers[0].wrapping_add(FAR + step * HANDLE_STEP));
    let found = near.chain(far).filter(|&number| {
        let there = is_there(&gpu, device, number);
        assert!(there || !mine.contains(&number));
        there
    });
    assert_eq!(found.collect::<BTreeSet<_>>(), mine);
}

// --- Processes of one user -----------------------------------------------------

pub(super) fn another_process_opens() {
    on_each_adapter(|gpu| {
        let mut creator = start("create", "user", gpu.luid, &[1]);
        let global = created(&mut creator);
        let mut opener = start("open", "user", gpu.luid, &global);
        assert_eq!(opener.line(), "open");
        opener.succeed();
        creator.succeed();
    });
}

/// A resource of this process that a child has open, which may go first or last.
fn with_an_opener(test: impl Fn(&Gpu, u32, &Create, Child)) {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(0), BY_CREATOR);
        let before = counters();
        let mut opener = start("open", "same", gpu.luid, &[create.global()]);
        assert_eq!(opener.line(), "open");
        assert_eq!(counters().since(&before, "bindings"), 3);
        assert_eq!(counters().since(&before, "allocations"), 0);
        test(gpu, device, &create, opener);
        let gone = soon(|| match is_there(gpu, device, create.global()) {
            true => Err("still there"),
            false => Ok(()),
        });
        assert_eq!(gone, Ok(()));
    });
}

pub(super) fn the_creator_destroys_first() {
    with_an_opener(|gpu, device, create, opener| {
        destroy(gpu, device, create.resource());
        let open = Open::of(gpu, device, create.global()).made(gpu);
        assert_holds(gpu, device, open.allocation(0), BY_OPENER);
        destroy(gpu, device, open.resource());
        assert!(is_there(gpu, device, create.global()));
        opener.succeed();
    });
}

pub(super) fn an_opener_is_killed() {
    with_an_opener(|gpu, device, create, opener| {
        destroy(gpu, device, create.resource());
        assert!(is_there(gpu, device, create.global()));
        opener.kill();
    });
}

/// A child creates, and ends so or so while this process has its resource open, or has not.
fn ends_of_a_creator(end: impl Fn(Child)) {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let mut creator = start("create", "same", gpu.luid, &[2]);
        let globals = created(&mut creator);
        let open = Open::of(gpu, device, globals[0]).made(gpu);
        end(creator);
        let gone = soon(|| match is_there(gpu, device, globals[1]) {
            true => Err("still there"),
            false => Ok(()),
        });
        assert_eq!(gone, Ok(()));
        assert_holds(gpu, device, open.allocation(0), BY_CREATOR);
        let again = Open::of(gpu, device, globals[0]).made(gpu);
        assert_eq!(again.runtime_data, RUNTIME);
        destroy(gpu, device, open.resource());
        assert_holds(gpu, device, again.allocation(0), BY_CREATOR);
        destroy(gpu, device, again.resource());
        assert_names_nothing(gpu, device, globals[0]);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        before.assert_restored();
    });
}

pub(super) fn the_creator_exits_first() {
    ends_of_a_creator(Child::succeed);
}

pub(super) fn the_creator_is_killed() {
    ends_of_a_creator(Child::kill);
}

pub(super) fn an_opener_is_killed_at_any_time() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(0), BY_CREATOR);
        let before = counters();
        for round in 0..10 {
            let mut opener = start("open_again_and_again", "same", gpu.luid, &[create.global()]);
            assert_eq!(opener.line(), "begun");
            thread::sleep(Duration::from_micros(1700 * round));
            opener.kill();
            before.assert_restored();
        }
        destroy(gpu, device, create.resource());
        assert_names_nothing(gpu, device, create.global());
    });
}

// --- Users ---------------------------------------------------------------------

pub(super) fn another_user_has_other_numbers() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        start("stranger", "user", gpu.luid, &[create.global()]).succeed();
        assert!(is_there(gpu, device, create.global()));
    });
}

pub(super) fn root_is_just_another_user() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let mut creator = start("create", "user", gpu.luid, &[2]);
        for global in created(&mut creator) {
            assert_names_nothing(gpu, device, global);
        }
        creator.succeed();
    });
}

pub(super) fn another_user_namespace_has_other_numbers() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let outside = create.global();
        start("stranger", "namespace", gpu.luid, &[outside]).succeed();
        let mut inside = start("namespace", "namespace", gpu.luid, &[outside]);
        let global = inside.line().parse().expect("a number");
        assert_names_nothing(gpu, device, global);
        // Nor has one namespace anything to do with the next.
        start("stranger", "namespace", gpu.luid, &[global]).succeed();
        inside.succeed();
        assert!(is_there(gpu, device, outside));
    });
}

pub(super) fn the_effective_user_counts() {
    for luid in luids() {
        start("change_user", "same", luid, &[]).succeed();
    }
}

pub(super) fn a_guess_finds_only_the_own_ones() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let mine: Vec<_> = (0..4).map(|_| small(gpu, device).global()).collect();
        start("guess", "user", gpu.luid, &mine[2..3]).succeed();
        start("guess", "namespace", gpu.luid, &mine[2..3]).succeed();
        assert!(mine.iter().all(|&global| is_there(gpu, device, global)));
    });
}

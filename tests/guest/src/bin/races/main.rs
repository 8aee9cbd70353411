// SPDX-License-Identifier: MIT OR Apache-2.0
//! Threads and processes that use the same objects at the same time.
//!
//! Each race is run with 2 and with 8 threads, again and again for [`TIME`]. A test says which
//! answers each call may have, and what must be true whatever the order was.

mod appends;
mod destroys;
mod ends;
mod everything;
mod handles;
mod locks;
mod openings;
mod processes;
mod random;

use self::{
    appends::*,
    destroys::*,
    ends::*,
    everything::*,
    handles::*,
    locks::*,
    openings::*,
    processes::*,
    random::{announced_seed, Random},
};
use dxg_guest_tests::{
    calls::*,
    create::Create,
    faults::every_call::spare,
    harness,
    share::{share, Open, Share},
    signals::spawn,
    tests,
};
use std::{
    process::ExitCode,
    sync::Barrier,
    thread,
    time::{Duration, Instant},
};

/// How long each race goes on, on each adapter.
const TIME: Duration = Duration::from_millis(250);

/// Names the tests of a race: with 2 threads, and with 8.
macro_rules! with_2_and_8 {
    ($($race:ident: $two:ident, $eight:ident;)*) => {
        $(
            pub(super) fn $two() {
                crate::on_each($race, 2);
            }
            pub(super) fn $eight() {
                crate::on_each($race, 8);
            }
        )*
    };
}
use with_2_and_8;

fn main() -> ExitCode {
    harness::run(
        tests![
            two_destroy_the_same,
            eight_destroy_the_same,
            two_destroy_what_owns_each_other,
            eight_destroy_what_owns_each_other,
            two_destroy_lists_that_overlap,
            eight_destroy_lists_that_overlap,
            two_guess_what_is_created,
            eight_guess_what_is_created,
            two_get_handles_of_their_own,
            eight_get_handles_of_their_own,
            two_append_and_destroy,
            eight_append_and_destroy,
            two_append_to_what_is_shared,
            eight_append_to_what_is_shared,
            two_see_the_same_bytes,
            eight_see_the_same_bytes,
            two_open_what_is_closed,
            eight_open_what_is_closed,
            two_keep_their_locks,
            eight_keep_their_locks,
            two_lock_what_is_destroyed,
            eight_lock_what_is_destroyed,
            two_use_a_device_that_ends,
            eight_use_a_device_that_ends,
            two_use_an_adapter_that_is_closed,
            eight_use_an_adapter_that_is_closed,
            two_open_and_close_the_node,
            eight_open_and_close_the_node,
            two_do_everything_at_once,
            eight_do_everything_at_once,
            two_open_by_nt_handle_while_the_creator_ends,
            eight_open_by_nt_handle_while_the_creator_ends,
            two_open_by_global_handle_while_the_creator_ends,
            eight_open_by_global_handle_while_the_creator_ends,
        ],
        &[("create", create_and_end)],
    )
}

/// Runs a race again and again on each adapter; nothing is left of any of them.
fn on_each(race: fn(&Gpu, usize, &mut Random), threads: usize) {
    spare("others make calls at the same time");
    let seed = announced_seed();
    on_each_adapter(|gpu| {
        let before = counters();
        let mut random = Random::new(seed);
        for_some_time(|| race(gpu, threads, &mut random));
        before.assert_restored();
    });
}

fn for_some_time(mut round: impl FnMut()) {
    let start = Instant::now();
    let mut rounds = 0;
    loop {
        round();
        rounds += 1;
        if start.elapsed() >= TIME {
            break;
        }
    }
    println!("# {rounds} rounds");
}

/// Runs `body` in so many threads, which begin together; each gets its number.
fn race<R: Send>(threads: usize, body: impl Fn(usize) -> R + Sync) -> Vec<R> {
    let start = Barrier::new(threads);
    thread::scope(|scope| {
        let (start, body) = (&start, &body);
        let run = |i| {
            spawn(scope, move || {
                start.wait();
                body(i)
            })
        };
        let threads: Vec<_> = (0..threads).map(run).collect();
        let ends = threads.into_iter().map(|thread| thread.join());
        ends.map(|end| end.expect("a thread that has not failed"))
            .collect()
    })
}

/// Fails unless an answer is one of those that are allowed; whether the call has succeeded.
#[track_caller]
fn one_of(answer: Answer, refusals: &[Answer]) -> bool {
    assert!(
        answer == SUCCESS || refusals.contains(&answer),
        "{answer:?}, but not {refusals:?}"
    );
    answer == SUCCESS
}

/// How many have succeeded.
fn successes(answers: impl IntoIterator<Item = Answer>) -> usize {
    let answers = answers.into_iter();
    answers.filter(|&answer| answer == SUCCESS).count()
}

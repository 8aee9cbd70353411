// SPDX-License-Identifier: MIT OR Apache-2.0
//! Synchronisation objects: monitored fences, signals of the CPU, and waits by threads and eventfds.
//! What signals of Linux do to a wait is in the suite `signals`, what a removal does in `unplug`.

mod creating;
mod ends;
mod events;
mod mapping;
mod signalling;
mod waiting;

use self::{creating::*, ends::*, events::*, mapping::*, signalling::*, waiting::*};
use dxg_guest_tests::{
    calls::*,
    fence::*,
    harness,
    signals::spawn,
    state::{soon, Counters},
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            a_fence_has_a_handle_and_a_value,
            initial_values,
            types,
            flags_of_a_fence,
            flags_that_do_not_go_together,
            padding_is_ignored,
            what_is_no_device,
            an_answer_that_cannot_be_written,
            no_room_in_the_address_space,
            a_hundred_fences,
            the_value_is_for_reading,
            a_writer_is_killed,
            a_child_sees_the_value,
            a_mapping_ends_with_its_fence,
            a_mapping_that_the_user_changes,
            a_child_keeps_its_mapping,
            a_value_rises,
            a_value_falls_with_a_flag_alone,
            as_many_objects_as_a_signal_takes,
            one_object_many_times,
            flags_of_a_signal,
            lists_of_a_signal,
            a_signal_is_for_all_or_none,
            objects_of_other_devices,
            what_is_no_object,
            rights_of_the_device,
            what_is_reached_is_not_waited_for,
            a_signal_ends_a_wait,
            all_of_two,
            any_of_two,
            a_fence_twice_in_a_wait,
            what_was_reached_stays_reached,
            as_many_objects_as_a_wait_takes,
            flags_of_a_wait,
            lists_of_a_wait,
            two_threads_take_turns,
            eight_threads_wait_for_one_fence,
            an_event_of_what_is_reached,
            an_event_comes_later,
            an_event_comes_once,
            an_event_of_all_and_of_any,
            an_event_outlives_its_descriptor,
            what_is_no_event,
            an_event_of_a_refused_wait,
            waits_for_any_leave_nothing,
            an_end_ends_waits,
            the_device_ends_waits,
            waits_that_were_reached_before_the_end,
            the_last_descriptor_ends_waits,
            a_wait_of_a_process_that_is_killed,
            signals_waits_and_ends_in_eight_threads,
            the_library_has_fences_and_queues,
        ],
        &[("waiter", waiter)],
    )
}

/// Waits until so many more waits are on than `before`.
fn wait_for_waits(before: &Counters, count: i64) {
    let waiting = soon(|| match counters().since(before, "waits") {
        now if now == count => Ok(()),
        now => Err(now),
    });
    assert_eq!(waiting, Ok(()), "waits");
}

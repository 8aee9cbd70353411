// SPDX-License-Identifier: MIT OR Apache-2.0
//! One call through all its places.

use super::{
    inject::{set_up, FailNth, Place, Tried},
    may_stay, name, on_no_memory,
};
use crate::{
    calls::{Answer, INVALID_PARAMETER, NO_MEMORY, PENDING, SUCCESS},
    harness::context,
    state::Counters,
};
use rustix::io::Errno;
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
    time::{Duration, Instant},
};

/// More places than any call of the suite has: where the count-down does not work, there is an end.
const END: u32 = 20_000;

/// Places that a call did without are tried once more, up to so many.
const RETRIED: u32 = 16;

/// The calls that were swept, for the question whether one was forgotten.
static SWEPT: Mutex<BTreeSet<String>> = Mutex::new(BTreeSet::new());

/// How long each sweep took.
static TIMES: Mutex<Vec<(Duration, String)>> = Mutex::new(Vec::new());

/// Prints the sweeps that took longest.
pub fn print_slowest() {
    const MANY: usize = 10;
    let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    times.sort();
    for (time, sweep) in times.iter().rev().take(MANY) {
        println!("# slowest sweeps: {} ms: {sweep}", time.as_millis());
    }
}

/// Whether a call of this name was swept.
pub fn was_swept(name: &str) -> bool {
    let swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    swept.contains(name)
}

/// What is swept.
#[derive(Clone, Copy)]
pub struct Subject<'a> {
    /// The call, in diagnostics.
    pub name: &'a str,
    /// What it is asked to do.
    pub shape: &'a str,
    /// What it answers when a user copy fails, if it may then fail.
    pub on_bad_copy: Option<Answer>,
    /// What it answers when there is no memory, if it may then fail.
    pub on_no_memory: Option<Answer>,
    /// Counters that it may have changed though it failed, and by how much at most.
    pub may_stay: &'a [(&'a str, i64)],
    /// Every place up to this one is tried, and then ever fewer, since there are thousands.
    pub each_to: u32,
}

impl<'a> Subject<'a> {
    /// A request of the module's.
    pub fn request(number: u32, shape: &'a str) -> Self {
        Self {
            name: name(number),
            shape,
            on_bad_copy: Some(INVALID_PARAMETER),
            on_no_memory: on_no_memory(number),
            may_stay: may_stay(number),
            each_to: END,
        }
    }

    /// Anything else that calls the module, such as `open`.
    pub fn system_call(name: &'a str, shape: &'a str) -> Self {
        Self {
            name,
            shape,
            on_bad_copy: None,
            on_no_memory: None,
            may_stay: &[],
            each_to: END,
        }
    }

    /// It may fail for an address of the user that can't be read.
    pub fn reads_memory(mut self) -> Self {
        self.on_bad_copy = Some(Err(Errno::FAULT));
        self
    }

    /// It may fail for lack of memory.
    pub fn needs_memory(mut self) -> Self {
        self.on_no_memory = Some(NO_MEMORY);
        self
    }

    /// With fewer places of those beyond `each_to`.
    pub fn each_to(mut self, each_to: u32) -> Self {
        self.each_to = each_to;
        self
    }
}

/// What a sweep has met.
#[derive(Default)]
struct Met {
    /// A user copy failed, and the call with it.
    copies: u32,
    /// Memory failed, and the call with it.
    memory: u32,
    /// The call did without what failed.
    absorbed: u32,
}

impl Met {
    fn count(&mut self, place: Place, answer: Answer) {
        let met = match (answer, place) {
            (SUCCESS | PENDING, _) => &mut self.absorbed,
            (_, Place::UserCopy) => &mut self.copies,
            (_, Place::Memory) => &mut self.memory,
        };
        *met += 1;
    }
}

/// Makes a call again and again with its first, second, ... place failing, until it has no more.
///
/// Each time `prepare` makes what the call needs, `call` makes the call, and `undo` ends what
/// `prepare` and the successful call have made. All that in between must be right: a refusal is one
/// that the subject documents, it has changed nothing, and the same call succeeds after it.
pub fn sweep<T>(
    subject: Subject<'_>,
    prepare: impl Fn() -> T,
    call: impl Fn(&mut T) -> Answer,
    undo: impl Fn(T),
) {
    set_up().unwrap_or_else(|error| panic!("{error}"));
    let fail_nth = FailNth::open().unwrap_or_else(|error| panic!("{error}"));
    let begin = Instant::now();
    let start = Counters::now();
    let try_it = |nth| {
        let name = format!("{}, {}, place {nth}", subject.name, subject.shape);
        context(name, || {
            try_one(subject, &fail_nth, nth, &start, &prepare, &call, &undo)
        })
    };
    let mut met = Met::default();
    let mut nth = 1;
    let places = loop {
        let (failed, answer) = try_it(nth);
        let place = match failed {
            Ok(place) => place,
            Err(places) => break places,
        };
        met.count(place, answer);
        // Now and then a cache grows or a page comes into being, and takes the number of a place
        // that is always there. So what the call did without is tried once more, unless there is much
        // of that: then it is of one kind, like the pages of an allocation.
        if succeeded(answer) && met.absorbed <= RETRIED {
            if let (Ok(place), answer @ Err(_)) = try_it(nth) {
                met.count(place, answer);
            }
        }
        nth += 1 + nth.saturating_sub(subject.each_to) / 4;
        assert!(nth < END, "no end of places");
    };
    println!(
        "# fault sites: {} {places} ({}): failed by {} user copies and {} times by memory, {} absorbed",
        subject.name, subject.shape, met.copies, met.memory, met.absorbed
    );
    assert!(nth > 1, "no place of the call was reached");
    let sweep = format!("{}, {}, {places} places", subject.name, subject.shape);
    let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    times.push((begin.elapsed(), sweep));
    let mut swept = SWEPT.lock().unwrap_or_else(PoisonError::into_inner);
    swept.insert(subject.name.into());
}

fn succeeded(answer: Answer) -> bool {
    answer == SUCCESS || answer == PENDING
}

/// One try: the place that failed, or their number when there are fewer; and the answer.
fn try_one<T>(
    subject: Subject<'_>,
    fail_nth: &FailNth,
    nth: u32,
    start: &Counters,
    prepare: &impl Fn() -> T,
    call: &impl Fn(&mut T) -> Answer,
    undo: &impl Fn(T),
) -> (Result<Place, u32>, Answer) {
    let mut prepared = prepare();
    let before = Counters::now();
    let Tried { result, failed } = fail_nth.run(nth, || call(&mut prepared));
    if !succeeded(result) {
        let documented = match failed {
            Ok(Place::UserCopy) => subject.on_bad_copy,
            Ok(Place::Memory) => subject.on_no_memory,
            Err(_) => None,
        };
        assert_eq!(Some(result), documented, "with this failing: {failed:?}");
        if let Err(changes) = before.compare_soon(subject.may_stay) {
            panic!("{result:?}, but it changed something: {changes}");
        }
        let again = call(&mut prepared);
        assert!(succeeded(again), "{again:?} by the same call after it");
    }
    undo(prepared);
    start.assert_restored();
    (failed, result)
}

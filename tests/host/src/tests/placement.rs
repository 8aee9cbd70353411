// SPDX-License-Identifier: MIT OR Apache-2.0

//! Where the bytes of an allocation may go.

use crate::vidmm::placement::Placement;
use Placement::{Discarded, Imported, Local, Lost, System, Unpopulated, UserPages};

/// All transitions but those to [`Lost`].
const TRANSITIONS: [(Placement, Placement); 7] = [
    (Unpopulated, Local),
    (Unpopulated, System),
    (Local, System),
    (System, Local),
    (Local, Discarded),
    (System, Discarded),
    (Discarded, Unpopulated),
];

#[test]
fn there_are_these_transitions_and_no_others() {
    for from in Placement::ALL {
        for to in Placement::ALL {
            let there = match to {
                Lost => from != Lost,
                _ => TRANSITIONS.contains(&(from, to)),
            };
            assert_eq!(from.leads_to(to), there, "{from:?} to {to:?}");
        }
    }
}

#[test]
fn memory_of_others_stays_where_it_is() {
    for fixed in [UserPages, Imported] {
        let mut transitions = Placement::ALL.into_iter().filter(|&to| fixed.leads_to(to));
        assert_eq!((transitions.next(), transitions.next()), (Some(Lost), None));
    }
}

#[test]
fn nothing_comes_back_from_the_end() {
    assert!(!Placement::ALL.into_iter().any(|to| Lost.leads_to(to)));
}

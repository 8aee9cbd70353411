// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the tables consist of.

/// How certain it is what Windows does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Certainty {
    /// Documented, or seen by tests on Windows.
    C,
    /// Of WSL's driver.
    L,
    /// It follows from the documented rules, and from its neighbours.
    I,
    /// A client with open sources relies on it.
    K,
}

/// One case.
pub struct Case {
    /// `case_NNN_words`; the number may have a letter.
    pub name: &'static str,
    /// The test.
    pub test: fn(),
    /// The call, and with what.
    pub given: &'static str,
    /// How certain the next one is.
    pub certainty: Certainty,
    /// What Windows does, or WSL.
    pub windows: &'static str,
    /// What is done here; empty if it is that, word for word.
    pub ours: &'static str,
    /// Why that differs; empty if it does not.
    pub why: &'static str,
}

/// A heading, and the cases under it.
pub type Section = (&'static str, &'static [Case]);

impl Case {
    /// The number of the case, with its letter if it has one.
    pub fn id(&self) -> &'static str {
        let words = self.name.strip_prefix("case_").expect("case_NNN_words");
        let (id, _) = words.split_once('_').expect("case_NNN_words");
        assert!(id.len() == 3 || id.len() == 4, "{}", self.name);
        id
    }

    /// The number of the case, if it has no letter.
    pub fn number(&self) -> Option<u32> {
        let id = self.id();
        (id.len() == 3).then(|| id.parse().expect("a number"))
    }
}

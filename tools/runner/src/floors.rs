// SPDX-License-Identifier: MIT OR Apache-2.0
//! `tests/floors`: which suites there are, how many tests each must run, and where it can run.

use crate::gpu;
use anyhow::{bail, Context, Result};
use std::{collections::BTreeMap, str::FromStr, time::Duration};

/// What is said of a suite besides its numbers; the head of `tests/floors` explains each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flag {
    Stock,
    Debug,
    Script,
    Counted,
    Unswept,
    Waits,
    Compat,
    Once,
    Single,
}

impl FromStr for Flag {
    type Err = anyhow::Error;

    fn from_str(word: &str) -> Result<Self> {
        Ok(match word {
            "stock" => Self::Stock,
            "debug" => Self::Debug,
            "script" => Self::Script,
            "counted" => Self::Counted,
            "unswept" => Self::Unswept,
            "waits" => Self::Waits,
            "compat" => Self::Compat,
            "once" => Self::Once,
            "single" => Self::Single,
            _ => bail!("there is no flag '{word}'"),
        })
    }
}

/// One line.
#[derive(Debug)]
pub struct Suite {
    /// Fewer tests than this are a failure.
    pub floor: u32,
    /// What it takes, for a run that has seen no better.
    pub estimate: Duration,
    pub flags: Vec<Flag>,
    /// The GPUs of its guests, if not the [usual](gpu::USUAL) ones.
    pub gpus: Option<Vec<String>>,
}

impl Suite {
    pub fn has(&self, flag: Flag) -> bool {
        self.flags.contains(&flag)
    }

    /// Whether it runs under signals and faults: those that look at one kernel, or at the miniport
    /// contract from below, have nothing to do with them.
    pub fn has_modes(&self) -> bool {
        !self.has(Flag::Stock) && !self.has(Flag::Debug) && !self.has(Flag::Script)
    }
}

/// The suite of the host's tests.
pub const HOST: &str = "host";
/// What the names of the module's KUnit suites begin with.
pub const KUNIT: &str = "dxgkrnl_";

/// All lines, by name.
#[derive(Debug, Default)]
pub struct Floors(BTreeMap<String, Suite>);

impl Floors {
    /// Reads the file's text.
    pub fn parse(text: &str) -> Result<Self> {
        let mut suites = BTreeMap::new();
        for (number, line) in text.lines().enumerate() {
            let mut words = line.split_whitespace();
            let Some(name) = words.next().filter(|name| !name.starts_with('#')) else {
                continue;
            };
            let suite =
                Self::line(words).with_context(|| format!("tests/floors:{}", number + 1))?;
            if suites.insert(name.to_owned(), suite).is_some() {
                bail!("tests/floors:{}: a second line for {name}", number + 1);
            }
        }
        Ok(Self(suites))
    }

    fn line<'a>(mut words: impl Iterator<Item = &'a str>) -> Result<Suite> {
        let mut number = |what| -> Result<u32> {
            let word = words.next().context(what)?;
            word.parse().with_context(|| format!("{what}: '{word}'"))
        };
        let mut suite = Suite {
            floor: number("the number of tests")?,
            estimate: Duration::from_secs(number("the estimate in seconds")?.into()),
            flags: Vec::new(),
            gpus: None,
        };
        for word in words {
            match word.strip_prefix("gpu=") {
                Some(gpus) => suite.gpus = Some(Self::gpus(gpus)?),
                None => suite.flags.push(word.parse()?),
            }
        }
        Ok(suite)
    }

    fn gpus(words: &str) -> Result<Vec<String>> {
        let known = |word: &str| match gpu::is_known(word) {
            true => Ok(word.to_owned()),
            false => bail!("there is no GPU '{word}'"),
        };
        words.split(',').map(known).collect()
    }

    pub fn get(&self, name: &str) -> Option<&Suite> {
        self.0.get(name)
    }

    /// The suites that are programs of the guest.
    pub fn guest(&self) -> impl Iterator<Item = (&str, &Suite)> {
        self.all()
            .filter(|(name, _)| *name != HOST && !name.starts_with(KUNIT))
    }

    /// The module's own suites.
    pub fn kunit(&self) -> impl Iterator<Item = (&str, &Suite)> {
        self.all().filter(|(name, _)| name.starts_with(KUNIT))
    }

    fn all(&self) -> impl Iterator<Item = (&str, &Suite)> {
        self.0.iter().map(|(name, suite)| (name.as_str(), suite))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_has_numbers_and_flags() {
        let floors = Floors::parse(
            "# head\n\nlock 16 4 waits gpu=qxl,vkms once\nhost 3 60\ndxgkrnl_a 2 1\n",
        );
        let floors = floors.expect("a good file");
        let lock = floors.get("lock").expect("its line");
        assert_eq!((lock.floor, lock.estimate), (16, Duration::from_secs(4)));
        assert_eq!(lock.flags, [Flag::Waits, Flag::Once]);
        let gpus = ["qxl", "vkms"].map(str::to_owned);
        assert_eq!(lock.gpus.as_deref(), Some(&gpus[..]));
        assert!(lock.has(Flag::Once) && !lock.has(Flag::Stock));
        let names = |suites: &mut dyn Iterator<Item = (&str, &Suite)>| -> Vec<String> {
            suites.map(|(name, _)| name.to_owned()).collect()
        };
        assert_eq!(names(&mut floors.guest()), ["lock"]);
        assert_eq!(names(&mut floors.kunit()), ["dxgkrnl_a"]);
    }

    #[test]
    fn a_bad_line_is_named() {
        for (text, said) in [
            ("lock\n", "tests/floors:1: the number of tests"),
            ("lock 1\n", "tests/floors:1: the estimate in seconds"),
            (
                "\nlock one 2\n",
                "tests/floors:2: the number of tests: 'one'",
            ),
            ("lock 1 2 slow\n", "tests/floors:1: there is no flag 'slow'"),
            (
                "lock 1 2 gpu=vkms,voodoo\n",
                "tests/floors:1: there is no GPU 'voodoo'",
            ),
            (
                "lock 1 2\nlock 1 2\n",
                "tests/floors:2: a second line for lock",
            ),
        ] {
            let error = Floors::parse(text).expect_err(text);
            assert!(format!("{error:#}").starts_with(said), "{error:#}");
        }
    }
}

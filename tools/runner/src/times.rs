// SPDX-License-Identifier: MIT OR Apache-2.0
//! What each suite took last, kept from run to run.

use crate::plan::{Flavour, Mode};
use anyhow::Result;
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

/// Seconds by kernel, mode and suite.
pub struct Times {
    file: PathBuf,
    known: BTreeMap<String, f64>,
    new: BTreeMap<String, f64>,
}

fn key(flavour: Flavour, mode: Mode, suite: &str) -> String {
    format!("{flavour:?} {mode} {suite}").to_lowercase()
}

/// How much longer than plain on the stock kernel a suite takes, seen over many.
fn factor(flavour: Flavour, mode: Mode) -> f64 {
    let kernel = match flavour {
        Flavour::Stock => 1.0,
        Flavour::Debug => 3.0,
    };
    kernel
        * match mode {
            Mode::Faults => 3.0,
            Mode::Signals => 1.5,
            Mode::Kunit | Mode::Plain | Mode::Counted | Mode::Script => 1.0,
        }
}

impl Times {
    /// Reads what is known; a file that cannot be read is one that says nothing.
    pub fn read(file: &Path) -> Self {
        let text = fs::read_to_string(file).unwrap_or_default();
        Self {
            file: file.to_owned(),
            known: serde_json::from_str(&text).unwrap_or_default(),
            new: BTreeMap::new(),
        }
    }

    /// What a suite took last, or else what it might take.
    pub fn of(&self, flavour: Flavour, mode: Mode, suite: &str, estimate: Duration) -> Duration {
        match self.known.get(&key(flavour, mode, suite)) {
            Some(&seconds) => Duration::try_from_secs_f64(seconds).unwrap_or(estimate),
            None => estimate.mul_f64(factor(flavour, mode)),
        }
    }

    /// Notes what a suite took.
    pub fn note(&mut self, flavour: Flavour, mode: Mode, suite: &str, took: Duration) {
        self.new
            .insert(key(flavour, mode, suite), took.as_secs_f64());
    }

    /// Writes what is known now, with what other runs have noted meanwhile.
    pub fn write(&self) -> Result<()> {
        let mut all = Self::read(&self.file).known;
        all.extend(self.new.clone());
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        // Process ids of other runs, which are in namespaces of their own, can be the same.
        let new = self.file.with_extension(format!("{}.new", now.as_nanos()));
        fs::write(&new, serde_json::to_string_pretty(&all)?)?;
        let renamed: io::Result<()> = fs::rename(&new, &self.file);
        Ok(renamed?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_seen_goes_before_what_is_guessed() {
        let dir = std::env::temp_dir().join(format!("dxg-times-{}", std::process::id()));
        fs::create_dir_all(&dir).expect("a directory");
        let file = dir.join("times.json");
        let second = Duration::from_secs(1);
        let mut times = Times::read(&file);
        let (stock, debug, plain) = (Flavour::Stock, Flavour::Debug, Mode::Plain);
        assert_eq!(times.of(stock, plain, "lock", second), second);
        assert_eq!(times.of(debug, plain, "lock", second), 3 * second);
        times.note(stock, plain, "lock", 7 * second);
        times.write().expect("a written file");
        // Another run, which knows nothing of it, adds its own.
        let mut other = Times::read(&dir.join("none"));
        other.file = file.clone();
        other.note(stock, plain, "node", 8 * second);
        other.write().expect("a written file");
        let times = Times::read(&file);
        assert_eq!(times.of(stock, plain, "lock", second), 7 * second);
        assert_eq!(times.of(stock, plain, "node", second), 8 * second);
        assert_eq!(times.of(debug, plain, "lock", second), 3 * second);
        fs::write(&file, "{ torn").expect("a written file");
        assert_eq!(Times::read(&file).of(stock, plain, "lock", second), second);
        fs::remove_dir_all(&dir).expect("the directory");
    }
}

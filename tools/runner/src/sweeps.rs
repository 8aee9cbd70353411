// SPDX-License-Identifier: MIT OR Apache-2.0
//! What the mode `faults` has swept in this run: each shape of a call twice, whichever suite makes it.
//!
//! A suite says at its end, by lines that nobody else sees, which shapes it has swept, how many times,
//! and how many fault sites each has; the next one is told.

use std::{collections::BTreeMap, fmt::Write};

/// The line of a suite: `# swept HASH REQUEST SWEEPS SITES`.
const SWEPT: &str = "# swept ";

#[derive(Clone, Debug, PartialEq, Eq)]
struct Shape {
    request: String,
    sweeps: u32,
    sites: u32,
}

/// All shapes, by their hash.
#[derive(Debug, Default)]
pub struct Sweeps {
    shapes: BTreeMap<String, Shape>,
}

impl Sweeps {
    /// Takes a line of a suite, if it is one of these.
    pub fn take(&mut self, line: &str) -> bool {
        let Some(rest) = line.strip_prefix(SWEPT) else {
            return false;
        };
        let words: Vec<_> = rest.split(' ').collect();
        let [hash, request, sweeps, sites] = words[..] else {
            return false;
        };
        let (Ok(sweeps), Ok(sites)) = (sweeps.parse::<u32>(), sites.parse()) else {
            return false;
        };
        let shape = self.shapes.entry(hash.to_owned()).or_insert_with(|| Shape {
            request: request.to_owned(),
            sweeps: 0,
            sites: 0,
        });
        shape.sweeps = shape.sweeps.saturating_add(sweeps);
        shape.sites = shape.sites.max(sites);
        true
    }

    /// What the next suite is told: `HASH REQUEST SWEEPS SITES`.
    pub fn told(&self) -> String {
        let mut text = String::new();
        for (hash, shape) in &self.shapes {
            // A string takes all that is written to it.
            writeln!(
                text,
                "{hash} {} {} {}",
                shape.request, shape.sweeps, shape.sites
            )
            .ok();
        }
        text
    }

    /// For each request: shapes, and the fault sites of all of them.
    pub fn notes(&self) -> Vec<String> {
        let mut requests: BTreeMap<&str, (u32, u32)> = BTreeMap::new();
        for shape in self.shapes.values() {
            let sums = requests.entry(&shape.request).or_default();
            *sums = (sums.0 + 1, sums.1 + shape.sites);
        }
        let note = |(request, (shapes, sites)): (&str, (u32, u32))| {
            format!("fault sites of the run: {request} {sites} in {shapes} shapes")
        };
        requests.into_iter().map(note).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes_of_all_suites_are_one_table() {
        let mut sweeps = Sweeps::default();
        for line in [
            "# swept 1f LOCK2 2 30",
            "# swept 2a LOCK2 1 5",
            "# swept 1f LOCK2 1 31",
            "# swept 3 CREATEDEVICE 2 7",
        ] {
            assert!(sweeps.take(line), "{line}");
        }
        for line in [
            "ok 1 a",
            "# swept",
            "# swept 1 LOCK2 x 3",
            "# swept 1 LOCK2 2 3 4",
        ] {
            assert!(!sweeps.take(line), "{line}");
        }
        assert_eq!(
            sweeps.told(),
            "1f LOCK2 3 31\n2a LOCK2 1 5\n3 CREATEDEVICE 2 7\n"
        );
        assert_eq!(
            sweeps.notes(),
            [
                "fault sites of the run: CREATEDEVICE 7 in 1 shapes",
                "fault sites of the run: LOCK2 36 in 2 shapes"
            ]
        );
    }
}

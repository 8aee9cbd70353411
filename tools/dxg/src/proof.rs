// SPDX-License-Identifier: MIT OR Apache-2.0
//! The proof from the other side: our allocations are GEM objects of the DRM device.

use crate::{
    facts::Facts,
    gem_names::{GemNames, Objects},
    report::{Outcome, Report},
    size::mib,
};
use std::{thread, time::Duration};

/// What the DRM device's own list says, before, during and after.
pub struct Proof {
    /// The list and what was in it before; `None` when it can't be asked.
    list: Option<(GemNames, Objects)>,
    required: bool,
}

impl Proof {
    /// Takes down what is in the list already, or says why it can't be asked.
    pub fn begin(facts: &Facts, required: bool, report: &mut Report) -> Self {
        // The software adapter has no such objects.
        let Some(node) = &facts.node else {
            report.skip("GEM objects", "its memory is system memory");
            return Self {
                list: None,
                required,
            };
        };
        let node = node.trim_start_matches("/dev/dri/");
        let list = match GemNames::of(node) {
            Ok(names) => report.step("GEM objects before", || {
                let objects = names.objects()?;
                let figures = format!("{} with a name in {}", objects.len(), names.path());
                Ok(((names, objects), figures))
            }),
            Err(why) => {
                missing("GEM objects", &why, required, report);
                None
            }
        };
        Self { list, required }
    }

    /// The objects that came since then are as many and as large as what was touched.
    pub fn during(&mut self, touched: &[u64], report: &mut Report) {
        const STEP: &str = "GEM objects during";
        let Some((names, before)) = &self.list else {
            return;
        };
        match new_sizes(names, before) {
            // The list has objects with names alone.
            Ok(new) if new.is_empty() => {
                let why = "none has come; load the module with flink_names=1, so that ours are \
                           in the list";
                missing(STEP, why, self.required, report);
                self.list = None;
            }
            new => {
                report.step(STEP, || compare(new?, touched));
            }
        }
    }

    /// The objects are gone. A driver may wait for its device before it frees one.
    pub fn after(&self, report: &mut Report) {
        const TRIES: u32 = 20;
        const PAUSE: Duration = Duration::from_millis(100);
        let Some((names, before)) = &self.list else {
            return;
        };
        report.step("GEM objects after", || {
            for _ in 0..TRIES {
                if new_sizes(names, before)?.is_empty() {
                    return Ok(((), "ours are gone".to_owned()));
                }
                thread::sleep(PAUSE);
            }
            let left = new_sizes(names, before)?.len();
            Err(format!("{left} are still there after {:?}", PAUSE * TRIES).into())
        });
    }
}

/// A step that can't be done is a failure when it is required, and left out otherwise.
fn missing(step: &str, why: &str, required: bool, report: &mut Report) {
    if required {
        report.fail(step, why);
    } else {
        report.skip(step, why);
    }
}

/// Sizes of the objects that are not in `before`.
fn new_sizes(names: &GemNames, before: &Objects) -> Result<Vec<u64>, String> {
    let now = names.objects()?;
    Ok(now
        .into_iter()
        .filter(|(name, _)| !before.contains_key(name))
        .map(|(_, size)| size)
        .collect())
}

fn compare(mut new: Vec<u64>, touched: &[u64]) -> Outcome<()> {
    let mut expected = touched.to_vec();
    new.sort_unstable();
    expected.sort_unstable();
    let list = |sizes: &[u64]| {
        let sizes: Vec<String> = sizes.iter().map(|&size| mib(size)).collect();
        format!("{} ({})", sizes.len(), sizes.join(", "))
    };
    if new != expected {
        return Err(format!("{} have come instead of {}", list(&new), list(&expected)).into());
    }
    Ok(((), format!("{} have come, as allocated", list(&new))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io;

    #[test]
    fn number_and_sizes_count() {
        let touched = [8192, 4096, 4096];
        assert!(compare(vec![4096, 4096, 8192], &touched).is_ok());
        for wrong in [vec![4096, 8192], vec![4096, 8192, 8192], vec![4096; 3]] {
            assert!(compare(wrong, &touched).is_err());
        }
    }

    #[test]
    fn what_is_required_fails_when_missing() {
        for (required, right) in [(false, true), (true, false)] {
            let mut report = Report::to(io::sink());
            report.step("fine", || Ok(((), String::new())));
            missing("step", "why", required, &mut report);
            assert_eq!(report.finish("test"), right);
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Which suites a run has, and in which modes.

use crate::floors::{Flag, Floors, Suite, HOST};
use anyhow::{bail, Result};
use clap::ValueEnum;
use std::{collections::BTreeMap, fmt};

/// Whose kernel the guests boot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Flavour {
    /// Debian's.
    Stock,
    /// Ours, with checkers.
    Debug,
}

impl Flavour {
    /// Words for the kernel's command line: checkers that are off until they are there; a warning is a
    /// failure, and says more there.
    pub fn cmdline(self) -> &'static str {
        match self {
            Self::Stock => "",
            Self::Debug => "panic_on_warn=1 page_poison=1",
        }
    }
}

/// What is different about a pass through the suites (Documentation/testing.md).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub enum Mode {
    Kunit,
    Plain,
    Signals,
    Faults,
    Script,
    Counted,
}

impl Pass {
    /// What a run calls its guests.
    pub fn name(&self) -> String {
        let mut name = self.mode.to_string();
        if self.single {
            name.push_str("-single");
        }
        for gpu in self.gpus.iter().flatten() {
            name.push('-');
            name.push_str(gpu);
        }
        name
    }
}

impl fmt::Display for Mode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Kunit => "kunit",
            Self::Plain => "plain",
            Self::Signals => "signals",
            Self::Faults => "faults",
            Self::Script => "script",
            Self::Counted => "counted",
        })
    }
}

/// Suites that share their guests.
#[derive(Debug, PartialEq, Eq)]
pub struct Pass {
    pub mode: Mode,
    /// GPUs of its guests, if they are not the usual ones.
    pub gpus: Option<Vec<String>>,
    /// Its guests have one CPU: what makes one call after the other has no use for another, and machines
    /// that emulate two guests are as good as twice as fast.
    pub single: bool,
    pub suites: Vec<String>,
}

/// The names of suites, by the GPUs of their guests, and whether these have one CPU.
type ByGuest = BTreeMap<(Option<Vec<String>>, bool), Vec<String>>;

/// All that a run does.
#[derive(Debug, PartialEq, Eq)]
pub struct Plan {
    pub host: bool,
    pub passes: Vec<Pass>,
}

/// What the user asks for.
#[derive(Clone, Copy, Debug)]
pub struct Wish<'a> {
    pub flavour: Flavour,
    /// A suite; or `host`, `guest`, `kunit`, `compat`, `once`; or what a run has by default.
    pub suite: Option<&'a str>,
    pub mode: Option<Mode>,
}

impl Wish<'_> {
    /// The plan for this wish. `programs` are the suites that have been built.
    pub fn plan(self, floors: &Floors, programs: &[String]) -> Result<Plan> {
        let plan = Plan {
            // The host's tests have nothing to do with the kernel: they run once, with the stock one.
            host: match self.suite {
                Some(suite) => suite == HOST,
                None => self.flavour == Flavour::Stock && self.mode.is_none(),
            },
            passes: self
                .modes()
                .iter()
                .flat_map(|&mode| {
                    let mut by_guest = ByGuest::new();
                    for suite in self.suites(mode, floors, programs) {
                        let line = floors.get(&suite);
                        let gpus = line.and_then(|line| line.gpus.clone());
                        let single = self.flavour == Flavour::Debug
                            && line.is_some_and(|line| line.has(Flag::Single));
                        by_guest.entry((gpus, single)).or_default().push(suite);
                    }
                    by_guest
                        .into_iter()
                        .map(move |((gpus, single), suites)| Pass {
                            mode,
                            gpus,
                            single,
                            suites,
                        })
                })
                .collect(),
        };
        if !plan.host && plan.passes.is_empty() {
            bail!("no suite of that name runs on this kernel in this mode");
        }
        Ok(plan)
    }

    fn modes(self) -> Vec<Mode> {
        match (self.mode, self.flavour) {
            (Some(mode), _) => vec![mode],
            (None, Flavour::Stock) => vec![Mode::Plain, Mode::Script, Mode::Counted],
            (None, Flavour::Debug) => vec![
                Mode::Kunit,
                Mode::Plain,
                Mode::Signals,
                Mode::Faults,
                Mode::Script,
            ],
        }
    }

    fn suites(self, mode: Mode, floors: &Floors, programs: &[String]) -> Vec<String> {
        if mode == Mode::Kunit {
            let all = floors.kunit().map(|(name, _)| name.to_owned());
            return match self.suite {
                None | Some("guest" | "kunit") => all.collect(),
                Some(_) => Vec::new(),
            };
        }
        // A suite that has a line but no program any more must be missed, and so must the line of a
        // program that has none.
        let mut names: Vec<_> = floors
            .guest()
            .filter(|(name, suite)| self.has(mode, name, suite))
            .map(|(name, _)| name.to_owned())
            .collect();
        if mode == Mode::Plain && matches!(self.suite, None | Some("guest")) {
            let unknown = programs.iter().filter(|name| floors.get(name).is_none());
            names.extend(unknown.cloned());
        }
        names
    }

    /// The suites that this wish leaves out as they take long.
    pub fn left_out(self, floors: &Floors) -> Vec<&str> {
        let long = floors.guest().filter(|(_, suite)| suite.has(Flag::Once));
        match (self.flavour, self.mode, self.suite) {
            (Flavour::Stock, None | Some(Mode::Plain), None) => {
                long.map(|(name, _)| name).collect()
            }
            _ => Vec::new(),
        }
    }

    fn has(self, mode: Mode, name: &str, suite: &Suite) -> bool {
        let flavour = match self.flavour {
            Flavour::Stock => !suite.has(Flag::Debug),
            Flavour::Debug => !suite.has(Flag::Stock),
        };
        let possible = match mode {
            Mode::Script => suite.has(Flag::Script),
            Mode::Counted => suite.has(Flag::Counted),
            Mode::Plain => !suite.has(Flag::Script) && !suite.has(Flag::Counted),
            Mode::Signals => suite.has_modes(),
            Mode::Faults => suite.has_modes() && !suite.has(Flag::Unswept),
            Mode::Kunit => false,
        };
        let wanted = match self.suite {
            None => self.by_default(mode, suite),
            Some("guest") => true,
            Some("compat") => mode == Mode::Plain && suite.has(Flag::Compat),
            Some("once") => matches!(mode, Mode::Plain | Mode::Counted) && suite.has(Flag::Once),
            Some(wanted) => name == wanted,
        };
        flavour && possible && wanted
    }

    /// What a run has that names no suite: each mode what only it can show.
    fn by_default(self, mode: Mode, suite: &Suite) -> bool {
        match (self.flavour, mode) {
            _ if suite.has(Flag::Once) => false,
            (Flavour::Stock, _) => true,
            // All others run under faults.
            (Flavour::Debug, Mode::Plain) => suite.has(Flag::Debug) || suite.has(Flag::Unswept),
            (Flavour::Debug, Mode::Signals) => suite.has(Flag::Waits),
            (Flavour::Debug, _) => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FLOORS: &str = "
        host 1 1
        dxgkrnl_a 1 1
        lock 1 1 single
        fences 1 1 waits
        node 1 1 compat
        checkers 1 1 debug
        sweeps 1 1 debug single
        growth 1 1 stock once
        overcommit 1 1 unswept once
        races 1 1 unswept waits
        cards 1 1 stock gpu=qxl,bochs
        script 1 1 script
        deep 1 1 stock counted once
        worst 1 1 stock counted";

    fn plan(flavour: Flavour, suite: Option<&str>, mode: Option<Mode>) -> Plan {
        let floors = Floors::parse(FLOORS).expect("a good file");
        let wish = Wish {
            flavour,
            suite,
            mode,
        };
        let programs = ["lock".to_owned(), "new".to_owned()];
        wish.plan(&floors, &programs).expect("something to do")
    }

    fn passes(plan: &Plan) -> Vec<String> {
        let pass = |pass: &Pass| format!("{}: {}", pass.name(), pass.suites.join(" "));
        plan.passes.iter().map(pass).collect()
    }

    #[test]
    fn a_whole_run_on_the_stock_kernel() {
        let plan = plan(Flavour::Stock, None, None);
        assert!(plan.host);
        assert_eq!(
            passes(&plan),
            [
                "plain: fences lock node races new",
                "plain-qxl-bochs: cards",
                "script: script",
                "counted: worst"
            ]
        );
    }

    #[test]
    fn a_whole_run_on_the_debug_kernel() {
        let plan = plan(Flavour::Debug, None, None);
        assert!(!plan.host);
        assert_eq!(
            passes(&plan),
            [
                "kunit: dxgkrnl_a",
                "plain: checkers races new",
                "plain-single: sweeps",
                "signals: fences races",
                "faults: fences node",
                "faults-single: lock",
                "script: script"
            ]
        );
    }

    #[test]
    fn all_suites_of_the_guest() {
        let stock = plan(Flavour::Stock, Some("guest"), Some(Mode::Signals));
        assert!(!stock.host);
        assert_eq!(
            passes(&stock),
            ["signals: fences lock node overcommit races"]
        );
        let debug = plan(Flavour::Debug, Some("guest"), None);
        assert_eq!(
            passes(&debug),
            [
                "kunit: dxgkrnl_a",
                "plain: checkers fences node overcommit races new",
                "plain-single: lock sweeps",
                "signals: fences node overcommit races",
                "signals-single: lock",
                "faults: fences node",
                "faults-single: lock",
                "script: script"
            ]
        );
    }

    #[test]
    fn one_suite_or_one_group() {
        let passes = |flavour, suite, mode| passes(&plan(flavour, Some(suite), mode));
        assert_eq!(passes(Flavour::Stock, "lock", None), ["plain: lock"]);
        assert_eq!(
            passes(Flavour::Debug, "lock", None),
            [
                "plain-single: lock",
                "signals-single: lock",
                "faults-single: lock"
            ]
        );
        assert_eq!(passes(Flavour::Debug, "kunit", None), ["kunit: dxgkrnl_a"]);
        assert_eq!(passes(Flavour::Stock, "script", None), ["script: script"]);
        assert_eq!(passes(Flavour::Stock, "worst", None), ["counted: worst"]);
        assert_eq!(passes(Flavour::Stock, "compat", None), ["plain: node"]);
        assert_eq!(
            passes(Flavour::Stock, "once", None),
            ["plain: growth overcommit", "counted: deep"]
        );
        let host = plan(Flavour::Stock, Some("host"), None);
        assert!(host.host && host.passes.is_empty());
    }

    #[test]
    fn nothing_to_do_is_an_error() {
        let floors = Floors::parse(FLOORS).expect("a good file");
        let wish = Wish {
            flavour: Flavour::Stock,
            suite: Some("checkers"),
            mode: None,
        };
        assert!(wish.plan(&floors, &[]).is_err());
    }
}

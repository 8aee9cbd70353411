// SPDX-License-Identifier: MIT OR Apache-2.0
//! A kernel that guests boot, and what belongs to it.

use crate::plan::{Flavour, Mode};
use anyhow::{bail, Context, Result};
use std::{
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

/// One kernel. As an argument: `stock:RELEASE:IMAGE:BASE:MODULE[:SCRIPT]`, where BASE is the layer of
/// the initramfs without our module, MODULE the one with it, SCRIPT the one with the adapter of tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target {
    pub flavour: Flavour,
    pub release: String,
    pub kernel: PathBuf,
    pub base: PathBuf,
    module: PathBuf,
    script: Option<PathBuf>,
}

impl FromStr for Target {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let words: Vec<_> = text.split(':').collect();
        let [flavour, release, kernel, base, module, ref script @ ..] = words[..] else {
            bail!("'{text}' is no FLAVOUR:RELEASE:IMAGE:BASE:MODULE[:SCRIPT]");
        };
        Ok(Self {
            flavour: match flavour {
                "stock" => Flavour::Stock,
                "debug" => Flavour::Debug,
                _ => bail!("there is no kernel '{flavour}'"),
            },
            release: release.into(),
            kernel: kernel.into(),
            base: base.into(),
            module: module.into(),
            script: script
                .first()
                .filter(|script| !script.is_empty())
                .map(PathBuf::from),
        })
    }
}

impl Target {
    /// The layer with the module for a mode.
    pub fn module(&self, mode: Mode) -> Result<&Path> {
        match mode {
            Mode::Script => self
                .script
                .as_deref()
                .context("the module with the adapter of tests was not built"),
            _ => Ok(&self.module),
        }
    }

    /// What a guest takes to boot, to unload the module and to look for leaks.
    pub fn boot(&self) -> Duration {
        Duration::from_secs(match self.flavour {
            Flavour::Stock => 15,
            Flavour::Debug => 45,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_is_one_argument() {
        let target: Target = "debug:7.3.4-debug:/k:/base.cpio:/module.cpio:/script.cpio"
            .parse()
            .expect("good");
        assert_eq!(target.flavour, Flavour::Debug);
        assert_eq!(
            target.module(Mode::Plain).ok(),
            Some(Path::new("/module.cpio"))
        );
        assert_eq!(
            target.module(Mode::Script).ok(),
            Some(Path::new("/script.cpio"))
        );
        let target: Target = "stock:7.2:/k:/base.cpio:/module.cpio"
            .parse()
            .expect("good");
        assert!(target.module(Mode::Script).is_err());
        assert!("stock:7.2:/k".parse::<Target>().is_err());
        assert!("other:7.2:/k:/b:/m".parse::<Target>().is_err());
    }
}

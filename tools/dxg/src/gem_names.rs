// SPDX-License-Identifier: MIT OR Apache-2.0
//! The DRM device's own list of named GEM objects, in its debugfs.

use std::{collections::BTreeMap, fs, path::PathBuf};

/// The named GEM objects of one DRM device: name and size in bytes.
pub type Objects = BTreeMap<i32, u64>;

/// The `gem_names` file of one DRM device.
pub struct GemNames {
    path: PathBuf,
}

impl GemNames {
    /// The file of the device behind a primary node such as `card0`.
    ///
    /// The error says why the device can't be asked, and what would help.
    pub fn of(node: &str) -> Result<Self, String> {
        let minor = node
            .strip_prefix("card")
            .and_then(|digits| digits.parse::<u32>().ok())
            .ok_or_else(|| format!("{node:?} is no DRM primary node"))?;
        let names = Self {
            path: format!("/sys/kernel/debug/dri/{minor}/gem_names").into(),
        };
        names.objects()?;
        Ok(names)
    }

    /// The path, to be shown.
    pub fn path(&self) -> String {
        self.path.display().to_string()
    }

    /// What the list has now.
    pub fn objects(&self) -> Result<Objects, String> {
        let text = fs::read_to_string(&self.path).map_err(|error| {
            format!(
                "{}: {error}; run as root, with debugfs mounted",
                self.path()
            )
        })?;
        parse(&text).ok_or_else(|| format!("{}: not the list that it was", self.path()))
    }
}

/// Reads the list: a header, then a row of name, size, handles and references for each object.
fn parse(text: &str) -> Option<Objects> {
    let mut lines = text.lines();
    let header: Vec<&str> = lines.next()?.split_whitespace().collect();
    if header != ["name", "size", "handles", "refcount"] {
        return None;
    }
    lines
        .map(|line| {
            let mut fields = line.split_whitespace();
            Some((fields.next()?.parse().ok()?, fields.next()?.parse().ok()?))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_names_and_sizes() {
        let text = "  name     size handles refcount\n     1     4096       1        3\n    \
                    12 12582912       0        1\n";
        assert_eq!(
            parse(text),
            Some(Objects::from([(1, 4096), (12, 12_582_912)]))
        );
        assert_eq!(
            parse("  name     size handles refcount\n"),
            Some(Objects::new())
        );
    }

    #[test]
    fn refuses_other_lists() {
        assert_eq!(parse(""), None);
        assert_eq!(parse("name size\n1 4096\n"), None);
        assert_eq!(parse("name size handles refcount\n1\n"), None);
        assert_eq!(parse("name size handles refcount\none 4096 1 1\n"), None);
    }

    #[test]
    fn other_nodes_have_no_list() {
        for node in ["", "renderD128", "card", "cardx"] {
            assert!(GemNames::of(node)
                .err()
                .is_some_and(|why| why.contains("no DRM primary node")));
        }
    }
}

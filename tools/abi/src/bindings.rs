// SPDX-License-Identifier: MIT OR Apache-2.0
//! The structures that bindgen made, to find a field of C in them.
//!
//! bindgen puts members of an anonymous union into `__bindgen_anon_N`, and the header hides some
//! names from it altogether.

use std::collections::HashMap;

/// Every structure and union.
#[derive(Debug)]
pub struct Bindings(HashMap<String, Structure>);

#[derive(Debug)]
struct Structure {
    union: bool,
    /// Name and type, in order.
    fields: Vec<(String, String)>,
}

/// A field as Rust reaches it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What follows the variable and a dot.
    pub path: String,
    /// The structure that it is in, at the last step.
    pub holder: String,
    /// Its name there.
    pub field: String,
    /// Whether that is a union.
    pub union: bool,
}

impl Bindings {
    pub fn parse(text: &str) -> Self {
        let mut structures = HashMap::new();
        let mut lines = text.lines();
        while let Some(line) = lines.next() {
            let union = line.starts_with("pub union ");
            let Some(name) = line
                .strip_prefix("pub struct ")
                .or_else(|| line.strip_prefix("pub union "))
                .and_then(|rest| rest.strip_suffix(" {"))
            else {
                continue;
            };
            let body: Vec<&str> = lines.by_ref().take_while(|line| *line != "}").collect();
            let fields = body
                .join(" ")
                .split(',')
                .filter_map(|field| field.trim().strip_prefix("pub ")?.split_once(':'))
                .map(|(field, kind)| (field.to_owned(), kind.trim().to_owned()))
                .collect();
            structures.insert(name.to_owned(), Structure { union, fields });
        }
        Self(structures)
    }

    /// Where `path` of C is in `structure`, if the header lets bindgen see it.
    pub fn find(&self, structure: &str, path: &[String]) -> Option<Place> {
        let (first, rest) = path.split_first()?;
        let Structure { union, fields } = self.0.get(structure)?;
        let own = fields
            .iter()
            .find(|(name, _)| name == first || name.strip_suffix('_') == Some(first));
        if let Some((name, kind)) = own {
            if rest.is_empty() {
                return Some(Place {
                    path: name.clone(),
                    holder: structure.to_owned(),
                    field: name.clone(),
                    union: *union,
                });
            }
            return self.below(name, kind, rest);
        }
        fields
            .iter()
            .filter(|(name, _)| name.starts_with("__bindgen_anon_"))
            .find_map(|(name, kind)| self.below(name, kind, path))
    }

    /// The type that `path` of C leads to; an empty path is the structure itself.
    pub fn holder_of(&self, structure: &str, path: &[String]) -> Option<(Option<String>, String)> {
        if path.is_empty() {
            return Some((None, structure.to_owned()));
        }
        let place = self.find(structure, path)?;
        let (_, kind) = self
            .0
            .get(&place.holder)?
            .fields
            .iter()
            .find(|(name, _)| *name == place.field)?;
        Some((Some(place.path), kind.clone()))
    }

    fn below(&self, name: &str, kind: &str, path: &[String]) -> Option<Place> {
        let place = self.find(kind, path)?;
        Some(Place {
            path: format!("{name}.{}", place.path),
            ..place
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "pub struct outer {
    pub type_: __u32,
    pub __bindgen_anon_1:
        outer__bindgen_ty_1,
}
pub union outer__bindgen_ty_1 {
    pub inner: inner,
    pub reserved: [__u64; 8usize],
}
pub struct inner {
    pub v: __u32,
}
";

    fn path(text: &str) -> Vec<String> {
        text.split('.').map(str::to_owned).collect()
    }

    #[test]
    fn anonymous_members_and_keywords_are_found() {
        let bindings = Bindings::parse(TEXT);
        let find = |text| bindings.find("outer", &path(text)).map(|place| place.path);
        assert_eq!(find("type").as_deref(), Some("type_"));
        assert_eq!(find("inner.v").as_deref(), Some("__bindgen_anon_1.inner.v"));
        assert_eq!(
            find("reserved").as_deref(),
            Some("__bindgen_anon_1.reserved")
        );
        assert_eq!(find("hidden"), None);
        assert_eq!(
            bindings.holder_of("outer", &path("inner")),
            Some((
                Some("__bindgen_anon_1.inner".to_owned()),
                "inner".to_owned()
            ))
        );
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0
//! The checks in Rust: assertions that fail to compile.

use crate::{
    bindings::Bindings,
    c::Requests,
    execute,
    table::{mask, Fact, Row, Table},
    words::word,
    Counts, Error,
};
use std::{env, fmt::Write as _, fs, path::Path, process::Command};

/// Whose types are checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The module's, without std and bitflags.
    Module,
    /// Those of libd3dkmt, with their flag types.
    Crate,
}

/// Names that bindgen does not see and that no other name shares both offset and size with: the
/// first and the last field of what they cover.
const COVERED: &[[&str; 4]] = &[
    ["d3dddi_allocationinfo2", "unused", "priority", "pad2"],
    ["d3dkmt_querystatistics", "size", "type_", "pad1"],
];

const MACROS: &str = r#"
// Rust 1.85 overlooks uses in `const _`.
#[allow(dead_code)]
/// Size of the field that the function leads to.
const fn size_in_struct<S, F>(_: fn(&S) -> *const F) -> usize {
    size_of::<F>()
}

#[allow(dead_code)]
/// Size of the field that the function fills. Reading one would be unsafe.
const fn size_in_union<F, U>(_: fn(F) -> U) -> usize {
    size_of::<F>()
}

macro_rules! size_in {
    (struct $holder:ident $field:ident) => {
        size_in_struct(|value: &$holder| &raw const value.$field)
    };
    (union $holder:ident $field:ident) => {
        size_in_union(|value| $holder { $field: value })
    };
}

macro_rules! structure {
    ($row:literal, $structure:ty, $size:literal) => {
        const _: () = assert!(size_of::<$structure>() == $size, $row);
    };
}

macro_rules! field {
    ($row:literal, $structure:ty, $($path:ident).+, $offset:literal, $($place:ident)+, $size:literal) => {
        const _: () = assert!(offset_of!($structure, $($path).+) == $offset, $row);
        const _: () = assert!(size_in!($($place)+) == $size, $row);
    };
}

macro_rules! fields {
    ($row:literal, $structure:ident, $first:ident..$last:ident, $offset:literal, $size:literal) => {
        const _: () = assert!(offset_of!($structure, $first) == $offset, $row);
        const _: () = assert!(
            offset_of!($structure, $last) + size_in!(struct $structure $last) == $offset + $size,
            $row
        );
    };
}

macro_rules! constant {
    ($row:literal, $value:expr, $wanted:literal) => {
        const _: () = assert!($value as u64 == $wanted, $row);
    };
}

macro_rules! word {
    ($row:literal, $structure:ty, $($path:ident).+, $offset:literal) => {
        const _: () = assert!(offset_of!($structure, $($path).+) == $offset, $row);
    };
}

"#;

/// The file of one side.
pub fn layout(
    side: Side,
    table: &Table,
    bindings: &Bindings,
    requests: &Requests,
) -> Result<(String, Counts), Error> {
    let (license, imports) = match side {
        Side::Module => ("GPL-2.0", "use super::raw::*;\n"),
        Side::Crate => (
            "MIT OR Apache-2.0",
            "use super::{bindings::*, ext::*, flags::*};\n",
        ),
    };
    let mut text = format!(
        "// SPDX-License-Identifier: {license}\n\
         // Made by dxg-abi from tools/abi/abi.tsv. Do not edit.\n\
         //! Compares every row of the ABI's table with the types that bindgen made.\n\
         //!\n\
         //! A bitfield of C is a constant here; a name that C has for a field that has another one\n\
         //! already is checked under that one.\n\
         #![allow(clippy::unnecessary_cast)]\n\
         #![cfg_attr(rustfmt, rustfmt_skip)]\n\n\
         {imports}use core::mem::{{offset_of, size_of}};\n"
    );
    text.push_str(MACROS);
    let mut counts = Counts::default();
    for row in table.rows() {
        check(side, row, table, bindings, requests, &mut text, &mut counts)?;
    }
    Ok((text, counts))
}

/// The assertions of one row.
fn check(
    side: Side,
    row: &Row,
    table: &Table,
    bindings: &Bindings,
    requests: &Requests,
    text: &mut String,
    counts: &mut Counts,
) -> Result<(), Error> {
    let title = row.title();
    let mut line = |content: String| writeln!(text, "{content}").expect("a string takes all");
    match &row.fact {
        Fact::Request {
            number,
            request,
            argument,
            ..
        } => {
            let names = requests.find(row, argument)?;
            line(format!(
                "constant!(\"{title}\", {}, {number:#x});",
                names.number
            ));
            line(format!(
                "constant!(\"{title}\", {}, {request:#x});",
                names.constant()
            ));
            counts.requests += 1;
        }
        Fact::Size { name, size } => {
            line(format!("structure!(\"{title}\", {name}, {size});"));
            counts.sizes += 1;
        }
        Fact::Field {
            structure,
            path,
            offset,
            size,
        } => {
            let covered = COVERED
                .iter()
                .find(|[holder, name, ..]| holder == structure && path[..] == [*name]);
            if let Some([.., first, last]) = covered {
                line(format!(
                    "fields!(\"{title}\", {structure}, {first}..{last}, {offset}, {size});"
                ));
            } else {
                let place = bindings
                    .find(structure, path)
                    .or_else(|| twin(table, bindings, structure, *offset, *size))
                    .ok_or_else(|| row.error("the Rust bindings have no such field"))?;
                let kind = if place.union { "union" } else { "struct" };
                line(format!(
                    "field!(\"{title}\", {structure}, {}, {offset}, {kind} {} {}, {size});",
                    place.path, place.holder, place.field
                ));
            }
            counts.offsets += 1;
        }
        Fact::Bits {
            structure,
            path,
            word: offset,
            first,
            count,
        } => {
            let (bitfield, parents) = path.split_last().expect("a path is not empty");
            let (prefix, holder) = bindings
                .holder_of(structure, parents)
                .ok_or_else(|| row.error("the Rust bindings have no such structure"))?;
            let word = word(&holder)
                .ok_or_else(|| row.error(format!("words.rs does not have {holder}")))?;
            let path = prefix.map_or(word.field.to_owned(), |prefix| {
                format!("{prefix}.{}", word.field)
            });
            let wanted = mask(*first, *count);
            line(format!(
                "word!(\"{title}\", {structure}, {path}, {offset});"
            ));
            line(format!(
                "constant!(\"{title}\", {}{}, {wanted:#x});",
                word.prefix,
                word.constant(bitfield)
            ));
            if side == Side::Crate {
                if let Some(flag) = word.flag(bitfield, *count) {
                    line(format!(
                        "constant!(\"{title}\", {flag}.bits(), {wanted:#x});"
                    ));
                }
            }
            counts.bits += 1;
        }
    }
    Ok(())
}

/// The field with the same offset and size that bindgen does see.
fn twin(
    table: &Table,
    bindings: &Bindings,
    wanted: &str,
    at: usize,
    long: usize,
) -> Option<crate::bindings::Place> {
    table.rows().iter().find_map(|row| match &row.fact {
        Fact::Field {
            structure,
            path,
            offset,
            size,
        } if structure == wanted && (*offset, *size) == (at, long) => {
            bindings.find(structure, path)
        }
        _ => None,
    })
}

/// Compiles the file of one side.
///
/// The module's is compiled with the crate's types here, which come from the same header; its own
/// types are checked whenever the module is built.
pub fn compile(side: Side, root: &Path) -> Result<(), Error> {
    match side {
        Side::Module => {
            let directory = tempfile::tempdir().map_err(|error| Error::File {
                path: env::temp_dir(),
                error,
            })?;
            let source = directory.path().join("layout.rs");
            let text = format!(
                "#![no_std]\n\
                 #[allow(dead_code, non_camel_case_types, non_snake_case)]\n\
                 #[path = {:?}]\nmod bindings;\n\
                 #[allow(dead_code, non_camel_case_types)]\n\
                 #[path = {:?}]\nmod ext;\n\
                 mod raw {{ pub use super::{{bindings::*, ext::*}}; }}\n\
                 #[path = {:?}]\nmod layout;\n",
                absolute(&root.join("tools/libd3dkmt/src/sys/bindings.rs"))?,
                absolute(&root.join("tools/libd3dkmt/src/sys/ext.rs"))?,
                absolute(&root.join("rust/uapi/layout.rs"))?,
            );
            fs::write(&source, text).map_err(|error| Error::File {
                path: source.clone(),
                error,
            })?;
            let rustc = env::var_os("RUSTC").unwrap_or_else(|| "rustc".into());
            let mut command = Command::new(rustc);
            command
                .args([
                    "--edition=2021",
                    "--crate-type=lib",
                    "--emit=metadata",
                    "-o",
                ])
                .arg(directory.path().join("layout.rmeta"))
                .arg(&source);
            execute(&mut command, "the module's Rust")
        }
        Side::Crate => {
            let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
            let mut command = Command::new(cargo);
            command
                .args(["check", "--quiet", "-p", "libd3dkmt", "--manifest-path"])
                .arg(root.join("tools/Cargo.toml"));
            execute(&mut command, "libd3dkmt")
        }
    }
}

fn absolute(path: &Path) -> Result<std::path::PathBuf, Error> {
    path.canonicalize().map_err(|error| Error::File {
        path: path.to_owned(),
        error,
    })
}

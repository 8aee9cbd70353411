// SPDX-License-Identifier: MIT OR Apache-2.0
//! The rows of `abi.tsv`.

use crate::Error;

/// One row, and where it stands.
#[derive(Clone, Debug)]
pub struct Row {
    pub line: usize,
    pub fact: Fact,
}

/// What a row says.
#[derive(Clone, Debug)]
pub enum Fact {
    /// An ioctl.
    Request {
        number: u32,
        request: u32,
        argument: String,
        /// The function of the WDK and the structure that it takes, if it has one.
        function: Option<(String, String)>,
    },
    /// The size of a structure, in bytes.
    Size { name: String, size: usize },
    /// Offset and size of a field, in bytes.
    Field {
        structure: String,
        path: Vec<String>,
        offset: usize,
        size: usize,
    },
    /// The place of a bitfield.
    Bits {
        structure: String,
        path: Vec<String>,
        /// Offset of its word in the structure, in bytes.
        word: usize,
        first: u32,
        count: u32,
    },
}

impl Row {
    /// Names the row in messages.
    pub fn title(&self) -> String {
        let what = match &self.fact {
            Fact::Request { number, .. } => format!("ioctl {number:#04x}"),
            Fact::Size { name, .. } => format!("size of {name}"),
            Fact::Field {
                structure, path, ..
            }
            | Fact::Bits {
                structure, path, ..
            } => format!("{structure}.{}", path.join(".")),
        };
        format!("abi.tsv:{}: {what}", self.line)
    }

    /// An error about this row.
    pub fn error(&self, what: impl Into<String>) -> Error {
        Error::Row {
            line: self.line,
            what: what.into(),
        }
    }
}

/// The bits that a bitfield covers in its word.
pub fn mask(first: u32, count: u32) -> u64 {
    (u64::MAX >> (64 - count)) << first
}

/// The whole table.
#[derive(Debug)]
pub struct Table(Vec<Row>);

impl Table {
    pub fn parse(text: &str) -> Result<Self, Error> {
        let rows = text
            .lines()
            .enumerate()
            .filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
            .map(|(index, line)| {
                let fact = fact(line).ok_or_else(|| Error::Row {
                    line: index + 1,
                    what: "this is no row: see the comment on top".to_owned(),
                })?;
                Ok(Row {
                    line: index + 1,
                    fact,
                })
            })
            .collect::<Result<_, _>>()?;
        Ok(Self(rows))
    }

    pub fn len(&self) -> usize {
        self.0.len()
    }

    pub fn rows(&self) -> &[Row] {
        &self.0
    }
}

fn fact(line: &str) -> Option<Fact> {
    let columns: Vec<&str> = line.split('\t').collect();
    match columns[..] {
        ["ioctl", number, request, function, wdk, linux, size] => {
            let request = hex(request)?;
            // The request holds the size as well; two columns that differ are a typing mistake.
            (size.parse::<u32>().ok()? == (request >> 16) & 0x3fff).then_some(())?;
            Some(Fact::Request {
                number: hex(number)?,
                request,
                argument: if linux == "(wdk only)" { wdk } else { linux }.to_owned(),
                function: (function != "-").then(|| (function.to_owned(), wdk.to_owned())),
            })
        }
        ["struct", name, size] => Some(Fact::Size {
            name: name.to_owned(),
            size: size.parse().ok()?,
        }),
        ["field", structure, path, offset, size, _] => {
            let structure = structure.to_owned();
            let path = path.split('.').map(str::to_owned).collect();
            let offset: usize = offset.parse().ok()?;
            match size.strip_prefix("bits:") {
                None => Some(Fact::Field {
                    structure,
                    path,
                    offset,
                    size: size.parse().ok()?,
                }),
                Some(bits) => {
                    let (count, first) = bits.split_once('@')?;
                    let first: u32 = first.parse().ok()?;
                    Some(Fact::Bits {
                        structure,
                        path,
                        word: offset.checked_sub(first as usize / 8)?,
                        first,
                        count: count
                            .parse()
                            .ok()
                            .filter(|count| (1..=64).contains(count))?,
                    })
                }
            }
        }
        _ => None,
    }
}

fn hex(text: &str) -> Option<u32> {
    u32::from_str_radix(text.strip_prefix("0x")?, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bitfield_names_its_word() {
        let table = Table::parse("field\ts\tflags.b\t57\tbits:2@9\tbase\n").unwrap();
        let Fact::Bits {
            word, first, count, ..
        } = table.rows()[0].fact
        else {
            panic!("{table:?}");
        };
        assert_eq!((word, mask(first, count)), (56, 0x600));
        assert_eq!(mask(0, 64), u64::MAX);
    }

    #[test]
    fn a_bad_row_is_named() {
        for bad in [
            "field\ts\tf\t1",
            "struct\ts\tfour",
            "ioctl\t0x1\t0xc00c4701\tf\tW\tl\t13",
            "field\ts\tf\t0\tbits:65@0\tbase",
        ] {
            let error = Table::parse(&format!("# comment\n{bad}\n")).unwrap_err();
            assert!(error.to_string().starts_with("abi.tsv:2: "), "{error}");
        }
    }
}

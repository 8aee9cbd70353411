// SPDX-License-Identifier: MIT OR Apache-2.0
//! The checks in C: sizes and offsets at compile time, bitfields at run time.

use crate::{
    execute,
    table::{Fact, Row},
    Counts, Error,
};
use std::{collections::HashMap, env, fmt::Write as _, fs, path::Path, process::Command};

/// The request macros of the headers, by argument structure.
#[derive(Debug)]
pub struct Requests(HashMap<String, Request>);

/// What the headers call a request.
#[derive(Debug, PartialEq, Eq)]
pub struct Request {
    /// The macro of C.
    pub name: String,
    /// The enumerator of its number.
    pub number: String,
}

impl Request {
    /// The constant that bindgen sees.
    pub fn constant(&self) -> String {
        self.number.replacen("_NR_", "_IOCTL_", 1)
    }
}

impl Requests {
    pub fn parse(headers: &str) -> Self {
        let joined = headers.replace("\\\n", " ");
        let requests = joined
            .lines()
            .filter_map(|line| {
                let (name, value) = line
                    .strip_prefix("#define ")?
                    .split_once(char::is_whitespace)?;
                let arguments = value.trim().strip_prefix("_IOWR(")?.strip_suffix(')')?;
                let (_magic, arguments) = arguments.split_once(", ")?;
                let (number, argument) = arguments.split_once(", struct ")?;
                let request = Request {
                    name: name.to_owned(),
                    number: number.to_owned(),
                };
                Some((argument.to_owned(), request))
            })
            .collect();
        Self(requests)
    }

    /// The request with this argument.
    pub fn find(&self, row: &Row, argument: &str) -> Result<&Request, Error> {
        self.0
            .get(argument)
            .ok_or_else(|| row.error(format!("the headers have no request for {argument}")))
    }
}

/// Where C has the structures.
pub struct Headers {
    pub language: &'static str,
    /// The headers to include.
    pub headers: &'static [&'static str],
    /// Directory that they are in, below the checkout.
    pub directory: &'static str,
    /// What stands before the name of a structure.
    pub keyword: &'static str,
    pub flags: &'static [&'static str],
    pub word_sizes: &'static [&'static str],
}

impl Headers {
    fn includes(&self) -> String {
        let lines = self
            .headers
            .iter()
            .map(|header| format!("#include <{header}>\n"));
        lines.collect()
    }
}

/// The headers for programs that make the requests themselves.
pub const UAPI: Headers = Headers {
    language: "C",
    headers: &["misc/d3dkmthk.h", "misc/dxgkrnl_ext.h"],
    directory: "uapi",
    keyword: "struct ",
    flags: &["-std=gnu11", "-Wpadded"],
    word_sizes: &["-m64", "-m32"],
};

/// Compiles the assertions in each word size, compiles and runs the program.
pub fn check(
    root: &Path,
    headers: &Headers,
    rows: &[Row],
    requests: &Requests,
) -> Result<Counts, Error> {
    let (assertions, mut counts) = assertions(headers, rows, requests)?;
    let (program, bits) = program(headers, rows);
    counts.bits = bits;

    let directory = tempfile::tempdir().map_err(|error| Error::File {
        path: env::temp_dir(),
        error,
    })?;
    let write = |name: &str, text: &str| {
        let path = directory.path().join(name);
        match fs::write(&path, text) {
            Ok(()) => Ok(path),
            Err(error) => Err(Error::File { path, error }),
        }
    };
    let assertions = write("layout.c", &assertions)?;
    let program = write("bits.c", &program)?;
    let binary = directory.path().join("bits");

    let cc = env::var_os("CC").unwrap_or_else(|| "cc".into());
    let compiler = || {
        let mut command = Command::new(&cc);
        command
            .args(headers.flags)
            .args(["-Wall", "-Wextra", "-Werror", "-I"])
            .arg(root.join(headers.directory));
        command
    };
    for bits in headers.word_sizes {
        let mut command = compiler();
        command.args([bits, "-ffreestanding", "-fsyntax-only"]);
        if *bits == "-m32" {
            // The 32-bit user headers may be missing: the kernel's are the same in both sizes.
            command.args(["-idirafter", "/usr/include/x86_64-linux-gnu"]);
        }
        execute(command.arg(&assertions), headers.language)?;
    }
    let mut command = compiler();
    execute(
        command.arg(&program).arg("-o").arg(&binary),
        headers.language,
    )?;
    execute(&mut Command::new(&binary), headers.language)?;
    Ok(counts)
}

/// The file of assertions.
fn assertions(
    headers: &Headers,
    rows: &[Row],
    requests: &Requests,
) -> Result<(String, Counts), Error> {
    let keyword = headers.keyword;
    let mut text = headers.includes();
    let mut counts = Counts::default();
    for row in rows {
        let title = row.title();
        let mut assert = |condition: String| {
            writeln!(text, "_Static_assert({condition}, \"{title}\");")
                .expect("a string takes all");
        };
        match &row.fact {
            Fact::Request {
                number,
                request,
                argument,
                ..
            } => {
                let names = requests.find(row, argument)?;
                assert(format!("{} == {request:#x}u", names.name));
                assert(format!("{} == {number}", names.number));
                counts.requests += 1;
            }
            Fact::Size { name, size } => {
                assert(format!("sizeof({keyword}{name}) == {size}"));
                counts.sizes += 1;
            }
            Fact::Field {
                structure,
                path,
                offset,
                size,
            } => {
                let path = path.join(".");
                assert(format!(
                    "__builtin_offsetof({keyword}{structure}, {path}) == {offset}"
                ));
                assert(format!(
                    "sizeof((({keyword}{structure} *)0)->{path}) == {size}"
                ));
                counts.offsets += 1;
            }
            Fact::Bits { .. } => {}
        }
    }
    Ok((text, counts))
}

/// The program that fills each bitfield with ones and looks where they are.
fn program(headers: &Headers, rows: &[Row]) -> (String, usize) {
    let keyword = headers.keyword;
    let mut text = headers.includes();
    text.push_str(
        "\
#include <stdio.h>
#include <string.h>

static int check(const void *value, size_t size, size_t first, size_t count, const char *row)
{
	const unsigned char *bytes = value;

	for (size_t bit = 0; bit < 8 * size; bit++) {
		int wanted = bit >= first && bit < first + count;

		if ((bytes[bit / 8] >> bit % 8 & 1) != wanted) {
			fprintf(stderr, \"%s: bit %zu differs\\n\", row, bit);
			return 1;
		}
	}
	return 0;
}

#define CHECK(type, path, first, count, row) do { \\
	type value; \\
	memset(&value, 0, sizeof(value)); \\
	value.path -= 1; \\
	failed |= check(&value, sizeof(value), first, count, row); \\
} while (0)

int main(void)
{
	int failed = 0;

",
    );
    let mut bits = 0;
    for row in rows {
        if let Fact::Bits {
            structure,
            path,
            word,
            first,
            count,
        } = &row.fact
        {
            let path = path.join(".");
            let first = 8 * word + *first as usize;
            let title = row.title();
            writeln!(
                text,
                "\tCHECK({keyword}{structure}, {path}, {first}, {count}, \"{title}\");"
            )
            .expect("a string takes all");
            bits += 1;
        }
    }
    text.push_str("\treturn failed;\n}\n");
    (text, bits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_macros_are_found() {
        let requests = Requests::parse(
            "#define LX_DXLOCK2 \\\n\t_IOWR(DXG_IOCTL_MAGIC, DXG_NR_LOCK2, struct d3dkmt_lock2)\n",
        );
        assert_eq!(
            requests.0.get("d3dkmt_lock2"),
            Some(&Request {
                name: "LX_DXLOCK2".to_owned(),
                number: "DXG_NR_LOCK2".to_owned(),
            })
        );
    }
}

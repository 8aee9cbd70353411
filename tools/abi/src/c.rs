// SPDX-License-Identifier: MIT OR Apache-2.0
//! The checks in C: sizes and offsets at compile time, in 64 and in 32 bits, bitfields at run time.

use crate::{
    execute,
    table::{Fact, Row, Table},
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

/// Compiles the assertions in both word sizes, compiles and runs the program.
pub fn check(root: &Path, table: &Table, requests: &Requests) -> Result<Counts, Error> {
    let (assertions, mut counts) = assertions(table, requests)?;
    let (program, bits) = program(table);
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
            .args([
                "-std=gnu11",
                "-Wall",
                "-Wextra",
                "-Wpadded",
                "-Werror",
                "-I",
            ])
            .arg(root.join("uapi"));
        command
    };
    for bits in ["-m64", "-m32"] {
        let mut command = compiler();
        command.args([bits, "-ffreestanding", "-fsyntax-only"]);
        if bits == "-m32" {
            // The 32-bit user headers may be missing: the kernel's are the same in both sizes.
            command.args(["-idirafter", "/usr/include/x86_64-linux-gnu"]);
        }
        execute(command.arg(&assertions), "C")?;
    }
    execute(compiler().arg(&program).arg("-o").arg(&binary), "C")?;
    execute(&mut Command::new(&binary), "C")?;
    Ok(counts)
}

/// The file of assertions.
fn assertions(table: &Table, requests: &Requests) -> Result<(String, Counts), Error> {
    let mut text = "#include <misc/d3dkmthk.h>\n#include <misc/dxgkrnl_ext.h>\n".to_owned();
    let mut counts = Counts::default();
    for row in table.rows() {
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
            } => {
                let names = requests.find(row, argument)?;
                assert(format!("{} == {request:#x}u", names.name));
                assert(format!("{} == {number}", names.number));
                counts.requests += 1;
            }
            Fact::Size { name, size } => {
                assert(format!("sizeof(struct {name}) == {size}"));
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
                    "__builtin_offsetof(struct {structure}, {path}) == {offset}"
                ));
                assert(format!(
                    "sizeof(((struct {structure} *)0)->{path}) == {size}"
                ));
                counts.offsets += 1;
            }
            Fact::Bits { .. } => {}
        }
    }
    Ok((text, counts))
}

/// The program that fills each bitfield with ones and looks where they are.
fn program(table: &Table) -> (String, usize) {
    let mut text = "\
#include <misc/d3dkmthk.h>
#include <misc/dxgkrnl_ext.h>
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
	struct type value; \\
	memset(&value, 0, sizeof(value)); \\
	value.path -= 1; \\
	failed |= check(&value, sizeof(value), first, count, row); \\
} while (0)

int main(void)
{
	int failed = 0;

"
    .to_owned();
    let mut bits = 0;
    for row in table.rows() {
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
                "\tCHECK({structure}, {path}, {first}, {count}, \"{title}\");"
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

// SPDX-License-Identifier: MIT OR Apache-2.0
//! Breaks a copy of the ABI and looks whether the checks notice.

use super::*;
use tempfile::TempDir;

const HEADER: &str = HEADERS[0];
const EXTENSION: &str = HEADERS[1];
const TYPES: &str = BINDINGS[0];
const MODULE: &str = "rust/uapi/layout.rs";
const CRATE: &str = "tools/libd3dkmt/src/sys/layout.rs";
const TABLE: &str = "tools/abi/abi.tsv";
const WDK_ALLOCATION: &str = "tools/libd3dkmt-c/include/d3dkmt/d3dkmt_allocation.h";

/// A copy of what the checks read.
struct Copy(TempDir);

impl Copy {
    fn new() -> Self {
        let copy = tempfile::tempdir().unwrap();
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
        let files = [MODULE, CRATE, TABLE]
            .iter()
            .chain(&HEADERS)
            .chain(&BINDINGS);
        let files = files.map(PathBuf::from);
        let wdk = fs::read_dir(root.join(wdk::HEADERS.directory)).unwrap();
        let wdk =
            wdk.map(|entry| Path::new(wdk::HEADERS.directory).join(entry.unwrap().file_name()));
        for file in files.chain(wdk) {
            let target = copy.path().join(&file);
            fs::create_dir_all(target.parent().unwrap()).unwrap();
            fs::copy(root.join(&file), target).unwrap();
        }
        Self(copy)
    }

    fn replace(&self, file: &str, from: &str, to: &str) {
        let path = self.0.path().join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert_eq!(text.matches(from).count(), 1, "{from} in {file}");
        fs::write(path, text.replace(from, to)).unwrap();
    }

    fn check_c(&self) -> Result<Counts, Error> {
        let table = Table::parse(&read(&self.0.path().join(TABLE))?)?;
        let requests = c::Requests::parse(&read_all(self.0.path(), &HEADERS)?);
        c::check(self.0.path(), &c::UAPI, table.rows(), &requests)
    }

    fn check_wdk(&self) -> Result<Counts, Error> {
        let table = Table::parse(&read(&self.0.path().join(TABLE))?)?;
        let requests = c::Requests::parse(&read_all(self.0.path(), &HEADERS)?);
        Ok(wdk::check(self.0.path(), &table, &requests)?.0)
    }

    fn check_module(&self) -> Result<(), Error> {
        rust::compile(rust::Side::Module, self.0.path())
    }
}

#[test]
fn an_unbroken_copy_passes() {
    let copy = Copy::new();
    copy.check_module().unwrap();
    let table = Table::parse(&read(&copy.0.path().join(TABLE)).unwrap()).unwrap();
    assert_eq!(copy.check_c().unwrap().sum(), table.len());
    // What the WDK has names for; fewer would be rows that nobody looks at.
    let counts = copy.check_wdk().unwrap();
    let wanted = Counts {
        requests: 68,
        sizes: 104,
        offsets: 570,
        bits: 167,
    };
    assert_eq!(counts, wanted);
}

/// Both have the type and the size of the other, so that only their names tell.
#[test]
fn the_wdk_headers_have_members_in_their_places() {
    let copy = Copy::new();
    copy.replace(
        WDK_ALLOCATION,
        "\tSIZE_T Offset; /* in */\n\tSIZE_T Length; /* in */\n",
        "\tSIZE_T Length; /* in */\n\tSIZE_T Offset; /* in */\n",
    );
    assert!(matches!(copy.check_wdk(), Err(Error::Differs { .. })));
}

#[test]
fn the_wdk_headers_have_flags_in_their_places() {
    let copy = Copy::new();
    copy.replace(
        WDK_ALLOCATION,
        "\tUINT NonSecure : 1;\n\tUINT CreateProtected : 1; /* not from user mode */\n",
        "\tUINT CreateProtected : 1;\n\tUINT NonSecure : 1;\n",
    );
    assert!(matches!(copy.check_wdk(), Err(Error::Differs { .. })));
}

#[test]
fn the_wdk_headers_have_every_function() {
    let copy = Copy::new();
    copy.replace(
        WDK_ALLOCATION,
        "D3DKMT_FUNCTION(Lock2, LOCK2, D3DKMT_LOCK2 *);\n",
        "",
    );
    assert!(matches!(copy.check_wdk(), Err(Error::NotInWdk(_))));
}

#[test]
fn c_notices_a_moved_field() {
    let copy = Copy::new();
    copy.replace(
        HEADER,
        "\t__aligned_u64 offset;\n\t__aligned_u64 length;\n",
        "\t__aligned_u64 length;\n\t__aligned_u64 offset;\n",
    );
    assert!(matches!(copy.check_c(), Err(Error::Differs { .. })));
}

#[test]
fn c_notices_a_moved_field_of_the_extensions() {
    let copy = Copy::new();
    copy.replace(
        EXTENSION,
        "\t__u32 device;\n\t__s32 fd;\n",
        "\t__s32 fd;\n\t__u32 device;\n",
    );
    assert!(matches!(copy.check_c(), Err(Error::Differs { .. })));
}

#[test]
fn c_notices_another_type_of_requests() {
    let copy = Copy::new();
    copy.replace(
        EXTENSION,
        "DXGKRNL_EXT_MAGIC\t0xd9",
        "DXGKRNL_EXT_MAGIC\t0xd8",
    );
    assert!(matches!(copy.check_c(), Err(Error::Differs { .. })));
}

#[test]
fn c_notices_a_moved_bit() {
    let copy = Copy::new();
    copy.replace(
        HEADER,
        "\t\t__u32 evict_only_if_necessary:1;\n\t\t__u32 not_written_to:1;\n",
        "\t\t__u32 not_written_to:1;\n\t\t__u32 evict_only_if_necessary:1;\n",
    );
    assert!(matches!(copy.check_c(), Err(Error::Differs { .. })));
}

/// A type that has 64 bits in 64-bit programs alone.
#[test]
fn c_notices_another_layout_in_32_bits() {
    let copy = Copy::new();
    copy.replace(
        HEADER,
        "\t__u32 reserved;\n\t__aligned_u64 data;\n",
        "\t__u32 reserved;\n\tunsigned long data;\n",
    );
    assert!(matches!(copy.check_c(), Err(Error::Differs { .. })));
}

#[test]
fn rust_notices_a_moved_field() {
    let copy = Copy::new();
    copy.replace(
        TYPES,
        "    pub offset: __u64,\n    pub length: __u64,\n",
        "    pub length: __u64,\n    pub offset: __u64,\n",
    );
    assert!(matches!(copy.check_module(), Err(Error::Differs { .. })));
}

#[test]
fn rust_notices_another_flag() {
    let copy = Copy::new();
    copy.replace(
        TYPES,
        "D3DKMT_CREATEALLOCATION_NON_SECURE: d3dkmt_createallocation_flag = 4;",
        "D3DKMT_CREATEALLOCATION_NON_SECURE: d3dkmt_createallocation_flag = 8;",
    );
    assert!(matches!(copy.check_module(), Err(Error::Differs { .. })));
}

#[test]
fn a_missing_assertion_is_stale() {
    let copy = Copy::new();
    copy.replace(MODULE, "use super::raw::*;\n", "");
    assert!(matches!(run(copy.0.path(), true), Err(Error::Stale(_))));
}

#[test]
fn a_field_that_rust_has_not_is_named() {
    let copy = Copy::new();
    copy.replace(TABLE, "d3dkmt_lock2\tdata\t16", "d3dkmt_lock2\tdate\t24");
    let error = run(copy.0.path(), false).unwrap_err();
    assert!(error.to_string().contains("no such field"), "{error}");
}

#[test]
fn rows_that_were_not_compared_are_missed() {
    let counts = Counts {
        sizes: 2,
        ..Counts::default()
    };
    assert!(report("C", counts, 2).is_ok());
    assert!(matches!(report("C", counts, 3), Err(Error::Missed { .. })));
}

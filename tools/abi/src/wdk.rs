// SPDX-License-Identifier: MIT OR Apache-2.0
//! The headers of libd3dkmt-c: the structures of the table under the names of the WDK.
//!
//! The table has Linux names. Most are the WDK's in other letters (`private_runtime_data` is
//! `pPrivateRuntimeData`), and the rest are in [`NAMES`], so that two members which have changed places
//! are found as well.

mod headers;

use crate::{
    c,
    table::{Fact, Row, Table},
    Counts, Error,
};
use headers::Headers;
use std::path::Path;

/// How C includes them.
pub const HEADERS: c::Headers = c::Headers {
    language: "C, libd3dkmt-c",
    headers: &["d3dkmthk.h"],
    directory: "tools/libd3dkmt-c/include/d3dkmt",
    keyword: "",
    flags: &["-std=c11", "-pedantic"],
    word_sizes: &["-m64"],
};

/// Structures that the WDK does not have: a handle is an integer there, and the others belong to
/// requests without a function.
const NO_STRUCTURE: &[&str] = &[
    "d3dkmthandle",
    "d3dkmt_shareobjects",
    "d3dkmt_enumprocesses",
    "dxgkrnl_export_dma_buf",
    "dxgkrnl_open_dma_buf",
];

/// `D3DKMTShareObjects` has no structure; the one that makes the request is not for programs.
const NO_FUNCTION: &str = "D3DKMTShareObjectsInternal";

/// Names that are not the same in other letters: structure or empty for all, Linux, WDK.
const NAMES: &[[&str; 3]] = &[
    ["winluid", "a", "LowPart"],
    ["winluid", "b", "HighPart"],
    ["", "alloc_count", "NumAllocations"],
    ["", "allocation_count", "NumAllocations"],
    ["", "alloc_count", "AllocationCount"],
    ["", "allocations", "phAllocationList"],
    ["", "allocations", "AllocationList"],
    ["", "allocations", "HandleList"],
    ["", "allocation_list", "phAllocationList"],
    ["", "objects", "ObjectHandleArray"],
    ["", "object_array", "ObjectHandleArray"],
    ["", "fence_values", "FenceValueArray"],
    ["", "monitored_fence_values", "MonitoredFenceValueArray"],
    [
        "",
        "fence_cpu_virtual_address",
        "FenceValueCPUVirtualAddress",
    ],
    [
        "",
        "fence_gpu_virtual_address",
        "FenceValueGPUVirtualAddress",
    ],
    ["", "fence_value_cpu_va", "FenceValueCPUVirtualAddress"],
    ["", "fence_value_gpu_va", "FenceValueGPUVirtualAddress"],
    ["", "sysmem", "pSystemMem"],
    ["", "gpu_va", "GpuVirtualAddress"],
    ["", "open_alloc_info", "pOpenAllocationInfo2"],
    ["", "vidpn_source_id", "VidPnSourceId"],
    ["", "allocation_info", "pAllocationInfo2"],
    ["d3dddi_queryregistry_info", "output", "OutputQword"],
    ["", "sync_file_handle", "hSyncFile"],
    ["", "syncobj", "hSyncObject"],
    ["", "contexts", "BroadcastContext"],
    ["", "contexts", "BroadcastContextArray"],
    ["", "context_count", "BroadcastContextCount"],
    ["d3dkmt_adapterinfo", "num_sources", "NumOfSources"],
    [
        "d3dkmt_adapterinfo",
        "present_move_regions_preferred",
        "bPrecisePresentRegionsPreferred",
    ],
    ["", "adapter_handle", "hAdapter"],
    ["d3dkmt_enumadapters3", "adapter_count", "NumAdapters"],
    [
        "d3dkmt_queryadapterinfo",
        "private_data",
        "pPrivateDriverData",
    ],
    [
        "d3dkmt_queryadapterinfo",
        "private_data_size",
        "PrivateDriverDataSize",
    ],
    ["d3dkmt_createhwqueue", "context", "hHwContext"],
    ["d3dkmt_createhwqueue", "queue", "hHwQueue"],
    [
        "d3dkmt_createhwqueue",
        "queue_progress_fence",
        "hHwQueueProgressFence",
    ],
    [
        "d3dkmt_createhwqueue",
        "queue_progress_fence_cpu_va",
        "HwQueueProgressFenceCPUVirtualAddress",
    ],
    [
        "d3dkmt_createhwqueue",
        "queue_progress_fence_gpu_va",
        "HwQueueProgressFenceGPUVirtualAddress",
    ],
    ["d3dkmt_destroyhwqueue", "queue", "hHwQueue"],
    [
        "d3dkmt_submitsignalsyncobjectstohwqueue",
        "hwqueue_count",
        "BroadcastHwQueueCount",
    ],
    [
        "d3dkmt_submitsignalsyncobjectstohwqueue",
        "hwqueues",
        "BroadcastHwQueueArray",
    ],
    ["d3dkmt_submitcommand", "command_buffer", "Commands"],
    [
        "d3dkmt_openresourcefromnthandle",
        "total_priv_drv_data",
        "pTotalPrivateDriverDataBuffer",
    ],
    [
        "d3dkmt_openresourcefromnthandle",
        "total_priv_drv_data_size",
        "TotalPrivateDriverDataBufferSize",
    ],
    [
        "d3dkmt_openresourcefromnthandle",
        "keyed_mutex_private_data",
        "pKeyedMutexPrivateRuntimeData",
    ],
    [
        "d3dkmt_openresourcefromnthandle",
        "keyed_mutex_private_data_size",
        "KeyedMutexPrivateRuntimeDataSize",
    ],
    ["d3dkmt_shareobjectwithhost", "device_handle", "hDevice"],
    ["d3dkmt_shareobjectwithhost", "object_handle", "hObject"],
    [
        "d3dkmt_shareobjectwithhost",
        "object_vail_nt_handle",
        "hVailProcessNtHandle",
    ],
    [
        "d3dkmt_waitforsynchronizationobjectfromcpu",
        "async_event",
        "hAsyncEvent",
    ],
    ["d3dkmt_querystatistics", "result", "QueryResult"],
    [
        "d3dkmt_isfeatureenabled",
        "supported_on_config",
        "SupportedOnCurrentConfig",
    ],
    [
        "d3dddi_updategpuvirtualaddress_operation",
        "operation",
        "OperationType",
    ],
    [
        "d3dddi_updategpuvirtualaddress_operation",
        "size",
        "SizeInBytes",
    ],
    [
        "d3dddi_updategpuvirtualaddress_operation",
        "allocation_offset",
        "AllocationOffsetInBytes",
    ],
    [
        "d3dddi_updategpuvirtualaddress_operation",
        "allocation_size",
        "AllocationSizeInBytes",
    ],
];

/// What a row may be about without a member for it: padding, a second name, the word that bitfields
/// are in. Which bits are reserved has changed from one version of the WDK to the next.
fn may_be_absent(fact: &Fact) -> bool {
    match fact {
        Fact::Field {
            structure, path, ..
        } => path.last().is_some_and(|name| {
            name.starts_with("reserved")
                || name.ends_with("_Align")
                || ["value", "Value", "AlignUnionTo64"].contains(&name.as_str())
                || (structure == "d3dkmt_querystatistics" && name == "size")
        }),
        Fact::Bits { path, .. } => path
            .last()
            .is_some_and(|name| name.to_lowercase().starts_with("reserved")),
        _ => false,
    }
}

/// Compares the headers with the table; also returns in how many rows they have to be as it says.
pub fn check(root: &Path, table: &Table, requests: &c::Requests) -> Result<(Counts, usize), Error> {
    let headers = Headers::read(&root.join(HEADERS.directory))?;
    let rows = headers.rows(table)?;
    let functions = headers.functions_of(table);
    let counts = c::check(root, &HEADERS, &rows, requests)?;
    let counts = Counts {
        requests: functions,
        ..counts
    };
    Ok((counts, rows.len() + functions))
}

impl Headers {
    /// How many functions of the table there are.
    fn functions_of(&self, table: &Table) -> usize {
        let rows = table.rows().iter();
        rows.filter(|row| {
            matches!(&row.fact, Fact::Request { function: Some((name, _)), .. }
                if self.argument(name).is_some())
        })
        .count()
    }

    /// The rows of the table that the WDK has names for, with these names.
    fn rows(&self, table: &Table) -> Result<Vec<Row>, Error> {
        let mut rows = Vec::new();
        for row in table.rows() {
            if let Some(fact) = self.fact(row)? {
                rows.push(Row {
                    line: row.line,
                    fact,
                });
            }
        }
        Ok(rows)
    }

    /// What a row says in the WDK's names; nothing if the WDK has no name for it.
    fn fact(&self, row: &Row) -> Result<Option<Fact>, Error> {
        let missing = || Error::NotInWdk(row.title());
        let fact = match &row.fact {
            Fact::Request { function, .. } => {
                if !self.has(function.as_ref()) {
                    return Err(missing());
                }
                None
            }
            Fact::Size {
                name: structure, ..
            }
            | Fact::Field { structure, .. }
            | Fact::Bits { structure, .. }
                if NO_STRUCTURE.contains(&structure.as_str()) =>
            {
                None
            }
            Fact::Bits { .. } if may_be_absent(&row.fact) => None,
            Fact::Size { name, size } => Some(Fact::Size {
                name: wdk_structure(name),
                size: *size,
            }),
            Fact::Field {
                structure,
                path,
                offset,
                size,
            } => match self.member(structure, path) {
                Some(path) => Some(Fact::Field {
                    structure: wdk_structure(structure),
                    path,
                    offset: *offset,
                    size: *size,
                }),
                None if may_be_absent(&row.fact) => None,
                None => return Err(missing()),
            },
            Fact::Bits {
                structure,
                path,
                word,
                first,
                count,
            } => Some(Fact::Bits {
                structure: wdk_structure(structure),
                path: self.member(structure, path).ok_or_else(missing)?,
                word: *word,
                first: *first,
                count: *count,
            }),
        };
        Ok(fact)
    }

    /// Whether there is this function, with this argument.
    fn has(&self, function: Option<&(String, String)>) -> bool {
        function.is_none_or(|(name, argument)| {
            name == NO_FUNCTION || self.argument(name) == Some(argument)
        })
    }

    /// The path of C to the member that `path` of the table means: one of the very same names, or one
    /// of names that mean the same.
    fn member(&self, structure: &str, path: &[String]) -> Option<Vec<String>> {
        let wdk = wdk_structure(structure);
        self.find(&wdk, path, |table, wdk| table == wdk)
            .or_else(|| self.find(&wdk, path, |table, wdk| is_same(structure, table, wdk)))
    }
}

fn wdk_structure(name: &str) -> String {
    match name {
        "winluid" => "LUID".to_owned(),
        _ => name.to_uppercase(),
    }
}

/// Whether a name of the table and a name of the WDK mean the same member.
fn is_same(structure: &str, linux: &str, wdk: &str) -> bool {
    let listed = NAMES
        .iter()
        .any(|row| (row[0].is_empty() || row[0] == structure) && row[1..] == [linux, wdk]);
    let linux = linux
        .to_lowercase()
        .replace('_', "")
        .replace("privdrvdata", "privatedriverdata");
    let lower = wdk.to_lowercase().replace('_', "");
    listed
        || ["", "h", "p", "ph"]
            .iter()
            .any(|prefix| lower.strip_prefix(prefix) == Some(&linux))
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEADER: &str = "
#define X struct
/* A comment { */
typedef struct _D3DKMT_OUTER {
	D3DKMT_HANDLE hDevice; /* in */
	__extension__ union {
		CONST VOID *pData;
		D3DKMT_INNER Inner;
	};
	UINT List[4];
} D3DKMT_OUTER;
__extension__ typedef struct _D3DKMT_INNER {
	__extension__ union {
		__extension__ struct {
			UINT DoNotWait : 1;
		};
		UINT Value;
	};
} D3DKMT_INNER;
D3DKMT_FUNCTION(Outer2, OUTER2, CONST D3DKMT_OUTER *);
";

    fn headers() -> Headers {
        let mut headers = Headers::default();
        headers.parse(HEADER);
        headers
    }

    fn rows(table: &str) -> Result<Vec<String>, Error> {
        let rows = headers().rows(&Table::parse(table)?)?;
        Ok(rows.iter().map(Row::title).collect())
    }

    #[test]
    fn members_are_found_under_their_names() {
        let table = "\
ioctl\t0x1\t0xc0184701\tD3DKMTOuter2\tD3DKMT_OUTER\td3dkmt_outer\t24
struct\td3dkmt_outer\t24
field\td3dkmt_outer\tdevice\t0\t4\tbase
field\td3dkmt_outer\tdata\t8\t8\tpointer
field\td3dkmt_outer\tinner.do_not_wait\t8\tbits:1@0\tbase
field\td3dkmt_outer\tlist\t16\t16\tarray
field\td3dkmt_outer\treserved\t4\t4\tbase
";
        assert_eq!(
            rows(table).unwrap(),
            [
                "abi.tsv:2: size of D3DKMT_OUTER",
                "abi.tsv:3: D3DKMT_OUTER.hDevice",
                "abi.tsv:4: D3DKMT_OUTER.pData",
                "abi.tsv:5: D3DKMT_OUTER.Inner.DoNotWait",
                "abi.tsv:6: D3DKMT_OUTER.List",
            ]
        );
    }

    #[test]
    fn what_is_missing_is_named() {
        for table in [
            "field\td3dkmt_outer\tresource\t4\t4\tbase\n",
            "field\td3dkmt_outer\tinner.wait\t8\tbits:1@0\tbase\n",
            "field\td3dkmt_other\tdevice\t0\t4\tbase\n",
            "ioctl\t0x1\t0xc0184701\tD3DKMTOuter\tD3DKMT_OUTER\td3dkmt_outer\t24\n",
            "ioctl\t0x1\t0xc0184701\tD3DKMTOuter2\tD3DKMT_INNER\td3dkmt_outer\t24\n",
        ] {
            let error = rows(table).unwrap_err().to_string();
            assert!(error.starts_with("abi.tsv:1: "), "{error}");
        }
    }

    #[test]
    fn names_are_the_same_in_other_letters() {
        for (linux, wdk) in [
            ("private_runtime_data", "pPrivateRuntimeData"),
            ("priv_drv_data_size", "PrivateDriverDataSize"),
            ("allocation", "hAllocation"),
            ("alloc_count", "AllocationCount"),
            ("supportedSegmentSet", "SupportedSegmentSet"),
        ] {
            assert!(is_same("s", linux, wdk), "{linux}");
        }
        assert!(!is_same("s", "device", "hAdapter"));
        assert!(!is_same("s", "a", "LowPart"));
    }
}

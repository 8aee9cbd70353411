// SPDX-License-Identifier: MIT OR Apache-2.0
//! QueryResourceInfoFromNtHandle and OpenResourceFromNtHandle.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::{buffer, surface, Create, BLOB},
    harness::context,
    locked::{assert_holds, write},
    memory::{becomes_writable, bytes_at, bytes_of, is_writable, memory_file, Map, PAGE, UNMAPPED},
    share::*,
    sysfs,
};
use libd3dkmt::sys;
use rustix::{
    event::{eventfd, EventfdFlags},
    fs::{open, Mode, OFlags},
    net::{socketpair, AddressFamily, SocketFlags, SocketType},
    pipe::{pipe_with, PipeFlags},
};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_156_the_creator_destroys_what_it_shared,
        "open after the creator destroyed what it has shared: a resource alone, as there are no triples",
        C,
        "SUCCESS; the NT handle owns it",
    ),
    case!(
        case_161_query_tells_the_sizes,
        "query with garbage in the sizes, no buffer",
        C,
        "SUCCESS; the sizes that are stored",
    ),
    case!(
        case_162_query_copies_no_data,
        "query with a buffer for the runtime's data",
        I,
        "SUCCESS; the buffer is not written to",
    ),
    case!(
        case_163_open_of_a_resource,
        "open of an NT handle of a resource alone",
        C,
        "SUCCESS; new handles, all data; no keyed mutex and no synchronisation object",
    ),
    case!(case_165_no_array, "open, no array of elements", C, IP),
    case!(
        case_166_another_number_of_allocations,
        "open, another NumAllocations, or 0",
        I,
        IP
    ),
    case!(
        case_167_no_address_for_the_runtimes_data,
        "open, no address for the runtime's data, of which there is some",
        C,
        IP
    ),
    case!(
        case_168_another_size_of_the_runtimes_data,
        "open, PrivateRuntimeDataSize one too large, or another one",
        C,
        "INVALID_PARAMETER: the size must be exact",
    ),
    case!(
        case_169_another_size_of_the_private_data,
        "open, ResourcePrivateDriverDataSize one too large, or another one",
        I,
        "INVALID_PARAMETER: the size must be exact",
    ),
    case!(
        case_170_too_little_room_for_the_allocations_data,
        "open, TotalPrivateDriverDataBufferSize one too small",
        C,
        "NO_MEMORY",
    ),
    case!(
        case_171_descriptors_of_other_kinds,
        "query and open of a descriptor of another kind",
        I,
        "OBJECT_TYPE_MISMATCH or INVALID_PARAMETER; the latter of WSL",
        "INVALID_PARAMETER; INVALID_HANDLE if it is not open",
        "of the two the one that WSL's programs know; a handle that is not open is INVALID_HANDLE on Windows",
    ),
    case!(
        case_172_data_of_each_allocation,
        "open of allocations with data of their own",
        C,
        "SUCCESS; the data one after the other, each element points to its own, the sum comes back",
    ),
    case!(
        case_173_allocations_without_private_data,
        "sharing and opening a resource without any private data",
        L,
        "INVALID_PARAMETER",
        "SUCCESS for an existing heap; others cannot be made without",
        "as on Windows, where the driver finds data for a standard allocation",
    ),
    case!(
        case_174_a_failure_midway,
        "open that fails when it has made handles",
        L,
        "an error; all handles are taken back",
        "INVALID_PARAMETER; all handles are taken back",
    ),
    case!(
        case_175_a_device_of_another_adapter,
        "query and open on a device of another adapter",
        I,
        IP
    ),
    case!(
        case_176_opened_for_reading_only,
        "open, the rights do not include writing",
        C,
        "SUCCESS; it is opened for reading only",
    ),
];

fn case_156_the_creator_destroys_what_it_shared() {
    with_shared(2, |gpu, device, create, nt| {
        write(gpu, device, create.allocation(1), 0x5a);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        let opened = Open::new(device, nt, 2).made(gpu);
        assert_holds(gpu, device, opened.allocation(1), 0x5a);
    });
}

/// A query with garbage where the answers go, and with an address for the runtime's data: what it
/// answers are the sizes of three allocations of [`shared`].
fn query_with(gpu: &Gpu, device: u32, nt: &OwnedFd, address: u64) {
    let mut args = sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
        device: handle(device),
        reserved: u32::MAX,
        nt_handle: number(nt),
        private_runtime_data: address,
        private_runtime_data_size: u32::MAX,
        total_priv_drv_data_size: 1,
        resource_priv_drv_data_size: u32::MAX,
        allocation_count: u32::MAX,
    };
    gpu.unchanged(|| {
        // SAFETY: Nobody writes to the buffer, or it is there.
        let answer = unsafe { sys::D3DKMTQueryResourceInfoFromNtHandle(&gpu.dxg, &mut args) };
        assert_eq!(answer, SUCCESS);
    });
    assert_eq!(args.nt_handle, number(nt));
    assert_eq!(args.private_runtime_data_size as usize, RUNTIME.len());
    assert_eq!(args.resource_priv_drv_data_size, RESOURCE_BYTES);
    assert_eq!(args.total_priv_drv_data_size, 3 * BLOB);
    assert_eq!(args.allocation_count, 3);
}

fn case_161_query_tells_the_sizes() {
    with_shared(3, |gpu, device, _, nt| query_with(gpu, device, nt, 0));
    // Nothing is attached.
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_shared_resource().made(gpu);
        let nt = share(gpu, create.resource());
        let (answer, sizes) = query(gpu, device, number(&nt));
        assert_eq!(answer, SUCCESS);
        assert_eq!(sizes.private_runtime_data_size, 0);
        assert_eq!(sizes.resource_priv_drv_data_size, 0);
        assert_eq!(sizes.total_priv_drv_data_size, BLOB);
        assert_eq!(sizes.allocation_count, 1);
    });
}

fn case_162_query_copies_no_data() {
    with_shared(3, |gpu, device, _, nt| {
        let mut buffer = vec![UNTOUCHED; RUNTIME.len()];
        for address in [buffer.as_mut_ptr() as u64, UNMAPPED] {
            query_with(gpu, device, nt, address);
        }
        assert!(buffer.iter().all(|&byte| byte == UNTOUCHED));
    });
}

fn case_163_open_of_a_resource() {
    with_shared(3, |gpu, device, create, nt| {
        let before = counters();
        let next = gpu.next_handle() + HANDLE_STEP;
        let mut open = Open::new(device, nt, 3);
        open.args.keyed_mutex = handle(u32::MAX);
        open.args.keyed_mutex_private_data_size = u32::MAX;
        open.args.sync_object = handle(u32::MAX);
        let open = open.made(gpu);
        assert_eq!(open.resource(), next);
        for (i, allocation) in (1..).zip(open.allocations()) {
            assert_eq!(allocation, next + i * HANDLE_STEP);
        }
        assert_eq!(open.args.keyed_mutex.v, 0);
        assert_eq!(open.args.keyed_mutex_private_data_size, 0);
        assert_eq!(open.args.sync_object.v, 0);
        assert_eq!(open.args.total_priv_drv_data_size, 3 * BLOB);
        assert_eq!(open.runtime_data, RUNTIME);
        assert_eq!(open.private_data, bytes_of(&[RESOURCE]));
        assert_eq!(open.total, bytes_of(&create.blobs));
        // The halves of the adapter are there once.
        before.assert_grown(&[("bindings", 3)]);
        let destroyed = destroy_resource(&gpu.dxg, device, open.resource());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
    });
}

fn case_165_no_array() {
    opens_refused([0], INVALID_PARAMETER, |open, none| {
        open.args.open_alloc_info = none;
    });
}

fn case_166_another_number_of_allocations() {
    let counts = [0, 1, 3, 1024, u32::MAX];
    opens_refused(counts, INVALID_PARAMETER, |open, count| {
        // There is room for it.
        open.infos.resize(1024, Default::default());
        open.args.open_alloc_info = open.infos.as_mut_ptr() as u64;
        open.args.allocation_count = count;
    });
}

fn case_167_no_address_for_the_runtimes_data() {
    opens_refused([0], INVALID_PARAMETER, |open, none| {
        open.args.private_runtime_data = none;
    });
}

fn case_168_another_size_of_the_runtimes_data() {
    let right = RUNTIME.len() as u32;
    let sizes = [right + 1, right - 1, 0, 1, 2 * right, u32::MAX];
    opens_refused(sizes, INVALID_PARAMETER, |open, size| {
        // There is room for it.
        open.runtime_data.resize(2 * RUNTIME.len(), UNTOUCHED);
        open.args.private_runtime_data = open.runtime_data.as_mut_ptr() as u64;
        open.args.private_runtime_data_size = size;
    });
}

fn case_169_another_size_of_the_private_data() {
    let right = RESOURCE_BYTES;
    let sizes = [right + 1, right - 1, 0, 1, u32::MAX];
    opens_refused(sizes, INVALID_PARAMETER, |open, size| {
        open.args.resource_priv_drv_data_size = size;
    });
    opens_refused([0], INVALID_PARAMETER, |open, none| {
        open.args.resource_priv_drv_data = none;
    });
}

fn case_170_too_little_room_for_the_allocations_data() {
    opens_refused([2 * BLOB - 1, BLOB, 1, 0], NO_MEMORY, |open, size| {
        open.args.total_priv_drv_data_size = size;
    });
}

fn refused(gpu: &Gpu, device: u32, nt_handle: u64, answer: Answer) {
    gpu.unchanged(|| assert_eq!(query(gpu, device, nt_handle).0, answer, "query"));
    Open::sized(device, nt_handle, 1, 0, 0).refused(gpu, answer);
}

fn file(path: &str) -> OwnedFd {
    let flags = OFlags::RDONLY | OFlags::CLOEXEC;
    open(path, flags, Mode::empty()).expect("open")
}

fn case_171_descriptors_of_other_kinds() {
    let (family, kind) = (AddressFamily::UNIX, SocketType::STREAM);
    on_each_device(|gpu, device| {
        let sockets = socketpair(family, kind, SocketFlags::CLOEXEC, None);
        let node = format!("/dev/dri/{}", sysfs::node_name(gpu));
        let event = eventfd(0, EventfdFlags::CLOEXEC).expect("eventfd");
        let others: [(&str, OwnedFd); 7] = [
            ("an eventfd", event),
            ("a memfd", memory_file(1).into()),
            ("/dev/null", file("/dev/null")),
            ("a DRM node", file(&node)),
            ("a directory", file("/")),
            ("a socket", sockets.expect("socketpair").0),
            ("a pipe", pipe_with(PipeFlags::CLOEXEC).expect("pipe").0),
        ];
        for (name, fd) in &others {
            context(*name, || {
                refused(gpu, device, number(fd), INVALID_PARAMETER)
            });
        }
        // The node itself.
        let node = gpu.dxg.as_fd().as_raw_fd() as u64;
        refused(gpu, device, node, INVALID_PARAMETER);
        // One that is not open.
        let nt = share(gpu, shared(device, 1).made(gpu).resource());
        let closed = number(&nt);
        drop(nt);
        refused(gpu, device, closed, INVALID_HANDLE);
    });
}

fn case_172_data_of_each_allocation() {
    on_each_device(|gpu, device| {
        let blobs = [buffer(4096), surface(64, 48), buffer(1 << 20)];
        let create = Create::blobs(device, &blobs).in_shared_resource().made(gpu);
        // What the miniport has made of it.
        assert_eq!(create.blobs[1].pitch, 256);
        let nt = share(gpu, create.resource());
        let mut open = Open::bare(device, &nt, 3);
        open.total.resize(1000, UNTOUCHED);
        open.args.total_priv_drv_data = open.total.as_mut_ptr() as u64;
        open.args.total_priv_drv_data_size = 1000;
        let open = open.made(gpu);
        assert_eq!(open.args.total_priv_drv_data_size, 3 * BLOB);
        for (i, info) in open.infos.iter().enumerate() {
            let address = open.args.total_priv_drv_data + i as u64 * u64::from(BLOB);
            assert_eq!(info.priv_drv_data, address);
            assert_eq!(info.priv_drv_data_size, BLOB);
            assert_eq!((info.gpu_va, info.reserved), (0, [0; 6]));
            assert_eq!((info.pad0, info.pad1), (0, 0));
        }
        let (data, behind) = open.total.split_at(3 * BLOB as usize);
        assert_eq!(data, bytes_of(&create.blobs));
        assert!(behind.iter().all(|&byte| byte == UNTOUCHED));
    });
}

fn case_173_allocations_without_private_data() {
    on_each_device(|gpu, device| {
        let mut create = Create::buffer(device, 4096).in_shared_resource();
        create.infos[0].priv_drv_data = 0;
        create.infos[0].priv_drv_data_size = 0;
        create.refused(gpu, INVALID_PARAMETER);

        let memory = Map::new(2);
        let create = Create::heap(device, memory.address(), 2 * PAGE as u64);
        let create = create.in_shared_resource().made(gpu);
        let nt = share(gpu, create.resource());
        let (answer, sizes) = query(gpu, device, number(&nt));
        assert_eq!((answer, sizes.total_priv_drv_data_size), (SUCCESS, BLOB));
        let open = Open::bare(device, &nt, 1).made(gpu);
        assert_eq!(open.total, bytes_of(&[buffer(2 * PAGE as u64)]));
    });
}

fn case_174_a_failure_midway() {
    const COUNT: usize = 100;
    with_shared(COUNT, |gpu, device, _, nt| {
        // The last element does not fit: by then there are 101 handles.
        let hole = Map::before_a_hole();
        let bytes = size_of::<sys::D3DDDI_OPENALLOCATIONINFO2>() * COUNT;
        let mut open = Open::new(device, nt, COUNT);
        let right = open.args.open_alloc_info;
        let size = bytes.min(PAGE) - 1;
        open.args.open_alloc_info = hole.before_end_of_first_page(size);
        gpu.unchanged(|| assert_eq!(open.call(gpu), INVALID_PARAMETER));
        open.args.open_alloc_info = right;
        let next = gpu.next_handle() + HANDLE_STEP;
        assert_eq!(open.made(gpu).resource(), next);
    });
}

fn case_175_a_device_of_another_adapter() {
    let luids = luids();
    for (i, &luid) in luids.iter().enumerate() {
        let gpu = Gpu::open(luid);
        let nt = share(&gpu, shared(gpu.device(), 1).made(&gpu).resource());
        let other = Gpu::open(luids[(i + 1) % luids.len()]);
        assert_ne!(other.luid, luid, "there is one adapter only");
        let foreign = other.device();
        other.unchanged(|| {
            let answer = query(&other, foreign, number(&nt)).0;
            assert_eq!(answer, INVALID_PARAMETER);
        });
        Open::new(foreign, &nt, 1).refused(&other, INVALID_PARAMETER);
        // Another opening of the same adapter is as good as the first one.
        let same = Gpu::open(luid);
        Open::new(same.device(), &nt, 1).made(&same);
    }
}

/// Rights that grant writing: SHARED_ALLOCATION_WRITE, MAXIMUM_ALLOWED, GENERIC_ALL, GENERIC_WRITE.
const WRITE: [u32; 4] = [0x1, 0x0200_0000, 0x1000_0000, 0x4000_0000];

fn case_176_opened_for_reading_only() {
    with_shared(1, |gpu, device, create, _| {
        let address = gpu.lock(device, create.allocation(0));
        // SAFETY: The lock has a page.
        let bytes = unsafe { bytes_at(address, PAGE) };
        let rights = (0..32).map(|bit| 1 << bit);
        for rights in rights.chain([0, READ, !0, !(!0 >> 30)]) {
            bytes.fill(1);
            let nt = Share::new(create.resource()).access(rights).made(gpu);
            let opened = Open::new(device, &nt, 1).made(gpu);
            let mapping = gpu.lock(device, opened.allocation(0));
            let expected = WRITE.iter().any(|right| rights & right != 0);
            assert_eq!(is_writable(mapping), expected, "rights {rights:#x}");
            let became = becomes_writable(mapping, PAGE);
            assert_eq!(became, expected, "rights {rights:#x}");
            assert_eq!(bytes[0], u8::from(!expected), "rights {rights:#x}");
            // What others write can be read.
            bytes[1] = 7;
            // SAFETY: As above.
            assert_eq!(unsafe { bytes_at(mapping, PAGE) }[1], 7);
            gpu.unlock(device, opened.allocation(0));
            let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
            assert_eq!(destroyed, SUCCESS);
        }
        gpu.unlock(device, create.allocation(0));
    });
}

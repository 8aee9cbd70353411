// SPDX-License-Identifier: MIT OR Apache-2.0
//! Cases without a test, and why there is none.

/// First number, last number, what is given, and why nothing is executed.
pub const NOT_EXECUTED: &[(u32, u32, &str, &str)] = &[
    (
        11,
        11,
        "OpenAdapterFromGdiDisplayName, no such display",
        "/dev/dxg has no such call: there are no GDI displays",
    ),
    (
        12,
        12,
        "OpenAdapterFromDeviceName of nothing",
        "/dev/dxg has no such call: there are no names of device interfaces",
    ),
    (
        21,
        21,
        "CreateDevice without kernel memory",
        "needs fault injection: the suite `faults` does it on the debug kernel, for every allocation in the call",
    ),
    (
        24,
        24,
        "DestroyDevice of the owner of a display source",
        "/dev/dxg has no call that makes an owner; scanning out is for DRM",
    ),
    (
        67,
        71,
        "CreateAllocation, the miniport answers against its contract",
        "needs a miniport that does: the suite `script` has one, in a guest of its own",
    ),
    (
        119,
        119,
        "DestroyAllocation2, work of the GPU is queued",
        "nothing can be queued yet",
    ),
    (
        124,
        124,
        "DestroyAllocation2, mapped for the GPU",
        "there are no GPU addresses yet",
    ),
    (
        130,
        130,
        "QueryResourceInfo, private data of 4 GiB or more (INTEGER_OVERFLOW)",
        "cannot be made: a creation takes less than 128 KiB (case 73)",
    ),
    (
        147,
        148,
        "ShareObjects with keyed mutexes, alone and in the triple",
        "/dev/dxg has no keyed mutexes",
    ),
    (
        153,
        153,
        "ShareObjects, a triple of which one is not for NT handles",
        "/dev/dxg has no keyed mutexes",
    ),
    (
        157,
        160,
        "OpenNtHandleFromName",
        "/dev/dxg has no such call: NT handles have no names here",
    ),
    (
        164,
        164,
        "OpenResourceFromNtHandle of a triple",
        "/dev/dxg has no keyed mutexes",
    ),
    (
        187,
        189,
        "OpenSynchronizationObject",
        "synchronisation objects are not shared yet",
    ),
    (
        191,
        196,
        "ShareObjects of synchronisation objects, and OpenSyncObjectFromNtHandle",
        "synchronisation objects are not shared yet",
    ),
    (
        199,
        199,
        "OpenSyncObjectFromNtHandle2 of a descriptor of something else",
        "synchronisation objects are not shared yet",
    ),
    (202, 211, "keyed mutexes", "/dev/dxg has none"),
    (
        216,
        217,
        "Lock2 and Lock, the GPU uses the allocation",
        "nothing can be queued yet; /dev/dxg has no Lock of the first version",
    ),
    (
        233,
        233,
        "the GPU uses what is not resident",
        "nothing can be queued yet",
    ),
    (
        239,
        239,
        "OfferAllocations of what queued work uses",
        "nothing can be queued yet",
    ),
    (
        244,
        245,
        "QueryVideoMemoryInfo of a process, with and without the right to ask",
        "Linux has no handles of processes: any is a bad one (case 246)",
    ),
    (
        255,
        255,
        "calls after the GPU was reset",
        "nothing can hang the GPU yet, so that nothing resets it",
    ),
    (
        263,
        263,
        "a status that counts as success but is not 0",
        "the suite `residency` has it: MakeResident answers PENDING",
    ),
];

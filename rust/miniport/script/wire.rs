// SPDX-License-Identifier: GPL-2.0 OR MIT

//! Private data of the script miniport: the answers that a test wants.
//!
//! The module and the guest tests compile this very file.
//!
//! A blob consists of 64-bit words: [`MAGIC`], then pairs of an instruction and its operand. An
//! allocation's blob may hold all instructions, a resource's only those that are marked for it. Contexts
//! and packets have their own, and need no blob.
//! A handle in an operand is its low half.

/// First word of a blob ("SCRIPT").
pub const MAGIC: u64 = 0x5450_4952_4353;

// --- The answer of create_allocation ---

/// Names the allocation, or the resource, context or packet, in the log. Default 0.
pub const TAG: u64 = 1;
/// The size. Default 4096.
pub const SIZE: u64 = 2;
/// The alignment. Default 4096.
pub const ALIGNMENT: u64 = 3;
/// The pitch-aligned size. Default 0.
pub const PITCH_ALIGNED_SIZE: u64 = 4;
/// The set of supported segments. Default 1.
pub const SUPPORTED: u64 = 5;
/// Numbers of the preferred segments, one byte each, the first in the lowest byte. Default 0.
pub const PREFERRED: u64 = 6;
/// The eviction segment set. Default 2.
pub const EVICTION: u64 = 7;
/// The flags. Default 1 (CpuVisible).
pub const FLAGS: u64 = 8;
/// The priority. Default 0x78000000.
pub const PRIORITY: u64 = 9;
/// The physical adapter. Default 0.
pub const PHYSICAL_ADAPTER: u64 = 10;
/// Gives no answer at all.
pub const NO_ANSWER: u64 = 11;
/// The call fails with this status, after the elements before it have been answered. Also of a context.
pub const FAIL_CREATE: u64 = 12;
/// The operand is inverted in the private data. Also of a context.
pub const WRITE_AT_CREATE: u64 = 13;
/// The allocation is displayable.
pub const DISPLAYABLE: u64 = 17;
/// Resource: replaces its cookie by another one of this name.
pub const REPLACE_COOKIE: u64 = 14;
/// Resource: removes its cookie.
pub const DROP_COOKIE: u64 = 15;

// --- open_allocation ---

/// The call fails with this status, after the elements before it have been answered.
pub const FAIL_OPEN: u64 = 32;
/// Gives the binding no cookie.
pub const NO_BINDING: u64 = 33;
/// The operand is inverted in the private data, if the call may write it.
pub const WRITE_AT_OPEN: u64 = 34;
/// The call fails with this status if it opens existing allocations.
pub const FAIL_OPEN_AGAIN: u64 = 35;

// --- Other calls ---

/// The layout: the pitch, and in the high half the rows. Default 4096, and as many rows as needed.
pub const LAYOUT: u64 = 48;
/// describe_allocation fails with this status.
pub const FAIL_DESCRIBE: u64 = 49;
/// build_paging_buffer fails with this status.
pub const FAIL_PAGING: u64 = 50;
/// As FAIL_PAGING, but for transfers only.
pub const FAIL_TRANSFER: u64 = 51;

// --- Callbacks, during create_allocation ---
// The operand is a handle; the result replaces it, if the call may write. The result is the name of the
// object or the handle found, with FOUND set; or 0.

/// get_handle_data of an allocation.
pub const LOOK_UP_ALLOCATION: u64 = 64;
/// get_handle_data of an allocation, device-specific. The name is the binding's handle.
pub const LOOK_UP_BINDING: u64 = 65;
/// get_handle_data of a resource.
pub const LOOK_UP_RESOURCE: u64 = 66;
/// get_handle_parent.
pub const LOOK_UP_PARENT: u64 = 67;
/// enum_handle_children; the index is in the high half.
pub const LOOK_UP_CHILD: u64 = 68;
/// get_handle_data of an allocation; if it fails, the call fails as the contract says.
pub const REQUIRE_ALLOCATION: u64 = 69;
/// Added to one of these: do it during the creator's open_allocation.
pub const AT_OPEN: u64 = 16;
/// Added to one of these: do it during another opener's open_allocation.
pub const AT_OPEN_AGAIN: u64 = 32;

/// Set in the result of a callback that has found something.
pub const FOUND: u64 = 1 << 63;
/// Stands for the handle of the allocation that is being opened.
pub const OWN: u64 = 0xffff_ffff;
/// Stands for the handle of its parent.
pub const OWN_PARENT: u64 = 0xffff_fffe;

// --- Packets. Without any of these, one completes at once, during submit_command_virtual ---

/// It ends when the test says so in debugfs, or is preempted or reset.
pub const HOLD: u64 = 128;
/// As HOLD, but preemption leaves it alone.
pub const HOLD_FAST: u64 = 129;
/// The call fails with this status.
pub const REFUSE: u64 = 130;
/// It does not complete, but ends by a page fault of a read at this address.
pub const FAULT: u64 = 131;
/// Its end is told twice.
pub const TWICE: u64 = 132;
/// During the call, a packet is said to be complete that was never submitted: its id is so much higher.
pub const STRANGER: u64 = 133;
/// reset_engine fails with this status while it is held.
pub const FAIL_RESET: u64 = 134;

// --- Existing heaps have no private data of the caller: their page count selects the behaviour ---

/// Both sizes are 0.
pub const HEAP_WITHOUT_DATA: u64 = 2;
/// The sizes exceed the limit on private data.
pub const HEAP_WITH_TOO_MUCH_DATA: u64 = 3;
/// The second call returns another size.
pub const HEAP_CHANGES_SIZE: u64 = 4;
/// No pitch.
pub const HEAP_WITHOUT_PITCH: u64 = 5;
/// A pitch that is too small.
pub const HEAP_WITH_SHORT_PITCH: u64 = 6;
/// The heap's answer is a page larger than the heap.
pub const HEAP_GROWS: u64 = 7;
/// There is also data for the resource.
pub const HEAP_WITH_RESOURCE_DATA: u64 = 8;
/// The first call fails with NOT_SUPPORTED.
pub const HEAP_NOT_SUPPORTED: u64 = 9;
/// The second call fails with NO_MEMORY.
pub const HEAP_NO_MEMORY: u64 = 10;
/// Existing system memory, as in the flags.
pub const HEAP_EXISTING: u64 = 11;

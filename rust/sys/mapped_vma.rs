// SPDX-License-Identifier: GPL-2.0

//! [`MappedVma`]: the [`CpuMapping`] of an allocation, mapped into the calling process.
//!
//! Its file is an anonymous file that never gets a descriptor, nor an entry of the system's file
//! table: its memory is charged, and mappings are limited. Only [`MappedVma::map`] can map it, and the
//! mapping's reference on the file keeps the CPU mapping and this module in place until the last part of it is
//! unmapped, whatever became of the handle, the device or `/dev/dxg` by then.

use super::{
    cpu_mapping::{
        CpuMapping,
        FaultResult, //
    },
    kernel_pages,
    killable,
    system_memory::Patience,
    AssertSync,
    ACCOUNT,
    PAGE_SIZE, //
};
use crate::{
    bindings,
    compat,
    counters::{
        self,
        Counter, //
    }, //
};
use core::{
    ffi::c_void,
    ptr::NonNull, //
};
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr,
        to_result, //
    },
    fs::File,
    prelude::*,
    rbtree::RBTreeNode,
    sync::{
        aref::ARef,
        Arc, //
    }, //
};

/// To be called before any mapping is made.
///
/// # Errors
///
/// `ENOMEM`, `ENFILE`.
pub(crate) fn at_load() -> Result {
    // SAFETY: No mappings are made yet.
    to_result(unsafe { bindings::dxg_find_anon_mount() })
}

/// The owner of the memory that a CPU mapping shows.
pub(crate) trait Owner: Send + Sync + 'static {
    /// A page fault hit a page that is away: pages the memory in and shows it again. It may wait, as the caller
    /// holds nothing that others wait for.
    ///
    /// # Errors
    ///
    /// Any error that prevents this: the faulting process gets SIGBUS, unless the pages were taken away for
    /// good, or the error is `EINTR`: the process is being killed.
    fn page_in_for_fault(&self) -> Result;

    /// A page fault has allocated memory.
    fn grown(&self);
}

/// What the file of a mapping owns.
struct Content {
    mapping: Arc<CpuMapping>,
    /// Children inherit the mapping.
    inherited: bool,
    /// It lives as long as the file. Without an owner, the pages are never away for a while.
    owner: Option<KBox<dyn Owner>>,
}

/// A mapping in the process that created it.
pub(crate) struct MappedVma {
    file: ARef<File>,
    address: usize,
    bytes: usize,
}

impl MappedVma {
    /// Maps the whole of `mapping` at an address of the kernel's choice, readable, and writable if requested;
    /// if not, the process cannot make it writable, either.
    ///
    /// # Errors
    ///
    /// `ENOMEM`: no memory, or no room in the address space (RLIMIT_AS counts).
    pub(crate) fn map(
        mapping: Arc<CpuMapping>,
        writable: bool,
        owner: KBox<dyn Owner>,
    ) -> Result<Self> {
        let content = Content {
            mapping,
            inherited: false,
            owner: Some(owner),
        };
        Self::new(c"dxg-allocation", writable, content)
    }

    /// Maps the whole of `mapping` read-only, into the calling process and all its future children.
    ///
    /// # Errors
    ///
    /// As for [`Self::map`].
    pub(crate) fn map_inherited(mapping: Arc<CpuMapping>) -> Result<Self> {
        let content = Content {
            mapping,
            inherited: true,
            owner: None,
        };
        Self::new(c"dxg-fence", false, content)
    }

    fn new(name: &'static CStr, writable: bool, content: Content) -> Result<Self> {
        let mapping = content.mapping.clone();
        let bytes = mapping.count() * PAGE_SIZE;
        kernel_pages::leave_for_file(bytes)?;
        let content = KBox::into_raw(KBox::new(content, ACCOUNT)?);
        // A shared mapping of a file that is open read-only stays read-only.
        let access = if writable { c::O_RDWR } else { c::O_RDONLY };
        // SAFETY: The name is a C string, `FOPS` is static and names this module as its owner, and
        // `content` is what the callbacks in `FOPS` expect. `at_load` came first.
        let file = from_err_ptr(unsafe {
            // CAST: a small flag word.
            bindings::dxg_anon_file(name.as_char_ptr(), &FOPS.0, content.cast(), access as c_int)
        })
        .inspect_err(|_| {
            // SAFETY: No file was made, so `content` is still only ours.
            drop(unsafe { KBox::from_raw(content) });
        })?;
        counters::add(Counter::Mappings, 1);
        let file = NonNull::new(file.cast::<File>()).ok_or(ENOMEM)?;
        // SAFETY: The file is new and its one reference is ours; it has no read or write position
        // in use.
        let file = unsafe { ARef::<File>::from_raw(file) };
        // SAFETY: The file is new, its inode is, too, and `release` has it leave.
        unsafe { mapping.adopt(&file) }?;
        super::may_be_delayed();
        let mapped = Self {
            address: map_file(&file, bytes, writable)?,
            file,
            bytes,
        };
        match mapped.fill(&mapping) {
            Ok(()) => Ok(mapped),
            Err(error) => {
                mapped.unmap();
                Err(error)
            }
        }
    }

    /// Inserts all pages of its CPU mapping: one call instead of a page fault for each page.
    ///
    /// This comes after `mmap`: while the kernel sets a mapping up, pages cannot be zapped from it.
    fn fill(&self, mapping: &CpuMapping) -> Result {
        let range = (self.address, self.address + self.bytes);
        self.with_vma(|vma| {
            // SAFETY: The VMA is one of our file, which the CPU mapping has adopted, so that `mmap` below
            // has made it a shared PFN map. A VMA found in the address space is complete; `with_vma` holds
            // the mmap_lock meanwhile, and has checked that the VMA is this very range.
            unsafe { mapping.fill(vma, range) }
        })
        // Another thread has changed the mapping: it gets what it asked for.
        .unwrap_or(Ok(()))
    }

    /// Calls `work` with the VMA, if the calling process still has all of the mapping, in one piece, at its
    /// address. The mmap_lock is held meanwhile.
    fn with_vma<R>(&self, work: impl FnOnce(*mut c::vm_area_struct) -> R) -> Option<R> {
        // SAFETY: No preconditions.
        let mm = unsafe { bindings::dxg_current_mm() };
        if mm.is_null() {
            return None;
        }
        // SAFETY: The caller's address space is live; the file is only compared.
        let vma =
            unsafe { bindings::dxg_vma_lock(mm, self.address, self.bytes, self.file.as_ptr()) };
        if vma.is_null() {
            return None;
        }
        let result = work(vma);
        // SAFETY: It was locked just now.
        unsafe { bindings::dxg_mm_unlock(mm) };
        Some(result)
    }

    /// Maps `bytes` bytes of another driver's file, at an address of the kernel's choice. The mapping belongs
    /// to that driver, and keeps only what the driver has it keep.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and errors of the driver.
    pub(crate) fn of_file(file: &File, bytes: usize, writable: bool) -> Result<Self> {
        super::may_be_delayed();
        let address = map_file(file, bytes, writable)?;
        // SAFETY: No preconditions.
        let mm = unsafe { bindings::dxg_current_mm() };
        // SAFETY: It was mapped there just now, so the caller has an address space.
        let mapped = NonNull::new(unsafe { bindings::dxg_vma_file(mm, address) });
        Ok(Self {
            file: match mapped {
                // SAFETY: The function took a reference. A position of the file is used by its own
                // operations alone, under the lock of their caller; not by us.
                Some(mapped) => unsafe { ARef::from_raw(mapped.cast::<File>()) },
                // Another thread has unmapped it.
                None => file.into(),
            },
            address,
            bytes,
        })
    }

    /// The address of the first byte.
    pub(crate) fn address(&self) -> usize {
        self.address
    }

    /// Whether the calling process still has the whole mapping, in one piece, at its address.
    pub(crate) fn is_mapped(&self) -> bool {
        self.with_vma(|_| ()).is_some()
    }

    /// Removes the mapping from the calling process, unless the process has changed it itself; then its change
    /// stays.
    pub(crate) fn unmap(self) {
        super::may_be_delayed();
        if self.is_mapped() {
            // SAFETY: The range was just found to be our mapping. A thread of the same process
            // that replaces it in between gets what it asked for: an unmapped range.
            unsafe { c::vm_munmap(self.address, self.bytes) };
        }
    }
}

/// Maps the first `bytes` bytes of a file into the calling process.
fn map_file(file: &File, bytes: usize, writable: bool) -> Result<usize> {
    // SAFETY: The file is live; mapping works on the calling process.
    let address = unsafe { bindings::dxg_mmap_shared(file.as_ptr(), bytes, writable) };
    // CAST: an error comes as a negative number in the last page of the address space.
    if address as isize >= -4095 && (address as isize) < 0 {
        return Err(Error::from_errno(address as isize as i32));
    }
    Ok(address)
}

static FOPS: AssertSync<c::file_operations> = AssertSync(c::file_operations {
    owner: compat::this_module(),
    mmap: Some(mmap),
    release: Some(release),
    ..pin_init::zeroed()
});

static VM_OPS: AssertSync<c::vm_operations_struct> = AssertSync(c::vm_operations_struct {
    fault: Some(fault),
    ..pin_init::zeroed()
});

/// Sets up a mapping of the whole CPU mapping, without pages yet.
///
/// # Safety
///
/// The kernel calls it through `FOPS`: `file` is a mapping's file, `vma` is being set up.
unsafe extern "C" fn mmap(file: *mut c::file, vma: *mut c::vm_area_struct) -> c_int {
    // SAFETY: Per the function's contract the file is a mapping's, so its private data is a
    // `Content` that lives until `release`.
    let content = unsafe { &*(*file).private_data.cast::<Content>() };
    // SAFETY: Nothing else uses a VMA that is being set up.
    let vma_ref = unsafe { &mut *vma };
    // SAFETY: A union of the address pair with RCU data, of which the pair is live here.
    let (start, end) = unsafe {
        let range = &vma_ref.__bindgen_anon_1.__bindgen_anon_1;
        (range.vm_start, range.vm_end)
    };
    if vma_ref.vm_pgoff != 0 || (end - start) / PAGE_SIZE != content.mapping.count() {
        return EINVAL.to_errno();
    }
    vma_ref.vm_ops = &VM_OPS.0;
    vma_ref.vm_private_data = core::ptr::from_ref(content).cast_mut().cast::<c_void>();
    // SAFETY: The VMA is being set up, so that its flags may change.
    unsafe { bindings::dxg_vma_set_pfnmap(vma, content.inherited) };
    0
}

/// Inserts pages whose page table entries are gone, as after `mremap`, or after the CPU mapping was unmapped.
/// Whatever may take a while is done with the mmap_lock released, and then the access faults again.
///
/// # Safety
///
/// The kernel calls it through `VM_OPS`, for a VMA that `mmap` above set up.
unsafe extern "C" fn fault(vmf: *mut c::vm_fault) -> c::vm_fault_t {
    // SAFETY: Per the function's contract; the fields are constant during a fault.
    let (vma, address, index) = unsafe {
        let vmf = &(*vmf).__bindgen_anon_1;
        (vmf.vma, vmf.real_address & !(PAGE_SIZE - 1), vmf.pgoff)
    };
    // SAFETY: `mmap` stored the `Content`, which the VMA's file keeps.
    let content = unsafe { &*(*vma).vm_private_data.cast::<Content>() };
    // SAFETY: The VMA is live and does not change during a fault; of the union with RCU data the
    // address pair is live here.
    let end = unsafe { (*vma).__bindgen_anon_1.__bindgen_anon_1.vm_end };
    // SAFETY: The file's CPU mapping has adopted it, and `mmap` has made the VMA a shared PFN map; its
    // address space is locked, and the address is the one that faulted, inside the VMA.
    let try_insert = || unsafe { content.mapping.fault(vma, (address, end), index) };
    let todo = match try_insert() {
        FaultResult::Done(fault) => return fault,
        todo => todo,
    };
    // SAFETY: A VMA keeps its file, on which this takes a reference; no position of it is used.
    let file: ARef<File> = unsafe { File::from_raw_file((*vma).vm_file) }.into();
    // SAFETY: Per the function's contract. If it unlocks, `vma` is not used any more, and `content` is
    // kept by the file.
    if unsafe { bindings::dxg_fault_unlock(vmf, matches!(todo, FaultResult::Away)) } {
        // The second fault reports what has failed.
        content.fault_in(todo, index);
        drop(file);
        return c::vm_fault_reason_VM_FAULT_RETRY;
    }
    if !content.fault_in(todo, index) {
        return c::vm_fault_reason_VM_FAULT_SIGBUS;
    }
    match try_insert() {
        FaultResult::Done(fault) => fault,
        // Nothing is paged in for a thread that is being killed, and a futex would try again for ever.
        _ if killable::check().is_err() => c::vm_fault_reason_VM_FAULT_SIGBUS,
        // The access faults again.
        FaultResult::Missing(_) | FaultResult::Away => c::vm_fault_reason_VM_FAULT_NOPAGE,
    }
}

impl Content {
    /// Serves a fault on a page that was not there. `false` when the page could not be made; the CPU mapping
    /// reports a failed page-in.
    fn fault_in(&self, todo: FaultResult, index: usize) -> bool {
        match todo {
            FaultResult::Done(_) => true,
            FaultResult::Missing(memory) => {
                let made = memory.page(index, Patience::MayWait);
                let made = made.and_then(|page| RBTreeNode::new(index, page, ACCOUNT));
                let Ok(made) = made else { return false };
                self.mapping.hold(made, &memory);
                if let Some(owner) = &self.owner {
                    owner.grown();
                }
                true
            }
            FaultResult::Away => {
                let paged_in = self
                    .owner
                    .as_ref()
                    .map_or(Err(EFAULT), |owner| owner.page_in_for_fault());
                if paged_in.is_err_and(|error| error != EINTR) {
                    self.mapping.fail();
                }
                true
            }
        }
    }
}

/// # Safety
///
/// The kernel calls it through `FOPS`, once, when the last reference on a mapping's file is gone.
unsafe extern "C" fn release(_inode: *mut c::inode, file: *mut c::file) -> c_int {
    // SAFETY: Per the function's contract the private data is the box made by `MappedVma::map`, and
    // nothing can use it any more.
    let content = unsafe { KBox::from_raw((*file).private_data.cast::<Content>()) };
    content.mapping.leave(file);
    drop(content);
    counters::sub(Counter::Mappings, 1);
    0
}

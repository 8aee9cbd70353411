// SPDX-License-Identifier: MIT OR Apache-2.0
//! Allocations: what to make, what was made, and the CPU's access to it.

use crate::{
    call,
    device::OpenDevice,
    gem::{self, Layout},
    handle::AllocationHandle,
    resource::OpenResource,
    DestroyFlags, Error, PageBuf,
};
use std::{
    fmt, mem,
    ops::{Deref, DerefMut},
    ptr::NonNull,
    slice,
    sync::{
        atomic::{AtomicU8, Ordering::Relaxed},
        Arc,
    },
};

/// What one allocation is to be: an element of the array of D3DKMTCreateAllocation2
/// (D3DDDI_ALLOCATIONINFO2).
///
/// ```
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{gem::Buffer, AllocationInfo, PageBuf};
///
/// // Video memory:
/// let buffer = AllocationInfo::buffer(Buffer::new(1 << 20));
/// // The same, in the caller's memory:
/// let preallocated = AllocationInfo::buffer(Buffer::new(1 << 20)).memory(PageBuf::new(1 << 20)?);
/// // The caller's memory as it is, a standard allocation:
/// let heap = AllocationInfo::existing_heap(PageBuf::new(1 << 20)?);
/// # let _ = (buffer, preallocated, heap);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct AllocationInfo {
    pub(crate) content: Content,
    pub(crate) memory: Memory,
    pub(crate) priority: Option<u32>,
    pub(crate) primary: Option<u32>,
}

/// What the driver is told about an allocation.
#[derive(Debug)]
pub(crate) enum Content {
    /// Private data of the gem miniport, whose answer tells the size.
    Gem(Vec<u8>),
    /// Private data of some driver.
    Opaque(Vec<u8>),
    /// Nothing: a standard allocation.
    ExistingHeap,
}

/// System memory that the caller gives.
#[derive(Debug)]
pub(crate) enum Memory {
    None,
    Owned(PageBuf),
    Borrowed(NonNull<u8>, usize),
}

// SAFETY: A borrowed range is only an address here; who handed it in promised that the allocation
// may use the memory, from whichever thread.
unsafe impl Send for Memory {}
// SAFETY: As above; `&Memory` gives no access to a borrowed range.
unsafe impl Sync for Memory {}

impl Memory {
    pub(crate) fn base(&self) -> Option<NonNull<u8>> {
        match self {
            Self::None => None,
            Self::Owned(memory) => Some(memory.base()),
            Self::Borrowed(base, _) => Some(*base),
        }
    }

    pub(crate) fn bytes(&self) -> Option<usize> {
        match self {
            Self::None => None,
            Self::Owned(memory) => Some(memory.len()),
            Self::Borrowed(_, bytes) => Some(*bytes),
        }
    }
}

impl AllocationInfo {
    fn new(content: Content, memory: Memory) -> Self {
        Self {
            content,
            memory,
            priority: None,
            primary: None,
        }
    }

    /// Linear bytes on a DRM device.
    pub fn buffer(buffer: gem::Buffer) -> Self {
        Self::new(Content::Gem(buffer.private_data()), Memory::None)
    }

    /// An image on a DRM device.
    pub fn surface(surface: gem::Surface) -> Self {
        Self::new(Content::Gem(surface.private_data()), Memory::None)
    }

    /// Whatever the private driver data means to the driver. Its size is not known here, so that
    /// it can only be locked with [`Allocation::lock_sized`].
    pub fn private_data(data: impl Into<Vec<u8>>) -> Self {
        Self::new(Content::Opaque(data.into()), Memory::None)
    }

    /// The standard allocation D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP: `memory` itself, all of
    /// it (case 30). It goes alone into a call.
    pub fn existing_heap(memory: PageBuf) -> Self {
        Self::new(Content::ExistingHeap, Memory::Owned(memory))
    }

    /// [`Self::existing_heap`] of memory that somebody else owns.
    ///
    /// # Safety
    ///
    /// `base` and the `bytes` after it are mapped readable and writable until the allocation is
    /// destroyed, and nobody else reads or writes them while a [`Lock`] of it lives. Once it has been
    /// mapped for the GPU ([`PagingQueue::map_gpu_va`](crate::PagingQueue::map_gpu_va)), nobody does
    /// until it is destroyed and every command that uses it has ended.
    pub unsafe fn existing_heap_at(base: NonNull<u8>, bytes: usize) -> Self {
        Self::new(Content::ExistingHeap, Memory::Borrowed(base, bytes))
    }

    /// Puts the allocation into `memory` (pSystemMem) instead of video memory (cases 60 and 81).
    pub fn memory(mut self, memory: PageBuf) -> Self {
        self.memory = Memory::Owned(memory);
        self
    }

    /// [`Self::memory`] that somebody else owns.
    ///
    /// # Safety
    ///
    /// As for [`Self::existing_heap_at`].
    pub unsafe fn memory_at(mut self, base: NonNull<u8>, bytes: usize) -> Self {
        self.memory = Memory::Borrowed(base, bytes);
        self
    }

    /// Overrides the priority that the driver would give (case 84), such as 0x78000000 for
    /// D3DDDI_ALLOCATIONPRIORITY_NORMAL. 0 is refused.
    pub fn priority(mut self, priority: u32) -> Self {
        self.priority = Some(priority);
        self
    }

    /// Makes it the primary surface of a video present source.
    pub fn primary(mut self, source: u32) -> Self {
        self.primary = Some(source);
        self
    }
}

/// What keeps an allocation in existence.
#[derive(Debug)]
pub(crate) enum Owner {
    /// A stand-alone allocation is destroyed by itself.
    Device(Arc<OpenDevice>),
    /// A member is destroyed with its resource, at the latest.
    Resource(Arc<OpenResource>),
}

impl Owner {
    fn device(&self) -> &Arc<OpenDevice> {
        match self {
            Self::Device(device) => device,
            Self::Resource(resource) => resource.device(),
        }
    }
}

/// An allocation.
///
/// It keeps its device alive, and its resource if it is of one. A stand-alone allocation is
/// destroyed when it is dropped, a member of a resource with its resource. Memory of the caller
/// that it was made of belongs to it until then.
///
/// It can be sent to and used from any thread: the handle is the process's, and the kernel locks
/// for itself. The bytes are reached through `&mut self`, by one [`Lock`] at a time. Those of an
/// allocation that the GPU can write to are copied instead ([`Self::read`], [`Self::write`]).
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{AllocationInfo, Dxg, PageBuf};
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
///
/// let mut memory = PageBuf::new(1 << 20)?;
/// memory[0] = 1;
/// let mut allocation = device.allocate(AllocationInfo::existing_heap(memory))?;
/// {
///     let mut bytes = allocation.lock()?;
///     assert_eq!(bytes[0], 1);
///     bytes[1] = 2;
/// }
/// let memory = allocation.destroy()?.expect("it was made of memory");
/// assert_eq!(memory[..2], [1, 2]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Allocation {
    open: Arc<OpenAllocation>,
    size: Option<usize>,
    private_data: Vec<u8>,
    layout: Option<Layout>,
    /// Others may have the same bytes.
    shared: bool,
    /// Commands may use the same bytes.
    mapped: bool,
}

/// The handle, destroyed when nobody needs it any more, and the memory behind it.
#[derive(Debug)]
pub(crate) struct OpenAllocation {
    // Declared before `memory`: what the kernel has goes first.
    owner: Owner,
    handle: AllocationHandle,
    memory: Memory,
}

impl OpenAllocation {
    /// Takes the memory out, and drops what is not the caller's alone.
    fn take_memory(&mut self, alone: bool) -> Option<PageBuf> {
        match mem::replace(&mut self.memory, Memory::None) {
            Memory::Owned(memory) if alone => Some(memory),
            _ => None,
        }
    }
}

impl Drop for OpenAllocation {
    fn drop(&mut self) {
        // The handle is 0 after `Allocation::destroy`; a member goes with its resource.
        if let (Owner::Device(device), 1..) = (&self.owner, self.handle.0) {
            let flags = DestroyFlags::empty();
            let _ = call::destroy_allocation(device.dxg(), device.handle(), self.handle, flags);
        }
    }
}

impl Allocation {
    /// Takes over what the kernel has just made of `info`, whose private data it wrote back to.
    pub(crate) fn new(
        owner: Owner,
        handle: AllocationHandle,
        info: AllocationInfo,
        shared: bool,
    ) -> Self {
        let (private_data, layout, size) = match info.content {
            Content::Gem(data) => {
                let layout = Layout::read(&data);
                let size = layout.and_then(|layout| usize::try_from(layout.bytes).ok());
                (data, layout, size)
            }
            Content::Opaque(data) => (data, None, None),
            Content::ExistingHeap => (Vec::new(), None, info.memory.bytes()),
        };
        let memory = info.memory;
        Self {
            open: Arc::new(OpenAllocation {
                owner,
                handle,
                memory,
            }),
            size,
            private_data,
            layout,
            shared,
            mapped: false,
        }
    }

    /// Takes over what the kernel has just opened.
    pub(crate) fn opened(owner: Owner, handle: AllocationHandle, private_data: Vec<u8>) -> Self {
        let content = match Layout::read(&private_data) {
            Some(_) => Content::Gem(private_data),
            None => Content::Opaque(private_data),
        };
        let info = AllocationInfo::new(content, Memory::None);
        Self::new(owner, handle, info, true)
    }

    /// Takes over what the kernel has just opened by a dma-buf of that many bytes.
    pub(crate) fn of_dma_buf(owner: Owner, handle: AllocationHandle, bytes: usize) -> Self {
        let mut opened = Self::opened(owner, handle, Vec::new());
        opened.size = Some(bytes);
        opened
    }

    pub(crate) fn device(&self) -> &OpenDevice {
        self.open.owner.device()
    }

    /// From now on others may have the same bytes. What it needs for a call.
    pub(crate) fn share(&mut self) -> &OpenDevice {
        self.shared = true;
        self.open.owner.device()
    }

    /// From now on commands may use the same bytes, even after the mapping is gone: nothing says which
    /// commands those are. What a mapping keeps alive.
    pub(crate) fn map(&mut self) -> &Arc<OpenAllocation> {
        self.mapped = true;
        &self.open
    }

    /// Whether nobody else reads or writes the bytes.
    fn alone(&self) -> bool {
        !self.shared && !self.mapped
    }

    /// Whether the memory that the allocation was made of is as large as the driver made it.
    pub(crate) fn check_size(&self) -> Result<(), Error> {
        match (self.size, self.open.memory.bytes()) {
            (Some(needed), Some(given)) if needed > given => Err(Error::MemoryTooSmall {
                needed: needed as u64,
                given,
            }),
            _ => Ok(()),
        }
    }

    /// The allocation's handle.
    pub fn handle(&self) -> AllocationHandle {
        self.open.handle
    }

    /// Its size in bytes, where this crate knows it: for the gem miniport's allocations and for
    /// existing heaps, and for what was opened by a dma-buf.
    pub fn size(&self) -> Option<usize> {
        self.size
    }

    /// How the gem miniport laid it out.
    pub fn layout(&self) -> Option<Layout> {
        self.layout
    }

    /// The private driver data as the driver left it (case 85).
    pub fn private_data(&self) -> &[u8] {
        &self.private_data
    }

    /// The caller's memory that it was made of. `None` for video memory, for memory that was
    /// borrowed, and for what is shared or has been mapped for the GPU: others may write to it at any
    /// time.
    pub fn memory(&self) -> Option<&[u8]> {
        match &self.open.memory {
            Memory::Owned(memory) if self.alone() => Some(memory),
            _ => None,
        }
    }

    /// [`Self::memory`], to write to.
    // Not as `PageBuf`, which could be exchanged for another while the kernel uses this one.
    pub fn memory_mut(&mut self) -> Option<&mut [u8]> {
        if !self.alone() {
            return None;
        }
        match &mut Arc::get_mut(&mut self.open)?.memory {
            Memory::Owned(memory) => Some(memory),
            _ => None,
        }
    }

    /// Makes the bytes reachable for the CPU (D3DKMTLock2, case 212). It does not wait for the GPU: synchronizing with
    /// it is up to whoever submitted the work (case 216).
    ///
    /// # Errors
    ///
    /// [`Error::SizeUnknown`] when [`Self::size`] is `None`, [`Error::Shared`] for an allocation of a
    /// shared resource, or that others have as a dma-buf, [`Error::Mapped`] for one that has been mapped
    /// for the GPU. `INVALID_PARAMETER` for an allocation that is not CPU-visible (case 218), `NO_MEMORY`,
    /// `DEVICE_REMOVED` when the adapter was unplugged (case 223).
    pub fn lock(&mut self) -> Result<Lock<'_>, Error> {
        if self.shared {
            return Err(Error::Shared);
        }
        if self.mapped {
            return Err(Error::Mapped);
        }
        let bytes = self.size.ok_or(Error::SizeUnknown)?;
        // SAFETY: The size is what the driver or the caller of the creation gave the allocation,
        // which nobody else has.
        unsafe { self.lock_sized(bytes) }
    }

    /// [`Self::lock`] of an allocation whose size this crate does not know, that is shared, or that has
    /// been mapped for the GPU.
    ///
    /// # Errors
    ///
    /// As for [`Self::lock`], without `SizeUnknown`, `Shared` and `Mapped`.
    ///
    /// # Safety
    ///
    /// The allocation has at least `bytes` bytes, and so has memory that it was made of. If it is
    /// shared or has been mapped, nobody, commands included, writes to what is read through the
    /// [`Lock`], or reads what is written; the memory of this process that it was made of stays where
    /// it was; and if it was opened for reading only, nothing is written: that would end the program.
    pub unsafe fn lock_sized(&mut self, bytes: usize) -> Result<Lock<'_>, Error> {
        let device = self.open.owner.device();
        let address = call::lock(device.dxg(), device.handle(), self.open.handle)?;
        Ok(Lock {
            allocation: self,
            address,
            bytes,
        })
    }

    /// Copies bytes into the allocation, `offset` bytes behind its first, also if the GPU can use it
    /// (D3DKMTLock2, D3DKMTUnlock2). Commands that are submitted later see them; one that runs meanwhile
    /// sees some of them.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`] for bytes that the allocation does not have. As for [`Self::lock`], without
    /// `Mapped`.
    pub fn write(&mut self, offset: usize, bytes: &[u8]) -> Result<(), Error> {
        let lock = self.lock_to_copy()?;
        let places = lock.part(offset, bytes.len())?;
        for (place, &byte) in places.iter().zip(bytes) {
            place.store(byte, Relaxed);
        }
        lock.unlock()
    }

    /// Copies bytes out of the allocation, from `offset` bytes behind its first on, also if the GPU can
    /// use it (D3DKMTLock2, D3DKMTUnlock2). What commands have written is there once their submission
    /// has ended.
    ///
    /// # Errors
    ///
    /// As for [`Self::write`].
    pub fn read(&mut self, offset: usize, bytes: &mut [u8]) -> Result<(), Error> {
        let lock = self.lock_to_copy()?;
        let places = lock.part(offset, bytes.len())?;
        for (byte, place) in bytes.iter_mut().zip(places) {
            *byte = place.load(Relaxed);
        }
        lock.unlock()
    }

    /// A lock that is only used byte by byte ([`Lock::part`]).
    fn lock_to_copy(&mut self) -> Result<Lock<'_>, Error> {
        if self.shared {
            return Err(Error::Shared);
        }
        let bytes = self.size.ok_or(Error::SizeUnknown)?;
        // SAFETY: As in `lock`. Commands may write as well, but all access is by atomic operations.
        unsafe { self.lock_sized(bytes) }
    }

    /// Destroys the allocation and says whether that worked (D3DKMTDestroyAllocation2, case 106).
    /// It gives back the memory that the allocation was made of, unless it has been mapped for the
    /// GPU. Dropping a stand-alone allocation destroys it as well, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when mappings of it, or submissions that use these, are alive: the last of
    /// them destroys it. `INVALID_PARAMETER` for a member of a shared resource: those go as a whole
    /// (case 116).
    pub fn destroy(self) -> Result<Option<PageBuf>, Error> {
        self.destroy_with(DestroyFlags::empty())
    }

    /// [`Self::destroy`] with flags: not waiting for queued work of the device, waiting until the
    /// memory is free (cases 120 and 121).
    ///
    /// # Errors
    ///
    /// As for [`Self::destroy`], and `INVALID_PARAMETER` for flags that are not for callers.
    pub fn destroy_with(self, flags: DestroyFlags) -> Result<Option<PageBuf>, Error> {
        let alone = self.alone();
        let mut open = Arc::try_unwrap(self.open).map_err(|_| Error::InUse("allocation"))?;
        let device = open.owner.device();
        call::destroy_allocation(device.dxg(), device.handle(), open.handle, flags)?;
        open.handle = AllocationHandle(0);
        Ok(open.take_memory(alone))
    }

    /// Takes the memory out, for its owner, when the kernel has none of the allocation left. Memory
    /// that is shared or has been mapped does not come back: others may still have it.
    pub(crate) fn take_memory(&mut self) -> Option<PageBuf> {
        let alone = self.alone();
        Arc::get_mut(&mut self.open)?.take_memory(alone)
    }
}

/// The bytes of a locked allocation, until it is dropped (D3DKMTUnlock2).
pub struct Lock<'a> {
    allocation: &'a mut Allocation,
    address: NonNull<u8>,
    bytes: usize,
}

// SAFETY: A lock is an exclusive borrow of bytes, which any thread may read or write, and the
// kernel lets any thread of the process unlock.
unsafe impl Send for Lock<'_> {}
// SAFETY: As above; `&Lock` only reads.
unsafe impl Sync for Lock<'_> {}

impl Lock<'_> {
    /// Unlocks and says whether that worked. Dropping the lock does the same, without saying.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` when the allocation is not locked (case 214): somebody else unlocked it
    /// by its handle.
    pub fn unlock(self) -> Result<(), Error> {
        let result = self.call();
        mem::forget(self);
        result
    }

    fn call(&self) -> Result<(), Error> {
        let open = &self.allocation.open;
        let device = open.owner.device();
        call::unlock(device.dxg(), device.handle(), open.handle)
    }

    /// Bytes of it, for access while others have it.
    fn part(&self, offset: usize, bytes: usize) -> Result<&[AtomicU8], Error> {
        // SAFETY: As in `deref`, and atomic operations may meet others.
        let all =
            unsafe { slice::from_raw_parts(self.address.as_ptr().cast::<AtomicU8>(), self.bytes) };
        offset
            .checked_add(bytes)
            .and_then(|end| all.get(offset..end))
            .ok_or(Error::Argument("the allocation does not have these bytes"))
    }
}

impl Deref for Lock<'_> {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: The kernel mapped the whole allocation here, readable and initialized, and keeps
        // it mapped until Unlock2. `lock_sized`'s caller vouches for the size. The borrow of the
        // allocation keeps other locks, and the caller's own memory behind it, out of reach.
        unsafe { slice::from_raw_parts(self.address.as_ptr(), self.bytes) }
    }
}

impl DerefMut for Lock<'_> {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: As in `deref`; the mapping is writable, and `self` is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(self.address.as_ptr(), self.bytes) }
    }
}

impl Drop for Lock<'_> {
    fn drop(&mut self) {
        let _ = self.call();
    }
}

impl fmt::Debug for Lock<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lock")
            .field("allocation", &self.allocation.open.handle)
            .field("address", &self.address)
            .field("bytes", &self.bytes)
            .finish()
    }
}

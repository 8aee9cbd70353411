// SPDX-License-Identifier: GPL-2.0

//! [`Process`]: what one process (thread group) has on `/dev/dxg`, through all its descriptors.

use super::{
    context::Context,
    device::Device,
    gpu_space::GpuSpace,
    handle_table::{
        HandleTable,
        TableError, //
    },
    open_allocation::OpenAllocation,
    open_resource::OpenResource,
    paging_queue::PagingQueue,
    sync_object::SyncObject, //
};
use crate::{
    core::objects::{
        adapter::{
            Adapter,
            OpenAdapter, //
        },
        adapter_list::Luid, //
    },
    counters::{
        Counted,
        Counter, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        killable,
        pid::ProcessId,
        trace, //
    },
    vidmm::account::Account, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// What a handle names.
#[derive(Clone)]
pub(crate) enum Object {
    Adapter(Arc<OpenAdapter>),
    Device(Arc<Device>),
    Resource(Arc<OpenResource>),
    Allocation(Arc<OpenAllocation>),
    PagingQueue(Arc<PagingQueue>),
    Sync(Arc<SyncObject>),
    Context(Arc<Context>),
}

impl Object {
    /// Whether both are the same object.
    pub(crate) fn is(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Adapter(a), Self::Adapter(b)) => Arc::ptr_eq(a, b),
            (Self::Device(a), Self::Device(b)) => Arc::ptr_eq(a, b),
            (Self::Resource(a), Self::Resource(b)) => Arc::ptr_eq(a, b),
            (Self::Allocation(a), Self::Allocation(b)) => Arc::ptr_eq(a, b),
            (Self::PagingQueue(a), Self::PagingQueue(b)) => Arc::ptr_eq(a, b),
            (Self::Sync(a), Self::Sync(b)) => Arc::ptr_eq(a, b),
            (Self::Context(a), Self::Context(b)) => Arc::ptr_eq(a, b),
            _ => false,
        }
    }
}

impl Object {
    /// Its handle was taken out, while calls may still use it: they end as well.
    pub(in crate::core) fn end(&self) {
        if let Self::Context(context) = self {
            context.close();
        }
    }
}

impl From<TableError> for NtStatus {
    fn from(_: TableError) -> Self {
        NtStatus::NO_MEMORY
    }
}

/// One process. All its descriptors of the node share one handle table.
#[pin_data]
pub(crate) struct Process {
    id: ProcessId,
    #[pin]
    table: Mutex<HandleTable<Object>>,
    /// The process's usage on each adapter that it created a device on.
    #[pin]
    accounts: Mutex<KVVec<(Luid, Arc<Account>)>>,
    /// The process's GPU virtual addresses on each adapter that it created a device on, or reserved some of.
    #[pin]
    spaces: Mutex<KVVec<(Luid, Arc<GpuSpace>)>>,
    _counted: Counted,
}

impl Process {
    pub(in crate::core) fn new(id: ProcessId) -> NtResult<Arc<Self>> {
        let table = HandleTable::new()?;
        Ok(Arc::pin_init(
            pin_init!(Self {
                id,
                table <- new_mutex!(table, "Process::table"),
                accounts <- new_mutex!(KVVec::new(), "Process::accounts"),
                spaces <- new_mutex!(KVVec::new(), "Process::spaces"),
                _counted: Counted::new(Counter::Processes),
            }),
            ACCOUNT,
        )?)
    }

    pub(crate) fn id(&self) -> &ProcessId {
        &self.id
    }

    /// The process on an adapter, in the form that tracepoints record.
    pub(crate) fn trace_owner(&self, adapter: &Adapter) -> trace::Owner {
        trace::Owner {
            adapter: adapter.luid().0,
            process: self.id.pid(),
        }
    }

    /// The object that a handle names.
    pub(in crate::core) fn get(&self, handle: Handle) -> Option<Object> {
        self.table.lock().get(handle).cloned()
    }

    /// The adapter that a handle names; INVALID_PARAMETER for anything else (case 256).
    pub(crate) fn adapter(&self, handle: Handle) -> NtResult<Arc<Adapter>> {
        match self.get(handle) {
            Some(Object::Adapter(open)) => Ok(open.adapter().clone()),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// The device that a handle names; INVALID_PARAMETER for anything else (cases 38, 256).
    pub(crate) fn device(&self, handle: Handle) -> NtResult<Arc<Device>> {
        match self.get(handle) {
            Some(Object::Device(device)) => Ok(device),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// The resource that a handle names, if it names one.
    pub(crate) fn resource(&self, handle: Handle) -> Option<Arc<OpenResource>> {
        match self.get(handle) {
            Some(Object::Resource(resource)) => Some(resource),
            _ => None,
        }
    }

    /// The allocation that a handle names, on that device; INVALID_PARAMETER for anything else.
    pub(crate) fn allocation(
        &self,
        device: &Arc<Device>,
        handle: Handle,
    ) -> NtResult<Arc<OpenAllocation>> {
        match self.get(handle) {
            Some(Object::Allocation(open)) if Arc::ptr_eq(open.device(), device) => Ok(open),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// The handle of an object's owner.
    #[allow(dead_code, reason = "not every miniport calls back for it")]
    pub(in crate::core) fn parent(&self, handle: Handle) -> Option<Handle> {
        self.with_table(|table| table.parent(handle))
    }

    /// The handle of an object's child at an index, or the number of children.
    #[allow(dead_code, reason = "not every miniport calls back for it")]
    pub(in crate::core) fn child(&self, handle: Handle, index: usize) -> Result<Handle, usize> {
        self.with_table(|table| {
            let mut child = table.first_child(handle);
            let mut count = 0;
            while !child.is_null() && count < index {
                child = table.next_sibling(child);
                count += 1;
            }
            if child.is_null() {
                return Err(count);
            }
            Ok(child)
        })
    }

    /// The paging queue that a handle names; INVALID_PARAMETER for anything else (case 256).
    pub(crate) fn paging_queue(&self, handle: Handle) -> NtResult<Arc<PagingQueue>> {
        match self.get(handle) {
            Some(Object::PagingQueue(queue)) => Ok(queue),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// The synchronisation object that a handle names, on that device; INVALID_PARAMETER for anything
    /// else.
    pub(crate) fn sync_object(
        &self,
        device: &Arc<Device>,
        handle: Handle,
    ) -> NtResult<Arc<SyncObject>> {
        match self.get(handle) {
            Some(Object::Sync(object)) if Arc::ptr_eq(object.device(), device) => Ok(object),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// Visits the process's usage on each of its adapters, in the order of the LUIDs.
    pub(crate) fn for_each_account(&self, mut each: impl FnMut(Luid, &Account)) {
        let mut last = 0;
        // One at a time, because `each` takes other locks. No adapter has the LUID 0.
        while let Some((luid, account)) = self.account_after(last) {
            last = luid.0;
            each(luid, &account);
        }
    }

    fn account_after(&self, last: u64) -> Option<(Luid, Arc<Account>)> {
        let accounts = self.accounts.lock();
        let later = accounts.iter().filter(|(luid, _)| luid.0 > last);
        let next = later.min_by_key(|(luid, _)| luid.0);
        next.map(|(luid, account)| (*luid, account.clone()))
    }

    /// Drops the accounts of adapters that have gone: adapters may come and go without limit.
    fn drop_accounts_that_are_over(&self) {
        loop {
            let mut accounts = self.accounts.lock();
            let over = accounts.iter().position(|(_, account)| account.is_over());
            let over = over.and_then(|position| accounts.remove(position).ok());
            // Releases the lock before the account is dropped.
            drop(accounts);
            if over.is_none() {
                return;
            }
        }
    }

    /// The process's usage on an adapter, if it has created a device there.
    pub(crate) fn existing_account(&self, adapter: &Adapter) -> Option<Arc<Account>> {
        find(&self.accounts.lock(), adapter.luid())
    }

    /// The process's usage on an adapter.
    pub(crate) fn account(&self, adapter: &Adapter) -> NtResult<Arc<Account>> {
        let luid = adapter.luid();
        if let Some(account) = find(&self.accounts.lock(), luid) {
            return Ok(account);
        }
        self.drop_accounts_that_are_over();
        let owner = self.trace_owner(adapter);
        let account = Account::new(adapter.vidmm().clone(), owner)?;
        let mut accounts = self.accounts.lock();
        if let Some(first) = find(&accounts, luid) {
            return Ok(first);
        }
        accounts.push((luid, account.clone()), ACCOUNT)?;
        Ok(account)
    }

    /// The GPU virtual addresses of the process on an adapter.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn gpu_space(&self, adapter: &Arc<Adapter>) -> NtResult<Arc<GpuSpace>> {
        let luid = adapter.luid();
        if let Some(space) = find(&self.spaces.lock(), luid) {
            return Ok(space);
        }
        self.drop_spaces_that_are_over();
        let space = GpuSpace::new(adapter.clone())?;
        let mut spaces = self.spaces.lock();
        if let Some(first) = find(&spaces, luid) {
            // Releases the lock before the new space is dropped.
            drop(spaces);
            return Ok(first);
        }
        spaces.push((luid, space.clone()), ACCOUNT)?;
        Ok(space)
    }

    /// Drops the address spaces of adapters that have gone: adapters may come and go without limit.
    fn drop_spaces_that_are_over(&self) {
        let mut place = 0;
        // One at a time, because `is_over` takes other locks.
        while let Some(space) = self.space_at(place) {
            if !space.is_over() {
                place += 1;
                continue;
            }
            let mut spaces = self.spaces.lock();
            let over = spaces.iter().position(|(_, of)| Arc::ptr_eq(of, &space));
            let over = over.and_then(|position| spaces.remove(position).ok());
            // Releases the lock before the space is dropped.
            drop(spaces);
            drop(over);
        }
    }

    fn space_at(&self, place: usize) -> Option<Arc<GpuSpace>> {
        let spaces = self.spaces.lock();
        spaces.get(place).map(|(_, space)| space.clone())
    }

    /// Reserves the next `count` handles.
    pub(crate) fn alloc_handles(&self, count: usize) -> NtResult<Reservation<'_>> {
        let mut handles = KVVec::from_elem(Handle::NULL, count, ACCOUNT)?;
        self.table.lock().alloc_handles(&mut handles)?;
        Ok(Reservation {
            process: self,
            handles,
        })
    }

    /// Runs `f` with the handle table locked. `f` must neither drop objects nor access user memory.
    pub(in crate::core) fn with_table<R>(
        &self,
        f: impl FnOnce(&mut HandleTable<Object>) -> R,
    ) -> R {
        f(&mut self.table.lock())
    }

    /// Destroys the objects below a handle that was taken out, and frees memory of the table; `keep` may take an
    /// object over. If the process is killed meanwhile, the remaining objects are destroyed with it.
    pub(in crate::core) fn reap(&self, handle: Handle, mut keep: impl FnMut(Object)) {
        loop {
            // Releases the lock before the object is dropped.
            let Some(mut ended) = self.table.lock().take_descendant(handle) else {
                break;
            };
            if let Some(object) = ended.object.take() {
                object.end();
                keep(object);
            }
            drop(ended);
            if killable::is_dying() {
                break;
            }
        }
        let leaf = self.table.lock().take_empty_leaf(handle);
        drop(leaf);
    }
}

fn find<T>(list: &[(Luid, Arc<T>)], luid: Luid) -> Option<Arc<T>> {
    list.iter()
        .find(|(of, _)| *of == luid)
        .map(|(_, found)| found.clone())
}

/// Handles that are reserved, but name nothing yet. Dropping the reservation frees them.
pub(crate) struct Reservation<'a> {
    process: &'a Process,
    handles: KVVec<Handle>,
}

impl Reservation<'_> {
    pub(crate) fn handles(&self) -> &[Handle] {
        &self.handles
    }

    /// Makes the reserved handles name `objects`, in their order, at the top level of the table.
    pub(crate) fn publish(self, objects: KVVec<Object>) -> NtResult {
        self.publish_below(None, objects, false)
    }

    /// Makes the reserved handles name `objects`, in their order: the first one below `owner`; the
    /// others below the first one if `nested`, else beside it.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER when the handle of `owner` no longer names that object; then nothing is
    /// published, and the objects are dropped.
    pub(crate) fn publish_below(
        self,
        owner: Option<(Handle, &Object)>,
        objects: KVVec<Object>,
        nested: bool,
    ) -> NtResult {
        let mut objects = objects.into_iter();
        let mut handles = self.handles.iter().copied();
        let mut refused = None;
        {
            let mut table = self.process.table.lock();
            let parent = match owner {
                Some((handle, owner)) => {
                    if !table.get(handle).is_some_and(|named| named.is(owner)) {
                        return Err(NtStatus::INVALID_PARAMETER);
                    }
                    handle
                }
                None => Handle::NULL,
            };
            let mut below = parent;
            while let (Some(handle), Some(object)) = (handles.next(), objects.next()) {
                // This cannot fail: the handle is reserved, and its owner was found live under this very
                // lock.
                if let Err(object) = table.publish(handle, object, below) {
                    refused = Some(object);
                    break;
                }
                if nested && below == parent {
                    below = handle;
                }
            }
        }
        match refused {
            Some(_) => Err(NtStatus::INVALID_PARAMETER),
            None => Ok(()),
        }
    }
}

impl Drop for Reservation<'_> {
    fn drop(&mut self) {
        // Handles that were published are not reserved any more, and stay.
        self.process.table.lock().cancel(&self.handles);
    }
}

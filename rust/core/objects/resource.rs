// SPDX-License-Identifier: GPL-2.0

//! [`Resource`]: allocations that belong together, with the data that the runtime and the user-mode
//! driver attached.

use super::adapter::Adapter;
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::Cookie,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult, //
};
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        CondVar,
        Mutex, //
    }, //
};

/// The adapter's half of a resource: it may outlive the device that created it.
#[pin_data]
pub(crate) struct Resource {
    adapter: Arc<Adapter>,
    /// Created with CreateShared, or opened by a dma-buf: its set of allocations never changes (cases 93,
    /// 116).
    shared: bool,
    /// The runtime's data, for other openers.
    runtime_data: KVVec<u8>,
    #[pin]
    state: Mutex<State>,
    #[pin]
    idle: CondVar,
    _counted: Counted,
}

impl Resource {
    pub(in crate::core) fn new(
        adapter: Arc<Adapter>,
        shared: bool,
        runtime_data: KVVec<u8>,
        private_data: KVVec<u8>,
    ) -> NtResult<impl PinInit<Self>> {
        let unset = State {
            adapter: adapter.clone(),
            cookie: None,
            private_data: Arc::new(private_data, ACCOUNT)?,
            busy: false,
        };
        Ok(pin_init!(Self {
            adapter,
            shared,
            runtime_data,
            state <- new_mutex!(unset, "Resource::state"),
            idle <- new_condvar!("Resource::idle"),
            _counted: Counted::new(Counter::Resources),
        }))
    }

    pub(in crate::core) fn adapter(&self) -> &Arc<Adapter> {
        &self.adapter
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    pub(crate) fn runtime_data(&self) -> &[u8] {
        &self.runtime_data
    }

    /// The user-mode driver's data, for the miniport and other openers.
    pub(crate) fn private_data(&self) -> Arc<KVVec<u8>> {
        self.state.lock().private_data.clone()
    }

    /// Replaces the user-mode driver's data (case 92).
    pub(in crate::core) fn replace_private_data(&self, data: Arc<KVVec<u8>>) {
        let mut state = self.state.lock();
        let old = core::mem::replace(&mut state.private_data, data);
        drop(state);
        drop(old);
    }

    /// The miniport's current cookie.
    pub(in crate::core) fn cookie(&self) -> Option<Cookie> {
        self.state.lock().cookie.clone()
    }

    /// Locks the miniport's cookie for one call that may set or replace it; other such calls wait.
    pub(in crate::core) fn lock_cookie(&self) -> CookieGuard<'_> {
        let mut state = self.state.lock();
        while state.busy {
            self.idle.wait(&mut state);
        }
        state.busy = true;
        CookieGuard {
            cookie: state.cookie.clone(),
            resource: self,
        }
    }
}

/// The part of a resource that changes: the miniport's cookie, and whether a call may be replacing it.
struct State {
    adapter: Arc<Adapter>,
    cookie: Option<Cookie>,
    private_data: Arc<KVVec<u8>>,
    busy: bool,
}

/// The right to replace a resource's cookie. Unless [`CookieGuard::commit`] is called, the old one stays.
pub(in crate::core) struct CookieGuard<'a> {
    pub(in crate::core) cookie: Option<Cookie>,
    resource: &'a Resource,
}

impl CookieGuard<'_> {
    /// The call has succeeded: the cookie that it left becomes the resource's.
    pub(in crate::core) fn commit(mut self) {
        let mut state = self.resource.state.lock();
        core::mem::swap(&mut state.cookie, &mut self.cookie);
        // The old cookie is dropped with the guard, after the lock.
        drop(state);
    }
}

impl Drop for CookieGuard<'_> {
    fn drop(&mut self) {
        self.resource.state.lock().busy = false;
        self.resource.idle.notify_one();
    }
}

impl Drop for State {
    fn drop(&mut self) {
        if let Some(cookie) = self.cookie.take() {
            self.adapter.miniport().destroy_resource(cookie);
        }
    }
}

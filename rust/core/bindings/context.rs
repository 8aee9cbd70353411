// SPDX-License-Identifier: GPL-2.0

//! [`Context`]: the order in which a device's work is done on a node (D3DKMTCreateContextVirtual).

use super::device::Device;
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::{
        execution::{
            ContextFlags,
            CreateContext,
            Execution, //
        },
        Cookie, //
    },
    mem::{
        as_dyn,
        ACCOUNT, //
    },
    sched::channel::Channel,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::{
    rbtree::RBTreeNodeReservation,
    sync::Arc, //
};

/// How a context is to be.
#[derive(Clone, Copy)]
pub(crate) struct ContextOptions {
    pub(crate) node: u32,
    pub(crate) engine_affinity: u32,
    /// Nothing is executed; packets end in their order (case 447).
    pub(crate) null_rendering: bool,
    /// Its packets may take as long as they like (case 449).
    pub(crate) disable_gpu_timeout: bool,
    /// It takes waits and signals alone (case 450).
    pub(crate) synchronization_only: bool,
}

/// A context. Dropping it ends its work: what runs is waited for, what has not begun is abandoned (cases 461, 462).
pub(crate) struct Context {
    channel: Arc<Channel>,
    engine: Arc<dyn Execution>,
    cookie: Option<Cookie>,
    device: Arc<Device>,
    options: ContextOptions,
    _counted: Counted,
}

impl Context {
    /// # Errors
    ///
    /// - INVALID_PARAMETER: there is no such node (case 444). NO_MEMORY.
    /// - Errors of the miniport (case 454).
    pub(crate) fn new(
        device: &Arc<Device>,
        options: ContextOptions,
        private_data: &mut [u8],
    ) -> NtResult<Arc<Self>> {
        let nodes = device.adapter().nodes();
        let node = nodes.node(options.node)?.clone();
        let engine = nodes.engine().ok_or(NtStatus::INVALID_PARAMETER)?.clone();
        let space = device.gpu_space().clone();
        let cookie = engine.create_context(CreateContext {
            node: options.node,
            engine_affinity: options.engine_affinity,
            flags: ContextFlags {
                gpu_virtual_addresses: true,
                hw_queue_supported: false,
            },
            private_data,
            memory: as_dyn!(space),
        })?;
        let created = CreatedContext {
            engine,
            cookie: Some(cookie),
        };
        let channel = Channel::new(
            node,
            created.cookie.clone().ok_or(NtStatus::UNSUCCESSFUL)?,
            device.clone(),
            device.gpu_space().client().clone(),
            options.disable_gpu_timeout,
        )?;
        let room = RBTreeNodeReservation::new(ACCOUNT);
        let (engine, cookie) = created.into_parts();
        let context = Self {
            channel,
            engine,
            cookie,
            device: device.clone(),
            options,
            _counted: Counted::new(Counter::Contexts),
        };
        // From here on its drop closes the channel.
        context
            .device
            .gpu_space()
            .enter_channel(&context.channel, room?)?;
        Ok(Arc::new(context, ACCOUNT)?)
    }

    pub(crate) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    pub(crate) fn options(&self) -> &ContextOptions {
        &self.options
    }

    pub(crate) fn channel(&self) -> &Arc<Channel> {
        &self.channel
    }
}

impl Context {
    /// Ends its work.
    pub(super) fn close(&self) {
        self.channel.close();
        self.device.gpu_space().leave_channel(&self.channel);
    }
}

impl Drop for Context {
    fn drop(&mut self) {
        self.close();
        if let Some(cookie) = self.cookie.take() {
            self.engine.destroy_context(cookie);
        }
    }
}

/// The miniport's context, which has to be destroyed if that is all.
struct CreatedContext {
    engine: Arc<dyn Execution>,
    cookie: Option<Cookie>,
}

impl CreatedContext {
    fn into_parts(mut self) -> (Arc<dyn Execution>, Option<Cookie>) {
        (self.engine.clone(), self.cookie.take())
    }
}

impl Drop for CreatedContext {
    fn drop(&mut self) {
        if let Some(cookie) = self.cookie.take() {
            self.engine.destroy_context(cookie);
        }
    }
}

// SPDX-License-Identifier: MIT OR Apache-2.0

//! The scheduler: its queues are the module's own; no model has an engine.

#[path = "../../../rust/sched/joint.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod joint;
#[path = "../../../rust/sched/queue.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod queue;

pub(crate) mod entity {
    use crate::{
        ddi::execution::PacketFault, status::NtResult, sys::page_source::PageSource,
    };
    use kernel::sync::Arc;

    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    #[allow(dead_code, reason = "nothing fails")]
    pub(crate) enum DeviceError {
        Fault(PacketFault),
        Hung,
        OutOfMemory,
        Marked,
    }

    #[allow(dead_code, reason = "nothing fails")]
    pub(crate) trait Owner: Send + Sync {
        fn is_in_error(&self) -> bool;

        fn fail(&self, error: DeviceError) -> bool;

        fn end_fences(&self, next: u64) -> Option<u64>;

        fn page_in(&self, address: u64) -> NtResult<Option<Arc<dyn PageSource>>>;
    }
}

/// Contexts, of which there are none.
pub(crate) mod channel {
    use super::{entity::Owner, nodes::Node, packet::Packet, queue::Slot, client::Client};
    use crate::{
        ddi::Cookie,
        fence::wait::Target,
        mem::KVVec,
        status::{NtResult, NtStatus},
    };
    use kernel::sync::Arc;

    pub(crate) struct Channel;

    impl Channel {
        pub(crate) fn new<O: Owner>(
            _: Arc<Node>,
            _: Cookie,
            _: Arc<O>,
            _: Arc<Client>,
            _: bool,
        ) -> NtResult<Arc<Self>> {
            Err(NtStatus::NO_MEMORY)
        }

        pub(crate) fn number(&self) -> usize {
            0
        }

        pub(crate) fn wait_for_room(&self, _: usize) -> NtResult {
            Err(NtStatus::NO_MEMORY)
        }

        pub(crate) fn try_reserve(&self) -> NtResult<Option<Slot<Arc<Packet>>>> {
            Err(NtStatus::NO_MEMORY)
        }

        pub(crate) fn reserve_beyond(&self) -> NtResult<Slot<Arc<Packet>>> {
            Err(NtStatus::NO_MEMORY)
        }

        pub(crate) fn is_idle(&self) -> bool {
            true
        }

        pub(crate) fn wait(_: &Arc<Self>, _: KVVec<Target>) -> NtResult<Packet> {
            Err(NtStatus::NO_MEMORY)
        }

        pub(crate) fn append(&self, slot: Slot<Arc<Packet>>, _: Arc<Packet>) {
            drop(slot);
        }

        pub(crate) fn close(&self) {}
    }
}

pub(crate) mod packet {
    use crate::{
        fence::wait::Target,
        mem::KVVec,
        status::{NtResult, NtStatus},
        sys::{event_fd::EventFd, write_fence::WriteFence},
    };
    use kernel::sync::Arc;

    #[allow(dead_code, reason = "nobody reads it")]
    pub(crate) enum Packet {
        Null {
            _written: Option<Arc<WriteFence>>,
        },
        Execute {
            commands: u64,
            length: u32,
            private_data: KVVec<u8>,
            _written: Option<Arc<WriteFence>>,
        },
        Signal(SignalPart),
        Task(Arc<dyn Task>),
    }

    #[allow(dead_code, reason = "nobody runs it")]
    pub(crate) trait Task: Send + Sync {
        fn run(&self, in_error: bool) -> TaskProgress;
    }

    #[allow(dead_code, reason = "nobody runs it")]
    pub(crate) enum TaskProgress {
        More,
        Done,
        Failed,
    }

    pub(crate) struct SignalPart;

    impl SignalPart {
        pub(crate) fn new(_: &Arc<Signal>) -> Self {
            Self
        }
    }

    pub(crate) struct Signal;

    impl Signal {
        pub(crate) fn new(
            _: KVVec<Target>,
            _: bool,
            _: Option<EventFd>,
            _: usize,
        ) -> NtResult<Arc<Self>> {
            Err(NtStatus::NO_MEMORY)
        }
    }
}

pub(crate) mod client {
    use crate::{mem::ACCOUNT, status::NtResult};
    use kernel::sync::Arc;

    pub(crate) struct Client;

    impl Client {
        pub(crate) fn new(_: ()) -> NtResult<Arc<Self>> {
            Ok(Arc::new(Self, ACCOUNT)?)
        }
    }
}

pub(crate) mod nodes {
    use crate::{
        ddi::execution::{Execution, NodeFacts},
        mem::ACCOUNT,
        status::NtStatus,
        sys::worker::WorkerQueue,
    };
    use kernel::{error::Result, sync::Arc};

    pub(crate) struct Node;

    pub(crate) struct Nodes;

    impl Nodes {
        pub(crate) fn new(
            engine: Option<Arc<dyn Execution>>,
            _: &Arc<WorkerQueue>,
        ) -> Result<Arc<Self>> {
            assert!(engine.is_none());
            Ok(Arc::new(Self, ACCOUNT)?)
        }

        pub(crate) fn engine(&self) -> Option<&Arc<dyn Execution>> {
            None
        }

        pub(crate) fn facts(&self) -> &[NodeFacts] {
            &[]
        }

        pub(crate) fn node(&self, _: u32) -> Result<&Arc<Node>, NtStatus> {
            Err(NtStatus::INVALID_PARAMETER)
        }

        pub(crate) fn preempt_failed(&self) {}

        pub(crate) fn stop(&self) {}
    }
}

//! A cluster for blocking callers: the async client, on a thread of its own.
//!
//! The client has a blocking form for clusters too, but after a failure on one member it leaves the replies of others
//! unread and takes them for answers to the next question; in a pipeline it does not follow a slot that moved; and it
//! waits for each reply of a silent member anew. A hop to another thread costs microseconds; a wrong value costs more.

use crate::asynchronous::Link;
use crate::commands::Phase;
use crate::config::Shared;
use crate::error::timed_out;
use crate::topology::Repeat;
use ecached_core::{Error, ErrorKind, Result};
use redis::Value;
use std::sync::mpsc::{RecvTimeoutError, sync_channel};
use std::sync::{Arc, OnceLock};
use tokio::runtime::{Builder, Runtime};

/// See the module.
pub(super) struct Cluster {
    shared: Arc<Shared>,
    /// Made at first use; `None` when the operating system gave no thread.
    running: OnceLock<Option<Running>>,
}

struct Running {
    /// Taken when it is dropped.
    runtime: Option<Runtime>,
    link: Arc<Link>,
}

impl Cluster {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared, running: OnceLock::new() }
    }

    fn running(&self) -> Option<(&Runtime, &Arc<Link>)> {
        let start = || {
            let mut builder = Builder::new_multi_thread();
            builder.worker_threads(1).thread_name("ecached-redis").enable_all();
            let runtime = builder.build().ok()?;
            let link = Arc::new(Link::new(Arc::clone(&self.shared)));
            Some(Running { runtime: Some(runtime), link })
        };
        let running = self.running.get_or_init(start).as_ref()?;
        Some((running.runtime.as_ref()?, &running.link))
    }

    /// Runs phases, one after the other, within the operation time-out.
    pub(super) fn run(&self, phases: Vec<Phase>, repeat: Repeat) -> Result<Vec<Value>> {
        let (runtime, link) = self.running().ok_or_else(|| {
            let message = "the operating system gave no thread to talk to the cluster with";
            Error::new(ErrorKind::Unavailable, message)
        })?;
        let (answer, answered) = sync_channel(1);
        let link = Arc::clone(link);
        runtime.spawn(async move {
            let _ = answer.send(link.run(&phases, repeat).await);
        });
        // The task has the same limit; this one is for a thread that gets no processor time.
        match answered.recv_timeout(self.shared.limits.operation.saturating_mul(2)) {
            Ok(replies) => replies,
            Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => Err(timed_out()),
        }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // Waiting for its threads would panic in an async context.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

//! Lookups of callers at the same time, sent as one.
//!
//! A caller who is alone sends at once. Callers who come while another lookup is under way put their keys together; a task
//! lets everybody who is ready add theirs and sends them all in one `MGET`. Nobody waits for an answer before sending, so
//! latency stays what it was; the request, the reply and the wake-up of the connection are shared, and so is what all of
//! them read: the versions of the alias, the function and common tags.
//!
//! Each lookup is sent after it was called, so it sees every invalidation that had returned by then.

use super::batch::Batch;
use super::link::Link;
use crate::commands::{self, Phase};
use crate::topology::Repeat;
use ecached_core::backend::Values;
use ecached_core::{Error, ErrorKind, Result};
use parking_lot::Mutex;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::runtime::{Handle, RuntimeFlavor};
use tokio::sync::oneshot;

/// Callers who get their answers before those whose turn is next. They ask for more, and the server works on that while
/// the others decode: else either it would wait for the client, or the client for it.
const TURN: usize = 32;

/// See the module.
#[derive(Default)]
pub(super) struct Gather {
    /// Lookups that are under way.
    active: AtomicUsize,
    next: Mutex<Batch>,
}

/// Counts a lookup as long as it lives.
struct Active<'a>(&'a AtomicUsize);

impl Drop for Active<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Gather {
    /// The values of `keys`, in their order.
    pub(super) async fn read(&self, link: &Arc<Link>, keys: &[&str]) -> Result<Values> {
        let others = self.active.fetch_add(1, Ordering::Relaxed);
        let _active = Active(&self.active);
        if others == 0 {
            let replies = link.run(&read(keys.iter().copied()), Repeat::Allowed).await?;
            return commands::values(replies, keys.len()).map(Values::from);
        }
        let (answer, answered) = oneshot::channel();
        self.join(link, keys, answer);
        // Only a runtime that shuts down drops the task that answers.
        answered.await.unwrap_or_else(|_| Err(Error::new(ErrorKind::Unavailable, "shutting down")))
    }

    fn join(&self, link: &Arc<Link>, keys: &[&str], answer: oneshot::Sender<Result<Values>>) {
        let mut next = self.next.lock();
        let is_first = next.is_empty();
        next.add(keys, answer);
        let full = next.is_full().then(|| next.take());
        drop(next);
        match full {
            Some(batch) => drop(tokio::spawn(send(batch, Arc::clone(link)))),
            None if is_first => drop(tokio::spawn(send_next(Sending(Some(Arc::clone(link)))))),
            None => {}
        }
    }
}

/// Whoever waits in the next batch is told when the task that would send it never will: a runtime that shuts down drops
/// tasks, and the batch is not the task's own.
struct Sending(Option<Arc<Link>>);

impl Drop for Sending {
    fn drop(&mut self) {
        if let Some(link) = &self.0 {
            // Outside of the lock: dropping a sender wakes its receiver.
            let batch = std::mem::take(&mut *link.gather().next.lock());
            drop(batch);
        }
    }
}

/// Lets others join, then sends what there is.
async fn send_next(mut sending: Sending) {
    let_others_run().await;
    // From here on the batch is this task's own, and the next one has a task of its own.
    let Some(link) = sending.0.take() else { return };
    let batch = link.gather().next.lock().take();
    // Empty when it was full before this task ran.
    if !batch.is_empty() {
        send(batch, link).await;
    }
}

async fn send(batch: Batch, link: Arc<Link>) {
    let replies = link.run(&read(batch.keys()), Repeat::Allowed).await;
    let values = replies.and_then(|replies| commands::values(replies, batch.keys().len()));
    let mut answers = batch.answered(values);
    drop(link);
    while answers.give(TURN) {
        end_turn().await;
    }
}

/// Lets those who have their answers ask for more, before the others get theirs.
async fn end_turn() {
    match Handle::current().runtime_flavor() {
        // Behind the sending of what they ask for, too.
        RuntimeFlavor::CurrentThread => tokio::task::yield_now().await,
        // That would keep the task from other threads, also from those that have nothing to do, and from this one for as long
        // as a task runs that it woke.
        _ => let_others_run().await,
    }
}

/// Goes behind all tasks that are ready to run now.
async fn let_others_run() {
    let mut has_yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
}

fn read<'a>(keys: impl ExactSizeIterator<Item = &'a str> + Clone) -> [Phase; 1] {
    [vec![vec![commands::mget(keys)]]]
}

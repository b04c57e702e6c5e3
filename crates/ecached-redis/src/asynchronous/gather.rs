//! Lookups of callers at the same time, sent as one.
//!
//! A caller who is alone sends at once. Callers who come while another lookup is under way put their keys together; a task
//! lets everybody who is ready add theirs and sends them all in one `MGET`. Nobody waits for an answer before sending, so
//! latency stays what it was; the request, the reply and the wake-up of the connection are shared, and so is what all of
//! them read: the versions of the alias, the function and common tags.
//!
//! Each lookup is sent after it was called, so it sees every invalidation that had returned by then.

use super::link::Link;
use crate::commands::{self, Phase};
use crate::topology::Repeat;
use ecached_core::{Error, ErrorKind, Result};
use foldhash::fast::RandomState;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// Keys that are sent without waiting for more: a command that runs too long makes others wait.
const MAX_KEYS: usize = 512;

type Values = Vec<Option<Vec<u8>>>;

/// See the module.
#[derive(Default)]
pub(super) struct Gather {
    /// Lookups that are under way.
    active: AtomicUsize,
    next: Mutex<Batch>,
}

/// What is going to be sent.
#[derive(Default)]
struct Batch {
    places: HashMap<Box<str>, u32, RandomState>,
    /// How many callers want each key.
    wanted: Vec<u32>,
    callers: Vec<Caller>,
}

struct Caller {
    places: Vec<u32>,
    answer: oneshot::Sender<Result<Values>>,
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
            return commands::values(replies, keys.len());
        }
        let (answer, answered) = oneshot::channel();
        self.join(link, keys, answer);
        // Only a runtime that shuts down drops the task that answers.
        answered.await.unwrap_or_else(|_| Err(Error::new(ErrorKind::Unavailable, "shutting down")))
    }

    fn join(&self, link: &Arc<Link>, keys: &[&str], answer: oneshot::Sender<Result<Values>>) {
        let mut next = self.next.lock();
        let is_first = next.callers.is_empty();
        next.add(keys, answer);
        let full = (next.wanted.len() >= MAX_KEYS).then(|| next.take());
        drop(next);
        match full {
            Some(batch) => drop(tokio::spawn(batch.send(Arc::clone(link)))),
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
    // Behind all tasks that are ready to run now.
    let mut has_yielded = false;
    std::future::poll_fn(|context| {
        if std::mem::replace(&mut has_yielded, true) {
            return std::task::Poll::Ready(());
        }
        context.waker().wake_by_ref();
        std::task::Poll::Pending
    })
    .await;
    // From here on the batch is this task's own, and the next one has a task of its own.
    let Some(link) = sending.0.take() else { return };
    let batch = link.gather().next.lock().take();
    // Empty when it was full before this task ran.
    if !batch.callers.is_empty() {
        batch.send(link).await;
    }
}

fn read<'a>(keys: impl ExactSizeIterator<Item = &'a str> + Clone) -> [Phase; 1] {
    [vec![vec![commands::mget(keys)]]]
}

impl Batch {
    /// What is going to be sent, in exchange for one with as much room: the next will be about as large.
    fn take(&mut self) -> Self {
        let (keys, callers) = (self.wanted.len(), self.callers.len());
        let next = Self {
            places: HashMap::with_capacity_and_hasher(keys, RandomState::default()),
            wanted: Vec::with_capacity(keys),
            callers: Vec::with_capacity(callers),
        };
        std::mem::replace(self, next)
    }

    fn add(&mut self, keys: &[&str], answer: oneshot::Sender<Result<Values>>) {
        let mut places = Vec::with_capacity(keys.len());
        for key in keys {
            let new = self.wanted.len() as u32;
            let place = match self.places.get(*key) {
                Some(place) => *place,
                None => {
                    self.places.insert((*key).into(), new);
                    self.wanted.push(0);
                    new
                }
            };
            if let Some(wanted) = self.wanted.get_mut(place as usize) {
                *wanted += 1;
            }
            places.push(place);
        }
        self.callers.push(Caller { places, answer });
    }

    async fn send(self, link: Arc<Link>) {
        let Self { places, mut wanted, callers } = self;
        let mut keys = vec![""; wanted.len()];
        for (key, place) in &places {
            if let Some(slot) = keys.get_mut(*place as usize) {
                *slot = key;
            }
        }
        let replies = link.run(&read(keys.iter().copied()), Repeat::Allowed).await;
        let mut values = match replies.and_then(|replies| commands::values(replies, keys.len())) {
            Ok(values) => values,
            Err(error) => {
                for caller in callers {
                    let _ = caller.answer.send(Err(error.clone()));
                }
                return;
            }
        };
        for Caller { places, answer } in callers {
            let take = |place: u32| {
                let (value, left) =
                    (values.get_mut(place as usize)?, wanted.get_mut(place as usize)?);
                *left -= 1;
                // The last who wants it need not copy it.
                if *left == 0 { value.take() } else { value.clone() }
            };
            let _ = answer.send(Ok(places.into_iter().map(take).collect()));
        }
    }
}

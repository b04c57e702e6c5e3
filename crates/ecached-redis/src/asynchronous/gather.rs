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
use ecached_core::backend::{Gathered, Values};
use ecached_core::{Error, ErrorKind, Result};
use foldhash::fast::RandomState;
use parking_lot::Mutex;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::oneshot;

/// Keys that are sent without waiting for more: a command that runs too long makes others wait.
const MAX_KEYS: usize = 512;

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

/// What is going to be sent.
#[derive(Default)]
struct Batch {
    /// All keys, each once, one behind the other.
    text: String,
    /// Where each key ends in `text`.
    ends: Vec<usize>,
    /// The place of the key with that hash; another key with the same hash is not looked for, and sent again.
    known: HashMap<u64, u32, RandomState>,
    /// The place of each key that somebody wants, one caller's behind the other's.
    places: Vec<u32>,
    callers: Vec<Caller>,
}

struct Caller {
    /// Its part of `places`.
    questions: Range<usize>,
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
            return commands::values(replies, keys.len()).map(Values::from);
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
        let full = (next.ends.len() >= MAX_KEYS).then(|| next.take());
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
        let next = Self {
            text: String::with_capacity(self.text.len()),
            ends: Vec::with_capacity(self.ends.len()),
            known: HashMap::with_capacity_and_hasher(self.known.len(), RandomState::default()),
            places: Vec::with_capacity(self.places.len()),
            callers: Vec::with_capacity(self.callers.len()),
        };
        std::mem::replace(self, next)
    }

    fn add(&mut self, keys: &[&str], answer: oneshot::Sender<Result<Values>>) {
        let from = self.places.len();
        for key in keys {
            let place = self.place(key);
            self.places.push(place);
        }
        self.callers.push(Caller { questions: from..self.places.len(), answer });
    }

    fn place(&mut self, key: &str) -> u32 {
        let hash = self.known.hasher().hash_one(key);
        if let Some(place) = self.known.get(&hash)
            && self.key(*place as usize) == key
        {
            return *place;
        }
        let new = self.ends.len() as u32;
        self.known.insert(hash, new);
        self.text.push_str(key);
        self.ends.push(self.text.len());
        new
    }

    fn key(&self, place: usize) -> &str {
        let start = place.checked_sub(1).and_then(|before| self.ends.get(before)).copied();
        let end = self.ends.get(place).copied().unwrap_or_default();
        // Ends are where a `str` ended, so they are between characters.
        self.text.get(start.unwrap_or_default()..end).unwrap_or_default()
    }

    async fn send(self, link: Arc<Link>) {
        let keys = self.ends.len();
        let question = read((0..keys).map(|place| self.key(place)));
        let replies = link.run(&question, Repeat::Allowed).await;
        let values = match replies.and_then(|replies| commands::values(replies, keys)) {
            Ok(values) => values,
            Err(error) => {
                for caller in self.callers {
                    let _ = caller.answer.send(Err(error.clone()));
                }
                return;
            }
        };
        let gathered = Arc::new(Gathered::new(values, self.places));
        for (number, Caller { questions, answer }) in (1..).zip(self.callers) {
            let _ = answer.send(Ok(Values::of(Arc::clone(&gathered), questions)));
            if number % TURN == 0 {
                tokio::task::yield_now().await;
            }
        }
    }
}

//! Flights: computations that callers in this process share (P3).
//!
//! - [`Flights`]: who computes what now; who may join whom.
//! - [`context`]: what the current thread or task is computing, to notice a call that would wait for itself.
//! - [`wait`]: waiting for another caller's computation, blocking or async, never for ever.
//!
//! A caller joins a flight only if the flight's computation started after the caller did, or if the caller has itself
//! seen the versions and the lease that the flight captured. Otherwise an invalidation that returned before the caller
//! started could be lost: the flight may have read its source before that invalidation.
//!
//! A flight on a store that must be asked begins before its versions are captured. Who comes meanwhile waits for the
//! capture, looks again, and then sees what the flight saw, or something newer. So one caller opens at a time.

pub(crate) mod context;
mod graph;
#[cfg(feature = "proof")]
mod print;
mod table;
pub(crate) mod wait;

pub(crate) use context::Context;
pub(crate) use table::{Caller, Entered, Flights, Identity, Leader, OpenedAs, join_or_alone};

use crate::Error;
use crate::kind::SharedError;
use crate::value::Value;
use event_listener::Event;
use once_cell::sync::OnceCell;
use smol_str::SmolStr;
use std::any::TypeId;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering, fence};

/// How a flight ended.
#[derive(Clone)]
pub(crate) enum Outcome {
    /// The value.
    Value(Value),
    /// The function's error, which can be copied.
    Error(SharedError),
    /// The function failed with an error that cannot be copied: followers compute side by side.
    Failed,
    /// The cache failed, and the leader did not compute.
    Unreachable(Error),
    /// The leader found that this flight had captured the same versions. With when it looked, in the order of starts and
    /// ends: some followers may have begun after that, and know of an invalidation that the leader did not see.
    Elsewhere(SharedFlight, u64),
    /// The leader panicked or was dropped: a follower takes over.
    Abandoned,
}

/// One computation under way.
pub(crate) struct Flight {
    /// Its place in the order of starts and ends in its cache; never 0.
    started: u64,
    /// Unique in the process.
    id: u64,
    /// In here up to 23 bytes.
    key: SmolStr,
    tag_set: u64,
    value_type: TypeId,
    /// What it captured, once that is known.
    identity: OnceCell<Identity>,
    opened: Event,
    /// When that was, in the order of starts and ends; 0: not yet.
    opened_at: AtomicU64,
    /// A computation of the same entry that began later has ended with a value.
    superseded: AtomicBool,
    outcome: OnceCell<Outcome>,
    landed: Event,
}

impl Flight {
    fn identify(&self, identity: Identity, now: u64) {
        if self.identity.get().is_none() {
            // Before the identity, so that who sees it knows since when.
            self.opened_at.store(now, Ordering::SeqCst);
        }
        if self.identity.set(identity).is_ok() {
            wake(&self.opened);
        }
    }

    fn land(&self, outcome: Outcome) {
        // A flight lands once; a leader that is dropped after it published has nothing to add.
        if self.outcome.set(outcome).is_ok() {
            wake(&self.landed);
        }
    }
}

/// Wakes all who listen. Most flights are followed by nobody, and `notify` allocates its list even then.
fn wake(event: &Event) {
    // Between what was set and the look for listeners; a follower has one between listening and its second look. Of the two
    // fences one is the first, so this finds the listener, or the listener finds what was set.
    fence(Ordering::SeqCst);
    if event.total_listeners() > 0 {
        event.notify(usize::MAX);
    }
}

impl fmt::Debug for Flight {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flight")
            .field("id", &self.id)
            .field("started", &self.started)
            .finish_non_exhaustive()
    }
}

/// A flight that several hold.
pub(crate) type SharedFlight = Arc<Flight>;

#[cfg(test)]
mod tests;

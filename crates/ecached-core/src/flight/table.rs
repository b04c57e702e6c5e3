//! Who computes what now.

use super::context::Context;
use super::{Flight, Outcome, SharedFlight};
use crate::key::KeyRef;
use crate::version::serial;
use event_listener::Event;
use once_cell::sync::OnceCell;
use parking_lot::Mutex;
use smallvec::SmallVec;
use std::any::TypeId;
use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

/// Locks, so that computations of different keys rarely meet. A power of two.
const SHARDS: usize = 64;

/// Ends that a shard remembers by key. A caller who looked before more than that many ended looks again in any case.
const REMEMBERED_ENDS: usize = 256;

/// The versions and lease that a computation captured; [`Identity::Unique`] for one that captured nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Identity {
    /// In here as long as there are not many: an entry's lease, and up to seven names.
    Captured(SmallVec<[u64; 8]>),
    Unique,
}

impl Identity {
    /// Nobody has seen what a unique identity captured, not even one with the same name.
    fn is_seen_as(&self, other: &Self) -> bool {
        matches!((self, other), (Self::Captured(mine), Self::Captured(theirs)) if mine == theirs)
    }
}

/// A caller who looks for a flight to join.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Caller<'a> {
    pub(crate) key: KeyRef<'a>,
    pub(crate) tag_set: u64,
    pub(crate) value_type: TypeId,
    /// When the caller started: [`Flights::now`] before its first lookup.
    pub(crate) started: u64,
    /// When the caller last looked the entry up: [`Flights::now`] before that. `u64::MAX`: it will not look again.
    pub(crate) looked: u64,
}

/// What came of [`Flights::enter`].
pub(crate) enum Entered {
    /// Wait for its outcome.
    Join(SharedFlight),
    /// Wait until it has captured its versions, then look again.
    AwaitOpening(SharedFlight),
    /// Wait until this one is over, without taking its outcome.
    AwaitEnd(SharedFlight),
    /// Compute, for all who join.
    Lead(Leader),
    /// A computation ended since the caller looked: look again.
    LookAgain,
    /// Compute alone: waiting would be waiting for oneself.
    Alone,
}

/// What came of [`Flights::opened`].
pub(crate) enum OpenedAs {
    /// Compute.
    Only,
    /// This computation has captured the same: its value is as good.
    Second(SharedFlight),
    /// A computation ended since the caller looked: look again.
    Late,
}

#[derive(Default)]
struct Shard {
    /// Flights by the hash of their key.
    flights: HashMap<u64, SmallVec<[SharedFlight; 1]>, foldhash::fast::RandomState>,
    /// The last that ended: their marks, and when.
    ends: VecDeque<(u64, u64)>,
    /// When the latest one ended that is not in `ends` any more.
    earlier_end: u64,
}

/// What ends are remembered by. Those of other tag sets say nothing about an entry.
const fn mark(hash: u64, tag_set: u64) -> u64 {
    hash ^ tag_set.rotate_left(32)
}

impl Shard {
    /// Whether a flight with that mark may have ended after `since`. Never wrong when it says no.
    fn has_ended(&self, mark: u64, since: u64) -> bool {
        // Ends are noted in their order, and few of them are later than the look of a caller who has come this far.
        let mut later = self.ends.iter().rev().take_while(|(_, at)| *at > since);
        self.earlier_end > since || later.any(|(ended, _)| *ended == mark)
    }

    fn note_end(&mut self, mark: u64, at: u64) {
        if self.ends.len() == REMEMBERED_ENDS
            && let Some((_, earlier)) = self.ends.pop_front()
        {
            self.earlier_end = earlier;
        }
        self.ends.push_back((mark, at));
    }
}

/// All flights of one cache.
pub(crate) struct Flights {
    shards: Box<[Mutex<Shard>]>,
    /// Counts starts and ends.
    order: AtomicU64,
}

impl Flights {
    pub(crate) fn new() -> Arc<Self> {
        let shards = (0..SHARDS).map(|_| Mutex::default()).collect();
        Arc::new(Self { shards, order: AtomicU64::new(1) })
    }

    /// A point in the order of starts and ends: what starts later has a higher number.
    pub(crate) fn now(&self) -> u64 {
        self.order.load(Ordering::SeqCst)
    }

    /// The next point in that order, which nobody has seen before.
    pub(crate) fn tick(&self) -> u64 {
        self.order.fetch_add(1, Ordering::SeqCst) + 1
    }

    fn shard(&self, hash: u64) -> &Mutex<Shard> {
        &self.shards[(hash >> 32) as usize % SHARDS]
    }

    /// A flight that started after the caller did, so that it has seen all that the caller could see.
    pub(crate) fn started_after(&self, caller: &Caller<'_>, context: &Context) -> Option<Entered> {
        let shard = self.shard(caller.key.hash()).lock();
        let flight = find(&shard, caller, |flight| flight.started > caller.started)?;
        drop(shard);
        Some(join_or_alone(flight, context))
    }

    /// Joins a flight that the caller may join, or leads one. `identity` is what the caller captured; `None`: it is about
    /// to.
    pub(crate) fn enter(
        self: &Arc<Self>,
        caller: &Caller<'_>,
        identity: Option<Identity>,
        context: &Context,
    ) -> Entered {
        let mut shard = self.shard(caller.key.hash()).lock();
        let may_join =
            |flight: &Flight| flight.started > caller.started || is_seen(flight, identity.as_ref());
        if let Some(flight) = find(&shard, caller, may_join) {
            drop(shard);
            return join_or_alone(flight, context);
        }
        if shard.has_ended(mark(caller.key.hash(), caller.tag_set), caller.looked) {
            return Entered::LookAgain;
        }
        // Whether it captures what the caller saw is not known yet.
        if caller.looked < u64::MAX
            && let Some(flight) = find(&shard, caller, |flight| flight.identity.get().is_none())
        {
            drop(shard);
            let waits_for_itself = context.would_wait_for_itself(flight.id);
            return if waits_for_itself { Entered::Alone } else { Entered::AwaitOpening(flight) };
        }
        // A flight opens without the shard's lock: one that was not open when it was asked first may be now.
        if let Some(flight) = find(&shard, caller, may_join) {
            drop(shard);
            return join_or_alone(flight, context);
        }
        // Nobody could look, so nothing tells whether an older computation has seen all that this caller may know of. It
        // must not be joined, but whoever waits for its end may share the next one: a source is not asked by all at once.
        if caller.looked == u64::MAX
            && let Some(flight) = find(&shard, caller, |flight| flight.outcome.get().is_none())
        {
            drop(shard);
            let waits_for_itself = context.would_wait_for_itself(flight.id);
            return if waits_for_itself { Entered::Alone } else { Entered::AwaitEnd(flight) };
        }
        // What a flight captured since the caller looked may have been absent then, or another. Asked last: a flight that
        // was not open a moment ago is now.
        let is_newer = |flight: &Flight| flight.opened_at.load(Ordering::SeqCst) > caller.looked;
        if find(&shard, caller, is_newer).is_some() {
            return Entered::LookAgain;
        }
        Entered::Lead(self.take_off(&mut shard, caller, identity))
    }

    /// Leads a flight in any case, as a refresh does.
    pub(crate) fn lead(self: &Arc<Self>, caller: &Caller<'_>, identity: Identity) -> Leader {
        let mut shard = self.shard(caller.key.hash()).lock();
        self.take_off(&mut shard, caller, Some(identity))
    }

    fn take_off(
        self: &Arc<Self>,
        shard: &mut Shard,
        caller: &Caller<'_>,
        identity: Option<Identity>,
    ) -> Leader {
        let started = self.tick();
        let flight = Arc::new(Flight {
            started,
            id: serial(),
            key: caller.key.text().into(),
            tag_set: caller.tag_set,
            value_type: caller.value_type,
            identity: identity.map_or_else(OnceCell::new, OnceCell::with_value),
            opened: Event::new(),
            opened_at: AtomicU64::new(0),
            superseded: AtomicBool::new(false),
            outcome: OnceCell::new(),
            landed: Event::new(),
        });
        shard.flights.entry(caller.key.hash()).or_default().push(Arc::clone(&flight));
        Leader { flights: Arc::clone(self), hash: caller.key.hash(), flight }
    }

    /// Tells all computations of a key under way that a newer value was given for it.
    pub(crate) fn supersede(&self, key: KeyRef<'_>) {
        let shard = self.shard(key.hash()).lock();
        for flight in shard.flights.get(&key.hash()).into_iter().flatten() {
            if *flight.key == *key.text() {
                flight.superseded.store(true, Ordering::SeqCst);
            }
        }
    }

    /// A leader has captured its versions: is it the only one with them?
    pub(crate) fn opened(
        &self,
        caller: &Caller<'_>,
        identity: &Identity,
        own: &Leader,
    ) -> OpenedAs {
        let shard = self.shard(caller.key.hash()).lock();
        let is_same = |flight: &Flight| flight.id != own.id() && is_seen(flight, Some(identity));
        if let Some(flight) = find(&shard, caller, is_same) {
            return OpenedAs::Second(flight);
        }
        // It may have had the same versions, and its value is an entry now.
        if shard.has_ended(mark(caller.key.hash(), caller.tag_set), caller.looked) {
            return OpenedAs::Late;
        }
        OpenedAs::Only
    }

    /// Whether this code is part of a computation of that key.
    pub(crate) fn is_computing(&self, key: KeyRef<'_>, context: &Context) -> bool {
        let shard = self.shard(key.hash()).lock();
        let flights = shard.flights.get(&key.hash()).into_iter().flatten();
        flights
            .filter(|flight| *flight.key == *key.text())
            .any(|flight| context.would_wait_for_itself(flight.id))
    }

    /// Tells older computations of the same entry that there is a newer value.
    fn supersede_older(&self, hash: u64, newer: &Flight) {
        let shard = self.shard(hash).lock();
        for flight in shard.flights.get(&hash).into_iter().flatten() {
            if flight.started < newer.started
                && flight.key == newer.key
                && flight.tag_set == newer.tag_set
            {
                flight.superseded.store(true, Ordering::SeqCst);
            }
        }
    }

    /// `gave_way`: it has stored nothing, so nobody needs to look again.
    fn remove(&self, hash: u64, flight: &SharedFlight, gave_way: bool) {
        let mut shard = self.shard(hash).lock();
        if let Entry::Occupied(mut flights) = shard.flights.entry(hash) {
            flights.get_mut().retain(|other| !Arc::ptr_eq(other, flight));
            if flights.get().is_empty() {
                flights.remove();
            }
        }
        let now = self.tick();
        if !gave_way {
            shard.note_end(mark(hash, flight.tag_set), now);
        }
    }

    /// All that is in the table: flights, and when the last one of each key ended.
    #[cfg(feature = "proof")]
    pub(super) fn contents(&self) -> (Vec<SharedFlight>, Vec<(u64, u64)>) {
        let (mut flights, mut ends) = (Vec::new(), Vec::new());
        for shard in &self.shards {
            let shard = shard.lock();
            flights.extend(shard.flights.values().flatten().cloned());
            ends.extend(shard.ends.iter().copied());
        }
        (flights, ends)
    }

    /// Computations under way.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.shards
            .iter()
            .map(|shard| shard.lock().flights.values().map(|flights| flights.len()).sum::<usize>())
            .sum()
    }
}

impl fmt::Debug for Flights {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Flights").field("order", &self.order).finish_non_exhaustive()
    }
}

/// The latest flight of the caller's entry that it may join.
fn find(
    shard: &Shard,
    caller: &Caller<'_>,
    may_join: impl Fn(&Flight) -> bool,
) -> Option<SharedFlight> {
    let same_entry = |flight: &&SharedFlight| {
        flight.tag_set == caller.tag_set
            && flight.value_type == caller.value_type
            && *flight.key == *caller.key.text()
            && may_join(flight)
    };
    shard.flights.get(&caller.key.hash())?.iter().rev().find(same_entry).cloned()
}

/// Whether the caller has seen what the flight captured.
fn is_seen(flight: &Flight, seen: Option<&Identity>) -> bool {
    flight.identity.get().zip(seen).is_some_and(|(captured, seen)| captured.is_seen_as(seen))
}

/// Waiting for `flight`, unless that would be waiting for oneself.
pub(crate) fn join_or_alone(flight: SharedFlight, context: &Context) -> Entered {
    if context.would_wait_for_itself(flight.id) { Entered::Alone } else { Entered::Join(flight) }
}

/// The one who computes. Dropped without a word (a panic, a dropped future), it lets a follower take over.
#[derive(Debug)]
pub(crate) struct Leader {
    flights: Arc<Flights>,
    hash: u64,
    flight: SharedFlight,
}

impl Leader {
    /// The flight's number in the process.
    pub(crate) fn id(&self) -> u64 {
        self.flight.id
    }

    #[cfg(any(feature = "proof", test))]
    pub(super) fn shared(&self) -> &SharedFlight {
        &self.flight
    }

    /// Says what was captured, if it was not known from the beginning.
    pub(crate) fn identify(&self, identity: Identity) {
        self.flight.identify(identity, self.flights.tick());
    }

    /// Whether a later computation of the same entry has given a value: this one's must not replace it.
    pub(crate) fn is_superseded(&self) -> bool {
        self.flight.superseded.load(Ordering::SeqCst)
    }

    /// Gives the outcome to all who wait, and to those who come until the leader is dropped.
    pub(crate) fn land(&self, outcome: Outcome) {
        if matches!(outcome, Outcome::Value(_)) {
            self.flights.supersede_older(self.hash, &self.flight);
        }
        self.flight.land(outcome);
    }

    /// Sends those who wait to another flight, which captured the same. The leader `looked` at that point.
    pub(crate) fn give_way(self, to: SharedFlight, looked: u64) {
        // First out of the table: who is not sent there looks again, and must not find this one for as long as it stands.
        self.flights.remove(self.hash, &self.flight, true);
        self.flight.land(Outcome::Elsewhere(to, looked));
    }
}

impl Drop for Leader {
    fn drop(&mut self) {
        // First out of the table, so that those who are woken by an abandoned flight do not find it again.
        let gave_way = matches!(self.flight.outcome.get(), Some(Outcome::Elsewhere(..)));
        self.flights.remove(self.hash, &self.flight, gave_way);
        if self.flight.identity.get().is_none() {
            self.flight.identify(Identity::Unique, self.flights.tick());
        }
        self.flight.land(Outcome::Abandoned);
    }
}

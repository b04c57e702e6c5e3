//! One computation across processes: a lock beside the entry, taken with the opening, and waited for by reading again.
//!
//! The lock keeps nobody from anything: who has waited long enough computes, and what may be served is judged as ever. So
//! losing it, or holding it too long, costs a computation and nothing else.

use super::{Captured, Done, Machine, State, Step};
use crate::backend::{Item, Opening};
use crate::clock::Tick;
use crate::flight::Context;
use crate::protocol::bytes::{Ask, Keys};
use crate::protocol::request::Mode;
use crate::settings::Lock;
use crate::version::Version;
use crate::{Error, Result};
use std::time::Duration;

/// The first pause before the store is read again; each doubles.
const FIRST_PAUSE: Duration = Duration::from_millis(5);

/// The longest.
const MAX_PAUSE: Duration = Duration::from_millis(100);

/// The lock of an entry, as far as this call knows it.
#[derive(Debug, Default)]
pub(super) struct Locking {
    /// Asked for, or waited for; if not, this call neither takes it nor waits for it.
    is_wanted: bool,
    /// The last lookup asked for it too.
    was_read: bool,
    /// The opening under way asks for it.
    is_asked: bool,
    /// What this call puts into it.
    token: Option<Version>,
    lease: Lease,
    /// Taken, at the latest then.
    held_since: Option<Tick>,
    /// Another call has it, and since when that is known.
    other: Option<(Version, Tick)>,
    waiting: Option<Waiting>,
}

/// The lease that was taken together with the lock.
#[derive(Clone, Copy, Debug, Default)]
enum Lease {
    #[default]
    Unknown,
    /// Proposed by the opening under way.
    Proposed(Version),
    /// Another call had it when this one got the lock.
    OfAnother,
}

/// A wait for another call.
#[derive(Debug)]
struct Waiting {
    since: Tick,
    /// The sum of the pauses: also a clock that stands still must not make a call wait for ever.
    paused: Duration,
    next: Duration,
}

/// What stands between a call and its computation.
pub(super) enum Way {
    Free,
    /// Another call computes.
    Pause(Duration),
    /// Another call has computed for longer than a lock lives, and the store keeps no time.
    Remove(Version),
}

impl Machine {
    /// Decides whether this call takes a lock: not if it computes in any case, or on behalf of the one who has it.
    pub(super) fn want_lock(&mut self) {
        let kind = self.request.lock.unwrap_or(self.cache.settings().lock);
        self.locking.is_wanted = kind == Lock::Distributed
            && self.request.mode == Mode::Lookup
            && self.cache.object_store().is_none()
            && !self.cache.flights().is_computing(self.request.key(), &Context::current());
    }

    pub(super) fn without_lock(&mut self) {
        self.locking.is_wanted = false;
        if std::mem::take(&mut self.locking.is_asked) {
            // It may be taken: its life ends the wait of others.
            self.locking.held_since = None;
        }
    }

    pub(super) fn wants_lock(&self) -> bool {
        self.locking.is_wanted && !self.alone && self.locking.held_since.is_none()
    }

    /// Adds the lock to a lookup: where it cannot be added in one step only if it is absent, and while waiting for it.
    pub(super) fn read_lock(&mut self, keys: &mut Keys) {
        let is_read = !self.capabilities().conditional_store || self.locking.waiting.is_some();
        self.locking.was_read = is_read && self.wants_lock();
        if self.locking.was_read {
            keys.push(|out| self.layout().put_lock(out, &self.request.key));
        }
    }

    /// Takes in the answer to [`read_lock`](Machine::read_lock); gives back the others.
    pub(super) fn lock_read<'a>(
        &mut self,
        answers: &'a [Option<&'a [u8]>],
    ) -> &'a [Option<&'a [u8]>] {
        match answers.split_last() {
            Some((lock, others)) if std::mem::take(&mut self.locking.was_read) => {
                self.note_other(lock.and_then(Version::read));
                others
            }
            _ => answers,
        }
    }

    fn note_other(&mut self, version: Option<Version>) {
        let now = self.cache.clock().now();
        let known = self.locking.other.filter(|(known, _)| Some(*known) == version);
        self.locking.other = known.or_else(|| version.map(|version| (version, now)));
    }

    /// Adds the lock to what is opened.
    pub(super) fn open_lock(&mut self, opening: &mut Opening) -> Result<()> {
        if !self.wants_lock() {
            return Ok(());
        }
        let token = match self.locking.token {
            Some(token) => token,
            None => *self.locking.token.insert(Version::unique()?),
        };
        // From before it is taken, so that it is never thought to live when it does not.
        self.locking.held_since = Some(self.cache.clock().now());
        self.locking.is_asked = true;
        let lease = opening.lease.as_ref().and_then(|lease| Version::read(&lease.value));
        self.locking.lease = lease.map_or(Lease::Unknown, Lease::Proposed);
        let life = Some(self.cache.settings().lock_life);
        let key = self.layout().lock(&self.request.key);
        opening.lock = Some(Item { key, value: token.as_bytes().to_vec(), ttl: life });
        Ok(())
    }

    /// Takes in the answer: it is the last one. Nothing means that the store kept nothing, and nobody else has it.
    pub(super) fn lock_opened(&mut self, answers: &[Option<Version>]) {
        if !std::mem::take(&mut self.locking.is_asked) {
            return;
        }
        let mut answers = answers.iter().rev().copied();
        let found = answers.next().flatten();
        let is_own = found.is_none() || found == self.locking.token;
        if is_own {
            self.locking.other = None;
            if let Lease::Proposed(own) = self.locking.lease
                && answers.next().flatten() != Some(own)
            {
                self.locking.lease = Lease::OfAnother;
            }
        } else {
            self.locking.held_since = None;
            self.note_other(found);
        }
    }

    /// Whether another call had the lease, and has given back its lock: its value may have come since this one looked. Once,
    /// since a lock that is held is not asked for again.
    pub(super) fn came_late(&mut self) -> bool {
        matches!(std::mem::take(&mut self.locking.lease), Lease::OfAnother)
    }

    /// Whether another call's lock stands in the way, still.
    pub(super) fn way(&mut self) -> Way {
        let (Some((other, seen)), true) = (self.locking.other, self.wants_lock()) else {
            return Way::Free;
        };
        let now = self.cache.clock().now();
        let (wait, life) = (self.cache.settings().wait, self.cache.settings().lock_life);
        let waiting = self.locking.waiting.get_or_insert(Waiting {
            since: now,
            paused: Duration::ZERO,
            next: FIRST_PAUSE,
        });
        let waited = now.since(waiting.since).max(waiting.paused);
        // A store that forgets by itself knows better when the lock is over.
        if !self.cache.capabilities().expiry && now.since(seen) >= life.min(wait) {
            self.locking.other = None;
            return Way::Remove(other);
        }
        if waited >= wait {
            self.without_lock();
            return Way::Free;
        }
        let pause = waiting.next.min(wait - waited);
        waiting.paused += pause;
        waiting.next = (waiting.next * 2).min(MAX_PAUSE);
        Way::Pause(pause)
    }

    /// Takes the lock, where the opening did not: nothing but the lock had to be opened.
    pub(super) fn take_lock(&mut self) -> Option<Step> {
        if !self.wants_lock() {
            return None;
        }
        if let Some(step) = self.wait_for_lock() {
            return Some(step);
        }
        let mut opening = Opening { missing: Vec::new(), lease: None, lock: None };
        if let Err(error) = self.open_lock(&mut opening) {
            self.error(&error);
            self.without_lock();
        }
        if opening.is_empty() {
            return None;
        }
        self.state = State::Open;
        Some(Step::Ask(Ask::Open(opening)))
    }

    /// Goes the way, if it is not free. What was captured is captured again after the wait.
    pub(super) fn wait_for_lock(&mut self) -> Option<Step> {
        let way = self.way();
        if !matches!(way, Way::Free) {
            self.captured = Captured::Nothing;
            self.state = State::Lock;
        }
        match way {
            Way::Free => None,
            Way::Pause(pause) => Some(Step::Pause(pause)),
            Way::Remove(token) => {
                Some(Step::Ask(Ask::Release(self.layout().lock(&self.request.key), token)))
            }
        }
    }

    /// The lock of one who is gone is removed; who fails to will see it again.
    pub(super) fn removed(&mut self, error: Option<&Error>) -> Step {
        if let Some(error) = error {
            self.error(error);
        }
        self.look_again()
    }

    /// The pause is over: what is there now?
    pub(crate) fn paused(&mut self) -> Step {
        self.look_again()
    }

    /// The lock, for the store to give back in the same step, if it still lives.
    pub(super) fn unlock(&self) -> Option<(String, Version)> {
        let life = self.cache.settings().lock_life;
        let held = self.cache.clock().now().since(self.locking.held_since?);
        (held < life).then_some((self.layout().lock(&self.request.key), self.locking.token?))
    }

    /// The store has given it back.
    pub(super) fn unlocked(&mut self) {
        self.locking.held_since = None;
    }

    /// Gives the lock back before the call ends, if it is still held.
    pub(super) fn release(&mut self, done: Done) -> Step {
        let lock = self.unlock();
        self.unlocked();
        match lock {
            Some((key, token)) => {
                self.ending = Some(done);
                self.state = State::Release;
                Step::Ask(Ask::Release(key, token))
            }
            None => {
                self.state = State::Over;
                Step::Done(done)
            }
        }
    }

    /// All of the lock that decides what happens next.
    #[cfg(feature = "proof")]
    pub(super) fn print_lock(&self, out: &mut crate::proof::Print) {
        let Locking { is_wanted, was_read, is_asked, token, lease, held_since, other, waiting } =
            &self.locking;
        let now = self.cache.clock().now();
        let age = |tick: &Tick| now.since(*tick).as_nanos() as u64;
        [is_wanted, was_read, is_asked].iter().for_each(|flag| out.flag(**flag));
        out.version(*token);
        out.version(match lease {
            Lease::Proposed(own) => Some(*own),
            Lease::Unknown | Lease::OfAnother => None,
        });
        out.flag(matches!(lease, Lease::OfAnother));
        out.optional(held_since.as_ref().map(age));
        out.version(other.map(|(version, _)| version));
        out.optional(other.as_ref().map(|(_, seen)| age(seen)));
        out.optional(waiting.as_ref().map(|waiting| age(&waiting.since)));
        out.optional(waiting.as_ref().map(|waiting| waiting.paused.as_nanos() as u64));
    }

    /// It is given back, or its life ends the wait of others.
    pub(super) fn released(&mut self, error: Option<&Error>) -> Step {
        if let Some(error) = error {
            self.error(error);
        }
        self.state = State::Over;
        Step::Done(self.ending.take().unwrap_or(Done::Computed))
    }
}

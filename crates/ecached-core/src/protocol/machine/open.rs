//! Opening: versions are captured and the lease is taken before the computation; a flight is joined or led.

use super::{Captured, Done, Machine, State, Step};
use crate::backend::Opening;
use crate::flight::wait::{Follower, Waited};
use crate::flight::{Caller, Context, Entered, Identity, OpenedAs, Outcome, join_or_alone};
use crate::protocol::bytes::{Ask, Seen};
use crate::protocol::request::Mode;
use crate::settings::OnError;
use crate::stats::Event;
use crate::{Error, event};
use smallvec::SmallVec;
use std::sync::Arc;

impl Machine {
    pub(super) fn open(&mut self, seen: Seen) -> Step {
        let opening = seen.opening(&self.layout(), &self.request, self.timeout);
        self.captured = Captured::Bytes(seen);
        match opening {
            Ok(opening) if opening.is_empty() => self.enter(),
            Ok(opening) if self.alone || self.leader.is_some() || !self.may_hit() => {
                self.ask_open(opening)
            }
            Ok(opening) => {
                match self.cache.flights().enter(&self.caller(), None, &Context::current()) {
                    Entered::Lead(leader) => {
                        self.leader = Some(leader);
                        self.ask_open(opening)
                    }
                    Entered::Alone => {
                        self.alone = true;
                        self.ask_open(opening)
                    }
                    entered => self.entered(entered),
                }
            }
            Err(error) => self.without_cache(&error),
        }
    }

    fn ask_open(&mut self, mut opening: Opening) -> Step {
        if let Some(step) = self.wait_for_lock() {
            return step;
        }
        if let Err(error) = self.open_lock(&mut opening) {
            return self.without_cache(&error);
        }
        self.state = State::Open;
        Step::Ask(Ask::Open(opening))
    }

    pub(super) fn caller(&self) -> Caller<'_> {
        Caller {
            key: self.request.key(),
            tag_set: self.request.tag_set.unwrap_or_default(),
            value_type: self.request.value_type,
            started: self.started,
            looked: self.looked,
        }
    }

    /// What was captured is known: join, lead, or go on leading.
    pub(super) fn enter(&mut self) -> Step {
        let identity = match &self.captured {
            Captured::Nothing => Identity::Unique,
            Captured::Objects(capture) => {
                Identity::Captured(SmallVec::from_slice(capture.identity()))
            }
            Captured::Bytes(seen) => Identity::Captured(seen.identity()),
        };
        if let Some(leader) = self.leader.take() {
            // A store that shares leases may have given one that another computation has, or had.
            match self.cache.flights().opened(&self.caller(), &identity, &leader) {
                OpenedAs::Second(flight) => {
                    leader.give_way(Arc::clone(&flight), self.looked);
                    return self.entered(join_or_alone(flight, &Context::current()));
                }
                OpenedAs::Late => {
                    self.leader = Some(leader);
                    return self.look_again();
                }
                OpenedAs::Only => self.leader = Some(leader),
            }
            if self.came_late() {
                return self.look_again();
            }
            if let Some(step) = self.take_lock() {
                return step;
            }
            if let Some(leader) = &self.leader {
                leader.identify(identity);
            }
            return self.compute();
        }
        if self.alone {
            return self.compute();
        }
        if !self.may_hit() {
            let leader = self.cache.flights().lead(&self.caller(), identity);
            self.leader = Some(leader);
            return self.compute();
        }
        let entered =
            self.cache.flights().enter(&self.caller(), Some(identity), &Context::current());
        self.entered(entered)
    }

    pub(super) fn entered(&mut self, entered: Entered) -> Step {
        let limit = self.cache.settings().wait;
        match entered {
            Entered::Join(flight) => {
                // The lease is for those who compute.
                self.captured = Captured::Nothing;
                Step::Wait(Follower::new(flight, limit))
            }
            Entered::AwaitOpening(flight) => {
                self.captured = Captured::Nothing;
                Step::Wait(Follower::until_opened(flight, limit))
            }
            Entered::AwaitEnd(flight) => Step::Wait(Follower::until_over(flight, limit)),
            Entered::Lead(leader) => {
                self.leader = Some(leader);
                self.take_lock().unwrap_or_else(|| self.compute())
            }
            Entered::LookAgain => self.look_again(),
            Entered::Alone => {
                self.alone = true;
                if matches!(self.captured, Captured::Nothing) && self.looked < u64::MAX {
                    self.look_again()
                } else {
                    self.compute()
                }
            }
        }
    }

    /// What another caller's flight came to.
    pub(crate) fn waited(&mut self, waited: Waited) -> Step {
        match waited {
            Waited::Landed(Outcome::Value(value)) => {
                self.count(Event::Shared);
                event::share(self.cache.alias(), self.request.template);
                self.finish(Done::Value(value))
            }
            Waited::Landed(Outcome::Error(error)) => {
                self.count(Event::Shared);
                self.finish(Done::Error(error))
            }
            Waited::Landed(Outcome::Unreachable(error)) if self.fails() => {
                self.count(Event::Shared);
                self.finish(Done::Failed(error))
            }
            Waited::Landed(Outcome::Failed | Outcome::Unreachable(_)) | Waited::GaveUp => {
                self.alone = true;
                self.look_again()
            }
            // The leader has looked since this call began: what it saw, this call may be said to have seen.
            Waited::Landed(Outcome::Elsewhere(flight, looked)) if looked > self.started => {
                self.entered(join_or_alone(flight, &Context::current()))
            }
            Waited::Over => self.enter(),
            // What was seen before the wait may be gone, and another follower may have been faster.
            Waited::Opened | Waited::Landed(Outcome::Abandoned | Outcome::Elsewhere(..)) => {
                self.look_again()
            }
        }
    }

    /// Whether a failure before the computation is returned instead of a value.
    fn fails(&self) -> bool {
        self.request.mode == Mode::Lookup
            && self.request.tells_failures
            && self.cache.settings().on_error == OnError::Fail
    }

    /// Something failed before the computation: fail, where that is wanted, else compute, and store nothing. Callers may still share the computation if
    /// they were there before it began.
    pub(super) fn without_cache(&mut self, error: &Error) -> Step {
        self.error(error);
        self.captured = Captured::Nothing;
        self.without_lock();
        if self.request.mode == Mode::Peek {
            return self.finish(Done::Absent);
        }
        if self.fails() {
            let error = self.take_failure().unwrap_or_else(|| error.clone());
            if let Some(leader) = self.leader.take() {
                leader.land(Outcome::Unreachable(error.clone()));
            }
            return self.finish(Done::Failed(error));
        }
        // A flight that ended since is no reason to ask the failing backend again, nor is one that is being opened.
        self.looked = u64::MAX;
        self.enter()
    }
}

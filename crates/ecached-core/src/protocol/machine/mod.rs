//! The steps of a call, without I/O: look up, join or open, compute, store.
//!
//! ```text
//!            ┌────────── look again ──────────┐
//!  Lookup ───┤ hit ─────────────────────────► Done
//!            └ miss ─► join? ─► Open ─► join or lead ─► Compute ─► (value tags) ─► Store ─► Done
//!                        └───────── Wait ◄──┘ │ abandoned: again from Open
//! ```
//!
//! Whatever fails on the way to the computation only means that it happens without the cache (P4); whatever fails behind
//! it means that the value is not stored. An in-process store is asked right here, since it answers at once.

//!
//! `lookup`, `open` and `store` hold the steps in this order, `lock` the wait for another process between open and compute;
//! this file has what they share.

mod lock;
pub(crate) mod lookup;
mod open;
#[cfg(feature = "proof")]
mod print;
mod store;

use super::bytes::{Answer, Ask, Layout, Seen};
use super::request::{Mode, Request};
use lock::Locking;

use crate::backend::objects::Capture;
use crate::backend::{Capabilities, Written};
use crate::cache::Cache;
use crate::flight::wait::Follower;
use crate::flight::{Context, Leader};
use crate::key::name;
use crate::kind::SharedError;
use crate::stats::{Event, Meter};
use crate::value::Value;
use crate::{Error, Result, event};
use smallvec::SmallVec;
use std::borrow::Cow;
use std::ops::Deref;
use std::time::Duration;

/// What the driver has to do.
pub(crate) enum Step {
    /// Ask the backend, then [`Machine::answered`].
    Ask(Ask),
    /// Wait for another caller, then [`Machine::waited`].
    Wait(Follower),
    /// Wait so long for another process, then [`Machine::paused`].
    Pause(Duration),
    /// Run the function in this context, then [`Machine::computed`] or [`Machine::failed`].
    Compute(Context),
    /// It is over.
    Done(Done),
}

/// How a call ended.
pub(crate) enum Done {
    /// With a value from the cache, or from another caller.
    Value(Value),
    /// With the error of another caller's computation.
    Error(SharedError),
    /// With a failure of the cache, and nothing was computed.
    Failed(Error),
    /// With what this caller computed.
    Computed,
    /// With nothing: there is nothing to serve, and nothing was to be computed.
    Absent,
}

/// What a value means for its entry.
#[derive(Debug)]
pub(crate) struct Verdict {
    pub(crate) store: bool,
    pub(crate) tags: Vec<Cow<'static, str>>,
    pub(crate) timeout: Option<crate::timeout::Timeout>,
}

/// Where the machine is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    Lookup,
    VerifyValueTags,
    Open,
    Lock,
    Compute,
    ReadValueTags,
    OpenValueTags,
    ReadClock,
    Store,
    Release,
    Over,
}

/// What was captured before the computation.
enum Captured {
    Nothing,
    Objects(Box<dyn Capture>),
    Bytes(Seen),
}

/// The cache of a call.
pub(crate) enum Held {
    /// It is there as long as the function is.
    Lasting(&'static Cache),
    /// The call may be the last to have it.
    Counted(Cache),
}

impl Deref for Held {
    type Target = Cache;

    fn deref(&self) -> &Cache {
        match self {
            Self::Lasting(cache) => cache,
            Self::Counted(cache) => cache,
        }
    }
}

/// One call.
pub(crate) struct Machine {
    cache: Held,
    meter: Meter,
    request: Request,
    state: State,
    captured: Captured,
    leader: Option<Leader>,
    locking: Locking,
    /// How the call ends, once its lock is given back.
    ending: Option<Done>,
    /// In the order of flights: before the first lookup, and before the last one.
    started: u64,
    looked: u64,
    /// Neither join nor lead: somebody else's failure, or one's own call, stands in the way.
    alone: bool,
    /// A hit whose value tags are not verified yet.
    unverified: Option<(Value, Vec<(String, crate::version::Version)>)>,
    /// What is to be stored.
    value: Option<Value>,
    value_tags: Vec<Cow<'static, str>>,
    timeout: Option<Duration>,
    /// The last failure; the caller sees it only where there is no value to give instead.
    failure: Option<Error>,
    /// A miss was counted: what happens since is not a second one.
    has_missed: bool,
}

impl Machine {
    /// A call that `started` at that point in the order of flights and has looked up nothing yet.
    pub(crate) fn new(cache: Held, meter: Meter, request: Request, started: u64) -> Self {
        Self {
            cache,
            meter,
            request,
            state: State::Start,
            captured: Captured::Nothing,
            leader: None,
            locking: Locking::default(),
            ending: None,
            started,
            looked: started,
            alone: false,
            unverified: None,
            value: None,
            value_tags: Vec::new(),
            timeout: None,
            failure: None,
            has_missed: false,
        }
    }

    pub(crate) fn take_failure(&mut self) -> Option<Error> {
        self.failure.take()
    }

    pub(crate) fn cache(&self) -> &Cache {
        &self.cache
    }

    /// The first step.
    pub(crate) fn begin(&mut self) -> Step {
        match self.check() {
            Ok(timeout) => self.timeout = timeout,
            Err(error) => {
                self.error(&error);
                return self.compute();
            }
        }
        if !self.cache.is_enabled() {
            return self.compute();
        }
        self.alone = self.request.mode == Mode::Put;
        self.want_lock();
        if self.request.mode == Mode::Refresh {
            self.count(Event::Refreshed);
            event::refresh(self.cache.alias(), self.request.template);
        }
        // A store that adds only what is absent needs no look before a refresh.
        let is_bytes = self.cache.object_store().is_none();
        if is_bytes && !self.may_hit() && self.capabilities().conditional_store {
            return self.open(Seen::nothing(&self.request));
        }
        self.look_again()
    }

    fn check(&self) -> Result<Option<Duration>> {
        name::check("key", &self.request.key)?;
        for name in self.request.names.as_slice() {
            name::check("tag or prefix", name)?;
        }
        if self.request.mode == Mode::Peek {
            return Ok(None);
        }
        self.request.timeout.resolve(self.cache.settings().timeout)
    }

    fn may_hit(&self) -> bool {
        matches!(self.request.mode, Mode::Lookup | Mode::Peek)
    }

    fn capabilities(&self) -> Capabilities {
        self.cache.capabilities()
    }

    fn layout(&self) -> Layout<'_> {
        Layout { settings: self.cache.settings(), capabilities: self.capabilities() }
    }

    /// What the backend answered.
    pub(crate) fn answered(&mut self, answer: Result<Answer>) -> Step {
        match self.state {
            State::Release => return self.released(answer.err().as_ref()),
            State::Lock => return self.removed(answer.err().as_ref()),
            _ => {}
        }
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if self.is_before_computation() => return self.without_cache(&error),
            Err(error) => return self.not_stored(&error),
        };
        match (self.state, answer) {
            (state, Answer::Read(values)) => {
                // On the stack: few calls have more tags than this.
                let values: SmallVec<[_; 16]> = values.iter().collect();
                self.read(state, &values)
            }
            (State::Open, Answer::Opened(versions)) => {
                self.lock_opened(&versions);
                let has_value_tags = self.request.has_value_tags;
                let complete =
                    self.seen().is_some_and(|seen| seen.opened(&versions, has_value_tags));
                if !complete {
                    self.captured = Captured::Nothing;
                }
                self.enter()
            }
            (State::OpenValueTags, Answer::Opened(versions)) => {
                let complete = self.seen().is_some_and(|seen| seen.value_tags_opened(&versions));
                if complete { self.ask_clock() } else { self.written(Written::Doomed) }
            }
            (State::Store, Answer::Written(written)) => self.written(written),
            _ => self.finish(Done::Computed),
        }
    }

    /// What the backend read.
    fn read(&mut self, state: State, answers: &[Option<&[u8]>]) -> Step {
        match state {
            State::Lookup => self.judge(answers),
            State::VerifyValueTags => self.verified(answers),
            State::ReadValueTags => self.open_value_tags(answers),
            State::ReadClock => {
                let still = self.seen().is_some_and(|seen| seen.clock_stood_still(answers));
                if still { self.ask_store() } else { self.written(Written::Doomed) }
            }
            _ => self.finish(Done::Computed),
        }
    }

    fn seen(&mut self) -> Option<&mut Seen> {
        match &mut self.captured {
            Captured::Bytes(seen) => Some(seen),
            Captured::Nothing | Captured::Objects(_) => None,
        }
    }

    fn is_before_computation(&self) -> bool {
        matches!(self.state, State::Start | State::Lookup | State::VerifyValueTags | State::Open)
    }

    fn finish(&mut self, done: Done) -> Step {
        // The flight before its lease: who takes a new lease has looked before the value was there, and would compute it a
        // second time if it did not learn that the flight has ended.
        self.leader = None;
        self.captured = Captured::Nothing;
        self.release(done)
    }

    /// A lookup was a miss.
    pub(crate) fn count_miss(&mut self, why: Event) {
        self.has_missed = true;
        self.count(why);
        match why {
            Event::Invalidated => event::stale(self.cache.alias(), self.request.template),
            _ => event::miss(self.cache.alias(), self.request.template),
        }
    }

    pub(crate) fn count(&self, event: Event) {
        self.cache.count(self.meter, event);
    }

    fn error(&mut self, error: &Error) {
        self.failure = Some(self.cache.report(self.meter, self.request.template, error));
    }
}

impl Drop for Machine {
    fn drop(&mut self) {
        // A panic, or a dropped future: the flight tells its followers when `leader` is dropped.
        if self.state == State::Compute && self.request.mode != Mode::Put {
            self.count(Event::Failed);
        }
    }
}

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

use super::bytes::{self, Answer, Ask, Layout, Reading, Seen};
use super::request::{Mode, Request};
use crate::backend::objects::{Capture, Found};
use crate::backend::{Capabilities, Written};
use crate::cache::Cache;
use crate::flight::wait::{Follower, Waited};
use crate::flight::{Caller, Context, Entered, Identity, Leader, Outcome};
use crate::key::name;
use crate::kind::SharedError;
use crate::stats::{Counters, Event};
use crate::value::{Header, Value};
use crate::{Error, ErrorKind, Result, event};
use std::borrow::Cow;
use std::sync::Arc;
use std::time::Duration;

/// What the driver has to do.
pub(crate) enum Step {
    /// Ask the backend, then [`Machine::answered`].
    Ask(Ask),
    /// Wait for another caller, then [`Machine::waited`].
    Wait(Follower),
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
    Compute,
    ReadValueTags,
    OpenValueTags,
    ReadClock,
    Store,
    Over,
}

/// What was captured before the computation.
enum Captured {
    Nothing,
    Objects(Box<dyn Capture>),
    Bytes(Seen),
}

/// One call.
pub(crate) struct Machine {
    cache: Cache,
    function: Option<&'static Counters>,
    request: Request,
    state: State,
    captured: Captured,
    leader: Option<Leader>,
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
}

impl Machine {
    /// A call that `started` at that point in the order of flights and has looked up nothing yet.
    pub(crate) fn new(cache: Cache, function: Option<&'static Counters>, request: Request, started: u64) -> Self {
        Self {
            cache,
            function,
            request,
            state: State::Start,
            captured: Captured::Nothing,
            leader: None,
            started,
            looked: started,
            alone: false,
            unverified: None,
            value: None,
            value_tags: Vec::new(),
            timeout: None,
            failure: None,
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

    // ----- looking up -----

    fn ask_lookup(&mut self) -> Step {
        event::get(self.cache.alias(), self.request.template);
        self.state = State::Lookup;
        Step::Ask(Ask::Read(bytes::lookup_keys(&self.layout(), &self.request)))
    }

    /// Looks up. In an in-process store the caller has looked already; what happened since is not a second miss.
    fn look_again(&mut self) -> Step {
        self.looked = self.cache.flights().now();
        let Some(store) = self.cache.objects() else { return self.ask_lookup() };
        if self.may_hit()
            && let Found::Hit(value) = store.lookup(self.request.key(), self.request.tag_set)
            && value.any().type_id() == self.request.value_type
        {
            return self.hit(value);
        }
        if self.request.mode == Mode::Peek {
            return self.finish(Done::Absent);
        }
        self.captured = Captured::Objects(store.open(self.request.key(), self.request.names.as_slice(), self.request.has_value_tags));
        self.enter()
    }

    fn hit(&mut self, value: Value) -> Step {
        self.count(Event::Hit);
        event::hit(self.cache.alias(), self.request.template);
        self.finish(Done::Value(value))
    }

    fn judge(&mut self, answers: &[Option<Vec<u8>>]) -> Step {
        let now = self.cache.clock().unix_millis();
        let reading = match bytes::judge(&self.layout(), &self.request, answers, now) {
            Ok(reading) => reading,
            Err(error) => return self.without_cache(&error),
        };
        let may_hit = self.may_hit();
        match reading {
            Reading::Hit(value) if may_hit => self.hit(value),
            Reading::Unverified { value, tags, seen } if may_hit => {
                self.captured = Captured::Bytes(seen);
                self.state = State::VerifyValueTags;
                let keys = bytes::value_tag_keys(&self.layout(), tags.iter().map(|(tag, _)| tag.as_str()));
                self.unverified = Some((value, tags));
                Step::Ask(Ask::Read(keys))
            }
            Reading::Hit(_) => self.open(Seen::nothing(&self.request)),
            Reading::Unverified { seen, .. } => self.open(seen),
            Reading::Absent(seen) => self.missed(Event::Absent, seen),
            Reading::Expired(seen) => self.missed(Event::Expired, seen),
            Reading::Stale(seen) => self.missed(Event::Invalidated, seen),
            Reading::Foreign(seen) => self.missed(Event::Foreign, seen),
        }
    }

    fn verified(&mut self, answers: &[Option<Vec<u8>>]) -> Step {
        let Some((value, tags)) = self.unverified.take() else { return self.compute() };
        if bytes::are_live(&tags, answers) {
            return self.hit(value);
        }
        match std::mem::replace(&mut self.captured, Captured::Nothing) {
            Captured::Bytes(seen) => self.missed(Event::Invalidated, seen),
            Captured::Nothing | Captured::Objects(_) => self.compute(),
        }
    }

    fn missed(&mut self, why: Event, seen: Seen) -> Step {
        if self.may_hit() {
            self.count_miss(why);
            if self.request.mode == Mode::Peek {
                return self.finish(Done::Absent);
            }
            if !self.alone
                && let Some(entered) = self.cache.flights().started_after(&self.caller(), &Context::current())
            {
                return self.entered(entered);
            }
        }
        self.open(seen)
    }

    // ----- opening: versions are captured, the lease is taken, a flight is joined or led -----

    fn open(&mut self, seen: Seen) -> Step {
        let opening = seen.opening(&self.layout(), &self.request, self.timeout);
        self.captured = Captured::Bytes(seen);
        match opening {
            Ok(opening) if opening.missing.is_empty() => self.enter(),
            Ok(opening) => {
                self.state = State::Open;
                Step::Ask(Ask::Open(opening))
            }
            Err(error) => self.without_cache(&error),
        }
    }

    fn caller(&self) -> Caller<'_> {
        Caller {
            key: self.request.key(),
            tag_set: self.request.tag_set.unwrap_or_default(),
            value_type: self.request.value_type,
            started: self.started,
            looked: self.looked,
        }
    }

    fn enter(&mut self) -> Step {
        if self.alone {
            return self.compute();
        }
        let identity = match &self.captured {
            Captured::Nothing => Identity::unique(),
            Captured::Objects(capture) => Identity::Captured(capture.identity().into()),
            Captured::Bytes(seen) => Identity::Captured(seen.identity()),
        };
        let always_lead = self.request.mode == Mode::Refresh;
        let entered = self.cache.flights().enter(&self.caller(), identity, &Context::current(), always_lead);
        self.entered(entered)
    }

    fn entered(&mut self, entered: Entered) -> Step {
        match entered {
            Entered::Join(flight) => {
                // The lease is for those who compute.
                self.captured = Captured::Nothing;
                Step::Wait(Follower::new(flight, self.cache.settings().wait))
            }
            Entered::Lead(leader) => {
                self.leader = Some(leader);
                self.compute()
            }
            Entered::LookAgain => self.look_again(),
            Entered::Alone => {
                self.alone = true;
                if matches!(self.captured, Captured::Nothing) { self.look_again() } else { self.compute() }
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
            Waited::Landed(Outcome::Failed) | Waited::GaveUp => {
                self.alone = true;
                self.look_again()
            }
            // What was seen before the wait may be gone, and another follower may have been faster.
            Waited::Landed(Outcome::Abandoned) => self.look_again(),
        }
    }

    /// Something failed before the computation: compute, and store nothing. Callers may still share the computation if
    /// they were there before it began.
    fn without_cache(&mut self, error: &Error) -> Step {
        self.error(error);
        self.captured = Captured::Nothing;
        if self.alone || !self.may_hit() {
            return self.compute();
        }
        if let Some(entered) = self.cache.flights().started_after(&self.caller(), &Context::current()) {
            if let Entered::Join(flight) = entered {
                return Step::Wait(Follower::new(flight, self.cache.settings().wait));
            }
            self.alone = true;
            return self.compute();
        }
        // A flight that ended since is no reason to ask the failing backend again.
        self.looked = u64::MAX;
        self.enter()
    }

    // ----- computing and storing -----

    fn compute(&mut self) -> Step {
        match self.request.mode {
            Mode::Peek => return self.finish(Done::Absent),
            Mode::Put => {}
            Mode::Lookup | Mode::Refresh => {
                self.count(Event::Computed);
                event::compute(self.cache.alias(), self.request.template);
            }
        }
        self.state = State::Compute;
        let context = Context::current();
        Step::Compute(self.leader.as_ref().map_or_else(|| context.clone(), |leader| context.with(leader.id())))
    }

    /// Whether anybody but the caller wants the value.
    pub(crate) fn keeps_value(&self) -> bool {
        self.leader.is_some() || !matches!(self.captured, Captured::Nothing)
    }

    /// The function succeeded, and nobody but the caller wants the value.
    pub(crate) fn succeeded_alone(&mut self) {
        self.finish(Done::Computed);
    }

    /// The function failed. `shared` is a copy of its error for the followers.
    pub(crate) fn failed(&mut self, shared: Option<SharedError>) {
        self.count(Event::Failed);
        if let Some(leader) = self.leader.take() {
            leader.land(shared.map_or(Outcome::Failed, Outcome::Error));
        }
        self.finish(Done::Computed);
    }

    /// What the value's entry will know of it, by the value's verdict. After this comes [`computed`](Machine::computed).
    pub(crate) fn seal(&mut self, verdict: Verdict, value: &(dyn std::any::Any + Send + Sync)) -> Header {
        let timeout = verdict.timeout.map_or(Ok(self.timeout), |timeout| timeout.resolve(self.cache.settings().timeout));
        let is_fit = verdict.tags.iter().try_for_each(|tag| name::check("tag", tag));
        let header = match (timeout, is_fit) {
            (Err(error), _) | (_, Err(error)) => {
                self.error(&error);
                None
            }
            (Ok(timeout), Ok(())) if verdict.store => {
                self.timeout = timeout;
                self.seal_fit(verdict.tags, value)
            }
            _ => {
                if !matches!(self.captured, Captured::Nothing) {
                    self.count(Event::Skipped);
                }
                None
            }
        };
        header.unwrap_or_else(|| {
            self.captured = Captured::Nothing;
            Header::detached()
        })
    }

    fn seal_fit(&mut self, tags: Vec<Cow<'static, str>>, value: &(dyn std::any::Any + Send + Sync)) -> Option<Header> {
        let store = self.cache.objects();
        match (&mut self.captured, store) {
            (Captured::Objects(capture), Some(store)) => {
                let Some(dependencies) = capture.dependencies(&tags) else {
                    self.doomed();
                    return None;
                };
                let mut header = Header::new(self.request.key.clone(), self.request.tag_set.unwrap_or_default(), store.deadline(self.timeout));
                header.began = self.leader.as_ref().map_or(self.looked, Leader::started);
                header.weight = store.weigh(&self.request.key, value, &|| self.request.ops.encoded_len(value));
                header.dependencies = Some(dependencies);
                Some(header)
            }
            (Captured::Bytes(_), _) => {
                self.value_tags = tags;
                Some(Header::detached())
            }
            _ => None,
        }
    }

    /// The function returned a value. Followers get it at once; storing it comes after.
    pub(crate) fn computed(&mut self, value: Value) -> Step {
        if let Some(leader) = &self.leader {
            leader.land(Outcome::Value(Arc::clone(&value)));
        }
        match std::mem::replace(&mut self.captured, Captured::Nothing) {
            Captured::Nothing => self.finish(Done::Computed),
            Captured::Objects(capture) => {
                let written = capture.store(value);
                self.written(written)
            }
            Captured::Bytes(seen) => {
                self.captured = Captured::Bytes(seen);
                self.value = Some(value);
                if self.value_tags.is_empty() { self.ask_store() } else { self.ask_value_tags() }
            }
        }
    }

    /// Tags that the value brought: their versions are read or created first, the counter is read after that. An
    /// invalidation changes them in the other order, so it cannot go unseen.
    fn ask_value_tags(&mut self) -> Step {
        self.state = State::ReadValueTags;
        let keys = bytes::value_tag_keys(&self.layout(), self.value_tags.iter().map(AsRef::as_ref));
        Step::Ask(Ask::Read(keys))
    }

    fn open_value_tags(&mut self, answers: &[Option<Vec<u8>>]) -> Step {
        let tags = std::mem::take(&mut self.value_tags);
        let (layout, Captured::Bytes(seen)) = (
            Layout { settings: self.cache.settings(), capabilities: self.cache.capabilities() },
            &mut self.captured,
        ) else {
            return self.finish(Done::Computed);
        };
        seen.value_tags_read(tags, answers);
        match seen.value_tags_opening(&layout, self.timeout) {
            Ok(opening) if opening.missing.is_empty() => self.ask_clock(),
            Ok(opening) => {
                self.state = State::OpenValueTags;
                Step::Ask(Ask::Open(opening))
            }
            Err(error) => self.not_stored(&error),
        }
    }

    fn ask_clock(&mut self) -> Step {
        self.state = State::ReadClock;
        Step::Ask(Ask::Read(vec![Seen::clock_key(&self.layout())]))
    }

    fn ask_store(&mut self) -> Step {
        let (Captured::Bytes(seen), Some(value)) = (&self.captured, &self.value) else {
            return self.finish(Done::Computed);
        };
        let payload = match self.request.ops.encode(value, self.cache.settings().codec) {
            Ok(payload) => payload,
            Err(error) => return self.not_stored(&error),
        };
        let now = self.cache.clock().unix_millis();
        let storing = seen.storing(&self.layout(), &self.request, &payload, self.timeout, now);
        match storing {
            Some(storing) if storing.entry.value.len() <= self.capabilities().max_value_bytes => {
                self.state = State::Store;
                Step::Ask(Ask::Store(Box::new(storing)))
            }
            _ => self.written(Written::TooLarge),
        }
    }

    fn written(&mut self, written: Written) -> Step {
        match written {
            Written::Stored => {
                self.count(Event::Stored);
                event::store(self.cache.alias(), self.request.template);
            }
            Written::Doomed => self.doomed(),
            Written::TooLarge => {
                self.count(Event::Skipped);
                self.failure = Some(Error::new(ErrorKind::TooLarge, "the value is larger than the backend takes"));
            }
        }
        self.finish(Done::Computed)
    }

    fn doomed(&mut self) {
        self.count(Event::Doomed);
        event::doom(self.cache.alias(), self.request.template);
    }

    fn not_stored(&mut self, error: &Error) -> Step {
        self.error(error);
        self.finish(Done::Computed)
    }

    // ----- answers -----

    /// What the backend answered.
    pub(crate) fn answered(&mut self, answer: Result<Answer>) -> Step {
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if self.is_before_computation() => return self.without_cache(&error),
            Err(error) => return self.not_stored(&error),
        };
        match (self.state, answer) {
            (State::Lookup, Answer::Read(answers)) => self.judge(&answers),
            (State::VerifyValueTags, Answer::Read(answers)) => self.verified(&answers),
            (State::Open, Answer::Opened(versions)) => {
                let has_value_tags = self.request.has_value_tags;
                let complete = self.seen().is_some_and(|seen| seen.opened(&versions, has_value_tags));
                if !complete {
                    self.captured = Captured::Nothing;
                }
                self.enter()
            }
            (State::ReadValueTags, Answer::Read(answers)) => self.open_value_tags(&answers),
            (State::OpenValueTags, Answer::Opened(versions)) => {
                let complete = self.seen().is_some_and(|seen| seen.value_tags_opened(&versions));
                if complete { self.ask_clock() } else { self.written(Written::Doomed) }
            }
            (State::ReadClock, Answer::Read(answers)) => {
                let still = self.seen().is_some_and(|seen| seen.clock_stood_still(&answers));
                if still { self.ask_store() } else { self.written(Written::Doomed) }
            }
            (State::Store, Answer::Written(written)) => self.written(written),
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
        self.state = State::Over;
        self.captured = Captured::Nothing;
        self.leader = None;
        Step::Done(done)
    }

    /// A lookup before the first step was a miss already.
    pub(crate) fn count_miss(&self, why: Event) {
        self.count(why);
        match why {
            Event::Invalidated => event::stale(self.cache.alias(), self.request.template),
            _ => event::miss(self.cache.alias(), self.request.template),
        }
    }

    pub(crate) fn count(&self, event: Event) {
        self.cache.count(self.function, event);
    }

    fn error(&mut self, error: &Error) {
        self.count(Event::Error);
        let error = error.clone().on_alias(self.cache.alias()).for_template(self.request.template);
        event::error(self.cache.alias(), self.request.template, &error);
        self.failure = Some(error);
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

//! What the model checker drives: the machine itself, step by step, with values that are numbers. Not an interface.

mod print;
mod stored;

pub use print::Print;
pub use stored::{CitedVersion, Stored};

use crate::backend::{Invalidating, Opening, Storing, Written};
use crate::cache::Cache;
use crate::codec::ValueOps;
use crate::flight::Context;
use crate::flight::wait::{Waited, Watch};
use crate::key::{KeyRef, hash};
use crate::protocol::bytes::{self, Layout};
use crate::protocol::machine::Verdict;
use crate::protocol::request::KeyHash;
use crate::protocol::{self, Machine, Names, Request};
use crate::settings::Lock;
use crate::stats::Meter;
use crate::timeout::Timeout;
use crate::value::{Boxed, Value};
use crate::version::Version;
use crate::{Error, ErrorKind, Result};
use std::any::TypeId;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How a call wants its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "as the machine's modes")]
#[expect(clippy::exhaustive_enums, reason = "not an interface")]
pub enum Mode {
    Lookup,
    Refresh,
    Peek,
    Put,
}

/// What is called.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the machine's request")]
#[expect(clippy::exhaustive_structs, reason = "not an interface")]
pub struct Spec {
    pub mode: Mode,
    pub key: String,
    pub names: Vec<String>,
    pub value_tags: Vec<String>,
    pub timeout: Option<Duration>,
    pub distributed: bool,
}

/// What to ask a backend.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the machine's questions")]
#[expect(clippy::exhaustive_enums, reason = "not an interface")]
pub enum Ask {
    Read(Vec<String>),
    Open(Opening),
    Store(Box<Storing>),
    Release(String, Version),
}

/// What a backend answered.
#[derive(Clone, Debug)]
#[expect(missing_docs, reason = "as the machine's answers")]
#[expect(clippy::exhaustive_enums, reason = "not an interface")]
pub enum Answer {
    Read(Vec<Option<Vec<u8>>>),
    Opened(Vec<Option<Version>>),
    Written(Written),
    Released,
}

/// What is next.
#[derive(Debug)]
#[expect(missing_docs, reason = "as the machine's steps")]
#[expect(clippy::exhaustive_enums, reason = "not an interface")]
pub enum Step {
    Ask(Ask),
    Wait,
    Pause,
    Compute,
    /// With this value, if the machine has one; else with what was computed.
    Done(Option<u64>),
    /// With nothing, and nothing was computed.
    Absent,
}

/// A call under way.
pub struct Call {
    machine: Box<Machine>,
    /// Around the call, and around its computation.
    outer: Context,
    inner: Context,
    watch: Option<Watch>,
}

fn number(value: &Value) -> Option<u64> {
    value.downcast_ref().copied()
}

impl Call {
    /// Begins a call, inside the computation of `around`. `joins_all` is a mutation: it has been there since ever, so
    /// that it may join whatever is under way.
    #[must_use]
    pub fn begin(
        cache: &Cache,
        spec: &Spec,
        around: Option<&Self>,
        joins_all: bool,
    ) -> (Self, Step) {
        let names = Names::new(spec.names.iter().cloned().map(Cow::Owned).collect());
        let mode = match spec.mode {
            Mode::Lookup => protocol::Mode::Lookup,
            Mode::Refresh => protocol::Mode::Refresh,
            Mode::Peek => protocol::Mode::Peek,
            Mode::Put => protocol::Mode::Put,
        };
        let tag_set = hash::keyed(names.as_slice().iter().map(AsRef::as_ref));
        let request = Request {
            key: spec.key.as_str().into(),
            hash: KeyHash(KeyRef::new(&spec.key).hash()),
            numbered: None,
            tag_set: (mode != protocol::Mode::Peek).then_some(tag_set),
            names: if mode == protocol::Mode::Peek { Names::default() } else { names },
            timeout: spec.timeout.map_or(Timeout::Never, Timeout::After),
            has_value_tags: !spec.value_tags.is_empty() && mode != protocol::Mode::Peek,
            mode,
            lock: spec.distributed.then_some(Lock::Distributed),
            tells_failures: false,
            ops: ValueOps::any::<u64, Boxed>(),
            value_type: TypeId::of::<u64>(),
            template: "",
        };
        let started = if joins_all { 0 } else { cache.flights().now() };
        let machine = Box::new(Machine::new(
            crate::protocol::machine::Held::Counted(cache.clone()),
            Meter::cache(),
            request,
            started,
        ));
        let outer = around.map_or_else(Context::default, |around| around.inner.clone());
        let mut call = Self { machine, inner: outer.clone(), outer, watch: None };
        let step = call.go(Machine::begin);
        (call, step)
    }

    /// The backend answered.
    pub fn answered(&mut self, answer: Result<Answer>) -> Step {
        let answer = answer.map(|answer| match answer {
            Answer::Read(values) => bytes::Answer::Read(values.into()),
            Answer::Opened(versions) => bytes::Answer::Opened(versions),
            Answer::Written(written) => bytes::Answer::Written(written),
            Answer::Released => bytes::Answer::Released,
        });
        self.go(|machine| machine.answered(answer))
    }

    /// Whether what it waits for has come.
    #[must_use]
    pub fn wait_is_over(&self) -> bool {
        self.watch.as_ref().is_some_and(|watch| watch.result().is_some())
    }

    /// Goes on after the wait; before it is over, that is giving up.
    pub fn waited(&mut self) -> Step {
        let waited = self.watch.take().and_then(|watch| watch.result());
        self.go(|machine| machine.waited(waited.unwrap_or(Waited::GaveUp)))
    }

    /// The pause is over.
    pub fn paused(&mut self) -> Step {
        self.go(Machine::paused)
    }

    /// The function returned.
    pub fn computed(&mut self, value: u64, tags: &[String]) -> Step {
        let tags = tags.iter().cloned().map(Cow::Owned).collect();
        let verdict = Verdict { store: true, tags, timeout: None };
        self.go(|machine| {
            if !machine.keeps_value() {
                return machine.succeeded_alone();
            }
            machine.computed(verdict, Arc::new(value))
        })
    }

    /// The function failed.
    pub fn failed(&mut self) -> Step {
        self.go(|machine| machine.failed(None))
    }

    fn go(&mut self, step: impl FnOnce(&mut Machine) -> protocol::Step) -> Step {
        let outer = self.outer.clone();
        let step = outer.enter(|| {
            let mut step = step(&mut self.machine);
            while let protocol::Step::Wait(follower) = step {
                self.watch = follower.watch();
                if self.watch.is_some() {
                    return None;
                }
                step = self.machine.waited(Waited::GaveUp);
            }
            Some(step)
        });
        let Some(step) = step else { return Step::Wait };
        match step {
            protocol::Step::Ask(ask) => Step::Ask(match ask {
                bytes::Ask::Read(keys) => Ask::Read(keys.iter().map(str::to_owned).collect()),
                bytes::Ask::Open(opening) => Ask::Open(opening),
                bytes::Ask::Store(storing) => Ask::Store(storing),
                bytes::Ask::Release(key, token) => Ask::Release(key, token),
                bytes::Ask::Invalidate(_) => Ask::Read(Vec::new()),
            }),
            protocol::Step::Wait(_) => Step::Wait,
            protocol::Step::Pause(_) => Step::Pause,
            protocol::Step::Compute(context) => {
                self.inner = context;
                Step::Compute
            }
            protocol::Step::Done(done) => match done {
                protocol::Done::Value(value) => Step::Done(number(&value)),
                protocol::Done::Computed => Step::Done(None),
                protocol::Done::Error(_) | protocol::Done::Failed(_) | protocol::Done::Absent => {
                    Step::Absent
                }
            },
        }
    }

    /// Writes down what decides what happens next.
    pub fn print(&self, out: &mut Print) {
        self.machine.print(out);
        self.outer.print(out, self.machine.cache().flights());
        self.inner.print(out, self.machine.cache().flights());
        out.flag(self.watch.is_some());
        if let Some(watch) = &self.watch {
            watch.print(out);
        }
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call").finish_non_exhaustive()
    }
}

/// Writes down the flights of a cache.
pub fn print_flights(cache: &Cache, out: &mut Print) {
    cache.flights().print(out);
}

/// What an invalidation asks for: of names and keys, or of everything.
#[must_use]
pub fn invalidating(cache: &Cache, what: Option<(&[String], &[String])>) -> Invalidating {
    let layout = Layout { settings: cache.settings(), capabilities: cache.capabilities() };
    let Some((names, keys)) = what else { return layout.clearing() };
    let names: Vec<_> = names.iter().map(|name| Cow::Borrowed(name.as_str())).collect();
    let keys: Vec<_> = keys.iter().map(String::as_str).collect();
    layout.invalidating(&names, &keys)
}

/// What a driver reports when a backend did not answer.
#[must_use]
pub fn unavailable() -> Error {
    Error::new(ErrorKind::Unavailable, "the model says so")
}

//! Computing and storing: the value goes to the followers first, then into the store, under what was captured.

use super::{Captured, Done, Machine, State, Step, Verdict};
use crate::backend::Written;
use crate::backend::objects::{Capture, NewEntry};
use crate::flight::{Context, Leader, Outcome};
use crate::key::name;
use crate::kind::SharedError;
use crate::protocol::bytes::{self, Ask, Layout, Seen};
use crate::protocol::request::Mode;
use crate::stats::Event;
use crate::timeout::Timeout;
use crate::value::Value;
use crate::{Error, ErrorKind, event};
use std::borrow::Cow;
use std::sync::Arc;

impl Machine {
    pub(super) fn compute(&mut self) -> Step {
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
        Step::Compute(
            self.leader
                .as_ref()
                .map_or_else(|| context.clone(), |leader| context.with(leader.id())),
        )
    }

    /// Whether anybody but the caller wants the value.
    pub(crate) fn keeps_value(&self) -> bool {
        self.leader.is_some() || !matches!(self.captured, Captured::Nothing)
    }

    /// The function succeeded, and nobody but the caller wants the value.
    pub(crate) fn succeeded_alone(&mut self) -> Step {
        self.finish(Done::Computed)
    }

    /// The function failed. `shared` is a copy of its error for the followers.
    pub(crate) fn failed(&mut self, shared: Option<SharedError>) -> Step {
        self.count(Event::Failed);
        if let Some(leader) = self.leader.take() {
            leader.land(shared.map_or(Outcome::Failed, Outcome::Error));
        }
        self.finish(Done::Computed)
    }

    /// The function returned a value. Followers get it at once; storing it comes after.
    pub(crate) fn computed(&mut self, verdict: Verdict, value: Value) -> Step {
        if let Some(leader) = &self.leader {
            leader.land(Outcome::Value(Arc::clone(&value)));
        } else if self.request.mode == Mode::Put {
            self.cache.flights().supersede(self.request.key());
        }
        let captured = std::mem::replace(&mut self.captured, Captured::Nothing);
        if matches!(captured, Captured::Nothing) || !self.is_to_store(&verdict) {
            return self.finish(Done::Computed);
        }
        match captured {
            Captured::Nothing => self.finish(Done::Computed),
            Captured::Objects(capture) => self.store_object(capture, &verdict.tags, value),
            Captured::Bytes(seen) => {
                self.captured = Captured::Bytes(seen);
                self.value = Some(value);
                self.value_tags = verdict.tags;
                if self.value_tags.is_empty() { self.ask_store() } else { self.ask_value_tags() }
            }
        }
    }

    fn is_to_store(&mut self, verdict: &Verdict) -> bool {
        let own = |timeout: Timeout| timeout.resolve(self.cache.settings().timeout);
        let timeout = verdict.timeout.map_or(Ok(self.timeout), own);
        let fit = verdict.tags.iter().try_for_each(|tag| name::check("tag", tag));
        match fit.and(timeout) {
            Ok(timeout) => self.timeout = timeout,
            Err(error) => {
                self.error(&error);
                return false;
            }
        }
        if !verdict.store {
            self.count(Event::Skipped);
        }
        verdict.store
    }

    fn store_object(
        &mut self,
        mut capture: Box<dyn Capture>,
        tags: &[Cow<'static, str>],
        value: Value,
    ) -> Step {
        let Some(store) = self.cache.object_store() else { return self.finish(Done::Computed) };
        let request = &self.request;
        let entry = NewEntry {
            key: &request.key,
            numbered: request.numbered,
            value,
            tag_set: request.tag_set.unwrap_or_default(),
            expires: store.deadline(self.timeout),
            value_tags: tags,
            encoded_len: &|value| request.ops.encoded_len(value),
        };
        let is_superseded = || self.leader.as_ref().is_some_and(Leader::is_superseded);
        let written = capture.store(entry, &is_superseded);
        // Dropped behind the flight.
        self.captured = Captured::Objects(capture);
        self.written(written)
    }

    /// Tags that the value brought: their versions are read or created first, the counter is read after that. An
    /// invalidation changes them in the other order, so it cannot go unseen.
    pub(super) fn ask_value_tags(&mut self) -> Step {
        self.state = State::ReadValueTags;
        let keys = bytes::value_tag_keys(&self.layout(), self.value_tags.iter().map(AsRef::as_ref));
        Step::Ask(Ask::Read(keys))
    }

    pub(super) fn open_value_tags(&mut self, answers: &[Option<&[u8]>]) -> Step {
        let tags = std::mem::take(&mut self.value_tags);
        let (layout, Captured::Bytes(seen)) = (
            Layout { settings: self.cache.settings(), capabilities: self.cache.capabilities() },
            &mut self.captured,
        ) else {
            return self.finish(Done::Computed);
        };
        seen.value_tags_read(tags, answers);
        match seen.value_tags_opening(&layout, self.timeout) {
            Ok(opening) if opening.is_empty() => self.ask_clock(),
            Ok(opening) => {
                self.state = State::OpenValueTags;
                Step::Ask(Ask::Open(opening))
            }
            Err(error) => self.not_stored(&error),
        }
    }

    pub(super) fn ask_clock(&mut self) -> Step {
        self.state = State::ReadClock;
        Step::Ask(Ask::Read(Seen::clock_key(&self.layout())))
    }

    pub(super) fn ask_store(&mut self) -> Step {
        if self.leader.as_ref().is_some_and(Leader::is_superseded) {
            return self.written(Written::Doomed);
        }
        let (Captured::Bytes(seen), Some(value)) = (&self.captured, &self.value) else {
            return self.finish(Done::Computed);
        };
        let payload = match self.request.ops.encode(value, self.cache.settings().codec) {
            Ok(payload) => payload,
            Err(error) => return self.not_stored(&error),
        };
        let now = self.cache.clock().unix_millis();
        let storing = seen.storing(&self.layout(), &self.request, &payload, (self.timeout, now));
        match storing {
            Some(mut storing)
                if storing.entry.value.len() <= self.capabilities().max_value_bytes =>
            {
                if self.capabilities().conditional_store {
                    storing.unlock = self.unlock();
                }
                self.state = State::Store;
                Step::Ask(Ask::Store(Box::new(storing)))
            }
            _ => self.written(Written::TooLarge),
        }
    }

    pub(super) fn written(&mut self, written: Written) -> Step {
        match written {
            Written::Stored => {
                self.count(Event::Stored);
                if self.cache.object_store().is_none() && self.capabilities().conditional_store {
                    self.unlocked();
                }
                event::store(self.cache.alias(), self.request.template);
            }
            Written::Doomed => self.doomed(),
            Written::TooLarge => {
                self.count(Event::Skipped);
                self.failure = Some(Error::new(
                    ErrorKind::TooLarge,
                    "the value is larger than the backend takes",
                ));
            }
        }
        self.finish(Done::Computed)
    }

    pub(super) fn doomed(&mut self) {
        self.count(Event::Doomed);
        event::doom(self.cache.alias(), self.request.template);
    }

    pub(super) fn not_stored(&mut self, error: &Error) -> Step {
        self.error(error);
        self.finish(Done::Computed)
    }
}

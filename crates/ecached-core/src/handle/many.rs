//! Reading several keys at once.

use super::request;
use crate::cache::Cache;
use crate::key::name;
use crate::protocol::bytes::{self, Answer, Ask, Keys, Layout, Reading};
use crate::protocol::{Mode, Request};
use crate::stats::Meter;
use crate::value::{Boxed, CacheValue, Packing, Value};
use crate::version::Version;
use crate::{EntryOptions, Error, ErrorKind, Result};

/// A value of the request with that number, if its tags still have these versions.
type Unverified = (usize, Value, Vec<(String, Version)>);

/// Several lookups in stores of bytes, with the keys of all in one question, and the tags that entries bring in a second.
pub(super) struct Many<'a> {
    cache: &'a Cache,
    requests: Vec<Request>,
    values: Vec<Option<Value>>,
    unverified: Vec<Unverified>,
    state: u8,
}

impl<'a> Many<'a> {
    /// `None` for in-process stores, which are asked one by one.
    pub(super) fn new<T: CacheValue>(cache: &'a Cache, keys: &[&str]) -> Result<Option<Self>> {
        keys.iter().try_for_each(|key| name::check("key", key))?;
        if cache.object_store().is_some() || !cache.is_enabled() {
            return Ok(None);
        }
        let requests: Vec<_> = keys
            .iter()
            .map(|key| request::<T>(key, EntryOptions::new(), Mode::Peek, true))
            .collect();
        let values = requests.iter().map(|_| None).collect();
        Ok(Some(Self { cache, requests, values, unverified: Vec::new(), state: 0 }))
    }

    fn layout(&self) -> Layout<'a> {
        Layout { settings: self.cache.settings(), capabilities: self.cache.capabilities() }
    }

    pub(super) fn next_ask(&mut self) -> Option<Ask> {
        let layout = self.layout();
        self.state += 1;
        match self.state {
            1 if !self.requests.is_empty() => {
                let mut keys = Keys::default();
                for request in &self.requests {
                    keys.append(&bytes::lookup_keys(&layout, request));
                }
                Some(Ask::Read(keys))
            }
            2 if !self.unverified.is_empty() => {
                let tags = self
                    .unverified
                    .iter()
                    .flat_map(|(_, _, tags)| tags)
                    .map(|(tag, _)| tag.as_str());
                Some(Ask::Read(bytes::value_tag_keys(&layout, tags)))
            }
            _ => None,
        }
    }

    pub(super) fn answered(&mut self, answer: Result<Answer>) -> Result<()> {
        let answer =
            answer.map_err(|error| self.cache.report(Meter::cache(), "", &error.during("get")))?;
        let Answer::Read(answers) = answer else { return Err(wrong_answer()) };
        let layout = self.layout();
        let answers: Vec<_> = answers.iter().collect();
        let mut rest = &answers[..];
        let mut take = |count: usize| {
            let (taken, others) = rest.split_at_checked(count).ok_or_else(wrong_answer)?;
            rest = others;
            Ok::<_, Error>(taken)
        };
        if self.state > 1 {
            for (index, value, tags) in self.unverified.drain(..) {
                if bytes::are_live(&tags, take(tags.len())?) {
                    self.values[index] = Some(value);
                }
            }
            return Ok(());
        }
        let now = self.cache.clock().unix_millis();
        for (index, request) in self.requests.iter().enumerate() {
            let own = take(bytes::lookup_len(&layout, request))?;
            match bytes::judge(&layout, request, own, now)?.0 {
                Reading::Hit(value) => self.values[index] = Some(value),
                Reading::Unverified { value, tags } => {
                    self.unverified.push((index, value, tags));
                }
                _ => {}
            }
        }
        Ok(())
    }

    pub(super) fn into_values<T: CacheValue>(self) -> Vec<Option<T>> {
        self.values.into_iter().map(|value| Boxed::take(value?)).collect()
    }
}

fn wrong_answer() -> Error {
    Error::new(ErrorKind::Backend, "a backend must answer one value per key")
}

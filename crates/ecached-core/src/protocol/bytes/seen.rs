//! What was seen of the versions that an entry would cite: on a miss, the capture.

use super::{Keys, Layout};
use crate::Result;
use crate::backend::{Item, Opening, Storing};
use crate::entry::{Cited, CitedAs, Entry, Seal};
use crate::protocol::request::{Mode, Request};
use crate::version::Version;
use smallvec::SmallVec;
use std::borrow::Cow;
use std::time::Duration;

/// Versions live at least this long after they were made, so that entries stored later may cite them.
const VERSION_LIFE: Duration = Duration::from_secs(30 * 86_400);

/// Versions as they were before the computation.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    alias: Option<Version>,
    key: Option<Version>,
    /// As [`Request::names`].
    names: Vec<Option<Version>>,
    clock: Option<Version>,
    /// Tags found in the value, with their versions.
    value_tags: Vec<(Cow<'static, str>, Option<Version>)>,
}

impl Seen {
    pub(super) const fn new(
        alias: Option<Version>,
        key: Option<Version>,
        names: Vec<Option<Version>>,
        clock: Option<Version>,
    ) -> Self {
        Self { alias, key, names, clock, value_tags: Vec::new() }
    }

    /// The capture of a call that did not look up.
    pub(crate) fn nothing(request: &Request) -> Self {
        Self { names: vec![None; request.names.as_slice().len()], ..Self::default() }
    }

    /// The versions to create before the computation, and the lease to take.
    pub(crate) fn opening(
        &self,
        layout: &Layout<'_>,
        request: &Request,
        timeout: Option<Duration>,
    ) -> Result<Opening> {
        let ttl = version_ttl(timeout);
        let names = request
            .names
            .as_slice()
            .iter()
            .zip(&self.names)
            .filter(|(_, version)| version.is_none());
        let mut keys: Vec<String> = names.map(|(name, _)| layout.version(name)).collect();
        if self.alias.is_none() {
            keys.push(layout.alias());
        }
        let mut missing = create(keys, ttl)?;
        if request.has_value_tags && self.clock.is_none() {
            // The counter of all tags: it must outlive every computation.
            missing.append(&mut create(vec![layout.clock()], None)?);
        }
        // A lease that entries cite must live as long as they do; others only as long as a computation.
        let life =
            if layout.capabilities.conditional_store { Some(layout.settings.lease) } else { ttl };
        let lease = self.key.is_none().then(|| create(vec![layout.lease(&request.key)], life));
        Ok(Opening {
            missing,
            lease: lease.transpose()?.and_then(|mut items| items.pop()),
            lock: None,
        })
    }

    /// Takes in what [`opening`](Seen::opening) created or found; `false` if the store kept nothing.
    pub(crate) fn opened(&mut self, answers: &[Option<Version>], has_value_tags: bool) -> bool {
        let mut answers = answers.iter().copied();
        let alias = std::iter::once(&mut self.alias);
        let clock = has_value_tags.then_some(&mut self.clock);
        let missing = self.names.iter_mut().chain(alias).chain(clock);
        for version in missing.chain([&mut self.key]).filter(|version| version.is_none()) {
            *version = answers.next().flatten();
        }
        (!has_value_tags || self.clock.is_some())
            && self.alias.is_some()
            && self.key.is_some()
            && self.names.iter().all(Option::is_some)
    }

    /// What identifies the capture: the counter too, where tags may come from the value. A flight that captured another
    /// count may lack an invalidation of a tag that its value is going to bring.
    pub(crate) fn identity(&self) -> SmallVec<[u64; 8]> {
        let versions = self.names.iter().chain([&self.alias, &self.key, &self.clock]);
        let halves = |version: &Option<Version>| {
            let bytes = version.map_or(0, |version| u128::from_be_bytes(*version.as_bytes()));
            [(bytes >> 64) as u64, bytes as u64]
        };
        versions.flat_map(halves).collect()
    }

    /// Takes in the versions of tags found in the value.
    pub(crate) fn value_tags_read(
        &mut self,
        tags: Vec<Cow<'static, str>>,
        answers: &[Option<&[u8]>],
    ) {
        let answers = answers
            .iter()
            .map(|bytes| bytes.and_then(Version::read))
            .chain(std::iter::repeat(None));
        self.value_tags = tags.into_iter().zip(answers).collect();
    }

    /// The versions of tags found in the value that must be created.
    pub(crate) fn value_tags_opening(
        &self,
        layout: &Layout<'_>,
        timeout: Option<Duration>,
    ) -> Result<Opening> {
        let missing = self.value_tags.iter().filter(|(_, version)| version.is_none());
        let keys = missing.map(|(tag, _)| layout.version(tag)).collect();
        Ok(Opening { missing: create(keys, version_ttl(timeout))?, lease: None, lock: None })
    }

    /// Takes in what [`value_tags_opening`](Seen::value_tags_opening) created; `false` if the store kept nothing.
    pub(crate) fn value_tags_opened(&mut self, answers: &[Option<Version>]) -> bool {
        let mut answers = answers.iter().copied();
        for (_, version) in self.value_tags.iter_mut().filter(|(_, version)| version.is_none()) {
            *version = answers.next().flatten();
        }
        self.value_tags.iter().all(|(_, version)| version.is_some())
    }

    /// The key of the counter. It must be read after the versions of the tags that the value brought.
    pub(crate) fn clock_key(layout: &Layout<'_>) -> Keys {
        let mut keys = Keys::default();
        keys.push(|out| layout.put_clock(out));
        keys
    }

    /// Whether the counter is where it was before the computation.
    pub(crate) fn clock_stood_still(&self, answers: &[Option<&[u8]>]) -> bool {
        let [answer] = answers else { return false };
        // An absent counter may have moved before it was lost.
        self.clock.is_some() && answer.and_then(Version::read) == self.clock
    }

    /// All versions.
    #[cfg(feature = "proof")]
    pub(crate) fn print(&self, out: &mut crate::proof::Print) {
        let Self { alias, key, names, clock, value_tags } = self;
        [alias, key, clock].iter().for_each(|version| out.version(**version));
        names.iter().for_each(|version| out.version(*version));
        for (tag, version) in value_tags {
            out.text(tag);
            out.version(*version);
        }
    }

    /// The entry to store; `None` if it has no stored form, or one that would not be read.
    pub(crate) fn storing(
        &self,
        layout: &Layout<'_>,
        request: &Request,
        payload: &[u8],
        (timeout, now_unix_ms): (Option<Duration>, u64),
    ) -> Option<Storing> {
        let declared = request.names.as_slice().iter().zip(&self.names);
        let declared = declared.map(|(name, version)| (CitedAs::Declared, name.as_ref(), *version));
        let found =
            self.value_tags.iter().map(|(name, version)| (CitedAs::Value, name.as_ref(), *version));
        let mut cited = declared.chain(found).collect::<Vec<_>>();
        cited.push((CitedAs::Alias, "", self.alias));
        if !layout.capabilities.conditional_store {
            cited.push((CitedAs::Key, "", self.key));
        }
        let cite = |(kind, name, version): (CitedAs, _, Option<Version>)| {
            Some(Cited { kind, name, version: version? })
        };
        let settings = layout.settings;
        if payload.len() > layout.capabilities.max_value_bytes {
            return None;
        }
        let is_large = payload.len() > settings.compress_above;
        let packed = is_large.then(|| settings.compression.pack(payload)).flatten();
        let entry = Entry {
            codec: settings.codec.id(),
            compressed: packed.is_some(),
            fingerprint: request.ops.fingerprint(),
            written_unix_ms: now_unix_ms,
            timeout,
            cited: cited.into_iter().map(cite).collect::<Option<_>>()?,
            payload: packed.as_deref().unwrap_or(payload),
        };
        let place = |cited: &Cited<'_>| match cited.kind {
            CitedAs::Declared | CitedAs::Value => layout.version(cited.name),
            CitedAs::Key => layout.lease(&request.key),
            CitedAs::Alias => layout.alias(),
        };
        let extend = entry.cited.iter().map(place).collect();
        let key = layout.entry(&request.key);
        let value = entry.encode(&Seal { keys: &settings.signing_keys, name: &key })?;
        let item = Item { key: key.into_owned(), value, ttl: timeout };
        let lease = layout.capabilities.conditional_store.then_some(self.key).flatten();
        let lease = lease.map(|version| (layout.lease(&request.key), version));
        let supersedes = request.mode == Mode::Refresh || request.mode == Mode::Put;
        Some(Storing {
            entry: item,
            lease,
            supersedes,
            extend,
            version_ttl: version_ttl(timeout),
            unlock: None,
        })
    }
}

/// How long versions live that an entry with this timeout cites.
fn version_ttl(timeout: Option<Duration>) -> Option<Duration> {
    timeout.map(|timeout| VERSION_LIFE.max(timeout.saturating_mul(2)))
}

fn create(keys: Vec<String>, ttl: Option<Duration>) -> Result<Vec<Item>> {
    let item = |key| Ok(Item { key, value: Version::unique()?.as_bytes().to_vec(), ttl });
    keys.into_iter().map(item).collect()
}

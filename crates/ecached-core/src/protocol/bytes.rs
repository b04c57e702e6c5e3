//! The protocol's steps on stores that hold bytes: which keys they concern, and what the answers mean. Pure functions.

use super::request::{Request, version_key};
use crate::Result;
use crate::backend::{Capabilities, Invalidating, Item, Opening, Storing};
use crate::cache::Settings;
use crate::codec::Codec;
use crate::entry::{Cited, CitedAs, Entry};
use crate::key::name::fit;
use crate::value::Value;
use crate::version::Version;
use crate::{Error, ErrorKind};
use std::borrow::Cow;
use std::time::Duration;

/// Versions live at least this long after they were made, so that entries stored later may cite them.
const VERSION_LIFE: Duration = Duration::from_secs(30 * 86_400);

/// A call of a backend.
#[derive(Debug)]
pub(crate) enum Ask {
    Read(Vec<String>),
    Open(Opening),
    Store(Box<Storing>),
    Invalidate(Invalidating),
}

/// What a backend answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Read(Vec<Option<Vec<u8>>>),
    Opened(Vec<Option<Version>>),
    Written(crate::backend::Written),
    Invalidated,
}

/// How an alias names things in its backend.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Layout<'a> {
    pub(crate) settings: &'a Settings,
    pub(crate) capabilities: Capabilities,
}

impl Layout<'_> {
    fn place(&self, name: &str) -> String {
        let full = format!("{}{name}", self.settings.key_prefix);
        fit(&full, self.capabilities.max_key_bytes).into_owned()
    }

    fn entry(&self, key: &str) -> String {
        self.place(key)
    }

    fn lease(&self, key: &str) -> String {
        self.place(&format!("ecached:key:{key}"))
    }

    fn alias(&self) -> String {
        self.place("ecached:alias")
    }

    fn clock(&self) -> String {
        self.place("ecached:clock")
    }

    fn version(&self, name: &str) -> String {
        self.place(&version_key(name))
    }

    /// What invalidates `names` and `keys`.
    pub(crate) fn invalidating(&self, names: &[Cow<'_, str>], keys: &[&str]) -> Invalidating {
        Invalidating {
            versions: names.iter().map(|name| self.version(name)).collect(),
            clock: (!names.is_empty()).then(|| self.clock()),
            entries: keys.iter().flat_map(|key| [self.entry(key), self.lease(key)]).collect(),
        }
    }

    /// What invalidates everything.
    pub(crate) fn clearing(&self) -> Invalidating {
        Invalidating { versions: vec![self.alias()], clock: Some(self.clock()), entries: Vec::new() }
    }
}

/// What was seen of the versions that an entry would cite. On a miss, this is the capture.
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

/// What a lookup means.
#[derive(Debug)]
pub(crate) enum Reading {
    Hit(Value),
    /// Valid if these tags, which the value brought, still have these versions.
    Unverified { value: Value, tags: Vec<(String, Version)>, seen: Seen },
    Absent(Seen),
    Expired(Seen),
    Stale(Seen),
    Foreign(Seen),
}

/// The keys of a lookup: entry, alias, declared names; then the key's own version where entries cite it, and the counter
/// where tags may come from the value.
pub(crate) fn lookup_keys(layout: &Layout<'_>, request: &Request) -> Vec<String> {
    let mut keys = Vec::with_capacity(request.names.as_slice().len() + 4);
    keys.push(layout.entry(&request.key));
    keys.push(layout.alias());
    keys.extend(request.names.as_slice().iter().map(|name| layout.version(name)));
    if !layout.capabilities.conditional_store {
        keys.push(layout.lease(&request.key));
    }
    if request.has_value_tags {
        keys.push(layout.clock());
    }
    keys
}

/// What the answers to [`lookup_keys`] mean.
pub(crate) fn judge(
    layout: &Layout<'_>,
    request: &Request,
    answers: &[Option<Vec<u8>>],
    now_unix_ms: u64,
) -> Result<Reading> {
    if answers.len() != lookup_keys(layout, request).len() {
        return Err(Error::new(ErrorKind::Backend, "get_many must answer one value per key"));
    }
    let mut versions = answers.iter().skip(1).map(|bytes| bytes.as_deref().and_then(Version::read));
    let mut seen = Seen { alias: versions.next().flatten(), ..Seen::default() };
    seen.names = versions.by_ref().take(request.names.as_slice().len()).collect();
    if !layout.capabilities.conditional_store {
        seen.key = versions.next().flatten();
    }
    if request.has_value_tags {
        seen.clock = versions.next().flatten();
    }
    let Some(bytes) = answers.first().and_then(Option::as_deref) else { return Ok(Reading::Absent(seen)) };
    Ok(judge_entry(layout, request, bytes, seen, now_unix_ms))
}

fn judge_entry(layout: &Layout<'_>, request: &Request, bytes: &[u8], seen: Seen, now_unix_ms: u64) -> Reading {
    let Some(entry) = Entry::decode(bytes) else { return Reading::Foreign(seen) };
    if entry.fingerprint != request.ops.fingerprint() {
        return Reading::Foreign(seen);
    }
    if request.tag_set.is_some() && !has_declared_names(request, &entry) {
        return Reading::Foreign(seen);
    }
    let deadline = entry.timeout.map(|timeout| entry.written_unix_ms.saturating_add(millis(timeout)));
    if !layout.capabilities.expiry && deadline.is_some_and(|deadline| deadline <= now_unix_ms) {
        return Reading::Expired(seen);
    }
    if !cites_what_is_live(layout, request, &entry, &seen) {
        return Reading::Stale(seen);
    }
    let codec = Codec::from_id(entry.codec);
    let Some(value) = codec.and_then(|codec| request.ops.decode(codec, entry.payload)) else {
        return Reading::Foreign(seen);
    };
    let unseen = entry.cited.iter().filter(|cited| is_unseen(request, cited));
    let tags: Vec<_> = unseen.map(|cited| (cited.name.to_owned(), cited.version)).collect();
    if tags.is_empty() { Reading::Hit(value) } else { Reading::Unverified { value, tags, seen } }
}

/// Whether the entry was stored under exactly the names that the code declares now.
fn has_declared_names(request: &Request, entry: &Entry<'_>) -> bool {
    let mut declared = entry.cited.iter().filter(|cited| cited.kind == CitedAs::Declared);
    let count = declared.clone().count();
    count == request.names.as_slice().len() && declared.all(|cited| request.names.contains(cited.name))
}

/// Whether the lookup could not ask for this version, because only the entry names it.
fn is_unseen(request: &Request, cited: &Cited<'_>) -> bool {
    cited.kind == CitedAs::Value || (cited.kind == CitedAs::Declared && request.tag_set.is_none())
}

/// Absent is invalid, always (P2).
fn cites_what_is_live(layout: &Layout<'_>, request: &Request, entry: &Entry<'_>, seen: &Seen) -> bool {
    let live = |cited: &Cited<'_>| match cited.kind {
        _ if is_unseen(request, cited) => Some(cited.version),
        CitedAs::Declared => {
            let names = request.names.as_slice().iter().zip(&seen.names);
            names.into_iter().find(|(name, _)| name.as_ref() == cited.name).and_then(|(_, version)| *version)
        }
        CitedAs::Key => seen.key,
        CitedAs::Alias => seen.alias,
        CitedAs::Value => None,
    };
    let has = |kind: CitedAs| entry.cited.iter().any(|cited| cited.kind == kind);
    has(CitedAs::Alias)
        && (layout.capabilities.conditional_store || has(CitedAs::Key))
        && entry.cited.iter().all(|cited| live(cited) == Some(cited.version))
}

/// The keys of the versions of tags found in a value.
pub(crate) fn value_tag_keys<'a>(layout: &Layout<'_>, tags: impl Iterator<Item = &'a str>) -> Vec<String> {
    tags.map(|tag| layout.version(tag)).collect()
}

/// Whether tags still have the versions that the entry cites.
pub(crate) fn are_live(tags: &[(String, Version)], answers: &[Option<Vec<u8>>]) -> bool {
    tags.len() == answers.len()
        && tags.iter().zip(answers).all(|((_, cited), live)| live.as_deref().and_then(Version::read) == Some(*cited))
}

impl Seen {
    /// The capture of a call that did not look up.
    pub(crate) fn nothing(request: &Request) -> Self {
        Self { names: vec![None; request.names.as_slice().len()], ..Self::default() }
    }

    /// The versions to create before the computation, and the lease to take.
    pub(crate) fn opening(&self, layout: &Layout<'_>, request: &Request, timeout: Option<Duration>) -> Result<Opening> {
        let ttl = timeout.map(|timeout| VERSION_LIFE.max(timeout.saturating_mul(2)));
        let names = request.names.as_slice().iter().zip(&self.names).filter(|(_, version)| version.is_none());
        let mut keys: Vec<String> = names.map(|(name, _)| layout.version(name)).collect();
        if self.alias.is_none() {
            keys.push(layout.alias());
        }
        if self.key.is_none() {
            keys.push(layout.lease(&request.key));
        }
        let mut opening = create(keys, ttl)?;
        if request.has_value_tags && self.clock.is_none() {
            // The counter of all tags: it must outlive every computation.
            opening.missing.append(&mut create(vec![layout.clock()], None)?.missing);
        }
        Ok(opening)
    }

    /// Takes in what [`opening`](Seen::opening) created or found; `false` if the store kept nothing.
    pub(crate) fn opened(&mut self, answers: &[Option<Version>], has_value_tags: bool) -> bool {
        let mut answers = answers.iter().copied();
        let alias = std::iter::once(&mut self.alias);
        let missing = self.names.iter_mut().chain(alias).chain(std::iter::once(&mut self.key));
        for version in missing.filter(|version| version.is_none()) {
            *version = answers.next().flatten();
        }
        if has_value_tags && self.clock.is_none() {
            self.clock = answers.next().flatten();
        }
        (!has_value_tags || self.clock.is_some()) && self.alias.is_some() && self.key.is_some() && self.names.iter().all(Option::is_some)
    }

    /// What identifies the capture: the counter too, where tags may come from the value. A flight that captured another
    /// count may lack an invalidation of a tag that its value is going to bring.
    pub(crate) fn identity(&self) -> Box<[u64]> {
        let versions = self.names.iter().chain([&self.alias, &self.key, &self.clock]);
        let halves = |version: &Option<Version>| {
            let bytes = version.map_or(0, |version| u128::from_be_bytes(*version.as_bytes()));
            [(bytes >> 64) as u64, bytes as u64]
        };
        versions.flat_map(halves).collect()
    }

    /// Takes in the versions of tags found in the value.
    pub(crate) fn value_tags_read(&mut self, tags: Vec<Cow<'static, str>>, answers: &[Option<Vec<u8>>]) {
        let answers = answers.iter().map(|bytes| bytes.as_deref().and_then(Version::read)).chain(std::iter::repeat(None));
        self.value_tags = tags.into_iter().zip(answers).collect();
    }

    /// The versions of tags found in the value that must be created.
    pub(crate) fn value_tags_opening(&self, layout: &Layout<'_>, timeout: Option<Duration>) -> Result<Opening> {
        let missing = self.value_tags.iter().filter(|(_, version)| version.is_none());
        let ttl = timeout.map(|timeout| VERSION_LIFE.max(timeout.saturating_mul(2)));
        create(missing.map(|(tag, _)| layout.version(tag)).collect(), ttl)
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
    pub(crate) fn clock_key(layout: &Layout<'_>) -> String {
        layout.clock()
    }

    /// Whether the counter is where it was before the computation.
    pub(crate) fn clock_stood_still(&self, answers: &[Option<Vec<u8>>]) -> bool {
        let [answer] = answers else { return false };
        // An absent counter may have moved before it was lost.
        self.clock.is_some() && answer.as_deref().and_then(Version::read) == self.clock
    }

    /// The entry to store; `None` if it has no stored form.
    pub(crate) fn storing(
        &self,
        layout: &Layout<'_>,
        request: &Request,
        payload: &[u8],
        timeout: Option<Duration>,
        now_unix_ms: u64,
    ) -> Option<Storing> {
        let declared = request.names.as_slice().iter().zip(&self.names);
        let declared = declared.map(|(name, version)| (CitedAs::Declared, name.as_ref(), *version));
        let found = self.value_tags.iter().map(|(name, version)| (CitedAs::Value, name.as_ref(), *version));
        let mut cited = declared.chain(found).collect::<Vec<_>>();
        cited.push((CitedAs::Alias, "", self.alias));
        if !layout.capabilities.conditional_store {
            cited.push((CitedAs::Key, "", self.key));
        }
        let cite = |(kind, name, version): (CitedAs, _, Option<Version>)| Some(Cited { kind, name, version: version? });
        let entry = Entry {
            codec: layout.settings.codec.id(),
            fingerprint: request.ops.fingerprint(),
            written_unix_ms: now_unix_ms,
            timeout,
            cited: cited.into_iter().map(cite).collect::<Option<_>>()?,
            payload,
        };
        let names = entry.cited.iter().filter(|cited| !cited.name.is_empty());
        let extend = names.map(|cited| (layout.version(cited.name), timeout)).collect();
        let item = Item { key: layout.entry(&request.key), value: entry.encode()?, ttl: timeout };
        let lease = layout.capabilities.conditional_store.then_some(self.key).flatten();
        let lease = lease.map(|version| (layout.lease(&request.key), version));
        Some(Storing { entry: item, lease, extend })
    }
}

fn create(keys: Vec<String>, ttl: Option<Duration>) -> Result<Opening> {
    let item = |key| Ok(Item { key, value: Version::unique()?.as_bytes().to_vec(), ttl });
    Ok(Opening { missing: keys.into_iter().map(item).collect::<Result<_>>()? })
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

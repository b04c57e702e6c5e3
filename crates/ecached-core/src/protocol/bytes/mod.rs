//! The protocol's steps on stores that hold bytes: which keys they concern, and what the answers mean. Pure functions.

mod keys;
mod live;
mod names;
mod seen;

pub(crate) use keys::Keys;
pub(crate) use live::Live;
pub(crate) use names::Layout;
pub(crate) use seen::Seen;

use super::request::Request;
use crate::Result;
use crate::backend::{Invalidating, Opening, Storing, Values};
use crate::codec::Codec;
use crate::compress;
use crate::entry::{Cited, CitedAs, Entry, Seal};
use crate::value::Value;
use crate::version::Version;
use std::borrow::Cow;
use std::time::Duration;

/// A call of a backend.
#[derive(Debug)]
pub(crate) enum Ask {
    Read(Keys),
    Open(Opening),
    Store(Box<Storing>),
    Invalidate(Invalidating),
    /// Remove a lock, if it has this token.
    Release(String, Version),
}

/// What a backend answered.
#[derive(Debug)]
pub(crate) enum Answer {
    Read(Values),
    Opened(Vec<Option<Version>>),
    Written(crate::backend::Written),
    Invalidated,
    Released,
}

/// What a lookup means.
#[derive(Debug)]
pub(crate) enum Reading {
    Hit(Value),
    /// Valid if these tags, which the value brought, still have these versions.
    Unverified {
        value: Value,
        tags: Vec<(String, Version)>,
    },
    Absent,
    Expired,
    Stale,
    Foreign,
}

/// The keys of a lookup: entry, alias, declared names; then the key's own version where entries cite it, and the counter
/// where tags may come from the value.
pub(crate) fn lookup_keys(layout: &Layout<'_>, request: &Request) -> Keys {
    let names = request.names.as_slice();
    let count = names.len() + 4;
    let bytes = names.iter().map(|name| name.len()).sum::<usize>() + 2 * request.key.len();
    let bytes = bytes + count * (layout.settings.key_prefix.len() + "ecached:alias".len());
    let mut keys = Keys::with_capacity(count, bytes);
    keys.push(|out| layout.put_entry(out, &request.key));
    keys.push(|out| layout.put_alias(out));
    for name in names {
        keys.push(|out| layout.put_version(out, name));
    }
    if !layout.capabilities.conditional_store {
        keys.push(|out| layout.put_lease(out, &request.key));
    }
    if request.has_value_tags {
        keys.push(|out| layout.put_clock(out));
    }
    keys
}

/// How many [`lookup_keys`] there are.
pub(crate) fn lookup_len(layout: &Layout<'_>, request: &Request) -> usize {
    let own_key = usize::from(!layout.capabilities.conditional_store);
    request.names.as_slice().len() + 2 + own_key + usize::from(request.has_value_tags)
}

/// What the answers to [`lookup_keys`] mean, and the versions among them.
pub(crate) fn judge<'a>(
    layout: &Layout<'_>,
    request: &Request,
    answers: &'a [Option<&'a [u8]>],
    now_unix_ms: u64,
) -> Result<(Reading, Live<'a>)> {
    let (entry, live) = Live::among(answers, layout, request)?;
    let reading = entry
        .map_or(Reading::Absent, |bytes| judge_entry(layout, request, (bytes, &live), now_unix_ms));
    Ok((reading, live))
}

fn judge_entry(
    layout: &Layout<'_>,
    request: &Request,
    (bytes, live): (&[u8], &Live<'_>),
    now_unix_ms: u64,
) -> Reading {
    let keys = &layout.settings.signing_keys;
    let name = layout.entry(&request.key);
    let Some(entry) = Entry::decode(bytes, &Seal { keys, name: &name }) else {
        return Reading::Foreign;
    };
    if entry.fingerprint != request.ops.fingerprint() {
        return Reading::Foreign;
    }
    if request.tag_set.is_some() && !has_declared_names(request, &entry) {
        return Reading::Foreign;
    }
    let deadline =
        entry.timeout.map(|timeout| entry.written_unix_ms.saturating_add(millis(timeout)));
    // Whoever can write to the store can bring an old entry back, signature and all; the signed deadline bounds that.
    let is_to_check = !layout.capabilities.expiry || !keys.is_empty();
    if is_to_check && deadline.is_some_and(|deadline| deadline <= now_unix_ms) {
        return Reading::Expired;
    }
    if !cites_what_is_live(layout, request, &entry, live) {
        return Reading::Stale;
    }
    let Some(value) = value_of(layout, request, &entry) else { return Reading::Foreign };
    let unseen = entry.cited.iter().filter(|cited| is_unseen(request, cited));
    let tags: Vec<_> = unseen.map(|cited| (cited.name.to_owned(), cited.version)).collect();
    if tags.is_empty() { Reading::Hit(value) } else { Reading::Unverified { value, tags } }
}

fn value_of(layout: &Layout<'_>, request: &Request, entry: &Entry<'_>) -> Option<Value> {
    let codec = Codec::from_id(entry.codec)?;
    let payload = if entry.compressed {
        compress::unpack(entry.payload, layout.capabilities.max_value_bytes)?
    } else {
        Cow::Borrowed(entry.payload)
    };
    request.ops.decode(codec, &payload)
}

/// Whether the entry was stored under exactly the names that the code declares now.
fn has_declared_names(request: &Request, entry: &Entry<'_>) -> bool {
    let mut declared = entry.cited.iter().filter(|cited| cited.kind == CitedAs::Declared);
    let names = request.names.as_slice();
    // We write them in the order of the names; another writer may not.
    if declared.clone().map(|cited| cited.name).eq(names.iter().map(AsRef::as_ref)) {
        return true;
    }
    declared.clone().count() == names.len()
        && declared.all(|cited| request.names.contains(cited.name))
}

/// Whether the lookup could not ask for this version, because only the entry names it.
fn is_unseen(request: &Request, cited: &Cited<'_>) -> bool {
    cited.kind == CitedAs::Value || (cited.kind == CitedAs::Declared && request.tag_set.is_none())
}

/// Whether all versions that the entry cites are there, except those that the lookup could not ask for.
fn cites_what_is_live(
    layout: &Layout<'_>,
    request: &Request,
    entry: &Entry<'_>,
    live: &Live<'_>,
) -> bool {
    let has = |kind: CitedAs| entry.cited.iter().any(|cited| cited.kind == kind);
    has(CitedAs::Alias)
        && (layout.capabilities.conditional_store || has(CitedAs::Key))
        && (entry.cited.iter().enumerate())
            .all(|(index, cited)| is_unseen(request, cited) || live.has(request, index, cited))
}

/// The keys of the versions of tags found in a value.
pub(crate) fn value_tag_keys<'a>(layout: &Layout<'_>, tags: impl Iterator<Item = &'a str>) -> Keys {
    let mut keys = Keys::default();
    tags.for_each(|tag| keys.push(|out| layout.put_version(out, tag)));
    keys
}

/// Whether tags still have the versions that the entry cites.
pub(crate) fn are_live(tags: &[(String, Version)], answers: &[Option<&[u8]>]) -> bool {
    tags.len() == answers.len()
        && tags
            .iter()
            .zip(answers)
            .all(|((_, cited), live)| live.and_then(Version::read) == Some(*cited))
}

fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

//! What a call wants.

use crate::codec::ValueOps;
use crate::key::KeyRef;
use crate::key::numbered::{Name, Numbered};
use crate::settings::Lock;
use crate::timeout::Timeout;
use smallvec::SmallVec;
use smol_str::SmolStr;
use std::any::TypeId;
use std::borrow::Cow;

/// Begins names that ecached gives itself. Values are escaped, so no rendered name begins like this.
const OWN_NAME: char = '\u{1}';

/// The name of everything that a function stored, for `invalidate_all`.
pub(crate) fn function_name(path: &str) -> Cow<'static, str> {
    Cow::Owned(format!("{OWN_NAME}fn:{path}"))
}

/// The key of a version in a store of bytes, in two parts, without the alias's key prefix.
pub(crate) fn version_key(name: &str) -> [&str; 2] {
    name.strip_prefix(OWN_NAME).map_or(["ecached:tag:", name], |own| ["ecached:", own])
}

/// What an entry depends on by declaration: its function, its prefix, its tags. Sorted, each once.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(SmallVec<[Cow<'static, str>; 2]>);

impl Names {
    pub(crate) fn new(mut names: SmallVec<[Cow<'static, str>; 2]>) -> Self {
        names.sort_unstable();
        names.dedup();
        Self(names)
    }

    pub(crate) fn as_slice(&self) -> &[Cow<'static, str>] {
        &self.0
    }

    pub(crate) fn contains(&self, name: &str) -> bool {
        self.0.binary_search_by(|own| own.as_ref().cmp(name)).is_ok()
    }
}

/// Whether a call may be answered from the cache.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mode {
    /// Look up first.
    Lookup,
    /// Compute in any case, and store.
    Refresh,
    /// Look up, and never compute.
    Peek,
    /// Store what the caller has.
    Put,
}

/// What a call wants.
#[derive(Debug)]
pub(crate) struct Request {
    /// In here up to 23 bytes.
    pub(crate) key: SmolStr,
    pub(crate) hash: KeyHash,
    /// The key as a template and a number, if it is one.
    pub(crate) numbered: Option<Numbered>,
    pub(crate) names: Names,
    /// Identifies the declared tag set in this process; `None`: entries with any tags will do.
    pub(crate) tag_set: Option<u64>,
    pub(crate) timeout: Timeout,
    /// Further tags may come from the value.
    pub(crate) has_value_tags: bool,
    pub(crate) mode: Mode,
    /// What the function says about a lock; `None`: as the alias.
    pub(crate) lock: Option<Lock>,
    /// What the function returns can tell that the cache failed.
    pub(crate) tells_failures: bool,
    pub(crate) ops: ValueOps,
    pub(crate) value_type: TypeId,
    /// For events and errors.
    pub(crate) template: &'static str,
}

/// The hash that belongs to the key.
#[derive(Clone, Copy, Debug)]
pub(crate) struct KeyHash(pub(crate) u64);

impl Request {
    pub(crate) fn key(&self) -> KeyRef<'_> {
        KeyRef::from_parts(&self.key, self.hash.0)
    }

    /// The key in the form that is compared fastest.
    pub(crate) fn name(&self) -> Name<'_> {
        self.numbered.map_or_else(|| Name::Text(self.key()), Name::Numbered)
    }
}

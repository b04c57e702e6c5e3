//! Stores in this process that hold values as they are: no serialisation, and versions that are compared as integers.

use super::Written;
use crate::Result;
use crate::clock::Tick;
use crate::key::KeyRef;
use crate::key::numbered::{Name, Numbered};
use crate::value::Value;
use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Why there is no value that may be served.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_enums, reason = "the protocol must know all")]
pub enum Refused {
    /// There is no entry.
    Absent,
    /// An entry past its timeout.
    Expired,
    /// An entry that a tag, a prefix or its function made invalid.
    Invalidated,
    /// An entry stored under another set of tags.
    OtherTags,
}

/// The versions captured before a computation, and the right to store what it computes.
pub trait Capture: Send + Sync + fmt::Debug {
    /// What identifies it: versions and lease. Captures of the same key with equal identities saw the same invalidations.
    fn identity(&self) -> &[u64];

    /// Stores a value under the key of the capture, unless the key was invalidated since, one of the value's own tags was,
    /// or `is_superseded` when the right to store is checked: a later computation has given a value.
    ///
    /// What identifies the capture stays taken until it is dropped. Until then the computation is still in the table of
    /// flights, where a caller who missed the value finds it by that.
    fn store(&mut self, entry: NewEntry<'_>, is_superseded: &dyn Fn() -> bool) -> Written;
}

/// A value to store, and how.
#[expect(clippy::exhaustive_structs, reason = "stores must mind all of it")]
pub struct NewEntry<'a> {
    /// The full key.
    pub key: &'a str,
    /// The same key as a template and a number, if it is one.
    pub numbered: Option<Numbered>,
    /// The value.
    pub value: Value,
    /// The identity of the tag set under which it is stored.
    pub tag_set: u64,
    /// When it stops being served.
    pub expires: Tick,
    /// Further tags, known only from the value.
    pub value_tags: &'a [Cow<'static, str>],
    /// The length of the value's encoding, bytes, where it has one: a measure of its size. Asked with the value.
    pub encoded_len: &'a dyn Fn(&Value) -> Option<u64>,
}

impl fmt::Debug for NewEntry<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Never the value: it may be secret.
        f.debug_struct("NewEntry").field("expires", &self.expires).finish_non_exhaustive()
    }
}

/// A store of values in this process. All methods return at once: they take short locks, under which no code of users
/// runs, and never wait for a computation.
///
/// # Concurrency
///
/// Once an invalidation has returned, no later lookup in any thread hits an entry that was opened before the invalidation
/// was called.
pub trait ObjectStore: Send + Sync + fmt::Debug + 'static {
    /// The value of `key`, if it can be served to a function with that tag set; `None` accepts any.
    ///
    /// # Errors
    ///
    /// When it cannot, or there is none.
    fn lookup(&self, key: &Name<'_>, tag_set: Option<u64>) -> std::result::Result<Value, Refused>;

    /// Captures the versions of `names` and takes or shares the lease of `key`. If the value may bring further tags, the
    /// capture's identity changes with each invalidation of any tag.
    fn open(
        self: Arc<Self>,
        key: KeyRef<'_>,
        names: &[Cow<'static, str>],
        has_value_tags: bool,
    ) -> Box<dyn Capture>;

    /// Invalidates all entries that depend on one of `names`. O(names), however many entries there are.
    ///
    /// # Errors
    ///
    /// When it did not happen.
    fn invalidate_names(self: Arc<Self>, names: &[Cow<'_, str>]) -> Result<()>;

    /// Removes the entries of `keys`; computations of them that are under way store nothing.
    ///
    /// # Errors
    ///
    /// When it did not happen.
    fn invalidate_keys(&self, keys: &[KeyRef<'_>]) -> Result<()>;

    /// Removes everything; computations that are under way store nothing.
    ///
    /// # Errors
    ///
    /// When it did not happen.
    fn clear(&self) -> Result<()>;

    /// When an entry that may live that long from now stops being served.
    fn deadline(&self, timeout: Option<std::time::Duration>) -> Tick;

    /// Entries in it, those that cannot be served any more included.
    fn len(&self) -> usize;

    /// Whether it is empty.
    fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

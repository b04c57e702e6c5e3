//! Entries as they lie in the table: all that decides about a hit side by side, next to the value.

use crate::tags::{self, Dependencies};
use ecached_core::backend::objects::{NewEntry, Refused};
use ecached_core::clock::Tick;
use ecached_core::key::KeyRef;
use ecached_core::key::numbered::{Name, Numbered};
use ecached_core::value::Value;
use quick_cache::Equivalent;
use smol_str::SmolStr;
use std::cell::Cell;
use std::hash::{Hash, Hasher};
use std::sync::atomic::{AtomicU64, Ordering};

/// The epoch of a slot whose dependencies were not looked at yet.
const NEVER_CHECKED: u64 = u64::MAX;

/// A value, and when it stops being served.
///
/// A hit looks at the clock when it has left the table: nothing is called under the table's lock then.
#[derive(Clone)]
pub(crate) struct Timed {
    pub(crate) value: Value,
    pub(crate) expires: Tick,
}

/// All of an entry but its value.
///
/// To the table it is the entry's key: what decides about a hit is then compared where it lies, by [`Lookup`], and a hit
/// copies nothing but the [`Timed`] value. Slots are equal if their hashes are, so that the table has one entry per hash.
pub(crate) struct Slot {
    tag_set: u64,
    /// The last epoch at which the dependencies were looked at and found current.
    checked: AtomicU64,
    key: Key,
    dependencies: Box<dyn Dependencies>,
}

/// The full key.
enum Key {
    /// In here up to 23 bytes.
    Text(SmolStr),
    Numbered(Numbered),
}

impl Slot {
    pub(crate) fn new(entry: &NewEntry<'_>, dependencies: Box<dyn Dependencies>) -> Self {
        let key = entry.numbered.map_or_else(|| Key::Text(SmolStr::new(entry.key)), Key::Numbered);
        let (tag_set, checked) = (entry.tag_set, AtomicU64::new(NEVER_CHECKED));
        Self { tag_set, checked, key, dependencies }
    }

    /// What it counts in a store that is bounded by bytes.
    pub(crate) fn weight(&self) -> u64 {
        self.dependencies.weight()
    }

    /// Whether its dependencies are current.
    ///
    /// While no invalidation happens in the process, this is one comparison, however many dependencies there are.
    #[inline]
    pub(crate) fn is_current(&self) -> bool {
        // Before the dependencies: what is invalidated after this shows in the next epoch.
        let epoch = tags::epoch();
        self.checked.load(Ordering::Relaxed) == epoch || self.check(epoch)
    }

    #[cold]
    fn check(&self, epoch: u64) -> bool {
        let current = self.dependencies.are_current();
        if current {
            // A slower thread may write an older epoch over a newer one; the next reader then looks once more.
            self.checked.store(epoch, Ordering::Relaxed);
        }
        current
    }

    #[inline]
    fn has_name(&self, name: &Name<'_>) -> bool {
        match &self.key {
            Key::Numbered(own) => name.is_numbered(*own),
            Key::Text(own) => name.is_text(own.as_str()),
        }
    }

    /// The hash of the key: not kept, as no hit asks for it.
    fn hash(&self) -> u64 {
        match &self.key {
            Key::Numbered(own) => own.hash(),
            Key::Text(own) => KeyRef::new(own).hash(),
        }
    }
}

impl PartialEq for Slot {
    fn eq(&self, other: &Self) -> bool {
        self.hash() == other.hash()
    }
}

impl Eq for Slot {}

impl Hash for Slot {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash());
    }
}

/// Finds whatever entry has that hash.
pub(crate) struct ByHash(pub(crate) u64);

impl Hash for ByHash {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0);
    }
}

impl Equivalent<Slot> for ByHash {
    fn equivalent(&self, key: &Slot) -> bool {
        key.hash() == self.0
    }
}

/// Finds the entry of a key, in whatever state it is.
pub(crate) struct ByName<'a>(pub(crate) Name<'a>);

impl Hash for ByName<'_> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.0.hash());
    }
}

impl Equivalent<Slot> for ByName<'_> {
    fn equivalent(&self, key: &Slot) -> bool {
        key.has_name(&self.0)
    }
}

/// Finds the entry of a key, if it may be served until it expires.
pub(crate) struct Lookup<'a> {
    hash: u64,
    name: &'a Name<'a>,
    tag_set: Option<u64>,
    refused: Cell<Refused>,
}

impl<'a> Lookup<'a> {
    #[inline]
    pub(crate) fn new(name: &'a Name<'a>, tag_set: Option<u64>) -> Self {
        Self { hash: name.hash(), name, tag_set, refused: Cell::new(Refused::Absent) }
    }

    /// Why nothing was found.
    pub(crate) fn refused(&self) -> Refused {
        self.refused.get()
    }
}

impl Hash for Lookup<'_> {
    #[inline]
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(self.hash);
    }
}

impl Equivalent<Slot> for Lookup<'_> {
    #[inline]
    fn equivalent(&self, key: &Slot) -> bool {
        if !key.has_name(self.name) {
            return false;
        }
        let refused = if self.tag_set.is_some_and(|tag_set| tag_set != key.tag_set) {
            Refused::OtherTags
        } else if !key.is_current() {
            Refused::Invalidated
        } else {
            return true;
        };
        self.refused.set(refused);
        false
    }
}

//! Entries as they lie in the table: all that a hit reads side by side, next to the key's hash.

use crate::tags::{self, Dependencies};
use ecached_core::clock::Tick;
use ecached_core::value::Value;
use smol_str::SmolStr;
use std::sync::atomic::{AtomicU64, Ordering};

/// The epoch of a slot whose dependencies were not current.
const NEVER_CHECKED: u64 = u64::MAX;

/// An entry.
///
/// A clone of it is a snapshot, as a reader gets it: the value, and whether it was valid when the clone was made. It
/// keeps nothing else alive, so that a hit counts one reference, the one that it returns.
pub(crate) struct Slot {
    pub(crate) value: Value,
    pub(crate) expires: Tick,
    pub(crate) tag_set: u64,
    /// The full key, in here up to 23 bytes.
    pub(crate) key: SmolStr,
    /// The last epoch at which the dependencies were looked at and found current.
    checked: AtomicU64,
    /// `None`: this is a snapshot.
    dependencies: Option<Box<dyn Dependencies>>,
}

impl Slot {
    pub(crate) fn new(
        (key, value): (&str, Value),
        tag_set: u64,
        expires: Tick,
        dependencies: Box<dyn Dependencies>,
    ) -> Self {
        let checked = AtomicU64::new(NEVER_CHECKED);
        Self {
            value,
            expires,
            tag_set,
            key: SmolStr::new(key),
            checked,
            dependencies: Some(dependencies),
        }
    }

    /// What it counts in a store that is bounded by bytes.
    pub(crate) fn weight(&self) -> u64 {
        self.dependencies.as_ref().map_or(1, |dependencies| dependencies.weight())
    }

    /// Of a snapshot: whether the dependencies were current when it was taken.
    #[inline]
    pub(crate) fn was_current(&self) -> bool {
        self.checked.load(Ordering::Relaxed) != NEVER_CHECKED
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
        let current =
            self.dependencies.as_ref().is_some_and(|dependencies| dependencies.are_current());
        if current {
            // A slower thread may write an older epoch over a newer one; the next reader then looks once more.
            self.checked.store(epoch, Ordering::Relaxed);
        }
        current
    }
}

impl Clone for Slot {
    #[inline]
    fn clone(&self) -> Self {
        let checked = if self.is_current() { 0 } else { NEVER_CHECKED };
        Self {
            value: Value::clone(&self.value),
            expires: self.expires,
            tag_set: self.tag_set,
            key: self.key.clone(),
            checked: AtomicU64::new(checked),
            dependencies: None,
        }
    }
}

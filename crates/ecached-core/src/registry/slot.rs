//! What an alias stands for, reached without a lock.

use crate::cache::Cache;
use std::sync::{Arc, OnceLock};

/// A place in the registry. Functions keep it; when the alias gets another backend, the old place points to the new one.
#[derive(Debug)]
pub(crate) struct Slot {
    cache: Cache,
    /// Whether a program asked for this backend, or it is the embedded default.
    is_explicit: bool,
    replaced_by: OnceLock<Arc<Self>>,
}

impl Slot {
    pub(super) fn new(cache: Cache, is_explicit: bool) -> Arc<Self> {
        Arc::new(Self { cache, is_explicit, replaced_by: OnceLock::new() })
    }

    /// What the alias stands for now.
    #[inline]
    pub(crate) fn cache(&self) -> &Cache {
        &self.latest().cache
    }

    #[inline]
    pub(crate) fn latest(&self) -> &Self {
        let mut slot = self;
        while let Some(next) = slot.replaced_by.get() {
            slot = next;
        }
        slot
    }

    pub(super) fn is_explicit(&self) -> bool {
        self.latest().is_explicit
    }

    /// Makes `cache` what the alias stands for. The registry's lock on the alias keeps others out.
    pub(super) fn replace(&self, cache: Cache) {
        let latest = self.latest();
        let _ = latest.replaced_by.set(Self::new(cache, true));
        // After it: who sees this finds the new one.
        latest.cache.replaced();
    }
}

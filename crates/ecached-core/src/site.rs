//! A cached function as the runtime knows it: its declaration, where it is cached, its counters.

use crate::Result;
use crate::backend::objects::ObjectStore;
use crate::cache::Cache;
use crate::key::numbered::{Numbered, Pattern};
use crate::key::{KeyBuf, hash};
use crate::protocol::request::function_name;
use crate::registry::{DEFAULT_ALIAS, Registry, Slot};
use crate::settings::Lock;
use crate::stats::{Counters, Stats};
use once_cell::sync::OnceCell;
use std::borrow::Cow;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

/// What a function declares.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros of this very version write it")]
pub struct SiteSpec {
    /// The path of the function.
    pub path: fn() -> &'static str,
    /// The key template; empty if the key is automatic or an expression.
    pub template: &'static str,
    /// The key template, if a number can be all that changes in it; otherwise none of its numbers is asked for.
    pub pattern: Pattern,
    /// The alias; `None`: the default.
    pub alias: Option<&'static str>,
    /// The templates of the declared tags.
    pub tags: &'static [&'static str],
    /// The template of the prefix.
    pub prefix: Option<&'static str>,
    /// Whether further tags come from the value.
    pub value_tags: bool,
    /// Whether the function is async.
    pub is_async: bool,
}

/// Where a function's alias is, found at its first call.
struct Place {
    slot: Arc<Slot>,
    /// What the slot stood for at the time, and its store if that is in this process: a hit reaches both at once.
    cache: Cache,
    store: Option<Arc<dyn ObjectStore>>,
}

/// A cached function.
pub struct Site {
    spec: SiteSpec,
    place: OnceCell<Place>,
    lock: Option<Lock>,
    tag_set: OnceLock<u64>,
    /// The name that everything it stores depends on.
    name: OnceLock<Cow<'static, str>>,
    counters: Counters,
    /// The cache that counts this function's calls as its own.
    adopted_by: AtomicU64,
}

impl Site {
    /// A function with that declaration.
    #[must_use]
    pub const fn new(spec: SiteSpec) -> Self {
        Self {
            spec,
            place: OnceCell::new(),
            lock: None,
            tag_set: OnceLock::new(),
            name: OnceLock::new(),
            counters: Counters::new(),
            adopted_by: AtomicU64::new(0),
        }
    }

    /// The same with a lock of its own choice.
    #[must_use]
    pub const fn with_lock(mut self, lock: Lock) -> Self {
        self.lock = Some(lock);
        self
    }

    pub(crate) const fn lock(&self) -> Option<Lock> {
        self.lock
    }

    pub(crate) const fn spec(&self) -> &SiteSpec {
        &self.spec
    }

    /// The key template, or the function's path.
    pub(crate) fn template(&self) -> &'static str {
        if self.spec.template.is_empty() { (self.spec.path)() } else { self.spec.template }
    }

    /// The key with that number, if there is one.
    #[inline]
    pub(crate) fn numbered(&'static self, number: Option<u64>) -> Option<Numbered> {
        Some(Numbered::new(&self.spec.pattern, number?))
    }

    pub(crate) const fn counters(&self) -> &Counters {
        &self.counters
    }

    /// The cache that the alias stands for now.
    #[inline]
    pub(crate) fn cache(&self, registry: fn() -> &'static Registry) -> Result<&Cache> {
        let place = match self.place.get() {
            Some(place) => place,
            None => self.find_place(registry)?,
        };
        Ok(place.slot.cache())
    }

    /// The cache that the alias stands for now and its store, if both are as they were at the first call, and in use.
    #[inline]
    pub(crate) fn known_store(&self) -> Option<(&Cache, &dyn ObjectStore)> {
        let place = self.place.get().filter(|place| place.cache.is_in_use())?;
        Some((&place.cache, place.store.as_deref()?))
    }

    /// The cache that the alias stands for now, if it is as it was at the first call, and in use.
    pub(crate) fn known_cache(&'static self) -> Option<&'static Cache> {
        self.place.get().map(|place| &place.cache).filter(|cache| cache.is_in_use())
    }

    #[cold]
    fn find_place(&self, registry: fn() -> &'static Registry) -> Result<&Place> {
        self.place.get_or_try_init(|| {
            let slot = registry().slot(self.spec.alias.unwrap_or(DEFAULT_ALIAS))?;
            let cache = slot.cache().clone();
            Ok(Place { slot, store: cache.objects(), cache })
        })
    }

    /// The name that everything this function stores depends on.
    pub(crate) fn function_name(&'static self) -> Cow<'static, str> {
        Cow::Borrowed(self.name.get_or_init(|| function_name((self.spec.path)())))
    }

    /// Lets `cache` count this function's calls from now on.
    pub(crate) fn adopt_to(&'static self, cache: &Cache) {
        // A look first: hits of other threads read what lies beside it.
        if self.adopted_by.load(Ordering::Relaxed) != cache.id()
            && self.adopted_by.swap(cache.id(), Ordering::Relaxed) != cache.id()
        {
            cache.adopt(&self.counters);
        }
    }

    /// Identifies the function and its declared tags, with the values of arguments that only tags name.
    #[inline]
    pub(crate) fn tag_set(&self, extra: u64) -> u64 {
        let declared = match self.tag_set.get() {
            Some(declared) => *declared,
            None => *self.tag_set.get_or_init(|| self.hash_declaration()),
        };
        if extra == 0 { declared } else { declared.rotate_left(31) ^ extra }
    }

    /// Equal for equal declarations, so that two places with the same function share entries.
    #[cold]
    fn hash_declaration(&self) -> u64 {
        let parts = [(self.spec.path)(), self.spec.prefix.unwrap_or("\n")];
        hash::keyed(parts.into_iter().chain(self.spec.tags.iter().copied()))
    }

    pub(crate) fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.counters.add_to(&mut stats);
        stats
    }
}

/// Tells apart calls whose key is the same and whose tags are not.
#[expect(clippy::needless_pass_by_value, reason = "like all functions that macros call with a key")]
#[must_use]
pub fn extra(arguments: KeyBuf) -> u64 {
    // Keyed, as nothing else is compared: a caller must not be able to choose an argument that passes for another.
    // 0 means that there are no such arguments.
    hash::keyed(std::iter::once(arguments.as_str())).max(1)
}

impl fmt::Debug for Site {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Site")
            .field("spec", &self.spec)
            .field("stats", &self.stats())
            .finish_non_exhaustive()
    }
}

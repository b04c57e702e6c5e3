//! A backend with its settings, flights and counters: what an alias stands for.

use crate::backend::objects::ObjectStore;
use crate::backend::{Backend, Capabilities, DynAsyncBackend, IntoStore, Medium, Store};
use crate::clock::Clock;
use crate::codec::Codec;
use crate::flight::Flights;
use crate::stats::{Counters, Event, Meter, Stats};
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::time::Duration;

/// How long a caller waits for another caller's computation before it computes for itself.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// What can be set per alias.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Settings {
    /// Stands in front of every key in a backend that holds bytes, so that applications can share a server. Default: empty.
    pub key_prefix: String,
    /// The timeout of entries whose function names none. Default: `None`, they live until invalidated or evicted.
    pub timeout: Option<Duration>,
    /// How values are written in a backend that holds bytes. Default: MessagePack.
    pub codec: Codec,
    /// How long a caller waits for another caller's computation of the same entry before it computes for itself.
    /// Default: 30 seconds.
    pub wait: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key_prefix: String::new(),
            timeout: None,
            codec: Codec::default(),
            wait: DEFAULT_WAIT,
        }
    }
}

impl Settings {
    /// The same with another key prefix.
    #[must_use]
    pub fn with_key_prefix(mut self, prefix: impl Into<String>) -> Self {
        self.key_prefix = prefix.into();
        self
    }

    /// The same with another default timeout; `None`: entries live until invalidated or evicted.
    #[must_use]
    pub fn with_timeout(mut self, timeout: Option<Duration>) -> Self {
        self.timeout = timeout;
        self
    }

    /// The same with another codec.
    #[must_use]
    pub fn with_codec(mut self, codec: Codec) -> Self {
        self.codec = codec;
        self
    }

    /// The same with another limit for waiting.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }
}

/// A cache: a backend with its settings, and the computations that are under way for it.
///
/// Cheap to clone; clones are the same cache. The methods of this type block; `ecached::aio` has the async ones.
///
/// Use one `Cache` per backend: callers share computations only within one.
#[derive(Clone)]
pub struct Cache(Arc<Inner>);

/// Switched off.
const DISABLED: u8 = 1;

/// No longer what its alias stands for.
const REPLACED: u8 = 2;

struct Inner {
    alias: Box<str>,
    store: Store,
    settings: Settings,
    flights: Arc<Flights>,
    counters: Counters,
    /// Counters of functions that only use this cache, and what they had counted before they did.
    functions: Mutex<Vec<(&'static Counters, Stats)>>,
    id: u64,
    /// [`DISABLED`] and [`REPLACED`]: a hit asks once whether there is anything to mind.
    state: AtomicU8,
}

impl Cache {
    /// A cache of its own, outside of the registry, for the `cache = …` option.
    #[must_use]
    pub fn new<M>(backend: impl IntoStore<M>) -> Self {
        Self::with_settings(backend, Settings::default())
    }

    /// A cache of its own with these settings.
    #[must_use]
    pub fn with_settings<M>(backend: impl IntoStore<M>, settings: Settings) -> Self {
        Self::named("", backend.into_store(), settings)
    }

    pub(crate) fn named(alias: &str, store: Store, settings: Settings) -> Self {
        static NEXT_ID: AtomicU64 = AtomicU64::new(1);
        Self(Arc::new(Inner {
            alias: alias.into(),
            store,
            settings,
            flights: Flights::new(),
            counters: Counters::new(),
            functions: Mutex::default(),
            id: NEXT_ID.fetch_add(1, Ordering::Relaxed),
            state: AtomicU8::new(0),
        }))
    }

    /// The alias it is registered under; empty for a cache of its own.
    #[inline]
    #[must_use]
    pub fn alias(&self) -> &str {
        &self.0.alias
    }

    /// Its settings.
    #[must_use]
    pub fn settings(&self) -> &Settings {
        &self.0.settings
    }

    /// Switches it off: calls compute, nothing is looked up or stored. Invalidations still reach the backend.
    pub fn disable(&self) {
        self.0.state.fetch_or(DISABLED, Ordering::SeqCst);
    }

    /// Switches it on again. What was stored before is served again, unless it was invalidated.
    pub fn enable(&self) {
        self.0.state.fetch_and(!DISABLED, Ordering::SeqCst);
    }

    /// Whether it is switched on.
    #[inline]
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.state.load(Ordering::Relaxed) & DISABLED == 0
    }

    /// The alias has got another cache.
    pub(crate) fn replaced(&self) {
        self.0.state.fetch_or(REPLACED, Ordering::SeqCst);
    }

    /// Whether it is switched on, and still what its alias stands for.
    #[inline]
    pub(crate) fn is_in_use(&self) -> bool {
        self.0.state.load(Ordering::Relaxed) == 0
    }

    /// What happened in it so far, by functions and by the methods of this type.
    #[must_use]
    pub fn stats(&self) -> Stats {
        let mut stats = Stats::default();
        self.0.counters.add_to(&mut stats);
        for (function, before) in self.0.functions.lock().iter() {
            let mut own = Stats::default();
            function.add_to(&mut own);
            stats.add(&own.since(before));
        }
        stats
    }

    /// Entries in an in-process backend, those that cannot be served any more included; `None` for other backends.
    #[must_use]
    pub fn entries(&self) -> Option<usize> {
        self.object_store().map(|store| store.len())
    }

    /// Counts a function's calls as its own, from now on.
    pub(crate) fn adopt(&self, function: &'static Counters) {
        let mut before = Stats::default();
        function.add_to(&mut before);
        self.0.functions.lock().push((function, before));
    }

    /// A number of its own, never 0.
    pub(crate) fn id(&self) -> u64 {
        self.0.id
    }

    /// Counts for a function, for this cache, or for both.
    #[inline]
    pub(crate) fn count(&self, meter: Meter, event: Event) {
        if let Some(function) = meter.function {
            function.count(event);
        }
        if meter.cache {
            self.0.counters.count(event);
        }
    }

    #[inline]
    pub(crate) fn object_store(&self) -> Option<&dyn ObjectStore> {
        match &self.0.store.medium {
            Medium::Objects(store) => Some(&**store),
            Medium::Bytes { .. } => None,
        }
    }

    pub(crate) fn objects(&self) -> Option<Arc<dyn ObjectStore>> {
        match &self.0.store.medium {
            Medium::Objects(store) => Some(Arc::clone(store)),
            Medium::Bytes { .. } => None,
        }
    }

    pub(crate) fn blocking_backend(&self) -> Option<&dyn Backend> {
        match &self.0.store.medium {
            Medium::Bytes { blocking, .. } => blocking.as_deref(),
            Medium::Objects(_) => None,
        }
    }

    pub(crate) fn async_backend(&self) -> Option<&dyn DynAsyncBackend> {
        match &self.0.store.medium {
            Medium::Bytes { asynchronous, .. } => asynchronous.as_deref(),
            Medium::Objects(_) => None,
        }
    }

    pub(crate) fn capabilities(&self) -> Capabilities {
        match &self.0.store.medium {
            Medium::Bytes { blocking: Some(backend), .. } => backend.capabilities(),
            Medium::Bytes { asynchronous: Some(backend), .. } => backend.capabilities(),
            _ => Capabilities::basic(),
        }
    }

    pub(crate) fn clock(&self) -> &Clock {
        &self.0.store.clock
    }

    pub(crate) fn flights(&self) -> &Arc<Flights> {
        &self.0.flights
    }
}

impl fmt::Debug for Cache {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cache")
            .field("alias", &self.alias())
            .field("store", &self.0.store)
            .finish_non_exhaustive()
    }
}

//! A backend with its settings, flights and counters: what an alias stands for.

use crate::backend::objects::ObjectStore;
use crate::backend::{Backend, Capabilities, DynAsyncBackend, IntoStore, Medium, Store};
use crate::clock::Clock;
use crate::codec::Codec;
use crate::compress::{Compression, DEFAULT_COMPRESS_ABOVE};
use crate::flight::Flights;
#[cfg(feature = "hmac")]
use crate::sign::SigningKey;
use crate::sign::SigningKeys;
use crate::stats::{Counters, Event, Meter, Stats};
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// How long a caller waits for another caller's computation before it computes for itself.
pub const DEFAULT_WAIT: Duration = Duration::from_secs(30);

/// How long a computation may take before its lease, and with it the right to store, may be lost.
pub const DEFAULT_LEASE: Duration = Duration::from_secs(600);

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
    /// How large values are compressed in a backend that holds bytes. Default: not at all.
    pub compression: Compression,
    /// Encoded values of more bytes are compressed, where that makes them smaller. Default: 1,024.
    pub compress_above: usize,
    /// What signs entries in a backend that holds bytes.
    pub(crate) signing_keys: SigningKeys,
    /// How long a caller waits for another caller's computation of the same entry before it computes for itself.
    /// Default: 30 seconds.
    pub wait: Duration,
    /// How long the right to store a computed value lives in a backend that several processes share: a value whose
    /// computation takes longer may not be stored. Default: 10 minutes.
    pub lease: Duration,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            key_prefix: String::new(),
            timeout: None,
            codec: Codec::default(),
            compression: Compression::default(),
            compress_above: DEFAULT_COMPRESS_ABOVE,
            signing_keys: SigningKeys::default(),
            wait: DEFAULT_WAIT,
            lease: DEFAULT_LEASE,
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

    /// The same with another compression of values above [`compress_above`](Settings::compress_above). Entries say whether
    /// they are compressed, so processes that share a backend need not agree.
    #[must_use]
    pub fn with_compression(mut self, compression: Compression) -> Self {
        self.compression = compression;
        self
    }

    /// The same with another size above which values are compressed, bytes of the encoded value.
    #[must_use]
    pub fn with_compress_above(mut self, bytes: usize) -> Self {
        self.compress_above = bytes;
        self
    }

    /// The same with keys that sign entries in a backend that holds bytes: the first key signs, an entry that any of them
    /// signed is read, and any other entry is a miss that counts as foreign. No key: nothing is signed or checked.
    ///
    /// To change the key without losing entries: add the new one last everywhere, then put it first everywhere, then leave
    /// the old one out. Feature `hmac`. HMAC-SHA-256: RFC 2104.
    #[cfg(feature = "hmac")]
    #[must_use]
    pub fn with_signing_keys(mut self, keys: impl IntoIterator<Item = SigningKey>) -> Self {
        self.signing_keys = keys.into_iter().collect();
        self
    }

    /// The same with another limit for waiting.
    #[must_use]
    pub fn with_wait(mut self, wait: Duration) -> Self {
        self.wait = wait;
        self
    }

    /// The same with another life of leases.
    #[must_use]
    pub fn with_lease(mut self, lease: Duration) -> Self {
        self.lease = lease;
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

struct Inner {
    alias: Box<str>,
    store: Store,
    settings: Settings,
    flights: Arc<Flights>,
    counters: Counters,
    /// Counters of functions that only use this cache, and what they had counted before they did.
    functions: Mutex<Vec<(&'static Counters, Stats)>>,
    id: u64,
    is_enabled: AtomicBool,
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
            is_enabled: AtomicBool::new(true),
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
        self.0.is_enabled.store(false, Ordering::SeqCst);
    }

    /// Switches it on again. What was stored before is served again, unless it was invalidated.
    pub fn enable(&self) {
        self.0.is_enabled.store(true, Ordering::SeqCst);
    }

    /// Whether it is switched on.
    #[inline]
    #[must_use]
    pub fn is_enabled(&self) -> bool {
        self.0.is_enabled.load(Ordering::Relaxed)
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

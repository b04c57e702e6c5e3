//! A backend with its settings, flights and counters: what an alias stands for.

use crate::backend::objects::ObjectStore;
use crate::backend::{Backend, Capabilities, DynAsyncBackend, IntoStore, Medium, Store};
use crate::breaker::{BreakerState, Gate};
use crate::clock::Clock;
use crate::error::Weight;
use crate::flight::Flights;
use crate::settings::Settings;
use crate::stats::{Counters, Event, Meter, Stats};
use crate::{Error, event};
use parking_lot::Mutex;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};

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
    gate: Gate,
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
            gate: Gate::new(settings.breaker),
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

    /// What its circuit breaker does now, for health checks. Always [`BreakerState::Closed`] for an in-process backend, and
    /// without a breaker.
    #[must_use]
    pub fn breaker_state(&self) -> BreakerState {
        self.0.gate.state(self.clock())
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

    /// Counts a failure, and says so unless that has been said; gives back the error with its place.
    pub(crate) fn report(&self, meter: Meter, template: &str, error: &Error) -> Error {
        let weight = error.weight();
        let skipped = weight == Weight::Skipped;
        self.count(meter, if skipped { Event::SkippedWhileOpen } else { Event::Error });
        let error = error.clone().on_alias(self.alias());
        let error = if template.is_empty() { error } else { error.for_template(template) };
        if weight == Weight::Full {
            event::error(self.alias(), template, &error);
        }
        error
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

    pub(crate) fn gate(&self) -> &Gate {
        &self.0.gate
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

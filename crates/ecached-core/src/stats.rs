//! Counters that hits do not fight over.
//!
//! Each thread has a stripe of its own while there are few threads, and adds to it with a plain load and store: no
//! locked instruction, no shared cache line. Threads beyond [`OWNED_STRIPES`] share one stripe and add atomically.

use parking_lot::Mutex;
use std::fmt;
use std::sync::atomic::{AtomicU64, Ordering};

/// Threads at a time that have a stripe of their own.
const OWNED_STRIPES: usize = 31;

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(usize)]
pub(crate) enum Event {
    Hit,
    Absent,
    Expired,
    Invalidated,
    Foreign,
    Shared,
    Computed,
    Stored,
    Doomed,
    Failed,
    Error,
    Refreshed,
    InvalidationByName,
    InvalidationByKey,
    Skipped,
    BreakerOpened,
    SkippedWhileOpen,
}

const EVENTS: usize = Event::SkippedWhileOpen as usize + 1;

/// What a function or an alias did so far. A snapshot: counts of events that happen meanwhile may or may not be in it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Stats {
    /// Calls answered from the cache.
    pub hits: u64,
    /// Lookups that found nothing to serve, for whatever reason.
    pub misses: u64,
    /// Misses because the entry was past its timeout.
    pub expired: u64,
    /// Misses because a tag, the prefix or the function was invalidated after the entry's computation began.
    pub stale: u64,
    /// Misses because what was stored is corrupt, of another type or version, or has other tags.
    pub foreign: u64,
    /// Calls answered by a computation that another caller made at the time.
    pub shared: u64,
    /// Times the function ran.
    pub computations: u64,
    /// Values stored.
    pub stores: u64,
    /// Values not stored because they were invalidated while they were computed.
    pub doomed: u64,
    /// Values not stored because the function's options, or the backend's limits, say so.
    pub skipped: u64,
    /// Times the function returned an error or panicked.
    pub failures: u64,
    /// Operations that the backend, the codec or the configuration failed; the function was computed nevertheless.
    pub errors: u64,
    /// Refreshes.
    pub refreshes: u64,
    /// Invalidations, of any sort.
    pub invalidations: u64,
    /// Times the circuit breaker opened, counted by the alias.
    pub breaker_opened: u64,
    /// Operations that the backend was not asked for, because the circuit breaker was open; not among the errors.
    pub skipped_while_open: u64,
}

impl Stats {
    /// The part of lookups that were hits, from 0 to 1; 0 before the first lookup.
    #[must_use]
    pub fn hit_ratio(&self) -> f64 {
        let lookups = self.hits + self.misses;
        if lookups == 0 { 0.0 } else { self.hits as f64 / lookups as f64 }
    }

    fn fields(&mut self) -> [&mut u64; 16] {
        [
            &mut self.hits,
            &mut self.misses,
            &mut self.expired,
            &mut self.stale,
            &mut self.foreign,
            &mut self.shared,
            &mut self.computations,
            &mut self.stores,
            &mut self.doomed,
            &mut self.skipped,
            &mut self.failures,
            &mut self.errors,
            &mut self.refreshes,
            &mut self.invalidations,
            &mut self.breaker_opened,
            &mut self.skipped_while_open,
        ]
    }

    pub(crate) fn add(&mut self, other: &Self) {
        let mut other = *other;
        for (own, other) in self.fields().into_iter().zip(other.fields()) {
            *own += *other;
        }
    }

    /// What was counted after `earlier`.
    #[must_use]
    pub fn since(mut self, earlier: &Self) -> Self {
        let mut earlier = *earlier;
        for (own, earlier) in self.fields().into_iter().zip(earlier.fields()) {
            *own = own.saturating_sub(*earlier);
        }
        self
    }
}

#[repr(align(128))] // two cache lines, which processors fetch in pairs
struct Stripe([AtomicU64; EVENTS]);

/// Where a call is counted.
#[derive(Clone, Copy)]
pub(crate) struct Meter {
    /// The function's own counters.
    pub(crate) function: Option<&'static Counters>,
    /// Whether the cache counts too: it does not where it adopted the function's counters.
    pub(crate) cache: bool,
}

impl Meter {
    /// For calls without a function.
    pub(crate) const fn cache() -> Self {
        Self { function: None, cache: true }
    }
}

/// Counters of one function or alias.
pub(crate) struct Counters {
    owned: [Stripe; OWNED_STRIPES],
    shared: Stripe,
}

impl Counters {
    pub(crate) const fn new() -> Self {
        Self {
            owned: [const { Stripe([const { AtomicU64::new(0) }; EVENTS]) }; OWNED_STRIPES],
            shared: Stripe([const { AtomicU64::new(0) }; EVENTS]),
        }
    }

    #[inline]
    pub(crate) fn count(&self, event: Event) {
        let index = THREAD.try_with(|thread| thread.0).unwrap_or(usize::MAX);
        match self.owned.get(index) {
            Some(stripe) => {
                let counter = &stripe.0[event as usize];
                // Nobody else writes here while this thread lives, see `Stripes`.
                counter.store(counter.load(Ordering::Relaxed).wrapping_add(1), Ordering::Relaxed);
            }
            None => {
                self.shared.0[event as usize].fetch_add(1, Ordering::Relaxed);
            }
        }
    }

    pub(crate) fn add_to(&self, stats: &mut Stats) {
        let sum = |event: Event| {
            let read = |stripe: &Stripe| stripe.0[event as usize].load(Ordering::Relaxed);
            self.owned.iter().map(read).sum::<u64>() + read(&self.shared)
        };
        let (expired, stale, foreign) =
            (sum(Event::Expired), sum(Event::Invalidated), sum(Event::Foreign));
        stats.hits += sum(Event::Hit);
        stats.misses += sum(Event::Absent) + expired + stale + foreign;
        stats.expired += expired;
        stats.stale += stale;
        stats.foreign += foreign;
        stats.shared += sum(Event::Shared);
        stats.computations += sum(Event::Computed);
        stats.stores += sum(Event::Stored);
        stats.doomed += sum(Event::Doomed);
        stats.skipped += sum(Event::Skipped);
        stats.failures += sum(Event::Failed);
        stats.errors += sum(Event::Error);
        stats.refreshes += sum(Event::Refreshed);
        stats.invalidations += sum(Event::InvalidationByName) + sum(Event::InvalidationByKey);
        stats.breaker_opened += sum(Event::BreakerOpened);
        stats.skipped_while_open += sum(Event::SkippedWhileOpen);
    }
}

impl fmt::Debug for Counters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut stats = Stats::default();
        self.add_to(&mut stats);
        stats.fmt(f)
    }
}

/// Which stripes belong to a living thread: a bit each.
static TAKEN: Mutex<u32> = Mutex::new(0);

/// The stripe of this thread; given back when the thread ends.
struct ThreadStripe(usize);

impl ThreadStripe {
    fn take() -> Self {
        let mut taken = TAKEN.lock();
        let index = taken.trailing_ones() as usize;
        if index >= OWNED_STRIPES {
            return Self(usize::MAX);
        }
        *taken |= 1 << index;
        Self(index)
    }
}

impl Drop for ThreadStripe {
    fn drop(&mut self) {
        if self.0 < OWNED_STRIPES {
            // The lock orders this thread's last store before the next owner's first load.
            *TAKEN.lock() &= !(1 << self.0);
        }
    }
}

thread_local! {
    static THREAD: ThreadStripe = ThreadStripe::take();
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::thread;

    #[test]
    fn no_count_is_lost_by_more_threads_than_stripes() {
        let counters = Counters::new();
        thread::scope(|scope| {
            for _ in 0..3 * OWNED_STRIPES {
                scope.spawn(|| (0..500).for_each(|_| counters.count(Event::Hit)));
            }
        });
        let mut stats = Stats::default();
        counters.add_to(&mut stats);
        assert_eq!(stats.hits, 3 * OWNED_STRIPES as u64 * 500);
        assert_eq!(stats.hit_ratio().to_bits(), 1.0_f64.to_bits());
    }
}

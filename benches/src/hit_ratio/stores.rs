//! The caches that are compared, each as its users get it: default settings, a bound by entries.

use super::optimum;
use super::trace::Trace;
use ecached::{Cache, EntryOptions, Memory};
use foyer_memory::{CacheBuilder, EvictionConfig, LfuConfig, LruConfig, S3FifoConfig, SieveConfig};
use std::num::NonZeroUsize;

/// What came of a trace.
#[derive(Clone, Copy, Debug)]
pub struct Replayed {
    /// Accesses that found their key.
    pub hits: u64,
    /// Entries at the end.
    pub held: usize,
}

/// Replays a trace on a new cache of that capacity. The last number is that of the run: hashes, and with them what shares a
/// shard, differ from run to run.
pub type Replay = fn(&Trace, usize, u64) -> Replayed;

/// A cache.
#[derive(Clone, Copy, Debug)]
pub struct Subject {
    /// Its name, as in the lock file up to the first space, and its policy.
    pub name: &'static str,
    /// Replays a trace.
    pub replay: Replay,
    /// Whether it is a bound rather than a cache.
    pub is_bound: bool,
}

/// All of them, ecached first, the bound last.
pub const ALL: [Subject; 9] = [
    subject("ecached", with_ecached),
    subject("moka", with_moka),
    subject("quick_cache", with_quick_cache),
    subject("foyer, S3-FIFO", |trace, capacity, _| {
        with_foyer(trace, capacity, S3FifoConfig::default().into())
    }),
    subject("foyer, SIEVE", |trace, capacity, _| with_foyer(trace, capacity, SieveConfig.into())),
    subject("foyer, w-TinyLFU", |trace, capacity, _| {
        with_foyer(trace, capacity, LfuConfig::default().into())
    }),
    subject("foyer, LRU", |trace, capacity, _| {
        with_foyer(trace, capacity, LruConfig::default().into())
    }),
    subject("lru", with_lru),
    Subject { name: "optimum (Belady)", replay: with_foresight, is_bound: true },
];

/// Packages of them in the lock file.
pub const PACKAGES: [&str; 4] = ["moka", "quick_cache", "foyer-memory", "lru"];

const fn subject(name: &'static str, replay: Replay) -> Subject {
    Subject { name, replay, is_bound: false }
}

/// How often `has`, which stores what it does not find, finds something.
fn count(trace: &Trace, mut has: impl FnMut(u32) -> bool) -> u64 {
    trace.accesses.iter().map(|key| u64::from(has(*key))).sum()
}

fn with_ecached(trace: &Trace, capacity: usize, run: u64) -> Replayed {
    let cache = Cache::new(Memory::builder().max_entries(capacity).build());
    let hits = count(trace, |key| {
        let mut is_hit = true;
        let options = EntryOptions::timeout(None::<u64>);
        cache.get_or_compute(&format!("{run}:{key}"), options, || is_hit = false);
        is_hit
    });
    Replayed { hits, held: cache.entries().unwrap_or_default() }
}

fn with_moka(trace: &Trace, capacity: usize, _: u64) -> Replayed {
    let cache = moka::sync::Cache::new(capacity as u64);
    let hits = count(trace, |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            cache.insert(key, ());
        }
        is_hit
    });
    cache.run_pending_tasks();
    Replayed { hits, held: usize::try_from(cache.entry_count()).unwrap_or(usize::MAX) }
}

fn with_quick_cache(trace: &Trace, capacity: usize, _: u64) -> Replayed {
    let cache = quick_cache::sync::Cache::new(capacity);
    let hits = count(trace, |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            cache.insert(key, ());
        }
        is_hit
    });
    Replayed { hits, held: cache.len() }
}

fn with_foyer(trace: &Trace, capacity: usize, policy: EvictionConfig) -> Replayed {
    let cache: foyer_memory::Cache<u32, ()> =
        CacheBuilder::new(capacity).with_eviction_config(policy).build();
    let hits = count(trace, |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            drop(cache.insert(key, ()));
        }
        is_hit
    });
    Replayed { hits, held: cache.entries() }
}

fn with_lru(trace: &Trace, capacity: usize, _: u64) -> Replayed {
    let mut cache = lru::LruCache::new(NonZeroUsize::new(capacity).unwrap_or(NonZeroUsize::MIN));
    let hits = count(trace, |key| {
        let is_hit = cache.get(&key).is_some();
        if !is_hit {
            cache.put(key, ());
        }
        is_hit
    });
    Replayed { hits, held: cache.len() }
}

fn with_foresight(trace: &Trace, capacity: usize, _: u64) -> Replayed {
    let hits = optimum::hits(&trace.accesses, trace.keys, capacity);
    Replayed { hits, held: capacity }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_room_for_all_each_key_is_missed_once() {
        let accesses: Vec<u32> = (0..1000).map(|position| position * position % 40).collect();
        let keys = accesses.iter().collect::<std::collections::HashSet<_>>().len();
        let trace = Trace { name: String::new(), accesses, keys: 40 };
        for subject in ALL {
            let replayed = (subject.replay)(&trace, 4000, 0);
            assert_eq!(replayed.hits as usize, 1000 - keys, "{}", subject.name);
        }
    }
}

//! From ten entries to ten million.

use super::{Call, Number, Random, STORES, Scale, Series, VALUE_BYTES, store};
use crate::rounds::{Contender, Rounds};
use crate::{allocations, machine};
use ecached::{Cache, ecached};
use std::cell::{Cell, RefCell};
use std::sync::Arc;

const SIZES: [u64; 7] = [10, 100, 1_000, 10_000, 100_000, 1_000_000, 10_000_000];

/// The last size that is measured whatever memory there is.
const SMALL: u64 = 1_000_000;

/// What the last size needs, with room to spare: bytes.
const NEEDED: u64 = 8 << 30;

/// Hits of a run: few, for in a big store each of them is slow, and a long run is more likely to be disturbed.
const HITS: usize = 2_500;

/// Hits before them, that what fits into the processor's caches is there.
const WARM_UP: usize = 30_000;

/// Calls of `invalidate_tags` in a run.
const INVALIDATIONS: usize = 5_000;

/// Where nothing is evicted: shards are never exactly equal.
fn room(entries: u64) -> usize {
    usize::try_from(entries + entries / 10 + 8 * STORES).expect("fits")
}

/// The cached function on a store.
macro_rules! function {
    ($cache:expr) => {
        ecached!(
            "user:<id>",
            None,
            tags = ["users", "user:<id>"],
            cache = *$cache,
            |id: u64| -> Number { Arc::new(id) }
        )
    };
}

/// Bytes per entry in a store that was told to hold a tenth more, without the value.
fn bytes_per_entry(entries: u64) -> f64 {
    let fill = || {
        let cache = store(entries + entries / 10);
        let function = function!(&cache);
        (0..entries).for_each(|id| drop(function.call(id)));
        cache
    };
    let (cache, allocated) = allocations::of(fill);
    allocated.live_bytes as f64 / cache.entries().unwrap_or(1).max(1) as f64 - VALUE_BYTES
}

fn sizes(is_quick: bool) -> (Vec<u64>, &'static str) {
    let is_big = machine::available_memory().is_some_and(|available| available >= NEEDED);
    let (limit, why) = match (is_quick, is_big) {
        (true, _) => (100_000, " This was a quick run: it ends at 100,000."),
        (_, true) => (u64::MAX, ""),
        (_, false) => (SMALL, " For 10,000,000 the machine had not enough memory to spare."),
    };
    (SIZES.into_iter().filter(|size| *size <= limit).collect(), why)
}

/// The rounds of `work` on all stores: what is not timed, then what is, of a store by its index.
fn rounds(
    count: usize,
    stores: usize,
    operations: usize,
    warm_up: impl Fn(usize),
    work: impl Fn(usize),
) -> Rounds {
    let (warm_up, work) = (&warm_up, &work);
    let contender = |index| Contender::new(operations, move || warm_up(index), move || work(index));
    Rounds::run(count, &mut (0..stores).map(contender).collect::<Vec<_>>())
}

/// Hits of the cache below ecached's, with as many entries: what the processor's caches alone make slower.
fn peer_hits(count: usize, sizes: &[u64]) -> Rounds {
    let peers: Vec<_> = sizes
        .iter()
        .map(|entries| {
            let peer = quick_cache::sync::Cache::new(room(*entries));
            (0..*entries).for_each(|id| peer.insert(id, Arc::new(id)));
            peer
        })
        .collect();
    let random = RefCell::new(Random::new(1));
    let hits = |index: usize, calls: usize| {
        let call: Call<'_> = &|id| peers[index].get(&id).unwrap_or_default();
        random.borrow_mut().calls(call, sizes[index], calls);
    };
    rounds(count, sizes.len(), HITS, |index| hits(index, WARM_UP), |index| hits(index, HITS))
}

/// Measures it. The global allocator must be [`allocations::Counting`].
///
/// # Panics
///
/// If an entry was evicted, or the allocator is another.
#[must_use]
pub fn measure(count: usize, is_quick: bool) -> Scale {
    let (sizes, why) = sizes(is_quick);
    let bytes: Vec<f64> = sizes.iter().map(|entries| bytes_per_entry(*entries)).collect();
    assert!(bytes[0] > 0.0, "allocations are counted");
    let caches: Vec<Cache> = sizes.iter().map(|entries| store(room(*entries) as u64)).collect();
    let functions: Vec<_> = caches.iter().map(|cache| function!(cache)).collect();
    for (function, entries) in functions.iter().zip(&sizes) {
        eprintln!("  {entries} entries …");
        (0..*entries).for_each(|id| drop(function.call(id)));
    }
    let stored: Vec<_> = caches.iter().map(Cache::entries).collect();
    let expected: Vec<_> = sizes.iter().map(|entries| usize::try_from(*entries).ok()).collect();
    assert_eq!(stored, expected, "none was evicted");
    let random = RefCell::new(Random::new(1));
    let hits = |index: usize, calls: usize| {
        let call: Call<'_> = &|id| functions[index].call(id);
        random.borrow_mut().calls(call, sizes[index], calls);
    };
    let hits =
        rounds(count, sizes.len(), HITS, |index| hits(index, WARM_UP), |index| hits(index, HITS));
    let peer_hits = peer_hits(count, &sizes);
    // New keys each time: those of the last time would still be in the processor's caches.
    let next: Vec<_> = sizes.iter().map(|entries| Cell::new(*entries)).collect();
    let new = |index: usize| next[index].get()..next[index].get() + STORES;
    let forget = |index: usize| {
        new(index).for_each(|id| functions[index].invalidate_cache_by_key(id).expect("in memory"));
        next[index].set(new(index).end);
    };
    let compute = |index: usize| new(index).for_each(|id| drop(functions[index].call(id)));
    let stores = rounds(count, sizes.len(), STORES as usize, forget, compute);
    // Last: no entry is valid afterwards.
    let invalidate = |index: usize, calls: usize| {
        (0..calls).for_each(|_| caches[index].invalidate_tags(&["users"]).expect("in memory"));
    };
    let invalidations = rounds(
        count,
        sizes.len(),
        INVALIDATIONS,
        |index| invalidate(index, INVALIDATIONS / 10),
        |index| invalidate(index, INVALIDATIONS),
    );
    let all = 0..sizes.len();
    Scale {
        slug: "growth-entries",
        title: "Entries",
        about: format!(
            "Hits are in random order over all entries: what does not fit into the processor's caches comes from memory; \
             the bare quick_cache, with a number as its key, shows what that alone costs. Stores are misses of {STORES} new keys, with a computation of next to nothing. The tag that is \
             invalidated is one that all entries carry; each has one more of its own. Memory is counted in stores with room \
             for a tenth more, without the value.{why}"
        ),
        axis: "entries",
        steps: sizes,
        is_log: true,
        ratio_of: "time or memory, as a multiple of that at 10 entries",
        ideal: None,
        series: vec![
            Series::timed("hit", &hits, all.clone()),
            Series::timed("hit, bare quick_cache", &peer_hits, all.clone()),
            Series::timed("miss and store", &stores, all.clone()),
            Series::timed("invalidate a tag of all", &invalidations, all),
            Series::exact("memory per entry", "bytes", &bytes),
        ],
    }
}

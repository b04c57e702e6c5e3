//! P2, P4 and P5 on a backend that holds bytes: what is lost, fails, or is foreign costs a computation and nothing else.

use ecached::{Cache, EntryOptions, ErrorKind, Settings, cached};
use ecached_testing::{Faults, Map};
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU64, Ordering};

fn tagged() -> EntryOptions {
    EntryOptions::timeout(3600).with_tags(["t", "u"])
}

/// A cache on a backend with faults, without a circuit breaker.
fn every_call_asks(map: &Faults<Map>) -> Cache {
    Cache::with_settings(map.clone(), Settings::default().without_breaker())
}

/// Computes `value` unless it is cached.
fn call(cache: &Cache, value: u64) -> u64 {
    cache.get_or_compute("a", tagged(), || value)
}

/// P2: every single piece of bookkeeping, when it is lost, makes a miss and never a stale hit.
#[test]
fn lost_bookkeeping_only_costs_a_computation() {
    let map = Map::default();
    let cache = Cache::new(map.clone());
    call(&cache, 0);
    let pieces = map.keys();
    assert!(pieces.len() >= 4, "entry, alias, key, two tags: {pieces:?}");
    for (number, piece) in (1_u64..).zip(&pieces) {
        assert_eq!(call(&cache, 99), number - 1, "nothing is lost yet");
        map.forget(|key| key == piece);
        assert_eq!(call(&cache, number), number, "without {piece}");
    }
}

/// P2 and P1: a version that is lost right after an invalidation does not come back as the old one.
#[test]
fn a_version_lost_after_an_invalidation_revives_nothing() {
    let map = Map::default();
    let cache = Cache::new(map.clone());
    call(&cache, 1);
    cache.invalidate_tags(&["t"]).unwrap();
    map.forget(|key| key.contains("tag:"));
    // Another entry makes the tag's version anew.
    cache.set("b", 7_u64, tagged()).unwrap();
    assert_eq!(cache.get::<u64>("a").unwrap(), None);
    assert_eq!(call(&cache, 2), 2);
}

/// P5: whatever stands where an entry should be is a miss, and is replaced.
#[test]
fn foreign_bytes_are_a_miss() {
    let map = Map::default();
    let cache = Cache::new(map.clone());
    call(&cache, 1);
    let entry = map.bytes("a").unwrap();
    let foreign: [Vec<u8>; 5] = [
        vec![],
        b"PONG".to_vec(),
        vec![0xFF; 10_000],
        entry[..entry.len() - 1].to_vec(),
        [&entry[..], b"x"].concat(),
    ];
    for (number, bytes) in (2_u64..).zip(foreign) {
        map.plant("a", bytes);
        assert_eq!(call(&cache, number), number);
        assert_eq!(call(&cache, 99), number);
    }
    for bit in 0..entry.len() * 8 {
        let mut flipped = entry.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        map.plant("a", flipped);
        assert_eq!(cache.get::<u64>("a").unwrap(), None, "bit {bit}");
    }
    let stats = cache.stats();
    assert_eq!((stats.foreign, stats.errors), (5 + entry.len() as u64 * 8, 0));
}

/// P5: also where a version should be.
#[test]
fn foreign_versions_are_a_miss() {
    let map = Map::default();
    let cache = Cache::new(map.clone());
    call(&cache, 1);
    for (number, piece) in (2_u64..).zip(map.keys().into_iter().filter(|key| key != "a")) {
        map.plant(&piece, b"not a version".to_vec());
        assert_eq!(call(&cache, number), number, "{piece}");
        assert_eq!(call(&cache, 99), number, "{piece}");
    }
}

/// P4: a function is computed and its value returned, whatever fails.
#[test]
fn a_failing_backend_costs_only_the_cache() {
    let map = Faults::new(Map::default());
    let cache = every_call_asks(&map);
    map.fail_reads(true);
    assert_eq!((call(&cache, 1), call(&cache, 2)), (1, 2));
    map.fail_reads(false);
    map.fail_writes(true);
    assert_eq!((call(&cache, 3), call(&cache, 4)), (3, 4));
    map.fail_writes(false);
    assert_eq!((call(&cache, 5), call(&cache, 6)), (5, 5));
    assert_eq!(cache.stats().errors, 4);
}

/// P4: what was to be known for certain is an error when it is not.
#[test]
fn an_invalidation_that_did_not_arrive_is_an_error() {
    let map = Faults::new(Map::default());
    let cache = every_call_asks(&map);
    call(&cache, 1);
    map.fail_writes(true);
    for error in [
        cache.invalidate_tags(&["t"]).unwrap_err(),
        cache.delete("a").unwrap_err(),
        cache.clear().unwrap_err(),
        cache.set("b", 1_u64, 60).unwrap_err(),
    ] {
        assert_eq!(error.kind(), ErrorKind::Unavailable);
        assert!(error.is_transient());
    }
    assert_eq!(call(&cache, 2), 1, "it was not invalidated, and nobody said so");
}

/// A write whose reply is lost happened or not: both are right for what follows.
#[test]
fn lost_replies_lose_no_invalidation() {
    let map = Faults::new(Map::default());
    let cache = every_call_asks(&map);
    call(&cache, 1);
    map.lose_replies(true);
    assert_eq!(cache.invalidate_tags(&["t"]).unwrap_err().kind(), ErrorKind::Timeout);
    let unknown = call(&cache, 2);
    assert!(
        unknown == 1 || unknown == 2,
        "after an error, the invalidation happened or not: {unknown}"
    );
    assert_eq!(cache.delete("a").unwrap_err().kind(), ErrorKind::Timeout);
    assert_eq!(call(&cache, 3), 3, "this one is a single write, and it did happen");
    map.lose_replies(false);
    cache.invalidate_tags(&["t"]).unwrap();
    assert_eq!((call(&cache, 4), call(&cache, 5)), (4, 4));
}

/// A refresh, or a value that is set, replaces one entry and leaves the others alone.
#[test]
fn a_refresh_leaves_other_entries_alone() {
    static CACHE: LazyLock<Cache> = LazyLock::new(|| Cache::new(Map::default()));
    #[cached("sibling:<id>", 60, cache = CACHE, tags = ["siblings"])]
    fn sibling(id: u64) -> u64 {
        id
    }
    assert_eq!((sibling(1), sibling(2)), (1, 2));
    sibling::refresh_cache(1);
    sibling::precache_value(10, 1).unwrap();
    CACHE.set("other", 1_u64, EntryOptions::timeout(60).with_tags(["siblings"])).unwrap();
    CACHE.set("other", 2_u64, EntryOptions::timeout(60).with_tags(["siblings"])).unwrap();
    assert_eq!((sibling(1), sibling(2), CACHE.get("other").unwrap()), (10, 2, Some(2_u64)));
    assert_eq!(sibling::stats().computations, 3, "two calls and the refresh");
}

/// A value that its backend cannot hold is returned and counted.
#[test]
fn a_local_function_on_a_backend_that_needs_bytes_computes() {
    static CACHE: LazyLock<Cache> = LazyLock::new(|| Cache::new(Map::default()));
    static RUNS: AtomicU64 = AtomicU64::new(0);
    #[derive(Clone, Debug, PartialEq)]
    struct Opaque(u64);
    #[cached("opaque", 60, cache = CACHE, local)]
    fn load() -> Opaque {
        Opaque(RUNS.fetch_add(1, Ordering::SeqCst))
    }
    assert_eq!((load(), load()), (Opaque(0), Opaque(1)));
    assert_eq!(load::stats().errors, 2);
}

/// Tags from the value, on a backend that has only four methods.
#[test]
fn tags_from_the_value_are_checked_on_bytes_too() {
    static MAP: LazyLock<Map> = LazyLock::new(Map::default);
    static CACHE: LazyLock<Cache> = LazyLock::new(|| Cache::new(MAP.clone()));
    static SOURCE: AtomicU64 = AtomicU64::new(1);
    static RACE: AtomicU64 = AtomicU64::new(0);
    #[cached("books", 60, cache = CACHE, tags = |version: &u64| {
        if RACE.load(Ordering::SeqCst) == 1 {
            CACHE.invalidate_tags(&[format!("book:{version}")]).unwrap();
        }
        [format!("book:{version}")]
    })]
    fn books() -> u64 {
        SOURCE.load(Ordering::SeqCst)
    }
    assert_eq!((books(), books(), books::stats().computations), (1, 1, 1));
    CACHE.invalidate_tags(&["book:2"]).unwrap();
    assert_eq!((books(), books::stats().computations), (1, 1));
    CACHE.invalidate_tags(&["book:1"]).unwrap();
    assert_eq!((books(), books::stats().computations), (1, 2));
    MAP.forget(|key| key.contains("book:1"));
    assert_eq!((books(), books::stats().computations), (1, 3), "a lost version is a miss");
    RACE.store(1, Ordering::SeqCst);
    CACHE.clear().unwrap();
    SOURCE.store(3, Ordering::SeqCst);
    let stores = books::stats().stores;
    assert_eq!((books(), books()), (3, 3));
    assert_eq!(books::stats().stores, stores, "invalidated before it was stored, each time");
    RACE.store(0, Ordering::SeqCst);
    assert_eq!((books(), books()), (3, 3));
    assert_eq!(books::stats().stores, stores + 1);
    MAP.forget(|key| key.contains("clock"));
    assert_eq!(
        (books(), books::stats().stores),
        (3, stores + 1),
        "the counter is not needed for a hit"
    );
}

/// Two applications on one server do not see each other.
#[test]
fn a_key_prefix_keeps_applications_apart() {
    let map = Map::default();
    let [one, two] = ["one:", "two:"].map(|prefix| {
        Cache::with_settings(map.clone(), Settings::default().with_key_prefix(prefix))
    });
    assert_eq!((call(&one, 1), call(&two, 2)), (1, 2));
    one.invalidate_tags(&["t"]).unwrap();
    assert_eq!((call(&one, 3), call(&two, 4)), (3, 2));
    two.clear().unwrap();
    assert_eq!((call(&one, 5), call(&two, 6)), (3, 6));
    assert!(
        map.keys().iter().all(|key| key.starts_with("one:") || key.starts_with("two:")),
        "{:?}",
        map.keys()
    );
}

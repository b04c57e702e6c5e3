//! From no tags to 64 of each entry.

use super::{Number, STORES, Scale, Series, VALUE_BYTES, store};
use crate::allocations;
use crate::contenders::{RESIDENT, random_order};
use crate::rounds::{Contender, Rounds};
use ecached::{Cache, ecached};
use std::hint::black_box;
use std::sync::Arc;

const STEPS: [u64; 7] = [0, 1, 3, 8, 16, 32, 64];

/// Entries of each store.
const ENTRIES: u64 = RESIDENT;

/// Entries that fit: shards are never exactly equal, and nothing may be evicted.
const ROOM: u64 = ENTRIES + ENTRIES / 10 + 8 * STORES;

/// Timed passes over all entries.
const PASSES: usize = 3;

/// Calls of `invalidate_tags` in a run.
const INVALIDATIONS: usize = 5_000;

/// A store whose entries have so many tags.
struct Tagged<'a> {
    cache: &'a Cache,
    call: Box<dyn Fn(u64) -> Number + 'a>,
    forget: Box<dyn Fn(u64) + 'a>,
    bytes: f64,
}

/// Makes a [`Tagged`] with these tags of a cache, and fills it.
macro_rules! tagged {
    ($cache:expr, [$($tag:literal),*]) => {{
        let cache: &Cache = $cache;
        let function = Arc::new(ecached!(
            "user:<id>",
            None,
            tags = [$($tag),*],
            cache = *cache,
            |id: u64| -> Number { Arc::new(id) }
        ));
        let (one, other) = (Arc::clone(&function), function);
        filled(
            cache,
            Box::new(move |id| one.call(id)),
            Box::new(move |id| other.invalidate_cache_by_key(id).expect("in memory")),
        )
    }};
}

fn filled<'a>(
    cache: &'a Cache,
    call: Box<dyn Fn(u64) -> Number + 'a>,
    forget: Box<dyn Fn(u64) + 'a>,
) -> Tagged<'a> {
    let fill = || (0..ENTRIES).for_each(|id| drop(call(id)));
    let bytes = allocations::of(fill).1.live_bytes as f64 / ENTRIES as f64;
    assert_eq!(cache.entries(), usize::try_from(ENTRIES).ok(), "none was evicted");
    Tagged { cache, call, forget, bytes }
}

/// The stores of [`STEPS`]. The first tag is one that all entries share.
#[rustfmt::skip] // a tag a line is not easier to read
fn stores(caches: &[Cache; 7]) -> [Tagged<'_>; 7] {
    let [none, one, three, eight, sixteen, half, all] = caches;
    [
        tagged!(none, []),
        tagged!(one, ["users"]),
        tagged!(three, ["users", "a:<id>", "b:<id>"]),
        tagged!(eight, ["users", "a:<id>", "b:<id>", "c:<id>", "d:<id>", "e:<id>", "f:<id>", "g:<id>"]),
        tagged!(sixteen, ["users", "a:<id>", "b:<id>", "c:<id>", "d:<id>", "e:<id>", "f:<id>", "g:<id>",
            "h:<id>", "i:<id>", "j:<id>", "k:<id>", "l:<id>", "m:<id>", "n:<id>", "o:<id>"]),
        tagged!(half, ["users", "a:<id>", "b:<id>", "c:<id>", "d:<id>", "e:<id>", "f:<id>", "g:<id>",
            "h:<id>", "i:<id>", "j:<id>", "k:<id>", "l:<id>", "m:<id>", "n:<id>", "o:<id>",
            "p:<id>", "q:<id>", "r:<id>", "s:<id>", "t:<id>", "u:<id>", "v:<id>", "w:<id>",
            "x:<id>", "y:<id>", "z:<id>", "A:<id>", "B:<id>", "C:<id>", "D:<id>", "E:<id>"]),
        tagged!(all, ["users", "a:<id>", "b:<id>", "c:<id>", "d:<id>", "e:<id>", "f:<id>", "g:<id>",
            "h:<id>", "i:<id>", "j:<id>", "k:<id>", "l:<id>", "m:<id>", "n:<id>", "o:<id>",
            "p:<id>", "q:<id>", "r:<id>", "s:<id>", "t:<id>", "u:<id>", "v:<id>", "w:<id>",
            "x:<id>", "y:<id>", "z:<id>", "A:<id>", "B:<id>", "C:<id>", "D:<id>", "E:<id>",
            "F:<id>", "G:<id>", "H:<id>", "I:<id>", "J:<id>", "K:<id>", "L:<id>", "M:<id>",
            "N:<id>", "O:<id>", "P:<id>", "Q:<id>", "R:<id>", "S:<id>", "T:<id>", "U:<id>",
            "V:<id>", "W:<id>", "X:<id>", "Y:<id>", "Z:<id>", "0:<id>", "1:<id>", "2:<id>",
            "3:<id>", "4:<id>", "5:<id>", "6:<id>", "7:<id>", "8:<id>", "9:<id>", "10:<id>"]),
    ]
}

fn walk(tagged: &Tagged<'_>, order: &[u64], passes: usize) {
    for _ in 0..passes {
        for id in order {
            black_box((tagged.call)(black_box(*id)));
        }
    }
}

/// Rounds of hits: those of each store, then the first ones after an invalidation of something else.
fn hits(count: usize, stores: &[Tagged<'_>]) -> Rounds {
    let order = &random_order(1)[..];
    let plain = stores.iter().map(|tagged| {
        let work = move || walk(tagged, order, PASSES);
        Contender::new(PASSES * order.len(), move || walk(tagged, order, 1), work)
    });
    let first = stores.iter().map(|tagged| {
        let warm_up = move || {
            walk(tagged, order, 1);
            tagged.cache.invalidate_tags(&["nothing carries this"]).expect("in memory");
        };
        Contender::new(order.len(), warm_up, move || walk(tagged, order, 1))
    });
    Rounds::run(count, &mut plain.chain(first).collect::<Vec<_>>())
}

fn misses(count: usize, stores: &[Tagged<'_>]) -> Rounds {
    let new = || ENTRIES..ENTRIES + STORES;
    let contenders = stores.iter().map(|tagged| {
        Contender::new(
            STORES as usize,
            move || new().for_each(|id| (tagged.forget)(id)),
            move || new().for_each(|id| drop((tagged.call)(id))),
        )
    });
    Rounds::run(count, &mut contenders.collect::<Vec<_>>())
}

/// Rounds of the stores that have tags.
fn invalidations(count: usize, stores: &[Tagged<'_>]) -> Rounds {
    let invalidate = |tagged: &Tagged<'_>, calls: usize| {
        (0..calls).for_each(|_| tagged.cache.invalidate_tags(&["users"]).expect("in memory"));
    };
    let contenders = stores.iter().map(|tagged| {
        Contender::new(
            INVALIDATIONS,
            move || invalidate(tagged, INVALIDATIONS / 10),
            move || invalidate(tagged, INVALIDATIONS),
        )
    });
    Rounds::run(count, &mut contenders.collect::<Vec<_>>())
}

/// Measures it. The global allocator must be [`allocations::Counting`].
///
/// # Panics
///
/// If an entry was evicted.
#[must_use]
pub fn measure(count: usize) -> Scale {
    let empty = allocations::of(|| store(ROOM)).1.live_bytes as f64 / ENTRIES as f64;
    let caches = STEPS.map(|_| store(ROOM));
    let stores = stores(&caches);
    let hits = hits(count, &stores);
    let misses = misses(count, &stores);
    // Last: no entry is valid afterwards.
    let invalidations = invalidations(count, &stores[1..]);
    let mut invalidated = Series::timed("invalidate a tag of all", &invalidations, 0..6);
    invalidated.figures.insert(0, None);
    let bytes: Vec<f64> = stores.iter().map(|tagged| tagged.bytes + empty - VALUE_BYTES).collect();
    Scale {
        slug: "growth-tags",
        title: "Tags of each entry",
        about: format!(
            "Over {ENTRIES} entries. The first tag is one that all entries share, the others are the entry's own: memory and \
             stores pay for a name and a version for each of them. The first hit after an invalidation of anything in the store \
             compares the versions of all tags. An invalidation is compared with that at 1 tag. Memory is counted in stores with \
             room for {ROOM}, without the value."
        ),
        axis: "tags",
        steps: STEPS.to_vec(),
        is_log: false,
        ratio_of: "time or memory, as a multiple of that without tags",
        ideal: None,
        series: vec![
            Series::timed("hit", &hits, 0..7),
            Series::timed("first hit after an invalidation", &hits, 7..14),
            Series::timed("miss and store", &misses, 0..7),
            invalidated,
            Series::exact("memory per entry", "bytes", &bytes),
        ],
    }
}

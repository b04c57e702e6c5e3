//! Bytes per entry, beside the value, in stores of 100,000 entries and room for a tenth more; and allocations per hit.
//!
//! Bytes are counted as asked for; what the allocator adds is not seen.

use crate::allocations;
use crate::contenders::{self as of, RESIDENT, User};
use crate::rounds::Spread;
use crate::row::{Row, Target};
use ecached::{Cache, Memory};
use std::cell::RefCell;
use std::hint::black_box;
use std::sync::{Arc, LazyLock};
use std::time::Duration;

const ENTRIES: u64 = 100_000;
const ROOM: usize = 110_000;

thread_local! {
    /// What the functions return: made before anything is counted.
    static USERS: RefCell<Vec<Arc<User>>> = const { RefCell::new(Vec::new()) };
}

fn user(id: u64) -> Arc<User> {
    USERS.with_borrow(|users| Arc::clone(&users[usize::try_from(id).expect("an index")]))
}

static PLAIN: LazyLock<Cache> =
    LazyLock::new(|| Cache::new(Memory::builder().max_entries(ROOM).build()));
static TAGGED: LazyLock<Cache> =
    LazyLock::new(|| Cache::new(Memory::builder().max_entries(ROOM).build()));
static SHARED: LazyLock<Cache> =
    LazyLock::new(|| Cache::new(Memory::builder().max_entries(ROOM).build()));

#[ecached::cached("user:<id>", 3600, cache = &*PLAIN)]
fn tags0(id: u64) -> Arc<User> {
    user(id)
}

#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], cache = &*TAGGED)]
fn tags3(id: u64) -> Arc<User> {
    user(id)
}

#[ecached::cached("user:<id>", 3600, tags = ["users", "people", "everybody"], cache = &*SHARED)]
fn tags3_shared(id: u64) -> Arc<User> {
    user(id)
}

#[cached::macros::cached(max_size = 110_000, ttl_secs = 3600)]
fn cached_crate(id: u64) -> Arc<User> {
    user(id)
}

/// Bytes per entry of what `fill` makes; it answers how many entries there are.
fn per_entry<T>(fill: impl FnOnce() -> (T, usize)) -> f64 {
    let ((store, entries), allocated) = allocations::of(fill);
    drop(store);
    allocated.live_bytes as f64 / entries as f64
}

fn call_all(function: impl Fn(u64) -> Arc<User>) {
    (0..ENTRIES).for_each(|id| drop(function(id)));
}

fn fill_cache(cache: &LazyLock<Cache>, function: fn(u64) -> Arc<User>) -> ((), usize) {
    call_all(function);
    ((), cache.entries().expect("in memory"))
}

fn fill_moka<K: std::hash::Hash + Eq + Send + Sync + 'static>(
    key: fn(u64) -> K,
) -> (moka::sync::Cache<K, Arc<User>>, usize) {
    let store = moka::sync::Cache::builder()
        .max_capacity(ROOM as u64)
        .time_to_live(Duration::from_secs(3600))
        .build();
    (0..ENTRIES).for_each(|id| store.insert(key(id), user(id)));
    store.run_pending_tasks();
    let entries = usize::try_from(store.entry_count()).expect("fits");
    (store, entries)
}

/// Measures them. The global allocator must be [`allocations::Counting`].
///
/// # Panics
///
/// If it is not.
#[must_use]
pub fn measure() -> Vec<Row> {
    USERS.set((0..ENTRIES).map(User::load).collect());
    let tagged = per_entry(|| fill_cache(&TAGGED, tags3));
    let shared = per_entry(|| fill_cache(&SHARED, tags3_shared));
    let plain = per_entry(|| fill_cache(&PLAIN, tags0));
    let moka_string = per_entry(|| fill_moka(|id| format!("user:{id}")));
    let moka_u64 = per_entry(|| fill_moka(|id| id));
    let quick = per_entry(|| {
        let store = quick_cache::sync::Cache::new(ROOM);
        (0..ENTRIES).for_each(|id| store.insert(id, user(id)));
        let entries = store.len();
        (store, entries)
    });
    let cached = per_entry(|| {
        call_all(cached_crate);
        ((), usize::try_from(ENTRIES).expect("fits"))
    });
    assert!(plain > 0.0, "allocations are counted");
    let row = |what, own: f64, against, other: f64| Row {
        what,
        against,
        ratio: Spread::exact(own / other),
        best: None,
        target: Target::None,
        own,
        other,
        unit: "bytes",
        is_void: false,
    };
    let (moka, quick_cache) = ("moka, `String` key", "quick_cache, `u64` key");
    vec![
        row("entry, no tags", plain, moka, moka_string),
        row("entry, no tags", plain, "moka, `u64` key", moka_u64),
        row("entry, no tags", plain, quick_cache, quick),
        row("entry, no tags", plain, "`#[cached(max_size, ttl_secs)]`, `u64` key", cached),
        row("entry, 3 tags shared by all", shared, moka, moka_string),
        row("entry, 3 tags, 2 of them its own", tagged, moka, moka_string),
    ]
}

/// Allocations per blocking and per async hit.
#[must_use]
pub fn allocations_per_hit() -> [f64; 2] {
    [of::tags3 as fn(u64) -> Arc<User>, of::tags3_polled].map(|hit| {
        let all = || (0..RESIDENT).for_each(|id| drop(black_box(hit(id))));
        all();
        allocations::of(all).1.calls as f64 / RESIDENT as f64
    })
}

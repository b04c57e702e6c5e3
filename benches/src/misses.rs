//! Misses whose computation is next to nothing, in full stores of 10,000: look up, compute, store, evict.

use crate::contenders::User;
use crate::hits::compare;
use crate::rounds::{Contender, Rounds};
use crate::row::{Row, Target};
use ecached::{Cache, Memory};
use std::cell::Cell;
use std::hint::black_box;
use std::ops::Range;
use std::sync::{Arc, LazyLock};
use std::thread;
use std::time::Duration;

const CAPACITY: usize = 10_000;
const MISSES: usize = 2_000;

static USER: LazyLock<Arc<User>> = LazyLock::new(|| User::load(0));
static STORE: LazyLock<Cache> =
    LazyLock::new(|| Cache::new(Memory::builder().max_entries(CAPACITY).build()));

#[ecached::cached("plain:<id>", 3600, cache = &*STORE)]
fn tags0(id: u64) -> Arc<User> {
    let _ = id;
    Arc::clone(&USER)
}

#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], cache = &*STORE)]
fn tags3(id: u64) -> Arc<User> {
    let _ = id;
    Arc::clone(&USER)
}

#[cached::macros::cached(max_size = 10_000, ttl_secs = 3600)]
fn cached_crate(id: u64) -> Arc<User> {
    let _ = id;
    Arc::clone(&USER)
}

static MOKA: LazyLock<moka::sync::Cache<String, Arc<User>>> = LazyLock::new(|| {
    moka::sync::Cache::builder()
        .max_capacity(CAPACITY as u64)
        .time_to_live(Duration::from_secs(3600))
        .build()
});

fn moka(id: u64) -> Arc<User> {
    MOKA.get_with(format!("user:{id}"), || Arc::clone(&USER))
}

/// Misses of `name` over and over, for profilers: `count` of them by each of `threads`, in a store that is full.
///
/// # Panics
///
/// If nothing is called that.
pub fn repeat(name: &str, count: u64, threads: u64) {
    let call = match name {
        "miss0" => tags0,
        "miss3" => tags3,
        "miss-cached" => cached_crate,
        "miss-moka" => moka,
        _ => panic!("CONTENDER: miss0, miss3, miss-cached or miss-moka"),
    };
    let walk = |ids: Range<u64>| {
        for id in ids {
            black_box(call(black_box(id)));
        }
    };
    let full = 2 * CAPACITY as u64;
    walk(0..full);
    if threads == 1 {
        return walk(full..full + count);
    }
    thread::scope(|scope| {
        for thread in 0..threads {
            let first = full + thread * count;
            scope.spawn(move || walk(first..first + count));
        }
    });
}

/// Measures them.
#[must_use]
pub fn measure(rounds: usize) -> Vec<Row> {
    let next = Cell::new(0);
    let miss = |call: fn(u64) -> Arc<User>, count: usize| {
        for _ in 0..count {
            next.set(next.get() + 1);
            black_box(call(black_box(next.get())));
        }
    };
    let contender = |call: fn(u64) -> Arc<User>| {
        // What is stored evicts something.
        miss(call, 2 * CAPACITY);
        Contender::new(MISSES, move || miss(call, MISSES), move || miss(call, MISSES))
    };
    let mut contenders =
        [contender(tags3), contender(tags0), contender(cached_crate), contender(moka)];
    let result = Rounds::run(rounds, &mut contenders);
    let (cached, with) = ("`#[cached(max_size, ttl_secs)]`", "moka `get_with`, `String` key, ttl");
    vec![
        compare(&result, "miss and store, no tags", 1, cached, 2, Target::None),
        compare(&result, "miss and store, no tags", 1, with, 3, Target::None),
        compare(&result, "miss and store, 3 tags (2 of the entry alone)", 0, with, 3, Target::None),
    ]
}

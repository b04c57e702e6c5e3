//! The price of invalidating one tag, with few and with many entries that carry it.
//!
//! The stores run on a clock that stands still, so that no sweep removes the invalidated entries: all the entries carry the
//! tag the whole time, and nothing runs beside the call. The sweeps of a store on the system's clock are not part of the
//! call: at most one starts per second, on another thread.

use crate::contenders::User;
use crate::hits::compare;
use crate::rounds::{Contender, Rounds};
use crate::row::{Row, Target};
use ecached::{Cache, Clock, Memory};
use std::sync::{Arc, LazyLock};

/// Entries of the big store.
const MANY: u64 = 1_000_000;
/// Entries of the small store.
const FEW: u64 = 10;
/// Calls per round.
const CALLS: usize = 10_000;

fn store(entries: u64) -> Cache {
    // Shards are never exactly equal; nothing may be evicted.
    let room = usize::try_from(entries + entries / 4 + 1000).expect("fits");
    Cache::new(Memory::builder().max_entries(room).clock(Clock::manual().0).build())
}

static MANY_CACHE: LazyLock<Cache> = LazyLock::new(|| store(MANY));
static FEW_CACHE: LazyLock<Cache> = LazyLock::new(|| store(FEW));

#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>"], cache = &*MANY_CACHE, ignore = [user])]
fn many(id: u64, user: &Arc<User>) -> Arc<User> {
    let _ = id;
    Arc::clone(user)
}

#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>"], cache = &*FEW_CACHE, ignore = [user])]
fn few(id: u64, user: &Arc<User>) -> Arc<User> {
    let _ = id;
    Arc::clone(user)
}

/// Measures it.
///
/// # Panics
///
/// If entries were evicted.
#[must_use]
pub fn measure(rounds: usize) -> Vec<Row> {
    let user = User::load(0);
    (0..MANY).for_each(|id| drop(many(id, &user)));
    (0..FEW).for_each(|id| drop(few(id, &user)));
    assert_eq!(
        MANY_CACHE.entries(),
        Some(usize::try_from(MANY).expect("fits")),
        "none was evicted"
    );
    let invalidate = |cache: &Cache, calls: usize| {
        for _ in 0..calls {
            cache.invalidate_tags(&["users"]).expect("in memory");
        }
    };
    let contender = |cache: &'static Cache| {
        Contender::new(
            CALLS,
            move || invalidate(cache, CALLS / 10),
            move || invalidate(cache, CALLS),
        )
    };
    let result = Rounds::run(rounds, &mut [contender(&MANY_CACHE), contender(&FEW_CACHE)]);
    let rows = vec![compare(
        &result,
        "invalidate a tag of 1,000,000 entries",
        0,
        "a tag of 10",
        1,
        Target::AtMost(1.2),
    )];
    assert_eq!(
        MANY_CACHE.entries(),
        Some(usize::try_from(MANY).expect("fits")),
        "none was removed"
    );
    drop(MANY_CACHE.clear());
    rows
}

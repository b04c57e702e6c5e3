//! The same function behind each cache.
//!
//! All hold 10,000 entries (`u64` to `Arc<User>`) in a store of 40,000, so that nothing is evicted, with a timeout of an
//! hour.

use serde::{Deserialize, Serialize};
use std::pin::pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// Entries that are there.
pub const RESIDENT: u64 = 10_000;
/// Entries that fit.
const CAPACITY: usize = 40_000;
/// The aliases of the stores, one for each function.
pub const ALIASES: [&str; 5] = ["tags0", "tags3", "tags8", "shared8", "async"];
/// How long entries live.
const TIMEOUT_SECONDS: u64 = 3600;

/// What is cached, behind an `Arc`.
#[derive(Debug, Serialize, Deserialize)]
pub struct User {
    /// Its number.
    pub id: u64,
    /// Something on the heap.
    pub name: String,
}

static LOADED: AtomicU64 = AtomicU64::new(0);

/// How often a user was made: it must stand still while hits are measured.
pub fn loaded() -> u64 {
    LOADED.load(Ordering::Relaxed)
}

impl User {
    /// A user of that number.
    #[must_use]
    pub fn load(id: u64) -> Arc<Self> {
        LOADED.fetch_add(1, Ordering::Relaxed);
        Arc::new(Self { id, name: format!("user number {id}") })
    }
}

/// Registers the stores that the functions below use. Once, before any of them is called.
///
/// # Panics
///
/// If it is called twice.
pub fn register() {
    for alias in ALIASES {
        let store = ecached::Memory::builder().max_entries(CAPACITY).build();
        ecached::caches().register(alias, store).expect("registered once");
    }
}

/// No tags.
#[ecached::cached("user:<id>", 3600, alias = "tags0")]
pub fn tags0(id: u64) -> Arc<User> {
    User::load(id)
}

/// Three tags: one of all, two of the entry.
#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "tags3")]
pub fn tags3(id: u64) -> Arc<User> {
    User::load(id)
}

/// Eight tags: two of all, six of the entry.
#[ecached::cached("user:<id>", 3600, alias = "tags8", tags = [
    "users", "people", "user:<id>", "group:<id>", "org:<id>", "role:<id>", "plan:<id>", "city:<id>",
])]
pub fn tags8(id: u64) -> Arc<User> {
    User::load(id)
}

/// Eight tags, all of them shared by all entries.
#[ecached::cached("user:<id>", 3600, alias = "shared8", tags = ["a", "b", "c", "d", "e", "f", "g", "h"])]
pub fn tags8_shared(id: u64) -> Arc<User> {
    User::load(id)
}

/// Three tags, async.
#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "async")]
pub async fn tags3_async(id: u64) -> Arc<User> {
    User::load(id)
}

/// `cached` with a bound and a timeout.
#[cached::macros::cached(max_size = 40_000, ttl_secs = 3600)]
pub fn cached_crate(id: u64) -> Arc<User> {
    User::load(id)
}

/// The same with the key that ecached makes of its argument.
#[cached::macros::cached(max_size = 40_000, ttl_secs = 3600, key = "String", convert = { format!("user:{id}") })]
pub fn cached_string(id: u64) -> Arc<User> {
    User::load(id)
}

static MOKA: LazyLock<moka::sync::Cache<String, Arc<User>>> = LazyLock::new(|| {
    let timeout = Duration::from_secs(TIMEOUT_SECONDS);
    moka::sync::Cache::builder().max_capacity(CAPACITY as u64).time_to_live(timeout).build()
});

/// moka with the same key as a `String`.
pub fn moka_string(id: u64) -> Arc<User> {
    let key = format!("user:{id}");
    match MOKA.get(&key) {
        Some(user) => user,
        None => {
            let user = User::load(id);
            MOKA.insert(key, Arc::clone(&user));
            user
        }
    }
}

static MOKA_U64: LazyLock<moka::sync::Cache<u64, Arc<User>>> = LazyLock::new(|| {
    let timeout = Duration::from_secs(TIMEOUT_SECONDS);
    moka::sync::Cache::builder().max_capacity(CAPACITY as u64).time_to_live(timeout).build()
});

/// moka with a number as its key.
pub fn moka_u64(id: u64) -> Arc<User> {
    match MOKA_U64.get(&id) {
        Some(user) => user,
        None => {
            let user = User::load(id);
            MOKA_U64.insert(id, Arc::clone(&user));
            user
        }
    }
}

static QUICK: LazyLock<quick_cache::sync::Cache<u64, Arc<User>>> =
    LazyLock::new(|| quick_cache::sync::Cache::new(CAPACITY));

/// The bare `quick_cache`, on which ecached's memory store is built: no timeout, no key text, no tags.
pub fn quick_bare(id: u64) -> Arc<User> {
    match QUICK.get(&id) {
        Some(user) => user,
        None => {
            let user = User::load(id);
            QUICK.insert(id, Arc::clone(&user));
            user
        }
    }
}

/// An async hit without a runtime: it is there at the first poll.
///
/// # Panics
///
/// If the future waits for anything.
#[inline]
pub fn poll_once<T>(future: impl Future<Output = T>) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

/// [`tags3_async`], polled once.
pub fn tags3_polled(id: u64) -> Arc<User> {
    poll_once(tags3_async(id))
}

/// `0..RESIDENT` in random order, always the same for the same seed; the seed is not 0.
#[must_use]
pub fn random_order(seed: u64) -> Vec<u64> {
    let mut order: Vec<u64> = (0..RESIDENT).collect();
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15);
    for last in (1..order.len()).rev() {
        // xorshift64
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        order.swap(last, (state % (last as u64 + 1)) as usize);
    }
    order
}

/// A contender's [`walk`].
pub type Walk = fn(&[u64], usize);

/// Makes the entries, in the order of their numbers: who fills in the order of the walk finds them in a row in memory.
pub fn fill(walk: impl Fn(&[u64], usize)) {
    walk(&(0..RESIDENT).collect::<Vec<_>>(), 1);
}

/// Calls `hit` for each of `order`, `passes` times. Generic, so that each contender is inlined as in a user's program.
#[inline(never)]
pub fn walk(order: &[u64], passes: usize, hit: impl Fn(u64) -> Arc<User>) {
    for _ in 0..passes {
        for id in order {
            std::hint::black_box(hit(std::hint::black_box(*id)));
        }
    }
}

//! Redis and Memcached: what a call costs beside the bare client, in the same run, on servers that the bench starts.
//!
//! All contenders read the same `String` of 1,000 bytes under names of about the same length. `bin/remote.rs` writes the
//! tables, `bin/survivors.rs` shows which values survive their invalidation, `bin/repeat_remote.rs` is for profilers.

pub mod cores;
pub mod down;
pub mod floor;
pub mod functions;
pub mod hits;
pub mod invalidations;
pub mod many;
pub mod memcached;
pub mod misses;
pub mod peers;
pub mod subject;
pub mod survivors;
pub mod tags;
pub mod trips;
pub mod turns;

use ecached::caches;
use ecached_testing::servers::{Memcached, Redis};
use std::sync::LazyLock;
use tokio::runtime::{Builder, Runtime};

/// Entries that are there.
pub const RESIDENT: u64 = 1_000;

/// How long entries live, seconds.
pub const TIMEOUT_SECONDS: u64 = 3600;

static VALUE: LazyLock<String> = LazyLock::new(|| "x".repeat(1_000));

/// What everybody keeps: 1,000 bytes.
#[must_use]
pub fn value() -> String {
    VALUE.clone()
}

/// The servers of a run, and the aliases `redis` and `memcached` that lead to them.
#[derive(Debug)]
pub struct Servers {
    /// One Redis.
    pub redis: Redis,
    /// One memcached.
    pub memcached: Memcached,
}

impl Servers {
    /// Starts them, and registers the aliases. Once in a process.
    ///
    /// # Panics
    ///
    /// If it is called twice, or `redis-server` or `memcached` is not installed.
    #[must_use]
    pub fn start() -> Self {
        let (redis, memcached) = (Redis::start(), Memcached::start());
        let of_redis = ecached::Redis::open(&redis.url()).expect("a URL");
        let address = memcached.address().to_string();
        let of_memcached = ecached::Memcached::open([address]).expect("an address");
        caches().register("redis", of_redis).expect("registered once");
        caches().register("memcached", of_memcached).expect("registered once");
        Self { redis, memcached }
    }

    /// A connection of the bare client.
    ///
    /// # Panics
    ///
    /// If the server does not answer.
    #[must_use]
    pub fn connection(&self) -> redis::Connection {
        let client = redis::Client::open(self.redis.url()).expect("a URL");
        client.get_connection().expect("the server listens")
    }
}

/// A runtime on the thread that blocks on it.
///
/// # Panics
///
/// If the operating system has no means for it.
#[must_use]
pub fn current_thread() -> Runtime {
    Builder::new_current_thread().enable_all().build().expect("a runtime")
}

/// A runtime with two threads.
///
/// # Panics
///
/// If the operating system has no means for it.
#[must_use]
pub fn two_threads() -> Runtime {
    Builder::new_multi_thread().worker_threads(2).enable_all().build().expect("a runtime")
}

/// The name under which the bare client keeps a value.
#[must_use]
pub fn bare_key(id: u64) -> String {
    format!("bare:{id}")
}

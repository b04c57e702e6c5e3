//! The functions that are measured.

use super::value;
use ecached::cached;
use std::sync::atomic::{AtomicU64, Ordering};

static LOADED: AtomicU64 = AtomicU64::new(0);

/// How often a value was made: it must stand still while hits are measured.
pub fn loaded() -> u64 {
    LOADED.load(Ordering::Relaxed)
}

/// Makes a value.
pub(super) fn load() -> String {
    LOADED.fetch_add(1, Ordering::Relaxed);
    value()
}

/// No tags.
#[cached("user:<id>", 3600, alias = "redis")]
pub fn tags0(id: u64) -> String {
    _ = id;
    load()
}

/// Three tags: one of all, two of the entry.
#[cached("user3:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "redis")]
pub fn tags3(id: u64) -> String {
    _ = id;
    load()
}

/// Eight tags: two of all, six of the entry.
#[cached("user8:<id>", 3600, alias = "redis", tags = [
    "users", "people", "user:<id>", "group:<id>", "org:<id>", "role:<id>", "plan:<id>", "city:<id>",
])]
pub fn tags8(id: u64) -> String {
    _ = id;
    load()
}

/// No tags, async.
#[cached("async0:<id>", 3600, alias = "redis")]
pub async fn tags0_async(id: u64) -> String {
    _ = id;
    load()
}

/// Three tags, async.
#[cached("async3:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "redis")]
pub async fn tags3_async(id: u64) -> String {
    _ = id;
    load()
}

/// Three tags, on Memcached.
#[cached("user3:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "memcached")]
pub fn memcached3(id: u64) -> String {
    _ = id;
    load()
}

/// Three tags, on Memcached, async.
#[cached("async3:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "memcached")]
pub async fn memcached3_async(id: u64) -> String {
    _ = id;
    load()
}

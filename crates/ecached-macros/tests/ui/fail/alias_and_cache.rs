//! Two options that name the cache.

use ecached::cached;

#[cached("user:<id>", alias = "redis", cache = CACHE)]
fn f(id: u64) -> u64 {
    id
}

fn main() {}

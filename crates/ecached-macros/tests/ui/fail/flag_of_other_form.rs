//! Options that are on or off, and one that is a path.

use ecached::cached;

#[cached("a", cache_none = 0, companions = "no", local = 1, crate = 1)]
fn a() -> u64 {
    0
}

fn main() {}

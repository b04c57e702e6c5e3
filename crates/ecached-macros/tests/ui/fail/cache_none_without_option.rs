//! `cache_none = false` where there is no `None`.

use ecached::cached;

#[cached("a", cache_none = false)]
fn a() -> u64 {
    0
}

fn main() {}

//! Closures that do not take the value, or wait.

use ecached::cached;

#[cached("a", tags = || [], cache_if = || true, timeout = async |value| 1)]
fn a() -> u64 {
    0
}

fn main() {}

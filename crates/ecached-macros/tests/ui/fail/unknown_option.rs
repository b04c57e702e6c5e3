//! An option that does not exist.

use ecached::cached;

#[cached("user:<id>", ttl = 60)]
fn f(id: u64) -> u64 {
    id
}

fn main() {}

//! A lock that is none.

use ecached::cached;

#[cached("user:<id>", 60, lock = "galactic")]
fn load_user(id: u64) -> u64 {
    id
}

#[cached("order:<id>", 60, lock = true)]
fn load_order(id: u64) -> u64 {
    id
}

fn main() {}

//! Arguments without a name that are not a key and a timeout.

use ecached::cached;

#[cached(60)]
fn a() -> u64 {
    0
}

#[cached(KEY)]
fn b() -> u64 {
    0
}

#[cached("c", 60, 70)]
fn c() -> u64 {
    0
}

fn main() {}

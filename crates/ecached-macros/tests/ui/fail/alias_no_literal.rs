//! Aliases that are not names.

use ecached::cached;

#[cached("a", alias = ALIAS)]
fn a() -> u64 {
    0
}

#[cached("b", alias = "")]
fn b() -> u64 {
    0
}

fn main() {}

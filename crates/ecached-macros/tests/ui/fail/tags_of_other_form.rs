//! Tags that are neither a list nor a closure over the value.

use ecached::cached;

#[cached("a", tags = "users")]
fn a() -> u64 {
    0
}

#[cached("b", tags = [USERS])]
fn b() -> u64 {
    0
}

#[cached("c", tags = [|v| v, |v| v])]
fn c() -> u64 {
    0
}

fn main() {}

//! Timeouts that are wrong whatever the program does.

use ecached::cached;

#[cached("a", 0)]
fn a() -> u64 {
    0
}

#[cached("b", -1)]
fn b() -> u64 {
    0
}

#[cached("c", 86_400_000_000)]
fn c() -> u64 {
    0
}

#[cached("d", timeout = "60s")]
fn d() -> u64 {
    0
}

fn main() {}

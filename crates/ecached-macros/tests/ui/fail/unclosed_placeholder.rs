//! A template that is cut off.

use ecached::cached;

#[cached("user:<id")]
fn f(id: u64) -> u64 {
    id
}

fn main() {}

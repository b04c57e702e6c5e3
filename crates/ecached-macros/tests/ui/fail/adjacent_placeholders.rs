//! Two placeholders with nothing between them.

use ecached::cached;

#[cached("<a><b>")]
fn f(a: u64, b: u64) -> u64 {
    a + b
}

fn main() {}

//! A variable in a pattern that does not tell entries apart.

use ecached::cached;

#[cached("pair:<a>")]
fn pair((a, b): (u64, u64)) -> u64 {
    a + b
}

fn main() {}

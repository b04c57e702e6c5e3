//! Tags from the value that are no text.

use ecached::cached;

#[cached("a", tags = |value: &Vec<u64>| value.iter())]
fn a() -> Vec<u64> {
    vec![1]
}

fn main() {}

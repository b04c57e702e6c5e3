//! An option that is given twice, and a key that is.

use ecached::cached;

#[cached("user:<id>", key = format!("{id}"), tags = ["a"], tags = ["b"])]
fn f(id: u64) -> u64 {
    id
}

fn main() {}

//! Things to ignore that are no arguments, or in the key.

use ecached::cached;

#[cached("a:<id>", ignore = ["conn", other, id])]
fn a(id: u64, _conn: u64) -> u64 {
    id
}

#[cached("b", ignore = conn)]
fn b() -> u64 {
    0
}

fn main() {}

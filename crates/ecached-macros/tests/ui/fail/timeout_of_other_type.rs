//! A timeout that is no time.

use ecached::cached;

#[cached("a:<id>", timeout = id)]
fn a(id: String) -> u64 {
    id.len() as u64
}

fn main() {}

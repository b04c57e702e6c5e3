//! A placeholder that names no parameter.

use ecached::cached;

#[cached("user:<uid>")]
fn load(id: u64) -> u64 {
    id
}

fn main() {}

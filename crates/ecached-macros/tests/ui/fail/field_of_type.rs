//! A field of a type parameter.

use ecached::cached;

#[cached("list:<T.x>")]
fn list<T>() -> u64 {
    0
}

fn main() {}

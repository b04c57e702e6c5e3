//! A value that no backend can hold.

use ecached::cached;

#[derive(Clone)]
struct Row;

#[cached("row")]
fn a() -> Row {
    Row
}

fn main() {}

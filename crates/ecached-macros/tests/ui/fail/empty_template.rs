//! Templates without text.

use ecached::cached;

#[cached("", prefix = "", tags = [""])]
fn f() -> u64 {
    0
}

fn main() {}

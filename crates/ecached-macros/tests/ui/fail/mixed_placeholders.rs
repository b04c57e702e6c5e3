//! Both forms of placeholders in one template.

use ecached::cached;

#[cached("a:<a>:{b}")]
fn f(a: u64, b: u64) -> u64 {
    a + b
}

fn main() {}

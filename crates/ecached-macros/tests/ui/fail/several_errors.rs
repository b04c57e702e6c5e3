//! All errors are reported at once.

use ecached::cached;

#[cached("user:<uid>", 0, ttl = 1)]
fn load(id: u64, conn: &str) -> u64 {
    id + conn.len() as u64
}

fn main() {}

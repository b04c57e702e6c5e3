//! An argument that the expression of the key does not mention.

use ecached::cached;

#[cached(key = format!("{id}"))]
fn load(id: u64, org: &str) -> u64 {
    id + org.len() as u64
}

fn main() {}

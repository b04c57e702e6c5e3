//! A placeholder for a `self` that is not there.

use ecached::cached;

#[cached("user:<self.id>:<id>")]
fn load(id: u64) -> u64 {
    id
}

fn main() {}

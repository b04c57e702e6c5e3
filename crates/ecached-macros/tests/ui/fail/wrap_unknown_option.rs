//! An option that only `#[cached]` has.

use ecached::ecached;

fn main() {
    let _ = ecached!("a", companions = false, { 1 });
}

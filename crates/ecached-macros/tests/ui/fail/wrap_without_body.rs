//! Nothing to cache.

use ecached::ecached;

fn main() {
    let _ = ecached!("a", 60);
    let _ = ecached!();
}

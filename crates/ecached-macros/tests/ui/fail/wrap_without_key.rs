//! A block without a key.

use ecached::ecached;

fn main() {
    let _ = ecached!(timeout = 60, { 1 });
}

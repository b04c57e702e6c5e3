//! A closure whose types are not written.

use ecached::ecached;

fn main() {
    let _ = ecached!("a:<n>", |n| -> u64 { n });
    let _ = ecached!("b:<n>", |n: u64| n);
}

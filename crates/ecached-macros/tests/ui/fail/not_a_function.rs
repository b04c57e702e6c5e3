//! The attributes on other items.

use ecached::{cached, invalidates};

#[cached]
struct A;

#[invalidates(tags = ["a"])]
const B: u8 = 0;

fn main() {}

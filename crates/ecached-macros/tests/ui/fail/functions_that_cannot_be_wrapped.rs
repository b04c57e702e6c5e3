//! Functions that cannot be wrapped.

use ecached::cached;

#[cached]
const fn a() {}

#[cached]
unsafe fn b() {}

#[cached]
extern "C" fn c() {}

#[cached]
fn d() -> impl Iterator<Item = u8> {
    [1].into_iter()
}

#[cached]
fn e() -> ! {
    loop {}
}

fn main() {}

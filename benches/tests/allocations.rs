//! A hit allocates nothing: what is returned is a clone of an `Arc`.

use ecached_benches::allocations::{self, Allocated, Counting};
use ecached_benches::contenders::{self, RESIDENT, poll_once, tags3, tags3_async};
use std::hint::black_box;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// Allocations of a second look at every entry.
fn of_hits(hit: impl Fn(u64)) -> Allocated {
    (0..RESIDENT).for_each(&hit);
    allocations::of(|| (0..RESIDENT).for_each(&hit)).1
}

#[test]
fn a_hit_allocates_nothing() {
    contenders::register();
    let nothing = Allocated { calls: 0, live_bytes: 0 };
    assert_eq!(of_hits(|id| drop(black_box(tags3(id)))), nothing, "blocking");
    assert_eq!(of_hits(|id| drop(black_box(poll_once(tags3_async(id))))), nothing, "async");
    let counted = allocations::of(|| drop(black_box(Box::new(7)))).1;
    assert_eq!(counted, Allocated { calls: 1, live_bytes: 0 }, "the count counts");
}

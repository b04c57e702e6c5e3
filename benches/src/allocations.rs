//! A global allocator that counts what the calling thread allocates.

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;

/// The system's allocator, with a count beside it: two additions to thread-local cells.
#[derive(Debug)]
pub struct Counting;

thread_local! {
    static CALLS: Cell<u64> = const { Cell::new(0) };
    static LIVE: Cell<i64> = const { Cell::new(0) };
}

fn count(calls: u64, bytes: i64) {
    CALLS.set(CALLS.get() + calls);
    LIVE.set(LIVE.get() + bytes);
}

fn signed(bytes: usize) -> i64 {
    i64::try_from(bytes).expect("no allocation is that big")
}

// SAFETY: every call goes to `System` unchanged; the counters neither allocate nor have destructors.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        count(1, signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn alloc_zeroed(&self, layout: Layout) -> *mut u8 {
        count(1, signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.alloc_zeroed(layout) }
    }

    unsafe fn realloc(&self, block: *mut u8, layout: Layout, new_size: usize) -> *mut u8 {
        count(1, signed(new_size) - signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.realloc(block, layout, new_size) }
    }

    unsafe fn dealloc(&self, block: *mut u8, layout: Layout) {
        count(0, -signed(layout.size()));
        // SAFETY: the caller's promise is passed on.
        unsafe { System.dealloc(block, layout) }
    }
}

/// What a piece of work allocated, on the thread that did it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Allocated {
    /// Calls of the allocator, other than to free.
    pub calls: u64,
    /// Bytes allocated and not freed, as asked for.
    pub live_bytes: i64,
}

/// Does `work`, and says what it allocated. All zeros unless [`Counting`] is the global allocator.
pub fn of<T>(work: impl FnOnce() -> T) -> (T, Allocated) {
    let (calls, live) = (CALLS.get(), LIVE.get());
    let result = work();
    (result, Allocated { calls: CALLS.get() - calls, live_bytes: LIVE.get() - live })
}

//! What is watched while threads run, and judged when they read.

use crate::ecached_core::{Cache, EntryOptions, Error};
use loom::sync::atomic::AtomicU64 as Seen;
use std::sync::atomic::{AtomicU64, Ordering};

/// Points in the order in which things happen in a schedule.
pub(crate) struct Judge {
    /// The source that values are computed from. Who reads or changes it sees what others did before they read or changed it,
    /// as with a lock, a database, or anything else that can be said to have had a value at a time.
    source: Seen,
    /// The latest call of an invalidation that has returned. How a reader comes to know that one has: without anything
    /// between two threads there is no *later*.
    returned: Seen,
    computations: AtomicU64,
    /// When a value was set by hand, for the end.
    superseded: AtomicU64,
}

impl Judge {
    pub(crate) fn new() -> Self {
        Self {
            source: Seen::new(0),
            returned: Seen::new(0),
            computations: AtomicU64::new(0),
            superseded: AtomicU64::new(0),
        }
    }

    /// The next point.
    pub(crate) fn tick(&self) -> u64 {
        self.source.fetch_add(1, Ordering::AcqRel) + 1
    }

    /// Invalidates, and then makes it known.
    pub(crate) fn invalidate(&self, invalidate: impl FnOnce() -> Result<(), Error>) {
        let called = self.tick();
        invalidate().expect("it reaches the store");
        self.returned.fetch_max(called, Ordering::Release);
    }

    /// The last invalidation that a call which starts now must see.
    pub(crate) fn must_see(&self) -> u64 {
        self.returned.load(Ordering::Acquire)
    }

    /// A computation: its value is when it began.
    pub(crate) fn compute(&self) -> u64 {
        self.computations.fetch_add(1, Ordering::SeqCst);
        let began = self.tick();
        // It takes a while: anything may happen here.
        loom::thread::yield_now();
        began
    }

    pub(crate) fn computations(&self) -> u64 {
        self.computations.load(Ordering::SeqCst)
    }

    /// A value was set that began at that point.
    pub(crate) fn supersede(&self, began: u64) {
        self.superseded.store(began, Ordering::SeqCst);
    }

    pub(crate) fn superseded(&self) -> u64 {
        self.superseded.load(Ordering::SeqCst)
    }

    /// Reads through the cache; P1 is judged.
    pub(crate) fn read(&self, cache: &Cache, key: &str, tags: &[&str]) {
        let must_see = self.must_see();
        let options = EntryOptions::timeout(60).with_tags(tags);
        let began = cache.get_or_compute(key, options, || self.compute());
        self.check(must_see, began);
    }

    /// A value that was read by a call that `must_see` an invalidation.
    pub(crate) fn check(&self, must_see: u64, began: u64) {
        assert!(
            began > must_see,
            "P1: a value whose computation began at {began} was given to a call that began after an invalidation of \
             {must_see} had returned"
        );
    }
}

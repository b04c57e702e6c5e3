//! Decides whether a served value is stale.

use crate::database::{Row, Written};
use crate::workload::Object;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// What has been promised about each row, and how often that was broken.
#[derive(Debug)]
pub(crate) struct Oracle {
    /// By slot: the version of the last write whose invalidation has returned.
    floors: Vec<AtomicU32>,
    stale: AtomicU64,
    wrong: AtomicU64,
}

/// The least version that a call which starts now may return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor(u32);

impl Oracle {
    pub(crate) fn new(rows: usize) -> Self {
        let floors = (0..rows).map(|_| AtomicU32::new(1)).collect();
        Self { floors, stale: AtomicU64::new(0), wrong: AtomicU64::new(0) }
    }

    /// To be called after the invalidation has returned, never before.
    pub(crate) fn promise(&self, written: &[Written]) {
        for row in written {
            self.floors[row.slot as usize].fetch_max(row.version, Ordering::SeqCst);
        }
    }

    /// To be called before the cached function is, never after.
    pub(crate) fn floor(&self, object: Object) -> Floor {
        Floor(self.floors[object.slot as usize].load(Ordering::SeqCst))
    }

    /// Checks what a call returned that started after `floor` was taken.
    pub(crate) fn check(&self, object: Object, floor: Floor, row: &Row) {
        if row.id != object.id {
            self.wrong.fetch_add(1, Ordering::Relaxed);
        } else if row.version < floor.0 {
            self.stale.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// Values that should not have been served any more.
    pub(crate) fn stale(&self) -> u64 {
        self.stale.load(Ordering::Relaxed)
    }

    /// Values of another object than was asked for.
    pub(crate) fn wrong(&self) -> u64 {
        self.wrong.load(Ordering::Relaxed)
    }
}

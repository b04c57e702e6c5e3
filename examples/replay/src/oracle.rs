//! Decides whether a served value is stale.

use crate::board::Board;
use crate::database::{Row, Written};
use crate::workload::Object;
use std::io;
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, AtomicU64, Ordering};

/// What has been promised about each row, and how often that was broken.
#[derive(Debug)]
pub(crate) struct Oracle {
    floors: Floors,
    stale: AtomicU64,
    wrong: AtomicU64,
}

/// By slot: the version of the last write whose invalidation has returned.
#[derive(Debug)]
enum Floors {
    Here(Vec<AtomicU32>),
    /// In a file, for several processes.
    Board(Arc<Board>),
}

/// The least version that a call which starts now may return.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Floor(u32);

impl Floor {
    pub(crate) fn is_above(self, row: &Row) -> bool {
        row.version < self.0
    }
}

impl Oracle {
    pub(crate) fn new(rows: usize) -> Self {
        Self::with(Floors::Here((0..rows).map(|_| AtomicU32::new(0)).collect()))
    }

    /// An oracle that shares its floors with other processes.
    pub(crate) fn on_board(board: Arc<Board>) -> Self {
        Self::with(Floors::Board(board))
    }

    fn with(floors: Floors) -> Self {
        Self { floors, stale: AtomicU64::new(0), wrong: AtomicU64::new(0) }
    }

    /// To be called by the one writer after the invalidation has returned `Ok`, never before.
    pub(crate) fn promise(&self, written: &[Written]) -> io::Result<()> {
        written.iter().try_for_each(|row| match &self.floors {
            Floors::Here(floors) => {
                floors[row.slot as usize].store(row.version, Ordering::SeqCst);
                Ok(())
            }
            Floors::Board(board) => board.set_floor(row.slot, row.version),
        })
    }

    /// To be called before the cached function is, never after.
    pub(crate) fn floor(&self, object: Object) -> io::Result<Floor> {
        Ok(Floor(match &self.floors {
            Floors::Here(floors) => floors[object.slot as usize].load(Ordering::SeqCst),
            Floors::Board(board) => board.floor(object.slot)?,
        }))
    }

    /// Checks what a call returned that started after `floor` was taken.
    pub(crate) fn check(&self, object: Object, floor: Floor, row: &Row) {
        if row.id != object.id {
            self.wrong.fetch_add(1, Ordering::Relaxed);
        } else if floor.is_above(row) {
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

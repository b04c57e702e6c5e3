//! What is left in the cache after a run.

use crate::Failure;
use crate::cached::{load, load_async};
use crate::database::{Database, Row};
use crate::oracle::Oracle;
use crate::progress::{now, say};
use crate::report::grouped;
use crate::workload::{Object, Workload};
use std::time::Duration;
use tokio::runtime::Runtime;

/// The entries that the cache still has.
#[derive(Clone, Debug, Default)]
pub(crate) struct Left {
    pub(crate) entries: u64,
    /// Those that are not as their row is, although every invalidation has returned.
    pub(crate) stale: u64,
    /// Why not all were looked at: the cache does not answer.
    pub(crate) failure: Option<String>,
}

/// Compares each with its row.
pub(crate) fn look(
    workload: &Workload,
    db: &Database,
    oracle: &Oracle,
    runtime: Option<&Runtime>,
) -> Result<Left, Failure> {
    let mut left = Left::default();
    let mut said = now();
    for (done, object) in workload.objects().iter().enumerate() {
        if said.elapsed() >= Duration::from_secs(1) {
            said = now();
            let (done, of) = (grouped(done as u64), grouped(workload.objects().len() as u64));
            say(&format!("        comparing what is left: {done} of {of} objects"));
        }
        match peek(db, *object, runtime) {
            Ok(None) => {}
            Ok(Some(cached)) => {
                left.entries += 1;
                left.stale += u64::from(differs(&cached, *object, db, oracle)?);
            }
            Err(error) => {
                left.failure = Some(error.to_string());
                break;
            }
        }
    }
    Ok(left)
}

fn peek(db: &Database, object: Object, runtime: Option<&Runtime>) -> ecached::Result<Option<Row>> {
    match runtime {
        None => load::peek(db, object),
        Some(runtime) => runtime.block_on(load_async::peek(db, object)),
    }
}

/// Whether an entry is not as it must be. An older version of the row is as it must be where the last write's
/// invalidation was still failing when the run ended.
fn differs(cached: &Row, object: Object, db: &Database, oracle: &Oracle) -> Result<bool, Failure> {
    let (row, floor) = (db.row(object)?, oracle.floor(object)?);
    Ok(if floor.is_above(&row) || cached.version == row.version {
        *cached != row
    } else {
        floor.is_above(cached) || cached.version > row.version
    })
}

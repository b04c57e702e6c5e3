//! Those who read through the cache: threads, or tasks on a runtime.

use crate::Failure;
use crate::cached::{load, load_async};
use crate::run::Shared;
use std::panic::resume_unwind;
use std::sync::Arc;
use std::thread;
use tokio::runtime::Runtime;
use tokio::task::JoinSet;

/// Tasks per thread of the runtime.
pub(crate) const TASKS_PER_THREAD: usize = 32;

/// Reads in threads, until the workload ends.
pub(crate) fn in_threads(shared: &Shared, threads: usize) -> Result<(), Failure> {
    thread::scope(|scope| {
        let readers: Vec<_> = (0..threads).map(|_| scope.spawn(|| read(shared))).collect();
        let results =
            readers.into_iter().map(|reader| reader.join().unwrap_or_else(|p| resume_unwind(p)));
        results.collect::<Vec<_>>().into_iter().collect()
    })
}

fn read(shared: &Shared) -> Result<(), Failure> {
    while let Some(slots) = shared.workload.next_chunk() {
        for slot in slots {
            let object = shared.workload.object(*slot);
            let floor = shared.oracle.floor(object)?;
            let row = load(&shared.db, object)?;
            shared.oracle.check(object, floor, &row);
        }
        shared.served(slots.len());
    }
    Ok(())
}

/// Reads in tasks on a runtime, until the workload ends.
pub(crate) fn in_tasks(
    shared: &Arc<Shared>,
    runtime: &Runtime,
    tasks: usize,
) -> Result<(), Failure> {
    let mut readers = JoinSet::new();
    for _ in 0..tasks {
        readers.spawn_on(read_async(Arc::clone(shared)), runtime.handle());
    }
    runtime.block_on(async {
        while let Some(reader) = readers.join_next().await {
            reader??;
        }
        Ok(())
    })
}

async fn read_async(shared: Arc<Shared>) -> Result<(), Failure> {
    while let Some(slots) = shared.workload.next_chunk() {
        for slot in slots {
            let object = shared.workload.object(*slot);
            let floor = shared.oracle.floor(object)?;
            let row = load_async(&shared.db, object).await?;
            shared.oracle.check(object, floor, &row);
        }
        shared.served(slots.len());
        tokio::task::yield_now().await;
    }
    Ok(())
}

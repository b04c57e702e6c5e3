//! Starts everything, waits for it, looks at what is left in the cache.

use crate::Failure;
use crate::args::Options;
use crate::cached::{load, load_async};
use crate::database::Database;
use crate::oracle::Oracle;
use crate::progress::{self, now};
use crate::readers;
use crate::report::Report;
use crate::trace;
use crate::workload::Workload;
use crate::writer::{Tally, Writer};
use ecached::{Memory, caches};
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// What all threads see.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) workload: Workload,
    pub(crate) db: Database,
    pub(crate) oracle: Oracle,
    accesses: AtomicU64,
    writes: AtomicU64,
}

impl Shared {
    /// Accesses that were served.
    pub(crate) fn accesses(&self) -> u64 {
        self.accesses.load(Ordering::Relaxed)
    }

    pub(crate) fn served(&self, accesses: usize) {
        self.accesses.fetch_add(accesses as u64, Ordering::Relaxed);
    }

    pub(crate) fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    pub(crate) fn wrote(&self, writes: u64) {
        self.writes.store(writes, Ordering::Relaxed);
    }
}

/// Replays a trace.
pub(crate) fn replay(options: &Options) -> Result<Report, Failure> {
    let trace = match &options.trace {
        Some(path) => trace::read(path, options.limit)?,
        None => trace::zipf(options.limit),
    };
    let workload = Workload::new(&trace);
    drop(trace);
    let db = Database::create(workload.objects())?;
    let oracle = Oracle::new(workload.objects().len());
    caches().set_default(Memory::builder().max_entries(options.capacity).build())?;
    let runtime = options.is_async.then(|| runtime(options.threads)).transpose()?;

    let workload = workload.lasting(options.seconds.map(Duration::from_secs));
    let shared =
        Shared { workload, db, oracle, accesses: AtomicU64::new(0), writes: AtomicU64::new(0) };
    let shared = Arc::new(shared);
    let started = now();
    let tally = serve(&shared, options, runtime.as_ref())?;
    let elapsed = started.elapsed();

    let stats = if options.is_async { load_async::stats() } else { load::stats() };
    let left = left_in_cache(&shared, runtime.as_ref())?;
    Ok(Report { options: options.clone(), shared, tally, elapsed, stats, left })
}

fn runtime(threads: usize) -> Result<Runtime, Failure> {
    Ok(Builder::new_multi_thread().worker_threads(threads).build()?)
}

/// Reads, with the writer and the progress beside; returns when the workload has ended.
fn serve(
    shared: &Arc<Shared>,
    options: &Options,
    runtime: Option<&Runtime>,
) -> Result<Tally, Failure> {
    let writer = Writer::new(shared, options, runtime.map(|runtime| runtime.handle().clone()))?;
    thread::scope(|scope| {
        let (stop_writer, writer_stops) = mpsc::channel();
        let (stop_progress, progress_stops) = mpsc::channel();
        let writer = scope.spawn(move || writer.run(&writer_stops));
        scope.spawn(move || progress::show(shared, &progress_stops));
        let read = match runtime {
            None => readers::in_threads(shared, options.threads),
            Some(runtime) => {
                readers::in_tasks(shared, runtime, options.threads * readers::TASKS_PER_THREAD)
            }
        };
        drop((stop_writer, stop_progress));
        let tally = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
        read?;
        tally
    })
}

/// The entries that the cache still has.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Left {
    pub(crate) entries: u64,
    /// Those that are not as their row is, although every invalidation has returned.
    pub(crate) stale: u64,
}

fn left_in_cache(shared: &Shared, runtime: Option<&Runtime>) -> Result<Left, Failure> {
    let mut left = Left::default();
    for object in shared.workload.objects() {
        let cached = match runtime {
            None => load::peek(&shared.db, *object)?,
            Some(runtime) => runtime.block_on(load_async::peek(&shared.db, *object))?,
        };
        if let Some(cached) = cached {
            left.entries += 1;
            left.stale += u64::from(cached != shared.db.row(*object)?);
        }
    }
    Ok(left)
}

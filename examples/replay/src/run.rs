//! Starts everything in this process, waits for it, looks at what is left in the cache.

use crate::Failure;
use crate::args::Options;
use crate::cache;
use crate::cached::{load, load_async};
use crate::database::Database;
use crate::figures::Figures;
use crate::left;
use crate::oracle::Oracle;
use crate::progress::{self, now, say};
use crate::readers;
use crate::report::Report;
use crate::trace;
use crate::workload::Workload;
use crate::writer::{Tally, Writer};
use ecached::Stats;
use std::panic::resume_unwind;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// What all threads of a process see.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) workload: Workload,
    pub(crate) db: Database,
    pub(crate) oracle: Oracle,
    accesses: AtomicU64,
    writes: AtomicU64,
    failures: AtomicU64,
}

impl Shared {
    pub(crate) fn new(workload: Workload, db: Database, oracle: Oracle) -> Arc<Self> {
        let (accesses, writes, failures) = Default::default();
        Arc::new(Self { workload, db, oracle, accesses, writes, failures })
    }

    /// Accesses that were served.
    pub(crate) fn accesses(&self) -> u64 {
        self.accesses.load(Ordering::Relaxed)
    }

    pub(crate) fn served(&self, accesses: usize) {
        self.accesses.fetch_add(accesses as u64, Ordering::Relaxed);
    }

    /// So many were served in other processes.
    pub(crate) fn set_accesses(&self, accesses: u64) {
        self.accesses.store(accesses, Ordering::Relaxed);
    }

    pub(crate) fn writes(&self) -> u64 {
        self.writes.load(Ordering::Relaxed)
    }

    pub(crate) fn wrote(&self, writes: u64) {
        self.writes.store(writes, Ordering::Relaxed);
    }

    /// Invalidations that returned an error so far.
    pub(crate) fn failures(&self) -> u64 {
        self.failures.load(Ordering::Relaxed)
    }

    /// An invalidation returned an error. The first one is shown.
    pub(crate) fn failed(&self, error: &ecached::Error) {
        if self.failures.fetch_add(1, Ordering::Relaxed) == 0 {
            say(&format!("        an invalidation failed, and is tried again: {error}"));
        }
    }
}

/// Replays a trace.
pub(crate) fn replay(options: &Options) -> Result<Report, Failure> {
    let workload = workload(options)?;
    let folder = tempfile::tempdir()?;
    let db = Database::create(folder.path(), workload.objects())?;
    let oracle = Oracle::new(workload.objects().len());
    cache::open(options, &cache::new_key_prefix())?;
    let runtime = runtime(options)?;

    let shared = Shared::new(workload.lasting(duration(options)), db, oracle);
    let started = now();
    let tally = serve(&shared, options, runtime.as_ref())?;
    let figures = Figures::new(&shared, &stats(options), started.elapsed());
    let left = left::look(&shared.workload, &shared.db, &shared.oracle, runtime.as_ref())?;
    let (options, input) = (options.clone(), shared.workload.to_string());
    Ok(Report { options, input, figures, parts: Vec::new(), tally, left })
}

pub(crate) fn workload(options: &Options) -> Result<Workload, Failure> {
    let trace = match &options.trace {
        Some(path) => trace::read(path, options.limit)?,
        None => trace::zipf(options.limit),
    };
    Ok(Workload::new(&trace))
}

pub(crate) fn duration(options: &Options) -> Option<Duration> {
    options.seconds.map(Duration::from_secs)
}

/// Where async functions run, if they are to.
pub(crate) fn runtime(options: &Options) -> Result<Option<Runtime>, Failure> {
    let mut builder = Builder::new_multi_thread();
    builder.worker_threads(options.threads).enable_all(); // clients of servers need its I/O and its clock
    Ok(options.is_async.then(|| builder.build()).transpose()?)
}

/// What the cached function counted.
pub(crate) fn stats(options: &Options) -> Stats {
    if options.is_async { load_async::stats() } else { load::stats() }
}

/// Reads, until the workload ends.
pub(crate) fn read(
    shared: &Arc<Shared>,
    options: &Options,
    runtime: Option<&Runtime>,
) -> Result<(), Failure> {
    match runtime {
        None => readers::in_threads(shared, options.threads),
        Some(runtime) => {
            readers::in_tasks(shared, runtime, options.threads * readers::TASKS_PER_THREAD)
        }
    }
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
        let read = read(shared, options, runtime);
        drop((stop_writer, stop_progress));
        let tally = writer.join().unwrap_or_else(|panic| resume_unwind(panic));
        read?;
        tally
    })
}

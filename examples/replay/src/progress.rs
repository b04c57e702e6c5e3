//! A line per second on standard error, with what was measured.

use crate::report::grouped;
use crate::run::Shared;
use crate::workload::Workload;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// What there is to say at a moment.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Seen {
    pub(crate) accesses: u64,
    pub(crate) reads: u64,
    pub(crate) writes: u64,
    pub(crate) failed: u64,
    pub(crate) stale: u64,
}

/// Prints until `stop` is disconnected.
pub(crate) fn show(shared: &Shared, stop: &Receiver<()>) {
    let started = now();
    while stop.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
        let seen = Seen {
            accesses: shared.accesses(),
            reads: shared.db.reads(),
            writes: shared.writes(),
            failed: shared.failures(),
            stale: shared.oracle.stale(),
        };
        line(&shared.workload, started.elapsed(), &seen);
    }
}

/// Prints a line.
pub(crate) fn line(workload: &Workload, elapsed: Duration, seen: &Seen) {
    let of = if workload.is_once() {
        format!(" of {}", grouped(workload.len() as u64))
    } else {
        String::new()
    };
    let failed = match seen.failed {
        0 => String::new(),
        failed => format!("; {} invalidations failed", grouped(failed)),
    };
    let per_second = seen.accesses as f64 / elapsed.as_secs_f64();
    say(&format!(
        "{:>4} s  {}{of} accesses, {} per second; {} rows read; {} writes{failed}; {} stale",
        elapsed.as_secs(),
        grouped(seen.accesses),
        grouped(per_second as u64),
        grouped(seen.reads),
        grouped(seen.writes),
        grouped(seen.stale),
    ));
}

/// Prints a line that is not part of the report.
#[expect(clippy::print_stderr, reason = "progress belongs there")]
pub(crate) fn say(line: &str) {
    eprintln!("{line}");
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "it measures how long things really take")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

//! A line per second on standard error, with what was measured.

use crate::report::grouped;
use crate::run::Shared;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

/// Prints until `stop` is disconnected.
#[expect(clippy::print_stderr, reason = "progress belongs there")]
pub(crate) fn show(shared: &Shared, stop: &Receiver<()>) {
    let started = now();
    while stop.recv_timeout(Duration::from_secs(1)) == Err(RecvTimeoutError::Timeout) {
        let accesses = shared.accesses();
        let of = if shared.workload.is_once() {
            format!(" of {}", grouped(shared.workload.len() as u64))
        } else {
            String::new()
        };
        let per_second = accesses as f64 / started.elapsed().as_secs_f64();
        eprintln!(
            "{:>4} s  {}{of} accesses, {} per second; {} rows read; {} writes; {} stale",
            started.elapsed().as_secs(),
            grouped(accesses),
            grouped(per_second as u64),
            grouped(shared.db.reads()),
            grouped(shared.writes()),
            grouped(shared.oracle.stale()),
        );
    }
}

/// The time.
#[expect(clippy::disallowed_methods, reason = "it measures how long things really take")]
pub(crate) fn now() -> Instant {
    Instant::now()
}

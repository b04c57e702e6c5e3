//! Walks the schedules of one world.

use crate::ecached_core::Stats;
use loom::model::Builder;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

/// Schedules begun so far, for who reports a panic.
pub(crate) static SCHEDULES: AtomicU64 = AtomicU64::new(0);

/// Which of the things that the world is there for happened in any schedule.
static SEEN: Mutex<Vec<&'static str>> = Mutex::new(Vec::new());

/// Some threads, and what must hold.
#[derive(Clone, Copy)]
pub(crate) struct World {
    pub(crate) name: &'static str,
    /// Switches away from a thread that could have gone on, in one schedule; more are not walked.
    pub(crate) switches: usize,
    /// Whether it is walked with every change.
    pub(crate) is_small: bool,
    pub(crate) run: fn(),
    /// What must happen in one schedule at least: a world in which nothing happens proves nothing.
    pub(crate) must_see: &'static [&'static str],
}

/// What came of it.
pub(crate) struct Explored {
    pub(crate) schedules: u64,
    pub(crate) took: Duration,
    pub(crate) unseen: Vec<&'static str>,
}

/// Notes that something happened.
pub(crate) fn seen(what: &'static str) {
    let mut all = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    if !all.contains(&what) {
        all.push(what);
    }
}

/// Notes what the counters of a cache say that happened.
pub(crate) fn seen_in(stats: &Stats) {
    let counts = [
        (stats.hits, "hit"),
        (stats.stale, "stale"),
        (stats.shared, "shared"),
        (stats.stores, "stored"),
        (stats.doomed, "doomed"),
        (stats.failures, "failed"),
    ];
    counts.iter().filter(|(count, _)| *count > 0).for_each(|(_, what)| seen(what));
}

/// Walks all schedules of `world`, with as many switches as it says or that many. A broken promise is a panic.
#[expect(clippy::disallowed_methods, reason = "the walk itself is measured")]
pub(crate) fn explore(world: &World, switches: Option<usize>) -> Explored {
    SCHEDULES.store(0, Ordering::SeqCst);
    let begin = Instant::now();
    let mut builder = Builder::new();
    builder.preemption_bound = Some(switches.unwrap_or(world.switches));
    // More steps than any schedule needs: one that has more goes in circles.
    builder.max_branches = 5_000;
    let run = world.run;
    builder.check(move || {
        SCHEDULES.fetch_add(1, Ordering::SeqCst);
        run();
    });
    let all = SEEN.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let unseen = world.must_see.iter().filter(|what| !all.contains(what)).copied().collect();
    Explored { schedules: SCHEDULES.load(Ordering::SeqCst), took: begin.elapsed(), unseen }
}

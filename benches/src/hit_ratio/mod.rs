//! How many accesses of real programs each cache answers, and how often ecached computes what nobody needed.
//!
//! Time is not measured here, so the runs may share the machine: they run side by side.

pub mod invalidations;
pub mod optimum;
pub mod page;
pub mod stores;
pub mod trace;

use invalidations::{Outcome, PATTERNS};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use stores::{ALL, Replayed};
use trace::Trace;

/// Capacities, in percent of the keys of the trace.
pub const PERCENTS: [f64; 5] = [0.5, 1.0, 3.0, 10.0, 30.0];

/// The bound of the second table, in percent of the keys.
pub const BOUNDED: f64 = 10.0;

/// Short traces are replayed several times, for their hit ratios depend more on which keys share a shard.
const ENOUGH_ACCESSES: usize = 1_000_000;
const MOST_RUNS: usize = 5;

/// What was found out about a trace.
#[derive(Debug)]
pub struct Findings {
    /// The trace.
    pub trace: Trace,
    /// How often each cache replayed it.
    pub runs: usize,
    /// By cache, as [`ALL`] has them, then by capacity, as [`PERCENTS`] has them, then by run.
    pub replayed: Vec<Vec<Vec<Replayed>>>,
    /// By pattern, as [`PATTERNS`] has them: with room for all, and with that of [`BOUNDED`].
    pub invalidated: Vec<[Outcome; 2]>,
}

/// So many percent of the keys, as a number of entries.
#[must_use]
pub fn capacity(trace: &Trace, percent: f64) -> usize {
    ((trace.keys as f64 * percent / 100.0).round() as usize).max(1)
}

/// Replays a trace on all caches.
#[must_use]
pub fn measure(trace: Trace) -> Findings {
    let runs = (ENOUGH_ACCESSES / trace.accesses.len().max(1)).clamp(1, MOST_RUNS);
    let per_cache = PERCENTS.len() * runs;
    // Shards are never exactly equal; nothing may be evicted where there is room for all.
    let rooms = [4 * trace.keys + 1000, capacity(&trace, BOUNDED)];
    // The second table first: its runs are the longest.
    let invalidated = side_by_side(&trace.name, 2 * PATTERNS.len(), |job| {
        invalidations::replay(&trace, &PATTERNS[job / 2], rooms[job % 2])
    });
    let replayed = side_by_side(&trace.name, ALL.len() * per_cache, |job| {
        let (subject, run) = (&ALL[job / per_cache], job % runs);
        let percent = PERCENTS[job % per_cache / runs];
        (subject.replay)(&trace, capacity(&trace, percent), run as u64)
    });
    let by_percent = |of_cache: &[Replayed]| of_cache.chunks(runs).map(<[_]>::to_vec).collect();
    let replayed = replayed.chunks(per_cache).map(by_percent).collect();
    let (invalidated, _) = invalidated.as_chunks::<2>();
    Findings { runs, replayed, invalidated: invalidated.to_vec(), trace }
}

/// Does jobs on all cores, and says how far it is, ten times. The results are in the order of the jobs.
fn side_by_side<T: Send>(name: &str, jobs: usize, work: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::with_capacity(jobs)));
    let take = || {
        loop {
            let job = next.fetch_add(1, Ordering::Relaxed);
            if job >= jobs {
                return;
            }
            let result = work(job);
            let mut done = done.lock().expect("no other worker panicked");
            done.push((job, result));
            if done.len() * 10 / jobs > (done.len() - 1) * 10 / jobs {
                eprintln!("{name}: {} of {jobs} replays", done.len());
            }
        }
    };
    thread::scope(|scope| {
        for _ in 0..crate::machine::cores() {
            scope.spawn(take);
        }
    });
    let mut done = done.into_inner().expect("no worker panicked");
    done.sort_unstable_by_key(|(job, _)| *job);
    done.into_iter().map(|(_, result)| result).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_result_is_at_its_place() {
        let accesses = (0..3000_u32).map(|position| position * position % 211).collect();
        let trace = Trace { name: "test".to_owned(), accesses, keys: 211 };
        let findings = measure(trace);
        assert_eq!((findings.runs, findings.replayed.len()), (MOST_RUNS, ALL.len()));
        assert!(findings.replayed.iter().all(|of_cache| of_cache.len() == PERCENTS.len()));
        assert!(findings.replayed.iter().flatten().all(|runs| runs.len() == MOST_RUNS));
        // Others may hold more than they were told for a while.
        let [.., exact, best] = &findings.replayed[..] else { panic!("there are several") };
        for (exact, best) in exact.iter().zip(best) {
            assert!(exact[0].hits <= best[0].hits, "{exact:?} {best:?}");
        }
        assert!(findings.invalidated.iter().flatten().all(|outcome| outcome.stale == 0));
    }
}

//! Two threads against one: throughput on the same 10,000 entries, each thread in a random order of its own.
//!
//! A round counts only if every thread had a core to itself.

use crate::contenders::{self as of, RESIDENT, Walk};
use crate::handover;
use crate::rounds::{ENOUGH, Spread};
use crate::row::{Row, Target};
use crate::stopwatch::Stopwatch;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// Passes of each thread that are not timed.
const WARM_UP: usize = 2;

/// Timed passes of each thread.
const PASSES: usize = 3;

/// What was measured.
#[derive(Debug)]
pub struct Measured {
    /// A row for each contender.
    pub rows: Vec<Row>,
    /// Rounds of ecached's own that were clean.
    pub clean: usize,
    /// How long a line of memory took from core to core in the same rounds, nanoseconds.
    pub handover: Spread,
}

/// Measures until there are `rounds` clean rounds, or four times as many were tried.
#[must_use]
pub fn measure(rounds: usize) -> Measured {
    let all: [(&str, &str, Walk, Target); 4] = [
        (
            "hits/µs, 3 tags, 2 threads",
            "1 thread",
            |o, n| of::walk(o, n, of::tags3),
            Target::AtLeast(1.8),
        ),
        (
            "`#[cached(max_size, ttl_secs)]`, 2 threads",
            "1 thread",
            |o, n| of::walk(o, n, of::cached_crate),
            Target::None,
        ),
        (
            "moka, `String` key, 2 threads",
            "1 thread",
            |o, n| of::walk(o, n, of::moka_string),
            Target::None,
        ),
        ("quick_cache, 2 threads", "1 thread", |o, n| of::walk(o, n, of::quick_bare), Target::None),
    ];
    all.iter().for_each(|(_, _, walk, _)| of::fill(walk));
    let orders = [of::random_order(1), of::random_order(2)];
    let mut samples = vec![Vec::new(); all.len()];
    let mut handovers = Vec::new();
    for round in 0..4 * rounds {
        if samples[0].len() >= rounds {
            break;
        }
        handovers.extend(handover::nanos());
        for turn in 0..all.len() {
            let index = (round + turn) % all.len();
            let walk = all[index].2;
            let samples_of = |threads: usize| throughput(&orders[..threads], walk);
            // Neither always runs first.
            let (one, two) = if round % 2 == 0 {
                let one = samples_of(1);
                (one, samples_of(2))
            } else {
                let two = samples_of(2);
                (samples_of(1), two)
            };
            if let (Some(one), Some(two)) = (one, two) {
                samples[index].push((one, two));
            }
        }
    }
    let row = |(what, against, _, target): (&'static str, &'static str, Walk, Target),
               samples: &[(f64, f64)]| {
        let median = |of: fn(&(f64, f64)) -> f64| Spread::of(samples.iter().map(of).collect());
        Row {
            what,
            against,
            ratio: median(|(one, two)| two / one),
            best: Some(median(|(_, two)| *two).high / median(|(one, _)| *one).high),
            target,
            own: median(|(_, two)| *two).median,
            other: median(|(one, _)| *one).median,
            unit: "/µs",
            is_void: samples.len() < ENOUGH,
        }
    };
    let rows =
        all.into_iter().zip(&samples).map(|(contender, samples)| row(contender, samples)).collect();
    Measured { rows, clean: samples[0].len(), handover: Spread::of(handovers) }
}

/// Hits per microsecond of a thread for each of `orders`; `None` if one of them had to wait for a core.
fn throughput(orders: &[Vec<u64>], walk: Walk) -> Option<f64> {
    let warm_up = |thread: usize| walk(&orders[thread], WARM_UP);
    let nanos = together(orders.len(), warm_up, |thread| walk(&orders[thread], PASSES))?;
    let hits = orders.len() as u64 * RESIDENT * PASSES as u64;
    Some(hits as f64 / nanos * 1e3)
}

/// The part of the time by which threads may begin one after the other.
const SKEW: f64 = 0.05;

/// Nanoseconds that threads need to do `work` at the same time, each for its number, after its `warm_up`; `None` if one of
/// them had to wait for a core, or did not begin with the others: on a core of their own one after the other is not at the
/// same time.
pub(crate) fn together(
    threads: usize,
    warm_up: impl Fn(usize) + Sync,
    work: impl Fn(usize) + Sync,
) -> Option<f64> {
    let ready = AtomicUsize::new(0);
    let run = |thread: usize| {
        warm_up(thread);
        // All begin at the same time, and awake.
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < threads {
            std::hint::spin_loop();
        }
        let watch = Stopwatch::start();
        work(thread);
        watch.stop()
    };
    let runs: Vec<_> = thread::scope(|scope| {
        let run = &run;
        let handles: Vec<_> = (0..threads).map(|thread| scope.spawn(move || run(thread))).collect();
        handles.into_iter().map(|handle| handle.join().expect("no work panics")).collect()
    });
    let begin = runs.iter().map(|run| run.begin).min()?;
    let (last, end) =
        (runs.iter().map(|run| run.begin).max()?, runs.iter().map(|run| run.end).max()?);
    let nanos = (end - begin).as_secs_f64() * 1e9;
    let is_together = (last - begin).as_secs_f64() * 1e9 <= SKEW * nanos;
    (is_together && runs.iter().all(|run| run.had_a_core_when_awake())).then_some(nanos)
}

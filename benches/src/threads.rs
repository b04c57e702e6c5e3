//! Two threads against one: throughput on the same 10,000 entries, each thread in a random order of its own.
//!
//! A round counts only if every thread had a core to itself: its processor time is at least 95 % of the time that passed.

use crate::contenders::{self as of, RESIDENT};
use crate::rounds::Spread;
use crate::row::{Row, Target};
use rustix::time::{ClockId, clock_gettime};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Passes of each thread that are not timed.
const WARM_UP: usize = 2;

/// Timed passes of each thread.
const PASSES: usize = 3;

/// The part of the time that a thread must have run for its round to count.
const CLEAN: f64 = 0.95;

/// Clean rounds that are enough to say something.
const ENOUGH: usize = 7;

type Walk = fn(&[u64], usize);

/// Measures until there are `rounds` clean rounds, or four times as many were tried. Answers the rows, and how many rounds
/// of ecached's own were clean.
#[must_use]
pub fn measure(rounds: usize) -> (Vec<Row>, usize) {
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
    for round in 0..4 * rounds {
        if samples[0].len() >= rounds {
            break;
        }
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
            target,
            own: median(|(_, two)| *two).median,
            other: median(|(one, _)| *one).median,
            unit: "/µs",
            is_void: samples.len() < ENOUGH,
        }
    };
    let rows =
        all.into_iter().zip(&samples).map(|(contender, samples)| row(contender, samples)).collect();
    (rows, samples[0].len())
}

/// Hits per microsecond of a thread for each of `orders`; `None` if one of them had to wait for a core.
fn throughput(orders: &[Vec<u64>], walk: Walk) -> Option<f64> {
    let ready = AtomicUsize::new(0);
    let work = |order: &[u64]| {
        walk(order, WARM_UP);
        // All begin at the same time, and awake.
        ready.fetch_add(1, Ordering::SeqCst);
        while ready.load(Ordering::SeqCst) < orders.len() {
            std::hint::spin_loop();
        }
        let (begin, used) = (Instant::now(), processor_time());
        walk(order, PASSES);
        let (end, used) = (Instant::now(), processor_time().saturating_sub(used));
        let is_clean = used.as_secs_f64() >= CLEAN * (end - begin).as_secs_f64();
        (begin, end, is_clean)
    };
    let runs: Vec<_> = thread::scope(|scope| {
        let handles: Vec<_> = orders.iter().map(|order| scope.spawn(|| work(order))).collect();
        handles.into_iter().map(|handle| handle.join().expect("a walk does not panic")).collect()
    });
    let begin = runs.iter().map(|run| run.0).min()?;
    let end = runs.iter().map(|run| run.1).max()?;
    let hits = orders.len() as u64 * RESIDENT * PASSES as u64;
    runs.iter().all(|run| run.2).then(|| hits as f64 / (end - begin).as_secs_f64() / 1e6)
}

/// How long this thread has run.
fn processor_time() -> Duration {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    Duration::new(time.tv_sec.unsigned_abs(), u32::try_from(time.tv_nsec).unwrap_or(0))
}

//! From one caller at a time to a thousand at once: async callers of one runtime, on one thread.

use super::{Scale, Series};
use crate::contenders::User;
use crate::rounds::Rounds;
use crate::stopwatch::Stopwatch;
use ecached::{Cache, Memory};
use std::cell::Cell;
use std::hint::black_box;
use std::sync::{Arc, LazyLock};
use tokio::runtime::{Builder, Runtime};

const STEPS: [u64; 4] = [1, 10, 100, 1_000];

/// Callers of a run, in groups of those at once.
const CALLERS: u64 = 2_000;

/// Runs in a row, of which the best one counts.
const RUNS: usize = 4;

static USER: LazyLock<Arc<User>> = LazyLock::new(|| User::load(0));
static STORE: LazyLock<Cache> = LazyLock::new(|| Cache::new(Memory::default()));

/// Waits once, so that all who come at once are here before the first one goes on.
async fn load() -> Arc<User> {
    tokio::task::yield_now().await;
    Arc::clone(&USER)
}

#[ecached::cached("user:<id>", 3600, tags = ["users", "user:<id>"], cache = &*STORE)]
async fn cached(id: u64) -> Arc<User> {
    let _ = id;
    load().await
}

async fn bare(_: u64) -> Arc<User> {
    load().await
}

/// What callers ask for.
#[derive(Clone, Copy)]
enum Asks {
    /// Nobody: they compute.
    Bare,
    /// Each for a key that is not there.
    Distinct,
    /// All at once for the same key that is not there.
    Same,
    /// Each for a key that is there.
    Hit,
}

const SERIES: [(&str, Asks); 4] = [
    ("bare function", Asks::Bare),
    ("misses of distinct keys", Asks::Distinct),
    ("misses of one key", Asks::Same),
    ("hits of distinct keys", Asks::Hit),
];

/// Keys that no run has asked for: from here on.
const NEW: u64 = 1_000_000;

/// Callers in groups of `at_once`.
fn call(runtime: &Runtime, next: &Cell<u64>, asks: Asks, at_once: u64) {
    for _ in 0..CALLERS / at_once {
        let first = if matches!(asks, Asks::Hit) { 0 } else { next.get() };
        next.set(next.get() + at_once);
        let id = |caller: u64| if matches!(asks, Asks::Same) { first } else { first + caller };
        runtime.block_on(async {
            let spawn = |caller: u64| match asks {
                Asks::Bare => tokio::spawn(bare(id(caller))),
                Asks::Distinct | Asks::Same | Asks::Hit => tokio::spawn(cached(id(caller))),
            };
            let callers: Vec<_> = (0..at_once).map(spawn).collect();
            for caller in callers {
                black_box(caller.await.expect("no caller panics"));
            }
        });
    }
}

/// Nanoseconds for each caller: the best of some runs. Who waits for another caller's computation sets an alarm on another
/// thread, so that this one need not have had a core all the time: [`Contender`](crate::rounds::Contender) would refuse it.
fn nanos(work: impl Fn()) -> f64 {
    work();
    let timed = (0..RUNS).map(|_| {
        let watch = Stopwatch::start();
        work();
        watch.stop().elapsed().as_secs_f64() * 1e9 / CALLERS as f64
    });
    timed.fold(f64::INFINITY, f64::min)
}

/// Measures it.
///
/// # Panics
///
/// If there is no runtime, or one computation was not shared.
#[must_use]
pub fn measure(rounds: usize) -> Scale {
    let runtime = Builder::new_current_thread().build().expect("a runtime without I/O");
    let next = Cell::new(NEW);
    // The store is full before anything is timed.
    (0..10).for_each(|_| call(&runtime, &next, Asks::Distinct, 1_000));
    let before = cached::stats().computations;
    call(&runtime, &next, Asks::Same, 1_000);
    assert_eq!(cached::stats().computations - before, CALLERS / 1_000, "one for each key");
    let all: Vec<_> =
        SERIES.iter().flat_map(|(_, asks)| STEPS.map(|at_once| (*asks, at_once))).collect();
    let round = |round: usize| {
        let mut found = vec![None; all.len()];
        for turn in 0..all.len() {
            let index = (round + turn) % all.len();
            let (asks, at_once) = all[index];
            found[index] = Some(nanos(|| call(&runtime, &next, asks, at_once)));
        }
        found
    };
    let rounds = Rounds::of((0..rounds).map(round).collect());
    let series = |(index, (name, _)): (usize, &(&'static str, Asks))| {
        let first = index * STEPS.len();
        Series::timed(name, &rounds, first..first + STEPS.len())
    };
    Scale {
        slug: "growth-callers",
        title: "Callers at once",
        about: format!(
            "{CALLERS} callers, so many of them at once: each is a task that is spawned and awaited on a runtime of one thread. \
             The computation yields once, so that those who come at once are all there before the first one goes on; on one \
             key, one of them computes, and the others wait for it. The time is that for each caller, spawning included, the best \
             of {RUNS} runs in each round; the bare function has no cache. The store is full, so that what is stored evicts something."
        ),
        axis: "callers at once",
        steps: STEPS.to_vec(),
        is_log: true,
        ratio_of: "time for each caller, as a multiple of that of 1",
        ideal: None,
        series: SERIES.iter().enumerate().map(series).collect(),
    }
}

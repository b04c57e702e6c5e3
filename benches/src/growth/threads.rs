//! One thread, and two.

use super::{CALLS, Call, Figure, Number, Random, STORES, Scale, Series, store};
use crate::machine;
use crate::rounds::{Rounds, Spread};
use crate::threads::together;
use ecached::ecached;
use std::hint::black_box;
use std::sync::Arc;

/// Entries of the store.
const ENTRIES: u64 = 10_000;

/// Numbers that a thread draws to see what the machine can do.
const CONTROL: u64 = 200_000;

/// Tries of a run until all threads had a core to themselves.
const TRIES: usize = 4;

/// What each thread does, by its number.
struct Work<'a> {
    name: &'static str,
    operations: u64,
    warm_up: &'a (dyn Fn(usize) + Sync),
    run: &'a (dyn Fn(usize) + Sync),
}

/// Operations per microsecond of all threads, for each number of threads; in the order of the numbers, but not always
/// measured in it.
fn round(work: &Work<'_>, steps: &[u64], turn: usize) -> Vec<Option<f64>> {
    let mut found = vec![None; steps.len()];
    for index in 0..steps.len() {
        let index = (index + turn) % steps.len();
        let run = || together(steps[index] as usize, work.warm_up, work.run);
        let nanos = (0..TRIES).find_map(|_| run());
        let operations = (steps[index] * work.operations) as f64;
        found[index] = nanos.map(|nanos| operations / nanos * 1e3);
    }
    found
}

fn series(work: &Work<'_>, steps: &[u64], rounds: usize) -> Series {
    let rounds = (0..rounds).map(|turn| round(work, steps, turn)).collect();
    let rounds = Rounds::of(rounds);
    let figure = |index| {
        let (ratio, own): (_, Spread) = (rounds.ratio(index, 0), rounds.figures(index));
        Some(Figure { ratio, own: own.median, is_exact: false })
    };
    Series { name: work.name, unit: "/µs", figures: (0..steps.len()).map(figure).collect() }
}

/// Measures it.
#[must_use]
pub fn measure(rounds: usize) -> Scale {
    let cache = store(2 * ENTRIES);
    let function = ecached!(
        "user:<id>",
        None,
        tags = ["users", "user:<id>"],
        cache = cache,
        |id: u64| -> Number { Arc::new(id) }
    );
    (0..ENTRIES).for_each(|id| drop(function.call(id)));
    let hits = |thread: usize| {
        let call: Call<'_> = &|id| function.call(id);
        Random::new(thread as u64 + 3).calls(call, ENTRIES, 2 * CALLS);
    };
    // Each thread has keys of its own.
    let own = |thread: usize| {
        let begin = ENTRIES + thread as u64 * STORES;
        begin..begin + STORES
    };
    let forget = |thread: usize| {
        own(thread).for_each(|id| function.invalidate_cache_by_key(id).expect("in memory"));
    };
    let compute = |thread: usize| own(thread).for_each(|id| drop(function.call(id)));
    let names = [0, 1].map(|thread| {
        let name = |id: u64| format!("user:{}", (id * 2 + thread) % ENTRIES);
        (0..STORES).map(name).collect::<Vec<_>>()
    });
    let invalidate = |thread: usize| {
        for name in names[thread].iter().cycle().take(CALLS) {
            cache.invalidate_tags(&[name]).expect("in memory");
        }
    };
    // What two threads get done on this machine, whatever they share: nothing.
    let control = |thread: usize| {
        let mut random = Random::new(thread as u64 + 3);
        let sum: u64 = (0..CONTROL).map(|_| random.below(1_000)).sum();
        black_box(sum);
    };
    let works = [
        Work { name: "hits", operations: 2 * CALLS as u64, warm_up: &hits, run: &hits },
        Work { name: "misses and stores", operations: STORES, warm_up: &forget, run: &compute },
        // Last: these entries are not valid afterwards.
        Work {
            name: "invalidations",
            operations: CALLS as u64,
            warm_up: &invalidate,
            run: &invalidate,
        },
        Work { name: "arithmetic", operations: CONTROL, warm_up: &control, run: &control },
    ];
    let steps: Vec<u64> = (1..=2).filter(|threads| *threads as usize <= machine::cores()).collect();
    Scale {
        slug: "growth-threads",
        title: "Threads",
        about: format!(
            "Operations of all threads together on one store of {ENTRIES} entries: 2 is twice as much done. Hits are in random \
             order over the same entries; each thread stores keys of its own, and invalidates tags that one entry has. \
             Arithmetic shares nothing: it shows what a second thread is worth on this machine."
        ),
        axis: "threads",
        series: works.iter().map(|work| series(work, &steps, rounds)).collect(),
        steps,
        is_log: false,
        ratio_of: "operations per second, as a multiple of those of 1 thread",
        ideal: Some("ideal"),
    }
}

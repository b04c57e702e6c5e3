//! Caches in process, in many settings: small and large stores, all entries alike or a few of them asked for most of the
//! time, pointers and copies; hits of one thread and of two, and nine hits to one miss.

mod contenders;
mod page;
mod threads;

pub use page::page;

use crate::rounds::{Contender, Rounds};
use contenders::{BLOCK_SMALL, Subject, USER_LARGE, USER_SMALL};
use std::hint::black_box;

/// Names of the contenders, in their order everywhere; the first is what the others are compared with.
pub const NAMES: [&str; 8] = [
    "ecached, 3 tags",
    "ecached, no tags",
    "cached",
    "moka",
    "moka, `String` key",
    "mini-moka",
    "quick_cache, no timeout",
    "foyer, no timeout",
];

/// Accesses of one run.
const ACCESSES: usize = 1 << 15;

/// One setting, with what all contenders needed in it.
pub struct Measured {
    /// What is asked for.
    pub setting: String,
    /// Hits.
    pub hits: Rounds,
    /// Hits of two threads and of one, if there are two cores.
    pub threads: Option<Rounds>,
    /// Nine hits, then a miss and its store.
    pub mixed: Rounds,
}

/// Measures all settings.
///
/// # Panics
///
/// If it is called twice.
#[must_use]
pub fn measure(rounds: usize) -> Vec<Measured> {
    contenders::register();
    let sizes = [
        ("10,000 entries, `Arc`", 10_000, USER_SMALL),
        ("10,000 entries, 1 KB each", 10_000, BLOCK_SMALL),
        ("1,000,000 entries, `Arc`", 1_000_000, USER_LARGE),
    ];
    let mut all = Vec::new();
    for (name, entries, subjects) in sizes {
        eprintln!("filling {name} …");
        for subject in subjects {
            (0..entries).for_each(|id| (subject.call)(id));
        }
        let orders = [("uniform", uniform(entries)), ("Zipf", zipf(entries))];
        for (shape, order) in orders {
            eprintln!("measuring {name}, {shape} …");
            let hits = hits(rounds, &subjects, &order);
            let threads = threads::measure(rounds, &subjects, &order);
            all.push((format!("{name}, {shape}"), (hits, threads), subjects, order, entries));
        }
    }
    // Last: from here on entries are evicted.
    let mut measured = Vec::new();
    for (setting, (hits, threads), subjects, order, entries) in all {
        eprintln!("measuring nine hits to a miss: {setting} …");
        let mixed = mix(rounds, &subjects, &order, entries);
        measured.push(Measured { setting, hits, threads, mixed });
    }
    measured
}

fn hits(rounds: usize, subjects: &[Subject; 8], order: &[u64]) -> Rounds {
    let contender = |subject: &Subject| {
        let walk = subject.walk;
        Contender::new(order.len(), move || walk(order), move || walk(order))
    };
    Rounds::run(rounds, &mut subjects.iter().map(contender).collect::<Vec<_>>())
}

/// Each tenth access is to a key that was never there.
fn mix(rounds: usize, subjects: &[Subject; 8], order: &[u64], entries: u64) -> Rounds {
    let contender = |(number, subject): (usize, &Subject)| {
        let walk = subject.walk;
        let mut fresh = entries + (number as u64 + 1) * 1_000_000_000;
        let mut accesses = order.to_vec();
        // Its own place in the numbers for each setting.
        fresh += order.iter().sum::<u64>() % 1_000_000 * 100;
        let run = move || {
            for access in accesses.iter_mut().skip(9).step_by(10) {
                fresh += 1;
                *access = fresh;
            }
            let watch = crate::stopwatch::Stopwatch::start();
            walk(&accesses);
            watch.stop()
        };
        Contender { operations: order.len() as u64, run: Box::new(run) }
    };
    let mut contenders: Vec<_> = subjects.iter().enumerate().map(contender).collect();
    Rounds::run(rounds, &mut contenders)
}

/// Calls a contender for each id. Generic, so that each is inlined as in a user's program.
#[inline(never)]
fn walk<T>(order: &[u64], call: impl Fn(u64) -> T) {
    for id in order {
        black_box(call(black_box(*id)));
    }
}

/// Uniform random numbers from 0 to 1: xorshift64, always the same.
fn random() -> impl Iterator<Item = f64> {
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state >> 11) as f64 / (1_u64 << 53) as f64
    })
}

fn uniform(entries: u64) -> Vec<u64> {
    random().take(ACCESSES).map(|at| (at * entries as f64) as u64).collect()
}

/// The k-th most wanted of the entries is asked for in proportion to 1/k.
fn zipf(entries: u64) -> Vec<u64> {
    let mut sum = 0.0;
    let sums: Vec<f64> = (1..=entries)
        .map(|rank| {
            sum += 1.0 / rank as f64;
            sum
        })
        .collect();
    let rank = |at: f64| sums.partition_point(|upto| *upto < at * sum) as u64;
    // Ranks lie anywhere among the numbers: an odd factor goes through all of them, as `entries` is 2^a 5^b.
    random().take(ACCESSES).map(|at| rank(at) * 7919 % entries).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_entries_are_asked_for_most_of_the_time() {
        let distinct = |order: Vec<u64>| {
            assert!(order.iter().all(|id| *id < 10_000) && order.len() == ACCESSES);
            order.into_iter().collect::<std::collections::HashSet<_>>().len()
        };
        let (uniform, zipf) = (distinct(uniform(10_000)), distinct(zipf(10_000)));
        assert!(uniform > 9_000 && zipf < 7_500, "{uniform} {zipf}");
    }
}

//! What gets slower, or bigger, as there is more of something: entries, tags, threads, callers.
//!
//! Each figure is a multiple of that of the smallest configuration in the same round. The stores' clocks stand still, so
//! that entries whose tag was invalidated stay where they are, and no sweep runs beside the calls.

pub mod callers;
pub mod entries;
pub mod page;
pub mod tags;
pub mod threads;

use crate::rounds::{Rounds, Spread};
use ecached::{Cache, Clock, Memory};
use std::hint::black_box;
use std::sync::Arc;

/// Rounds that must count, or nothing is said.
pub const ENOUGH: usize = 5;

/// What is cached: a value of its own for each entry, for all threads that clone an `Arc` write to it.
type Number = Arc<u64>;

/// What a [`Number`] takes: two counts and the number.
const VALUE_BYTES: f64 = 24.0;

/// What a cached function of a number looks like to who calls it.
type Call<'a> = &'a dyn Fn(u64) -> Number;

/// Calls of a run that are timed.
const CALLS: usize = 10_000;

/// Entries that a run stores, again and again, beside those that are there.
const STORES: u64 = 500;

/// One figure of a series.
#[derive(Clone, Copy, Debug)]
pub struct Figure {
    /// As a multiple of the first one's.
    pub ratio: Spread,
    /// Absolute.
    pub own: f64,
    /// Whether it was counted, not timed: then there is one round, and it is enough.
    pub is_exact: bool,
}

/// Figures by step; `None` where there is nothing to measure.
#[derive(Clone, Debug)]
pub struct Series {
    /// What is measured.
    pub name: &'static str,
    /// Of the absolute figures.
    pub unit: &'static str,
    /// By step.
    pub figures: Vec<Option<Figure>>,
}

impl Series {
    /// Of contenders in a row, the first of them the baseline, after `skipped` steps without any.
    fn timed(name: &'static str, rounds: &Rounds, contenders: std::ops::Range<usize>) -> Self {
        let first = contenders.start;
        let figure = |contender| Figure {
            ratio: rounds.ratio(contender, first),
            own: rounds.nanos(contender).median,
            is_exact: false,
        };
        Self { name, unit: "ns", figures: contenders.map(|index| Some(figure(index))).collect() }
    }

    /// Of figures that need no repetition.
    fn exact(name: &'static str, unit: &'static str, figures: &[f64]) -> Self {
        let figure = |own: &f64| Figure {
            ratio: Spread::exact(own / figures[0]),
            own: *own,
            is_exact: true,
        };
        Self { name, unit, figures: figures.iter().map(|own| Some(figure(own))).collect() }
    }
}

/// What grows, and what comes of it.
#[derive(Clone, Debug)]
pub struct Scale {
    /// For the name of the chart's file.
    pub slug: &'static str,
    /// Above the table.
    pub title: &'static str,
    /// Below the title.
    pub about: String,
    /// What the steps count.
    pub axis: &'static str,
    /// How much there is of it.
    pub steps: Vec<u64>,
    /// Whether the steps are decades.
    pub is_log: bool,
    /// What the ratios are of.
    pub ratio_of: &'static str,
    /// Name of a line that grows as the steps do, if there is to be one.
    pub ideal: Option<&'static str>,
    /// What was measured.
    pub series: Vec<Series>,
}

/// A store with room for so many entries, whose clock stands still.
fn store(room: u64) -> Cache {
    let room = usize::try_from(room).expect("fits");
    Cache::new(Memory::builder().max_entries(room).clock(Clock::manual().0).build())
}

/// Calls a function for numbers in an order that looks like chance; another one each time.
struct Random(u64);

impl Random {
    /// Never 0.
    const fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    /// Below `limit`. xorshift64, and the upper bits of a product instead of a division.
    fn below(&mut self, limit: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        ((u128::from(self.0) * u128::from(limit)) >> 64) as u64
    }

    fn calls(&mut self, call: Call<'_>, limit: u64, count: usize) {
        for _ in 0..count {
            black_box(call(black_box(self.below(limit))));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn random_numbers_are_spread() {
        let mut random = Random::new(1);
        let mut seen = [0; 10];
        (0..10_000).for_each(|_| seen[random.below(10) as usize] += 1);
        assert!(seen.iter().all(|count| (800..1200).contains(count)), "{seen:?}");
    }

    #[test]
    fn a_ratio_is_to_the_first_step() {
        let rounds = vec![vec![Some(1.0), Some(2.0), Some(6.0)]; 5];
        let series = Series::timed("", &Rounds::of(rounds), 1..3);
        let ratios: Vec<_> = series.figures.iter().flatten().map(|f| f.ratio.median).collect();
        assert_eq!(ratios, [1.0, 3.0]);
        assert!(
            (Series::exact("", "", &[4.0, 2.0]).figures[1].unwrap().ratio.low - 0.5).abs() < 1e-9
        );
    }
}

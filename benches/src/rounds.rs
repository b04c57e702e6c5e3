//! Interleaved rounds: on a machine that others use too, only what ran at nearly the same time can be compared.
//!
//! Each round runs every contender once, for a few milliseconds, beginning with another one each time. A run that had no
//! core to itself is repeated a few times, and does not count if that does not help. What is reported is the median over the rounds of the ratio to the baseline of
//! the same round.

use crate::stopwatch::{Stopwatch, Timed};
use std::fmt;

/// Tries of a run until it had a core to itself.
const TRIES: usize = 4;

/// Rounds that must count, or nothing is said.
pub const ENOUGH: usize = 7;

/// Something that is measured.
pub struct Contender<'a> {
    /// How many operations one run does.
    pub operations: u64,
    /// Does them, and says how long that took.
    pub run: Box<dyn FnMut() -> Timed + 'a>,
}

impl<'a> Contender<'a> {
    /// `warm_up` is not timed, `work` is.
    pub fn new(
        operations: usize,
        mut warm_up: impl FnMut() + 'a,
        mut work: impl FnMut() + 'a,
    ) -> Self {
        let run = move || {
            warm_up();
            let watch = Stopwatch::start();
            work();
            watch.stop()
        };
        Self { operations: operations as u64, run: Box::new(run) }
    }

    /// Nanoseconds per operation; `None` if it had to wait for a core.
    fn nanos(&mut self) -> Option<f64> {
        let timed = (self.run)();
        let nanos = timed.elapsed().as_secs_f64() * 1e9 / self.operations as f64;
        timed.had_a_core().then_some(nanos)
    }
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("operations", &self.operations).finish_non_exhaustive()
    }
}

/// Nanoseconds per operation of each contender in each round, if its run counts.
#[derive(Clone, Debug)]
pub struct Rounds(Vec<Vec<Option<f64>>>);

impl Rounds {
    /// Runs `rounds` rounds, after one that does not count.
    pub fn run(rounds: usize, contenders: &mut [Contender<'_>]) -> Self {
        let mut all = Vec::with_capacity(rounds);
        for round in 0..=rounds {
            let mut nanos = vec![None; contenders.len()];
            for turn in 0..contenders.len() {
                let index = (round + turn) % contenders.len();
                nanos[index] = (0..TRIES).find_map(|_| contenders[index].nanos());
            }
            if round > 0 {
                all.push(nanos);
            }
        }
        Self(all)
    }

    /// Rounds that were measured otherwise, in any unit.
    #[must_use]
    pub const fn of(figures: Vec<Vec<Option<f64>>>) -> Self {
        Self(figures)
    }

    /// A contender's figures, in the unit of [`Rounds::of`].
    #[must_use]
    pub fn figures(&self, contender: usize) -> Spread {
        self.nanos(contender)
    }

    /// A contender's nanoseconds per operation.
    #[must_use]
    pub fn nanos(&self, contender: usize) -> Spread {
        Spread::of(self.0.iter().filter_map(|round| round[contender]).collect())
    }

    /// What a contender takes longer than the other of the same round.
    #[must_use]
    pub fn differences(&self, contender: usize, other: usize) -> Vec<f64> {
        self.0.iter().filter_map(|round| Some(round[contender]? - round[other]?)).collect()
    }

    /// A contender's time as a multiple of the baseline's.
    #[must_use]
    pub fn ratio(&self, contender: usize, baseline: usize) -> Spread {
        let ratio = |round: &Vec<Option<f64>>| Some(round[contender]? / round[baseline]?);
        Spread::of(self.0.iter().filter_map(ratio).collect())
    }
}

/// The median of some figures, and their range.
#[derive(Clone, Copy, Debug)]
pub struct Spread {
    /// Half of them are below.
    pub median: f64,
    /// The lowest.
    pub low: f64,
    /// The highest.
    pub high: f64,
    /// How many there are.
    pub count: usize,
}

impl Spread {
    /// Of these; NaN if there are none.
    #[must_use]
    pub fn of(mut figures: Vec<f64>) -> Self {
        figures.sort_by(f64::total_cmp);
        let at = |index: usize| figures.get(index).copied().unwrap_or(f64::NAN);
        Self {
            median: at(figures.len() / 2),
            low: at(0),
            high: at(figures.len().saturating_sub(1)),
            count: figures.len(),
        }
    }

    /// Of one figure that needs no repetition.
    #[must_use]
    pub const fn exact(figure: f64) -> Self {
        Self { median: figure, low: figure, high: figure, count: 1 }
    }
}

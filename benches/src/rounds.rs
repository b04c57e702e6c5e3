//! Interleaved rounds: on a machine that others use too, only what ran at nearly the same time can be compared.
//!
//! Each round runs every contender once, for a few milliseconds, beginning with another one each time. What is reported is
//! the median over the rounds of the ratio to the baseline of the same round.

use std::fmt;
use std::time::{Duration, Instant};

/// Something that is measured.
pub struct Contender<'a> {
    /// How many operations one run does.
    pub operations: u64,
    /// Does them, and says how long that took.
    pub run: Box<dyn FnMut() -> Duration + 'a>,
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
            let begin = Instant::now();
            work();
            begin.elapsed()
        };
        Self { operations: operations as u64, run: Box::new(run) }
    }

    fn nanos(&mut self) -> f64 {
        (self.run)().as_secs_f64() * 1e9 / self.operations as f64
    }
}

impl fmt::Debug for Contender<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Contender").field("operations", &self.operations).finish_non_exhaustive()
    }
}

/// Nanoseconds per operation of each contender in each round.
#[derive(Clone, Debug)]
pub struct Rounds(Vec<Vec<f64>>);

impl Rounds {
    /// Runs `rounds` rounds after one that does not count.
    pub fn run(rounds: usize, contenders: &mut [Contender<'_>]) -> Self {
        let mut all = Vec::with_capacity(rounds);
        for round in 0..=rounds {
            let mut nanos = vec![0.0; contenders.len()];
            for turn in 0..contenders.len() {
                let index = (round + turn) % contenders.len();
                nanos[index] = contenders[index].nanos();
            }
            if round > 0 {
                all.push(nanos);
            }
        }
        Self(all)
    }

    /// A contender's nanoseconds per operation.
    #[must_use]
    pub fn nanos(&self, contender: usize) -> Spread {
        Spread::of(self.0.iter().map(|round| round[contender]).collect())
    }

    /// A contender's time as a multiple of the baseline's.
    #[must_use]
    pub fn ratio(&self, contender: usize, baseline: usize) -> Spread {
        Spread::of(self.0.iter().map(|round| round[contender] / round[baseline]).collect())
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

//! Interleaved rounds of single operations: what waits for a server has no core to itself, so a run of many cannot be
//! checked for one. Instead each operation is timed alone, and a round's figure is the median of its operations: a wait for
//! a core hits few of them.

use crate::rounds::{Rounds, Spread};
use crate::row::{Row, Target};
use std::time::Instant;

/// Operations of one contender in a round.
const OPERATIONS: u64 = 250;

/// Those that come first in each turn do not count: the caches of the processor are another contender's.
const WARM_UP: u64 = 10;

/// An operation on the entry of that number.
pub type Operation<'a> = Box<dyn FnMut(u64) + 'a>;

/// Who takes turns.
#[derive(Default)]
pub struct Turns<'a>(Vec<(&'static str, Operation<'a>)>);

impl std::fmt::Debug for Turns<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_list().entries(self.0.iter().map(|(name, _)| name)).finish()
    }
}

impl<'a> Turns<'a> {
    /// One more.
    #[must_use]
    pub fn with(mut self, name: &'static str, operation: impl FnMut(u64) + 'a) -> Self {
        self.0.push((name, Box::new(operation)));
        self
    }

    /// Runs `rounds` rounds, after one that does not count. Entries are taken from `0..entries` in a scattered order.
    #[must_use]
    pub fn run(mut self, rounds: usize, entries: u64) -> Compared {
        let mut all = Vec::with_capacity(rounds);
        let mut next = 0;
        for round in 0..=rounds {
            let mut figures = vec![None; self.0.len()];
            for turn in 0..self.0.len() {
                let index = (round + turn) % self.0.len();
                let operation = &mut self.0[index].1;
                figures[index] = Some(median_micros(operation, &mut next, entries));
            }
            if round > 0 {
                all.push(figures);
            }
        }
        let names = self.0.into_iter().map(|(name, _)| name).collect();
        Compared { names, rounds: Rounds::of(all) }
    }
}

fn median_micros(operation: &mut Operation<'_>, next: &mut u64, entries: u64) -> f64 {
    let mut id = || {
        *next += 1;
        // 7919 is a prime, and more than a few cache lines.
        *next * 7919 % entries
    };
    (0..WARM_UP).for_each(|_| operation(id()));
    let timed = |_| {
        let id = id();
        let begin = Instant::now();
        operation(id);
        begin.elapsed().as_secs_f64() * 1e6
    };
    Spread::of((0..OPERATIONS).map(timed).collect()).median
}

/// What was measured, microseconds per operation.
#[derive(Clone, Debug)]
pub struct Compared {
    names: Vec<&'static str>,
    rounds: Rounds,
}

impl Compared {
    /// A row of two of them.
    ///
    /// # Panics
    ///
    /// If there is no contender of that name.
    #[must_use]
    pub fn row(&self, what: &'static str, against: &'static str, target: Target) -> Row {
        let (own, other) = (self.index(what), self.index(against));
        let (of_own, of_other) = (self.rounds.figures(own), self.rounds.figures(other));
        Row {
            what,
            against,
            ratio: self.rounds.ratio(own, other),
            best: Some(of_own.low / of_other.low),
            target,
            own: of_own.median,
            other: of_other.median,
            unit: "µs",
            is_void: false,
        }
    }

    /// What the one takes longer than the other, microseconds, round by round.
    ///
    /// # Panics
    ///
    /// If there is no contender of that name.
    #[must_use]
    pub fn excess(&self, what: &str, against: &str) -> Vec<f64> {
        self.rounds.differences(self.index(what), self.index(against))
    }

    fn index(&self, wanted: &str) -> usize {
        let found = self.names.iter().position(|name| *name == wanted);
        found.unwrap_or_else(|| panic!("nobody is called {wanted}"))
    }
}

/// A row of figures that belong together pair by pair; `best` says which of a spread is the best figure.
#[must_use]
pub fn pairs(
    [what, against]: [&'static str; 2],
    figures: &[(f64, f64)],
    best: fn(&Spread) -> f64,
    target: Target,
    unit: &'static str,
) -> Row {
    let spread = |of: fn(&(f64, f64)) -> f64| Spread::of(figures.iter().map(of).collect());
    let (own, other) = (spread(|pair| pair.0), spread(|pair| pair.1));
    Row {
        what,
        against,
        ratio: spread(|(own, other)| own / other),
        best: Some(best(&own) / best(&other)),
        target,
        own: own.median,
        other: other.median,
        unit,
        is_void: figures.is_empty(),
    }
}

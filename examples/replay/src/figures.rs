//! What was measured while reading, by one process or by all of them.

use crate::board::FIGURES;
use crate::run::Shared;
use ecached::Stats;
use std::time::Duration;

/// See the module.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Figures {
    pub(crate) accesses: u64,
    /// Rows that the cached function read.
    pub(crate) reads: u64,
    /// Values that should not have been served any more.
    pub(crate) stale: u64,
    /// Values of another object than was asked for.
    pub(crate) wrong: u64,
    pub(crate) hits: u64,
    pub(crate) misses: u64,
    /// Misses of what was invalidated.
    pub(crate) invalidated: u64,
    pub(crate) shared: u64,
    pub(crate) computations: u64,
    pub(crate) doomed: u64,
    /// Operations of the cache that failed.
    pub(crate) errors: u64,
    /// Operations that were not tried, as the cache had failed before.
    pub(crate) bypassed: u64,
    pub(crate) micros: u64,
}

impl Figures {
    pub(crate) fn new(shared: &Shared, stats: &Stats, elapsed: Duration) -> Self {
        Self {
            accesses: shared.accesses(),
            reads: shared.db.reads(),
            stale: shared.oracle.stale(),
            wrong: shared.oracle.wrong(),
            hits: stats.hits,
            misses: stats.misses,
            invalidated: stats.stale,
            shared: stats.shared,
            computations: stats.computations,
            doomed: stats.doomed,
            errors: stats.errors,
            bypassed: stats.skipped_while_open,
            micros: u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX),
        }
    }

    pub(crate) fn numbers(&self) -> [u64; FIGURES] {
        let Self { accesses, reads, stale, wrong, hits, misses, .. } = *self;
        let Self { invalidated, shared, computations, doomed, .. } = *self;
        let Self { errors, bypassed, micros, .. } = *self;
        let last = [invalidated, shared, computations, doomed, errors, bypassed, micros];
        let first = [accesses, reads, stale, wrong, hits, misses];
        std::array::from_fn(|field| if field < 6 { first[field] } else { last[field - 6] })
    }

    pub(crate) fn from_numbers(numbers: [u64; FIGURES]) -> Self {
        let [accesses, reads, stale, wrong, hits, misses, last @ ..] = numbers;
        let [invalidated, shared, computations, doomed, errors, bypassed, micros] = last;
        Self {
            accesses,
            reads,
            stale,
            wrong,
            hits,
            misses,
            invalidated,
            shared,
            computations,
            doomed,
            errors,
            bypassed,
            micros,
        }
    }

    /// All of them together, who took that long.
    pub(crate) fn sum(parts: &[Self], elapsed: Duration) -> Self {
        let mut sums = [0; FIGURES];
        for part in parts {
            for (sum, number) in sums.iter_mut().zip(part.numbers()) {
                *sum += number;
            }
        }
        let micros = u64::try_from(elapsed.as_micros()).unwrap_or(u64::MAX);
        Self { micros, ..Self::from_numbers(sums) }
    }

    pub(crate) fn seconds(&self) -> f64 {
        self.micros as f64 / 1e6
    }

    pub(crate) fn per_second(&self) -> u64 {
        if self.micros == 0 { 0 } else { (self.accesses as f64 / self.seconds()) as u64 }
    }

    /// In percent.
    pub(crate) fn hit_ratio(&self) -> f64 {
        let lookups = self.hits + self.misses;
        if lookups == 0 { 0.0 } else { self.hits as f64 / lookups as f64 * 100.0 }
    }

    /// The cache's own counters against ours. A call that finds nothing, looks again and finds what another has just
    /// stored counts as a miss and as a hit, so there may be more lookups than accesses. One whose lookup failed, or was
    /// not tried, counts as such.
    pub(crate) fn agree(&self) -> bool {
        let lookups = self.hits + self.misses + self.errors + self.bypassed;
        lookups >= self.accesses && self.computations == self.reads
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_has_its_place() {
        let numbers = std::array::from_fn(|field| field as u64 + 1);
        let figures = Figures::from_numbers(numbers);
        assert_eq!((figures.accesses, figures.invalidated, figures.micros), (1, 7, 13));
        assert_eq!(figures.numbers(), numbers);
        let both = Figures::sum(&[figures, figures], Duration::from_secs(1));
        assert_eq!((both.reads, both.errors, both.micros), (4, 22, 1_000_000));
    }
}

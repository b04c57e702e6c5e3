//! Chance with a seed: SplitMix64, <https://prng.di.unimi.it/splitmix64.c>.

use crate::model::ROWS;
use std::time::Duration;

/// Rows in great demand.
const HOT: u8 = 3;

/// A source of numbers; the same seed gives the same.
#[derive(Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// Seeds that differ in one of both give other numbers.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut chance = Self(seed ^ stream.wrapping_mul(0xD6E8_FEB8_6659_FD93));
        chance.next();
        chance
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`, which is not 0.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// An index into something of that length, which is not 0.
    pub(crate) fn index(&mut self, length: usize) -> usize {
        usize::try_from(self.below(length as u64)).unwrap_or_default()
    }

    /// A row of the source, half of the time one of a few that are in great demand.
    pub(crate) fn row(&mut self) -> u8 {
        let rows = if self.percent(50) { HOT } else { ROWS };
        u8::try_from(self.below(u64::from(rows))).unwrap_or_default()
    }

    /// True so many times out of a hundred.
    pub(crate) fn percent(&mut self, percent: u64) -> bool {
        self.below(100) < percent
    }

    /// A time between two.
    pub(crate) fn micros(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_micros(from + self.below(to - from + 1))
    }
}

//! The hash of a key: its colon-separated segments, folded one after the other.
//!
//! A segment that is a number in its usual form (`0`, or digits without a leading zero, below 2^64) is hashed as that
//! number, any other as its bytes. So a key rendered from an integer argument is hashed without reading the digits back,
//! and hashing the text of that key later gives the same. Seeded per process: the hash is no use outside it, and callers
//! who choose keys cannot aim at collisions.
//!
//! The folded multiplication is that of wyhash and foldhash. <https://github.com/orlp/foldhash>

use foldhash::fast::RandomState;
use std::hash::BuildHasher;
use std::sync::LazyLock;

/// The per-process seeds.
struct Seeds {
    bytes: RandomState,
    start: u64,
    integer: u64,
    segment: u64,
}

static SEEDS: LazyLock<Seeds> = LazyLock::new(|| {
    let bytes = RandomState::default();
    // Odd multipliers: an even one would lose bits.
    let seed = |n: u64| bytes.hash_one(n) | 1;
    Seeds { start: seed(1), integer: seed(2), segment: seed(3), bytes }
});

/// The hash of the segments so far.
#[derive(Clone, Copy)]
pub(super) struct SegmentHash(u64);

impl SegmentHash {
    #[inline]
    pub(super) fn new() -> Self {
        Self(SEEDS.start)
    }

    #[inline]
    pub(super) fn integer(&mut self, number: u64) {
        let seeds = &*SEEDS;
        self.0 = fold(self.0.rotate_left(29) ^ number, seeds.integer);
    }

    #[inline]
    pub(super) fn segment(&mut self, segment: &str) {
        match canonical_integer(segment) {
            Some(number) => self.integer(number),
            None => {
                let seeds = &*SEEDS;
                self.0 =
                    fold(self.0.rotate_left(17) ^ seeds.bytes.hash_one(segment), seeds.segment);
            }
        }
    }

    #[inline]
    pub(super) fn finish(self) -> u64 {
        // Maps look at the highest and the lowest bits; the fold leaves both mixed.
        fold(self.0, SEEDS.start)
    }
}

/// The hash of a finished name.
#[must_use]
pub fn of(text: &str) -> u64 {
    let mut hash = SegmentHash::new();
    for segment in text.split(':') {
        hash.segment(segment);
    }
    hash.finish()
}

#[inline]
fn fold(left: u64, right: u64) -> u64 {
    let product = u128::from(left) * u128::from(right);
    (product as u64) ^ ((product >> 64) as u64)
}

/// The number that `segment` is the usual form of.
#[inline]
fn canonical_integer(segment: &str) -> Option<u64> {
    let first = *segment.as_bytes().first()?;
    if !first.is_ascii_digit() || (first == b'0' && segment.len() > 1) || segment.len() > 20 {
        return None;
    }
    segment.bytes().all(|byte| byte.is_ascii_digit()).then(|| segment.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_usual_form_is_a_number() {
        for (text, number) in
            [("0", Some(0)), ("7", Some(7)), ("18446744073709551615", Some(u64::MAX))]
        {
            assert_eq!(canonical_integer(text), number, "{text}");
        }
        for text in ["", "00", "07", "+7", "-7", "18446744073709551616", "7a", "1e3", "７"] {
            assert_eq!(canonical_integer(text), None, "{text}");
        }
    }
}

//! The hash of a key: its colon-separated segments, folded one after the other.
//!
//! A segment that is a number in its usual form (`0`, or digits without a leading zero, below 2^64) is hashed as that
//! number, any other by XXH3-64 of its bytes. So a key rendered from an integer argument is hashed without reading the
//! digits back, the text of a template is hashed when the program is compiled, and hashing the text of a key later gives
//! the same.
//!
//! Not seeded: who chooses keys can aim at collisions. That is no danger, because stores compare the whole key, and hold
//! one entry per hash: a collision is a miss, never a longer search and never another key's value.
//!
//! The folded multiplication is that of wyhash and foldhash. <https://github.com/orlp/foldhash>

use std::hash::{BuildHasher, Hash, Hasher, RandomState};
use std::sync::LazyLock;
use xxhash_rust::const_xxh3;
use xxhash_rust::xxh3::xxh3_64;

/// Odd numbers with about as many ones as zeros: digits of pi.
const START: u64 = 0x243f_6a88_85a3_08d3;
const INTEGER: u64 = 0x1319_8a2e_0370_7345;
const SEGMENT: u64 = 0xa409_3822_299f_31d1;
const FINISH: u64 = 0x082e_fa98_ec4e_6c89;

/// The hash of the segments so far.
#[derive(Clone, Copy, Debug)]
pub(super) struct SegmentHash(u64);

impl SegmentHash {
    #[inline]
    pub(super) const fn new() -> Self {
        Self(START)
    }

    #[inline]
    pub(super) const fn integer(&mut self, number: u64) {
        self.0 = fold(self.0.rotate_left(29) ^ number, INTEGER);
    }

    /// A segment that is not a number, by the hash of its bytes.
    #[inline]
    pub(super) const fn hashed(&mut self, segment_hash: u64) {
        self.0 = fold(self.0.rotate_left(17) ^ segment_hash, SEGMENT);
    }

    #[inline]
    pub(super) fn segment(&mut self, segment: &str) {
        match canonical_integer(segment) {
            Some(number) => self.integer(number),
            None => self.hashed(xxh3_64(segment.as_bytes())),
        }
    }

    #[inline]
    pub(super) const fn finish(self) -> u64 {
        // Maps look at the highest and the lowest bits; the fold leaves both mixed.
        fold(self.0, FINISH)
    }
}

/// The hash of a segment of a template that is no number, at compile time.
#[must_use]
pub const fn of_segment(segment: &str) -> u64 {
    const_xxh3::xxh3_64(segment.as_bytes())
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
const fn fold(left: u64, right: u64) -> u64 {
    let product = left as u128 * right as u128;
    (product as u64) ^ ((product >> 64) as u64)
}

/// A hash of texts that nobody outside the process can aim at, for identities that are compared by their hash alone:
/// SipHash with a random key. <https://doc.rust-lang.org/std/hash/struct.RandomState.html>
pub(crate) fn keyed<'a>(texts: impl Iterator<Item = &'a str>) -> u64 {
    static KEY: LazyLock<RandomState> = LazyLock::new(RandomState::new);
    let mut hasher = KEY.build_hasher();
    texts.for_each(|text| text.hash(&mut hasher));
    hasher.finish()
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

    #[test]
    fn a_segment_is_the_same_at_compile_time() {
        const USER: u64 = of_segment("user");
        let mut hash = SegmentHash::new();
        hash.hashed(USER);
        hash.integer(7);
        assert_eq!(hash.finish(), of("user:7"));
    }

    #[test]
    fn keyed_hashes_tell_lists_apart_and_are_the_same_for_the_same() {
        let keyed = |texts: &[&str]| super::keyed(texts.iter().copied());
        assert_eq!(keyed(&["a", "b"]), keyed(&["a", "b"]));
        assert_ne!(keyed(&["a", "b"]), keyed(&["ab"]));
        assert_ne!(keyed(&["a", "b"]), keyed(&["a", "b", ""]));
        assert_ne!(keyed(&["user:7"]), of("user:7"), "not the hash that everybody can compute");
    }

    #[test]
    fn hashes_of_similar_keys_spread_over_high_and_low_bits() {
        let mut low = std::collections::HashSet::new();
        let mut high = std::collections::HashSet::new();
        for id in 0..4096 {
            let hash = of(&format!("user:{id}"));
            low.insert(hash & 0xFFFF);
            high.insert(hash >> 48);
        }
        // 4,096 balls in 65,536 bins meet about 125 times.
        assert!(low.len() > 3850 && high.len() > 3850, "{} {}", low.len(), high.len());
    }
}

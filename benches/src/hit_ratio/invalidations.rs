//! How often ecached computes when a part of the accesses are writes, beside the fewest times that anybody can.
//!
//! The fewest: a table without a bound that knows exactly since when each value is valid. What ecached computes more often
//! than that, it computes for nothing, or because it has dropped the entry for want of room.

use super::trace::Trace;
use ecached::{Cache, EntryOptions, Memory};
use std::cell::Cell;
use std::collections::HashMap;

/// Keys of a group.
const GROUP: u32 = 100;

/// Whom a tag belongs to.
#[derive(Clone, Copy, Debug)]
enum Of {
    Key,
    Group,
    All,
}

/// Which tags entries carry, and of how many accesses one is a write of that tag.
#[derive(Clone, Copy, Debug)]
pub struct Pattern {
    /// What the table says.
    pub name: &'static str,
    tags: &'static [(Of, u64)],
}

/// All patterns.
pub const PATTERNS: [Pattern; 4] = [
    Pattern { name: "a tag for each key; 1 of 100 accesses is a write", tags: &[(Of::Key, 100)] },
    Pattern {
        name: "a tag for 100 neighbouring keys; 1 of 100 accesses is a write",
        tags: &[(Of::Group, 100)],
    },
    Pattern {
        name: "one tag for all; 1 of 10,000 accesses is a write",
        tags: &[(Of::All, 10_000)],
    },
    Pattern { name: "all three", tags: &[(Of::Key, 100), (Of::Group, 100), (Of::All, 10_000)] },
];

/// What came of a trace.
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome {
    /// Accesses that were writes.
    pub writes: u64,
    /// Accesses that were reads.
    pub reads: u64,
    /// Computations that nobody can avoid.
    pub needed: u64,
    /// Computations of ecached.
    pub computed: u64,
    /// Values that ecached served although they had been computed before a write. Must be 0.
    pub stale: u64,
}

/// A tag: whom it belongs to, and the number of that one.
type Tag = (u8, u32);

impl Of {
    const fn tag(self, key: u32) -> Tag {
        match self {
            Self::Key => (0, key),
            Self::Group => (1, key / GROUP),
            Self::All => (2, 0),
        }
    }
}

fn name((kind, number): Tag) -> String {
    format!("{kind}:{number}")
}

/// Numbers that look like chance, always the same ones.
const fn mixed(number: u64) -> u64 {
    let number = number.wrapping_add(1).wrapping_mul(0x9E37_79B9_7F4A_7C15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
    number ^ (number >> 31)
}

/// Knows since when each value is valid.
#[derive(Default)]
struct Tracker {
    valid_since: HashMap<u32, u64>,
    written: HashMap<Tag, u64>,
}

impl Tracker {
    fn is_valid(&self, since: u64, tags: &[Tag]) -> bool {
        tags.iter().all(|tag| self.written.get(tag).is_none_or(|written| *written < since))
    }

    /// Whether a value of `key` has to be computed now; if so, it is.
    fn computes(&mut self, key: u32, now: u64, tags: &[Tag]) -> bool {
        let since = self.valid_since.get(&key).copied();
        let computes = since.is_none_or(|since| !self.is_valid(since, tags));
        if computes {
            self.valid_since.insert(key, now);
        }
        computes
    }
}

/// Replays a trace with writes on ecached with room for `capacity` entries.
///
/// # Panics
///
/// When an invalidation fails: in memory, none does.
#[must_use]
pub fn replay(trace: &Trace, pattern: &Pattern, capacity: usize) -> Outcome {
    let cache = Cache::new(Memory::builder().max_entries(capacity).build());
    let mut tracker = Tracker::default();
    let mut outcome = Outcome::default();
    for (now, key) in (0..).zip(trace.accesses.iter().copied()) {
        let tags: Vec<Tag> = pattern.tags.iter().map(|(of, _)| of.tag(key)).collect();
        let is_write = |(index, (_, one_in)): (usize, &(Of, u64))| {
            mixed(now * 4 + index as u64).is_multiple_of(*one_in).then(|| tags[index])
        };
        let written: Vec<Tag> = pattern.tags.iter().enumerate().filter_map(is_write).collect();
        if !written.is_empty() {
            outcome.writes += 1;
            let names: Vec<String> = written.iter().copied().map(name).collect();
            cache.invalidate_tags(&names).expect("in memory");
            tracker.written.extend(written.into_iter().map(|tag| (tag, now)));
            continue;
        }
        outcome.reads += 1;
        outcome.needed += u64::from(tracker.computes(key, now, &tags));
        let computed = Cell::new(0);
        let options = EntryOptions::timeout(None::<u64>).with_tags(tags.iter().copied().map(name));
        let since = cache.get_or_compute(&key.to_string(), options, || {
            computed.set(1);
            now
        });
        outcome.computed += computed.get();
        outcome.stale += u64::from(!tracker.is_valid(since, &tags));
    }
    outcome
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn with_room_for_all_nothing_is_computed_for_nothing() {
        let accesses: Vec<u32> = (0..20_000_u64).map(|now| mixed(now) as u32 % 500).collect();
        let trace = Trace { name: String::new(), accesses, keys: 500 };
        for pattern in PATTERNS {
            let outcome = replay(&trace, &pattern, 10_000);
            assert_eq!((outcome.computed, outcome.stale), (outcome.needed, 0), "{pattern:?}");
            assert!(outcome.needed > 500 && outcome.writes > 0, "{outcome:?}");
            assert_eq!(outcome.reads + outcome.writes, 20_000);
        }
    }
}

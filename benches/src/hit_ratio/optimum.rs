//! The highest hit ratio that any cache could have: whoever knows the future drops what is needed last (Belady's MIN).
//!
//! It may also refuse to keep what it has just been given: caches with admission may do that too.

use std::collections::BinaryHeap;

/// Never accessed again.
const NEVER: u32 = u32::MAX;

/// For each access when the same key is accessed next, found from the end to the beginning.
fn next_uses(accesses: &[u32], keys: usize) -> Vec<u32> {
    let mut later = vec![NEVER; keys];
    let mut next = vec![NEVER; accesses.len()];
    for (position, key) in accesses.iter().enumerate().rev() {
        next[position] = later[*key as usize];
        later[*key as usize] = u32::try_from(position).unwrap_or(NEVER);
    }
    next
}

/// Hits of a cache of that size.
#[must_use]
pub fn hits(accesses: &[u32], keys: usize, capacity: usize) -> u64 {
    /// When a key that is not there is needed.
    const ABSENT: u32 = 0;
    let next = next_uses(accesses, keys);
    // When each key that is there is needed, and the same with what is out of date in between: such an entry names the
    // present or the past, so it is never the latest while anything is to be dropped.
    let mut needed = vec![ABSENT; keys];
    let mut latest = BinaryHeap::new();
    let (mut hits, mut count) = (0, 0);
    for (key, next) in accesses.iter().zip(next) {
        let slot = &mut needed[*key as usize];
        if *slot == ABSENT {
            count += 1;
        } else {
            hits += 1;
        }
        *slot = next;
        latest.push((next, *key));
        if count > capacity
            && let Some((_, dropped)) = latest.pop()
        {
            needed[dropped as usize] = ABSENT;
            count -= 1;
        }
    }
    hits
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Of all caches, by trying every choice.
    fn best(accesses: &[u32], capacity: usize, held: &[u32]) -> u64 {
        let Some((key, rest)) = accesses.split_first() else { return 0 };
        if held.contains(key) {
            return 1 + best(rest, capacity, held);
        }
        let mut all = held.to_vec();
        all.push(*key);
        if all.len() <= capacity {
            return best(rest, capacity, &all);
        }
        let without = |dropped: &u32| {
            let kept: Vec<u32> = all.iter().copied().filter(|key| key != dropped).collect();
            best(rest, capacity, &kept)
        };
        all.iter().map(without).max().unwrap_or(0)
    }

    #[test]
    fn no_cache_hits_more_often() {
        let mut state = 7_u64;
        for capacity in 1..4 {
            for _ in 0..20 {
                let draw = |_| {
                    state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
                    (state >> 33) as u32 % 5
                };
                let accesses: Vec<u32> = (0..10).map(draw).collect();
                assert_eq!(hits(&accesses, 5, capacity), best(&accesses, capacity, &[]));
            }
        }
    }
}

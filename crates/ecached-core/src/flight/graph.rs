//! Who waits for whom: flights whose computations wait for other flights, to refuse a wait that would close a circle.
//!
//! Only computations that call cached functions and have to wait there are in it.

use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

/// From a flight to the flights that its computation waits for.
static WAITS: LazyLock<Mutex<HashMap<u64, Vec<u64>>>> = LazyLock::new(Mutex::default);

/// Notes that all of `waiters` wait for `awaited`, or refuses when `awaited` already waits for one of them.
pub(super) fn try_wait(waiters: Vec<u64>, awaited: u64) -> Option<Waiting> {
    let mut waits = WAITS.lock();
    if reaches(&waits, awaited, &waiters) {
        return None;
    }
    for waiter in &waiters {
        waits.entry(*waiter).or_default().push(awaited);
    }
    Some(Waiting { waiters, awaited })
}

fn reaches(waits: &HashMap<u64, Vec<u64>>, from: u64, targets: &[u64]) -> bool {
    let (mut open, mut seen) = (vec![from], HashSet::from([from]));
    while let Some(flight) = open.pop() {
        if targets.contains(&flight) {
            return true;
        }
        open.extend(
            waits.get(&flight).into_iter().flatten().copied().filter(|next| seen.insert(*next)),
        );
    }
    false
}

/// A noted wait; over when dropped.
#[derive(Debug)]
pub(crate) struct Waiting {
    waiters: Vec<u64>,
    awaited: u64,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        let mut waits = WAITS.lock();
        for waiter in &self.waiters {
            let Some(awaited) = waits.get_mut(waiter) else { continue };
            if let Some(index) = awaited.iter().position(|flight| *flight == self.awaited) {
                awaited.swap_remove(index);
            }
            if awaited.is_empty() {
                waits.remove(waiter);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::version::serial as next_id;

    #[test]
    fn a_circle_is_refused_and_possible_again_when_the_wait_is_over() {
        let [a, b, c] = [next_id(), next_id(), next_id()];
        let first = try_wait(vec![a], b).unwrap();
        let second = try_wait(vec![b], c).unwrap();
        assert!(try_wait(vec![c], a).is_none());
        assert!(try_wait(vec![c], b).is_none());
        drop(first);
        let third = try_wait(vec![c], a).unwrap();
        assert!(try_wait(vec![a], b).is_none());
        drop((second, third));
        assert!(try_wait(vec![a], b).is_some());
    }
}

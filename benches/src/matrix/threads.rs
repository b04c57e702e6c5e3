//! Hits of two threads on the same entries, beside those of one in the same round.

use super::{NAMES, Subject};
use crate::machine;
use crate::rounds::Rounds;
use crate::threads::together;

/// Tries of a run until each thread had a core to itself.
const TRIES: usize = 3;

/// Contenders, each with a number of threads: [`of_two`] and [`of_one`] say where they are.
const RUNS: usize = 2 * NAMES.len();

/// Where the figures of a contender's two threads are.
pub(super) const fn of_two(contender: usize) -> usize {
    contender
}

/// Where the figures of its single thread are.
pub(super) const fn of_one(contender: usize) -> usize {
    NAMES.len() + contender
}

/// Hits per microsecond of all threads together; `None` where there is one core only.
pub(super) fn measure(rounds: usize, subjects: &[Subject; 8], order: &[u64]) -> Option<Rounds> {
    if machine::cores() < 2 {
        return None;
    }
    // As often each, elsewhere at any time.
    let mut other = order.to_vec();
    other.rotate_left(order.len() / 2);
    let orders = [order, &other];
    let round = |round: usize| {
        let mut figures = vec![None; RUNS];
        for turn in 0..subjects.len() {
            let index = (round + turn) % subjects.len();
            let walk = subjects[index].walk;
            // Neither always runs first.
            let threads = if round.is_multiple_of(2) { [1, 2] } else { [2, 1] };
            for threads in threads {
                let place = if threads == 1 { of_one(index) } else { of_two(index) };
                figures[place] = (0..TRIES).find_map(|_| throughput(walk, &orders[..threads]));
            }
        }
        figures
    };
    // The first does not count.
    Some(Rounds::of((0..=rounds).map(round).skip(1).collect()))
}

/// `None` if a thread had to wait for a core.
fn throughput(walk: fn(&[u64]), orders: &[&[u64]]) -> Option<f64> {
    let run = |thread: usize| walk(orders[thread]);
    let hits: usize = orders.iter().map(|order| order.len()).sum();
    Some(hits as f64 / together(orders.len(), run, run)? * 1e3)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_places_of_figures_are_apart() {
        let mut places: Vec<_> =
            (0..NAMES.len()).flat_map(|index| [of_two(index), of_one(index)]).collect();
        places.sort_unstable();
        assert_eq!(places, (0..RUNS).collect::<Vec<_>>());
    }
}

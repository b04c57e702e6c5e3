//! The tables.

use super::{Measured, NAMES};
use crate::machine;
use crate::rounds::{ENOUGH, Rounds, Spread};
use std::fmt::Write as _;

/// Packages of the contenders in the lock file.
const PACKAGES: [&str; 5] = ["cached", "moka", "mini-moka", "quick_cache", "foyer-memory"];

/// The part of the page.
#[must_use]
pub fn page(measured: &[Measured], rounds: usize, load: Option<f64>) -> String {
    let mut text = format!(
        "# In memory, beside others\n\nOne call each, of a function of a `u64` or of what stands for it: a look into the cache, and \
         on a miss a new value that is stored. Timeout an hour where there is one; the peers with a `u64` key unless they say \
         otherwise. Values: `Arc<User>`, or a struct of a kilobyte that each hit copies. Zipf: the k-th most wanted entry is asked \
         for in proportion to 1/k. *Nine to one*: each tenth call is for a key that was never there; the stores then evict.\n\n\
         In each of {rounds} rounds all contenders run once, in rotating order; a run counts if it had a core to itself. Each cell: \
         median nanoseconds, and how many times as long as ecached with 3 tags in the same round: median (lowest–highest).\n\n{}\n",
        machine::conditions(load, &PACKAGES)
    );
    for (title, choose) in [("Hits", true), ("Nine hits to one miss", false)] {
        _ = write!(text, "\n## {title}\n\n| |");
        measured.iter().for_each(|one| _ = write!(text, " {} |", one.setting));
        text += "\n| --- |";
        measured.iter().for_each(|_| text += " --- |");
        text.push('\n');
        for (index, name) in NAMES.iter().enumerate() {
            _ = write!(text, "| {name} |");
            for one in measured {
                let rounds = if choose { &one.hits } else { &one.mixed };
                _ = write!(text, " {} |", cell(rounds, index));
            }
            text.push('\n');
        }
    }
    text
}

fn cell(rounds: &Rounds, index: usize) -> String {
    let nanos = rounds.nanos(index).median;
    let Spread { median, low, high, count } = rounds.ratio(index, 0);
    if count < ENOUGH.min(5) {
        return "machine too busy".to_owned();
    }
    if index == 0 {
        return format!("{nanos:.0}");
    }
    format!("{nanos:.0}, {median:.2} ({low:.2}–{high:.2})")
}

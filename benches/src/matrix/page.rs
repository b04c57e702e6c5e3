//! The tables.

use super::{Measured, NAMES, threads};
use crate::machine;
use crate::rounds::{Rounds, Spread};
use std::fmt::Write as _;

/// Packages of the contenders in the lock file.
const PACKAGES: [&str; 5] = ["cached", "moka", "mini-moka", "quick_cache", "foyer-memory"];

/// Rounds that must count, or nothing is said.
const FEW: usize = 5;

const BUSY: &str = "machine too busy";

/// The part of the page.
#[must_use]
pub fn page(measured: &[Measured], rounds: usize, load: Option<f64>) -> String {
    let mut text = format!(
        "# In memory, beside others\n\nOne call each, of a function of a `u64` or of what stands for it: a look into the cache, and \
         on a miss a new value that is stored. Timeout an hour where there is one; the peers with a `u64` key unless they say \
         otherwise. Values: `Arc<User>`, or a struct of a kilobyte that each hit copies. Zipf: the k-th most wanted entry is asked \
         for in proportion to 1/k. *Nine to one*: each tenth call is for a key that was never there; the stores then evict.\n\n\
         In each of {rounds} rounds all contenders run once, in rotating order; a run counts if each thread had a core to itself. \
         Each cell: median nanoseconds, and how many times as long as ecached with 3 tags in the same round: median \
         (lowest–highest). Two threads: both ask for the same entries, at different times, and cells are hits per microsecond of \
         both together, and how many times as many as those of ecached with 3 tags in the same round; then, how many times as many as \
         those of the same cache on one thread.\n\n{}\n",
        machine::conditions(load, &PACKAGES)
    );
    text += &table("Hits", measured, |one, index| cell(&one.hits, index, 0));
    if measured.iter().all(|one| one.threads.is_some()) {
        let of = |one: &Measured, say: &dyn Fn(&Rounds) -> String| {
            one.threads.as_ref().map(say).unwrap_or_default()
        };
        let (two, one) = (threads::of_two, threads::of_one);
        text += &table("Hits of two threads", measured, |own, index| {
            of(own, &|rounds| cell(rounds, two(index), two(0)))
        });
        text += &table("Hits of two threads, against one", measured, |own, index| {
            of(own, &|rounds| ratio(rounds, two(index), one(index)))
        });
    }
    text += &table("Nine hits to one miss", measured, |one, index| cell(&one.mixed, index, 0));
    text
}

fn table(title: &str, measured: &[Measured], cell: impl Fn(&Measured, usize) -> String) -> String {
    let mut text = format!("\n## {title}\n\n| |");
    measured.iter().for_each(|one| _ = write!(text, " {} |", one.setting));
    text += &format!("\n| --- |{}\n", " --- |".repeat(measured.len()));
    for (index, name) in NAMES.iter().enumerate() {
        _ = write!(text, "| {name} |");
        measured.iter().for_each(|one| _ = write!(text, " {} |", cell(one, index)));
        text.push('\n');
    }
    text
}

/// The figure of a run, and its ratio to another one, if it is not the same.
fn cell(rounds: &Rounds, index: usize, baseline: usize) -> String {
    let own = rounds.figures(index);
    if own.count < FEW {
        return BUSY.to_owned();
    }
    let digits = usize::from(own.median < 100.0);
    let own = format!("{:.digits$}", own.median);
    if index == baseline { own } else { format!("{own}, {}", ratio(rounds, index, baseline)) }
}

fn ratio(rounds: &Rounds, index: usize, baseline: usize) -> String {
    let Spread { median, low, high, count } = rounds.ratio(index, baseline);
    if count < FEW { BUSY.to_owned() } else { format!("{median:.2} ({low:.2}–{high:.2})") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_threads_are_compared_with_those_of_ecached_and_with_one() {
        let mut figures = vec![Some(10.0); 2 * NAMES.len()];
        figures[threads::of_two(0)] = Some(19.0);
        figures[threads::of_two(2)] = Some(38.0);
        figures[threads::of_one(2)] = Some(200.0);
        figures[threads::of_two(3)] = None;
        let rounds = Rounds::of(vec![figures; FEW]);
        let hits = Rounds::of(vec![vec![Some(50.0); NAMES.len()]; FEW]);
        let setting = "small".to_owned();
        let measured = [Measured { setting, mixed: hits.clone(), hits, threads: Some(rounds) }];
        let text = page(&measured, FEW, None);
        assert!(text.contains("| cached | 38.0, 2.00 (2.00–2.00) |"), "{text}");
        assert!(text.contains("| cached | 0.19 (0.19–0.19) |"), "{text}");
        assert!(text.contains("| ecached, 3 tags | 19.0 |"), "{text}");
        assert!(text.contains("| moka | machine too busy |"), "{text}");
        let [one] = measured;
        let text = page(&[Measured { threads: None, ..one }], FEW, None);
        assert!(!text.contains("## Hits of two threads"), "{text}");
    }
}

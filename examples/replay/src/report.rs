//! What came of it.

use crate::args::Options;
use crate::readers::TASKS_PER_THREAD;
use crate::run::{Left, Shared};
use crate::writer::Tally;
use ecached::Stats;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// The figures of a run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) options: Options,
    pub(crate) shared: Arc<Shared>,
    pub(crate) tally: Tally,
    pub(crate) elapsed: Duration,
    pub(crate) stats: Stats,
    pub(crate) left: Left,
}

impl Report {
    /// Whether the promise was kept, and the counters add up.
    pub(crate) fn is_clean(&self) -> bool {
        self.stale() == 0 && self.shared.oracle.wrong() == 0 && self.counts_agree()
    }

    fn stale(&self) -> u64 {
        self.shared.oracle.stale() + self.left.stale
    }

    /// The cache's own counters against ours. A call that finds nothing, looks again and finds what another has just
    /// stored counts as a miss and as a hit, so there may be more lookups than accesses.
    fn counts_agree(&self) -> bool {
        let Stats { hits, misses, computations, .. } = self.stats;
        hits + misses >= self.shared.accesses() && computations == self.shared.db.reads()
    }

    fn input(&self) -> String {
        let trace = match &self.options.trace {
            Some(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(),
            None => "made up after Zipf's law".into(),
        };
        let (accesses, objects) =
            (self.shared.workload.len(), self.shared.workload.objects().len());
        format!(
            "{trace}: {} accesses to {} objects",
            grouped(accesses as u64),
            grouped(objects as u64)
        )
    }

    fn readers(&self) -> String {
        let threads = self.options.threads;
        if self.options.is_async {
            format!("async: {} tasks on {threads} threads", threads * TASKS_PER_THREAD)
        } else {
            format!("{threads} threads")
        }
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { tally, stats, left, .. } = self;
        let accesses = self.shared.accesses();
        let seconds = self.elapsed.as_secs_f64();
        let per_second = grouped((accesses as f64 / seconds) as u64);
        writeln!(f, "trace          {}", self.input())?;
        writeln!(
            f,
            "readers        {}; capacity {} entries",
            self.readers(),
            grouped(self.options.capacity as u64)
        )?;
        writeln!(f, "served         {} in {seconds:.2} s", grouped(accesses))?;
        writeln!(f, "throughput     {per_second} accesses per second")?;
        writeln!(f, "hit ratio      {:.2} %", stats.hit_ratio() * 100.0)?;
        writeln!(
            f,
            "misses         {}, of which {} were invalidated, {} shared another's computation",
            grouped(stats.misses),
            grouped(stats.stale),
            grouped(stats.shared),
        )?;
        writeln!(
            f,
            "computations   {}, of which {} were invalidated meanwhile",
            grouped(stats.computations),
            grouped(stats.doomed),
        )?;
        writeln!(f, "writes         {} of {} rows", grouped(tally.writes), grouped(tally.rows))?;
        writeln!(
            f,
            "invalidations  {}: {} by object tag, {} by key, {} by value tag, {} by type tag",
            grouped(tally.writes - tally.forgotten),
            grouped(tally.by_object),
            grouped(tally.by_key),
            grouped(tally.by_shelf),
            grouped(tally.by_type),
        )?;
        if self.options.forgets {
            writeln!(f, "forgotten      {} invalidations, on purpose", grouped(tally.forgotten))?;
        }
        writeln!(
            f,
            "left           {} valid entries, each compared with its row: {} differ",
            grouped(left.entries),
            grouped(left.stale)
        )?;
        if self.shared.oracle.wrong() > 0 {
            writeln!(
                f,
                "WRONG VALUES   {}, of another object",
                grouped(self.shared.oracle.wrong())
            )?;
        }
        if !self.counts_agree() {
            writeln!(f, "WRONG COUNTS   {stats:?}, but rows read: {}", self.shared.db.reads())?;
        }
        writeln!(f, "stale values   {}", grouped(self.stale()))
    }
}

/// A number with its thousands apart.
pub(crate) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thousands_stand_apart() {
        let texts = [0, 999, 1000, 1_234_567].map(grouped);
        assert_eq!(texts, ["0", "999", "1,000", "1,234,567"]);
    }
}

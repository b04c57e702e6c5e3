//! What came of it.

use crate::args::Options;
use crate::cache;
use crate::figures::Figures;
use crate::left::Left;
use crate::readers::TASKS_PER_THREAD;
use crate::writer::Tally;
use std::fmt;

/// The figures of a run.
#[derive(Debug)]
pub(crate) struct Report {
    pub(crate) options: Options,
    /// The size of the trace.
    pub(crate) input: String,
    pub(crate) figures: Figures,
    /// Those of each process that read, if there were several.
    pub(crate) parts: Vec<Figures>,
    pub(crate) tally: Tally,
    pub(crate) left: Left,
}

impl Report {
    /// Whether the promise was kept, and the counters add up.
    pub(crate) fn is_clean(&self) -> bool {
        self.stale() == 0 && self.figures.wrong == 0 && self.figures.agree()
    }

    fn stale(&self) -> u64 {
        self.figures.stale + self.left.stale
    }

    fn trace(&self) -> String {
        let name = match &self.options.trace {
            Some(path) => path.file_name().unwrap_or(path.as_os_str()).to_string_lossy(),
            None => "made up after Zipf's law".into(),
        };
        format!("{name}: {}", self.input)
    }

    fn readers(&self) -> String {
        let threads = self.options.threads;
        let each = match (self.options.is_async, threads) {
            (true, threads) => {
                format!("async: {} tasks on {threads} threads", threads * TASKS_PER_THREAD)
            }
            (false, 1) => "1 thread".to_owned(),
            (false, threads) => format!("{threads} threads"),
        };
        match self.parts.len() {
            0 => each,
            parts => format!("{parts} processes, each {each}; another process writes"),
        }
    }

    fn fmt_reading(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let figures = &self.figures;
        writeln!(f, "served         {} in {:.2} s", grouped(figures.accesses), figures.seconds())?;
        writeln!(f, "throughput     {} accesses per second", grouped(figures.per_second()))?;
        for (number, part) in self.parts.iter().enumerate() {
            writeln!(
                f,
                "  process {:<4} {} accesses, {} per second; hit ratio {:.2} %; {} computations",
                number + 1,
                grouped(part.accesses),
                grouped(part.per_second()),
                part.hit_ratio(),
                grouped(part.computations),
            )?;
        }
        writeln!(f, "hit ratio      {:.2} %", figures.hit_ratio())?;
        writeln!(
            f,
            "misses         {}, of which {} were invalidated, {} shared another's computation",
            grouped(figures.misses),
            grouped(figures.invalidated),
            grouped(figures.shared),
        )?;
        writeln!(
            f,
            "computations   {}, of which {} were invalidated meanwhile",
            grouped(figures.computations),
            grouped(figures.doomed),
        )?;
        if figures.errors + figures.bypassed > 0 {
            writeln!(
                f,
                "errors         {} operations of the cache failed, and {} were not tried then",
                grouped(figures.errors),
                grouped(figures.bypassed),
            )?;
        }
        Ok(())
    }

    fn fmt_writing(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let tally = &self.tally;
        writeln!(f, "writes         {} of {} rows", grouped(tally.writes), grouped(tally.rows))?;
        writeln!(
            f,
            "invalidations  {}: {} by object tag, {} by key, {} by value tag, {} by type tag",
            grouped(tally.writes - tally.forgotten - tally.undone),
            grouped(tally.by_object),
            grouped(tally.by_key),
            grouped(tally.by_shelf),
            grouped(tally.by_type),
        )?;
        if self.options.cache.is_some() || tally.failed > 0 {
            let last = match tally.undone {
                0 => "each tried again until it was done",
                _ => "each tried again; the last was still failing at the end",
            };
            let last = if tally.failed == 0 { String::new() } else { format!(", {last}") };
            writeln!(f, "  that failed  {}{last}", grouped(tally.failed))?;
        }
        if self.options.forgets {
            writeln!(f, "forgotten      {} invalidations, on purpose", grouped(tally.forgotten))?;
        }
        Ok(())
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { figures, left, .. } = self;
        writeln!(f, "trace          {}", self.trace())?;
        writeln!(f, "cache          {}", cache::describe(&self.options))?;
        writeln!(f, "readers        {}", self.readers())?;
        self.fmt_reading(f)?;
        self.fmt_writing(f)?;
        writeln!(
            f,
            "left           {} valid entries, each compared with its row: {} differ",
            grouped(left.entries),
            grouped(left.stale)
        )?;
        if let Some(failure) = &left.failure {
            writeln!(f, "               and then the cache failed: {failure}")?;
        }
        if figures.wrong > 0 {
            writeln!(f, "WRONG VALUES   {}, of another object", grouped(figures.wrong))?;
        }
        if !figures.agree() {
            writeln!(f, "WRONG COUNTS   {figures:?}")?;
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

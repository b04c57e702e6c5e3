//! The checker: was any invalidation lost?
//!
//! Once an invalidation of a name has returned `Ok`, no call that starts later returns a value that depends on the name and
//! whose computation began before the invalidation did. So a read is a violation if, for one of the names that its value
//! depends on,
//!
//! - the computation began before the latest start among the invalidations that had ended when the read started, or
//! - what it had read of the source is older than what was committed before such an invalidation.
//!
//! The second follows from the first, and does not rely on what the value says about its computation's begin. An invalidation
//! that ended with an error promises nothing. A value that was given to `set` counts as computed when `set` returned: an
//! invalidation at the same time may come before it.
//!
//! Invalidations are sorted by their ends, with the maximum of the starts up to each; so a read is a binary search for each
//! of its few names, and all is O(n log n).

use crate::model::{Name, Part, Value, names};
use crate::record::{COUNTED, How, Invalidation, Record, Span};
use std::collections::{BTreeMap, HashMap};

/// Ends what the nemesis says about how many items a server has evicted.
const EVICTED: &str = " evicted";

/// What was asked of the reads after some moment.
#[derive(Clone, Copy, Debug)]
struct Demand {
    /// From the end of the invalidation on.
    since: u64,
    /// The least that a read must have: a time or a version.
    least: u64,
    /// Which invalidation asks that.
    index: usize,
}

/// Demands in the order of time, each the highest so far.
#[derive(Debug, Default)]
struct Demands(Vec<Demand>);

impl Demands {
    fn sort(&mut self) {
        self.0.sort_by_key(|demand| demand.since);
        for index in 1..self.0.len() {
            let before = self.0[index - 1];
            if before.least > self.0[index].least {
                self.0[index] = Demand { since: self.0[index].since, ..before };
            }
        }
    }

    /// What holds for a read that starts at that time.
    fn at(&self, start: u64) -> Option<Demand> {
        let after = self.0.partition_point(|demand| demand.since < start);
        self.0[..after].last().copied()
    }
}

/// A read that must not have happened.
#[derive(Clone, Debug)]
pub(crate) struct Violation {
    pub(crate) span: Span,
    pub(crate) how: How,
    pub(crate) value: Value,
    /// What it has missed.
    pub(crate) invalidation: Invalidation,
    /// Which one that is.
    pub(crate) index: usize,
}

impl Violation {
    /// From the beginning of the computation to the end of the read.
    pub(crate) const fn length(&self) -> u64 {
        self.span.end.saturating_sub(self.value.computed)
    }
}

/// Numbers about a history.
#[derive(Debug, Default)]
pub(crate) struct Totals {
    pub(crate) reads: u64,
    /// Reads of values from before the read.
    pub(crate) reused: u64,
    pub(crate) calm_reads: u64,
    pub(crate) calm_reused: u64,
    pub(crate) writes: u64,
    pub(crate) sets: u64,
    pub(crate) ok: u64,
    pub(crate) failed: u64,
    pub(crate) counters: [u64; COUNTED],
    pub(crate) processes: usize,
    pub(crate) faults: BTreeMap<String, u64>,
    pub(crate) wrong: Vec<String>,
}

/// All of a history but its reads.
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) totals: Totals,
    pub(crate) invalidations: Vec<Invalidation>,
    pub(crate) writes: HashMap<(u8, u64), (Span, u32)>,
    pub(crate) faults: Vec<(u64, String)>,
    by_time: HashMap<Name, Demands>,
    by_version: HashMap<(Name, u8), Demands>,
    sets: HashMap<(u32, u64), u64>,
    calm: Vec<Span>,
    counters: HashMap<u32, [u64; COUNTED]>,
}

impl History {
    /// Takes a record; reads are left for [`History::judge`].
    pub(crate) fn take(&mut self, record: Record) {
        match record {
            Record::Read { .. } => {}
            Record::Write { span, by, part } => {
                self.totals.writes += 1;
                self.writes.insert((part.row, part.version), (span, by));
            }
            Record::Invalidation(invalidation) => self.demand(invalidation),
            Record::Set { span, by, is_ok, computed } => {
                self.totals.sets += 1;
                if is_ok {
                    self.sets.insert((by, computed), span.end);
                }
            }
            Record::Calm(span) => self.calm.push(span),
            Record::Fault { time, what } => {
                let kind = what.rsplit(": ").next().unwrap_or_default();
                let (kind, number) = match kind.strip_suffix(EVICTED) {
                    Some(number) => (EVICTED.trim_start(), number.parse().unwrap_or_default()),
                    None => (kind, 1),
                };
                *self.totals.faults.entry(kind.to_owned()).or_default() += number;
                self.faults.push((time, what));
            }
            Record::Counters { by, numbers } => {
                self.counters.insert(by, numbers);
            }
            Record::Wrong(what) => self.totals.wrong.push(what),
        }
    }

    fn demand(&mut self, invalidation: Invalidation) {
        if !invalidation.is_ok {
            self.totals.failed += 1;
            return;
        }
        self.totals.ok += 1;
        let Invalidation { span: Span { start, end }, name, part, .. } = invalidation;
        let index = self.invalidations.len();
        let since = end;
        self.by_time.entry(name).or_default().0.push(Demand { since, least: start, index });
        let demands = self.by_version.entry((name, part.row)).or_default();
        demands.0.push(Demand { since, least: part.version, index });
        self.invalidations.push(invalidation);
    }

    /// To be called between the last [`History::take`] and the first [`History::judge`].
    pub(crate) fn close(&mut self) {
        self.by_time.values_mut().for_each(Demands::sort);
        self.by_version.values_mut().for_each(Demands::sort);
        self.calm.sort_by_key(|span| span.start);
        self.totals.processes = self.counters.len();
        for numbers in self.counters.values() {
            for (total, number) in self.totals.counters.iter_mut().zip(numbers) {
                *total += number;
            }
        }
    }

    /// Whether a read may have happened.
    pub(crate) fn judge(&mut self, span: Span, how: How, value: Value) -> Option<Violation> {
        self.count(span, &value);
        let computed = self.begin_of(&value);
        let missed = names(value.function, value.row, &value.parts)
            .into_iter()
            .find_map(|name| self.missed(name, span.start, computed, &value))?;
        let invalidation = self.invalidations[missed];
        Some(Violation { span, how, value, invalidation, index: missed })
    }

    fn count(&mut self, span: Span, value: &Value) {
        let is_reused = u64::from(value.computed < span.start);
        self.totals.reads += 1;
        self.totals.reused += is_reused;
        let next = self.calm.partition_point(|calm| calm.start < span.start);
        if self.calm[..next].last().is_some_and(|calm| span.end < calm.end) {
            self.totals.calm_reads += 1;
            self.totals.calm_reused += is_reused;
        }
    }

    /// When a value counts as computed; never for one that was set and nobody knows when.
    fn begin_of(&self, value: &Value) -> u64 {
        if !value.is_set {
            return value.computed;
        }
        self.sets.get(&(value.by, value.computed)).copied().unwrap_or(u64::MAX)
    }

    fn missed(&self, name: Name, start: u64, computed: u64, value: &Value) -> Option<usize> {
        let by_time = self.by_time.get(&name).and_then(|demands| demands.at(start));
        if let Some(demand) = by_time.filter(|demand| computed < demand.least) {
            return Some(demand.index);
        }
        if value.is_set {
            return None;
        }
        value.parts.iter().find_map(|Part { row, version }| {
            let demand = self.by_version.get(&(name, *row))?.at(start)?;
            (*version < demand.least).then_some(demand.index)
        })
    }
}

#[cfg(test)]
mod tests;

//! What `peers/measure.py` found, as tables.

use serde::Deserialize;
use std::collections::BTreeMap;
use std::fmt::Write as _;

/// All of it.
#[derive(Debug, Deserialize)]
pub struct Measured {
    machine: Machine,
    versions: BTreeMap<String, String>,
    rows: Vec<Row>,
    skipped: Vec<Skipped>,
}

#[derive(Debug, Deserialize)]
struct Machine {
    python: String,
    load_before: Option<f64>,
}

#[derive(Debug, Deserialize)]
struct Row {
    section: String,
    system: String,
    operation: String,
    entries: u64,
    unit: String,
    median: Option<f64>,
    low: Option<f64>,
    high: Option<f64>,
    rounds: u64,
    note: String,
    survivors: Option<u64>,
    looked_at: Option<u64>,
}

#[derive(Debug, Deserialize)]
struct Skipped {
    system: String,
    reason: String,
}

impl Row {
    /// What stands above the table that it belongs to. Slow systems have fewer entries, which their rows say.
    fn title(&self) -> String {
        let place = if self.section == "memory" { "In process" } else { "Over Redis" };
        match self.operation.as_str() {
            "tag invalidation" => format!("{place}: a tag of {} entries", self.entries),
            operation => format!("{place}: {operation}"),
        }
    }

    /// How many times slower than `own`.
    fn factor(&self, own: &Self) -> Option<f64> {
        let (theirs, ours) = (self.median?, own.median?);
        Some(if self.unit == "per second" { ours / theirs } else { theirs / ours })
    }

    fn line(&self, own: Option<&Self>) -> String {
        let mut line = format!("| {} | ", self.system);
        if let (Some(median), Some(low), Some(high)) = (self.median, self.low, self.high) {
            let unit = if self.unit == "per second" { "/s" } else { self.unit.as_str() };
            let factor = own.and_then(|own| self.factor(own)).map(number).unwrap_or_default();
            _ = write!(
                line,
                "{} {unit} | {}–{} | {} | {factor} | ",
                number(median),
                number(low),
                number(high),
                self.rounds
            );
        } else {
            line += "– | | | | ";
        }
        if let Some((survivors, looked_at)) = self.survivors.zip(self.looked_at) {
            _ = write!(line, "{survivors} of {looked_at} survived; ");
        }
        line + self.note.replace('|', "/").as_str() + " |\n"
    }
}

/// Four digits.
fn number(value: f64) -> String {
    match value.abs() {
        v if v >= 1e6 => format!("{:.2} M", value / 1e6),
        v if v >= 1e4 => format!("{:.1} k", value / 1e3),
        v if v >= 100.0 => format!("{value:.0}"),
        v if v >= 10.0 => format!("{value:.1}"),
        _ => format!("{value:.2}"),
    }
}

impl Measured {
    /// The load before and the versions.
    #[must_use]
    pub fn conditions(&self) -> String {
        let versions = self.versions.iter().map(|(name, version)| format!("{name} {version}"));
        let load = self.machine.load_before.map(|load| format!(", load {load:.1} before"));
        let versions = versions.collect::<Vec<_>>().join(", ");
        format!("Python {}{}; {versions}", self.machine.python, load.unwrap_or_default())
    }

    /// One table for each operation.
    #[must_use]
    pub fn tables(&self) -> String {
        let mut titles = Vec::new();
        for row in &self.rows {
            if !titles.contains(&row.title()) {
                // Systems that are too slow to store all entries are in the same table.
                titles.push(row.title());
            }
        }
        let mut text = String::new();
        for title in titles {
            let rows = || self.rows.iter().filter(|row| row.title() == title);
            let own = rows().find(|row| row.system == "ecached");
            _ = writeln!(
                text,
                "## {title}\n\n| system | median | lowest–highest | rounds | times slower than ecached | |\n\
                 | --- | ---: | ---: | ---: | ---: | --- |"
            );
            rows().for_each(|row| text += &row.line(own));
            text.push('\n');
        }
        if !self.skipped.is_empty() {
            text += "Not measured:\n\n";
        }
        for Skipped { system, reason } in &self.skipped {
            _ = writeln!(text, "- {system}: {reason}");
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slower_systems_have_larger_factors() {
        let row = |system: &str, unit: &str, median: Option<f64>| Row {
            section: "memory".into(),
            system: system.into(),
            operation: "hit".into(),
            entries: 10_000,
            unit: unit.into(),
            median,
            low: median,
            high: median,
            rounds: 5,
            note: String::new(),
            survivors: None,
            looked_at: None,
        };
        let rate = |median| row("a", "per second", Some(median));
        assert_eq!(rate(10.0).factor(&rate(200.0)), Some(20.0));
        let time = |median| row("a", "µs", Some(median));
        assert_eq!(time(10.0).factor(&time(2.0)), Some(5.0));
        assert_eq!(row("a", "µs", None).factor(&time(2.0)), None);
        assert_eq!(
            rate(12_345.0).line(Some(&rate(24_690.0))),
            "| a | 12.3 k /s | 12.3 k–12.3 k | 5 | 2.00 |  |\n"
        );
    }
}

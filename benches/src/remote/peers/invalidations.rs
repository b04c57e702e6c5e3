//! What invalidating a tag costs each cache, by the number of its entries: tables and charts of the same figures.

use crate::plot::{Axis, Chart, Line, grouped};
use crate::remote::invalidations::MANY;
use crate::rounds::Spread;
use std::fmt::Write as _;
use std::time::Duration;

/// Entries of the tags that are invalidated.
pub const SIZES: [u64; 3] = [10, 1_000, MANY];

/// Invalidations of a tag of that size; the median counts.
#[must_use]
pub const fn times(entries: u64) -> usize {
    if entries == MANY { 1 } else { 5 }
}

/// Milliseconds.
#[derive(Clone, Copy, Debug)]
pub struct Times {
    /// Until the tag was invalidated.
    elapsed: f64,
    /// The bystander's worst `GET` meanwhile.
    worst: f64,
}

impl Times {
    /// Medians of what [`Bystander::watch`](crate::remote::invalidations::Bystander::watch) answered.
    #[must_use]
    pub fn of(all: &[[Duration; 2]]) -> Self {
        let median = |which: usize| {
            Spread::of(all.iter().map(|times| times[which].as_secs_f64() * 1e3).collect()).median
        };
        Self { elapsed: median(0), worst: median(1) }
    }
}

/// A cache's, by size; or what went wrong.
#[derive(Clone, Debug)]
pub struct Invalidations {
    /// Whose.
    pub name: String,
    /// In the order of [`SIZES`].
    pub by_size: Vec<Result<Times, String>>,
}

/// One of the [`Times`], for a table and a chart of its own.
struct Aspect {
    file: &'static str,
    title: &'static str,
    /// The head of the table's first column.
    head: &'static str,
    of: fn(&Times) -> f64,
}

const ASPECTS: [Aspect; 2] = [
    Aspect {
        file: "remote-invalidations.svg",
        title: "Redis: time to invalidate a tag, by the number of its entries",
        head: "invalidate a tag",
        of: |times| times.elapsed,
    },
    Aspect {
        file: "remote-bystander.svg",
        title: "Redis: a bystander's worst GET while a tag is invalidated, by the number of its entries",
        head: "a bystander's worst `GET` meanwhile",
        of: |times| times.worst,
    },
];

impl Aspect {
    fn chart(&self, all: &[Invalidations]) -> Chart {
        let line = |own: &Invalidations| {
            let points = SIZES.iter().zip(&own.by_size);
            let points = points.filter_map(|(entries, times)| {
                let millis = (self.of)(times.as_ref().ok()?);
                Some((*entries as f64, millis))
            });
            Line { name: own.name.clone(), points: points.collect(), is_bound: false }
        };
        let lines: Vec<Line> = all.iter().map(line).collect();
        let figures = || lines.iter().flat_map(|line| &line.points).map(|(_, millis)| *millis);
        let low = figures().reduce(f64::min).unwrap_or(1.0);
        let high = figures().reduce(f64::max).unwrap_or(1.0);
        Chart {
            title: self.title.to_owned(),
            note: "medians".to_owned(),
            x: Axis::decades("entries of the tag", &SIZES.map(|entries| entries as f64)),
            y: Axis::spanning("milliseconds", low, high),
            lines,
        }
    }

    fn table(&self, all: &[Invalidations]) -> String {
        let mut text = format!("| {} |", self.head);
        SIZES
            .iter()
            .for_each(|entries| _ = write!(text, " {} entries |", grouped(*entries as f64)));
        text += &format!("\n| --- |{}\n", " ---: |".repeat(SIZES.len()));
        for own in all {
            _ = write!(text, "| {} |", own.name);
            for times in &own.by_size {
                match times {
                    Ok(times) => _ = write!(text, " {:.2} ms |", (self.of)(times)),
                    Err(failure) => _ = write!(text, " {failure} |"),
                }
            }
            text.push('\n');
        }
        text
    }
}

/// The charts, and their files.
#[must_use]
pub fn charts(all: &[Invalidations]) -> Vec<(&'static str, Chart)> {
    ASPECTS.iter().map(|aspect| (aspect.file, aspect.chart(all))).collect()
}

/// The tables, each below its chart.
#[must_use]
pub fn tables(all: &[Invalidations]) -> String {
    let [few, some, many] = SIZES.map(times);
    debug_assert_eq!(few, some, "as it is said");
    let mut text = format!("Invalidations: medians of {few}, of {many} for the most entries.\n");
    for aspect in &ASPECTS {
        let Aspect { file, title, .. } = aspect;
        _ = writeln!(text, "\n![{title}](plots/{file})\n\n{}", aspect.table(all).trim_end());
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_is_said_and_has_no_point() {
        let times = |elapsed| Ok(Times { elapsed, worst: 0.5 });
        let all = [
            Invalidations {
                name: "one".into(),
                by_size: vec![times(0.1), times(1.0), times(99.0)],
            },
            Invalidations { name: "two".into(), by_size: vec![times(0.2), Err("fails".into())] },
        ];
        let text = tables(&all);
        assert!(text.contains("| one | 0.10 ms | 1.00 ms | 99.00 ms |"), "{text}");
        assert!(text.contains("| two | 0.20 ms | fails |"), "{text}");
        let charts = charts(&all);
        let counts = charts[0].1.lines.iter().map(|line| line.points.len());
        assert_eq!(counts.collect::<Vec<_>>(), [3, 1]);
        assert!(charts.iter().all(|(_, chart)| chart.svg().is_ok()));
    }

    #[test]
    fn medians_are_of_each_alone() {
        let all = [[3, 10], [1, 30], [2, 20]].map(|pair| pair.map(Duration::from_millis));
        let Times { elapsed, worst } = Times::of(&all);
        assert!((elapsed - 2.0).abs() < 1e-9 && (worst - 20.0).abs() < 1e-9);
    }
}

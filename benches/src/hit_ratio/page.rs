//! What the page says about hit ratios.

use super::invalidations::PATTERNS;
use super::stores::{ALL, PACKAGES};
use super::{BOUNDED, Findings, PERCENTS, capacity};
use crate::machine;
use crate::plot::{Axis, Chart, Line};
use crate::rounds::Spread;
use std::fmt::Write as _;

/// The file of a trace's chart.
#[must_use]
pub fn plot_name(findings: &Findings) -> String {
    format!("hit-ratio-{}.svg", findings.trace.name)
}

/// Percent of accesses that were hits, of a cache at a capacity.
fn ratio(findings: &Findings, cache: usize, size: usize) -> Spread {
    let accesses = findings.trace.accesses.len() as f64;
    let runs = findings.replayed[cache][size].iter();
    Spread::of(runs.map(|run| run.hits as f64 * 100.0 / accesses).collect())
}

/// The lowest and the highest number of entries at the end, in percent of the capacity.
fn held(findings: &Findings, cache: usize) -> Spread {
    let by_size = findings.replayed[cache].iter().zip(PERCENTS);
    let percent = |(runs, percent): (&Vec<super::stores::Replayed>, f64)| {
        let capacity = capacity(&findings.trace, percent) as f64;
        runs.iter().map(|run| run.held as f64 * 100.0 / capacity).collect::<Vec<_>>()
    };
    Spread::of(by_size.flat_map(percent).collect())
}

/// The chart of a trace.
#[must_use]
pub fn chart(findings: &Findings) -> Chart {
    let line = |cache: usize| Line {
        name: ALL[cache].name.to_owned(),
        points: (0..PERCENTS.len())
            .map(|size| (PERCENTS[size], ratio(findings, cache, size).median))
            .collect(),
        is_bound: ALL[cache].is_bound,
    };
    let lines: Vec<Line> = (0..ALL.len()).map(line).collect();
    let heights = || lines.iter().flat_map(|line| &line.points).map(|(_, height)| *height);
    let (low, high) = (heights().fold(100.0, f64::min), heights().fold(0.0, f64::max));
    Chart {
        title: format!("Hit ratio, trace {}", findings.trace.name),
        note: findings.trace.credit().unwrap_or_default().to_owned(),
        x: Axis::decades("capacity, percent of the keys", &PERCENTS),
        y: Axis::between("hits, percent of the accesses", low, high),
        lines,
    }
}

fn ratios(findings: &Findings) -> String {
    let mut text = String::from("| capacity, entries |");
    for percent in PERCENTS {
        _ = write!(text, " {} ({percent} %) |", capacity(&findings.trace, percent));
    }
    text += " held at the end |\n| --- |";
    text += &" ---: |".repeat(PERCENTS.len() + 1);
    text.push('\n');
    let best = |size: usize| {
        let caches = (0..ALL.len()).filter(|cache| !ALL[*cache].is_bound);
        caches.map(|cache| ratio(findings, cache, size).median).fold(0.0, f64::max)
    };
    for (cache, subject) in ALL.iter().enumerate() {
        _ = write!(text, "| {} |", subject.name);
        for size in 0..PERCENTS.len() {
            let spread = ratio(findings, cache, size);
            let shown = format!("{:.1}", spread.median);
            let is_best = shown == format!("{:.1}", best(size)) && !subject.is_bound;
            let mark = if is_best { "**" } else { "" };
            _ = write!(text, " {mark}{shown}{mark}");
            if format!("{:.1}", spread.low) != format!("{:.1}", spread.high) {
                _ = write!(text, " ({:.1}–{:.1})", spread.low, spread.high);
            }
            text += " |";
        }
        let held = held(findings, cache);
        _ = writeln!(text, " {:.0}–{:.0} % |", held.low, held.high);
    }
    text
}

fn computations(findings: &Findings) -> String {
    let mut text = format!(
        "| tags | reads | writes | needed | ecached, room for all | ratio | room for {BOUNDED} % | ratio | stale |\n\
         | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n"
    );
    for (pattern, [roomy, bounded]) in PATTERNS.iter().zip(&findings.invalidated) {
        let needed = roomy.needed as f64;
        _ = writeln!(
            text,
            "| {} | {} | {} | {} | {} | {:.4} | {} | {:.2} | {} |",
            pattern.name,
            roomy.reads,
            roomy.writes,
            roomy.needed,
            roomy.computed,
            roomy.computed as f64 / needed,
            bounded.computed,
            bounded.computed as f64 / needed,
            roomy.stale + bounded.stale,
        );
    }
    text
}

/// The part of the page.
#[must_use]
pub fn page(all: &[Findings], load: Option<f64>) -> String {
    let mut text = format!(
        "# Hit ratios\n\n\
         Accesses of real programs, replayed on each cache with its default settings, on one thread: what is not found is \
         stored. In percent; the median over the runs, and their range if they differ. The best of each column is bold. The \
         optimum knows the future. *Held* is how many entries a cache had at the end, in percent of what it was told: over \
         all capacities, for some round up and some leave room. moka drops what is too much a while later, and holds more until \
         then: where there is room for a few entries only, that counts.\n\n\
         Below, a part of the accesses are writes, which invalidate a tag. *Needed* are the computations of a table without a \
         bound that knows exactly since when each value is valid: the fewest possible. *Stale* are values that ecached served \
         although a write had come after their computation.\n\n{}\n\nWritten by `cargo xtask bench --only hit-ratio --trace PATH`.\n\n",
        machine::conditions(load, &PACKAGES)
    );
    for findings in all {
        let trace = &findings.trace;
        _ = writeln!(
            text,
            "## {}\n\n{} accesses to {} keys; {} for each figure.{}\n",
            trace.name,
            trace.accesses.len(),
            trace.keys,
            if findings.runs == 1 { "1 run".to_owned() } else { format!("{} runs", findings.runs) },
            trace.credit().map(|credit| format!(" The {credit}.")).unwrap_or_default(),
        );
        _ = writeln!(text, "![Hit ratios by capacity](plots/{})\n", plot_name(findings));
        _ = writeln!(text, "{}\n{}", ratios(findings), computations(findings));
    }
    text
}

//! Says what came out.

use crate::arguments::Options;
use crate::check::{History, Totals, Violation};
use crate::model::Part;
use crate::record::{COUNTERS, Span};

/// Numbers about a history.
pub(crate) fn totals(history: &History, violations: &[Violation]) {
    let totals = &history.totals;
    let Totals { reads, writes, sets, ok, failed, processes, .. } = totals;
    let all = reads + writes + sets + ok + failed;
    println!(
        "  operations: {all} by {processes} processes: {reads} reads, {writes} writes, {sets} sets"
    );
    println!("  invalidations: {ok} ok, {failed} not known to be done");
    println!(
        "  reads of values from before the read: {:.1} % of all, {:.1} % of {} while nothing was broken",
        percent(totals.reused, *reads),
        percent(totals.calm_reused, totals.calm_reads),
        totals.calm_reads,
    );
    let counters =
        COUNTERS.iter().zip(totals.counters).map(|(name, number)| format!("{name} {number}"));
    println!("  counters: {}", counters.collect::<Vec<_>>().join(", "));
    let faults = totals.faults.iter().map(|(fault, number)| format!("{fault} {number}"));
    println!("  nemesis: {}", faults.collect::<Vec<_>>().join(", "));
    for wrong in totals.wrong.iter().take(3) {
        println!("  A VALUE OF ANOTHER KEY: {wrong}");
    }
    println!("  violations: {}", violations.len());
}

fn percent(part: u64, of: u64) -> f64 {
    if of == 0 { 0.0 } else { 100.0 * part as f64 / of as f64 }
}

/// The shortest history that is a violation, its lines in the order of time.
pub(crate) fn shortest(history: &History, violations: &[Violation]) {
    let Some(violation) = violations.iter().min_by_key(|violation| violation.length()) else {
        return;
    };
    let Violation { span, how, value, invalidation, .. } = violation;
    let origin = value.computed;
    let micros = |time: u64| {
        let (sign, distance) =
            if time < origin { ('-', origin - time) } else { ('+', time - origin) };
        format!("{sign}{:.1} µs", distance as f64 / 1000.0)
    };
    let interval = |Span { start, end }: Span| format!("{} to {}", micros(start), micros(end));
    let mut lines = vec![
        (
            origin,
            format!(
                "process {} begins to compute {:?} of {}: it reads {:?}",
                value.by, value.function, value.row, value.parts
            ),
        ),
        (
            invalidation.span.start,
            format!(
                "{}: process {} invalidates {}: ok",
                interval(invalidation.span),
                invalidation.by,
                invalidation.name
            ),
        ),
        (span.start, format!("{}: that value is read ({how:?})", interval(*span))),
    ];
    let Part { row, version } = invalidation.part;
    if let Some((span, by)) = history.writes.get(&(row, version)) {
        let what =
            format!("{}: process {by} commits version {version} of row {row}", interval(*span));
        lines.push((span.start, what));
    }
    for (time, what) in &history.faults {
        if (origin..span.end).contains(time) {
            lines.push((*time, format!("{}: nemesis: {what}", micros(*time))));
        }
    }
    lines.sort();
    println!("the shortest violation:");
    for (_, line) in lines {
        println!("  {line}");
    }
}

/// Reads from the cache while nothing was broken, percent: fewer mean that the cache was hardly used.
const LEAST_REUSED: f64 = 20.0;

/// Fails when a run without violations says nothing.
pub(crate) fn says_something(history: &History, options: &Options) -> Result<(), String> {
    let totals = &history.totals;
    let reused = percent(totals.calm_reused, totals.calm_reads);
    if totals.calm_reads == 0 || reused < LEAST_REUSED {
        return Err(format!("only {reused:.1} % of reads were served from the cache"));
    }
    let least = options.seconds * 5;
    if totals.ok < least {
        return Err(format!(
            "only {} invalidations succeeded, {least} would say something",
            totals.ok
        ));
    }
    Ok(())
}

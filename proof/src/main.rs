//! Walks the worlds and prints what was found.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on its standard streams")]

use proof::explore::{Found, Limits, explore};
use proof::model::Model;
use proof::mutants;
use proof::suite::{self, Size};
use std::process::ExitCode;

const HELP: &str = "\
proof [--tiny | --small] [--only <words>] [--depth <steps>] [--states <count>] [--threads <count>]

Walks every world of the model, then looks for every mutant, and prints a table.";

struct Options {
    size: Size,
    only: String,
    limits: Limits,
}

fn options() -> Option<Options> {
    let mut options = Options { size: Size::Large, only: String::new(), limits: Limits::default() };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--tiny" => options.size = Size::Tiny,
            "--small" => options.size = Size::Small,
            "--only" => options.only = words.next()?,
            "--depth" => options.limits.depth = words.next()?.parse().ok()?,
            "--states" => options.limits.states = words.next()?.parse().ok()?,
            "--threads" => options.limits.threads = words.next()?.parse().ok()?,
            _ => return None,
        }
    }
    Some(options)
}

fn main() -> ExitCode {
    let Some(options) = options() else {
        println!("{HELP}");
        return ExitCode::FAILURE;
    };
    let is_good = walk(&options) & catch(&options);
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

fn line(name: &str, found: &Found, verdict: &str) {
    let schedules =
        found.schedules.map_or_else(|| String::from("-"), |count| format!("{count:.3e}"));
    let Found { states, steps, depth, .. } = found;
    let seconds = found.took.as_secs_f64();
    println!(
        "{name:68} {states:>9} {steps:>9} {depth:>5} {schedules:>10} {seconds:>7.2} s  {verdict}"
    );
}

/// The design: no world may break a promise.
fn walk(options: &Options) -> bool {
    let (mut is_good, mut states, mut steps, mut schedules, mut seconds) = (true, 0, 0, 0.0, 0.0);
    println!(
        "{:68} {:>9} {:>9} {:>5} {:>10} {:>9}",
        "world", "states", "steps", "depth", "schedules", "time"
    );
    for case in suite::all() {
        let name = case.setup.title();
        if case.size > options.size || !name.contains(&options.only) {
            continue;
        }
        let found = explore::<Model>(&case.setup, options.limits);
        let missing = case.wants & !found.marks;
        let verdict = match &found.violation {
            Some((promise, _)) => promise.clone(),
            None if !found.is_complete => String::from("not complete: a limit was met"),
            None if missing != 0 => format!("never seen: {missing:#b}"),
            None if found.schedules.is_none() => String::from("P3: a schedule goes in circles"),
            None => String::from("violations 0"),
        };
        is_good &= verdict.ends_with("violations 0");
        line(&name, &found, &verdict);
        for step in found.violation.iter().flat_map(|(_, way)| way) {
            println!("    {step}");
        }
        states += found.states;
        steps += found.steps;
        schedules += found.schedules.unwrap_or_default();
        seconds += found.took.as_secs_f64();
    }
    println!("{:68} {states:>9} {steps:>9} {:>5} {schedules:>10.3e} {seconds:>7.2} s\n", "all", "");
    is_good
}

/// The checker: each mutant must break a promise.
fn catch(options: &Options) -> bool {
    let mut is_good = true;
    for bug in mutants::all() {
        for place in &bug.worlds {
            let name = place.name();
            if !name.contains(&options.only) && !bug.name.contains(&options.only) {
                continue;
            }
            let found = place.explore(options.limits);
            let verdict = found.violation.as_ref().map_or_else(
                || String::from("NOT CAUGHT"),
                |(_, way)| format!("caught in {} steps", way.len()),
            );
            is_good &= found.violation.is_some();
            let name =
                if name.contains(bug.name) { name } else { format!("{} ({name})", bug.name) };
            line(&name, &found, &verdict);
            if let (false, Some((promise, way))) = (options.only.is_empty(), &found.violation) {
                println!("    {}\n    {promise}", way.join("\n    "));
            }
        }
    }
    is_good
}

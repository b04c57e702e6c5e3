//! Explores what threads can do to each other in the flights and in the memory backend: `cargo xtask prove`.
//!
//! `build.rs` copies the core and the memory backend and puts loom's types where threads meet; nothing else is changed.
//! Loom then walks every order of what a few threads do there, and every value that a load may see.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on its standard streams")]

mod explore;
mod judge;
mod stand_in;
mod worlds;

include!(concat!(env!("OUT_DIR"), "/explored.rs"));

use explore::{SCHEDULES, World, explore};
use std::process::{Command, ExitCode};
use std::sync::OnceLock;
use std::sync::atomic::Ordering;

const HELP: &str = "\
proof-threads [--small] [--only <words>] [--switches <count>] [--worlds | --mutants | --mutant <name>]

Walks every world, or those whose names contain the words, and looks for every mutant; or only the one or the other.
`--mutant` puts one bug in and walks the worlds. `--switches` walks longer or shorter than the worlds ask for.";

/// How a process ends that has found a violation.
const VIOLATION: i32 = 7;

/// The bug that was asked for.
static MUTANT: OnceLock<String> = OnceLock::new();

/// Whether the copies are to have that bug.
pub(crate) fn mutant(name: &str) -> bool {
    MUTANT.get().is_some_and(|asked| asked == name)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Part {
    Worlds,
    Mutants,
}

#[derive(Default)]
struct Options {
    is_small: bool,
    only: String,
    leaves_out: Option<Part>,
    switches: Option<usize>,
}

fn options() -> Option<Options> {
    let mut options = Options::default();
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--small" => options.is_small = true,
            "--only" => options.only = words.next()?,
            "--switches" => options.switches = Some(words.next()?.parse().ok()?),
            "--worlds" => options.leaves_out = Some(Part::Mutants),
            "--mutants" => options.leaves_out = Some(Part::Worlds),
            "--mutant" => {
                MUTANT.set(words.next()?).ok()?;
                options.leaves_out = Some(Part::Mutants);
            }
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
    // Here and now: loom's threads cannot be unwound when one of them has panicked under a lock.
    std::panic::set_hook(Box::new(|panic| {
        println!("violation in schedule {}: {panic}", SCHEDULES.load(Ordering::SeqCst));
        std::process::exit(VIOLATION);
    }));
    let is_good = (options.leaves_out == Some(Part::Worlds) || walk(&options))
        && (options.leaves_out == Some(Part::Mutants) || catch(&options));
    if is_good { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The design: no world may break a promise.
fn walk(options: &Options) -> bool {
    let (mut is_good, mut count, mut schedules, mut seconds) = (true, 0, 0, 0.0);
    let is_chosen =
        |world: &World| world.name.contains(&options.only) && (world.is_small || !options.is_small);
    for world in worlds::all().into_iter().filter(is_chosen) {
        let explored = explore(&world, options.switches);
        let verdict = match &*explored.unseen {
            [] => String::from("ok"),
            unseen => format!("did not happen: {}", unseen.join(", ")),
        };
        is_good &= explored.unseen.is_empty();
        count += 1;
        schedules += explored.schedules;
        seconds += explored.took.as_secs_f64();
        println!(
            "{:60} {:>9} {:>7.2} s  {verdict}",
            world.name,
            explored.schedules,
            explored.took.as_secs_f64()
        );
    }
    println!("{count} worlds of threads, {schedules} schedules, {seconds:.1} s");
    is_good && count > 0
}

/// The exploration itself: each bug must be found, in a process that may end by it.
fn catch(options: &Options) -> bool {
    let mut is_good = true;
    for (mutant, world) in MUTANTS.iter().filter(|(name, _)| name.contains(&options.only)) {
        let this = std::env::current_exe().expect("a process has an executable");
        let ran = Command::new(this).args(["--only", world, "--mutant", mutant]).output();
        let ran = ran.expect("this program can be started again");
        let is_found = ran.status.code() == Some(VIOLATION);
        let said = String::from_utf8_lossy(&ran.stdout);
        let how = said.lines().skip_while(|line| !line.starts_with("violation"));
        let how: Vec<_> =
            how.take(2).map(|line| line.split(" panicked at").next().unwrap_or(line)).collect();
        is_good &= is_found;
        let verdict = if is_found { how.join(" ") } else { format!("NOT FOUND {}", ran.status) };
        println!("{mutant:74} {verdict:.110}");
    }
    println!("{} mutants", MUTANTS.len());
    is_good
}

//! Development tasks: `cargo xtask help`.
//!
//! # Layout
//!
//! - One file per task: [`check`], [`mod@test`], [`examples`], [`fuzz`], [`histories`], [`instructions`], [`prove`],
//!   [`tidy`], [`mod@bench`], [`tools`].
//! - [`cargo`] builds commands and reads the workspace; [`report`] runs named steps and sums them up.
#![expect(clippy::print_stdout, reason = "a command-line tool talks on its standard streams")]
#![expect(clippy::print_stderr, reason = "a command-line tool talks on its standard streams")]

mod bench;
mod cargo;
mod check;
mod examples;
mod fuzz;
mod histories;
mod instructions;
mod prove;
mod report;
mod server;
mod test;
mod tidy;
mod tools;

use std::process::ExitCode;

use report::Outcome;

/// What `cargo xtask help` prints.
const HELP: &str = "\
cargo xtask <task>

  test [args]        every test, with cargo-nextest where it is installed, and the doc tests;
                     args narrow it down: `cargo xtask test -p ecached-core some_name`
  check              formatting, clippy, tidy, docs, each feature alone, cargo-deny; only reads
  tidy               the style rules that no other tool checks; only reads
  fix                formats the code
  examples [name…]   runs every example in release, or those named
  prove [--small]    walks every schedule of the model's worlds, and looks for every mutant; minutes
  fuzz [--runs N] [target…]
                     ten million inputs, or N, for each fuzz target; needs cargo-fuzz, and half an hour
  instructions [--update]
                     counts the instructions of the hot paths with valgrind, and compares with what is kept
  bench [-- args]    measures against other caches and writes the table in the README
  histories --backend <name> [--seconds N] [--seed S]
                     looks for a lost invalidation on real servers while things break; without words,
                     says what else it takes
  tools              finds or installs the programs that the tests need
  help               this text
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (task, rest) = match arguments.split_first() {
        Some((task, rest)) => (task.as_str(), rest),
        None => ("help", &[][..]),
    };
    match run(task, rest) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("error: {failure}");
            ExitCode::FAILURE
        }
    }
}

/// Runs one task. Only those that say so in [`HELP`] take arguments.
fn run(task: &str, arguments: &[String]) -> Outcome {
    match task {
        "test" => return test::run(arguments),
        "examples" => return examples::run(arguments),
        "bench" => return bench::run(arguments),
        "histories" => return histories::run(arguments),
        "fuzz" => return fuzz::run(arguments),
        "instructions" => return instructions::run(arguments),
        "prove" => return prove::run(arguments),
        _ => {}
    }
    let task_without_arguments: fn() -> Outcome = match task {
        "check" => check::run,
        "tidy" => tidy::run,
        "fix" => check::fix,
        "tools" => tools::run,
        "help" | "--help" | "-h" => help,
        unknown => return Err(format!("unknown task `{unknown}`\n\n{HELP}").into()),
    };
    if !arguments.is_empty() {
        return Err(format!("`cargo xtask {task}` takes no arguments").into());
    }
    task_without_arguments()
}

/// Says what there is.
fn help() -> Outcome {
    print!("{HELP}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_task_is_an_error_that_lists_the_known_ones() {
        let message = run("tset", &[]).unwrap_err().to_string();
        assert!(message.contains("`tset`") && message.contains("  test [args]"), "{message}");
    }

    #[test]
    fn an_argument_that_would_be_ignored_is_an_error() {
        assert!(run("help", &["me".into()]).is_err());
    }
}

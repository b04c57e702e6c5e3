//! `cargo xtask test`: every test of the workspace and the doc tests, whatever test runner is installed.

use std::io::{BufRead, BufReader, IsTerminal, Read, Write};
use std::process::{Command, Stdio};
use std::thread;

use crate::cargo::{cannot_run, cargo, has_subcommand, line};
use crate::report::{Outcome, Report};
use crate::tools;

/// Runs all tests, or those that `selection` leaves: its words go to the test runner as they are.
pub(crate) fn run(selection: &[String]) -> Outcome {
    tools::ensure(tools::FOR_TESTS)?;
    let mut counts = Counts::default();
    let mut report = Report::new("steps");
    if has_subcommand("nextest") {
        report.step("tests (cargo-nextest)", || {
            run_counted(select(cargo(["nextest", "run", "--all-features"]), selection), &mut counts)
        });
    } else {
        report.step("tests (cargo test; cargo-nextest, which is faster, is not installed)", || {
            let targets = ["test", "--all-features", "--no-fail-fast", "--tests"];
            run_counted(select(cargo(targets), selection), &mut counts)
        });
    }
    if selection.is_empty() {
        report.step("doc tests", || {
            let command = cargo(["test", "--doc", "--all-features", "--no-fail-fast"]);
            run_counted(select(command, selection), &mut counts)
        });
    } else {
        report.skip("doc tests", "only a selection was asked for");
    }
    let outcome = report.finish();
    println!(
        "tests: {} passed, {} failed, {} skipped",
        counts.passed, counts.failed, counts.skipped
    );
    outcome?;
    if counts.passed == 0 { Err("no test ran".into()) } else { Ok(()) }
}

/// Adds the words of a selection, which means the whole workspace unless they name a package.
fn select(mut command: Command, selection: &[String]) -> Command {
    let is_package = |word: &String| word.starts_with("-p") || word.starts_with("--package");
    if !selection.iter().any(is_package) {
        command.arg("--workspace");
    }
    command.args(selection);
    command
}

/// What test runners said at the end of their runs, added up.
#[derive(Debug, Default, PartialEq)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

impl Counts {
    /// Reads a line of output. Two forms count, of libtest and of nextest:
    ///
    /// ```text
    /// test result: ok. 5 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.10s
    ///      Summary [   0.010s] 5/6 tests run: 4 passed (1 slow), 1 failed, 1 timed out, 2 skipped
    /// ```
    fn read(&mut self, line: &str) {
        let line = without_colors(line);
        let is_nextest = line.trim_start().starts_with("Summary [");
        if !is_nextest && !line.starts_with("test result: ") {
            return;
        }
        let count = |word| number_before(&line, word);
        self.passed += count(" passed");
        self.failed += count(" failed") + count(" timed out");
        self.skipped += count(" ignored") + count(" skipped");
    }

    /// Adds what another has counted.
    fn add(&mut self, other: &Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

/// The number that stands right before `word`, or 0.
fn number_before(line: &str, word: &str) -> usize {
    let Some((before, _)) = line.split_once(word) else { return 0 };
    let start = before.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |position| position + 1);
    before[start..].parse().unwrap_or(0)
}

/// A line without terminal colours.
fn without_colors(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let mut plain = String::from(parts.next().unwrap_or_default());
    for part in parts {
        plain.push_str(part.split_once('m').map_or("", |(_, text)| text));
    }
    plain
}

/// Runs a command, passes its output on as it comes and counts the tests in it.
fn run_counted(mut command: Command, counts: &mut Counts) -> Outcome {
    println!("$ {}", line(&command));
    if std::io::stdout().is_terminal() && std::env::var_os("CARGO_TERM_COLOR").is_none() {
        command.env("CARGO_TERM_COLOR", "always");
    }
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| cannot_run(&command, &error))?;
    let stdout = child.stdout.take().expect("invariant: it was asked to be piped");
    let stderr = child.stderr.take().expect("invariant: it was asked to be piped");
    let counted = thread::scope(|scope| {
        let errors = scope.spawn(|| pass_on(stderr, std::io::stderr()));
        let mut counted = pass_on(stdout, std::io::stdout());
        counted.add(&errors.join().expect("invariant: passing output on does not panic"));
        counted
    });
    counts.add(&counted);
    let status = child.wait().map_err(|error| cannot_run(&command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(&command)).into()) }
}

/// Copies lines from a child to a stream of ours until the child closes its end, and counts the tests in them.
///
/// When nobody reads our stream any more, the child is still read to its end, so that it never blocks.
fn pass_on(from: impl Read, mut to: impl Write) -> Counts {
    let mut counts = Counts::default();
    let mut from = BufReader::new(from);
    let mut bytes = Vec::new();
    while from.read_until(b'\n', &mut bytes).is_ok_and(|length| length > 0) {
        let _closed = to.write_all(&bytes).and_then(|()| to.flush());
        counts.read(&String::from_utf8_lossy(&bytes));
        bytes.clear();
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(text: &str) -> Counts {
        pass_on(text.as_bytes(), std::io::sink())
    }

    #[test]
    fn summaries_of_both_runners_are_read() {
        let libtest = "running 6 tests\ntest result: FAILED. 3 passed; 2 failed; 1 ignored; 0 measured; \
                       7 filtered out; finished in 0.10s\n\ntest result: ok. 10 passed; 0 failed; 0 ignored;\n";
        assert_eq!(counted(libtest), Counts { passed: 13, failed: 2, skipped: 1 });
        let nextest = "     Summary [   0.01s] 5/6 tests run: 3 passed (1 slow), 1 failed, 1 timed out, 2 skipped\n";
        assert_eq!(counted(nextest), Counts { passed: 3, failed: 2, skipped: 2 });
    }

    #[test]
    fn colours_do_not_hide_a_summary() {
        let text = "\u{1b}[32;1m     Summary\u{1b}[0m [ 0.01s] \u{1b}[1m2\u{1b}[0m tests run: \
                    \u{1b}[1m2\u{1b}[0m \u{1b}[32;1mpassed\u{1b}[0m, \u{1b}[1m0\u{1b}[0m \u{1b}[33;1mskipped\u{1b}[0m\n";
        assert_eq!(counted(text), Counts { passed: 2, failed: 0, skipped: 0 });
    }

    #[test]
    fn what_a_test_prints_is_no_summary() {
        assert_eq!(
            counted("  3 passed, 1 failed\nSummary of 5 passed\n\u{ff}\n"),
            Counts::default()
        );
    }

    #[test]
    fn a_selection_without_a_package_means_the_workspace() {
        let typed = |words: &[&str]| {
            let words: Vec<String> = words.iter().map(|&word| word.into()).collect();
            line(&select(Command::new("cargo"), &words))
        };
        assert_eq!(typed(&[]), "cargo --workspace");
        assert_eq!(typed(&["tags"]), "cargo --workspace tags");
        assert_eq!(typed(&["-p", "xtask", "tags"]), "cargo -p xtask tags");
    }
}

//! `cargo xtask instructions`: how many instructions the hot paths take, beside what they took when that was written down.
//!
//! Time depends on the machine and on what else it does; the count does not. Valgrind's callgrind counts a run of `N` steps
//! and one of `2 N`, and the difference is what `N` steps cost, without start and end of the program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use crate::cargo::{cannot_run, cargo, command, exec, root};
use crate::report::{Failure, Outcome};
use crate::tools::{self, Tool};

/// Where the counts are kept: a number and a case on each line; lines that begin with `#` are for people.
const KEPT: &str = "integration-tests/instructions/expected.txt";

/// Steps of the shorter run.
const STEPS: u64 = 5_000;

/// A case may take that much more than is written down, per cent: another compiler, or another C library's allocator.
const MARGIN: u64 = 10;

/// Below that many instructions more, nothing is wrong either.
const SLACK: u64 = 20;

const VALGRIND: &[Tool] = &[tools::VALGRIND];

/// Counts and compares; `--update` writes the counts down instead.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let is_update = match arguments {
        [] => false,
        [word] if word == "--update" => true,
        _ => return Err("`cargo xtask instructions` takes nothing but --update".into()),
    };
    tools::ensure(VALGRIND)?;
    exec(&mut cargo(["build", "--quiet", "--release", "-p", "instructions"]))?;
    let program = built();
    let mut counted = Vec::new();
    for case in cases(&program)? {
        counted.push((per_step(&program, &case)?, case));
    }
    if is_update {
        return std::fs::write(root().join(KEPT), written(&counted))
            .map_err(|error| failed(&error));
    }
    let kept = std::fs::read_to_string(root().join(KEPT)).map_err(|error| failed(&error))?;
    compare(&counted, &read(&kept))
}

fn failed(error: &std::io::Error) -> Failure {
    format!("{KEPT}: {error}").into()
}

/// Where cargo puts it.
fn built() -> PathBuf {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    target.join("release").join(format!("instructions{}", std::env::consts::EXE_SUFFIX))
}

/// The names of the cases; the first does nothing.
fn cases(program: &Path) -> Outcome<Vec<String>> {
    let mut command = command(program);
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

fn per_step(program: &Path, case: &str) -> Outcome<u64> {
    let [short, long] = [STEPS, 2 * STEPS].map(|steps| count(program, case, steps));
    Ok(long?.saturating_sub(short?) / STEPS)
}

/// Instructions of a whole run.
fn count(program: &Path, case: &str, steps: u64) -> Outcome<u64> {
    let mut command = command("valgrind");
    command
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(program)
        .args([case, &steps.to_string()])
        .stdin(Stdio::null());
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let collected = text.lines().find_map(|line| line.split_once("Collected : "));
    let number = collected.and_then(|(_, number)| number.trim().parse().ok());
    match (output.status.success(), number) {
        (true, Some(number)) => Ok(number),
        _ => Err(format!("valgrind did not count `{case}`:\n{text}").into()),
    }
}

fn written(counted: &[(u64, String)]) -> String {
    let mut text = String::from(
        "# Instructions for one step, by `cargo xtask instructions --update`, which compares with them otherwise.\n",
    );
    counted.iter().for_each(|(count, case)| _ = writeln!(text, "{count} {case}"));
    text
}

fn read(text: &str) -> Vec<(u64, &str)> {
    let entry = |line: &'_ str| -> Option<(u64, usize)> {
        let (count, _) = line.split_once(' ')?;
        Some((count.parse().ok()?, count.len() + 1))
    };
    text.lines()
        .filter_map(|line| entry(line).and_then(|(count, at)| Some((count, line.get(at..)?))))
        .collect()
}

/// Prints all, and fails if one has become more than it may.
fn compare(counted: &[(u64, String)], kept: &[(u64, &str)]) -> Outcome {
    let mut worse = Vec::new();
    println!("{:>9} {:>9}  for each", "now", "kept");
    for (count, case) in counted {
        let Some((before, _)) = kept.iter().find(|(_, name)| name == case) else {
            return Err(
                format!("`{case}` is not in {KEPT}: cargo xtask instructions --update").into()
            );
        };
        println!("{count:>9} {before:>9}  {case}");
        if *count > before + before * MARGIN / 100 + SLACK {
            worse.push(case.as_str());
        }
    }
    if worse.is_empty() {
        return Ok(());
    }
    Err(format!(
        "more than {MARGIN} % slower than when it was written down: {}; if that is worth it, say why in the commit that runs \
         cargo xtask instructions --update",
        worse.join("; ")
    )
    .into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read() {
        let counted = vec![(335, "hit, 3 tags".to_owned()), (0, "nothing".to_owned())];
        assert_eq!(read(&written(&counted)), [(335, "hit, 3 tags"), (0, "nothing")]);
    }

    #[test]
    fn a_slower_case_and_an_unknown_one_fail() {
        let now = |count| vec![(count, "hit".to_owned())];
        compare(&now(1120), &[(1000, "hit")]).unwrap();
        compare(&now(10), &[(1000, "hit")]).unwrap();
        assert!(compare(&now(1121), &[(1000, "hit")]).unwrap_err().to_string().contains("hit"));
        assert!(compare(&now(1), &[]).is_err());
    }
}

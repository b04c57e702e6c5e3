//! `cargo xtask fuzz`: runs libFuzzer's targets for so many inputs each, and prints a table.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::cargo::{cannot_run, cargo, exec, root};
use crate::report::{Failure, Outcome};

/// The fuzz targets are a workspace of their own: they are built with instrumentation.
const FOLDER: &str = "fuzz";

/// Where they are built, and where their inputs grow.
const TARGET: &str = "target/fuzz";

/// Inputs that tests replay; the fuzzer begins with them too.
const KEPT: &str = "crates/ecached-core/tests/corpus";

const TARGETS: [&str; 6] =
    ["envelope", "codec_messagepack", "codec_json", "codec_postcard", "key_template", "escape"];

/// Inputs for each target, unless told otherwise.
const RUNS: u64 = 10_000_000;

/// What a run came to.
struct Found {
    runs: u64,
    edges: u64,
    features: u64,
    seconds: u64,
}

/// Runs all targets, or those that are named; `--runs N` says for how many inputs.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    let (targets, runs) = wanted(arguments)?;
    if !cargo(["fuzz", "--version"]).output().is_ok_and(|output| output.status.success()) {
        return Err("cargo-fuzz is missing: cargo install --locked cargo-fuzz".into());
    }
    let corpus = root().join(TARGET).join("corpus");
    std::fs::create_dir_all(&corpus).map_err(|error| failed(&corpus, &error))?;
    let mut seeds = cargo(["run", "--quiet", "--manifest-path"]);
    seeds.arg(root().join(FOLDER).join("Cargo.toml")).args(["--example", "seeds"]);
    exec(seeds.env("CARGO_TARGET_DIR", root().join(TARGET)).current_dir(root().join(TARGET)))?;
    exec(cargo_fuzz().args(["fuzz", "build", "--sanitizer", "none"]))?;
    println!("| target | inputs | coverage: edges, features | seconds | failures |");
    println!("| --- | ---: | ---: | ---: | ---: |");
    for target in targets {
        let Found { runs, edges, features, seconds } = fuzz(target, &corpus, runs)?;
        println!("| `{target}` | {runs} | {edges}, {features} | {seconds} | 0 |");
    }
    Ok(())
}

fn wanted(arguments: &[String]) -> Outcome<(Vec<&'static str>, u64)> {
    let (mut targets, mut runs) = (Vec::new(), RUNS);
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument == "--runs" {
            let number = arguments.next().and_then(|number| number.parse().ok());
            runs = number.ok_or("--runs takes a number")?;
            continue;
        }
        let target = TARGETS.iter().find(|target| **target == argument.as_str());
        targets.push(*target.ok_or_else(|| format!("the targets are {}", TARGETS.join(", ")))?);
    }
    if targets.is_empty() {
        targets.extend(TARGETS);
    }
    Ok((targets, runs))
}

/// Fails with what the fuzzer said if it found something.
fn fuzz(target: &str, corpus: &Path, runs: u64) -> Outcome<Found> {
    let start = crate::report::now();
    let folder = corpus.join(target);
    std::fs::create_dir_all(&folder).map_err(|error| failed(&folder, &error))?;
    let mut command = cargo_fuzz();
    // There is no `unsafe` of ours for a sanitizer to watch, and without one the stable compiler will do.
    command.args(["fuzz", "run", "--sanitizer", "none", target]);
    command.arg(folder).arg(root().join(KEPT).join(target)).arg("--");
    command.arg(format!("-runs={runs}")).args(["-max_len=4096", "-rss_limit_mb=1024"]);
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    let text = String::from_utf8_lossy(&output.stderr);
    let done = text.lines().rfind(|line| line.contains("DONE")).and_then(read);
    match (output.status.success(), done) {
        (true, Some([runs, edges, features])) => {
            Ok(Found { runs, edges, features, seconds: start.elapsed().as_secs() })
        }
        _ => {
            let end = text.lines().rev().take(60).collect::<Vec<_>>();
            let end = end.into_iter().rev().collect::<Vec<_>>().join("\n");
            Err(format!("{target}: {end}").into())
        }
    }
}

/// Instrumented by the compiler that is there, though it does not promise how.
fn cargo_fuzz() -> Command {
    let mut command = cargo::<_, &str>([]);
    command.current_dir(root().join(FOLDER)).env("RUSTC_BOOTSTRAP", "1");
    command.env("CARGO_TARGET_DIR", root().join(TARGET));
    command
}

/// `#10000000 DONE cov: 283 ft: 530 corp: …`: inputs, edges, features.
fn read(line: &str) -> Option<[u64; 3]> {
    let after = |name: &str| line.split_once(name)?.1.split_whitespace().next()?.parse().ok();
    Some([after("#")?, after("cov: ")?, after("ft: ")?])
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    let path: PathBuf = path.strip_prefix(root()).unwrap_or(path).into();
    format!("{}: {error}", path.display()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_fuzzer_says_at_its_end_is_read() {
        let line =
            "#10500000\tDONE   cov: 283 ft: 530 corp: 136/40Kb lim: 4096 exec/s: 93750 rss: 29Mb";
        assert_eq!(read(line), Some([10_500_000, 283, 530]));
        assert_eq!(read("no figures"), None);
    }

    #[test]
    fn targets_and_runs_are_taken_and_others_refused() {
        let words = |text: &str| text.split_whitespace().map(String::from).collect::<Vec<_>>();
        assert_eq!(wanted(&[]).unwrap(), (TARGETS.into(), RUNS));
        assert_eq!(wanted(&words("escape --runs 7")).unwrap(), (vec!["escape"], 7));
        assert!(wanted(&words("--runs many")).is_err() && wanted(&words("no-target")).is_err());
    }
}

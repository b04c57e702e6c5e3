//! `cargo xtask bench`: measures ecached beside other caches; writes `docs/benchmarks.md` and the table in the README.

use crate::cargo::{cannot_run, cargo, exec, root};
use crate::report::Outcome;
use crate::tools;

/// The benches are a workspace of their own: their peers are heavy and some need newer compilers than we do.
const MANIFEST: &str = "benches/Cargo.toml";

/// Where they are built, as their own configuration says to who runs cargo in their folder.
const TARGET: &str = "target/benches";

/// The parts of the page: each is written by a program of its own, and leaves the others as they are.
const PARTS: [Part; 8] = [
    Part { name: "memory", bin: "report", needs_servers: false },
    Part { name: "matrix", bin: "matrix", needs_servers: false },
    Part { name: "growth", bin: "growth", needs_servers: false },
    Part { name: "hit-ratio", bin: "hit_ratio", needs_servers: false },
    Part { name: "remote", bin: "remote", needs_servers: true },
    Part { name: "survivors", bin: "survivors", needs_servers: true },
    Part { name: "ancestors", bin: "ancestors", needs_servers: true },
    Part { name: "build", bin: "build_cost", needs_servers: false },
];

/// Features of the benches that add a cache over Redis to compare with.
const PEERS: [&str; 5] = ["peer-armature", "peer-cached", "peer-fnct", "peer-hitbox", "peer-skp"];

struct Part {
    name: &'static str,
    bin: &'static str,
    needs_servers: bool,
}

/// Peers that can be built, and `name=reason` for the others.
#[derive(Default)]
struct Peers {
    features: Vec<&'static str>,
    broken: Vec<String>,
}

/// Runs all parts, or those after `--only`; other arguments go to each of them.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if !root().join(MANIFEST).is_file() {
        return Err(format!("there is no {MANIFEST}").into());
    }
    let (wanted, rest) = parts(without_separator(arguments))?;
    let mut peers = Peers::default();
    if wanted.iter().any(|part| part.needs_servers) {
        tools::ensure(tools::FOR_TESTS)?;
        peers = buildable()?;
    }
    for part in wanted {
        let mut command = cargo(["run"]);
        command.args(built_how()).args(["--bin", part.bin]);
        if part.needs_servers {
            command.args(["--features", &features(&peers.features)]);
        }
        command.arg("--").args(&rest);
        if part.needs_servers {
            peers.broken.iter().for_each(|broken| _ = command.args(["--broken", broken]));
        }
        exec(&mut command)?;
    }
    Ok(())
}

fn built_how() -> [&'static str; 5] {
    ["--release", "--manifest-path", MANIFEST, "--target-dir", TARGET]
}

fn features(peers: &[&str]) -> String {
    ["remote"].iter().chain(peers).copied().collect::<Vec<_>>().join(",")
}

/// Builds with all peers; if that fails, finds out which ones are to blame.
fn buildable() -> Outcome<Peers> {
    if build(&PEERS)?.is_none() {
        return Ok(Peers { features: PEERS.into(), broken: Vec::new() });
    }
    let mut peers = Peers::default();
    for feature in PEERS {
        match build(&[feature])? {
            None => peers.features.push(feature),
            Some(reason) => {
                let name = feature.trim_start_matches("peer-");
                println!("{name} does not build: {reason}");
                peers.broken.push(format!("{name}={reason}"));
            }
        }
    }
    Ok(peers)
}

/// Builds with some peers; the first error if that fails.
fn build(peers: &[&str]) -> Outcome<Option<String>> {
    let mut command = cargo(["build", "--quiet"]);
    command.args(built_how()).args(["--bin", "remote", "--features", &features(peers)]);
    println!("$ {}", crate::cargo::line(&command));
    let output = command.output().map_err(|error| cannot_run(&command, &error))?;
    if output.status.success() {
        return Ok(None);
    }
    let text = String::from_utf8_lossy(&output.stderr);
    let reason = text.lines().find(|line| line.starts_with("error"));
    Ok(Some(reason.unwrap_or("no error was shown").to_owned()))
}

/// The parts that are wanted, and the other arguments.
fn parts(arguments: &[String]) -> Outcome<(Vec<&'static Part>, Vec<String>)> {
    let (mut wanted, mut rest) = (Vec::new(), Vec::new());
    let mut arguments = arguments.iter();
    while let Some(argument) = arguments.next() {
        if argument != "--only" {
            rest.push(argument.clone());
            continue;
        }
        let name = arguments.next().map_or("", String::as_str);
        let Some(part) = PARTS.iter().find(|part| part.name == name) else {
            let names = PARTS.map(|part| part.name).join(", ");
            return Err(format!("--only takes one of: {names}").into());
        };
        wanted.push(part);
    }
    if wanted.is_empty() {
        wanted.extend(&PARTS);
    }
    Ok((wanted, rest))
}

/// `cargo xtask bench -- --quick` and `cargo xtask bench --quick` are the same.
fn without_separator(arguments: &[String]) -> &[String] {
    match arguments.split_first() {
        Some((first, rest)) if first == "--" => rest,
        _ => arguments,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> Vec<String> {
        text.split_whitespace().map(String::from).collect()
    }

    #[test]
    fn a_leading_separator_is_dropped() {
        assert_eq!(without_separator(&words("-- --quick")), ["--quick"]);
        assert_eq!(without_separator(&words("--quick --")), ["--quick", "--"]);
        assert!(without_separator(&[]).is_empty());
    }

    #[test]
    fn parts_are_chosen_and_other_arguments_kept() {
        let names = |text: &str| {
            let (wanted, rest) = parts(&words(text)).unwrap();
            (wanted.iter().map(|part| part.name).collect::<Vec<_>>(), rest)
        };
        let all = PARTS.map(|part| part.name).to_vec();
        assert_eq!(names("--quick"), (all, words("--quick")));
        assert_eq!(names("--only remote --quick"), (vec!["remote"], words("--quick")));
        assert_eq!(names("--only remote --only memory").0, ["remote", "memory"]);
        assert!(parts(&words("--only disk")).is_err());
        assert!(parts(&words("--only")).is_err());
    }
}

//! `cargo xtask check`: everything that can be said about the code without running it. It only reads;
//! `cargo xtask fix` is its writing counterpart.

use crate::cargo::{Package, cargo, exec, has_subcommand, packages, root};
use crate::report::{Outcome, Report};
use crate::{tidy, tools};

/// The benches are a workspace of their own, with their own manifest.
const BENCHES: &str = "benches/Cargo.toml";

/// Runs every check and names all that failed.
pub(crate) fn run() -> Outcome {
    tools::ensure(tools::FOR_TESTS)?;
    let mut report = Report::new("checks");
    report.step("format", || {
        exec(&mut cargo(["fmt", "--all", "--", "--check"]))?;
        benches(&["fmt", "--manifest-path", BENCHES, "--", "--check"])
    });
    report.step("tidy", tidy::run);
    report.step("clippy", || {
        let selection = ["clippy", "--workspace", "--all-targets", "--all-features"];
        exec(cargo(selection).args(["--", "-D", "warnings"]))
    });
    report.step("docs", || {
        let mut docs = cargo(["doc", "--workspace", "--no-deps", "--all-features"]);
        exec(docs.env("RUSTDOCFLAGS", "-Dwarnings"))
    });
    report.step("features", || check_features(&packages()?));
    if has_subcommand("deny") {
        report.step("deny", || exec(&mut cargo(["deny", "check", "bans", "licenses", "sources"])));
    } else {
        report.skip("deny", "not installed (cargo install --locked cargo-deny)");
    }
    report.finish()
}

/// Formats the code.
pub(crate) fn fix() -> Outcome {
    exec(&mut cargo(["fmt", "--all"]))?;
    benches(&["fmt", "--manifest-path", BENCHES])
}

/// Runs a cargo command for the benches, if they are there.
fn benches(arguments: &[&str]) -> Outcome {
    if root().join(BENCHES).is_file() { exec(&mut cargo(arguments)) } else { Ok(()) }
}

/// Lints each published package by itself with each of its features: in a build of the whole workspace the features
/// of all packages are added up, so that a package that forgot one still compiles there.
fn check_features(packages: &[Package]) -> Outcome {
    let mut failed = Vec::new();
    for package in packages.iter().filter(|package| package.published) {
        for selection in feature_selections(&package.features) {
            let mut command = cargo(["clippy", "--quiet", "--no-deps", "-p", &package.name]);
            if exec(command.args(&selection).args(["--", "-D", "warnings"])).is_err() {
                failed.push(format!("-p {} {}", package.name, selection.join(" ")));
            }
        }
    }
    if failed.is_empty() { Ok(()) } else { Err(failed.join("; ").into()) }
}

/// No feature, each feature alone, all of them; nothing twice.
fn feature_selections(features: &[String]) -> Vec<Vec<&str>> {
    let mut selections = vec![vec!["--no-default-features"]];
    for feature in features {
        selections.push(vec!["--no-default-features", "--features", feature]);
    }
    if features.len() > 1 {
        selections.push(vec!["--all-features"]);
    }
    selections
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(features: &[&str]) -> Vec<String> {
        let features: Vec<String> = features.iter().map(|&feature| feature.into()).collect();
        feature_selections(&features).iter().map(|words| words.join(" ")).collect()
    }

    #[test]
    fn each_feature_is_checked_alone() {
        let bare = "--no-default-features";
        assert_eq!(lines(&[]), [bare]);
        assert_eq!(lines(&["serde"]), [bare, "--no-default-features --features serde"]);
        assert_eq!(lines(&["default", "serde"]).len(), 4);
        assert_eq!(lines(&["default", "serde"])[3], "--all-features");
    }
}

//! `cargo xtask bench`: measures ecached beside other caches and writes the table in the README.

use crate::cargo::{cargo, exec, root};
use crate::report::Outcome;

/// The benches are a workspace of their own: their peers are heavy and some need newer compilers than we do.
const MANIFEST: &str = "benches/Cargo.toml";

/// Runs the report of the benches, which writes between `<!-- bench:begin -->` and `<!-- bench:end -->`.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    if !root().join(MANIFEST).is_file() {
        return Err(format!("there is no {MANIFEST}").into());
    }
    let mut command =
        cargo(["run", "--release", "--manifest-path", MANIFEST, "--bin", "report", "--"]);
    exec(command.args(without_separator(arguments)))
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

    #[test]
    fn a_leading_separator_is_dropped() {
        let words = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
        assert_eq!(without_separator(&words("-- --quick")), ["--quick"]);
        assert_eq!(without_separator(&words("--quick --")), ["--quick", "--"]);
        assert!(without_separator(&[]).is_empty());
    }
}

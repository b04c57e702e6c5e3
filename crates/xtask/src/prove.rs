//! `cargo xtask prove`: the model checker, in release.

use crate::cargo::{cargo, exec};
use crate::report::Outcome;

/// Walks the worlds and looks for the mutants; the words go to the checker as they are.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    exec(cargo(["run", "--quiet", "--release", "-p", "proof", "--"]).args(arguments))
}

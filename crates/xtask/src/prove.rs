//! `cargo xtask prove`: the model checker, in release, and the exploration of threads.

use crate::cargo::{cargo, exec};
use crate::report::Outcome;

/// Walks the worlds and looks for the mutants; the words go to the checker as they are.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    exec(cargo(["run", "--quiet", "--release", "-p", "proof", "--"]).args(arguments))?;
    if arguments.iter().any(|word| word != "--small") {
        return Ok(()); // they are about the model
    }
    // As the tests build it: what takes the time is loom, which is always optimized.
    exec(cargo(["run", "--quiet", "-p", "proof-threads", "--"]).args(arguments))
}

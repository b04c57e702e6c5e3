//! `cargo xtask histories`: histories on real servers, made and judged by `integration-tests/histories`.

use crate::cargo::{cargo, exec, root};
use crate::report::Outcome;
use crate::tools;

/// Hands the words on. Paths are the workspace's: logs are kept in `target/histories`.
pub(crate) fn run(arguments: &[String]) -> Outcome {
    tools::ensure(tools::FOR_TESTS)?;
    let mut command = cargo(["run", "--quiet", "--release", "-p", "histories", "--"]);
    exec(command.args(arguments).current_dir(root()))
}

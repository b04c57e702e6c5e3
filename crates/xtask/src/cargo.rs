//! Cargo as the tasks use it: commands that run in the workspace's root, and what `cargo metadata` tells.

use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::report::{Failure, Outcome};

/// The root of the workspace.
pub(crate) fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors()
        .nth(2)
        .expect("invariant: this crate lies two folders below the root")
        .to_path_buf()
}

/// A program that will run in the root of the workspace.
///
/// Variables that `cargo run` set for this process are not handed on: a build script that watches one of them
/// would rebuild its crate each time somebody changes between `cargo xtask` and plain cargo.
pub(crate) fn command(program: impl AsRef<OsStr>) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if ["CARGO_PKG_", "CARGO_MANIFEST_"].iter().any(|prefix| text.starts_with(prefix)) {
            command.env_remove(&name);
        }
    }
    command
}

/// The cargo that runs this process, with arguments.
pub(crate) fn cargo<I, S>(arguments: I) -> Command
where
    I: IntoIterator<Item = S>,
    S: AsRef<OsStr>,
{
    let mut command = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments);
    command
}

/// Shows a command line, runs it, and fails if it does.
pub(crate) fn exec(command: &mut Command) -> Outcome {
    println!("$ {}", line(command));
    let status = command.status().map_err(|error| cannot_run(command, &error))?;
    if status.success() { Ok(()) } else { Err(format!("`{}`: {status}", line(command)).into()) }
}

/// Whether `cargo <name>` exists.
pub(crate) fn has_subcommand(name: &str) -> bool {
    let mut command = cargo([name, "--version"]);
    command.stdout(Stdio::null()).stderr(Stdio::null()).stdin(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// A command as one would type it, without the environment.
pub(crate) fn line(command: &Command) -> String {
    let program = Path::new(command.get_program()).file_stem().unwrap_or_default();
    let words = std::iter::once(program).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}

/// The failure of a program that did not even start.
pub(crate) fn cannot_run(command: &Command, error: &std::io::Error) -> Failure {
    format!("cannot run `{}`: {error}", line(command)).into()
}

/// A member of the workspace.
#[derive(Debug)]
pub(crate) struct Package {
    /// Its name in its manifest.
    pub(crate) name: String,
    /// Its folder, relative to the root, with `/`.
    pub(crate) folder: String,
    /// Whether it may be published to a registry.
    pub(crate) published: bool,
    /// Its features in order, `default` among them.
    pub(crate) features: Vec<String>,
    /// The table `[package.metadata.xtask]`, or null.
    pub(crate) settings: Value,
}

/// Every member of the workspace, by name.
pub(crate) fn packages() -> Outcome<Vec<Package>> {
    let mut command = cargo(["metadata", "--format-version", "1", "--no-deps"]);
    let output =
        command.stderr(Stdio::inherit()).output().map_err(|error| cannot_run(&command, &error))?;
    if !output.status.success() {
        return Err(format!("`{}`: {}", line(&command), output.status).into());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    parse_packages(&text)
}

/// Reads what `cargo metadata --no-deps` prints.
fn parse_packages(text: &str) -> Outcome<Vec<Package>> {
    let unexpected = || Failure::from("`cargo metadata` answered in an unknown form");
    let metadata: Value = serde_json::from_str(text).map_err(|_| unexpected())?;
    let workspace_root = metadata["workspace_root"].as_str().ok_or_else(unexpected)?;
    let list = metadata["packages"].as_array().ok_or_else(unexpected)?;
    let mut packages = Vec::with_capacity(list.len());
    for package in list {
        let manifest = Path::new(package["manifest_path"].as_str().ok_or_else(unexpected)?);
        let folder = manifest.parent().ok_or_else(unexpected)?;
        let folder = folder.strip_prefix(workspace_root).unwrap_or(folder);
        packages.push(Package {
            name: package["name"].as_str().ok_or_else(unexpected)?.into(),
            folder: folder.to_string_lossy().replace('\\', "/"),
            published: package["publish"]
                .as_array()
                .is_none_or(|registries| !registries.is_empty()),
            features: package["features"]
                .as_object()
                .ok_or_else(unexpected)?
                .keys()
                .cloned()
                .collect(),
            settings: package["metadata"]["xtask"].clone(),
        });
    }
    packages.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(packages)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_root_holds_the_workspace() {
        assert!(root().join("crates/xtask/Cargo.toml").is_file());
    }

    #[test]
    fn packages_are_read_from_metadata() {
        let text = r#"{"workspace_root": "/w", "packages": [
            {"name": "shop", "manifest_path": "/w/examples/shop/Cargo.toml", "publish": [], "features": {},
             "metadata": {"xtask": {"args": ["--quick"]}}},
            {"name": "core", "manifest_path": "/w/crates/core/Cargo.toml", "publish": null,
             "features": {"serde": ["dep:serde"], "default": ["serde"]}, "metadata": null}]}"#;
        let packages = parse_packages(text).unwrap();
        let [core, shop] = packages.as_slice() else { panic!("{packages:?}") };
        assert!(core.published && core.settings.is_null());
        assert_eq!(core.features, ["default", "serde"]);
        assert!(!shop.published);
        assert_eq!(shop.folder, "examples/shop");
        assert_eq!(shop.settings["args"][0], "--quick");
    }

    #[test]
    fn other_text_is_a_failure() {
        for text in ["", "{}", r#"{"workspace_root": "/w", "packages": [{}]}"#] {
            assert!(parse_packages(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_command_line_reads_as_typed() {
        assert_eq!(line(Command::new("/usr/bin/git").args(["ls-files", "-z"])), "git ls-files -z");
    }
}

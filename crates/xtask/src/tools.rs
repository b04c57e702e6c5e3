//! Programs from outside the Rust tool-chain: found, or installed with apt-get, or named with what to install.

use std::path::PathBuf;
use std::process::{Command, Stdio};

use crate::cargo::exec;
use crate::report::Outcome;

/// A program that tests or examples start.
#[derive(Debug)]
pub(crate) struct Tool {
    /// Its names in `PATH`; the first that is there is used.
    programs: &'static [&'static str],
    /// A variable that, when set, names another program for the job.
    variable: Option<&'static str>,
    /// What needs it.
    used_by: &'static str,
    /// The Debian packages that bring it.
    debian: &'static [&'static str],
    /// Whether Windows needs it in `PATH` too.
    on_windows: bool,
}

/// What the tests and examples need.
pub(crate) const FOR_TESTS: &[Tool] = &[
    Tool {
        programs: &["cc"],
        variable: Some("CC"),
        used_by: "the SQLite that examples embed, and Rust's own linking",
        debian: &["gcc", "libc6-dev"],
        on_windows: false, // who needs it there finds it by itself
    },
    Tool {
        programs: &["redis-server", "valkey-server"],
        variable: Some("ECACHED_REDIS_SERVER"),
        used_by: "the tests that start Redis servers",
        debian: &["redis-server"],
        on_windows: false, // these tests are for Unix
    },
    Tool {
        programs: &["memcached"],
        variable: Some("ECACHED_MEMCACHED"),
        used_by: "the tests that start memcached servers",
        debian: &["memcached"],
        on_windows: false, // these tests are for Unix
    },
];

/// What counts instructions.
pub(crate) const VALGRIND: Tool = Tool {
    programs: &["valgrind"],
    variable: None,
    used_by: "counting instructions",
    debian: &["valgrind"],
    on_windows: true,
};

/// `cargo xtask tools`: finds or installs everything, and says where it is.
pub(crate) fn run() -> Outcome {
    ensure(FOR_TESTS)?;
    for tool in FOR_TESTS {
        let place = replaced(tool).or_else(|| find(tool));
        let place = place.map_or_else(|| "not needed".into(), |path| path.display().to_string());
        println!("{}: {place} (for {})", tool.programs[0], tool.used_by);
    }
    Ok(())
}

/// Where the tool of that name is.
pub(crate) fn path_of(name: &str) -> Option<PathBuf> {
    let tool = FOR_TESTS.iter().find(|tool| tool.programs[0] == name)?;
    replaced(tool).or_else(|| find(tool))
}

/// Makes sure that the tools are there: finds them, or installs them where apt-get can, or fails with what to do.
pub(crate) fn ensure(tools: &[Tool]) -> Outcome {
    let missing: Vec<&Tool> = tools.iter().filter(|tool| !is_there(tool)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    if can_install() {
        println!("installing what is missing:\n{}", advice(&missing));
        exec(apt_get().arg("update"))?;
        let packages = missing.iter().flat_map(|tool| tool.debian);
        exec(apt_get().args(["install", "--yes", "--no-install-recommends"]).args(packages))?;
    }
    let missing: Vec<&Tool> = missing.into_iter().filter(|tool| !is_there(tool)).collect();
    if missing.is_empty() { Ok(()) } else { Err(advice(&missing).into()) }
}

/// Whether a tool can be started, or need not be on this system.
fn is_there(tool: &Tool) -> bool {
    (cfg!(windows) && !tool.on_windows) || replaced(tool).is_some() || find(tool).is_some()
}

/// What the tool's variable names.
fn replaced(tool: &Tool) -> Option<PathBuf> {
    let value = std::env::var_os(tool.variable?)?;
    (!value.is_empty()).then(|| value.into())
}

/// Where in `PATH` a tool is.
fn find(tool: &Tool) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let places = |program: &&str| {
        let name = format!("{program}{}", std::env::consts::EXE_SUFFIX);
        std::env::split_paths(&path).map(|folder| folder.join(&name)).find(|file| file.is_file())
    };
    tool.programs.iter().find_map(places)
}

/// Whether this is a Debian or one of its kin, and we may install packages.
fn can_install() -> bool {
    let quiet = |command: &mut Command| {
        let output = command.stderr(Stdio::null()).stdin(Stdio::null()).output();
        output.ok().filter(|output| output.status.success()).map(|output| output.stdout)
    };
    cfg!(target_os = "linux")
        && quiet(Command::new("id").arg("-u")).is_some_and(|id| id.trim_ascii() == b"0")
        && quiet(Command::new("apt-get").arg("--version")).is_some()
}

/// An apt-get that asks nothing.
fn apt_get() -> Command {
    let mut command = Command::new("apt-get");
    command.arg("--quiet").env("DEBIAN_FRONTEND", "noninteractive").stdin(Stdio::null());
    command
}

/// What is missing, why it matters and what to type.
fn advice(missing: &[&Tool]) -> String {
    let describe = |tool: &&Tool| {
        let packages = tool.debian.join(" ");
        let (program, used_by) = (tool.programs.join("` or `"), tool.used_by);
        let or_set = tool.variable.map(|name| format!(", or set {name}")).unwrap_or_default();
        format!(
            "`{program}` is missing; it is needed for {used_by}\n  \
             on Debian or Ubuntu: apt-get install {packages}\n  \
             elsewhere: install what brings a program named `{program}`{or_set}"
        )
    };
    missing.iter().map(describe).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    const ABSENT: Tool = Tool {
        programs: &["no-such-program", "nor-this-one"],
        variable: None,
        used_by: "nothing",
        debian: &["no-such-package"],
        on_windows: true,
    };

    #[test]
    fn what_is_missing_is_named_with_its_remedy() {
        assert!(!is_there(&ABSENT));
        let text = advice(&[&ABSENT]);
        assert!(text.contains("`no-such-program` or `nor-this-one` is missing"), "{text}");
        assert!(text.contains("apt-get install no-such-package"), "{text}");
    }

    #[test]
    fn a_program_in_the_path_is_found() {
        let cargo = Tool { programs: &["no-such-program", "cargo"], ..ABSENT };
        assert!(is_there(&cargo));
        ensure(&[cargo]).unwrap();
    }

    #[test]
    fn a_variable_names_what_is_not_in_the_path() {
        let replaced = Tool { variable: Some("CARGO_MANIFEST_DIR"), ..ABSENT };
        assert!(is_there(&replaced));
        assert!(!is_there(&Tool { variable: Some("ECACHED_NO_SUCH_VARIABLE"), ..ABSENT }));
    }
}

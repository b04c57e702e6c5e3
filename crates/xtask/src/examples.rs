//! `cargo xtask examples`: builds every crate under `examples/` in release and runs it.
//!
//! An example that needs arguments to end soon by itself states them in its manifest:
//!
//! ```toml
//! [package.metadata.xtask]
//! args = ["--quick"]
//! redis = ["--quick", "--cache", "{url}"]
//! memcached = ["--quick", "--cache", "{url}"]
//! ```
//!
//! With `redis` or `memcached` it runs once more, with these arguments, while a server of that kind is there at that URL.

use std::process::Command;

use crate::cargo::{Package, cargo, exec, packages};
use crate::report::{Outcome, Report};
use crate::server::{KINDS, Server};
use crate::tools;

/// Runs the examples named, or all of them.
pub(crate) fn run(names: &[String]) -> Outcome {
    tools::ensure(tools::FOR_TESTS)?;
    let packages = packages()?;
    let examples = select(&packages, names)?;
    let mut report = Report::new("examples");
    if examples.is_empty() {
        report.skip("examples", "there is none yet");
        return report.finish();
    }
    report.step("build", || {
        let selection = examples.iter().flat_map(|example| ["-p", &example.name]);
        exec(cargo(["build", "--release"]).args(selection))
    });
    for example in examples {
        report.step(example.name.as_str(), || {
            exec(start(example).args(arguments(example, "args")?.unwrap_or_default()))
        });
        for (kind, tool) in KINDS {
            with_server(example, kind, tool, &mut report);
        }
    }
    report.finish()
}

/// `cargo run` of an example.
fn start(example: &Package) -> Command {
    cargo(["run", "--quiet", "--release", "-p", &example.name, "--"])
}

/// Runs an example against a server, if its manifest says how.
fn with_server(example: &Package, kind: &str, tool: &str, report: &mut Report) {
    let step = format!("{} with {kind}", example.name);
    // What is wrong with them was said by the step before.
    let Ok(Some(arguments)) = arguments(example, kind) else { return };
    let Some(program) = tools::path_of(tool) else {
        return report.skip(step, format!("there is no {tool} here"));
    };
    report.step(step, || {
        let server = Server::start(kind, &program)?;
        let words = arguments.iter().map(|word| word.replace("{url}", server.url()));
        exec(start(example).args(words))
    });
}

/// The examples among the packages: those named, or all. An unknown name is a failure.
fn select<'a>(packages: &'a [Package], names: &[String]) -> Outcome<Vec<&'a Package>> {
    let examples = || packages.iter().filter(|package| package.folder.starts_with("examples/"));
    if names.is_empty() {
        return Ok(examples().collect());
    }
    let find = |name: &String| {
        let known =
            || examples().map(|example| example.name.as_str()).collect::<Vec<_>>().join(", ");
        let unknown = || format!("there is no example `{name}`; there are: {}", known()).into();
        examples().find(|example| example.name == *name).ok_or_else(unknown)
    };
    names.iter().map(find).collect()
}

/// The arguments that an example's manifest asks for, under that name.
fn arguments<'a>(example: &'a Package, name: &str) -> Outcome<Option<Vec<&'a str>>> {
    let wrong = |what: &str| {
        format!("{}/Cargo.toml: [package.metadata.xtask] {what}", example.folder).into()
    };
    let Some(settings) = example.settings.as_object() else { return Ok(None) };
    let known = || KINDS.iter().map(|(kind, _)| *kind).chain(["args"]);
    if let Some(unknown) = settings.keys().find(|key| known().all(|known| known != *key)) {
        let known: Vec<_> = known().collect();
        return Err(wrong(&format!("knows {} only, not `{unknown}`", known.join(", "))));
    }
    let Some(list) = settings.get(name) else { return Ok(None) };
    let strings = || wrong(&format!("`{name}` is a list of strings"));
    let words = list.as_array().ok_or_else(strings)?.iter();
    words.map(|word| word.as_str().ok_or_else(strings)).collect::<Outcome<_>>().map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(name: &str, folder: &str, settings: &str) -> Package {
        Package {
            name: name.into(),
            folder: folder.into(),
            published: false,
            features: Vec::new(),
            settings: serde_json::from_str(settings).unwrap(),
        }
    }

    #[test]
    fn only_crates_under_examples_are_examples() {
        let packages = [
            package("ecached", "crates/ecached", "null"),
            package("shop", "examples/shop", "null"),
        ];
        let names = |wanted: &[&str]| {
            let wanted: Vec<String> = wanted.iter().map(|&name| name.into()).collect();
            select(&packages, &wanted)
                .map(|list| list.iter().map(|example| example.name.clone()).collect::<Vec<_>>())
        };
        assert_eq!(names(&[]).unwrap(), ["shop"]);
        assert_eq!(names(&["shop"]).unwrap(), ["shop"]);
        let message = names(&["ecached"]).unwrap_err().to_string();
        assert!(message.ends_with("there are: shop"), "{message}");
    }

    #[test]
    fn arguments_come_from_the_manifest() {
        let named = |name, settings| {
            arguments(&package("shop", "examples/shop", settings), name)
                .map(|words| words.map(|words| words.join(" ")))
                .map_err(|failure| failure.to_string())
        };
        let of = |settings| named("args", settings);
        assert_eq!(of("null").unwrap(), None);
        assert_eq!(of(r#"{"args": ["--rows", "10"]}"#).unwrap().unwrap(), "--rows 10");
        let redis = r#"{"args": [], "redis": ["{url}"]}"#;
        assert_eq!(named("redis", redis).unwrap().unwrap(), "{url}");
        assert_eq!(named("memcached", redis).unwrap(), None);
        assert!(of(r#"{"arg": []}"#).unwrap_err().contains("not `arg`"));
        assert!(of(r#"{"args": [1]}"#).unwrap_err().contains("list of strings"));
    }
}

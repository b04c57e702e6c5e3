//! `cargo xtask examples`: builds every crate under `examples/` in release and runs it.
//!
//! An example that needs arguments to end soon by itself states them in its manifest:
//!
//! ```toml
//! [package.metadata.xtask]
//! args = ["--quick"]
//! ```

use serde_json::Value;

use crate::cargo::{Package, cargo, exec, packages};
use crate::report::{Outcome, Report};
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
            let command = ["run", "--quiet", "--release", "-p", &example.name, "--"];
            exec(cargo(command).args(arguments(example)?))
        });
    }
    report.finish()
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

/// The arguments that an example's manifest asks for.
fn arguments(example: &Package) -> Outcome<Vec<&str>> {
    let wrong = |what: &str| {
        format!("{}/Cargo.toml: [package.metadata.xtask] {what}", example.folder).into()
    };
    let Some(settings) = example.settings.as_object() else { return Ok(Vec::new()) };
    if let Some(unknown) = settings.keys().find(|key| *key != "args") {
        return Err(wrong(&format!("knows `args` only, not `{unknown}`")));
    }
    let words = settings.get("args").and_then(Value::as_array).into_iter().flatten();
    words.map(|word| word.as_str().ok_or_else(|| wrong("`args` is a list of strings"))).collect()
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
        let of = |settings| {
            arguments(&package("shop", "examples/shop", settings))
                .map(|words| words.join(" "))
                .map_err(|failure| failure.to_string())
        };
        assert_eq!(of("null").unwrap(), "");
        assert_eq!(of(r#"{"args": ["--rows", "10"]}"#).unwrap(), "--rows 10");
        assert!(of(r#"{"arg": []}"#).unwrap_err().contains("not `arg`"));
        assert!(of(r#"{"args": [1]}"#).unwrap_err().contains("list of strings"));
    }
}

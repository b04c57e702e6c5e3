//! Rules about what must exist, and about several files together.

use super::{File, Finding, rust};

/// The README shows code before this line ends.
const FIRST_CODE_BY_LINE: usize = 40;

/// The macros' `lib.rs` has to define its entry points: a procedural macro cannot be re-exported by its own crate.
const NO_CONTENTS_PAGE: &str = "crates/ecached-macros/";

/// Every rule of this file.
pub(super) fn check(files: &[File]) -> Vec<Finding> {
    let rules =
        [contents_pages, readme_shows_code, architecture_names_crates, changelog, msrv_stated_once];
    rules.iter().flat_map(|rule| rule(files)).collect()
}

/// The file at a path.
fn at<'a>(files: &'a [File], path: &str) -> Option<&'a File> {
    files.iter().find(|file| file.path == path)
}

/// What a rule finds when its file does not exist.
fn absent(rule: &'static str, path: &str) -> Vec<Finding> {
    vec![Finding { rule, path: path.into(), line: 1, message: "does not exist".into() }]
}

/// The manifests of the crates under `crates/`, each with the crate's folder name.
fn crates(files: &[File]) -> impl Iterator<Item = (&str, &File)> {
    files.iter().filter_map(|file| {
        let name = file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
        (!name.contains('/')).then_some((name, file))
    })
}

/// `lib.rs` of a published crate is a contents page.
fn contents_pages(files: &[File]) -> Vec<Finding> {
    crates(files)
        .filter(|(_, manifest)| {
            !manifest.lines().any(|(_, line)| line.starts_with("publish = false"))
        })
        .map(|(name, _)| format!("crates/{name}/src/lib.rs"))
        .filter(|path| !path.starts_with(NO_CONTENTS_PAGE))
        .filter_map(|path| at(files, &path))
        .flat_map(rust::contents_page)
        .collect()
}

/// The first screen of the README shows code.
fn readme_shows_code(files: &[File]) -> Vec<Finding> {
    let Some(readme) = at(files, "README.md") else { return absent("readme", "README.md") };
    let first = readme.lines().find(|(_, line)| line.starts_with("```")).map(|(number, _)| number);
    if first.is_some_and(|number| number <= FIRST_CODE_BY_LINE) {
        return Vec::new();
    }
    let message = format!("show code by line {FIRST_CODE_BY_LINE}");
    vec![Finding::new("readme", readme, first.unwrap_or(1), message)]
}

/// The map of the house names each crate.
fn architecture_names_crates(files: &[File]) -> Vec<Finding> {
    let Some(map) = at(files, "ARCHITECTURE.md") else {
        return absent("architecture", "ARCHITECTURE.md");
    };
    crates(files)
        .filter(|(name, _)| {
            !map.text.contains(&format!("`{name}`"))
                && !map.text.contains(&format!("crates/{name}"))
        })
        .map(|(name, _)| Finding::new("architecture", map, 1, format!("name the crate `{name}`")))
        .collect()
}

/// There is a list of changes.
fn changelog(files: &[File]) -> Vec<Finding> {
    if at(files, "CHANGELOG.md").is_some() {
        Vec::new()
    } else {
        absent("changelog", "CHANGELOG.md")
    }
}

/// The oldest Rust that works is stated in one place, the root manifest.
fn msrv_stated_once(files: &[File]) -> Vec<Finding> {
    let Some(msrv) = at(files, "Cargo.toml").and_then(msrv) else {
        return vec![Finding {
            rule: "msrv",
            path: "Cargo.toml".into(),
            line: 1,
            message: "state `rust-version` in [workspace.package]".into(),
        }];
    };
    let elsewhere =
        files.iter().filter(|file| !["Cargo.toml", "Cargo.lock"].contains(&file.path.as_str()));
    let mut findings = Vec::new();
    for file in elsewhere {
        for (number, line) in file.lines().filter(|(_, line)| states_msrv(file, line, msrv)) {
            let message = format!("states the MSRV again; the root manifest does: {}", line.trim());
            findings.push(Finding::new("msrv", file, number, message));
        }
    }
    findings
}

/// The value of `rust-version`.
fn msrv(manifest: &File) -> Option<&str> {
    let value = manifest.lines().find_map(|(_, line)| line.strip_prefix("rust-version = \""))?;
    value.split('"').next()
}

/// Whether a line states the MSRV: in a manifest's words, or as this version of Rust. A number alone may be anything.
fn states_msrv(file: &File, line: &str, msrv: &str) -> bool {
    let line = line.to_lowercase();
    let key = line.split('=').next().unwrap_or_default().trim();
    let in_manifest = file.name() == "Cargo.toml" && key == "rust-version";
    let in_clippy = file.name() == "clippy.toml" && key == "msrv";
    let in_words = ["rust ", "rustc ", "rust-", "rust:", "msrv ", "msrv: "];
    in_manifest || in_clippy || in_words.iter().any(|word| line.contains(&format!("{word}{msrv}")))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{file, rules};
    use super::*;

    #[test]
    fn published_libraries_are_contents_pages() {
        let library = |name: &str, manifest: &str| {
            let lib = file(&format!("crates/{name}/src/lib.rs"), "pub fn f() {}\n");
            rules(&contents_pages(&[file(&format!("crates/{name}/Cargo.toml"), manifest), lib]))
        };
        assert_eq!(library("a", "[package]\n"), ["contents-page"]);
        assert!(library("a", "[package]\npublish = false\n").is_empty());
        assert!(library("ecached-macros", "[package]\n").is_empty());
    }

    #[test]
    fn the_readme_shows_code_early() {
        let readme = |text: &str| rules(&readme_shows_code(&[file("README.md", text)]));
        assert!(readme("# Name\n\n```rust\n```\n").is_empty());
        assert_eq!(readme("# Name\n"), ["readme"]);
        assert_eq!(
            readme(&format!("{}```rust\n```\n", "\n".repeat(FIRST_CODE_BY_LINE))),
            ["readme"]
        );
        assert_eq!(rules(&readme_shows_code(&[])), ["readme"]);
    }

    #[test]
    fn the_architecture_names_each_crate() {
        let named = |text: &str| {
            let files = [file("crates/a-b/Cargo.toml", ""), file("ARCHITECTURE.md", text)];
            rules(&architecture_names_crates(&files))
        };
        assert!(named("- `a-b`: the core\n").is_empty());
        assert!(named("- [the core](crates/a-b)\n").is_empty());
        assert_eq!(named("- `a`: the core\n"), ["architecture"]);
        assert_eq!(rules(&architecture_names_crates(&[])), ["architecture"]);
    }

    #[test]
    fn there_is_a_changelog() {
        assert!(changelog(&[file("CHANGELOG.md", "")]).is_empty());
        assert_eq!(rules(&changelog(&[])), ["changelog"]);
    }

    #[test]
    fn the_msrv_is_stated_once() {
        let with = |path: &str, text: &str| {
            let root = file("Cargo.toml", "[workspace.package]\nrust-version = \"1.70\" # here\n");
            rules(&msrv_stated_once(&[root, file(path, text)]))
        };
        assert!(with("crates/a/Cargo.toml", "rust-version.workspace = true\n").is_empty());
        assert!(with("README.md", "| hit | 1.70 |\n").is_empty());
        assert!(with("Cargo.lock", "version = \"1.70.0\"\n").is_empty());
        assert_eq!(with("crates/a/Cargo.toml", "rust-version=\"1.60\"\n"), ["msrv"]);
        assert_eq!(with("clippy.toml", "msrv = \"1.60\"\n"), ["msrv"]);
        assert_eq!(with("README.md", "Needs Rust 1.70 or newer.\n"), ["msrv"]);
        assert_eq!(rules(&msrv_stated_once(&[])), ["msrv"]);
    }
}

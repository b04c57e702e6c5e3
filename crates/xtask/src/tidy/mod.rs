//! `cargo xtask tidy`: the style rules that no other tool checks, each a small function over text.
//!
//! # Layout
//!
//! - [`rust`]: rules about one Rust file.
//! - [`text`]: rules about any one text file.
//! - [`tree`]: rules about what must exist, and about several files together.
//! - [`exceptions`]: the places where a rule does not hold, with reasons.

mod exceptions;
mod rust;
mod text;
mod tree;

use std::process::Stdio;

use crate::cargo::{cannot_run, command, line, root};
use crate::report::Outcome;

/// A text file of the repository.
#[derive(Debug)]
struct File {
    /// Its path from the root, with `/`.
    path: String,
    /// All of its text.
    text: String,
}

impl File {
    /// The lines with their numbers, from 1.
    fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.text.lines().enumerate().map(|(index, line)| (index + 1, line))
    }

    /// The last part of the path.
    fn name(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }
}

/// A place where a rule is broken.
#[derive(Debug, PartialEq)]
struct Finding {
    /// The rule's name, by which exceptions refer to it.
    rule: &'static str,
    path: String,
    line: usize,
    /// What is wrong and what to do.
    message: String,
}

impl Finding {
    fn new(rule: &'static str, file: &File, line: usize, message: impl Into<String>) -> Self {
        Self { rule, path: file.path.clone(), line, message: message.into() }
    }
}

/// Checks every file that git knows or would take in, and prints what it finds.
pub(crate) fn run() -> Outcome {
    let files = files()?;
    let findings = exceptions::apply(exceptions::EXCEPTIONS, check(&files));
    for Finding { rule, path, line, message } in &findings {
        println!("{path}:{line}: [{rule}] {message}");
    }
    match findings.len() {
        0 => {
            println!("{} files are tidy", files.len());
            Ok(())
        }
        count => Err(format!("tidy: {count} findings").into()),
    }
}

/// What all rules together find, by place.
fn check(files: &[File]) -> Vec<Finding> {
    let mut findings = tree::check(files);
    for file in files {
        findings.extend(text::check(file));
        findings.extend(rust::check(file));
    }
    findings.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    findings
}

/// Every text file that is tracked, or new and not ignored.
fn files() -> Outcome<Vec<File>> {
    let mut git = command("git");
    git.args(["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let output = git.stderr(Stdio::inherit()).output().map_err(|error| cannot_run(&git, &error))?;
    if !output.status.success() {
        return Err(format!("`{}`: {}", line(&git), output.status).into());
    }
    let names = String::from_utf8_lossy(&output.stdout);
    let read = |path: &str| {
        // Deleted but still tracked, or not text: no rule speaks about it.
        let text = std::fs::read_to_string(root().join(path)).ok()?;
        Some(File { path: path.into(), text })
    };
    Ok(names.split_terminator('\0').filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A file made of text, for the tests of the rules.
    pub(super) fn file(path: &str, text: &str) -> File {
        File { path: path.into(), text: text.into() }
    }

    /// The rules that a list of findings names, in order.
    pub(super) fn rules(findings: &[Finding]) -> Vec<&'static str> {
        findings.iter().map(|finding| finding.rule).collect()
    }

    #[test]
    fn rust_rules_apply_to_rust_files_only() {
        let text = "no doc line\n";
        let findings = check(&[file("crates/a/src/x.rs", text), file("notes.txt", text)]);
        let in_source: Vec<_> =
            findings.iter().filter(|finding| finding.rule == "opening").collect();
        assert_eq!(in_source.len(), 1);
        assert_eq!(in_source[0].path, "crates/a/src/x.rs");
    }

    #[test]
    fn this_crate_is_tidy() {
        let files = files().unwrap();
        let here = files.iter().filter(|file| file.path.starts_with("crates/xtask/"));
        let findings: Vec<_> =
            here.flat_map(|file| rust::check(file).into_iter().chain(text::check(file))).collect();
        assert_eq!(findings, []);
    }
}

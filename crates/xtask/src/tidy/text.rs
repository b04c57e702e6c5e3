//! Rules about any one text file.

use super::{File, Finding};

// The needles are put together here so that no rule finds itself.
const MACHINE_PATHS: [&str; 4] =
    [concat!("/", "work/"), concat!("/", "root/"), concat!("/", "home/"), concat!("../", "shared")];

/// Every rule of this file.
pub(super) fn check(file: &File) -> Vec<Finding> {
    machine_paths(file)
}

/// No file names a place on the machine of whoever wrote it.
fn machine_paths(file: &File) -> Vec<Finding> {
    let mut findings = Vec::new();
    for (number, line) in file.lines() {
        if let Some(needle) = MACHINE_PATHS.iter().find(|needle| has_path(line, needle)) {
            let message = format!("`{needle}` exists on one machine only; take it as an argument");
            findings.push(Finding::new("machine-path", file, number, message));
        }
    }
    findings
}

/// Whether a path is in the line, not as the middle of a longer one such as `a/work/b`.
fn has_path(line: &str, path: &str) -> bool {
    line.match_indices(path).any(|(position, _)| {
        !line[..position]
            .ends_with(|before: char| before.is_alphanumeric() || "_-.".contains(before))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{file, rules};
    use super::*;

    #[test]
    fn a_machine_is_not_named() {
        for needle in MACHINE_PATHS {
            let findings = check(&file("docs/a.md", &format!("first\nsee `{needle}x`\n")));
            assert_eq!(rules(&findings), ["machine-path"], "{needle}");
            assert_eq!(findings[0].line, 2);
        }
    }

    #[test]
    fn a_longer_path_is_another_path() {
        let text = format!("see https://example.org{}paper.pdf\n", MACHINE_PATHS[0]);
        assert_eq!(check(&file("docs/a.md", &text)), []);
    }
}

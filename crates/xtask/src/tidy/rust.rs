//! Rules about one Rust file.
//!
//! They look at lines, not at syntax trees: what they can be fooled by would not pass a review.

use super::{File, Finding};

/// The longest file that still counts as a small piece.
const MAX_LINES: usize = 400;

// The needles are put together here so that no rule finds itself.
const IGNORE: &str = concat!("#[", "ignore");
const UNFINISHED: [&str; 2] = [concat!("todo", "!("), concat!("unimplemented", "!(")];
const SLEEPS: [&str; 2] = [concat!("thread::", "sleep"), concat!("time::", "sleep")];

/// Whether the rules speak about this file: ours, not a snippet that a macro test compiles.
fn applies(file: &File) -> bool {
    let ours = ["crates/", "examples/", "integration-tests/", "proof/", "benches/"];
    file.path.ends_with(".rs")
        && ours.iter().any(|folder| file.path.starts_with(folder))
        && !file.path.contains("/tests/ui/")
}

/// Every rule about one file; a file that the rules do not speak about breaks none.
pub(super) fn check(file: &File) -> Vec<Finding> {
    if !applies(file) {
        return Vec::new();
    }
    let rules = [opening, length, ignored_tests, unfinished, sleeps, glob_exports, run_with];
    rules.iter().flat_map(|rule| rule(file)).collect()
}

/// A file opens with a sentence that says what it is.
fn opening(file: &File) -> Vec<Finding> {
    let first = file.lines().find(|(_, line)| !line.trim().is_empty());
    match first {
        Some((_, line)) if line.starts_with("//!") => Vec::new(),
        _ if file.name() == "build.rs" => Vec::new(),
        first => {
            let place = first.map_or(1, |(number, _)| number);
            vec![Finding::new("opening", file, place, "open the file with `//!` and what it is")]
        }
    }
}

/// A file is a small piece.
fn length(file: &File) -> Vec<Finding> {
    let count = file.lines().count();
    if count <= MAX_LINES {
        return Vec::new();
    }
    let message = format!("{count} lines; split it into pieces of at most {MAX_LINES}");
    vec![Finding::new("length", file, MAX_LINES + 1, message)]
}

/// No test is switched off.
fn ignored_tests(file: &File) -> Vec<Finding> {
    find(
        file,
        "ignored-test",
        &[IGNORE],
        "a test that does not run proves nothing: make it run, or remove it",
    )
}

/// Nothing is left open.
fn unfinished(file: &File) -> Vec<Finding> {
    find(file, "unfinished", &UNFINISHED, "finish it, or return a typed error")
}

/// Nothing waits for time to pass, except a bench, which measures for a time.
fn sleeps(file: &File) -> Vec<Finding> {
    if file.path.starts_with("benches/") {
        return Vec::new();
    }
    find(file, "sleep", &SLEEPS, "wait for the event itself, or move a manual clock")
}

/// `lib.rs` lists what it exports by name.
fn glob_exports(file: &File) -> Vec<Finding> {
    if file.name() != "lib.rs" {
        return Vec::new();
    }
    let code = code(file);
    let mut findings = Vec::new();
    for (position, _) in code.match_indices("pub use ") {
        let item = code[position..].split(';').next().unwrap_or_default();
        if item.contains('*') {
            let place = line_at(&code, position);
            findings.push(Finding::new(
                "glob-export",
                file,
                place,
                "name each item that is exported",
            ));
        }
    }
    findings
}

/// An example says how it is run.
fn run_with(file: &File) -> Vec<Finding> {
    let is_main = file.path.starts_with("examples/") && file.path.ends_with("/src/main.rs");
    let says = |line: &str| line.starts_with("//!") && line.contains("Run with");
    if !is_main || file.lines().any(|(_, line)| says(line)) {
        return Vec::new();
    }
    vec![Finding::new(
        "run-with",
        file,
        1,
        "say how it is run: `//! Run with: cargo run --release -p …`",
    )]
}

/// A `lib.rs` is a contents page: modules and exports, no function with a body.
pub(super) fn contents_page(file: &File) -> Vec<Finding> {
    let code = code(file);
    let starts_word = |position: usize| {
        !code[..position].ends_with(|before: char| before.is_alphanumeric() || before == '_')
    };
    let mut findings = Vec::new();
    for (position, _) in code.match_indices("fn ").filter(|(position, _)| starts_word(*position)) {
        if has_body(&code[position..]) {
            let place = line_at(&code, position);
            findings.push(Finding::new(
                "contents-page",
                file,
                place,
                "move the function into a module",
            ));
        }
    }
    findings
}

/// Whether the function that starts here has a body: a brace comes before the semicolon that is not in brackets.
fn has_body(function: &str) -> bool {
    let mut brackets = 0_usize;
    for character in function.chars() {
        match character {
            '[' => brackets += 1,
            ']' => brackets = brackets.saturating_sub(1),
            '{' => return true,
            ';' if brackets == 0 => return false,
            _ => {}
        }
    }
    false
}

/// Where one of the needles stands in code, not in a comment.
fn find(file: &File, rule: &'static str, needles: &[&str], message: &str) -> Vec<Finding> {
    let hit = |line: &str| needles.iter().any(|needle| without_comment(line).contains(needle));
    file.lines()
        .filter(|(_, line)| hit(line))
        .map(|(number, _)| Finding::new(rule, file, number, message))
        .collect()
}

/// The file without its comments; lines stay where they are.
fn code(file: &File) -> String {
    file.lines().map(|(_, line)| without_comment(line)).collect::<Vec<_>>().join("\n")
}

/// A line up to its comment.
fn without_comment(line: &str) -> &str {
    line.split("//").next().unwrap_or_default()
}

/// The number of the line in which a position lies, from 1.
fn line_at(text: &str, position: usize) -> usize {
    text[..position].matches('\n').count() + 1
}

#[cfg(test)]
mod tests {
    use super::super::tests::{file, rules};
    use super::*;

    /// What the rules find in a module with this text.
    fn found(text: &str) -> Vec<Finding> {
        check(&file("crates/a/src/module.rs", text))
    }

    #[test]
    fn a_file_opens_with_what_it_is() {
        assert_eq!(found("\n//! A module.\n"), []);
        for text in ["", "/// An item.\nfn f() {}\n", "use a::b;\n//! Late.\n"] {
            assert_eq!(rules(&found(text)), ["opening"], "{text:?}");
        }
        assert_eq!(check(&file("crates/a/build.rs", "fn main() {}\n")), []);
        assert_eq!(check(&file("crates/a/tests/ui/fail/x.rs", "fn main() {}\n")), []);
    }

    #[test]
    fn a_file_is_short() {
        let lines = |count: usize| format!("//! A module.\n{}", "\n".repeat(count - 1));
        assert_eq!(found(&lines(MAX_LINES)), []);
        assert_eq!(rules(&found(&lines(MAX_LINES + 1))), ["length"]);
    }

    #[test]
    fn tests_run() {
        assert_eq!(found("//! A.\n#[test]\nfn t() {}\n"), []);
        let findings = found(&format!("//! A.\n#[test] {IGNORE} = \"slow\"]\nfn t() {{}}\n"));
        assert_eq!(rules(&findings), ["ignored-test"]);
        assert_eq!(findings[0].line, 2);
    }

    #[test]
    fn nothing_is_unfinished() {
        for needle in UNFINISHED {
            assert_eq!(rules(&found(&format!("//! A.\nfn f() {{ {needle}) }}\n"))), ["unfinished"]);
            assert_eq!(found(&format!("//! A.\n// says {needle}) in a comment\n")), []);
        }
    }

    #[test]
    fn nothing_sleeps() {
        for needle in SLEEPS {
            assert_eq!(rules(&found(&format!("//! A.\nfn f() {{ {needle}(x); }}\n"))), ["sleep"]);
        }
    }

    #[test]
    fn exports_are_named() {
        let exports =
            |text: &str| check(&file("crates/a/src/lib.rs", &format!("//! A.\n{text}\n")));
        assert_eq!(exports("pub use a::{B, c::D};\nuse super::*;"), []);
        for text in ["pub use a::*;", "pub use a::{\n    b::*,\n    C,\n};"] {
            assert_eq!(rules(&exports(text)), ["glob-export"], "{text}");
        }
    }

    #[test]
    fn an_example_says_how_it_is_run() {
        let example = |text: &str| check(&file("examples/shop/src/main.rs", text));
        assert_eq!(example("//! A shop.\n//!\n//! Run with: `cargo run -p shop`\n"), []);
        assert_eq!(rules(&example("//! A shop.\n")), ["run-with"]);
    }

    #[test]
    fn a_contents_page_holds_no_function() {
        let page = |text: &str| contents_page(&file("crates/a/src/lib.rs", text));
        let fine = "//! # fn example() { }\nmod a;\npub use a::A;\ntype F = fn (u8) -> u8;\n\
                    trait T { }\n pub struct Often;\n";
        assert_eq!(page(fine), []);
        assert_eq!(page("trait T {\n fn f(&self, a: [u8; 3]) -> u8;\n}\n"), []);
        let findings = page("mod a;\npub fn f(a: [u8; 3])\n{ }\n");
        assert_eq!(rules(&findings), ["contents-page"]);
        assert_eq!(findings[0].line, 2);
    }
}

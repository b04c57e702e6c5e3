//! A page whose parts are written apart: each stands between `<!-- NAME:begin -->` and `<!-- NAME:end -->`.

use std::path::Path;
use std::{fs, io};

/// What the page begins with.
const HEAD: &str = "# Benchmarks\n\nWritten by `cargo xtask bench`; do not edit.\n";

/// The parts of the page, in order.
const PARTS: [&str; 8] =
    ["memory", "matrix", "growth", "hit-ratio", "remote", "survivors", "ancestors", "build"];

fn markers(name: &str) -> [String; 2] {
    [format!("<!-- {name}:begin -->"), format!("<!-- {name}:end -->")]
}

/// What stands between the markers of a part.
fn part<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let [begin, end] = markers(name);
    Some(text.split_once(&begin)?.1.split_once(&end)?.0)
}

/// The text with `block` between the markers; `None` if they are not there.
#[must_use]
pub fn replaced(text: &str, name: &str, block: &str) -> Option<String> {
    let [begin, end] = markers(name);
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{}\n{end}{after}", block.trim_end()))
}

/// The page with another `block` as its part `name`; its other parts stay as they are. What a page without markers says is
/// its part `memory`: so it was written before there were others.
fn assembled(page: &str, name: &str, block: &str) -> String {
    let is_old = PARTS.iter().all(|name| part(page, name).is_none());
    let old = page.strip_prefix(HEAD).unwrap_or_default();
    let mut text = HEAD.to_owned();
    for each in PARTS {
        let kept = match part(page, each) {
            None if is_old && each == "memory" => old,
            kept => kept.unwrap_or_default(),
        };
        let content = if each == name { block } else { kept };
        let [begin, end] = markers(each);
        if !content.trim().is_empty() {
            text += &format!("\n{begin}\n\n{}\n\n{end}\n", content.trim());
        }
    }
    text
}

/// Writes a part of the page.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write(path: &Path, name: &str, block: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    let page = fs::read_to_string(path).unwrap_or_default();
    fs::write(path, assembled(&page, name, block))
}

/// Writes a part of another file, if it has the markers; says whether it has.
///
/// # Errors
///
/// When the file cannot be written.
pub fn write_if_marked(path: &Path, name: &str, block: &str) -> io::Result<bool> {
    let text = fs::read_to_string(path).unwrap_or_default();
    match replaced(&text, name, block) {
        Some(text) => fs::write(path, text).map(|()| true),
        None => Ok(false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_written_and_the_others_stay() {
        let page = assembled("", "remote", "two");
        assert_eq!(page, format!("{HEAD}\n<!-- remote:begin -->\n\ntwo\n\n<!-- remote:end -->\n"));
        let both = assembled(&page, "memory", "one\n");
        assert!(
            both.contains("\n\none\n\n<!-- memory:end -->\n\n<!-- remote:begin -->\n\ntwo\n"),
            "{both}"
        );
        let other = assembled(&both, "remote", "three");
        assert_eq!(part(&other, "memory"), part(&both, "memory"));
        assert_eq!(part(&other, "remote").map(str::trim), Some("three"));
    }

    #[test]
    fn a_page_without_markers_is_the_part_of_memory() {
        let page = assembled(&format!("{HEAD}\n## Hits\n"), "remote", "two");
        assert_eq!(part(&page, "memory").map(str::trim), Some("## Hits"));
        let page = assembled(&format!("{HEAD}\n## Hits\n"), "memory", "one");
        assert!(!page.contains("Hits"), "{page}");
    }

    #[test]
    fn a_file_without_markers_stays() {
        assert_eq!(replaced("text", "bench", "block"), None);
        let text = "a <!-- bench:begin --> b <!-- bench:end --> c";
        let expected = "a <!-- bench:begin -->\nblock\n<!-- bench:end --> c";
        assert_eq!(replaced(text, "bench", "block").as_deref(), Some(expected));
    }
}

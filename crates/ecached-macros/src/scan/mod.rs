//! Finds out, from the text of a source file, whether a place is inside an `impl` or a `trait`.
//!
//! An attribute macro on a function without `self` cannot see from its tokens whether the function is an associated one.
//! This reads the file up to the attribute and keeps a stack of the open braces and what opened them. It is no parser:
//! it knows comments, strings and lifetimes, and the first word of what stands before a brace.

mod lexer;

use lexer::{Lexer, Token};

/// What the innermost brace around a place belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enclosing {
    /// `impl Type { … }`
    Inherent,
    /// `impl Trait for Type { … }`
    TraitImpl,
    /// `trait Trait { … }`
    Trait,
    /// A module, a block, or the file itself.
    Other,
}

/// What encloses the place at `line` and `column`, both counted from 1 (columns in bytes).
pub(crate) fn innermost(source: &str, line: usize, column: usize) -> Enclosing {
    let end = offset(source, line, column);
    let mut open = Vec::new();
    let mut header = Header::default();
    for token in Lexer::new(&source[..end]) {
        match token {
            Token::Open('{') => {
                let outer = std::mem::take(&mut header);
                open.push(match outer.depth {
                    0 => (outer.kind(), Header::default()),
                    // A brace inside parentheses does not end what they are part of.
                    _ => (Enclosing::Other, outer),
                });
            }
            Token::Close('}') => header = open.pop().map(|(_, outer)| outer).unwrap_or_default(),
            Token::Open(_) => header.depth += 1,
            Token::Close(_) => header.depth = header.depth.saturating_sub(1),
            Token::Semicolon if header.depth == 0 => header = Header::default(),
            Token::Word { text, is_before_angle } if header.depth == 0 => {
                header.word(text, is_before_angle);
            }
            Token::Semicolon | Token::Word { .. } => {}
        }
    }
    open.last().map_or(Enclosing::Other, |&(kind, _)| kind)
}

/// What stands between the last `;`, `{` or `}` and here.
#[derive(Default)]
struct Header {
    /// Open parentheses and brackets.
    depth: usize,
    /// The first word that is not `pub`, `unsafe` or `default`.
    first: Option<Enclosing>,
    has_for: bool,
    has_where: bool,
}

impl Header {
    fn word(&mut self, text: &str, is_before_angle: bool) {
        match (self.first, text) {
            (None, "pub" | "unsafe" | "default" | "auto") => {}
            (None, "impl") => self.first = Some(Enclosing::Inherent),
            (None, "trait") => self.first = Some(Enclosing::Trait),
            (None, _) => self.first = Some(Enclosing::Other),
            (_, "where") => self.has_where = true,
            // `for<'a>` is a binder.
            (_, "for") if !is_before_angle && !self.has_where => self.has_for = true,
            _ => {}
        }
    }

    fn kind(&self) -> Enclosing {
        match self.first {
            Some(Enclosing::Inherent) if self.has_for => Enclosing::TraitImpl,
            Some(kind) => kind,
            None => Enclosing::Other,
        }
    }
}

/// The byte at that line and column, or the nearest before it.
fn offset(source: &str, line: usize, column: usize) -> usize {
    let start: usize =
        source.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    // Columns count characters.
    let line = source.get(start..).unwrap_or_default();
    start + line.char_indices().nth(column.saturating_sub(1)).map_or(line.len(), |(at, _)| at)
}

#[cfg(test)]
mod tests;

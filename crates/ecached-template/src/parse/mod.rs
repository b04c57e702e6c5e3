//! How text becomes a template.
//!
//! One pass over the characters collects literals and fields; a second look at neighbouring pieces finds the fields
//! whose values could not be told apart, and notes which character ends each field's text.

use crate::escape::is_always_escaped;
use crate::template::LEN_MAX_BYTES;
use crate::{Field, ParseError, Piece, Template};

/// Parses a whole template.
pub(crate) fn parse(text: &str) -> Result<Template, ParseError> {
    if text.is_empty() {
        return Err(ParseError::new(
            0,
            "this template is empty: write at least one character or placeholder",
        ));
    }
    if text.len() > LEN_MAX_BYTES {
        let message = format!(
            "this template is {} bytes long: at most {LEN_MAX_BYTES} are allowed",
            text.len()
        );
        return Err(ParseError::new(LEN_MAX_BYTES, message));
    }
    let mut parser =
        Parser { text, at: 0, style: None, literal: String::new(), pieces: Vec::new() };
    parser.run()?;
    let mut pieces = parser.pieces;
    end_fields(&mut pieces)?;
    Ok(Template { pieces })
}

struct Parser<'a> {
    text: &'a str,
    /// Where the next character is, in bytes.
    at: usize,
    /// The bracket that opened the first placeholder.
    style: Option<char>,
    literal: String,
    pieces: Vec<Piece>,
}

impl Parser<'_> {
    fn run(&mut self) -> Result<(), ParseError> {
        while let Some(c) = self.text[self.at..].chars().next() {
            let start = self.at;
            self.at += c.len_utf8();
            match c {
                '<' | '>' | '{' | '}' if self.text[self.at..].starts_with(c) => {
                    self.literal.push(c);
                    self.at += 1;
                }
                '<' | '{' => self.field(start, c)?,
                '>' | '}' => {
                    let message = format!("stray `{c}`: write `{c}{c}` for the character itself");
                    return Err(ParseError::new(start, message));
                }
                c if c.is_control() => {
                    let message = format!(
                        "control character {c:?} in a template: write it as a parameter's value"
                    );
                    return Err(ParseError::new(start, message));
                }
                c => self.literal.push(c),
            }
        }
        self.end_literal();
        Ok(())
    }

    fn end_literal(&mut self) {
        if !self.literal.is_empty() {
            self.pieces.push(Piece::Literal(std::mem::take(&mut self.literal)));
        }
    }

    /// Parses a placeholder whose bracket `open`, at `start`, has just been read.
    fn field(&mut self, start: usize, open: char) -> Result<(), ParseError> {
        let close = if open == '<' { '>' } else { '}' };
        if self.style.is_some_and(|style| style != open) {
            let message = format!(
                "`{open}` after a placeholder of the other form: one template uses either `<…>` or `{{…}}`; \
                 write `{open}{open}` for the character itself"
            );
            return Err(ParseError::new(start, message));
        }
        self.style = Some(open);
        let rest = &self.text[self.at..];
        let end = rest.find(['<', '>', '{', '}']).filter(|&end| rest[end..].starts_with(close));
        let Some(end) = end else {
            let message = format!(
                "unclosed `{open}`: write `{open}name{close}`, or `{open}{open}` for the character itself"
            );
            return Err(ParseError::new(start, message));
        };
        let inside = &rest[..end];
        let (path, debug) = path_and_spec(inside, self.at)?;
        self.at += end + 1;
        self.end_literal();
        self.pieces.push(Piece::Field(Field { path, debug, until: None, offset: start }));
        Ok(())
    }
}

/// Parses what stands between the brackets; `offset` is where that starts in the template.
fn path_and_spec(inside: &str, offset: usize) -> Result<(Vec<String>, bool), ParseError> {
    let (path, debug) = match inside.split_once(':') {
        None => (inside, false),
        Some((path, "?")) => (path, true),
        Some((path, spec)) => {
            let message = format!(
                "unknown format `:{spec}`: only `:?` is known; for anything else write the key as an expression, \
                 `key = format!(…)`"
            );
            return Err(ParseError::new(offset + path.len(), message));
        }
    };
    if path.is_empty() {
        return Err(ParseError::new(
            offset,
            "this placeholder is empty: name a parameter in it, such as `<id>`",
        ));
    }
    let mut parts = Vec::new();
    let mut at = offset;
    for part in path.split('.') {
        let fits = is_identifier(part) || (!parts.is_empty() && is_index(part));
        if !fits || (part == "self" && !parts.is_empty()) {
            return Err(ParseError::new(at, bad_part(part, parts.is_empty())));
        }
        parts.push(part.to_owned());
        at += part.len() + 1;
    }
    Ok((parts, debug))
}

fn bad_part(part: &str, is_first: bool) -> String {
    if part.is_empty() {
        "a name is missing beside this `.`: write `<user.id>`".to_owned()
    } else if let Some(raw) = part.strip_prefix("r#") {
        format!("write a raw identifier without its `r#`: `<{raw}>`")
    } else if part.trim() != part {
        "no spaces are allowed in a placeholder: write `<name>`".to_owned()
    } else if part.contains(['(', '[']) {
        "a placeholder names parameters and their fields only: for a call or an index write the key as an \
         expression, `key = format!(…)`"
            .to_owned()
    } else if is_first && is_index(part) {
        "placeholders name parameters, they do not count them: write `<name>`".to_owned()
    } else {
        format!(
            "`{part}` is not the name of a parameter or a field: write `<name>` or `<name.field>`"
        )
    }
}

fn is_identifier(part: &str) -> bool {
    let mut chars = part.chars();
    chars.next().is_some_and(|c| c == '_' || c.is_alphabetic())
        && chars.all(|c| c == '_' || c.is_alphanumeric())
        && part != "_"
}

fn is_index(part: &str) -> bool {
    !part.is_empty()
        && part.len() <= 4
        && part.bytes().all(|byte| byte.is_ascii_digit())
        && (part == "0" || !part.starts_with('0'))
}

/// Notes for each field which character ends its text, and refuses fields whose values could not be told apart.
fn end_fields(pieces: &mut [Piece]) -> Result<(), ParseError> {
    let Some(last) = pieces.iter().rposition(|piece| matches!(piece, Piece::Field(_))) else {
        return Ok(());
    };
    for index in 0..last {
        let (head, tail) = pieces.split_at_mut(index + 1);
        let Piece::Field(field) = &mut head[index] else { continue };
        match &tail[0] {
            Piece::Field(next) => {
                let message = format!(
                    "nothing separates `{field}` from `{next}`: put a separator between them, `{field}:{next}`"
                );
                return Err(ParseError::new(next.offset, message));
            }
            Piece::Literal(text) => {
                let separator = text.chars().next().expect("invariant: literals are not empty");
                if matches!(separator, '%' | '0'..='9' | 'A'..='F') {
                    let message = format!(
                        "`{separator}` after `{field}` could be part of an escaped value: start the separator with \
                         another character, `{field}:{separator}`"
                    );
                    return Err(ParseError::new(field.offset, message));
                }
                field.until = Some(separator).filter(|&c| !is_always_escaped(c));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;

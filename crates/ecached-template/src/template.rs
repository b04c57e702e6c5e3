//! What a template is: literal text and fields, in order.

use std::fmt;

use crate::ParseError;
use crate::parse::parse;

/// The longest text that [`Template::parse`] accepts, in bytes.
pub const LEN_MAX_BYTES: usize = 1024;

/// A parsed template, such as `user:<id>`.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Template {
    /// Literal text and fields in the order in which they are rendered; two literals never follow each other.
    pub pieces: Vec<Piece>,
}

/// One part of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[expect(
    clippy::exhaustive_enums,
    reason = "a template has text and fields, nothing else; who renders one must know"
)]
pub enum Piece {
    /// Text that is rendered as it stands.
    Literal(String),
    /// A place where a value is rendered, escaped.
    Field(Field),
}

/// A placeholder of a [`Template`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Field {
    /// The parameter and the fields below it: `["user", "address", "city"]`, `["self", "id"]`, `["pair", "0"]`.
    /// It has at least one element. A raw identifier stands without its `r#`.
    pub path: Vec<String>,
    /// Whether the value is rendered by `Debug` (`<x:?>`) instead of `Display`.
    pub debug: bool,
    /// The character that ends this field's text, if another field follows later: it must be escaped in the value.
    /// `None` if there is none, or if it is escaped anyway.
    pub until: Option<char>,
    /// Where the placeholder starts in the text that was parsed, in bytes.
    pub offset: usize,
}

impl Template {
    /// Parses a template.
    ///
    /// # Errors
    ///
    /// When `text` is empty, longer than [`LEN_MAX_BYTES`], contains control characters, mixes `<…>` and `{…}`, has an
    /// unclosed, empty or malformed placeholder, or two placeholders whose values could not be told apart.
    ///
    /// # Examples
    ///
    /// ```
    /// use ecached_template::Template;
    ///
    /// assert_eq!(Template::parse("sum:{n}").unwrap(), Template::parse("sum:<n>").unwrap());
    /// assert!(Template::parse("<a><b>").is_err(), "nothing between them: (\"x\", \"yz\") would equal (\"xy\", \"z\")");
    /// ```
    pub fn parse(text: &str) -> Result<Self, ParseError> {
        parse(text)
    }

    /// The placeholders, in order.
    pub fn fields(&self) -> impl Iterator<Item = &Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Field(field) => Some(field),
            Piece::Literal(_) => None,
        })
    }

    /// Whether the template has no placeholder.
    #[must_use]
    pub fn is_constant(&self) -> bool {
        self.fields().next().is_none()
    }
}

/// The canonical form, with `<…>`.
impl fmt::Display for Template {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for piece in &self.pieces {
            match piece {
                Piece::Field(field) => write!(f, "{field}")?,
                Piece::Literal(text) => {
                    for c in text.chars() {
                        if matches!(c, '<' | '>' | '{' | '}') {
                            write!(f, "{c}")?;
                        }
                        write!(f, "{c}")?;
                    }
                }
            }
        }
        Ok(())
    }
}

/// The canonical form: `<user.id>`, `<x:?>`.
impl fmt::Display for Field {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{}{}>", self.path.join("."), if self.debug { ":?" } else { "" })
    }
}

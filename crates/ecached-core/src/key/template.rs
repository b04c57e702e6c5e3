//! Templates known only at run time: configuration, tools, admin pages. The macros check theirs at compile time.

use super::KeyBuf;
use super::field::display;
use crate::{Error, ErrorKind, Result};
use ecached_template::{Piece, Template};
use std::collections::HashMap;
use std::fmt::Display;

/// A key, tag or prefix template that is read at run time: the same grammar and escaping as in the macros.
///
/// # Examples
///
/// ```
/// use ecached_core::key::template::KeyTemplate;
///
/// let template = KeyTemplate::parse("user:<id>:<kind>")?;
/// assert_eq!(template.render(&[("id", &7), ("kind", &"a:b")])?, "user:7:a%3Ab");
/// assert!(template.render(&[("id", &7)]).is_err(), "`kind` is missing");
/// # Ok::<(), ecached_core::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct KeyTemplate {
    template: Template,
    /// The template in the notation of the `strfmt` crate, with numbered fields.
    format: String,
}

impl KeyTemplate {
    /// Reads a template: `user:<id>`, or `user:{id}`. Fields are names of values, also dotted ones.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTemplate`] when it is empty, unclosed, names nothing, or would give two lists of values the
    /// same key; the message says what to write.
    pub fn parse(text: &str) -> Result<Self> {
        let template = Template::parse(text)?;
        let mut format = String::with_capacity(text.len() + 16);
        for (number, piece) in template.pieces.iter().enumerate() {
            match piece {
                Piece::Literal(literal) => {
                    format.push_str(&literal.replace('{', "{{").replace('}', "}}"));
                }
                Piece::Field(_) => {
                    format.push_str("{f");
                    format.push_str(itoa::Buffer::new().format(number));
                    format.push('}');
                }
            }
        }
        Ok(Self { template, format })
    }

    /// The name for these values. A value that the template does not name is not used.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTemplate`] when a field has no value.
    pub fn render(&self, values: &[(&str, &dyn Display)]) -> Result<String> {
        let mut escaped = HashMap::with_capacity(values.len());
        for (number, piece) in self.template.pieces.iter().enumerate() {
            let Piece::Field(field) = piece else { continue };
            let name = field.path.join(".");
            let Some((_, value)) = values.iter().find(|(given, _)| *given == name) else {
                return Err(Error::new(
                    ErrorKind::InvalidTemplate,
                    format!("the field <{name}> has no value"),
                ));
            };
            let mut text = KeyBuf::new();
            display(&mut text, *value, field.until);
            escaped.insert(format!("f{number}"), text.into_string());
        }
        // Every field has a value and every brace is doubled, so this cannot fail on what the parser accepted.
        strfmt::strfmt(&self.format, &escaped)
            .map_err(|error| Error::new(ErrorKind::InvalidTemplate, error.to_string()))
    }
}

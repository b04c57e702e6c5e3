//! Key and tag templates of `ecached`: the parser, and the escaping that makes a rendered key injective.
//!
//! A template is literal text with fields in it: `user:<id>`, `shop:<self.shop>:<pair.0>`, `<point:?>` (by `Debug`).
//! `{id}` may be written for `<id>`, but one template uses one of the two forms. `<<`, `>>`, `{{` and `}}` stand for the
//! characters themselves.
//!
//! The macros parse templates when a program is compiled; the runtime parses those that come from configuration.
//! Both use this crate, so both accept the same text and escape in the same way. It has no dependencies.
//!
//! ```
//! use ecached_template::{Template, escape_into};
//!
//! let template = Template::parse("user:<user.id>").unwrap();
//! let field = template.fields().next().unwrap();
//! assert_eq!(field.path, ["user", "id"]);
//!
//! let mut out = String::from("user:");
//! escape_into(&mut out, "a:b", field.until);
//! assert_eq!(out, "user:a%3Ab");
//! ```
//!
//! # Layout
//!
//! In reading order: `template` (what a template is), `parse` (how text becomes one), `escape` (how values are rendered
//! into one), `error`.

mod error;
mod escape;
mod parse;
mod template;

pub use crate::error::ParseError;
pub use crate::escape::{escape_into, needs_escape, unescape};
pub use crate::template::{Field, LEN_MAX_BYTES, Piece, Template};

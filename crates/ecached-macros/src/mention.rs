//! Which identifiers an expression mentions, as tokens; also in the text of format strings (`"{id}"`).

use proc_macro2::{Ident, TokenStream, TokenTree};
use syn::ext::IdentExt;

/// Whether `tokens` mention the variable `name`.
///
/// A field or method of that name (`x.id`) and the tail of a path (`x::id`) are not mentions.
pub(crate) fn mentions(tokens: &TokenStream, name: &str) -> bool {
    // What the last two tokens were, as punctuation: `.`, `..` and `::` tell a field from a variable.
    let mut before = [' '; 2];
    for token in tokens.clone() {
        let found = match &token {
            TokenTree::Ident(ident) => {
                let is_field = before[1] == '.' && before[0] != '.';
                let is_path_tail = before == [':', ':'];
                !is_field && !is_path_tail && unraw(ident) == name
            }
            TokenTree::Group(group) => mentions(&group.stream(), name),
            TokenTree::Literal(literal) => captures(&literal.to_string(), name),
            TokenTree::Punct(_) => false,
        };
        if found {
            return true;
        }
        let last = if let TokenTree::Punct(punct) = &token { punct.as_char() } else { ' ' };
        before = [before[1], last];
    }
    false
}

/// An identifier's text without `r#`.
pub(crate) fn unraw(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// Whether the text of a string literal captures `name`: `{name}`, `{name:?}`, `{:name$}`; in a template `<name.field>`.
fn captures(literal: &str, name: &str) -> bool {
    if !literal.contains(['"']) {
        return false;
    }
    literal.match_indices(name).any(|(at, _)| {
        let before = literal[..at].chars().next_back();
        let after = literal[at + name.len()..].chars().next();
        matches!(
            (before, after),
            (Some('{' | '<'), Some('}' | '>' | ':' | '.'))
                | (Some(':' | '.' | '<' | '>' | '^'), Some('$'))
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_mentioned_fields_and_paths_are_not() {
        for (code, expected) in [
            ("id + 1", true),
            ("f(&[x, (id)])", true),
            ("id.len()", true),
            ("0..id", true),
            ("r#id", true),
            ("user.id", false),
            ("user.id()", false),
            ("Kind::id", false),
            ("identity", false),
        ] {
            assert_eq!(mentions(&code.parse().unwrap(), "id"), expected, "{code}");
        }
    }

    #[test]
    fn format_strings_capture_variables() {
        for (code, expected) in [
            (r#"format!("{id}")"#, true),
            (r#"format!("{id:?}")"#, true),
            (r#"format!("{x:id$}")"#, true),
            (r##"format!(r#"{id:>3}"#)"##, true),
            (r#"tag!("book:<id>")"#, true),
            (r#"tag!("book:<id.0>")"#, true),
            (r#"format!("id {ids}")"#, false),
        ] {
            assert_eq!(mentions(&code.parse().unwrap(), "id"), expected, "{code}");
        }
    }
}

//! How values are rendered into a template, such that different values give different text.
//!
//! Each byte of a character that could be taken for a separator, and `%` itself, becomes `%XX` with uppercase digits.
//! Everything else stays as it is, so that ordinary ids remain readable in the store.

/// Whether `c` is escaped in every field: `%`, `:`, and what no backend allows in a key (the space and ASCII controls).
pub(crate) const fn is_always_escaped(c: char) -> bool {
    matches!(c, '%' | ':' | '\u{0}'..=' ' | '\u{7F}')
}

/// Whether [`escape_into`] would change `value`.
///
/// # Examples
///
/// ```
/// use ecached_template::needs_escape;
///
/// assert!(!needs_escape("a-b", None));
/// assert!(needs_escape("a-b", Some('-')));
/// ```
#[must_use]
pub fn needs_escape(value: &str, until: Option<char>) -> bool {
    value.bytes().any(|byte| is_always_escaped(char::from(byte)))
        || until.is_some_and(|until| value.contains(until))
}

/// Appends `value`, escaped.
///
/// `until` is the field's [`until`](crate::Field::until), escaped in addition to what is always escaped.
///
/// # Examples
///
/// ```
/// use ecached_template::escape_into;
///
/// let mut out = String::new();
/// escape_into(&mut out, "Ünal-7: 50%/x", Some('/'));
/// assert_eq!(out, "Ünal-7%3A%2050%25%2Fx");
/// ```
pub fn escape_into(out: &mut String, value: &str, until: Option<char>) {
    let mut copied = 0;
    for (at, c) in value.char_indices() {
        if is_always_escaped(c) || until == Some(c) {
            let end = at + c.len_utf8();
            out.push_str(&value[copied..at]);
            for byte in &value.as_bytes()[at..end] {
                out.push('%');
                out.push(hex_digit(byte >> 4));
                out.push(hex_digit(byte & 0xF));
            }
            copied = end;
        }
    }
    out.push_str(&value[copied..]);
}

/// The value that [`escape_into`] rendered as `text`; `None` if it could not have rendered it.
///
/// # Examples
///
/// ```
/// use ecached_template::unescape;
///
/// assert_eq!(unescape("a%3Ab").as_deref(), Some("a:b"));
/// assert_eq!(unescape("50%"), None);
/// ```
#[must_use]
pub fn unescape(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(if byte == b'%' {
            hex_value(rest.next()?)? << 4 | hex_value(rest.next()?)?
        } else {
            byte
        });
    }
    String::from_utf8(bytes).ok()
}

const fn hex_digit(value: u8) -> char {
    (if value < 10 { b'0' + value } else { b'A' + value - 10 }) as char
}

const fn hex_value(digit: u8) -> Option<u8> {
    match digit {
        b'0'..=b'9' => Some(digit - b'0'),
        b'A'..=b'F' => Some(digit - b'A' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(value: &str, until: Option<char>) -> String {
        let mut out = String::new();
        escape_into(&mut out, value, until);
        out
    }

    #[test]
    fn separators_and_controls_are_escaped() {
        assert_eq!(escaped("a:b c%d\n\u{7F}", None), "a%3Ab%20c%25d%0A%7F");
    }

    #[test]
    fn the_terminator_is_escaped_byte_by_byte() {
        assert_eq!(escaped("a/b", Some('/')), "a%2Fb");
        assert_eq!(escaped("aéb", Some('é')), "a%C3%A9b");
    }

    #[test]
    fn only_what_escaping_changes_needs_it() {
        for value in ["", "abc", "é", "a b", "a%", "a/b", "日本"] {
            for until in [None, Some('/'), Some('é')] {
                assert_eq!(
                    needs_escape(value, until),
                    escaped(value, until) != value,
                    "{value:?} {until:?}"
                );
            }
        }
    }

    #[test]
    fn lowercase_or_torn_escapes_are_refused() {
        for text in ["%3a", "%", "%4", "%FF", "%G0"] {
            assert_eq!(unescape(text), None, "{text}");
        }
    }
}

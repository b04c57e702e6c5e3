//! Properties of templates and escaping, over random templates and values.

use ecached_template::{Piece, Template, escape_into, unescape};
use proptest::prelude::*;

/// The text of a valid template: literals around `count` fields.
fn template_text() -> impl Strategy<Value = String> {
    let literal = "[-:/ xGé%A1<>{}]{0,3}";
    let separator = "[-:/ xGaé.|][-:/ x%A1]{0,3}";
    (literal, proptest::collection::vec(separator, 0..3), literal, any::<bool>()).prop_map(
        |(head, separators, tail, braces)| {
            let double = |text: &str| -> String {
                text.chars()
                    .flat_map(|c| std::iter::repeat_n(c, if "<>{}".contains(c) { 2 } else { 1 }))
                    .collect()
            };
            let field = |n: usize| if braces { format!("{{f{n}}}") } else { format!("<f{n}>") };
            let mut text = double(&head) + &field(0);
            for (n, separator) in separators.iter().enumerate() {
                text += &(double(separator) + &field(n + 1));
            }
            text + &double(&tail)
        },
    )
}

/// A value made of what is likely to collide.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![4 => "[-:/ xGé%A15a.|<>]{0,5}", 1 => any::<String>()]
}

fn render(template: &Template, values: &[String]) -> String {
    let mut out = String::new();
    let mut values = values.iter();
    for piece in &template.pieces {
        match piece {
            Piece::Literal(text) => out.push_str(text),
            Piece::Field(field) => {
                escape_into(&mut out, values.next().expect("a value per field"), field.until);
            }
        }
    }
    out
}

/// Recovers the values from a rendered key; that it can is what injective means.
fn read_back(template: &Template, mut text: &str) -> Option<Vec<String>> {
    let fields = template.fields().count();
    let mut values = Vec::new();
    for (index, piece) in template.pieces.iter().enumerate() {
        match piece {
            Piece::Literal(literal) => text = text.strip_prefix(literal.as_str())?,
            Piece::Field(_) => {
                let end = match template.pieces.get(index + 1) {
                    Some(Piece::Literal(next)) if values.len() + 1 < fields => {
                        text.find(next.chars().next()?)?
                    }
                    Some(Piece::Literal(tail)) => text.len() - tail.len(),
                    _ => text.len(),
                };
                values.push(unescape(&text[..end])?);
                text = &text[end..];
            }
        }
    }
    text.is_empty().then_some(values)
}

proptest! {
    #[test]
    fn a_rendered_key_is_exactly_its_values(text in template_text(), all in proptest::collection::vec(value(), 3)) {
        let template = Template::parse(&text).unwrap();
        let values = &all[..template.fields().count()];
        let key = render(&template, values);
        let recovered = read_back(&template, &key);
        prop_assert_eq!(recovered.as_deref(), Some(values), "{} rendered as {}", text, key);
    }

    #[test]
    fn different_values_give_different_keys(
        text in template_text(), a in proptest::collection::vec(value(), 3), b in proptest::collection::vec(value(), 3),
    ) {
        let template = Template::parse(&text).unwrap();
        let count = template.fields().count();
        prop_assert_eq!(a[..count] == b[..count], render(&template, &a) == render(&template, &b));
    }

    #[test]
    fn escaping_is_undone_by_unescape(value in any::<String>(), until in any::<Option<char>>()) {
        // The parser never makes a hex digit the end of a field.
        let until = until.filter(|c| !matches!(c, '0'..='9' | 'A'..='F'));
        let mut out = String::new();
        escape_into(&mut out, &value, until);
        let special = |c: char| u32::from(c) < 0x21 || c == ':' || c == '\x7F' || (until == Some(c) && c != '%');
        prop_assert!(!out.contains(special), "{}", out);
        prop_assert_eq!(unescape(&out), Some(value));
    }

    #[test]
    fn ordinary_ids_stay_as_they_are(value in "[A-Za-z0-9_.@/+\\p{L}-]*") {
        let mut out = String::new();
        escape_into(&mut out, &value, None);
        prop_assert_eq!(out, value);
    }

    #[test]
    fn the_canonical_form_parses_to_the_same(text in template_text()) {
        let template = Template::parse(&text).unwrap();
        let again = Template::parse(&template.to_string()).unwrap();
        prop_assert_eq!(template.to_string(), again.to_string());
        prop_assert_eq!(template.fields().count(), again.fields().count());
    }

    #[test]
    fn no_text_makes_the_parser_panic(text in any::<String>(), near in "[<>{}a.:?0r# %]{0,12}") {
        for text in [text, near] {
            if let Err(error) = Template::parse(&text) {
                prop_assert!(error.offset() <= text.len());
            }
        }
    }
}

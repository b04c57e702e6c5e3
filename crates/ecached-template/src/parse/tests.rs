//! What the parser accepts, and what it says about the rest.

use crate::{Piece, Template};

fn fields(text: &str) -> Vec<(String, Option<char>, usize)> {
    let template = Template::parse(text).unwrap_or_else(|error| panic!("{text}: {error}"));
    template.fields().map(|field| (field.to_string(), field.until, field.offset)).collect()
}

#[track_caller]
fn refuses(text: &str, offset: usize, part_of_message: &str) {
    let error = Template::parse(text).expect_err(text);
    assert!(error.to_string().contains(part_of_message), "{text}: {error}");
    assert_eq!(error.offset(), offset, "{text}: {error}");
}

#[test]
fn paths_indices_and_debug_are_fields() {
    let found = fields("u:<self.id>:<pair.0>:<user.address.city>:<kind:?>:<type>");
    let paths: Vec<_> = found.iter().map(|(path, ..)| path.as_str()).collect();
    assert_eq!(paths, ["<self.id>", "<pair.0>", "<user.address.city>", "<kind:?>", "<type>"]);
}

#[test]
fn braces_are_the_same_as_angle_brackets() {
    assert_eq!(fields("sum:{a}-{b}"), fields("sum:<a>-<b>"));
}

#[test]
fn the_separator_of_a_later_field_is_escaped() {
    let found = fields("<a>/<b>:<c> <d>-x");
    let ends: Vec<_> = found.iter().map(|&(_, until, _)| until).collect();
    assert_eq!(ends, [Some('/'), None, None, None]);
}

#[test]
fn doubled_brackets_are_literal() {
    let template = Template::parse("<<a>>{{<b>}}").unwrap();
    assert_eq!(template.pieces[0], Piece::Literal("<a>{".to_owned()));
    assert_eq!(template.pieces[2], Piece::Literal("}".to_owned()));
    assert_eq!(template.to_string(), "<<a>>{{<b>}}");
}

#[test]
fn a_template_without_fields_is_constant() {
    assert!(Template::parse("all users").unwrap().is_constant());
    assert!(!Template::parse("<a>").unwrap().is_constant());
}

#[test]
fn empty_long_and_control_texts_are_refused() {
    refuses("", 0, "empty");
    refuses(&"x".repeat(1025), 1024, "at most 1024");
    refuses("a\nb", 1, "control character");
}

#[test]
fn malformed_placeholders_are_refused() {
    refuses("a:<b", 2, "unclosed `<`: write `<name>`");
    refuses("a:{b>", 2, "unclosed `{`");
    refuses("a:<>", 3, "empty");
    refuses("a>b", 1, "stray `>`: write `>>`");
    refuses("<a>:{b}", 4, "either `<…>` or `{…}`");
    refuses("{a}:<b>", 4, "either `<…>` or `{…}`");
    refuses("<a:x>", 2, "unknown format `:x`");
    refuses("<a..b>", 3, "a name is missing");
    refuses("<r#type>", 1, "`<type>`");
    refuses("< a>", 1, "no spaces");
    refuses("<a.len()>", 3, "key = format!(…)");
    refuses("{0}", 1, "name parameters");
    refuses("<a.self>", 3, "`self` is not the name");
    refuses("<a.01>", 3, "`01` is not the name");
    refuses("<_>", 1, "`_` is not the name");
}

#[test]
fn fields_that_could_run_into_each_other_are_refused() {
    refuses("<a><b>", 3, "`<a>:<b>`");
    refuses("<a>%<b>", 0, "escaped value");
    refuses("<a>1<b>", 0, "`<a>:1`");
    refuses("<a>F<b>", 0, "escaped value");
    assert_eq!(fields("<a>1").len(), 1, "nothing follows");
    assert_eq!(fields("<a>g<b>")[0].1, Some('g'));
}

//! Where a `§` in a source file stands.

use super::{Enclosing, innermost};

#[track_caller]
fn stands_in(source: &str, expected: Enclosing) {
    let at = source.find('§').expect("a mark");
    let line = source[..at].matches('\n').count() + 1;
    let line_start = source[..at].rfind('\n').map_or(0, |newline| newline + 1);
    let column = source[line_start..at].chars().count() + 1;
    assert_eq!(innermost(source, line, column), expected, "{source}");
}

#[test]
fn the_file_modules_and_blocks_are_other() {
    stands_in("§ fn f() {}", Enclosing::Other);
    stands_in("impl A {}\n§ fn f() {}", Enclosing::Other);
    stands_in("mod m {\n    § fn f() {}\n}", Enclosing::Other);
    stands_in("impl A { fn f() { § fn g() {} } }", Enclosing::Other);
    stands_in("fn f() -> impl Fn() { § fn g() {} }", Enclosing::Other);
    stands_in("const X: u8 = { § 1 };", Enclosing::Other);
}

#[test]
fn impls_and_traits_are_told_apart() {
    stands_in("impl A {\n    § fn f() {}\n}", Enclosing::Inherent);
    stands_in(
        "#[allow(x)] unsafe impl<T: B> A<T> where T: for<'a> C<'a> { fn g() {} § }",
        Enclosing::Inherent,
    );
    stands_in("impl<T> B for A<T> { § }", Enclosing::TraitImpl);
    stands_in("impl B for [u8; { 3 }] { § }", Enclosing::TraitImpl);
    stands_in("impl A<for<'a> fn(&'a u8)> { § }", Enclosing::Inherent);
    stands_in("pub(crate) trait A: B where Self: Sized { § }", Enclosing::Trait);
    stands_in("fn f() { impl A { § } }", Enclosing::Inherent);
}

#[test]
fn a_path_of_functions_before_the_place_is_left_again() {
    stands_in(
        "impl A { fn f(&self) -> u8 { if x { [1; { 2 }][0] } else { S { a: 1 }.a } } § }",
        Enclosing::Inherent,
    );
}

#[test]
fn braces_in_comments_strings_and_characters_do_not_count() {
    for noise in [
        "// {\n",
        "/* { /* { */ { */",
        r#""{ \" {""#,
        r##"r#"{ " {"#"##,
        r#"r"{ \""#,
        r#"br"{""#,
        r#"b"{""#,
        "'{'",
        r"'\''; '{'",
        r"b'{'",
        "&'a str",
        "r#impl",
        "'\u{1F600}'",
    ] {
        stands_in(&format!("impl A {{ const X: u8 = f({noise}); § }}"), Enclosing::Inherent);
        stands_in(&format!("mod m {{ const X: u8 = f({noise}); § }}"), Enclosing::Other);
    }
}

#[test]
fn places_outside_the_file_do_no_harm() {
    assert_eq!(innermost("impl A {", 99, 99), Enclosing::Inherent);
    assert_eq!(innermost("impl é {", 1, 7), Enclosing::Other);
}

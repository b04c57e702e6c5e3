//! What compiles, and what the macros say about what does not. `TRYBUILD=overwrite cargo test -p ecached-macros --test ui`
//! writes the messages.

#[test]
fn ui() {
    let cases = trybuild::TestCases::new();
    cases.pass("tests/ui/pass/*.rs");
    cases.compile_fail("tests/ui/fail/*.rs");
}

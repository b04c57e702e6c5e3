//! What the macros expand to. `UPDATE_EXPECT=1 cargo test -p ecached-macros` writes the snapshots.

use expect_test::{Expect, expect, expect_file};
use proc_macro2::TokenStream;

use super::cached;

#[track_caller]
fn check(expansion: &TokenStream, expected: &Expect) {
    expected.assert_eq(&pretty(expansion));
}

fn pretty(items: &TokenStream) -> String {
    let file = syn::parse2(items.clone()).unwrap_or_else(|error| panic!("{error}: {items}"));
    prettyplease::unparse(&file)
}

/// An expansion that is an expression.
fn pretty_expr(expr: &TokenStream) -> String {
    pretty(&quote::quote!(fn expansion() { let _ = #expr; }))
}

#[test]
fn a_function() {
    let expansion = cached(
        r#""user:<id>", 3600, tags = ["users", "org:<org>"]"#,
        "/// Loads.\npub fn load_user(id: u64, org: &str) -> Result<User, DbError> { db(id) }",
    );
    expect_file!["snapshots/function.txt"].assert_eq(&pretty(&expansion));
}

#[test]
fn an_async_function_with_tags_from_the_value() {
    let expansion = cached(
        r#""fav:<user>", prefix = "p:<user>", timeout = |b| b.len(), tags = |b: &Vec<Book>| b.iter().map(|b| tag(b, user))"#,
        "async fn favourites(user: String) -> Vec<Book> { db(user).await }",
    );
    expect_file!["snapshots/async_value_tags.txt"].assert_eq(&pretty(&expansion));
}

#[test]
fn a_method_with_a_pattern() {
    let expansion = cached(
        r#""o:<self.id>:<id>", cache = self.cache"#,
        "fn orders(&mut self, Path(mut id): Path<u64>) {}",
    );
    let file = pretty(&quote::quote!(impl Shop { #expansion }));
    expect_file!["snapshots/method.txt"].assert_eq(&file);
}

#[test]
fn a_method_of_a_trait_keeps_its_body() {
    let expansion = cached(
        "companions = false, local",
        "fn total<T: Display>(&self, mut of: T, (a, _): (u8, u8)) -> u64 { of += 1; 3 }",
    );
    let file = pretty(&quote::quote!(impl Total for Shop { #expansion }));
    expect_file!["snapshots/alone.txt"].assert_eq(&file);
}

#[test]
fn a_function_that_invalidates() {
    let expansion = crate::invalidates::invalidates(
        r#"tags = ["user:<id>"], on_error = log"#.parse().unwrap(),
        &"async fn rename(id: u64, name: String) -> Result<(), E> { db(id, name).await?; Ok(()) }"
            .parse()
            .unwrap(),
    );
    expect_file!["snapshots/invalidates.txt"].assert_eq(&pretty(&expansion));
}

#[test]
fn a_closure_and_blocks() {
    let closure = r#""sum:<n>", cache = mine, async |n: u64| -> u64 { n }"#;
    let inline = r#""user:<id>", 60, tags = ["u:<id>"], async move { db.user(id).await }"#;
    let block = r#""count", cache_none = false, { count_rows() }"#;
    let all = [closure, inline, block]
        .map(|input| pretty_expr(&crate::wrap::ecached(input.parse().unwrap())));
    expect_file!["snapshots/wrap.txt"].assert_eq(&all.join("\n"));
}

#[test]
fn a_name() {
    let name = crate::invalidates::name(r#""book:<b.id>:<x:?>""#.parse().unwrap());
    check(
        &quote::quote!(fn expansion() -> String { #name }),
        &expect![[r#"
            fn expansion() -> String {
                {
                    let mut __k = ::ecached::__private::KeyBuf::new();
                    __k.segment("book:", const { ::ecached::__private::segment_hash("book") });
                    ::ecached::__private::field!(& mut __k, b.id, ::core::option::Option::None);
                    __k.literal(":");
                    ::ecached::__private::field_debug!(& mut __k, x, ::core::option::Option::None);
                    __k.into_string()
                }
            }
        "#]],
    );
}

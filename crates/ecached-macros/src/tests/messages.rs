//! What is said about wrong input: one line per message. `tests/ui` shows where.

use super::cached;

/// The messages in an expansion.
fn messages(expansion: &proc_macro2::TokenStream) -> Vec<String> {
    let text = expansion.to_string();
    let calls = text.split("compile_error !").skip(1);
    calls
        .filter_map(|call| {
            Some(call.split_once('"')?.1.split_once("\" }")?.0.replace("\\\"", "\""))
        })
        .collect()
}

#[track_caller]
fn refuses(args: &str, item: &str, part: &str) {
    let found = messages(&cached(args, item));
    assert!(found.iter().any(|message| message.contains(part)), "{args}: {found:?}");
}

#[track_caller]
fn accepts(args: &str, item: &str) {
    assert_eq!(messages(&cached(args, item)), [""; 0], "{args}");
}

const FN: &str = "fn f(id: u64, org: &str) -> u64 { 1 }";
const METHOD: &str = "fn f(&self, id: u64) -> u64 { 1 }";

#[test]
fn arguments_must_be_in_the_key() {
    refuses(r#""k:<id>""#, FN, "`org` is not part of the key");
    refuses(r#"key = format!("{id}")"#, FN, "use `org` in the key's expression");
    refuses(r#""k:<id>", timeout = org"#, FN, "`org` is not part");
    accepts(r#""k:<id>", ignore = [org]"#, FN);
    accepts(r#""k:<id>", tags = ["o:<org>"]"#, FN);
    accepts(r#""k:<id>", prefix = "o:<org>""#, FN);
    accepts(r#"key = format!("{id}{}", org.len())"#, FN);
    accepts(r#""k:<id>""#, "fn f(id: u64, _conn: &mut C) {}");
    refuses(r#""k:<a>""#, "fn f((a, b): (u8, u8)) {}", "`b` is not part");
    accepts("", FN);
}

#[test]
fn methods_must_look_at_self() {
    refuses(r#""k:<id>""#, METHOD, "`self` is not part of the key");
    refuses(r#""k:<id>", tags = ["x:<self.id>"]"#, METHOD, "`self` is not part of the key");
    accepts(r#""k:<id>", ignore = [self]"#, METHOD);
    accepts(r#""k:<id>", prefix = "x:<self.id>""#, METHOD);
    accepts(r#"key = self.key(id)"#, METHOD);
    refuses(
        r#""k:<self>", cache_if = |v| *v > self.min"#,
        "fn f(self) -> u64 { 1 }",
        "`self` is not available in `cache_if`",
    );
}

#[test]
fn placeholders_must_name_parameters() {
    refuses(
        r#""k:<idd>:<org>""#,
        FN,
        "`<idd>` is not a parameter of `f`: write one of `<id>`, `<org>`",
    );
    refuses(r#""k:<self.id>:<id>:<org>""#, FN, "`f` has no `self`");
    refuses(r#""k:<T.x>""#, "fn f<T>() {}", "`T` in `<T.x>` is a type");
    refuses(r#""k:<id""#, FN, "unclosed `<`");
    refuses(r#""""#, FN, "this template is empty");
    accepts(r#""k:<T>:<N>""#, "fn f<T, const N: usize>() {}");
    accepts(r#""k:<type>""#, "fn f(r#type: u8) {}");
}

#[test]
fn options_must_be_known_single_and_of_their_form() {
    refuses("ttl = 3", FN, "unknown option `ttl`: `#[cached]` knows `key`, `timeout`");
    refuses("tags = [], tags = []", FN, "`tags` is given twice");
    refuses(r#""k", key = x"#, FN, "`key` is given twice");
    refuses(r#"alias = "a", cache = b"#, FN, "`alias` and `cache` both name the cache");
    refuses("alias = x", FN, "`alias` takes a string literal");
    refuses(r#"alias = """#, FN, "this alias is empty");
    refuses("tags = x", FN, "`tags` takes a list");
    refuses("tags = [x]", FN, "a template is expected in `tags`");
    refuses("tags = [|v| v, |v| v]", FN, "there is a closure for tags already");
    refuses("tags = || 1", FN, "this closure takes the value: `tags = |value| …`");
    refuses("cache_if = || true", FN, "this closure takes the value: `cache_if = |value| …`");
    refuses("timeout = async |v| 1", FN, "`timeout` cannot wait");
    refuses(r#"ignore = ["x"]"#, FN, "name an argument here, without quotes");
    refuses("ignore = x", FN, "`ignore` takes a list of arguments");
    refuses("ignore = [x]", FN, "`x` is not a parameter of `f`");
    refuses(r#""k:<id>:<org>", ignore = [id]"#, FN, "`id` is part of the key");
    refuses("cache_none = 1", FN, "`cache_none` takes `true` or `false`");
    refuses("crate = 1", FN, "`crate` takes a path");
    refuses("60", FN, "for a timeout alone write `timeout = …`");
    refuses("x", FN, "the first argument is the key, a string literal");
    refuses(
        r#""k:<id>:<org>", 60, 70"#,
        FN,
        "only the key and the timeout may stand without a name",
    );
    accepts("cache_none = true, local, crate = my::ecached", FN);
}

#[test]
fn literal_timeouts_are_checked() {
    for (timeout, part) in [
        ("0", "a timeout of 0"),
        ("0.0", "a timeout of 0"),
        ("-1", "cannot be negative"),
        ("-0.5", "cannot be negative"),
        ("4_000_000_000", "over 100 years"),
        (r#""60""#, "a timeout is a number of seconds"),
    ] {
        refuses(&format!("timeout = {timeout}"), FN, part);
    }
    for timeout in ["1", "0.25", "3_000_000_000", "None", "Duration::ZERO", "-x"] {
        accepts(&format!("timeout = {timeout}"), FN);
    }
}

#[test]
fn some_functions_cannot_be_wrapped() {
    for (item, part) in [
        ("const fn f() {}", "a `const fn` cannot use a cache"),
        ("unsafe fn f() {}", "an `unsafe fn` cannot be wrapped"),
        ("extern \"C\" fn f() {}", "an `extern` function cannot be wrapped"),
        (
            "fn f() -> impl Iterator<Item = u8> { [].into_iter() }",
            "the type of the result must have a name",
        ),
        ("fn f() -> ! { loop {} }", "this function never returns"),
        ("struct S;", "`#[cached]` goes on a function or a method"),
    ] {
        refuses("", item, part);
    }
}

#[test]
fn all_errors_are_reported_at_once() {
    assert_eq!(messages(&cached(r#""k:<x>", 0, ttl = 1"#, FN)).len(), 5, "ttl, 0, <x>, id, org");
}

#[test]
fn the_other_macros_have_their_own_messages() {
    let wrap = |input: &str| messages(&crate::wrap::ecached(input.parse().unwrap())).join("\n");
    assert!(wrap(r#""k", 60"#).contains("the last argument is what is cached"));
    assert!(wrap("").contains("the last argument is what is cached"));
    assert!(wrap("|n: u64| -> u64 { n }").contains("write the key"));
    assert!(wrap(r#""k:<n>", |n| -> u64 { n }"#).contains("write the type of this parameter"));
    assert!(wrap(r#""k:<n>", |n: u64| n"#).contains("write the type of the result"));
    assert!(
        wrap(r#""k", companions = false, { 1 }"#)
            .contains("unknown option `companions`: `ecached!` knows")
    );
    let invalidates = |args: &str| {
        messages(&crate::invalidates::invalidates(args.parse().unwrap(), &FN.parse().unwrap()))
            .join("\n")
    };
    assert!(invalidates("").contains("name what is invalidated"));
    assert!(invalidates(r#""user:<id>""#).contains("name what is invalidated"));
    assert!(invalidates(r#"keys = "x""#).contains("`keys` takes a list"));
    assert!(invalidates("tags = |v| v").contains("`tags` takes a list: `tags = [\"user:<id>\"]`"));
    assert!(invalidates(r#"tags = ["user:<x>"]"#).contains("`<x>` is not a parameter of `f`"));
    assert!(invalidates("timeout = 3").contains("`#[invalidates]` knows `tags`, `keys`"));
    let name = |input: &str| messages(&crate::invalidates::name(input.parse().unwrap())).join("\n");
    assert!(name("x").contains("a template is expected"));
    assert!(name(r#""<x""#).contains("unclosed"));
}

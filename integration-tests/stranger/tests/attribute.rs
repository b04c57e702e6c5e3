//! Runs the snippets of `#[cached]`.

#![deny(warnings)]

use ecached::prelude::*;
use ecached::{ErrorKind, Memory};
use stranger::attribute::*;
use stranger::executor::block_on;

#[test]
fn the_first_snippet() {
    let load = || block_on(load_user(7, "acme")).unwrap();
    assert_eq!(runs(|| (load(), load())), 1);
    assert_eq!(load().org, "acme");
    invalidate_tags(&["org:acme"]).unwrap();
    assert_eq!(runs(|| (load(), load())), 1);
    invalidate_tags(&["users"]).unwrap();
    assert_eq!(runs(|| (load(), load())), 1);
    invalidate_tags(&["org:other"]).unwrap();
    assert_eq!(runs(load), 0);
    let fail = || assert_eq!(block_on(load_user(0, "acme")), Err(DbError));
    assert_eq!(runs(|| (fail(), fail())), 2, "an error is never kept");
}

#[test]
fn the_bare_form() {
    assert_eq!(runs(|| (bare(1, "a"), bare(1, "a"), bare(1, "b"))), 2);
    assert_eq!(bare::cache_key(1, "a"), "stranger::attribute::bare:n=1:text=a");
}

#[test]
fn templates_with_either_bracket() {
    assert_eq!((sum(4), sum(4), sum_in_braces(4)), (10, 10, 10));
    assert_eq!(
        (sum::cache_key(4), sum_in_braces::cache_key(4)),
        ("sum:4".into(), "braces:4".into())
    );
}

#[test]
fn fields_of_self_tags_prefix_and_alias() {
    let account = Account { id: 7, shop: "north".into() };
    let call = || account.details("open");
    assert_eq!(runs(|| (call(), call())), 2, "nothing is registered as `redis` yet");
    let error = account.details_peek("open").unwrap_err();
    assert_eq!(error.kind(), ErrorKind::UnknownAlias);
    assert!(
        error.to_string().contains("redis") && error.to_string().contains("default"),
        "{error}"
    );
    caches().register("redis", Memory::builder().max_entries(100).build()).unwrap();
    assert_eq!(runs(|| (call(), call())), 1);
    assert_eq!(account.details_cache_key("open"), "shop:north:u:7:open");
    for tag in ["users", "user:7", "shop:north"] {
        ecached::invalidate_tags_on("redis", &[tag]).unwrap();
        assert_eq!(runs(|| (call(), call())), 1, "{tag}");
    }
    ecached::invalidate_prefix_on("redis", "shop:north").unwrap();
    assert_eq!(runs(|| (call(), call())), 1);
    ecached::invalidate_key_on("redis", "shop:north:u:7:open").unwrap();
    assert_eq!(runs(|| (call(), call())), 1);
    let call = || block_on(account.details_async("open"));
    assert_eq!(runs(|| (call(), call())), 1);
    block_on(account.details_async_invalidate_cache_by_prefix("open")).unwrap();
    assert_eq!(runs(|| (call(), call())), 1);
}

#[test]
fn a_timeout_with_arguments_in_scope() {
    assert_eq!((by_group("admins"), by_group("others")), (6, 6));
    assert_eq!(by_group::stats().stores, 2);
}

#[test]
fn tags_from_the_value() {
    let call = || favourites("ann");
    assert_eq!(runs(|| (call(), call())), 1);
    invalidate_tags(&["book:4"]).unwrap();
    assert_eq!(runs(call), 0);
    invalidate_tags(&["book:3"]).unwrap();
    assert_eq!(runs(|| (call(), call())), 1);
}

#[test]
fn a_key_by_expression() {
    assert_eq!(list(Date(2026)), list(Date(2026)));
    assert_eq!(list::cache_key(Date(2026)), "list:2026");
    assert_eq!(list::peek(Date(2026)).unwrap(), Some(vec![2026, 2026]));
}

#[test]
fn an_instance_instead_of_an_alias() {
    assert_eq!((on_an_instance(4), block_on(on_a_static(4))), (8, 8));
    assert_eq!(MY_CACHE.get::<u64>("k:4").unwrap(), Some(8));
    assert_eq!(MY_CACHE.get::<u64>("s:4").unwrap(), Some(8));
    assert_eq!(caches().get("default").unwrap().get::<u64>("k:4").unwrap(), None);
    on_an_instance::invalidate_all().unwrap();
    assert_eq!(on_an_instance::peek(4).unwrap(), None);
}

#[test]
fn none_is_kept_unless_told_otherwise() {
    assert_eq!(runs(|| (maybe(0), maybe(0))), 2);
    assert_eq!(runs(|| (maybe(3), maybe(3))), 1);
    assert_eq!(runs(|| (maybe_kept(0), maybe_kept(0))), 1);
    assert_eq!(maybe_kept::peek(0).unwrap(), Some(None));
}

#[test]
fn the_value_decides_whether_it_is_kept() {
    assert_eq!(runs(|| (long_only("abc"), long_only("abc"))), 2);
    assert_eq!(runs(|| (long_only("abcd"), long_only("abcd"))), 1);
}

#[test]
fn local_values_need_no_serde() {
    assert_eq!(local_value(3), local_value(3));
    assert_eq!(local_value::stats().hits, 1);
}

#[test]
fn what_is_ignored_is_not_in_the_key() {
    let (one, other) = (Connection, Connection);
    assert_eq!(runs(|| (row(&one, 5, &one), row(&other, 5, &one))), 1);
    assert_eq!(row::cache_key(&one, 5, &other), "row:5");
}

//! Runs the three forms of `ecached!`.

#![deny(warnings)]

use ecached::prelude::*;
use std::cell::Cell;
use stranger::executor::block_on;
use stranger::wrap::{Db, DbError, count, count_of, user};

#[test]
fn a_closure_with_companions() {
    let runs = Cell::new(0);
    let expensive = |n: u64| {
        runs.set(runs.get() + 1);
        n * 10 + runs.get()
    };
    let total = ecached!("wrap_sum:<n>", 60, tags = ["sums"], |n: u64| -> u64 { expensive(n) });
    assert_eq!((total.call(5), total.call(5)), (51, 51));
    assert_eq!(total.refresh_cache(5), 52);
    total.invalidate_cache_by_key(5).unwrap();
    assert_eq!((total.peek(5).unwrap(), total.call(5), total.call(5)), (None, 53, 53));
    total.invalidate_cache_by_tags(5).unwrap();
    assert_eq!((total.call(5), total.call(5)), (54, 54));
    invalidate_tags(&["sums"]).unwrap();
    assert_eq!((total.call(5), total.call(5)), (55, 55));
    total.invalidate_all().unwrap();
    assert_eq!((total.call(5), total.call(5)), (56, 56));
    total.precache_value(1, 5).unwrap();
    assert_eq!((total.call(5), total.uncached(5), total.call(5)), (1, 57, 1));
    assert_eq!(total.cache_key(5), "wrap_sum:5");
    assert_eq!(total.stats().computations, 6);
}

#[test]
fn an_async_closure_with_companions() {
    let runs = Cell::new(0);
    let runs = &runs;
    let expensive = async |n: u64| {
        runs.set(runs.get() + 1);
        n * 10 + runs.get()
    };
    let total = ecached!(
        "wrap_async:<n>",
        60,
        tags = ["async_sums"],
        prefix = "wrapped:<n>",
        async |n: u64| -> u64 { expensive(n).await }
    );
    block_on(async {
        assert_eq!((total.call(5).await, total.call(5).await), (51, 51));
        assert_eq!(total.refresh_cache(5).await, 52);
        total.invalidate_cache_by_key(5).await.unwrap();
        assert_eq!((total.peek(5).await.unwrap(), total.call(5).await), (None, 53));
        total.invalidate_cache_by_tags(5).await.unwrap();
        assert_eq!((total.call(5).await, total.call(5).await), (54, 54));
        total.invalidate_cache_by_prefix(5).await.unwrap();
        assert_eq!((total.call(5).await, total.call(5).await), (55, 55));
        total.invalidate_all().await.unwrap();
        assert_eq!((total.call(5).await, total.call(5).await), (56, 56));
        total.precache_value(1, 5).await.unwrap();
        assert_eq!((total.call(5).await, total.uncached(5).await), (1, 57));
    });
    assert_eq!(total.cache_key(5), "wrapped:5:wrap_async:5");
    assert_eq!(total.stats().computations, 6);
}

#[test]
fn inline_async_with_captured_variables() {
    let db = Db::default();
    block_on(async {
        assert_eq!(user(&db, 7).await.unwrap(), "user 7, query 1");
        assert_eq!(user(&db, 7).await.unwrap(), "user 7, query 1");
        assert_eq!(user(&db, 8).await.unwrap(), "user 8, query 2");
        assert_eq!((user(&db, 0).await, user(&db, 0).await), (Err(DbError), Err(DbError)));
        assert_eq!(db.queries(), 4, "an error is never kept");
        ecached::aio::invalidate_tags(&["wrapped_users"]).await.unwrap();
        assert_eq!(user(&db, 7).await.unwrap(), "user 7, query 5");
    });
}

#[test]
fn inline_blocking() {
    let db = Db::default();
    assert_eq!((count(&db), count(&db)), (1, 1));
    assert_eq!((count_of(&db, "users", 1), count_of(&db, "users", 1)), (7, 7));
    invalidate_tags(&["table:users"]).unwrap();
    assert_eq!((count_of(&db, "users", 1), count_of(&db, "users", 1)), (8, 8));
    invalidate_prefix("tables").unwrap();
    assert_eq!((count_of(&db, "users", 1), count_of(&db, "users", 1)), (9, 9));
}

#[test]
fn inline_in_two_places_with_one_key_is_one_entry() {
    let first = ecached!("shared_inline", 60, { 1_u64 });
    let second = ecached!("shared_inline", 60, { 2_u64 });
    assert_eq!((first, second), (1, 1));
}

//! Every companion of a function and of a method, blocking and async.

#![deny(warnings)]

use stranger::companions::{Shop, total, total_async};
use stranger::executor::block_on;

/// The story that all four have in common. `$wait` waits for a future, or does nothing; `$value` is what a call returns for a run.
macro_rules! every_companion {
    ($wait:ident, $value:expr, $args:tt, $call:expr, $refresh:expr, $by_key:expr, $by_tags:expr, $by_prefix:expr,
     $all:expr, $precache:expr, $peek:expr, $uncached:expr) => {{
        let value = $value;
        let call = || $wait!($call$args);
        let peek = || $wait!($peek$args).unwrap();
        assert_eq!(peek(), None);
        assert_eq!((call(), call(), peek()), (value(1), value(1), Some(1)));
        assert_eq!($wait!($refresh$args), value(2));
        assert_eq!(call(), value(2), "what the refresh computed is kept");
        $wait!($by_key$args).unwrap();
        assert_eq!((peek(), call(), call()), (None, value(3), value(3)));
        $wait!($by_tags$args).unwrap();
        assert_eq!((peek(), call(), call()), (None, value(4), value(4)));
        $wait!($by_prefix$args).unwrap();
        assert_eq!((peek(), call(), call()), (None, value(5), value(5)));
        $wait!($all()).unwrap();
        assert_eq!((peek(), call(), call()), (None, value(6), value(6)));
        $wait!($precache(100)).unwrap();
        assert_eq!((peek(), call()), (Some(100), value(100)));
        assert_eq!($wait!($uncached$args), value(7));
        assert_eq!((peek(), call()), (Some(100), value(100)), "that did not touch the cache");
    }};
}

macro_rules! now {
    ($value:expr) => {
        $value
    };
}

macro_rules! wait {
    ($future:expr) => {
        block_on($future)
    };
}

#[test]
fn of_a_function() {
    every_companion!(
        now,
        Ok::<u64, String>,
        (2026, "a"),
        total,
        total::refresh_cache,
        total::invalidate_cache_by_key,
        total::invalidate_cache_by_tags,
        total::invalidate_cache_by_prefix,
        total::invalidate_all,
        |value| total::precache_value(value, 2026, "a"),
        total::peek,
        total::uncached
    );
    assert_eq!(total::cache_key(2026, "a"), "year:2026:total:2026:a");
    let stats = total::stats();
    assert_eq!((stats.refreshes, stats.failures), (1, 0));
    assert_eq!(stats.computations, 6, "without the call that is uncached");
    assert!(stats.hits >= 7 && stats.misses >= 5, "{stats:?}");
}

#[test]
fn of_an_async_function() {
    every_companion!(
        wait,
        Ok::<u64, String>,
        (2026, "a"),
        total_async,
        total_async::refresh_cache,
        total_async::invalidate_cache_by_key,
        total_async::invalidate_cache_by_tags,
        total_async::invalidate_cache_by_prefix,
        total_async::invalidate_all,
        |value| total_async::precache_value(value, 2026, "a"),
        total_async::peek,
        total_async::uncached
    );
    assert_eq!(total_async::cache_key(2026, "a"), "async_year:2026:total:2026:a");
    assert_eq!(total_async::stats().computations, 6);
}

#[test]
fn of_a_method() {
    let shop = Shop::new(7);
    every_companion!(
        now,
        |run: u64| run,
        (2026),
        |year| shop.orders(year),
        |year| shop.orders_refresh_cache(year),
        |year| shop.orders_invalidate_cache_by_key(year),
        |year| shop.orders_invalidate_cache_by_tags(year),
        |year| shop.orders_invalidate_cache_by_prefix(year),
        Shop::orders_invalidate_all,
        |value| shop.orders_precache_value(value, 2026),
        |year| shop.orders_peek(year),
        |year| shop.orders_uncached(year)
    );
    assert_eq!(shop.orders_cache_key(2026), "shop:7:orders:7:2026");
    assert_eq!(Shop::orders_stats().computations, 6);
}

#[test]
fn of_an_async_method() {
    let shop = Shop::new(7);
    every_companion!(
        wait,
        |run: u64| run,
        (2026),
        |year| shop.orders_async(year),
        |year| shop.orders_async_refresh_cache(year),
        |year| shop.orders_async_invalidate_cache_by_key(year),
        |year| shop.orders_async_invalidate_cache_by_tags(year),
        |year| shop.orders_async_invalidate_cache_by_prefix(year),
        Shop::orders_async_invalidate_all,
        |value| shop.orders_async_precache_value(value, 2026),
        |year| shop.orders_async_peek(year),
        |year| shop.orders_async_uncached(year)
    );
    assert_eq!(shop.orders_async_cache_key(2026), "async_shop:7:orders:7:2026");
    assert_eq!(Shop::orders_async_stats().computations, 6);
}

#[test]
fn of_an_associated_function() {
    assert_eq!((Shop::of_all(3), Shop::of_all_cache_key(3)), (3, "of_all:3".to_owned()));
    Shop::of_all_invalidate_all().unwrap();
    assert_eq!(Shop::of_all_peek(3).unwrap(), None);
    assert_eq!(Shop::of_all_refresh_cache(3), 3);
    assert_eq!(Shop::of_all_peek(3).unwrap(), Some(3));
}

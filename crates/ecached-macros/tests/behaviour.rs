//! What cached functions, their companions and the other macros do.

#[path = "quiet/functions.rs"]
#[allow(
    unreachable_pub,
    clippy::unnecessary_wraps,
    clippy::allow_attributes,
    reason = "made to be a crate of its own"
)]
#[allow(
    clippy::str_to_string,
    clippy::renamed_function_params,
    clippy::needless_pass_by_value,
    reason = "as above"
)]
#[allow(dead_code, clippy::allow_attributes_without_reason, reason = "as above")]
mod functions;

use std::sync::Arc;
use std::sync::atomic::Ordering::Relaxed;

use ecached::{Memory, cached, ecached, key, tag};
use pollster::block_on;

use functions::{
    Book, N, Shop, Tr, auto, fav, generic, imp, load, many, mu, nested, opt, sum, tags_only, unit,
    upd,
};

/// Checks that a future could be sent to another thread.
fn send<T: Send>(future: T) -> T {
    future
}

#[test]
fn companions_of_a_function() {
    assert_eq!((sum(5), sum(5), N.load(Relaxed)), (6, 6, 1), "computed once");
    assert_eq!(sum::cache_key(5), "sum:5");
    sum::invalidate_cache_by_key(5).unwrap();
    assert_eq!((sum(5), N.load(Relaxed)), (6, 2), "computed again");
    assert_eq!((sum::refresh_cache(5), N.load(Relaxed)), (6, 3));
    assert_eq!(sum::peek(5).unwrap(), Some(6));
    sum::invalidate_all().unwrap();
    assert_eq!(sum::peek(5).unwrap(), None);
    sum::precache_value(9, 5).unwrap();
    assert_eq!((sum(5), sum::uncached(5)), (9, 6));
    assert!(format!("{:?}", sum::stats()).contains("Stats"));
}

#[test]
fn integers_in_keys_are_the_text_that_they_are_written_as() {
    #[cached("numbered:<n>:half", alias = "numbered", tags = ["numbers"])]
    fn half(n: i64) -> i64 {
        n / 2
    }
    #[cached("tenth:<n>", prefix = "numbered", alias = "numbered")]
    fn tenth(n: u8) -> u8 {
        n / 10
    }
    ecached::caches().register("numbered", Memory::builder().build()).unwrap();
    let numbered = ecached::caches().get("numbered").unwrap();
    for n in [0, 7, -7, i64::MAX, i64::MIN] {
        let key = format!("numbered:{n}:half");
        assert_eq!((half(n), half(n), half::cache_key(n)), (n / 2, n / 2, key.clone()));
        assert_eq!(numbered.get(&key).unwrap(), Some(n / 2), "found by its text");
        numbered.delete(&key).unwrap();
        assert_eq!(half::peek(n).unwrap(), None, "removed by its text");
        half::precache_value(5, n).unwrap();
        assert_eq!((half(n), half::refresh_cache(n), half(n)), (5, n / 2, n / 2));
        half::invalidate_cache_by_key(n).unwrap();
        assert_eq!(numbered.get::<i64>(&key).unwrap(), None);
    }
    assert_eq!((half::stats().hits, half::stats().computations), (15, 10));
    assert_eq!(
        (tenth(70), tenth(70), tenth::cache_key(70)),
        (7, 7, "numbered:tenth:70".to_owned())
    );
    numbered.invalidate_prefix("numbered").unwrap();
    assert_eq!(tenth::peek(70).unwrap(), None);
}

#[test]
fn companions_of_an_async_function() {
    assert_eq!(load::cache_key(1, "a"), "shop:a:user:1");
    assert_eq!(block_on(send(load(1, "a"))).unwrap(), "1a");
    assert_eq!(block_on(send(load::peek(1, "a"))).unwrap().as_deref(), Some("1a"));
    block_on(send(load::precache_value("z".to_owned(), 1, "a"))).unwrap();
    assert_eq!(block_on(load(1, "a")).unwrap(), "z");
    assert_eq!(block_on(send(load::refresh_cache(1, "a"))).unwrap(), "1a");
    block_on(send(load::invalidate_cache_by_key(1, "a"))).unwrap();
    for _ in 0..3 {
        assert_eq!(block_on(load(1, "a")).unwrap(), "1a");
        block_on(send(load::invalidate_cache_by_tags(1, "a"))).unwrap();
        assert_eq!(block_on(load::peek(1, "a")).unwrap(), None, "by tags");
        assert_eq!(block_on(load(1, "a")).unwrap(), "1a");
        block_on(send(load::invalidate_cache_by_prefix(1, "a"))).unwrap();
        assert_eq!(block_on(load::peek(1, "a")).unwrap(), None, "by prefix");
        assert_eq!(block_on(load(1, "a")).unwrap(), "1a");
        block_on(send(load::invalidate_all())).unwrap();
        assert_eq!(block_on(load::peek(1, "a")).unwrap(), None, "all");
    }
    assert_eq!(block_on(send(tags_only(1, "a"))), 1);
}

#[test]
fn keys_are_exactly_the_parameters() {
    let mut ignored = 1;
    assert!(
        auto::cache_key(1, "x:", &mut ignored, vec![1])
            .ends_with("functions::auto:a=1:b=x%3A:d=[1]")
    );
    assert_eq!(auto(1, "x", &mut ignored, vec![]).as_deref(), Some("1x"));
    assert_eq!(generic::cache_key(3_u8, [0; 2]), "g:u8:2:3");
    assert_eq!(generic::<u8, 2>(3, [0; 2]), "3");
    assert!(imp::cache_key("x", &[1]).ends_with("functions::imp:&str:x=x:type=[1]"));
    assert_ne!(imp::cache_key("1", &[]), imp::cache_key(1, &[]));
    assert_eq!((mu(1, "abc"), mu::cache_key(1, "abc").as_str()), (4, "m:1:3"));
    assert_eq!(opt::cache_key((1, 2)), "opt:1:2");
    let book = Book { id: 3 };
    let n = 1;
    assert_eq!((key!("u:<book.id>"), tag!("x:{n}")), ("u:3".to_owned(), "x:1".to_owned()));
}

#[test]
fn values_decide() {
    assert_eq!((opt((1, 2)), opt::peek((1, 2)).unwrap()), (None, None), "None is not kept");
    assert_eq!((opt((3, 2)), opt::peek((3, 2)).unwrap()), (Some(3), Some(Some(3))));
    assert_eq!(fav("u".to_owned()).unwrap().len(), 1);
    assert!(fav::peek("u".to_owned()).unwrap().is_some());
    ecached::invalidate_tags(&["book:1:u"]).unwrap();
    assert!(fav::peek("u".to_owned()).unwrap().is_none(), "the tag came from the value");
}

#[test]
fn methods_and_their_companions() {
    let mut shop = Shop { id: 7 };
    assert_eq!((shop.orders(3), shop.orders_cache_key(3).as_str()), (vec![3, 7], "p:7:o:7:3"));
    assert!(shop.orders_peek(3).unwrap().is_some());
    Shop::orders_invalidate_all().unwrap();
    assert!(shop.orders_peek(3).unwrap().is_none());
    shop.orders_precache_value(vec![], 3).unwrap();
    assert!(shop.orders(3).is_empty());
    shop.orders_invalidate_cache_by_tags(3).unwrap();
    assert_eq!(shop.orders(3).len(), 2);
    shop.orders_invalidate_cache_by_prefix(3).unwrap();
    assert!(shop.orders_peek(3).unwrap().is_none());
    assert_eq!((shop.orders_refresh_cache(3).len(), shop.orders_uncached(3).len()), (2, 2));
    assert!(format!("{:?}", Shop::orders_stats()).contains("Stats"));
    assert_eq!((Shop::assoc(3), Shop::assoc_cache_key(3).as_str()), (3, "count:3"));
    assert_eq!((shop.mutm(), shop.t(1), Shop::s(2)), (8, 10, 2));
    let shared = Arc::new(Shop { id: 9 });
    assert_eq!(block_on(send(Arc::clone(&shared).arc(3))), 12);
    assert_eq!(shared.arc_cache_key(3), "arc:9:3");
    assert!(Shop { id: 3 }.val_cache_key().ends_with("Shop::val:self=Shop%20{%20id%3A%203%20}"));
    assert_eq!(Shop { id: 3 }.val(), 4);
    assert_eq!(block_on(send(shop.am("x"))), 9);
}

#[test]
fn changes_invalidate_only_when_they_succeed() {
    let mut shop = Shop { id: 70 };
    assert_eq!(shop.orders(3), [3, 70]);
    block_on(send(shop.update(30, String::new()))).unwrap_err();
    assert!(Shop { id: 70 }.orders_peek(3).unwrap().is_some());
    assert_eq!(upd("x".to_owned()), 1);

    #[cached("row:<id>", tags = ["rows"], ignore = [_by])]
    fn row(id: u64, _by: &str) -> u64 {
        id
    }
    #[ecached::invalidates(tags = ["rows"])]
    fn change(fail: bool) -> Result<(), std::fmt::Error> {
        if fail {
            return Err(std::fmt::Error);
        }
        Ok(())
    }
    assert_eq!(row(1, "x"), 1);
    change(true).unwrap_err();
    assert_eq!(row::peek(1, "x").unwrap(), Some(1));
    change(false).unwrap();
    assert_eq!(row::peek(1, "x").unwrap(), None);
}

#[test]
fn other_functions() {
    unit();
    assert!(unit::peek().unwrap().is_some());
    assert_eq!((nested(), many(1, 1, 1, 1, 1, 1, 1, 1)), (3, 8));
    let cache = ecached::Cache::new(Memory::builder().build());
    #[cached("local:<x>", cache = cache, ignore = [cache])]
    fn local(x: u64, cache: &ecached::Cache) -> u64 {
        let _ = cache;
        x
    }
    assert_eq!(local(3, &cache), 3);
    assert!(format!("{:?}", local::stats(3, &cache)).contains("Stats"));
}

#[test]
fn closures() {
    let offset = 3;
    let total = ecached!("sum2:<n>:<s>", 60, tags = ["sums", "s:<s>"], prefix = "p", |n: u64,
                                                                                      s: &str|
     -> u64 {
        n + offset + s.len() as u64
    });
    assert_eq!((total.call(5, "x"), total.refresh_cache(5, "")), (9, 8));
    assert_eq!(total.cache_key(5, "x"), "p:sum2:5:x");
    total.invalidate_cache_by_tags(5, "x").unwrap();
    assert_eq!(total.peek(5, "x").unwrap(), None);
    total.invalidate_all().unwrap();
    let cache = ecached::Cache::new(Memory::builder().build());
    let other = ecached!("csum:<n>", cache = cache, move |n: u64| -> u64 { n + offset });
    assert_eq!(other.call(1), 4);
    let borrows =
        ecached!("asum:<n>", 60, async |n: u64| -> Result<u64, std::fmt::Error> { Ok(n + offset) });
    assert_eq!(block_on(borrows.call(1)).unwrap(), 4);
    assert_eq!(block_on(borrows.peek(1)).unwrap(), Some(4));
    let owns = ecached!("bsum:<n>:<s>", 60, async move |n: u64, s: &str| -> u64 {
        n + s.len() as u64 + offset
    });
    assert_eq!(block_on(send(owns.call(1, "abc"))), 7);
}

#[test]
fn blocks_in_place() {
    let mut n = 0;
    for _ in 0..2 {
        let count = ecached!("count", 60, {
            n += 1;
            n
        });
        assert_eq!(count, 1);
    }
    let id = String::from("x");
    let user = ecached!("user2:<id>", 3600, tags = ["users", "u:<id>"], async move {
        Ok::<_, std::fmt::Error>(id)
    });
    assert_eq!(block_on(send(user)).unwrap(), "x");
    let (cache, limit) = (ecached::Cache::new(Memory::builder().build()), 3);
    let short = ecached!("short", 60, cache = cache, cache_if = |v: &Vec<u8>| v.len() > limit, {
        vec![1_u8]
    });
    assert_eq!(short, [1]);
}

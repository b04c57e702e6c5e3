//! Runs what nobody expects.

#![deny(warnings)]

use ecached::prelude::*;
use ecached::{Cache, ErrorKind, Memory};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use stranger::executor::block_on;
use stranger::unusual::*;

#[test]
fn aliases_of_results() {
    assert_eq!(runs(|| (fallible(3), fallible(3), fallible(0), fallible(0))), 3);
    fallible::precache_value(Ok(9), 5).unwrap();
    assert_eq!((fallible(5), fallible::peek(5).unwrap()), (Ok(9), Some(Ok(9))));
    assert_eq!(
        runs(|| block_on(async {
            (hidden(3).await, hidden(3).await, hidden(0).await, hidden(0).await)
        })),
        3
    );
    block_on(hidden::precache_value(Ok(9), 5)).unwrap();
    assert_eq!((block_on(hidden(5)), block_on(hidden::peek(5)).unwrap()), (Ok(9), Some(Ok(9))));
    let error = block_on(hidden::precache_value(Err("no".into()), 6)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::TypeMismatch);
    assert_eq!(
        runs(|| (answer(3).unwrap(), answer(3).unwrap(), answer(0).is_err(), answer(0).is_err())),
        3
    );
    assert_eq!(answer(1).unwrap(), None);
}

#[test]
fn io_results() {
    assert_eq!(runs(|| (read("a").unwrap(), read("a").unwrap())), 1);
    assert_eq!(runs(|| (read("").unwrap_err(), read("").unwrap_err())), 2);
    assert_eq!(read("").unwrap_err().kind(), io::ErrorKind::NotFound);
    assert_eq!(read::peek("a").unwrap(), Some(b"a".to_vec()));
    read::precache_value(vec![1], "b").unwrap();
    assert_eq!(read("b").unwrap(), [1]);
}

#[test]
fn generics() {
    assert_eq!(runs(|| (describe("1"), describe("1"), describe(&1), describe(&1))), 2);
    assert_eq!(describe::cache_key::<u8>(&1), "describe:u8:1");
    assert_eq!(runs(|| (twice(1_u8), twice(1_u8), twice(1_u16), twice("1".to_owned()))), 3);
    twice::invalidate_cache_by_tags(1_u8).unwrap();
    assert_eq!(twice::peek(1_u8).unwrap(), None);
    twice::precache_value(vec![7_u8], 1).unwrap();
    assert_eq!(twice(1_u8), [7]);
    twice::invalidate_all().unwrap();
    assert_eq!(runs(|| block_on(async { (debugged(Some(1)).await, debugged(Some(1)).await) })), 1);
}

#[test]
fn const_generics() {
    assert_eq!((array_sum::<2>(5), array_sum::<3>(5), array_sum::<2>(5)), (10, 15, 10));
    assert_eq!(array_sum::cache_key::<2>(5), "array:2:5");
    assert_eq!((of_array([1, 2]), of_array([1, 2, 3])), (2, 3));
    assert_ne!(of_array::cache_key([1, 2]), of_array::cache_key([1, 2, 3]));
}

#[test]
fn lifetimes_and_slices() {
    let left = String::from("left");
    assert_eq!(runs(|| (longest(&left, "r"), longest("left", "r"))), 1);
    assert_eq!(block_on(joined(&["a", "b"], "+")), "a+b");
    assert_eq!(block_on(joined::peek(&["a", "b"], "+")).unwrap(), Some("a+b".to_owned()));
    assert_ne!(joined::cache_key(&["a\", \"b"], "+"), joined::cache_key(&["a", "b"], "+"));
}

#[test]
fn impl_trait_arguments() {
    assert_eq!(runs(|| (shout("a"), shout(String::from("a")), shout('b'))), 2);
    assert_eq!(shout::cache_key(7), "shout:7");
    assert_eq!(with("a", |text| format!("{text}!")), "a!");
    assert_eq!(with("a", |_| unreachable!()), "a!");
    with::invalidate_cache_by_key("a", |_: &str| String::new()).unwrap();
    assert_eq!(with("a", |text| format!("{text}?")), "a?");
    assert_eq!(block_on(with_async(7, async |id| id.to_string())), "7");
    assert_eq!(block_on(with_async(7, |_| std::future::ready(String::new()))), "7");
}

#[test]
fn patterns_and_raw_names() {
    assert_eq!(patterns((1, 2), Wrapper { id: 3 }, 4), 10);
    assert_eq!(patterns((1, 2), Wrapper { id: 3 }, 5), 10, "`_sum` is not in the key");
    assert_eq!(patterns::cache_key((1, 2), Wrapper { id: 3 }, 0), "patterns:1:2:3");
    assert_eq!(r#type(1, "x"), "1 x");
    assert_eq!(r#type::cache_key(1, "x"), "raw:1:x");
    assert_eq!(runs(|| (names(1, 2, 3, 4), names(1, 2, 3, 4))), 1);
    invalidate_tags(&["names:10:2:1"]).unwrap();
    assert_eq!(runs(|| (names(1, 2, 3, 4), names(1, 2, 3, 4))), 1);
    assert_eq!(runs(|| (nothing(), nothing())), 1);
    assert_eq!(nothing::peek().unwrap(), Some(()));
}

#[test]
fn odd_places() {
    assert_eq!(within::deep(1), 1);
    assert_eq!(within::deep::cache_key(1), "stranger::unusual::within::deep:n=1");
    assert_eq!(through(4).unwrap(), Some(4));
    let mut house = House { number: 7, guest: "Ann" };
    assert_eq!(runs(|| (House::<u8>::street("x"), House::<u16>::street("x"))), 1);
    assert_eq!(House::<u8>::street_cache_key("x"), "street:x");
    assert!(House::<u8>::brackets('{') && House::<u8>::brackets('}'));
    assert_eq!((House::same(&house), House::same_peek(&house).unwrap()), (7, Some(7)));
    assert_eq!(runs(|| (house.visit("Bob"), house.visit("Bob"), house.visit(1))), 2);
    assert_eq!(house.visit_cache_key("Bob"), "visit:7:Ann:Bob");
    assert_eq!((house.renumber(1), house.number), (8, 8));
    assert_eq!((Arc::new(house.clone()).shared(), house.nested()), (8, 9));
    assert_eq!(runs(|| (house.price(2), house.price(2), house.vat(10), house.vat(10))), 2);
    assert_eq!((house.price(2), house.vat(10)), (16, 2));
}

#[test]
fn nested_functions() {
    fn outer(n: u64) -> u64 {
        #[cached]
        fn inner(n: u64) -> u64 {
            n + 1
        }
        assert!(inner::cache_key(n).contains("outer"), "{}", inner::cache_key(n));
        inner(n)
    }
    fn other(n: u64) -> u64 {
        #[cached]
        fn inner(n: u64) -> u64 {
            n + 2
        }
        inner(n)
    }
    assert_eq!(
        (outer(1), other(1), outer(1)),
        (2, 3, 2),
        "functions of one name in different functions"
    );
}

#[test]
fn recursion() {
    assert_eq!(runs(|| assert_eq!(fib(80), 23_416_728_348_467_685)), 81);
    assert_eq!(runs(|| assert_eq!(block_on(fib_async(80)), 23_416_728_348_467_685)), 81);
    assert_eq!(itself(5, 3), 8);
}

#[test]
fn a_panic_is_only_a_panic() {
    let panicked = || catch_unwind(|| panics(13)).is_err();
    assert!(panicked() && panicked());
    assert_eq!((panics(1), panics::stats().failures), (1, 2));
    let waiting: Vec<_> = (0..8).map(|_| thread::spawn(|| panics(13))).collect();
    assert!(waiting.into_iter().all(|thread| thread.join().is_err()));
    assert!(panics::refresh_cache(2) == 2 && panics::peek(13).unwrap().is_none());
}

#[test]
fn a_clone_that_panics_is_only_a_panic() {
    let broken = Arc::new(AtomicBool::new(false));
    assert_eq!(fragile(1, &broken).0, 1);
    broken.store(true, Ordering::SeqCst);
    let call = |n| catch_unwind(AssertUnwindSafe(|| fragile(n, &broken)));
    assert!(call(1).is_err(), "the hit is cloned");
    let _ = call(2);
    broken.store(false, Ordering::SeqCst);
    assert_eq!((fragile(1, &broken).0, fragile(2, &broken).0), (1, 2));
    fragile::invalidate_all().unwrap();
    assert_eq!(runs(|| (fragile(1, &broken), fragile(1, &broken))), 1);
}

#[test]
fn texts_of_any_sort() {
    let long = "x".repeat(10_240);
    let texts = [
        "", " ", "\0", "\n", ":", "::", "%", "%3A", "<a>", "{a}", "é", "\u{202e}", "a:b", "a", "b",
        &long,
    ];
    let pairs = || texts.iter().flat_map(|left| texts.iter().map(move |right| (*left, *right)));
    let call = || {
        pairs().for_each(|(left, right)| assert_eq!(text(left, right), format!("{left}|{right}")))
    };
    assert_eq!(runs(call), 256);
    assert_eq!(runs(call), 0);
    text::invalidate_cache_by_key("a:b", "a").unwrap();
    assert_eq!(runs(call), 1);
    text::invalidate_cache_by_tags(&long, "").unwrap();
    assert_eq!(runs(call), 16);
    text::invalidate_cache_by_tags("", "").unwrap();
    assert_eq!(runs(call), 16);
    text::invalidate_cache_by_prefix("", "a:b").unwrap();
    assert_eq!(runs(call), 16);
}

#[test]
fn keys_of_any_sort_by_handle() {
    let cache = Cache::new(Memory::builder().build());
    let long = "k".repeat(10_240);
    for key in [" ", "\0", "\n", ":", "%", "<", "{}", &long] {
        cache.set(key, key.to_owned(), 60).unwrap();
        assert_eq!(cache.get(key).unwrap(), Some(key.to_owned()));
        cache.delete(key).unwrap();
        assert_eq!(cache.get::<String>(key).unwrap(), None);
    }
    assert_eq!(cache.get_or_compute("", 60, || 1), 1, "an empty key only computes");
}

#[test]
fn timeouts_of_any_sort() {
    for seconds in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300] {
        assert_eq!(runs(|| (timed(seconds), timed(seconds))), 2, "{seconds}");
    }
    assert_eq!(runs(|| (timed(0.5e9), timed(0.5e9))), 1);
    assert_eq!(timed::stats().errors, 10);
    assert_eq!(timed::precache_value(1.0, -1.0).unwrap_err().kind(), ErrorKind::InvalidTimeout);
}

#[test]
fn async_calls_are_send() {
    fn spawn<T: Send + 'static>(future: impl Future<Output = T> + Send + 'static) -> T {
        thread::spawn(move || block_on(future)).join().unwrap()
    }
    let house = Arc::new(House { number: 1, guest: "Ann".to_owned() });
    let greeting = spawn({
        let house = Arc::clone(&house);
        async move {
            let name = String::from("Bob");
            let greeting = house.greet(&name).await;
            assert_eq!(house.greet_peek(&name).await.unwrap(), Some(greeting.clone()));
            house.greet_invalidate_cache_by_key(&name).await.unwrap();
            house.greet_invalidate_cache_by_tags(&name).await.unwrap();
            house.greet_invalidate_cache_by_prefix(&name).await.unwrap();
            house.greet_precache_value(greeting.clone(), &name).await.unwrap();
            house.greet_refresh_cache(&name).await;
            House::<String>::greet_invalidate_all().await.unwrap();
            greeting
        }
    });
    assert_eq!(greeting, "Bob at Ann");
    assert_eq!(spawn(async { joined(&["a"], "").await }), "a");
    let id = 7;
    let inline = async move { ecached!("spawned:<id>", 60, async move { id + 1 }).await };
    assert_eq!(spawn(inline), 8);
}

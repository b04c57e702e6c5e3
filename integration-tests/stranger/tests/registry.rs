//! Runs the registry, the handles, and a third-party backend. It is alone in its process with `set_default`.

#![deny(warnings)]

use ecached::backend::Store;
use ecached::prelude::*;
use ecached::{Config, EntryOptions, ErrorKind, Memory, aio};
use std::cell::Cell;
use std::time::Duration;
use stranger::backend::{Asynchronous, Blocking, Shelf};
use stranger::executor::block_on;

#[test]
fn register_get_and_aliases() {
    caches().register("registered", Memory::builder().build()).unwrap();
    assert_eq!(caches().get("registered").unwrap().alias(), "registered");
    assert_eq!(aio::caches().get("registered").unwrap().blocking().alias(), "registered");
    assert!(caches().aliases().contains(&"registered".to_owned()));
    let twice = caches().register("registered", Memory::builder().build()).unwrap_err();
    assert_eq!((twice.kind(), twice.alias()), (ErrorKind::AliasExists, Some("registered")));
    assert_eq!(
        caches().register("", Memory::builder().build()).unwrap_err().kind(),
        ErrorKind::InvalidName
    );
    aio::caches().register("registered async", Memory::builder().build()).unwrap();
    assert!(aio::caches().aliases().contains(&"registered async".to_owned()));
}

#[test]
fn configure_with_urls() {
    let config = Config::new()
        .with_url("configured", "memory://?max_entries=10000&timeout=5m")
        .with_url("nothing", "null://");
    caches().configure(&config).unwrap();
    let cache = caches().get("configured").unwrap();
    assert_eq!(cache.settings().timeout, Some(Duration::from_secs(300)));
    let nothing = caches().get("nothing").unwrap();
    nothing.set("a", 1, 60).unwrap();
    assert_eq!(nothing.get::<i32>("a").unwrap(), None);
    for (url, names) in [
        ("nosql://", "memory"),
        ("memory://?max_entires=1", "max_entries"),
        ("memory://?max_entries=many", "max_entries"),
        ("memory", "://"),
    ] {
        let error = caches().configure(&Config::new().with_url("bad", url)).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{url}");
        assert!(error.to_string().contains(names), "{error}");
        assert_eq!(error.alias(), Some("bad"), "{url}");
    }
    assert_eq!(caches().get("bad").unwrap_err().kind(), ErrorKind::UnknownAlias);
}

#[cached("on_default:<n>", 60)]
fn on_default(n: u64) -> u64 {
    n
}

#[test]
fn set_default_replaces_what_is_there() {
    assert_eq!(on_default(1), 1);
    let memory = Memory::builder().max_entries(10).build();
    caches().set_default(memory.clone()).unwrap();
    assert_eq!(on_default::peek(1).unwrap(), None);
    assert_eq!(on_default(1), 1);
    assert_eq!(memory.len(), 1);
    caches().configure(&Config::new().with_url("default", "memory://?max_entries=10")).unwrap();
    assert_eq!(on_default::peek(1).unwrap(), None);
}

#[test]
fn a_handle() {
    caches().register("handle", Memory::builder().build()).unwrap();
    let cache = caches().get("handle").unwrap();
    cache.set("a", 1_u64, 60).unwrap();
    cache
        .set("b", 2_u64, EntryOptions::timeout(Duration::from_secs(1)).with_tags(["letters"]))
        .unwrap();
    assert_eq!(cache.get("a").unwrap(), Some(1_u64));
    assert_eq!(cache.get::<String>("a").unwrap(), None, "of another type");
    assert_eq!(cache.get_many(&["a", "c", "b"]).unwrap(), [Some(1_u64), None, Some(2)]);
    cache.delete("a").unwrap();
    assert_eq!(cache.get::<u64>("a").unwrap(), None);
    cache.invalidate_tags(&["letters"]).unwrap();
    assert_eq!(cache.get::<u64>("b").unwrap(), None);
    let runs = Cell::new(0);
    let compute = || {
        cache.get_or_compute("c", 60, || {
            runs.set(runs.get() + 1);
            "computed".to_owned()
        })
    };
    assert_eq!((compute(), compute(), runs.get()), ("computed".into(), "computed".into(), 1));
    cache.clear().unwrap();
    assert_eq!((compute(), runs.get()), ("computed".into(), 2));
    let stats = cache.stats();
    assert!(stats.hits >= 4 && stats.misses >= 4 && stats.stores >= 4, "{stats:?}");
    assert_eq!(cache.set("", 1, 60).unwrap_err().kind(), ErrorKind::InvalidName);
    for timeout in [0.0, -1.0, f64::NAN, 1e12] {
        assert_eq!(
            cache.set("d", 1, timeout).unwrap_err().kind(),
            ErrorKind::InvalidTimeout,
            "{timeout}"
        );
    }
}

#[test]
fn an_async_handle() {
    aio::caches().register("async handle", Memory::builder().build()).unwrap();
    let cache = aio::caches().get("async handle").unwrap();
    block_on(async {
        cache.set("a", 1_u64, 60).await.unwrap();
        cache.set("b", 2_u64, EntryOptions::new().with_tags(["letters"])).await.unwrap();
        assert_eq!(cache.get("a").await.unwrap(), Some(1_u64));
        assert_eq!(cache.get_many(&["a", "c", "b"]).await.unwrap(), [Some(1_u64), None, Some(2)]);
        cache.delete("a").await.unwrap();
        assert_eq!(cache.get::<u64>("a").await.unwrap(), None);
        cache.invalidate_tags(&["letters"]).await.unwrap();
        assert_eq!(cache.get::<u64>("b").await.unwrap(), None);
        let runs = Cell::new(0);
        let compute = async || {
            cache
                .get_or_compute("c", 60, async {
                    runs.set(runs.get() + 1);
                    runs.get()
                })
                .await
        };
        assert_eq!((compute().await, compute().await), (1, 1));
        cache.clear().await.unwrap();
        assert_eq!((compute().await, compute().await), (2, 2));
    });
    assert!(cache.stats().hits >= 4);
}

fn twice(call: &dyn Fn()) {
    call();
    call();
}

#[cached("shelved:<n>", 60, tags = ["n:<n>"], prefix = "shelves", alias = "shelf", ignore = [runs])]
fn shelved(n: u64, runs: &Cell<u64>) -> Vec<u64> {
    runs.set(runs.get() + 1);
    vec![n; 3]
}

#[test]
fn a_third_party_backend() {
    let (shelf, runs) = (Shelf::default(), Cell::new(0));
    caches().register("shelf", Blocking(shelf.clone())).unwrap();
    let call = || assert_eq!(shelved(1, &runs), [1, 1, 1]);
    twice(&call);
    assert_eq!(runs.get(), 1);
    assert!(shelf.keys().iter().any(|key| key.contains("shelves:shelved:1")), "{:?}", shelf.keys());
    let cache = caches().get("shelf").unwrap();
    assert_eq!(cache.get("shelves:shelved:1").unwrap(), Some(vec![1_u64; 3]));
    for (count, invalidate) in [
        || shelved::invalidate_cache_by_key(1, &Cell::new(0)),
        || ecached::invalidate_tags_on("shelf", &["n:1"]),
        || ecached::invalidate_prefix_on("shelf", "shelves"),
        shelved::invalidate_all,
        || caches().get("shelf")?.clear(),
        || ecached::invalidate_key_on("shelf", "shelves:shelved:1"),
    ]
    .into_iter()
    .enumerate()
    {
        invalidate().unwrap();
        twice(&call);
        assert_eq!(runs.get(), count as u64 + 2);
    }
    cache.set("a", "x".to_owned(), 60).unwrap();
    cache.set("b", "y".to_owned(), EntryOptions::new().with_tags(["n:1"])).unwrap();
    assert_eq!(
        cache.get_many(&["b", "c", "a"]).unwrap(),
        [Some("y".to_owned()), None, Some("x".to_owned())]
    );
}

#[cached("shelved:<n>", 60, tags = ["n:<n>"], prefix = "shelves", alias = "async shelf", ignore = [runs])]
async fn shelved_async(n: u64, runs: &Cell<u64>) -> Vec<u64> {
    runs.set(runs.get() + 1);
    vec![n; 3]
}

#[test]
fn a_third_party_async_backend() {
    let (shelf, runs) = (Shelf::default(), Cell::new(0));
    caches().register("async shelf", Asynchronous(shelf.clone())).unwrap();
    block_on(async {
        let call = async || assert_eq!(shelved_async(1, &runs).await, [1, 1, 1]);
        call().await;
        call().await;
        assert_eq!(runs.get(), 1);
        shelved_async::invalidate_cache_by_key(1, &runs).await.unwrap();
        call().await;
        call().await;
        assert_eq!(runs.get(), 2);
        aio::invalidate_tags_on("async shelf", &["n:1"]).await.unwrap();
        call().await;
        call().await;
        assert_eq!(runs.get(), 3);
        shelved_async::invalidate_all().await.unwrap();
        aio::caches().get("async shelf").unwrap().clear().await.unwrap();
        call().await;
        call().await;
        assert_eq!(runs.get(), 4);
    });
    let blocking = caches().get("async shelf").unwrap();
    assert!(blocking.set("a", 1, 60).is_err(), "it has no blocking side");
    assert_eq!(blocking.get_or_compute("a", 60, || 5), 5, "a computation never fails for that");
}

#[test]
fn a_backend_with_both_sides() {
    let shelf = Shelf::default();
    caches().register("both", Store::both(Blocking(shelf.clone()), Asynchronous(shelf))).unwrap();
    caches().get("both").unwrap().set("a", 1_u64, 60).unwrap();
    block_on(async {
        let cache = aio::caches().get("both").unwrap();
        assert_eq!(cache.get("a").await.unwrap(), Some(1_u64));
        cache.delete("a").await.unwrap();
    });
    assert_eq!(caches().get("both").unwrap().get::<u64>("a").unwrap(), None);
}

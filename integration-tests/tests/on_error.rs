//! What calls do when their lookup fails: compute, or fail where the function's error can tell.

use ecached::backend::{Backend, Item};
use ecached::{
    Cache, Config, EntryOptions, ErrorKind, OnError, Result, Settings, aio, cached, caches,
};
use ecached_testing::{AsyncMap, Faults, Map, block_on};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Barrier, LazyLock};
use std::thread;

#[derive(Debug)]
enum LoadError {
    Cache(ErrorKind),
}

impl From<ecached::Error> for LoadError {
    fn from(error: ecached::Error) -> Self {
        Self::Cache(error.kind())
    }
}

static MAP: LazyLock<Faults<Map>> = LazyLock::new(|| Faults::new(Map::default()));
static CACHE: LazyLock<Cache> = LazyLock::new(|| {
    Cache::with_settings(MAP.clone(), Settings::default().with_on_error(OnError::Fail))
});

#[cached("told:<id>", 60, cache = CACHE)]
fn told(id: u64) -> Result<u64, LoadError> {
    Ok(id)
}

#[cached("opaque:<id>", 60, cache = CACHE)]
fn opaque(id: u64) -> Result<u64, String> {
    Ok(id)
}

#[cached("plain:<id>", 60, cache = CACHE)]
fn plain(id: u64) -> u64 {
    id
}

#[test]
fn a_function_fails_if_its_error_can_tell_and_else_computes() {
    assert_eq!((told(1).unwrap(), opaque(1), plain(1)), (1, Ok(1), 1));
    MAP.fail_reads(true);
    assert!(matches!(told(1), Err(LoadError::Cache(ErrorKind::Unavailable))));
    let calls = MAP.calls();
    assert!(
        matches!(told(2), Err(LoadError::Cache(ErrorKind::Unavailable))),
        "the breaker is open"
    );
    assert_eq!((opaque(2), plain(2)), (Ok(2), 2));
    assert_eq!(MAP.calls(), calls);
    assert_eq!(told::stats().computations, 1);
    assert_eq!((told::stats().errors, told::stats().skipped_while_open), (1, 1));
    assert_eq!(told::refresh_cache(3).unwrap(), 3, "a refresh is there to compute");
    MAP.fail_reads(false);
    CACHE.clear().unwrap();
    MAP.fail_writes(true);
    assert!(told(4).is_err(), "what is to be stored cannot be prepared");
    MAP.fail_writes(false);
    CACHE.clear().unwrap();
    assert_eq!(told(4).unwrap(), 4);
}

/// A value that could not be stored is returned.
#[test]
fn a_failed_store_loses_no_value() {
    let map = Faults::new(Map::default());
    let settings = Settings::default().with_on_error(OnError::Fail);
    let cache = Cache::with_settings(map.clone(), settings);
    let value: Result<u64> = cache.get_or_try_compute("a", 60, || {
        map.fail_writes(true);
        Ok(7)
    });
    assert_eq!(value.unwrap(), 7);
    assert_eq!((cache.stats().stores, cache.stats().errors), (0, 1));
}

#[test]
fn handles_have_a_form_that_can_fail() {
    let map = Faults::new(Map::default());
    let cache = Cache::new(map.clone());
    let value = |number: u64| move || Ok::<_, ecached::Error>(number);
    assert_eq!(cache.get_or_try_compute("a", 60, value(1)).unwrap(), 1);
    assert_eq!(cache.get_or_try_compute("a", 60, value(2)).unwrap(), 1);
    let wrong = || Err::<u64, Box<dyn std::error::Error>>("wrong".into());
    assert_eq!(cache.get_or_try_compute("b", 60, wrong).unwrap_err().to_string(), "wrong");
    map.fail_reads(true);
    assert_eq!(cache.get_or_try_compute("a", 60, value(3)).unwrap(), 3, "by default it computes");

    let settings = Settings::default().with_on_error(OnError::Fail);
    let strict = Cache::with_settings(map.clone(), settings.clone());
    let error = strict.get_or_try_compute("a", 60, value(4)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unavailable);
    assert_eq!(strict.get_or_compute("a", 60, || 5), 5, "there is nowhere to put the error");

    let asynchronous = aio::Cache::from(Cache::with_settings(AsyncMap::default(), settings));
    let compute = async || Ok::<_, ecached::Error>(6_u64);
    assert_eq!(block_on(asynchronous.get_or_try_compute("a", 60, compute())).unwrap(), 6);
    // A blocking call cannot ask an async backend.
    let error = asynchronous.blocking().get_or_try_compute("a", 60, value(7)).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
}

#[test]
fn it_is_set_by_configuration() {
    let config = Config::new().with_url("strict", "null://?on_error=fail");
    caches().configure(&config).unwrap();
    assert_eq!(caches().get("strict").unwrap().settings().on_error, OnError::Fail);
    let wrong = Config::new().with_url("wrong", "null://?on_error=panic");
    assert_eq!(caches().configure(&wrong).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

/// A map whose writes wait, then fail.
#[derive(Clone, Default)]
struct Stuck {
    map: Map,
    reads: Arc<AtomicU64>,
    is_over: Arc<AtomicBool>,
}

impl Backend for Stuck {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.map.get(key)
    }
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.map.get_many(keys)
    }
    fn set_many(&self, _: &[Item]) -> Result<()> {
        while !self.is_over.load(Ordering::SeqCst) {
            thread::yield_now();
        }
        Err(ecached::Error::new(ErrorKind::Timeout, "no answer"))
    }
    fn delete(&self, _: &[&str]) -> Result<()> {
        Ok(())
    }
}

/// P3: callers who wait for one that fails get the failure, and none of them computes.
#[test]
fn followers_of_a_failed_leader_get_its_error() {
    const CALLERS: u64 = 16;
    let stuck = Stuck::default();
    let settings = Settings::default().with_on_error(OnError::Fail);
    let cache = Cache::with_settings(stuck.clone(), settings);
    let start = Barrier::new(CALLERS as usize);
    thread::scope(|scope| {
        for _ in 0..CALLERS {
            scope.spawn(|| {
                start.wait();
                let options = EntryOptions::timeout(60);
                let result: Result<u64> = cache.get_or_try_compute("a", options, || unreachable!());
                assert!(result.unwrap_err().is_transient());
            });
        }
        while stuck.reads.load(Ordering::SeqCst) < CALLERS {
            thread::yield_now();
        }
        stuck.is_over.store(true, Ordering::SeqCst);
    });
    assert_eq!(cache.stats().computations, 0);
}

//! The circuit breaker: a backend that does not answer is asked by one call at a time, and by every invalidation.

use ecached::backend::{AsyncBackend, Backend, Item, Store};
use ecached::{
    Breaker, BreakerState, Cache, Clock, Config, EntryOptions, Error, ErrorKind, ManualTime,
    Result, Settings, aio, caches,
};
use ecached_testing::{Face, Faults, Map, block_on};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(100);

/// A map that answers, fails, hangs or panics, blocking and async.
#[derive(Clone, Default)]
struct Moody {
    map: Map,
    mood: Arc<AtomicU8>,
    calls: Arc<AtomicU64>,
}

const FINE: u8 = 0;
const AWAY: u8 = 1;
const HANGING: u8 = 2;
const PANICKING: u8 = 3;
const COMPLAINING: u8 = 4;

impl Moody {
    fn be(&self, mood: u8) {
        self.mood.store(mood, Ordering::SeqCst);
    }

    fn calls(&self) -> u64 {
        self.calls.load(Ordering::SeqCst)
    }

    fn answer<T>(&self, answer: impl FnOnce(&Map) -> Result<T>) -> Result<T> {
        self.calls.fetch_add(1, Ordering::SeqCst);
        match self.mood.load(Ordering::SeqCst) {
            AWAY => Err(Error::new(ErrorKind::Timeout, "no answer")),
            COMPLAINING => Err(Error::new(ErrorKind::Backend, "an answer, and an error")),
            PANICKING => std::panic::resume_unwind(Box::new("as planned")),
            _ => answer(&self.map),
        }
    }

    async fn answer_async<T>(&self, answer: impl FnOnce(&Map) -> Result<T>) -> Result<T> {
        if self.mood.load(Ordering::SeqCst) == HANGING {
            self.calls.fetch_add(1, Ordering::SeqCst);
            std::future::pending::<()>().await;
        }
        self.answer(answer)
    }
}

impl Backend for Moody {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.answer(|map| map.get(key))
    }
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.answer(|map| map.get_many(keys))
    }
    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.answer(|map| map.set_many(items))
    }
    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.answer(|map| map.delete(keys))
    }
}

struct MoodyAsync(Moody);

impl AsyncBackend for MoodyAsync {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.0.answer_async(|map| map.get(key)).await
    }
    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.0.answer_async(|map| map.get_many(keys)).await
    }
    async fn set_many(&self, items: &[Item]) -> Result<()> {
        self.0.answer_async(|map| map.set_many(items)).await
    }
    async fn delete(&self, keys: &[&str]) -> Result<()> {
        self.0.answer_async(|map| map.delete(keys)).await
    }
}

/// A backend with moods, a cache on it, and its time.
fn moody(settings: Settings) -> (Moody, Cache, ManualTime) {
    let (clock, time) = Clock::manual();
    let backend = Moody::default();
    let store = Store::both(backend.clone(), MoodyAsync(backend.clone())).with_clock(clock);
    (backend, Cache::with_settings(store, settings), time)
}

fn faces(cache: &Cache) -> [Face; 2] {
    [Face::blocking(cache.clone()), Face::asynchronous(cache.clone())]
}

fn call(face: &Face, value: u64) -> u64 {
    face.get_or_compute("a", EntryOptions::timeout(3600).with_tags(["t"]), || value)
}

#[test]
fn while_open_nobody_asks_and_one_answer_closes_it() {
    for face in 0..2 {
        let (backend, cache, time) = moody(Settings::default());
        let face = &faces(&cache)[face];
        assert_eq!(call(face, 1), 1);
        backend.be(AWAY);
        assert_eq!(call(face, 2), 2);
        assert_eq!(cache.breaker_state(), BreakerState::Open);
        let calls = backend.calls();
        for value in 3..103 {
            assert_eq!(call(face, value), value);
        }
        let error = face.get::<u64>("a").unwrap_err();
        assert_eq!((error.kind(), error.is_transient()), (ErrorKind::Unavailable, true));
        assert_eq!(face.get_many::<u64>(&["a"]).unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(face.set("b", 1_u64, 60).unwrap_err().kind(), ErrorKind::Unavailable);
        assert_eq!(backend.calls(), calls, "nobody asked");
        let stats = cache.stats();
        assert_eq!((stats.errors, stats.skipped_while_open, stats.breaker_opened), (1, 103, 1));

        time.advance(PAUSE);
        assert_eq!(cache.breaker_state(), BreakerState::HalfOpen);
        assert_eq!((call(face, 200), backend.calls()), (200, calls + 1), "a probe that fails");
        time.advance(PAUSE);
        assert_eq!((call(face, 201), backend.calls()), (201, calls + 1), "the pause has doubled");
        backend.be(FINE);
        time.advance(PAUSE);
        assert_eq!(call(face, 202), 1, "served again");
        assert_eq!(cache.breaker_state(), BreakerState::Closed);
        assert_eq!(cache.stats().breaker_opened, 1);
    }
}

#[test]
fn an_invalidation_is_always_sent_and_closes_it_when_it_arrives() {
    for face in 0..2 {
        let (backend, cache, _) = moody(Settings::default());
        let face = &faces(&cache)[face];
        assert_eq!(call(face, 1), 1);
        backend.be(AWAY);
        assert_eq!(call(face, 2), 2);
        let calls = backend.calls();
        assert_eq!(face.invalidate_tags(&["t"]).unwrap_err().kind(), ErrorKind::Timeout);
        assert_eq!(face.delete("a").unwrap_err().kind(), ErrorKind::Timeout);
        assert_eq!(backend.calls(), calls + 2);
        assert_eq!(cache.breaker_state(), BreakerState::Open);
        backend.be(FINE);
        face.invalidate_tags(&["t"]).unwrap();
        assert_eq!(cache.breaker_state(), BreakerState::Closed, "it is a probe like any other");
        assert_eq!((call(face, 3), call(face, 4)), (3, 3));
    }
}

#[test]
fn a_failed_invalidation_opens_it_too() {
    let (backend, cache, _) = moody(Settings::default());
    backend.be(AWAY);
    cache.invalidate_tags(&["t"]).unwrap_err();
    assert_eq!(cache.breaker_state(), BreakerState::Open);
}

#[test]
fn an_error_that_is_an_answer_leaves_it_closed() {
    let (backend, cache, _) = moody(Settings::default());
    backend.be(COMPLAINING);
    for _ in 0..3 {
        assert_eq!(cache.get::<u64>("a").unwrap_err().kind(), ErrorKind::Backend);
    }
    assert_eq!((backend.calls(), cache.breaker_state()), (3, BreakerState::Closed));
}

#[test]
fn after_the_pause_exactly_one_of_many_callers_probes() {
    let map = Faults::new(Map::default());
    let (clock, time) = Clock::manual();
    let cache = Cache::new(Store::blocking(map.clone()).with_clock(clock));
    map.fail_reads(true);
    assert!(cache.get::<u64>("a").is_err());
    for round in 0..5 {
        time.advance(PAUSE * (1 << round));
        let calls = map.calls();
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| assert!(cache.get::<u64>("a").is_err()));
            }
        });
        assert_eq!(map.calls(), calls + 1);
    }
}

#[test]
fn a_probe_that_is_dropped_or_panics_makes_room_for_another() {
    let (backend, cache, time) = moody(Settings::default());
    backend.be(AWAY);
    assert!(cache.get::<u64>("a").is_err());
    time.advance(PAUSE);

    backend.be(HANGING);
    let asynchronous = aio::Cache::from(cache.clone());
    let mut probe = Box::pin(asynchronous.get::<u64>("a"));
    let mut context = Context::from_waker(Waker::noop());
    assert!(matches!(probe.as_mut().poll(&mut context), Poll::Pending));
    let calls = backend.calls();
    assert!(cache.get::<u64>("a").is_err());
    assert_eq!(backend.calls(), calls, "one probe at a time");
    drop(probe);

    backend.be(PANICKING);
    assert!(catch_unwind(AssertUnwindSafe(|| cache.get::<u64>("a"))).is_err());
    assert_eq!(cache.breaker_state(), BreakerState::HalfOpen);

    backend.be(FINE);
    assert_eq!(block_on(asynchronous.get::<u64>("a")).unwrap(), None);
    assert_eq!(cache.breaker_state(), BreakerState::Closed);
}

#[test]
fn it_can_be_more_patient_or_be_left_out() {
    let (backend, cache, _) =
        moody(Settings::default().with_breaker(Breaker::default().with_failures(3)));
    backend.be(AWAY);
    let states: Vec<_> = (0..3)
        .map(|_| {
            assert!(cache.get::<u64>("a").is_err());
            cache.breaker_state()
        })
        .collect();
    assert_eq!(states, [BreakerState::Closed, BreakerState::Closed, BreakerState::Open]);

    let (backend, cache, _) = moody(Settings::default().without_breaker());
    backend.be(AWAY);
    for asked in 1..=100 {
        assert!(cache.get::<u64>("a").is_err());
        assert_eq!(backend.calls(), asked);
    }
    assert_eq!((cache.stats().errors, cache.stats().breaker_opened), (100, 0));
}

#[test]
fn it_is_set_by_configuration() {
    let url = "null://?breaker_failures=4&breaker_pause=250ms&breaker_max_pause=2s";
    let config =
        Config::new().with_url("patient", url).with_url("none", "null://?breaker_failures=0");
    caches().configure(&config).unwrap();
    let expected = Breaker::default()
        .with_failures(4)
        .with_pause(Duration::from_millis(250))
        .with_max_pause(Duration::from_secs(2));
    assert_eq!(caches().get("patient").unwrap().settings().breaker, expected);
    assert_eq!(caches().get("none").unwrap().settings().breaker, Breaker::off());
    let wrong = Config::new().with_url("wrong", "null://?breaker_failures=some");
    assert_eq!(caches().configure(&wrong).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

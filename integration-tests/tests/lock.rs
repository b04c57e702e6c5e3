//! One computation across processes: two caches on one store are two processes.

use ecached::backend::{Backend, Capabilities, Item, Opening, Store, Storing, Written};
use ecached::{
    Cache, Clock, Config, EntryOptions, Error, ErrorKind, Lock, ManualTime, Result, Settings,
    Version, aio, cached, caches,
};
use ecached_testing::{AsyncMap, ConditionalMap, Face, Map, block_on};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Barrier, LazyLock, Mutex, mpsc};
use std::task::{Context, Poll, Waker};
use std::thread;
use std::time::Duration;

const LIFE: Duration = Duration::from_secs(20);

fn distributed() -> Settings {
    Settings::default().with_lock(Lock::Distributed).with_lock_life(LIFE)
}

fn tagged() -> EntryOptions {
    EntryOptions::timeout(3600).with_tags(["t"])
}

/// Lets lives of locks pass until there is a message: when the lock was first seen is known to the one who waits only. The message
/// is to come from the computation: if a life passes after that, its own lock is over before it gives it back.
fn advance_until(time: &ManualTime, message: &mpsc::Receiver<()>) {
    let lives = (1..10).find(|_| {
        time.advance(LIFE);
        message.recv_timeout(Duration::from_secs(3)).is_ok()
    });
    assert!(lives.is_some(), "it waits for ever");
}

/// Two processes on stores of one sort, which all share one time.
struct Pair {
    faces: [Face; 2],
    time: ManualTime,
    keys: Box<dyn Fn() -> Vec<String> + Send + Sync>,
    /// Whether a lock is added in one step only if it is absent.
    is_exact: bool,
}

impl Pair {
    fn has_lock(&self) -> bool {
        (self.keys)().iter().any(|key| key.starts_with("ecached:lock:"))
    }
}

/// Stores that compare, with and without expiry, and stores of four methods, blocking and async.
fn pairs() -> Vec<Pair> {
    let settings = distributed();
    let mut pairs = Vec::new();
    for has_expiry in [true, false] {
        let (clock, time) = Clock::manual();
        let map =
            if has_expiry { ConditionalMap::with_clock(clock.clone()) } else { Default::default() };
        let faces = [(); 2].map(|()| {
            let store = Store::blocking(map.clone()).with_clock(clock.clone());
            Face::blocking(Cache::with_settings(store, settings.clone()))
        });
        let keys = Box::new(move || map.map().keys());
        pairs.push(Pair { faces, time, keys, is_exact: true });
    }
    let (clock, time) = Clock::manual();
    let map = Map::default();
    let faces = [(); 2].map(|()| {
        let store = Store::blocking(map.clone()).with_clock(clock.clone());
        Face::blocking(Cache::with_settings(store, settings.clone()))
    });
    pairs.push(Pair { faces, time, keys: Box::new(move || map.keys()), is_exact: false });
    let (clock, time) = Clock::manual();
    let map = AsyncMap::default();
    let faces = [(); 2].map(|()| {
        let store = Store::asynchronous(map.clone()).with_clock(clock.clone());
        Face::asynchronous(Cache::with_settings(store, settings.clone()))
    });
    pairs.push(Pair { faces, time, keys: Box::new(move || map.map().keys()), is_exact: false });
    pairs
}

#[test]
fn callers_of_two_processes_compute_once() {
    const CALLERS: usize = 16;
    for pair in pairs() {
        let (runs, start, computing) =
            (AtomicU64::new(0), Barrier::new(CALLERS), AtomicBool::new(false));
        let caller = |number: usize| {
            let face = &pair.faces[number % 2];
            start.wait();
            // Where two may take the lock at the same moment, one process begins.
            while !pair.is_exact && number % 2 == 1 && !computing.load(Ordering::SeqCst) {
                thread::yield_now();
            }
            let value = face.get_or_compute("a", tagged(), || {
                runs.fetch_add(1, Ordering::SeqCst);
                computing.store(true, Ordering::SeqCst);
                (0..10_000).for_each(|_| thread::yield_now());
                7_u64
            });
            assert_eq!(value, 7);
        };
        thread::scope(|scope| {
            for number in 0..CALLERS {
                scope.spawn(move || caller(number));
            }
        });
        assert_eq!(runs.load(Ordering::SeqCst), 1);
        assert!(!pair.has_lock(), "{:?}", (pair.keys)());
    }
}

/// Who looked before the other process stored, and opens after it, looks again.
#[test]
fn who_comes_between_a_store_and_its_own_opening_does_not_compute() {
    let map = ConditionalMap::default();
    let other = Cache::with_settings(Store::blocking(map.clone()), distributed());
    let runs = AtomicU64::new(0);
    let overtaken = Overtaken { map, by: Mutex::new(Some(other)) };
    let cache = Cache::with_settings(Store::blocking(overtaken), distributed());
    let value = cache.get_or_compute("a", tagged(), || runs.fetch_add(1, Ordering::SeqCst) + 2);
    assert_eq!((value, runs.into_inner()), (1, 0));
    assert_eq!(cache.get_or_compute("a", tagged(), || 3_u64), 1);
}

/// A store in which another process does a whole call before the first opening of this one.
struct Overtaken {
    map: ConditionalMap,
    by: Mutex<Option<Cache>>,
}

impl Backend for Overtaken {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.map.get(key)
    }
    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        self.map.get_many(keys)
    }
    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.map.set_many(items)
    }
    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.map.delete(keys)
    }
    fn capabilities(&self) -> Capabilities {
        Backend::capabilities(&self.map)
    }
    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        if let Some(other) = self.by.lock().expect("invariant: nobody panics with it").take() {
            assert_eq!(other.get_or_compute("a", tagged(), || 1_u64), 1);
        }
        self.map.open(opening)
    }
    fn store(&self, storing: &Storing) -> Result<Written> {
        self.map.store(storing)
    }
    fn release(&self, key: &str, token: &Version) -> Result<()> {
        self.map.release(key, token)
    }
}

/// The lock does not make anything be served that is invalid, nor keep anybody from computing.
#[test]
fn a_holder_slower_than_its_lock_delays_others_no_longer_than_that() {
    for pair in pairs() {
        let (computing, is_computing) = mpsc::channel();
        let (finish, may_finish) = mpsc::channel::<()>();
        let [one, two] = &pair.faces;
        thread::scope(|scope| {
            let slow = scope.spawn(move || {
                one.get_or_compute("a", tagged(), || {
                    computing.send(()).unwrap();
                    may_finish.recv().unwrap();
                    1_u64
                })
            });
            is_computing.recv().unwrap();
            assert!(pair.has_lock());
            two.invalidate_tags(&["t"]).unwrap();
            let (waited, has_waited) = mpsc::channel();
            let waiter = scope.spawn(move || {
                two.get_or_compute("a", tagged(), || {
                    waited.send(()).unwrap();
                    2_u64
                })
            });
            while two.cache().stats().misses == 0 {
                thread::yield_now();
            }
            advance_until(&pair.time, &has_waited);
            assert_eq!(waiter.join().unwrap(), 2);
            finish.send(()).unwrap();
            assert_eq!(slow.join().unwrap(), 1, "both values are returned");
        });
        // The late store may have replaced the waiter's, by an entry that is invalid.
        let served = pair.faces[0].get_or_compute("a", tagged(), || 3_u64);
        assert!(served == 2 || served == 3, "P1: {served}");
        assert_eq!(pair.faces[1].get_or_compute("a", tagged(), || 4_u64), served);
        assert!(!pair.has_lock());
    }
}

#[test]
fn a_failing_holder_gives_the_lock_back_at_once() {
    for pair in pairs() {
        let face = &pair.faces[0];
        let settings = face.cache().settings().clone();
        assert_eq!(settings.lock, Lock::Distributed);
        let wrong = || Err::<u64, _>(Error::new(ErrorKind::Backend, "the function's own"));
        let asynchronous = aio::Cache::from(face.cache().clone());
        if face.cache().get::<u64>("a").is_ok() {
            face.cache().get_or_try_compute("a", tagged(), wrong).unwrap_err();
        } else {
            block_on(asynchronous.get_or_try_compute("a", tagged(), async { wrong() }))
                .unwrap_err();
        }
        assert_eq!(face.cache().stats().failures, 1);
        assert!(!pair.has_lock(), "{:?}", (pair.keys)());
        assert_eq!(pair.faces[1].get_or_compute("a", tagged(), || 2_u64), 2);
    }
}

/// A dead process: its future is dropped while it computes.
#[test]
fn a_dead_holder_delays_others_for_the_life_of_its_lock() {
    for has_expiry in [true, false] {
        let (clock, time) = Clock::manual();
        let map = if has_expiry {
            ConditionalMap::with_clock(clock.clone())
        } else {
            ConditionalMap::default()
        };
        let both = |map: &ConditionalMap| {
            Store::both(map.clone(), Shared(map.clone())).with_clock(clock.clone())
        };
        let [one, two] = [(); 2].map(|()| Cache::with_settings(both(&map), distributed()));
        let dead = aio::Cache::from(one);
        let pending = async { std::future::pending::<u64>().await };
        let mut call = Box::pin(dead.get_or_compute("a", tagged(), pending));
        let mut context = Context::from_waker(Waker::noop());
        assert!(matches!(call.as_mut().poll(&mut context), Poll::Pending));
        drop(call);
        let waits = |map: &ConditionalMap| {
            map.map().keys().iter().any(|key| key.starts_with("ecached:lock:"))
        };
        assert!(waits(&map));
        thread::scope(|scope| {
            let (waited, has_waited) = mpsc::channel();
            let waiter = scope.spawn(move || {
                two.get_or_compute("a", tagged(), || {
                    waited.send(()).unwrap();
                    2_u64
                })
            });
            advance_until(&time, &has_waited);
            assert_eq!(waiter.join().unwrap(), 2);
        });
        assert!(!waits(&map));
    }
}

/// The async side of a store that compares.
struct Shared(ConditionalMap);

impl ecached::backend::AsyncBackend for Shared {
    async fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        ecached::backend::Backend::get(&self.0, key)
    }
    async fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        ecached::backend::Backend::get_many(&self.0, keys)
    }
    async fn set_many(&self, items: &[ecached::backend::Item]) -> Result<()> {
        ecached::backend::Backend::set_many(&self.0, items)
    }
    async fn delete(&self, keys: &[&str]) -> Result<()> {
        ecached::backend::Backend::delete(&self.0, keys)
    }
    fn capabilities(&self) -> ecached::backend::Capabilities {
        ecached::backend::Backend::capabilities(&self.0)
    }
    async fn open(
        &self,
        opening: &ecached::backend::Opening,
    ) -> Result<Vec<Option<ecached::Version>>> {
        ecached::backend::Backend::open(&self.0, opening)
    }
    async fn store(
        &self,
        storing: &ecached::backend::Storing,
    ) -> Result<ecached::backend::Written> {
        ecached::backend::Backend::store(&self.0, storing)
    }
}

/// A call that comes to its own key does not wait for its own lock, also when its versions have changed meanwhile.
#[test]
fn a_computation_may_need_itself() {
    for pair in pairs() {
        let face = &pair.faces[0];
        let inner = || face.get_or_compute("a", tagged(), || 1_u64);
        let outer = face.get_or_compute("a", tagged(), || {
            face.invalidate_tags(&["t"]).unwrap();
            inner() + 1
        });
        assert_eq!(outer, 2);
        assert_eq!(face.get_or_compute("b", tagged(), || inner() + 2), 3);
    }
}

/// A wait has a limit, which is the alias's.
#[test]
fn who_has_waited_long_enough_computes() {
    let map = ConditionalMap::with_clock(Clock::manual().0);
    let settings = distributed().with_wait(Duration::from_millis(20));
    let [one, two] = [(); 2].map(|()| Cache::with_settings(map.clone(), settings.clone()));
    let value = one.get_or_compute("a", tagged(), || {
        assert_eq!(two.get_or_compute("b", tagged(), || 1_u64), 1);
        // The other process is computed in here, so that the lock cannot be given back before.
        thread::scope(|scope| {
            let other = scope.spawn(|| two.get_or_compute("a", tagged(), || 2_u64));
            other.join().unwrap() + 10
        })
    });
    assert_eq!(value, 12);
}

#[test]
fn a_refresh_waits_for_nobody() {
    static MAP: LazyLock<ConditionalMap> = LazyLock::new(ConditionalMap::default);
    static CACHE: LazyLock<Cache> =
        LazyLock::new(|| Cache::with_settings(MAP.clone(), distributed()));
    #[cached("a", 60, cache = CACHE)]
    fn load() -> u64 {
        if MAP.map().keys().iter().any(|key| key.starts_with("ecached:lock:")) { 1 } else { 2 }
    }
    assert_eq!(load(), 1, "it takes a lock");
    assert_eq!(load::refresh_cache(), 2, "it takes none");
}

#[test]
fn a_function_says_for_itself_what_it_shares() {
    static MAP: LazyLock<ConditionalMap> = LazyLock::new(ConditionalMap::default);
    static PLAIN: LazyLock<Cache> = LazyLock::new(|| Cache::new(MAP.clone()));
    static LOCKED: LazyLock<Cache> =
        LazyLock::new(|| Cache::with_settings(MAP.clone(), distributed()));
    fn has_lock() -> bool {
        MAP.map().keys().iter().any(|key| key.starts_with("ecached:lock:"))
    }
    #[cached("one:<id>", 60, cache = PLAIN, lock = "distributed")]
    fn one(id: u64) -> (u64, bool) {
        (id, has_lock())
    }
    #[cached("two:<id>", 60, cache = LOCKED, lock = "process")]
    fn two(id: u64) -> (u64, bool) {
        (id, has_lock())
    }
    #[cached("three:<id>", 60, cache = PLAIN, lock = "distributed")]
    async fn three(id: u64) -> (u64, bool) {
        (id, has_lock())
    }
    let four = ecached::ecached!(
        "four:<id>",
        60,
        cache = PLAIN,
        lock = "distributed",
        |id: u64| -> (u64, bool) { (id, has_lock()) }
    );
    assert_eq!((one(1), two(1), four.call(1)), ((1, true), (1, false), (1, true)));
    assert_eq!(block_on(three(1)), (1, false), "an async call does not ask a blocking backend");
    assert!(!has_lock());
}

#[test]
fn it_is_set_by_configuration() {
    let config = Config::new().with_url("locked", "null://?lock=distributed&lock_life=5s");
    caches().configure(&config).unwrap();
    let cache = caches().get("locked").unwrap();
    assert_eq!(cache.settings().lock, Lock::Distributed);
    assert_eq!(cache.settings().lock_life, Duration::from_secs(5));
    assert_eq!(cache.get_or_compute("a", 60, || 1_u64), 1, "a store that keeps nothing");
    let wrong = Config::new().with_url("wrong", "null://?lock=galactic");
    assert_eq!(caches().configure(&wrong).unwrap_err().kind(), ErrorKind::InvalidConfig);
}

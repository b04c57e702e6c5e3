//! P4: a server that is down, frozen, full or mad costs time and a computation, and never a value.

use ecached_core::{Cache, Clock, EntryOptions, ErrorKind, Settings};
use ecached_redis::Redis;
use ecached_testing::servers::{self, Proxy};
use ecached_testing::{Face, block_on};
use std::any::Any;
use std::net::SocketAddr;
use std::sync::LazyLock;
use std::time::Duration;
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));

const TIMEOUT: Duration = Duration::from_millis(200);

/// What a busy machine may add to a time-out.
const SLACK: Duration = Duration::from_millis(400);

fn enter() -> Box<dyn Any> {
    Box::new(RUNTIME.enter())
}

fn open(address: SocketAddr) -> Cache {
    let redis = Redis::builder(&format!("redis://{address}/0")).expect("a URL");
    let redis = redis.operation_timeout(TIMEOUT).connect_timeout(TIMEOUT).build().expect("limits");
    // Each operation is to reach the server, or not: the breaker has tests of its own.
    Cache::with_settings(redis, Settings::default().without_breaker())
}

/// A blocking and an async caller of the server there.
fn faces(address: SocketAddr) -> [Face; 2] {
    [Face::blocking(open(address)), Face::asynchronous(open(address)).entering(enter)]
}

fn tagged() -> EntryOptions {
    EntryOptions::timeout(3600).with_tags(["t"])
}

/// How long it took, and what came out.
fn timed<T>(work: impl FnOnce() -> T) -> (Duration, T) {
    let clock = Clock::system();
    let start = clock.now();
    let value = work();
    (clock.now().since(start), value)
}

#[test]
fn a_frozen_server_costs_at_most_the_time_out() {
    let server = servers::Redis::start();
    for face in faces(server.address()) {
        assert_eq!(face.get_or_compute("key", tagged(), || 1_u64), 1);
        server.freeze();
        let (took, value) = timed(|| face.get_or_compute("key", tagged(), || 2_u64));
        assert_eq!(value, 2, "computed");
        assert!(took < TIMEOUT + SLACK, "{took:?}");
        let (took, failed) = timed(|| face.invalidate_tags(&["t"]));
        assert!(failed.is_err(), "an invalidation that did not arrive is an error");
        assert!(took < TIMEOUT + SLACK, "{took:?}");
        server.thaw();
        server.flush();
    }
}

#[test]
fn nobody_listening_costs_at_most_the_time_out() {
    let server = servers::Redis::start();
    let address = server.address();
    server.stop();
    for face in faces(address) {
        let (took, value) = timed(|| face.get_or_compute("key", tagged(), || 2_u64));
        assert_eq!(value, 2);
        assert!(took < TIMEOUT + SLACK, "{took:?}");
        let error = face.invalidate_tags(&["t"]).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Unavailable, "{error}");
    }
}

/// P2: everything is gone, and nothing that was served before comes back.
#[test]
fn a_server_replaced_by_an_empty_one_is_used_at_once() {
    let server = servers::Redis::start();
    for face in faces(server.address()) {
        assert_eq!(face.get_or_compute("key", tagged(), || 1_u64), 1);
        server.restart();
        // Blocking: the dead connection is noticed before anything is lost. Async: by the operation that finds it.
        let _ = face.get::<u64>("key");
        assert_eq!(face.get::<u64>("key").unwrap(), None);
        assert_eq!(face.get_or_compute("key", tagged(), || 2_u64), 2);
        assert_eq!(face.get_or_compute("key", tagged(), || 3_u64), 2);
        server.flush();
    }
}

#[test]
fn a_full_server_stores_nothing_and_still_invalidates() {
    let server = servers::Redis::builder().config("maxmemory-policy", "noeviction").start();
    for face in faces(server.address()) {
        assert_eq!(face.get_or_compute("key", tagged(), || 1_u64), 1);
        server.command(&["CONFIG", "SET", "maxmemory", "1"]);
        assert_eq!(face.get_or_compute("other", tagged(), || 7_u64), 7, "computed, not stored");
        assert_eq!(face.get_or_compute("key", tagged(), || 2_u64), 1, "still served");
        let full = face.set("another", 1_u64, tagged()).unwrap_err();
        assert_eq!(full.kind(), ErrorKind::Backend, "{full}");
        face.invalidate_tags(&["t"]).unwrap();
        assert_eq!(face.get_or_compute("key", tagged(), || 3_u64), 3);
        server.command(&["CONFIG", "SET", "maxmemory", "0"]);
        server.flush();
    }
}

/// P5: a peer that answers anything at all.
#[test]
fn garbage_is_an_error_and_no_value() {
    let server = servers::Redis::start();
    for face in faces(server.address()) {
        let network = Proxy::start(server.address());
        let via = if face.is_async() {
            Face::asynchronous(open(network.address())).entering(enter)
        } else {
            Face::blocking(open(network.address()))
        };
        assert_eq!(via.get_or_compute("key", tagged(), || 1_u64), 1);
        network.garbage();
        for round in 2..5_u64 {
            let (took, value) = timed(|| via.get_or_compute("key", tagged(), || round));
            assert_eq!(value, round);
            assert!(took < TIMEOUT + SLACK, "{took:?}");
            assert!(via.invalidate_tags(&["u"]).is_err());
        }
        network.pass();
        let _ = via.get::<u64>("key");
        assert_eq!(via.get::<u64>("key").unwrap(), Some(1), "and it works again");
        server.flush();
    }
}

#[test]
fn connections_that_are_reset_are_replaced() {
    let server = servers::Redis::start();
    let network = Proxy::start(server.address());
    for face in faces(network.address()) {
        assert_eq!(face.get_or_compute("key", tagged(), || 1_u64), 1);
        network.cut();
        assert_eq!(face.get_or_compute("key", tagged(), || 2_u64), 2);
        assert!(face.invalidate_tags(&["t"]).is_err());
        network.pass();
        let _ = face.get::<u64>("key");
        assert_eq!(face.get::<u64>("key").unwrap(), Some(1));
        server.flush();
    }
}

/// An answer that comes after the time-out must not be taken for the answer to the next question.
#[test]
fn a_late_answer_answers_nothing_else() {
    let server = servers::Redis::start();
    let network = Proxy::start(server.address());
    for face in faces(network.address()) {
        face.set("one", 1_u64, 60).unwrap();
        face.set("two", 2_u64, 60).unwrap();
        network.delay(TIMEOUT * 2);
        assert!(face.get::<u64>("one").is_err());
        network.pass();
        for _ in 0..3 {
            assert_eq!(face.get::<u64>("two").ok().flatten().unwrap_or(2), 2);
        }
        assert_eq!(face.get::<u64>("two").unwrap(), Some(2));
    }
}

/// A key or version of another type, which other programs may have left.
#[test]
fn foreign_types_are_a_miss_or_an_error_and_heal() {
    let server = servers::Redis::start();
    for face in faces(server.address()) {
        server.command(&["LPUSH", "key", "a"]);
        server.command(&["SADD", "ecached:tag:t", "a"]);
        assert_eq!(face.get_or_compute("key", tagged(), || 1_u64), 1);
        face.invalidate_tags(&["t"]).unwrap();
        assert_eq!(face.get_or_compute("key", tagged(), || 2_u64), 2);
        assert_eq!(face.get_or_compute("key", tagged(), || 3_u64), 2, "healed");
        server.flush();
    }
}

/// Futures that are dropped at any point leave a connection that answers right.
#[test]
fn dropped_futures_mix_up_nothing() {
    let server = servers::Redis::start();
    let cache: ecached_core::aio::Cache = open(server.address()).into();
    RUNTIME.block_on(async {
        for key in 0..50_u64 {
            cache.set(&format!("key{key}"), key, 60).await.unwrap();
        }
        for round in 0..200_u64 {
            let wanted = format!("key{}", round % 50);
            let (cache, other) = (cache.clone(), format!("key{}", (round + 7) % 50));
            let dropped = tokio::spawn({
                let cache = cache.clone();
                async move { cache.get::<u64>(&other).await }
            });
            tokio::task::yield_now().await;
            dropped.abort();
            assert_eq!(cache.get::<u64>(&wanted).await.unwrap(), Some(round % 50));
        }
    });
}

#[test]
fn async_callers_without_a_runtime_compute() {
    let server = servers::Redis::start();
    let cache: ecached_core::aio::Cache = open(server.address()).into();
    let error = block_on(cache.get::<u64>("key")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported, "{error}");
    assert_eq!(block_on(cache.get_or_compute("key", 60, async { 5_u64 })), 5);
}

/// Connections die with the runtime that opened them; another runtime opens its own.
#[test]
fn each_runtime_has_its_connection() {
    let server = servers::Redis::start();
    let cache: ecached_core::aio::Cache = open(server.address()).into();
    for round in 0..20_u64 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            cache.set("key", round, 60).await.unwrap();
            assert_eq!(cache.get::<u64>("key").await.unwrap(), Some(round));
        });
    }
}

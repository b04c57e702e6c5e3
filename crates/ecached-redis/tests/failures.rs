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
        let why = std::error::Error::source(&error).unwrap().to_string();
        assert!(why.contains("refused"), "{why}");
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

/// A reply that nobody read must not answer the next question, in a cluster either: one member refuses, the others answer.
#[test]
fn in_a_cluster_a_failure_mixes_up_nothing() {
    let cluster = servers::RedisCluster::start();
    let open = || {
        let redis = Redis::open(&cluster.url()).unwrap();
        Cache::with_settings(redis, Settings::default().without_breaker())
    };
    for face in [Face::blocking(open()), Face::asynchronous(open()).entering(enter)] {
        for key in 0..40_u64 {
            face.set(&format!("key{key}"), key, 60).unwrap();
        }
        for round in 0..200_u64 {
            let (one, other) = (round % 40, (round * 7 + 3) % 40);
            if round % 20 == 10 {
                cluster.nodes()[1].command(&["CLIENT", "KILL", "TYPE", "normal"]);
            }
            for key in [one, other] {
                if let Ok(value) = face.get::<u64>(&format!("key{key}")) {
                    assert_eq!(value, Some(key));
                }
            }
        }
        face.clear().unwrap();
    }
}

/// Members that are well go on serving while another is silent.
#[test]
fn in_a_cluster_a_frozen_member_costs_only_its_own_keys() {
    let cluster = servers::RedisCluster::start();
    let redis = Redis::builder(&cluster.url()).unwrap().operation_timeout(TIMEOUT).build().unwrap();
    let cache = Cache::with_settings(redis, Settings::default().without_breaker());
    let faces = [Face::blocking(cache.clone()), Face::asynchronous(cache).entering(enter)];
    let frozen = cluster.node_of("ecached:alias").port();
    let silent = cluster.nodes().iter().find(|node| node.port() != frozen).unwrap();
    let keys: Vec<_> = (0..60).map(|number| format!("key{number}")).collect();
    let (theirs, ours): (Vec<_>, Vec<_>) =
        keys.iter().partition(|key| cluster.node_of(key).port() == silent.port());
    for face in faces {
        keys.iter().for_each(|key| face.set(key, 1_u64, 60).unwrap());
        silent.freeze();
        let (took, failed) = timed(|| face.get::<u64>(theirs[0]));
        assert!(failed.is_err() && took < TIMEOUT + SLACK, "{took:?}");
        for key in &ours {
            assert_eq!(face.get::<u64>(key).unwrap(), Some(1));
        }
        silent.thaw();
        assert!(face.get::<u64>(theirs[0]).is_ok());
    }
}

/// A slot that moved is found again, for values and for invalidations.
#[test]
fn in_a_cluster_a_slot_that_moved_is_followed() {
    let cluster = servers::RedisCluster::start();
    let open = || Cache::new(Redis::open(&cluster.url()).unwrap());
    for face in [Face::blocking(open()), Face::asynchronous(open()).entering(enter)] {
        face.set("key", 1_u64, tagged()).unwrap();
        let (from, slot) = (cluster.node_of("key"), "key");
        let to = cluster.nodes().iter().find(|node| node.port() != from.port()).unwrap();
        let slot = from.command(&["CLUSTER", "KEYSLOT", slot]).integer().unwrap().to_string();
        let id = to.command(&["CLUSTER", "MYID"]);
        from.command(&["FLUSHALL"]);
        for node in [to].into_iter().chain(cluster.nodes().iter().filter(|n| n.port() != to.port()))
        {
            let done = node.command(&["CLUSTER", "SETSLOT", &slot, "NODE", id.text().unwrap()]);
            assert!(!done.is_error(), "{done:?}");
        }
        let _ = face.get::<u64>("key");
        assert_eq!(face.get_or_compute("key", tagged(), || 2_u64), 2);
        // Opening is not repeated, not even to follow the slot; the refusal is what teaches the new place, and the client then
        // asks for the new map beside the calls that go on.
        let (clock, mut number) = (Clock::system(), 2);
        let deadline = clock.now().after(Duration::from_secs(10));
        let is_stored = |number: u64| face.get_or_compute("key", tagged(), || number) != number;
        while !is_stored(number) {
            assert!(!clock.has_passed(deadline), "at its new place");
            number += 1;
            std::thread::yield_now();
        }
        face.delete("key").unwrap();
        assert_eq!(face.get::<u64>("key").unwrap(), None);
    }
}

/// One time-out for the whole operation, however many replies it waits for.
#[test]
fn a_store_with_many_tags_costs_one_time_out() {
    let server = servers::Redis::start();
    for face in faces(server.address()) {
        assert_eq!(face.get_or_compute("key", tagged(), || 1_u64), 1);
        server.freeze();
        let many = EntryOptions::timeout(60).with_tags((0..20).map(|tag| tag.to_string()));
        let (took, failed) = timed(|| face.set("key", 1_u64, many));
        assert!(failed.is_err() && took < TIMEOUT + SLACK, "{took:?}");
        server.thaw();
        server.flush();
    }
}

/// Callers who wait inside a runtime that shuts down are told so.
#[test]
fn a_runtime_that_shuts_down_leaves_nobody_waiting() {
    let server = servers::Redis::start();
    let cache: ecached_core::aio::Cache = open(server.address()).into();
    for _ in 0..10 {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let handle = runtime.handle().clone();
        let callers: Vec<_> = (0..8)
            .map(|caller: u64| {
                let (cache, handle) = (cache.clone(), handle.clone());
                runtime.spawn_blocking(move || {
                    handle.block_on(cache.get_or_compute("key", 60, async { caller }))
                })
            })
            .collect();
        // Nobody drives the runtime any more; the callers are threads of their own.
        drop(runtime);
        assert!(callers.iter().all(|caller| caller.is_finished()), "dropping waits for them");
    }
}

//! The conformance suite, on real servers: one, a cluster, and one behind Sentinels.

use ecached_core::{Cache, Settings};
use ecached_redis::Redis;
use ecached_testing::{conformance, servers};
use std::any::Any;
use std::sync::LazyLock;
use std::sync::atomic::{AtomicU32, Ordering};
use tokio::runtime::Runtime;

static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime"));
static SERVER: LazyLock<servers::Redis> = LazyLock::new(servers::Redis::start);
static CLUSTER: LazyLock<servers::RedisCluster> = LazyLock::new(servers::RedisCluster::start);

fn enter() -> Box<dyn Any> {
    Box::new(RUNTIME.enter())
}

/// Two caches with connections of their own, as two processes have them, and names that no other test has.
fn caches(url: &str) -> [Cache; 2] {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let prefix = format!("test{}:", NEXT.fetch_add(1, Ordering::Relaxed));
    [0, 1].map(|_| {
        let settings = Settings::default().with_key_prefix(&prefix);
        Cache::with_settings(Redis::open(url).expect("a URL"), settings)
    })
}

conformance!(one_server, blocking, caches(&SERVER.url()));
conformance!(one_server_resp3, blocking, caches(&format!("{}?protocol=resp3", SERVER.url())));
conformance!(cluster, blocking, caches(&CLUSTER.url()));

conformance!(one_server_async, asynchronous in enter, caches(&SERVER.url()));
conformance!(cluster_async, asynchronous in enter, caches(&CLUSTER.url()));

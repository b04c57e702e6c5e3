//! Async callers without a runtime, and with several.

use crate::support::{item, kind, on, servers};
use ecached_core::backend::AsyncBackend;
use ecached_core::{Cache, ErrorKind, aio};
use tokio::runtime::{Builder, Runtime};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

#[test]
fn without_a_runtime_there_is_an_error_and_no_panic() {
    let servers = servers(1);
    let memcached = on(&servers);
    let backend = memcached.asynchronous();
    let error = ecached_testing::block_on(AsyncBackend::get(&backend, "a")).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unsupported);
    assert!(error.to_string().contains("tokio"));
    // A function computes all the same.
    let cache: aio::Cache = Cache::new(memcached).into();
    assert_eq!(ecached_testing::block_on(cache.get_or_compute("a", 60, async { 1_u64 })), 1);
}

/// As tests have them: each its own, and gone when it ends.
#[test]
fn runtimes_come_and_go() {
    let servers = servers(1);
    let backend = on(&servers).asynchronous();
    let first = runtime();
    first.block_on(AsyncBackend::set_many(&backend, &[item("a", b"1")])).unwrap();
    for _ in 0..100 {
        let value = runtime().block_on(AsyncBackend::get(&backend, "a"));
        assert_eq!(value.unwrap().as_deref(), Some(&b"1"[..]));
    }
    let value = first.block_on(AsyncBackend::get(&backend, "a"));
    assert_eq!(value.unwrap().as_deref(), Some(&b"1"[..]));
    drop(first);
    // Those of 64 runtimes at most are kept, and the one that asks.
    let open: u32 = servers[0].stats()["curr_connections"].parse().unwrap();
    assert!(open <= 68, "{open}");
}

/// A current-thread runtime does not hear that a connection was closed while nobody runs it.
#[test]
fn a_restart_between_two_runs_of_a_runtime_is_no_error() {
    let servers = servers(1);
    let backend = on(&servers).asynchronous();
    let runtime = runtime();
    for _ in 0..5 {
        runtime.block_on(AsyncBackend::set_many(&backend, &[item("a", b"1")])).unwrap();
        servers[0].restart();
        assert_eq!(runtime.block_on(AsyncBackend::get(&backend, "a")).unwrap(), None);
    }
}

#[test]
fn a_server_name_that_nobody_knows_is_an_error() {
    let memcached = ecached_memcached::Memcached::open(["ecached.invalid"]).unwrap();
    let builder = Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let error = builder.block_on(AsyncBackend::get(&memcached.asynchronous(), "a"));
    assert!([ErrorKind::Unavailable, ErrorKind::Timeout].contains(&kind(error)));
    use ecached_core::backend::Backend;
    assert_eq!(kind(memcached.blocking().get("a")), ErrorKind::Unavailable);
}

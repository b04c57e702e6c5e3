//! Values up to the server's limit and beyond.

use crate::support::{item, kind, on, servers, sides, storing};
use ecached_core::backend::{Item, Written};
use ecached_core::{Cache, ErrorKind};
use ecached_memcached::Memcached;
use ecached_testing::servers;
use std::time::Duration;

#[test]
fn the_largest_value_fits_under_the_longest_key() {
    for limit in [1 << 19, 1 << 20, 8 << 20] {
        let server = servers::Memcached::builder().max_item_size(limit).start();
        let address = [server.address().to_string()];
        let memcached = Memcached::builder()
            .servers(address)
            .max_item_bytes(limit)
            .operation_timeout(Duration::from_secs(10))
            .build()
            .unwrap();
        for (name, backend) in sides(&memcached) {
            let capabilities = backend.capabilities();
            let key = "\n".repeat(capabilities.max_key_bytes);
            let ttl = Some(Duration::from_secs(2_000_000));
            let entry = Item { ttl, ..item(&key, &vec![7; capabilities.max_value_bytes]) };
            let value = entry.value.clone();
            assert_eq!(backend.store(&storing(entry)).unwrap(), Written::Stored, "{name}, {limit}");
            assert_eq!(backend.get(&key).unwrap(), Some(value), "{name}, {limit}");
        }
    }
}

#[test]
fn a_value_that_is_too_large_is_not_there_and_neither_is_the_one_before() {
    let servers = servers(1);
    for (name, backend) in sides(&on(&servers)) {
        assert_eq!(backend.store(&storing(item("a", b"old"))).unwrap(), Written::Stored);
        let large = vec![7; 2 << 20];
        assert_eq!(
            backend.store(&storing(item("a", &large))).unwrap(),
            Written::TooLarge,
            "{name}"
        );
        assert_eq!(backend.get("a").unwrap(), None, "{name}");
        assert_eq!(
            kind(backend.set_many(&[item("a", &large), item("b", b"1")])),
            ErrorKind::TooLarge
        );
        assert_eq!(backend.store(&storing(item("a", b"new"))).unwrap(), Written::Stored);
        assert_eq!(backend.get("a").unwrap().as_deref(), Some(&b"new"[..]));
    }
}

#[test]
fn a_cache_serves_values_that_memcached_does_not_take() {
    let servers = servers(1);
    let cache = Cache::new(on(&servers));
    let large = "x".repeat(2 << 20);
    for _ in 0..2 {
        let mut computed = false;
        let value = cache.get_or_compute("a", 60, || {
            computed = true;
            large.clone()
        });
        assert!(computed && value == large);
    }
}

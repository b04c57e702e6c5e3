//! Several servers: each has its own keys, whoever asks.

use crate::support::{addresses, item, on, servers, sides, version_item, waiting};
use ecached_core::Cache;
use ecached_core::backend::Backend;
use std::time::Duration;

#[test]
fn the_order_of_the_list_does_not_matter() {
    let servers = servers(3);
    let mut turned = addresses(&servers);
    turned.reverse();
    let keys: Vec<String> = (0..90).map(|number| format!("k{number}")).collect();
    let items: Vec<_> = keys.iter().map(|key| version_item(key)).collect();
    on(&servers).blocking().set_many(&items).unwrap();
    for (name, backend) in sides(&waiting(turned, Duration::from_secs(20))) {
        for (key, item) in keys.iter().zip(&items) {
            assert_eq!(backend.get(key).unwrap().as_ref(), Some(&item.value), "{name}");
        }
    }
    let counts = servers.iter().map(|server| server.stats()["curr_items"].parse::<u32>().unwrap());
    let counts: Vec<u32> = counts.collect();
    assert_eq!(counts.iter().sum::<u32>(), 90);
    assert!(counts.iter().all(|count| *count > 10), "{counts:?}");
}

#[test]
fn a_key_deleted_by_another_process_during_the_computation_stays_deleted() {
    let servers = servers(3);
    let caches = [Cache::new(on(&servers)), Cache::new(on(&servers))];
    for number in 0..30 {
        let key = format!("k{number}");
        let stale = caches[0].get_or_compute(&key, 60, || {
            caches[1].delete(&key).unwrap();
            1_u64
        });
        assert_eq!(stale, 1);
        assert_eq!(caches[1].get::<u64>(&key).unwrap(), None);
        assert_eq!(caches[0].get_or_compute(&key, 60, || 2_u64), 2);
        assert_eq!(caches[1].get::<u64>(&key).unwrap(), Some(2));
    }
}

/// A server that forgets, as by a restart, makes entries invalid, wherever they are.
#[test]
fn a_server_that_forgets_revives_nothing() {
    let servers = servers(3);
    let cache = Cache::new(on(&servers));
    for round in 0..6_u64 {
        let options = ecached_core::EntryOptions::timeout(60).with_tags(["t1", "t2", "t3"]);
        assert_eq!(cache.get_or_compute("k", options, || round), round);
        cache.invalidate_tags(&["t1"]).unwrap();
        assert_eq!(cache.get::<u64>("k").unwrap(), None);
        servers[(round % 3) as usize].restart();
        assert_eq!(cache.get::<u64>("k").unwrap(), None);
    }
    on(&servers).blocking().set_many(&[item("a", b"1")]).unwrap();
}

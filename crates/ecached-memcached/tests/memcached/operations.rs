//! What the operations do, alone and with others at the same time.

use crate::support::{item, on, opening, servers, sides, storing, version_item};
use ecached_core::backend::{Backend, Invalidating, Item, Written};
use ecached_core::version::Version;
use std::sync::Barrier;
use std::time::Duration;

/// On one server and on three, both sides.
fn everywhere(test: impl Fn(&str, &dyn Backend)) {
    for count in [1, 3] {
        let servers = servers(count);
        let memcached = on(&servers);
        for (name, backend) in sides(&memcached) {
            servers.iter().for_each(ecached_testing::servers::Memcached::flush);
            test(&format!("{name}, {count} servers"), &*backend);
        }
    }
}

#[test]
fn values_come_back_in_the_order_of_the_keys() {
    everywhere(|name, backend| {
        let items: Vec<Item> = (0..600)
            .map(|number| item(&format!("k{number}"), format!("v{number}").as_bytes()))
            .collect();
        backend.set_many(&items).unwrap();
        let keys: Vec<&str> = items.iter().rev().map(|item| item.key.as_str()).collect();
        let values = backend.get_many(&keys).unwrap();
        assert!(
            items
                .iter()
                .rev()
                .zip(&values)
                .all(|(item, value)| Some(&item.value) == value.as_ref())
        );
        backend.delete(&["k1", "absent", "k3"]).unwrap();
        let values = backend.get_many(&["k0", "k1", "k0", "k3", "absent"]).unwrap();
        let zero = Some(b"v0".to_vec());
        assert_eq!(values, [zero.clone(), None, zero, None, None], "{name}");
        assert_eq!(backend.get_many(&[]).unwrap(), Vec::<Option<Vec<u8>>>::new());
    });
}

#[test]
fn open_keeps_what_is_there() {
    everywhere(|name, backend| {
        let there = [version_item("a"), item("no version", b"short")];
        backend.set_many(&there).unwrap();
        let items = ["a", "b", "no version", "c"].map(version_item);
        let lease = version_item("lease");
        let opened = backend.open(&opening(items.to_vec(), Some(lease.clone()))).unwrap();
        let expected = [&there[0].value, &items[1].value, &vec![], &items[3].value, &lease.value];
        assert_eq!(opened, expected.map(|value| Version::read(value)), "{name}");
        let again = ["b", "c", "lease"].map(version_item);
        assert_eq!(
            backend.open(&opening(again.to_vec(), None)).unwrap(),
            [opened[1], opened[3], opened[4]]
        );
        assert_eq!(backend.open(&opening(Vec::new(), None)).unwrap(), []);
    });
}

#[test]
fn openers_at_once_get_the_same_versions() {
    for count in [1, 3] {
        let servers = servers(count);
        let backend = on(&servers).blocking();
        for round in 0..20 {
            let barrier = Barrier::new(8);
            let open = || {
                let items =
                    (0..10).map(|number| version_item(&format!("{round}:{number}"))).collect();
                let opening = opening(items, None);
                barrier.wait();
                backend.open(&opening).unwrap()
            };
            let opened: Vec<_> = std::thread::scope(|scope| {
                let threads: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            assert!(opened[0].iter().all(Option::is_some));
            assert!(opened.iter().all(|versions| *versions == opened[0]));
        }
    }
}

#[test]
fn what_is_invalidated_is_gone_and_the_counter_is_another() {
    everywhere(|name, backend| {
        let items = ["clock", "v1", "v2", "v3", "lease", "entry", "other"].map(version_item);
        backend.set_many(&items).unwrap();
        let mut invalidating = Invalidating::default();
        invalidating.clock = Some("clock".to_owned());
        invalidating.versions = ["v1", "v2", "v3", "absent"].map(str::to_owned).into();
        invalidating.leases = vec!["lease".to_owned()];
        invalidating.entries = vec!["entry".to_owned()];
        backend.invalidate(&invalidating).unwrap();
        let clock = backend.get("clock").unwrap().unwrap();
        backend.invalidate(&invalidating).unwrap();
        let clocks = [items[0].value.clone(), clock, backend.get("clock").unwrap().unwrap()];
        assert!(clocks.iter().all(|clock| clock.len() == Version::LEN), "{name}");
        assert!(clocks[0] != clocks[1] && clocks[1] != clocks[2] && clocks[0] != clocks[2]);
        assert_eq!(backend.get_many(&["v1", "v2", "v3", "lease", "entry"]).unwrap(), vec![None; 5]);
        assert_eq!(backend.get("other").unwrap().as_ref(), Some(&items[6].value));
        backend.invalidate(&Invalidating::default()).unwrap();
    });
}

#[test]
fn entries_expire_on_the_server_and_versions_do_not() {
    let servers = servers(1);
    for (name, backend) in sides(&on(&servers)) {
        let day = Some(Duration::from_secs(86_400));
        let version = Item { ttl: day, ..version_item("version") };
        backend.open(&opening(vec![version], None)).unwrap();
        let entry = Item { ttl: day, ..item("entry", b"value") };
        assert_eq!(backend.store(&storing(entry)).unwrap(), Written::Stored);
        let entry = Item { ttl: Some(Duration::from_secs(31 * 86_400)), ..item("old", b"value") };
        assert_eq!(backend.store(&storing(entry)).unwrap(), Written::Stored);
        assert_eq!(servers[0].command("mg version t"), "HD t-1\r\n", "{name}");
        assert_eq!(servers[0].command("mg old t"), "HD t-1\r\n");
        let left = servers[0].command("mg entry t");
        let left: u64 = left.trim().strip_prefix("HD t").unwrap().parse().unwrap();
        assert!((86_340..=86_401).contains(&left), "{left}");
    }
}

#[test]
fn bytes_of_others_are_bytes() {
    let servers = servers(1);
    for (name, backend) in sides(&on(&servers)) {
        assert_eq!(servers[0].command("set flagged 4711 0 4\r\n\x01\r\n\x02"), "STORED\r\n");
        assert_eq!(
            backend.get("flagged").unwrap().as_deref(),
            Some(&b"\x01\r\n\x02"[..]),
            "{name}"
        );
        assert_eq!(servers[0].command("set empty 0 0 0\r\n"), "STORED\r\n");
        assert_eq!(backend.get("empty").unwrap(), None);
        assert_eq!(servers[0].command("set outdated 0 0 1\r\nx"), "STORED\r\n");
        assert_eq!(servers[0].command("md outdated I T60"), "HD\r\n");
        assert_eq!(backend.get_many(&["outdated", "outdated"]).unwrap(), [None, None]);
    }
}

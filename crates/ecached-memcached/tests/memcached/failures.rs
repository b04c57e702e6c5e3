//! Servers that stand still, end, or come again.

use crate::support::{HASTE, hasty, item, kind, on, servers, sides, timed, version_item, waiting};
use ecached_core::ErrorKind;
use ecached_core::backend::{Backend, Invalidating};
use ecached_testing::servers::Proxy;
use std::time::Duration;

/// More than any of this takes on a busy machine, less than a wait without end.
const PATIENCE: Duration = Duration::from_secs(10);

fn invalidating(versions: &[String]) -> Invalidating {
    let mut invalidating = Invalidating::default();
    invalidating.versions = versions.to_vec();
    invalidating
}

#[test]
fn a_frozen_server_costs_the_operation_timeout() {
    for count in [1, 3] {
        let servers = servers(count);
        let memcached = hasty(&servers);
        for warm in [true, false] {
            let memcached = if warm { memcached.clone() } else { hasty(&servers) };
            for (name, backend) in sides(&memcached) {
                let keys: Vec<String> = (0..30).map(|number| number.to_string()).collect();
                let keys_of: Vec<&str> = keys.iter().map(String::as_str).collect();
                if warm {
                    backend.get_many(&keys_of).unwrap();
                }
                servers.iter().for_each(|server| server.freeze());
                let (result, took) = timed(|| backend.get_many(&keys_of));
                assert_eq!(kind(result), ErrorKind::Timeout, "{name}");
                // Waiting for one server after the other would take three times as long; a busy machine is not that slow.
                assert!(took >= HASTE && took < PATIENCE, "{name}, {count} servers: {took:?}");
                let (result, took) = timed(|| backend.invalidate(&invalidating(&keys)));
                assert_eq!(kind(result), ErrorKind::Timeout, "{name}");
                assert!(took < PATIENCE, "{name}: {took:?}");
                servers.iter().for_each(|server| server.thaw());
                backend.set_many(&[item("a", b"1")]).unwrap();
                assert_eq!(backend.get("a").unwrap().as_deref(), Some(&b"1"[..]), "{name}");
            }
        }
    }
}

#[test]
fn connections_of_before_a_restart_are_no_error() {
    let servers = servers(1);
    for (name, backend) in sides(&on(&servers)) {
        for _ in 0..3 {
            backend.set_many(&[item("a", b"1")]).unwrap();
            servers[0].restart();
            assert_eq!(backend.get("a").unwrap(), None, "{name}");
            servers[0].restart();
            backend.invalidate(&invalidating(&["a".to_owned()])).unwrap();
        }
        servers[0].kill();
        assert_eq!(kind(backend.get("a")), ErrorKind::Unavailable, "{name}");
        assert_eq!(
            kind(backend.invalidate(&invalidating(&["a".to_owned()]))),
            ErrorKind::Unavailable
        );
        servers[0].restart();
        backend.set_many(&[item("a", b"1")]).unwrap();
    }
}

#[test]
fn a_server_that_is_down_takes_only_its_own_keys() {
    let servers = servers(3);
    for (name, backend) in sides(&on(&servers)) {
        let keys: Vec<String> = (0..60).map(|number| format!("k{number}")).collect();
        let items: Vec<_> = keys.iter().map(|key| version_item(key)).collect();
        backend.set_many(&items).unwrap();
        servers[1].kill();
        let (up, down): (Vec<&String>, Vec<&String>) =
            keys.iter().partition(|key| backend.get(key).is_ok());
        assert!(up.len() > 20 && down.len() > 5, "{name}: {} and {}", up.len(), down.len());
        for key in &down {
            assert_eq!(kind(backend.get(key)), ErrorKind::Unavailable);
        }
        // What can be done is done, and it is an error all the same.
        assert_eq!(kind(backend.invalidate(&invalidating(&keys))), ErrorKind::Unavailable);
        for key in &up {
            assert_eq!(backend.get(key).unwrap(), None, "{name}");
        }
        servers[1].restart();
        backend.invalidate(&invalidating(&keys)).unwrap();
    }
}

/// What a network can do to a conversation.
#[test]
fn a_network_that_breaks_is_an_error_and_then_is_not() {
    let servers = servers(1);
    let proxy = Proxy::start(servers[0].address());
    let memcached = waiting(vec![proxy.address().to_string()], HASTE);
    for (name, backend) in sides(&memcached) {
        let works = || {
            backend.set_many(&[item("a", b"1")]).unwrap();
            assert_eq!(backend.get("a").unwrap().as_deref(), Some(&b"1"[..]), "{name}");
        };
        let fails = |backend: &dyn Backend| {
            let all = invalidating(&["b".to_owned()]);
            [kind(backend.get("a")), kind(backend.invalidate(&all))]
        };
        works();
        proxy.hang();
        assert_eq!(fails(&*backend), [ErrorKind::Timeout; 2], "{name}");
        proxy.pass();
        works();
        proxy.cut();
        assert_eq!(fails(&*backend), [ErrorKind::Unavailable; 2], "{name}");
        proxy.pass();
        works();
        proxy.garbage();
        for kind in fails(&*backend) {
            let known = [ErrorKind::Backend, ErrorKind::Timeout, ErrorKind::Unavailable];
            assert!(known.contains(&kind), "{name}: {kind:?}");
        }
        proxy.pass();
        works();
    }
}

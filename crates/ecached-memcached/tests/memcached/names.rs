//! Keys that look like commands, and keys that memcached would not take as they are.

use crate::support::{item, kind, on, servers, sides};
use ecached_core::{Cache, ErrorKind};

#[test]
fn no_key_is_a_command() {
    let servers = servers(1);
    let keys = [
        "\r\nset x 0 0 1\r\n1",
        "x 0 0 1\r\n1\r\nset y",
        "x\r\nflush_all\r\n",
        "a b",
        "a\0b",
        "a\tb",
        "\u{7f}",
        "größe",
        "x b",
        "IA==",
        " ",
    ];
    for (name, backend) in sides(&on(&servers)) {
        servers[0].flush();
        assert_eq!(servers[0].command("set kept 0 0 4\r\nhere"), "STORED\r\n");
        let items: Vec<_> = keys.iter().map(|key| item(key, key.as_bytes())).collect();
        backend.set_many(&items).unwrap();
        let values = backend.get_many(&keys).unwrap();
        for (key, value) in keys.iter().zip(values) {
            assert_eq!(value.as_deref(), Some(key.as_bytes()), "{name}: {key:?}");
        }
        for other in ["x", "y", "b", "a"] {
            assert_eq!(servers[0].command(&format!("get {other}")), "END\r\n", "{name}");
        }
        assert_eq!(servers[0].command("get kept"), "VALUE kept 0 4\r\nhere\r\nEND\r\n");
        backend.delete(&keys).unwrap();
        assert!(backend.get_many(&keys).unwrap().iter().all(Option::is_none));
        assert_eq!(servers[0].command("get kept"), "VALUE kept 0 4\r\nhere\r\nEND\r\n");
    }
}

#[test]
fn names_that_memcached_cannot_have_are_errors() {
    let servers = servers(1);
    for (_, backend) in sides(&on(&servers)) {
        let long = "x".repeat(251);
        let long_with_space = format!("{} ", "x".repeat(186));
        for key in ["", &long, &long_with_space] {
            assert_eq!(kind(backend.get(key)), ErrorKind::InvalidName);
            assert_eq!(
                kind(backend.set_many(&[item("a", b"1"), item(key, b"1")])),
                ErrorKind::InvalidName
            );
            assert_eq!(kind(backend.delete(&[key])), ErrorKind::InvalidName);
        }
        assert_eq!(servers[0].stats()["cmd_set"], "0");
    }
}

/// The core shortens names to what the backend says it takes, whatever they are made of.
#[test]
fn every_name_of_the_core_fits() {
    let servers = servers(1);
    let cache = Cache::new(on(&servers));
    for length in (150..260).chain([10_000]) {
        for character in ["x", " ", "\n", "ß"] {
            let key = character.repeat(length);
            cache.set(&key, length as u64, 60).unwrap();
            assert_eq!(
                cache.get(&key).unwrap(),
                Some(length as u64),
                "{length} times {character:?}"
            );
        }
    }
}

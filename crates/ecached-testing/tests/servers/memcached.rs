//! Memcached servers.

use ecached_testing::servers::Memcached;
use std::io::ErrorKind;
use std::net::TcpStream;
use std::time::Duration;

/// Long enough to tell a server that stands still.
const SOON: Duration = Duration::from_millis(100);

#[test]
fn it_answers() {
    let memcached = Memcached::start();
    assert!(memcached.command("version").starts_with("VERSION "));
    assert_eq!(memcached.command("set key 7 0 5\r\nvalue"), "STORED\r\n");
    assert_eq!(memcached.command("get key other"), "VALUE key 7 5\r\nvalue\r\nEND\r\n");
    assert_eq!(memcached.command("mg key v"), "VA 5\r\nvalue\r\n");
    assert_eq!(memcached.command("nonsense"), "ERROR\r\n");
    let stats = memcached.stats();
    assert_eq!(stats["cmd_set"], "1");
    assert_eq!(stats["limit_maxbytes"], (64 << 20).to_string());
}

#[test]
fn limits_are_heeded() {
    let memcached = Memcached::builder().memory_limit(8).max_item_size(4096).start();
    assert_eq!(memcached.stats()["limit_maxbytes"], (8 << 20).to_string());
    let large = format!("set key 0 0 5000\r\n{}", "x".repeat(5000));
    assert_eq!(memcached.command(&large), "SERVER_ERROR object too large for cache\r\n");
    for (bytes, limit) in [(0, 1), (5_000, 8), (600_000, 1024), (2 << 20, 2048)] {
        let memcached = Memcached::builder().max_item_size(bytes).start();
        let settings = memcached.command("stats settings");
        let line = format!("STAT item_size_max {}\r\n", limit * 1024);
        assert!(settings.contains(&line), "{bytes}: {settings}");
    }
}

#[test]
fn several_have_their_own_ports_and_items() {
    let servers = Memcached::start_many(3);
    for (number, memcached) in servers.iter().enumerate() {
        assert_eq!(memcached.command(&format!("set number 0 0 1\r\n{number}")), "STORED\r\n");
    }
    for (number, memcached) in servers.iter().enumerate() {
        let answer = memcached.command("get number");
        assert_eq!(answer, format!("VALUE number 0 1\r\n{number}\r\nEND\r\n"));
    }
}

#[test]
fn it_restarts_empty_on_the_same_port() {
    let memcached = Memcached::start();
    let address = memcached.address();
    for down in [Memcached::kill, Memcached::stop] {
        memcached.command("set key 0 0 1\r\n1");
        down(&memcached);
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
        memcached.restart();
        assert_eq!(memcached.address(), address);
        assert_eq!(memcached.command("get key"), "END\r\n");
    }
}

#[test]
fn flushing_leaves_nothing() {
    let memcached = Memcached::start();
    memcached.command("set key 0 0 1\r\n1");
    memcached.flush();
    assert_eq!(memcached.command("get key"), "END\r\n");
}

#[test]
fn a_frozen_server_answers_when_it_is_thawed() {
    let memcached = Memcached::start();
    memcached.freeze();
    let error = memcached.try_command("version", SOON).unwrap_err();
    assert!(matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut), "{error:?}");
    memcached.thaw();
    assert!(memcached.command("version").starts_with("VERSION "));
}

#[test]
fn dropping_it_leaves_no_process() {
    for is_frozen in [false, true] {
        let memcached = Memcached::start();
        let address = memcached.address();
        if is_frozen {
            memcached.freeze();
        }
        drop(memcached);
        let refused = TcpStream::connect(address).unwrap_err();
        assert_eq!(refused.kind(), ErrorKind::ConnectionRefused);
    }
}

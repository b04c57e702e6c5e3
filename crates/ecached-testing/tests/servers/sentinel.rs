//! A Redis primary and its replica, watched by a sentinel.

use ecached_testing::servers::{Redis, Reply, Sentinel};

/// Where the sentinel sends clients.
fn named(sentinel: &Sentinel) -> String {
    let words = ["SENTINEL", "GET-MASTER-ADDR-BY-NAME", sentinel.name()];
    let reply = sentinel.sentinel().command(&words);
    reply.items().iter().filter_map(Reply::text).collect::<Vec<_>>().join(":")
}

fn role(redis: &Redis) -> String {
    redis.command(&["ROLE"]).items()[0].text().expect("a role is text").to_owned()
}

#[test]
fn the_replica_is_promoted_when_the_primary_is_killed() {
    let sentinel = Sentinel::start();
    let url = format!("redis+sentinel://{}/mymaster/0", sentinel.sentinel().address());
    assert_eq!(sentinel.url(), url);
    let (first, second) = (sentinel.primary(), sentinel.replica());
    assert_eq!(named(&sentinel), first.address().to_string());
    assert_eq!([role(first), role(second)], ["master", "slave"]);
    first.command(&["SET", "key", "value"]);
    sentinel.wait_for_replication();
    assert_eq!(second.command(&["GET", "key"]).text(), Some("value"));

    first.kill();
    sentinel.wait_for_failover();

    assert!(std::ptr::eq(sentinel.primary(), second));
    assert_eq!(named(&sentinel), second.address().to_string());
    assert_eq!(second.command(&["GET", "key"]).text(), Some("value"));
    assert_eq!(second.command(&["SET", "key", "other"]).text(), Some("OK"));
}

#[test]
fn a_failover_can_be_asked_for() {
    let sentinel = Sentinel::start();
    let replica = sentinel.replica();
    sentinel.failover();
    assert!(std::ptr::eq(sentinel.primary(), replica));
    assert_eq!(sentinel.primary().command(&["SET", "key", "value"]).text(), Some("OK"));
}

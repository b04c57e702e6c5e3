//! A Redis cluster.

use ecached_testing::servers::{Redis, RedisCluster};
use std::time::Duration;

#[test]
fn each_node_keeps_its_keys_and_names_who_keeps_others() {
    let cluster = RedisCluster::start();
    let [a, b, c] = cluster.nodes() else { panic!("three primaries") };
    let addresses = [a, b, c].map(|node| node.address().to_string()).join(",");
    assert_eq!(cluster.url(), format!("redis+cluster://{addresses}"));
    for node in cluster.nodes() {
        let info = node.command(&["INFO", "replication"]);
        assert!(info.text().unwrap().contains("role:master"));
        let of_node = |key: &String| std::ptr::eq(cluster.node_of(key), node);
        let key = (0..).map(|number| format!("key {number}")).find(of_node).unwrap();
        assert_eq!(node.command(&["SET", &key, "value"]).text(), Some("OK"));
        for other in cluster.nodes().iter().filter(|other| other.port() != node.port()) {
            let moved = format!("{:?}", other.command(&["GET", &key]));
            assert!(
                moved.contains("MOVED") && moved.contains(&node.address().to_string()),
                "{moved}"
            );
        }
    }
}

#[test]
fn a_node_that_was_killed_comes_back() {
    let builder = Redis::builder().config("cluster-require-full-coverage", "no").password("secret");
    let cluster = RedisCluster::start_with(builder);
    assert!(cluster.url().starts_with("redis+cluster://:secret@127.0.0.1:"), "{}", cluster.url());
    let node = cluster.node_of("key");
    node.command(&["SET", "key", "value"]);
    node.kill();
    assert!(node.try_command(&["GET", "key"], Duration::from_secs(1)).is_err());
    assert!(std::ptr::eq(cluster.node_of("key"), node));
    node.restart();
    cluster.wait_until_well();
    assert_eq!(node.command(&["SET", "key", "value", "NX"]).text(), Some("OK"), "it was empty");
}

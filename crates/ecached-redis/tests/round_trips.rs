//! Round trips, counted at the server: the requests that it read from its sockets.

use ecached_core::{Cache, EntryOptions, IntoEntryOptions};
use ecached_redis::Redis;
use ecached_testing::servers::{self, RedisCluster};
use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;

/// A connection of its own to look at the server's counters, so that looking costs exactly one request.
struct Counter(BufReader<TcpStream>);

/// Requests that the server has read, and commands that it has run.
type Counts = (u64, BTreeMap<String, u64>);

impl Counter {
    fn new(server: &servers::Redis) -> Self {
        let stream = TcpStream::connect(server.address()).expect("the server listens");
        Self(BufReader::new(stream))
    }

    fn look(&mut self) -> Counts {
        self.0.get_mut().write_all(b"INFO everything\r\n").expect("the server listens");
        let mut line = String::new();
        self.0.read_line(&mut line).expect("an answer");
        let length: usize = line.trim().trim_start_matches('$').parse().expect("a length");
        let mut text = vec![0; length + 2];
        self.0.read_exact(&mut text).expect("an answer");
        let text = String::from_utf8(text).expect("text");
        let reads = text.lines().find_map(|line| line.strip_prefix("total_reads_processed:"));
        let commands = text.lines().filter_map(|line| {
            let (name, rest) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), rest.split_once(',')?.0.parse().ok()?))
        });
        (reads.expect("Redis 6 counts reads").parse().expect("a number"), commands.collect())
    }

    /// What `work` costs.
    fn cost(&mut self, work: impl FnOnce()) -> Counts {
        let (reads, before) = self.look();
        work();
        let (reads_after, after) = self.look();
        let used = after.into_iter().filter_map(|(name, count)| {
            let more = count - before.get(&name).copied().unwrap_or(0);
            (more > 0 && name != "info").then_some((name, more))
        });
        (reads_after - reads - 1, used.collect())
    }
}

fn tags(count: usize) -> EntryOptions {
    EntryOptions::timeout(60).with_tags((0..count).map(|number| format!("tag{number}")))
}

fn commands(list: &[(&str, u64)]) -> BTreeMap<String, u64> {
    list.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

#[test]
fn a_hit_is_one_round_trip_however_many_tags_it_has() {
    let server = servers::Redis::start();
    let (cache, mut counter) =
        (Cache::new(Redis::open(&server.url()).unwrap()), Counter::new(&server));
    for count in [0, 1, 8, 32] {
        let key = format!("key{count}");
        let call = || cache.get_or_compute(&key, tags(count), || 1_u64);
        call();
        let (trips, used) = counter.cost(|| assert_eq!(call(), 1));
        assert_eq!((trips, used), (1, commands(&[("mget", 1)])), "{count} tags");
    }
}

#[test]
fn a_miss_is_three_round_trips_and_a_refresh_two() {
    let server = servers::Redis::start();
    let (cache, mut counter) =
        (Cache::new(Redis::open(&server.url()).unwrap()), Counter::new(&server));
    cache.set("warm", 0_u64, 60).unwrap();
    let (trips, used) = counter.cost(|| {
        cache.get_or_compute("key", tags(8), || 1_u64);
    });
    // Lookup; eight tags and the lease (the alias has its version); store.
    let expected = commands(&[("mget", 1), ("set", 10), ("get", 9), ("getex", 1), ("eval", 2)]);
    assert_eq!(trips, 3, "{used:?}");
    let of_scripts = ["pttl", "pexpire"];
    let sent: BTreeMap<_, _> =
        used.into_iter().filter(|(name, _)| !of_scripts.contains(&name.as_str())).collect();
    assert_eq!(sent, expected);
    let (trips, used) =
        counter.cost(|| cache.set("key", 2_u64, tags(8).into_entry_options()).unwrap());
    assert_eq!(trips, 2, "{used:?}");
}

#[test]
fn an_invalidation_is_one_command_for_any_number_of_tags() {
    let server = servers::Redis::start();
    let (cache, mut counter) =
        (Cache::new(Redis::open(&server.url()).unwrap()), Counter::new(&server));
    cache.get_or_compute("key", tags(8), || 1_u64);
    for count in [1, 100] {
        let names: Vec<_> = (0..count).map(|number| format!("tag{number}")).collect();
        let (trips, used) = counter.cost(|| cache.invalidate_tags(&names).unwrap());
        assert_eq!((trips, used), (1, commands(&[("unlink", 1)])), "{count} tags");
    }
    let (trips, used) = counter.cost(|| cache.delete("key").unwrap());
    assert_eq!((trips, used), (1, commands(&[("unlink", 1)])), "by key");
}

/// One per primary at the same time, and the counter before the versions.
#[test]
fn in_a_cluster_each_primary_is_asked_once() {
    let cluster = RedisCluster::start();
    let cache = Cache::new(Redis::open(&cluster.url()).unwrap());
    let call = || cache.get_or_compute("key", tags(32), || 1_u64);
    call();
    let per_node = |work: &dyn Fn()| -> Vec<u64> {
        let mut counters: Vec<_> = cluster.nodes().iter().map(Counter::new).collect();
        let before: Vec<_> = counters.iter_mut().map(|node| node.look().0).collect();
        work();
        counters.iter_mut().zip(before).map(|(node, before)| node.look().0 - before - 1).collect()
    };
    // Members talk to each other on other ports, so these are our requests alone.
    let hit = per_node(&|| assert_eq!(call(), 1));
    assert!(hit.iter().all(|trips| *trips <= 1), "{hit:?}");
    let names: Vec<_> = (0..32).map(|number| format!("tag{number}")).collect();
    let invalidation = per_node(&|| cache.invalidate_tags(&names).unwrap());
    assert!(invalidation.iter().sum::<u64>() <= 4, "{invalidation:?}");
}

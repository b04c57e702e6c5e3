//! Round trips, counted at the server: the requests that it read from its sockets.

use ecached_core::{Cache, EntryOptions, IntoEntryOptions, Settings};
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

/// All primaries are asked at the same time, and each for its own keys once: with one that is silent, the others have
/// answered before anybody notices.
#[test]
fn in_a_cluster_all_primaries_are_asked_at_once() {
    let cluster = RedisCluster::start();
    let settings = Settings::default().without_breaker();
    let cache = Cache::with_settings(Redis::open(&cluster.url()).unwrap(), settings);
    let call = || cache.get_or_compute("key", tags(32), || 1_u64);
    call();
    let silent = &cluster.nodes()[0];
    let mut others: Vec<_> = cluster.nodes()[1..].iter().map(Counter::new).collect();
    let keys: Vec<_> = (0..32).map(|number| format!("ecached:tag:tag{number}")).collect();
    let names = keys.iter().map(String::as_str).chain(["key", "ecached:alias"]);
    let port = silent.port();
    let elsewhere = names.filter(|name| cluster.node_of(name).port() != port).count() as u64;
    silent.freeze();
    let before: Vec<_> = others.iter_mut().map(|node| node.look().1).collect();
    assert_eq!(call(), 1, "computed");
    let gets = |counts: &BTreeMap<String, u64>| counts.get("get").copied().unwrap_or(0);
    let after: u64 = others.iter_mut().map(|node| gets(&node.look().1)).sum();
    silent.thaw();
    assert_eq!(after - before.iter().map(gets).sum::<u64>(), elsewhere);
}

/// One command per key and one for the counter, which goes first.
#[test]
fn in_a_cluster_an_invalidation_is_one_command_per_name() {
    let cluster = RedisCluster::start();
    let cache = Cache::new(Redis::open(&cluster.url()).unwrap());
    cache.get_or_compute("key", tags(32), || 1_u64);
    let mut counters: Vec<_> = cluster.nodes().iter().map(Counter::new).collect();
    let mut unlinks = || -> u64 {
        let of = |node: &mut Counter| node.look().1.get("unlink").copied().unwrap_or(0);
        counters.iter_mut().map(of).sum()
    };
    let before = unlinks();
    let names: Vec<_> = (0..32).map(|number| format!("tag{number}")).collect();
    cache.invalidate_tags(&names).unwrap();
    assert_eq!(unlinks() - before, 33);
}

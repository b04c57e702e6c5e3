//! The backends, one entry of a table each.

use crate::broken::Broken;
use ecached_testing::servers::{Memcached, Proxy, Redis, RedisCluster, Sentinel};
use std::fmt::Write as _;
use std::io::{self, Read, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// A backend on which histories are made.
pub(crate) struct Backend {
    /// As on the command line.
    pub(crate) name: &'static str,
    /// Worker processes, with this many reading threads each, and as many tasks.
    pub(crate) processes: usize,
    pub(crate) readers: u64,
    /// Starts the servers.
    pub(crate) start: fn(Broken) -> Box<dyn Servers>,
}

/// Every backend. Those that live in a process have one process.
pub(crate) const ALL: &[Backend] = &[
    Backend { name: "memory", processes: 1, readers: 6, start: |_| Box::new(Inside::memory()) },
    Backend {
        name: "map",
        processes: 1,
        readers: 6,
        start: |broken| Box::new(Inside::map(broken)),
    },
    Backend { name: "redis", processes: 3, readers: 2, start: |_| Box::new(OneRedis::start()) },
    Backend {
        name: "redis-cluster",
        processes: 3,
        readers: 2,
        start: |_| Box::new(Cluster(RedisCluster::start_with(small_redis()))),
    },
    Backend { name: "memcached", processes: 3, readers: 2, start: |_| Box::new(Many::start(1)) },
    Backend { name: "memcached-3", processes: 3, readers: 2, start: |_| Box::new(Many::start(3)) },
    Backend { name: "sentinel", processes: 3, readers: 2, start: |_| Box::new(Sentinel::start()) },
];

/// What workers read through, and what can go wrong with it.
pub(crate) trait Servers {
    /// For a worker's configuration.
    fn url(&self) -> String;

    /// The servers that can be taken down.
    fn list(&self) -> Vec<&dyn Server> {
        Vec::new()
    }

    /// The networks before them.
    fn networks(&self) -> Vec<&Proxy> {
        Vec::new()
    }

    /// Waits until all work together again.
    fn settle(&self) {}

    /// For failovers.
    fn sentinel(&self) -> Option<&Sentinel> {
        None
    }
}

/// One server process.
pub(crate) trait Server {
    fn freeze(&self);
    fn thaw(&self);
    fn kill(&self);
    /// Empty, on the same port.
    fn restart(&self);
    fn flush(&self);
    /// Makes it evict: sends more than it may keep.
    fn fill(&self);
    fn evicted(&self) -> u64;
}

/// What all that are asked over a network get: short times, so that faults are over soon.
const OPTIONS: &str = "operation_timeout=100ms&connect_timeout=200ms&breaker_pause=10ms&breaker_max_pause=100ms\
                       &wait=500ms&lock_life=300ms";

/// So small that the filler fits and the rest does not.
const REDIS_MEMORY: &str = "4mb";

/// Megabytes: the least with which memcached has room for each size of item.
const MEMCACHED_MEMORY: u32 = 2;

fn small_redis() -> ecached_testing::servers::RedisBuilder {
    Redis::builder().config("maxmemory", REDIS_MEMORY).config("maxmemory-policy", "allkeys-lru")
}

/// No server: the workers' own memory.
struct Inside(&'static str);

impl Inside {
    /// Fewer entries than there are keys, so that some are evicted.
    fn memory() -> Self {
        Self("memory://?max_entries=100&wait=500ms&lock_life=300ms")
    }

    fn map(broken: Broken) -> Self {
        Self(match broken {
            Broken::StaleStore => "map://stale-store?wait=500ms&lock_life=300ms",
            _ => "map://?wait=500ms&lock_life=300ms",
        })
    }
}

impl Servers for Inside {
    fn url(&self) -> String {
        self.0.to_owned()
    }
}

/// One Redis server behind a network that can fail.
struct OneRedis {
    redis: Redis,
    network: Proxy,
}

impl OneRedis {
    fn start() -> Self {
        let redis = small_redis().start();
        let network = Proxy::start(redis.address());
        Self { redis, network }
    }
}

impl Servers for OneRedis {
    fn url(&self) -> String {
        format!("redis://{}/0?{OPTIONS}", self.network.address())
    }

    fn list(&self) -> Vec<&dyn Server> {
        vec![&self.redis]
    }

    fn networks(&self) -> Vec<&Proxy> {
        vec![&self.network]
    }
}

/// Three primaries. They tell clients their own addresses, so there is no network of ours between.
struct Cluster(RedisCluster);

impl Servers for Cluster {
    fn url(&self) -> String {
        format!("{}?{OPTIONS}", self.0.url())
    }

    fn list(&self) -> Vec<&dyn Server> {
        self.0.nodes().iter().map(|node| node as &dyn Server).collect()
    }

    fn settle(&self) {
        self.0.wait_until_well();
    }
}

/// Memcached servers, each behind a network that can fail.
struct Many(Vec<(Memcached, Proxy)>);

impl Many {
    fn start(count: usize) -> Self {
        let start = |_| {
            let server = Memcached::builder().memory_limit(MEMCACHED_MEMORY).start();
            let network = Proxy::start(server.address());
            (server, network)
        };
        Self((0..count).map(start).collect())
    }
}

impl Servers for Many {
    fn url(&self) -> String {
        let addresses: Vec<_> =
            self.0.iter().map(|(_, network)| network.address().to_string()).collect();
        format!("memcached://{}?{}", addresses.join(","), OPTIONS)
    }

    fn list(&self) -> Vec<&dyn Server> {
        self.0.iter().map(|(server, _)| server as &dyn Server).collect()
    }

    fn networks(&self) -> Vec<&Proxy> {
        self.0.iter().map(|(_, network)| network).collect()
    }
}

impl Servers for Sentinel {
    fn url(&self) -> String {
        format!("{}?{OPTIONS}", self.url())
    }

    fn sentinel(&self) -> Option<&Sentinel> {
        Some(self)
    }
}

/// What fills a Redis server: items, and the bytes of each.
const REDIS_FILLER: (u32, usize) = (150, 40_000);

/// What fills a memcached server: items of eight sizes, up to 256 bytes, because it evicts among items of like size.
const MEMCACHED_FILLER: usize = 24_000;

/// Nobody waits long for a server that may be down.
const ASK: Duration = Duration::from_secs(1);

impl Server for Redis {
    fn freeze(&self) {
        self.freeze();
    }

    fn thaw(&self) {
        self.thaw();
    }

    fn kill(&self) {
        self.kill();
    }

    fn restart(&self) {
        self.restart();
    }

    fn flush(&self) {
        self.flush();
    }

    fn fill(&self) {
        let (items, size) = REDIS_FILLER;
        let value = "x".repeat(size);
        for item in 0..items {
            // In a cluster, some of these are another node's.
            let _moved = self.try_command(&["SET", &format!("filler:{item}"), &value], ASK);
        }
    }

    fn evicted(&self) -> u64 {
        let Ok(reply) = self.try_command(&["INFO", "stats"], ASK) else { return 0 };
        let text = reply.text().unwrap_or_default();
        let found = text.lines().find_map(|line| line.trim().strip_prefix("evicted_keys:"));
        found.and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

impl Server for Memcached {
    fn freeze(&self) {
        self.freeze();
    }

    fn thaw(&self) {
        self.thaw();
    }

    fn kill(&self) {
        self.kill();
    }

    fn restart(&self) {
        self.restart();
    }

    fn flush(&self) {
        self.flush();
    }

    fn fill(&self) {
        let _down = fill_memcached(self);
    }

    fn evicted(&self) -> u64 {
        self.stats().get("evictions").and_then(|number| number.parse().ok()).unwrap_or_default()
    }
}

/// Sends all items at once, and waits until the server has read them.
fn fill_memcached(memcached: &Memcached) -> io::Result<()> {
    let mut stream = TcpStream::connect_timeout(&memcached.address(), ASK)?;
    stream.set_read_timeout(Some(ASK))?;
    stream.set_write_timeout(Some(ASK))?;
    let mut text = String::new();
    for item in 0..MEMCACHED_FILLER {
        let size = 16 + 30 * (item % 8);
        let _ = write!(text, "set filler:{item} 0 0 {size} noreply\r\n{:x<size$}\r\n", "");
    }
    text.push_str("version\r\n");
    stream.write_all(text.as_bytes())?;
    stream.read_exact(&mut [0])
}

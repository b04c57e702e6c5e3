//! Real servers for tests, each on a free port of this computer, gone when its value is dropped.
//!
//! - [`Redis`]: one Redis (or Valkey) server; [`RedisCluster`]: three primaries; [`Sentinel`]: a primary, a replica, and
//!   who promotes it.
//! - [`Memcached`]: one memcached, or several.
//! - [`Proxy`]: stands before any of them and breaks the network.
//!
//! The programs `redis-server` and `memcached` have to be installed; on Debian and Ubuntu that is `apt-get install
//! redis-server memcached`. The variables `ECACHED_REDIS_SERVER` and `ECACHED_MEMCACHED` name others.
//!
//! A server keeps nothing on disk, and its process outlives neither its value nor the test, however that ends. What goes
//! wrong here is the test's environment and not its subject, so functions panic, and say what to do.
//!
//! # Examples
//!
//! ```no_run
//! use ecached_testing::servers::{Proxy, Redis};
//!
//! let redis = Redis::start();
//! let network = Proxy::start(redis.address());
//! // … a client of `redis.url()`, or of `network.address()` …
//! network.hang();
//! redis.restart();
//! ```
//!
//! # Layout
//!
//! `program` finds what is installed, `process` runs it, `ports` and `wait` help to start it. `resp` is what Redis speaks,
//! `certificates` what it shows over TLS. `server` is what all servers have in common.

mod certificates;
mod cluster;
mod memcached;
mod ports;
mod process;
mod program;
mod proxy;
mod redis;
mod resp;
mod sentinel;
mod server;
mod wait;

pub use cluster::RedisCluster;
pub use memcached::{Memcached, MemcachedBuilder};
pub use proxy::Proxy;
pub use redis::{Redis, RedisBuilder};
pub use resp::Reply;
pub use sentinel::Sentinel;

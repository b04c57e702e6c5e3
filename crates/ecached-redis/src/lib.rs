//! The Redis and Valkey backend of ecached: entries, tags and leases on servers that many processes share.
//!
//! A tagged hit is one `MGET`, whatever the number of tags; a miss is three round trips; an invalidation of any number of
//! tags is one command. Works with Redis 6.2 and later and with Valkey: a single server, a Cluster, or a primary that
//! Sentinels name.
//!
//! ```no_run
//! use ecached_core::caches;
//! use ecached_redis::Redis;
//!
//! caches().register("redis", Redis::open("redis://127.0.0.1:6379/0")?)?;
//! # Ok::<(), ecached_core::Error>(())
//! ```
//!
//! # Layout
//!
//! `config` and `url` say where the servers are; `commands` and `scripts` say what is sent and what the replies mean,
//! without I/O; `blocking` and `asynchronous` send it; `topology` finds servers; `error` translates failures; `server`
//! looks once at what kind of server it is.

#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;
mod commands;
mod config;
mod error;
mod scripts;
mod server;
mod topology;
mod url;

pub use config::{DEFAULT_CONNECT_TIMEOUT, DEFAULT_OPERATION_TIMEOUT, Redis, RedisBuilder};
pub use url::{SCHEMES, open_url};

//! Cached functions, blocking and async, with tags; an invalidation is never lost.
//!
//! ```
//! use ecached::prelude::*;
//!
//! #[cached("user:<id>", 3600, tags = ["users", "user:<id>"])]
//! fn load_user(id: u64) -> Result<String, std::io::Error> {
//!     Ok(format!("user {id}")) // something expensive
//! }
//!
//! #[invalidates(tags = ["user:<id>"])]
//! fn rename(id: u64, name: &str) -> Result<(), std::io::Error> {
//!     let _ = (id, name); // … and commit
//!     Ok(())
//! }
//!
//! load_user(7)?; // computed
//! load_user(7)?; // served
//! rename(7, "Ann")?;
//! load_user(7)?; // computed
//! invalidate_tags(&["users"])?; // every entry with the tag, in O(1)
//! assert_eq!(load_user::stats().computations, 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Nothing has to be configured: the alias `default` is an in-process cache of 10,000 entries.
//!
//! **The promise.** Once an invalidation has returned `Ok`, no call that starts later, in any process that shares the
//! backend, returns a value whose computation started before that invalidation was called.
//!
//! # Layout
//!
//! - [`macro@cached`] on functions, [`ecached!`] around closures and blocks, [`macro@invalidates`] on functions that change
//!   data, [`key!`] and [`tag!`] for names. [`prelude`] has what most programs need.
//! - [`invalidate_tags`], [`invalidate_prefix`], [`invalidate_key`]: from anywhere.
//! - [`caches`]: the registry; it gives a [`Cache`] for an alias, with [`Settings`], from a [`Config`].
//! - [`Memory`]: the in-process backend; `Redis`, `Memcached`: servers that processes share (features); [`backend`]: the
//!   traits to write others.
//! - [`Stats`], [`Error`], [`Clock`].
//! - [`aio`]: the async side of all that is not a macro.
//!
//! # Guide
//!
//! | page | about |
//! | --- | --- |
//! | [`guide::functions`] | all options, with an example each; companions |
//! | [`guide::keys`] | templates, escaping, long keys |
//! | [`guide::invalidation`] | tags, prefixes; what is guaranteed and what is not |
//! | [`guide::sharing`] | one computation for callers at once |
//! | [`guide::configuration`] | aliases, settings, URLs, handles |
//! | [`guide::memory`] | bounds, eviction, sweeps |
//! | [`guide::redis`] | Redis and Valkey: one server, Cluster, Sentinel |
//! | [`guide::memcached`] | Memcached: one server or several |
//! | [`guide::backends`] | writing a backend |
//! | [`guide::events`] | counters and events |
//! | [`guide::testing`] | tests that move time by hand |
//! | [`guide::failures`] | what happens when something fails |
//! | [`guide::security`] | who is trusted with what; signed entries |
//!
//! # Features
//!
//! | feature | adds | default? |
//! | --- | --- | --- |
//! | `memory` | [`Memory`], and with it the alias `default` that needs no configuration; without it, functions compute until a backend is registered | yes |
//! | `redis` | `Redis` for blocking and async callers: Redis and Valkey, one server, Cluster or Sentinel; async on tokio, as is Cluster for both | no |
//! | `redis-blocking` | `Redis` for blocking callers, without tokio and without Cluster | no |
//! | `redis-tls` | `redis`, and `rediss://` by rustls | no |
//! | `memcached` | `Memcached` for blocking and async callers; async on tokio | no |
//! | `memcached-blocking` | `Memcached` for blocking callers, without tokio | no |
//! | `json` | the codec `json` for backends that hold bytes: entries that a person can read, bigger and slower than MessagePack | no |
//! | `postcard` | the codec `postcard`: entries of half the size, read twice as fast; a change of the type makes them misses | no |
//! | `lz4` | `compress = "lz4"`: large values are compressed where that makes them smaller | no |
//! | `hmac` | `signing_keys`: entries are signed, and others are not read | no |

#[doc(hidden)]
pub mod __private;
pub mod aio;
mod free;
#[cfg(any(doc, doctest))]
pub mod guide;
mod install;
pub mod prelude;
#[cfg(doctest)]
mod readme;

#[cfg(feature = "hmac")]
pub use ecached_core::SigningKey;
pub use ecached_core::backend;
pub use ecached_core::clock::{ManualTime, Tick};
pub use ecached_core::key::name::{create_cache_key, create_tag_cache_key};
pub use ecached_core::key::template::KeyTemplate;
pub use ecached_core::serde;
pub use ecached_core::version::Version;
pub use ecached_core::{
    AliasConfig, AliasTable, BackendUrl, Breaker, BreakerState, Cache, CacheValue, Clock, Codec,
    Compression, Config, DEFAULT_ALIAS, EVENT_TARGET, EntryOptions, Error, ErrorKind,
    IntoEntryOptions, IntoTimeout, LocalValue, Lock, OnError, OpenUrl, Registry, Result, Settings,
    Stats, Timeout,
};
pub use ecached_macros::{cached, ecached, invalidates, key, tag};
#[cfg(feature = "memcached-blocking")]
pub use ecached_memcached::{Memcached, MemcachedBuilder};
#[cfg(feature = "memory")]
pub use ecached_memory::{Memory, MemoryBuilder};
#[cfg(feature = "redis-blocking")]
pub use ecached_redis::{Redis, RedisBuilder};
pub use free::{
    invalidate_key, invalidate_key_on, invalidate_prefix, invalidate_prefix_on, invalidate_tags,
    invalidate_tags_on,
};
pub use install::caches;

//! The memcached backend of ecached: one server or several, for blocking and async callers.
//!
//! Each operation is one round trip per server that it concerns. What is where, what it needs and how it fails:
//! `docs/memcached.md`.
//!
//! # Features
//!
//! - `tokio`: the async side. Without it the backend serves blocking callers only.
//!
//! # Layout
//!
//! What is decided without a network comes first: `config` (the builder and the URL), `router` (which server has a key),
//! `plan` (what to send for an operation, in which order), `answer` (what the servers' answers mean), `error`. Then who
//! sends it: `link` (a client that is made at first use), `blocking`, `asynchronous`. `store` is what all of it is for.

mod answer;
#[cfg(feature = "tokio")]
mod asynchronous;
mod blocking;
mod config;
mod error;
mod link;
mod plan;
mod router;
mod slots;
mod store;

#[cfg(feature = "tokio")]
pub use asynchronous::AsyncMemcached;
pub use blocking::BlockingMemcached;
pub use config::{MemcachedBuilder, open_url};
pub use store::Memcached;

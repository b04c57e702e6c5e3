//! The heart of ecached: keys, versions, flights, the protocol that never loses an invalidation, the registry, and the
//! traits that backends implement. It knows no network, no async runtime and no macros.
//!
//! Applications use the crate `ecached`; this one is for who writes a backend.
//!
//! # Layout
//!
//! In reading order: what a cache is made of, how a call goes, what surrounds it.

pub mod clock;
mod error;
pub mod timeout;
pub mod version;

pub mod key;

pub mod codec;
mod compress;
mod entry;
pub mod kind;
mod sign;
pub mod value;

pub mod alarm;
mod flight;

pub mod backend;
mod protocol;

pub mod aio;
mod breaker;
mod cache;
mod handle;
mod registry;
mod settings;
mod stats;

pub mod call;
mod event;
#[cfg(feature = "fuzzing")]
#[doc(hidden)]
pub mod fuzz;
pub mod private;
#[cfg(feature = "proof")]
#[doc(hidden)]
pub mod proof;
pub mod site;

pub use breaker::{Breaker, BreakerState};
pub use cache::Cache;
pub use clock::Clock;
pub use codec::Codec;
pub use compress::Compression;
pub use error::{Error, ErrorKind, Result};
pub use event::TARGET as EVENT_TARGET;
pub use handle::{EntryOptions, IntoEntryOptions};
pub use registry::{
    AliasConfig, AliasTable, BackendUrl, Config, DEFAULT_ALIAS, OpenUrl, Registry, caches,
};
pub use serde;
pub use settings::{DEFAULT_LEASE, DEFAULT_LOCK_LIFE, DEFAULT_WAIT, Lock, OnError, Settings};
#[cfg(feature = "hmac")]
pub use sign::SigningKey;
pub use stats::Stats;
pub use timeout::{IntoTimeout, Timeout};
pub use value::{CacheValue, LocalValue};

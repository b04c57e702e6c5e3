//! placeholder docs

#[doc(hidden)]
pub mod __private;
pub mod aio;
mod free;
mod install;
pub mod prelude;

pub use ecached_core::backend;
pub use ecached_core::clock::{ManualTime, Tick};
pub use ecached_core::key::name::{create_cache_key, create_tag_cache_key};
pub use ecached_core::key::template::KeyTemplate;
pub use ecached_core::serde;
pub use ecached_core::version::Version;
pub use ecached_core::{
    AliasConfig, AliasTable, BackendUrl, Cache, CacheValue, Clock, Codec, Config, DEFAULT_ALIAS,
    EVENT_TARGET, EntryOptions, Error, ErrorKind, IntoEntryOptions, IntoTimeout, LocalValue,
    OpenUrl, Registry, Result, Settings, Stats, Timeout,
};
pub use ecached_macros::{cached, ecached, invalidates, key, tag};
#[cfg(feature = "memory")]
pub use ecached_memory::{Memory, MemoryBuilder};
pub use free::{
    invalidate_key, invalidate_key_on, invalidate_prefix, invalidate_prefix_on, invalidate_tags,
    invalidate_tags_on,
};
pub use install::caches;

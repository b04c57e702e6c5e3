//! The in-process backend of ecached.
//!
//! Values are held as they are and shared by `Arc`: no serialisation. The store is bounded by entries or by bytes, with
//! S3-FIFO eviction by the `quick_cache` crate. An entry holds handles to the version cells of its tags, so a hit compares
//! integers and formats no tag name; invalidating a tag writes one integer, however many entries carry it.
//!
//! # Layout
//!
//! `config` (the builder and the URL), `tags` (version cells), `leases` (who may store), `slot` (an entry), `store` (all of them), `sweep`
//! (freeing what is expired or invalid).

mod config;
mod leases;
mod slot;
mod store;
mod sweep;
mod tags;

pub use config::{MemoryBuilder, open_url};
pub use store::Memory;

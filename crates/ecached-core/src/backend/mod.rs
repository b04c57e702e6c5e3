//! What a backend is: a key-value store with expiry, as bytes (blocking or async) or as objects in this process.
//!
//! - [`Backend`] and [`AsyncBackend`]: the four methods to write, and what follows from them.
//! - [`basic`]: how the protocol is kept with those four alone.
//! - [`objects`]: stores in this process that hold values as they are.
//! - [`Null`]: stores nothing.
//! - [`IntoStore`]: what can be registered.

mod asynchronous;
pub mod basic;
mod blocking;
mod null;
pub mod objects;
mod request;
mod store;
mod values;

pub use asynchronous::AsyncBackend;
pub(crate) use asynchronous::DynAsyncBackend;
pub use blocking::Backend;
pub use null::Null;
pub use request::{Capabilities, Invalidating, Item, Opening, Storing, Written};
pub(crate) use store::Medium;
pub use store::{Asynchronous, Blocking, IntoStore, Native, Store};
pub use values::{Gathered, Values};

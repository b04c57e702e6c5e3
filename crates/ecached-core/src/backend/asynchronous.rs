//! The trait for async backends that hold bytes, and its form without type.

use super::{Capabilities, Invalidating, Item, Opening, Storing, Values, Written, basic};
use crate::Result;
use crate::version::Version;
use std::pin::Pin;

/// An async key-value store with expiry: the same as [`Backend`](super::Backend), with the same defaults, and
/// [`read`](AsyncBackend::read).
///
/// Implement it with `async fn`. Futures must be `Send`.
///
/// # Concurrency
///
/// As for [`Backend`](super::Backend). Futures may be dropped at any point; a write may then have happened or not.
pub trait AsyncBackend: Send + Sync + 'static {
    /// The value of `key`, if it is there and has not expired.
    fn get(&self, key: &str) -> impl Future<Output = Result<Option<Vec<u8>>>> + Send;

    /// The values of `keys`, in their order, one answer per key.
    fn get_many(&self, keys: &[&str]) -> impl Future<Output = Result<Vec<Option<Vec<u8>>>>> + Send;

    /// The values of `keys`, in their order, one answer per key, for a caller who only looks at them. Calls look up by this.
    ///
    /// Default: [`get_many`](AsyncBackend::get_many). A backend that puts the questions of several callers together may
    /// give each its part of one answer instead of a copy. What it answers must be *read after the call began*: a
    /// question that was under way already may bring back what has been invalidated since.
    ///
    /// # Errors
    ///
    /// When the store cannot tell. Absence is not an error.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has changed nothing, also for callers whose question went with it.
    fn read(&self, keys: &[&str]) -> impl Future<Output = Result<Values>> + Send {
        async { self.get_many(keys).await.map(Values::from) }
    }

    /// Stores all items, replacing what is there. [`Item::ttl`] is when the store may forget.
    fn set_many(&self, items: &[Item]) -> impl Future<Output = Result<()>> + Send;

    /// Removes `keys`; those that are absent are no error.
    fn delete(&self, keys: &[&str]) -> impl Future<Output = Result<()>> + Send;

    /// What this backend can do, and its limits.
    fn capabilities(&self) -> Capabilities {
        Capabilities::basic()
    }

    /// Creates the versions that are absent; answers what is there now. See [`Backend::open`](super::Backend::open).
    fn open(&self, opening: &Opening) -> impl Future<Output = Result<Vec<Option<Version>>>> + Send {
        basic::run_async(self, basic::Open::new(opening))
    }

    /// Stores an entry, unless its lease is gone. See [`Backend::store`](super::Backend::store).
    fn store(&self, storing: &Storing) -> impl Future<Output = Result<Written>> + Send {
        basic::run_async(self, basic::Store::new(storing))
    }

    /// Changes versions and removes entries. See [`Backend::invalidate`](super::Backend::invalidate).
    fn invalidate(&self, invalidating: &Invalidating) -> impl Future<Output = Result<()>> + Send {
        basic::run_async(self, basic::Invalidate::new(invalidating))
    }

    /// Removes the lock at `key`, if it has this token. See [`Backend::release`](super::Backend::release).
    fn release(&self, key: &str, token: &Version) -> impl Future<Output = Result<()>> + Send {
        basic::run_async(self, basic::Release::new(key, token))
    }
}

type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = Result<T>> + Send + 'a>>;

/// [`AsyncBackend`] as an object.
pub(crate) trait DynAsyncBackend: Send + Sync {
    fn read<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Values>;
    fn capabilities(&self) -> Capabilities;
    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Vec<Option<Version>>>;
    fn store<'a>(&'a self, storing: &'a Storing) -> BoxFuture<'a, Written>;
    fn invalidate<'a>(&'a self, invalidating: &'a Invalidating) -> BoxFuture<'a, ()>;
    fn release<'a>(&'a self, key: &'a str, token: &'a Version) -> BoxFuture<'a, ()>;
}

impl<B: AsyncBackend> DynAsyncBackend for B {
    fn read<'a>(&'a self, keys: &'a [&'a str]) -> BoxFuture<'a, Values> {
        Box::pin(AsyncBackend::read(self, keys))
    }

    fn capabilities(&self) -> Capabilities {
        AsyncBackend::capabilities(self)
    }

    fn open<'a>(&'a self, opening: &'a Opening) -> BoxFuture<'a, Vec<Option<Version>>> {
        Box::pin(AsyncBackend::open(self, opening))
    }

    fn store<'a>(&'a self, storing: &'a Storing) -> BoxFuture<'a, Written> {
        Box::pin(AsyncBackend::store(self, storing))
    }

    fn invalidate<'a>(&'a self, invalidating: &'a Invalidating) -> BoxFuture<'a, ()> {
        Box::pin(AsyncBackend::invalidate(self, invalidating))
    }

    fn release<'a>(&'a self, key: &'a str, token: &'a Version) -> BoxFuture<'a, ()> {
        Box::pin(AsyncBackend::release(self, key, token))
    }
}

//! A cache, called blocking or async by the same test.

use crate::block_on;
use ecached_core::{Cache, CacheValue, IntoEntryOptions, Result, aio};

/// A cache as the suite calls it.
#[derive(Clone, Debug)]
pub struct Face {
    cache: Cache,
    is_async: bool,
}

impl Face {
    /// Calls the blocking methods.
    #[must_use]
    pub const fn blocking(cache: Cache) -> Self {
        Self { cache, is_async: false }
    }

    /// Calls the async methods, each on the calling thread until it is done.
    #[must_use]
    pub const fn asynchronous(cache: Cache) -> Self {
        Self { cache, is_async: true }
    }

    /// The cache.
    #[must_use]
    pub const fn cache(&self) -> &Cache {
        &self.cache
    }

    fn aio(&self) -> aio::Cache {
        self.cache.clone().into()
    }

    /// See [`Cache::get_or_compute`].
    pub fn get_or_compute<T: CacheValue>(
        &self,
        key: &str,
        options: impl IntoEntryOptions,
        compute: impl FnOnce() -> T,
    ) -> T {
        if self.is_async {
            return block_on(self.aio().get_or_compute(key, options, async { compute() }));
        }
        self.cache.get_or_compute(key, options, compute)
    }

    /// See [`Cache::get`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get<T: CacheValue>(&self, key: &str) -> Result<Option<T>> {
        if self.is_async { block_on(self.aio().get(key)) } else { self.cache.get(key) }
    }

    /// See [`Cache::get_many`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_many<T: CacheValue>(&self, keys: &[&str]) -> Result<Vec<Option<T>>> {
        if self.is_async { block_on(self.aio().get_many(keys)) } else { self.cache.get_many(keys) }
    }

    /// See [`Cache::set`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn set<T: CacheValue>(
        &self,
        key: &str,
        value: T,
        options: impl IntoEntryOptions,
    ) -> Result<()> {
        if self.is_async {
            block_on(self.aio().set(key, value, options))
        } else {
            self.cache.set(key, value, options)
        }
    }

    /// See [`Cache::delete`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn delete(&self, key: &str) -> Result<()> {
        if self.is_async { block_on(self.aio().delete(key)) } else { self.cache.delete(key) }
    }

    /// See [`Cache::clear`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn clear(&self) -> Result<()> {
        if self.is_async { block_on(self.aio().clear()) } else { self.cache.clear() }
    }

    /// See [`Cache::invalidate_tags`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn invalidate_tags(&self, tags: &[&str]) -> Result<()> {
        if self.is_async {
            block_on(self.aio().invalidate_tags(tags))
        } else {
            self.cache.invalidate_tags(tags)
        }
    }
}

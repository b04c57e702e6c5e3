//! A cache, called blocking or async by the same test.

use crate::executor;
use ecached_core::{Cache, CacheValue, IntoEntryOptions, Result, aio};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// A cache as the suite calls it.
#[derive(Clone)]
pub struct Face {
    cache: Cache,
    is_async: bool,
    enter: Option<Enter>,
}

/// What a runtime needs before its futures are polled; undone when what it returns is dropped.
type Enter = Arc<dyn Fn() -> Box<dyn Any> + Send + Sync>;

impl Face {
    /// Calls the blocking methods.
    #[must_use]
    pub const fn blocking(cache: Cache) -> Self {
        Self { cache, is_async: false, enter: None }
    }

    /// Calls the async methods, each on the calling thread until it is done.
    #[must_use]
    pub const fn asynchronous(cache: Cache) -> Self {
        Self { cache, is_async: true, enter: None }
    }

    /// The same, for backends whose futures run in the context of a runtime only: `enter` is called before each, as in
    /// `|| Box::new(RUNTIME.enter())`, and what it returned is dropped afterwards.
    #[must_use]
    pub fn entering(mut self, enter: impl Fn() -> Box<dyn Any> + Send + Sync + 'static) -> Self {
        self.enter = Some(Arc::new(enter));
        self
    }

    /// Runs a future on the calling thread until it is done.
    fn block_on<T>(&self, future: impl Future<Output = T>) -> T {
        let _entered = self.enter.as_ref().map(|enter| enter());
        executor::block_on(future)
    }

    /// Whether it calls the async methods.
    #[must_use]
    pub const fn is_async(&self) -> bool {
        self.is_async
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
            return self.block_on(self.aio().get_or_compute(key, options, async { compute() }));
        }
        self.cache.get_or_compute(key, options, compute)
    }

    /// See [`Cache::get`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get<T: CacheValue>(&self, key: &str) -> Result<Option<T>> {
        if self.is_async { self.block_on(self.aio().get(key)) } else { self.cache.get(key) }
    }

    /// See [`Cache::get_many`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn get_many<T: CacheValue>(&self, keys: &[&str]) -> Result<Vec<Option<T>>> {
        if self.is_async {
            self.block_on(self.aio().get_many(keys))
        } else {
            self.cache.get_many(keys)
        }
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
            self.block_on(self.aio().set(key, value, options))
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
        if self.is_async { self.block_on(self.aio().delete(key)) } else { self.cache.delete(key) }
    }

    /// See [`Cache::clear`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn clear(&self) -> Result<()> {
        if self.is_async { self.block_on(self.aio().clear()) } else { self.cache.clear() }
    }

    /// See [`Cache::invalidate_tags`].
    ///
    /// # Errors
    ///
    /// As there.
    pub fn invalidate_tags(&self, tags: &[&str]) -> Result<()> {
        if self.is_async {
            self.block_on(self.aio().invalidate_tags(tags))
        } else {
            self.cache.invalidate_tags(tags)
        }
    }
}

impl fmt::Debug for Face {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Face")
            .field("cache", &self.cache)
            .field("is_async", &self.is_async)
            .finish_non_exhaustive()
    }
}

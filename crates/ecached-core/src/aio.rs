//! The async side: the same names as in the root, with futures.

use crate::handle::{IntoEntryOptions, names};
use crate::protocol::invalidate::Target;
use crate::stats::Meter;
use crate::value::CacheValue;
use crate::{Error, Result, Stats};
use std::borrow::Cow;
use std::ops::Deref;

/// The process-wide registry, giving out async handles.
#[must_use]
pub fn caches() -> Registry {
    Registry(crate::caches())
}

/// The process-wide registry, giving out async handles. Everything else is as in [`crate::Registry`]: nothing there does I/O.
#[derive(Clone, Copy, Debug)]
pub struct Registry(&'static crate::Registry);

impl Registry {
    /// The cache of `alias`.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAlias`](crate::ErrorKind::UnknownAlias).
    pub fn get(&self, alias: &str) -> Result<Cache> {
        self.0.get(alias).map(Cache)
    }
}

impl Deref for Registry {
    type Target = crate::Registry;

    fn deref(&self) -> &crate::Registry {
        self.0
    }
}

/// A cache with async methods. [`blocking`](Cache::blocking) has the others.
#[derive(Clone, Debug)]
pub struct Cache(crate::Cache);

impl From<crate::Cache> for Cache {
    fn from(cache: crate::Cache) -> Self {
        Self(cache)
    }
}

impl Cache {
    /// The same cache with blocking methods.
    #[must_use]
    pub const fn blocking(&self) -> &crate::Cache {
        &self.0
    }

    /// See [`crate::Cache::get`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has no effect.
    pub async fn get<T: CacheValue>(&self, key: &str) -> Result<Option<T>> {
        self.0.get_async(key).await
    }

    /// See [`crate::Cache::get_many`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has no effect.
    pub async fn get_many<T: CacheValue>(&self, keys: &[&str]) -> Result<Vec<Option<T>>> {
        self.0.get_many_async(keys).await
    }

    /// See [`crate::Cache::set`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has stored the value or not.
    pub async fn set<T: CacheValue>(
        &self,
        key: &str,
        value: T,
        options: impl IntoEntryOptions,
    ) -> Result<()> {
        let options = options.into_entry_options();
        self.0.set_async(key, value, options).await
    }

    /// See [`crate::Cache::delete`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn delete(&self, key: &str) -> Result<()> {
        self.0.invalidate_async(Meter::cache(), &Target::Keys(&[Cow::Borrowed(key)])).await
    }

    /// See [`crate::Cache::clear`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn clear(&self) -> Result<()> {
        self.0.invalidate_async(Meter::cache(), &Target::All).await
    }

    /// See [`crate::Cache::invalidate_tags`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn invalidate_tags<T: AsRef<str>>(&self, tags: &[T]) -> Result<()> {
        let names = names(tags);
        self.0.invalidate_async(Meter::cache(), &Target::Names(&names)).await
    }

    /// See [`crate::Cache::invalidate_prefix`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn invalidate_prefix(&self, prefix: &str) -> Result<()> {
        self.0.invalidate_async(Meter::cache(), &Target::Names(&[Cow::Borrowed(prefix)])).await
    }

    /// See [`crate::Cache::get_or_compute`].
    ///
    /// # Cancel safety
    ///
    /// A dropped future computes and stores nothing more; a caller who waited for it takes over.
    pub async fn get_or_compute<T: CacheValue>(
        &self,
        key: &str,
        options: impl IntoEntryOptions,
        compute: impl Future<Output = T>,
    ) -> T {
        let options = options.into_entry_options();
        self.0.get_or_compute_async(key, options, compute).await
    }

    /// See [`crate::Cache::get_or_try_compute`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future computes and stores nothing more; a caller who waited for it takes over.
    pub async fn get_or_try_compute<T: CacheValue, E: From<Error> + Send + 'static>(
        &self,
        key: &str,
        options: impl IntoEntryOptions,
        compute: impl Future<Output = Result<T, E>>,
    ) -> Result<T, E> {
        let options = options.into_entry_options();
        self.0.get_or_try_compute_async(key, options, compute).await
    }

    /// What happened in it so far.
    #[must_use]
    pub fn stats(&self) -> Stats {
        self.0.stats()
    }
}

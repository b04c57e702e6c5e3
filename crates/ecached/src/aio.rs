//! The async side: the same names as in the root, with futures.

pub use ecached_core::aio::{Cache, Registry};

use crate::{DEFAULT_ALIAS, Result};

/// See [`crate::caches`]; its handles have async methods.
#[must_use]
pub fn caches() -> Registry {
    let _installed = crate::caches();
    ecached_core::aio::caches()
}

/// See [`crate::invalidate_key`].
///
/// # Errors
///
/// As there.
///
/// # Cancel safety
///
/// A dropped future has done it or not.
pub async fn invalidate_key(key: &str) -> Result<()> {
    invalidate_key_on(DEFAULT_ALIAS, key).await
}

/// As [`invalidate_key`], on `alias`.
///
/// # Errors
///
/// As there.
///
/// # Cancel safety
///
/// A dropped future has done it or not.
pub async fn invalidate_key_on(alias: &str, key: &str) -> Result<()> {
    caches().get(alias)?.delete(key).await
}

/// See [`crate::invalidate_tags`].
///
/// # Errors
///
/// As there.
///
/// # Cancel safety
///
/// A dropped future has done it or not.
pub async fn invalidate_tags<T: AsRef<str>>(tags: &[T]) -> Result<()> {
    invalidate_tags_on(DEFAULT_ALIAS, tags).await
}

/// As [`invalidate_tags`], on `alias`.
///
/// # Errors
///
/// As there.
///
/// # Cancel safety
///
/// A dropped future has done it or not.
pub async fn invalidate_tags_on<T: AsRef<str>>(alias: &str, tags: &[T]) -> Result<()> {
    caches().get(alias)?.invalidate_tags(tags).await
}

/// See [`crate::invalidate_prefix`].
///
/// # Errors
///
/// As there.
///
/// # Cancel safety
///
/// A dropped future has done it or not.
pub async fn invalidate_prefix(prefix: &str) -> Result<()> {
    invalidate_prefix_on(DEFAULT_ALIAS, prefix).await
}

/// As [`invalidate_prefix`], on `alias`.
///
/// # Errors
///
/// As there.
///
/// # Cancel safety
///
/// A dropped future has done it or not.
pub async fn invalidate_prefix_on(alias: &str, prefix: &str) -> Result<()> {
    caches().get(alias)?.invalidate_prefix(prefix).await
}

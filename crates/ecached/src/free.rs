//! Invalidation by name, from anywhere.

use crate::{DEFAULT_ALIAS, Result, caches};

/// Invalidates the entry of `key`, prefix included, on the default alias.
///
/// Once it has returned `Ok`, no call that starts later returns a value of that entry whose computation began before this
/// call.
///
/// # Errors
///
/// When it did not reach the backend, or the key is empty. Never `Ok` for what was not done.
pub fn invalidate_key(key: &str) -> Result<()> {
    invalidate_key_on(DEFAULT_ALIAS, key)
}

/// As [`invalidate_key`], on `alias`.
///
/// # Errors
///
/// As there; [`ErrorKind::UnknownAlias`](crate::ErrorKind::UnknownAlias) if nothing is registered under it.
pub fn invalidate_key_on(alias: &str, key: &str) -> Result<()> {
    caches().get(alias)?.delete(key)
}

/// Invalidates every entry that carries one of `tags`, on the default alias. O(tags), however many entries there are.
///
/// Once it has returned `Ok`, no call that starts later, in any process that shares the backend, returns a value of such
/// an entry whose computation began before this call.
///
/// # Errors
///
/// When it did not reach the backend, or a tag is empty. Never `Ok` for what was not done.
pub fn invalidate_tags<T: AsRef<str>>(tags: &[T]) -> Result<()> {
    invalidate_tags_on(DEFAULT_ALIAS, tags)
}

/// As [`invalidate_tags`], on `alias`.
///
/// # Errors
///
/// As there; [`ErrorKind::UnknownAlias`](crate::ErrorKind::UnknownAlias) if nothing is registered under it.
pub fn invalidate_tags_on<T: AsRef<str>>(alias: &str, tags: &[T]) -> Result<()> {
    caches().get(alias)?.invalidate_tags(tags)
}

/// Invalidates every entry under `prefix`, on the default alias. A prefix is a tag of the same name.
///
/// # Errors
///
/// As [`invalidate_tags`].
pub fn invalidate_prefix(prefix: &str) -> Result<()> {
    invalidate_prefix_on(DEFAULT_ALIAS, prefix)
}

/// As [`invalidate_prefix`], on `alias`.
///
/// # Errors
///
/// As [`invalidate_tags_on`].
pub fn invalidate_prefix_on(alias: &str, prefix: &str) -> Result<()> {
    caches().get(alias)?.invalidate_prefix(prefix)
}

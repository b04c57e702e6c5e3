//! What expansions call beside [`crate::call`]. Not for users: it may change in any version.

use crate::call::Target;
use crate::key::KeyBuf;
use crate::kind::Outcome;
use crate::protocol::invalidate::Target as What;
use crate::stats::Meter;
use crate::{Cache, DEFAULT_ALIAS, Error, ErrorKind, Result, Stats, caches, event};
use std::borrow::Cow;
use std::ops::Deref;

/// Names of a function, with room for two more: a call adds that of the function and its prefix.
#[must_use]
pub fn names<const N: usize>(names: [Cow<'static, str>; N]) -> Vec<Cow<'static, str>> {
    let mut all = Vec::with_capacity(N + 2);
    all.extend(names);
    all
}

/// Invalidates the entry of a function's key.
///
/// # Errors
///
/// As `ecached::invalidate_key`.
pub fn invalidate_key(target: Target<'_>, key: &KeyBuf) -> Result<()> {
    let cache = target.cache()?;
    cache
        .invalidate(target.meter(), &What::Keys(&[Cow::Borrowed(key.as_str())]))
        .map_err(|error| with_template(target, error))
}

/// Invalidates names.
///
/// # Errors
///
/// As `ecached::invalidate_tags`.
#[expect(clippy::needless_pass_by_value, reason = "as its async form, which has to keep them")]
pub fn invalidate_names(target: Target<'_>, names: Vec<Cow<'static, str>>) -> Result<()> {
    target
        .cache()?
        .invalidate(target.meter(), &What::Names(&names))
        .map_err(|error| with_template(target, error))
}

/// Invalidates the prefix of a function's key.
///
/// # Errors
///
/// As `ecached::invalidate_prefix`.
pub fn invalidate_prefix(target: Target<'_>, key: &KeyBuf) -> Result<()> {
    invalidate_names(target, prefix_of(key)?)
}

/// Invalidates everything that a function stored.
///
/// # Errors
///
/// As `ecached::invalidate_tags`.
pub fn invalidate_all(target: Target<'_>) -> Result<()> {
    invalidate_names(target, vec![target.site.function_name()])
}

/// What a function's calls came to so far.
#[must_use]
pub fn stats(target: Target<'_>) -> Stats {
    target.site.stats()
}

/// The cache behind the expression of a `cache = …` option: a [`Cache`], or what refers to one.
pub trait AsCache {
    /// The cache.
    fn as_cache(&self) -> &Cache;
}

impl AsCache for Cache {
    fn as_cache(&self) -> &Cache {
        self
    }
}

impl<T: Deref<Target: AsCache>> AsCache for T {
    fn as_cache(&self) -> &Cache {
        (**self).as_cache()
    }
}

/// See [`AsCache`].
pub fn as_cache(cache: &impl AsCache) -> &Cache {
    cache.as_cache()
}

/// What `#[invalidates]` invalidates.
#[derive(Debug)]
#[expect(clippy::exhaustive_structs, reason = "the macros of this very version write it")]
pub struct Invalidation {
    /// The alias; `None`: the default.
    pub alias: Option<&'static str>,
    /// Tags.
    pub tags: Vec<Cow<'static, str>>,
    /// Keys.
    pub keys: Vec<Cow<'static, str>>,
    /// Prefixes.
    pub prefixes: Vec<Cow<'static, str>>,
}

impl Invalidation {
    fn cache(&self) -> Result<Cache> {
        caches().get(self.alias.unwrap_or(DEFAULT_ALIAS))
    }

    fn names(&self) -> Vec<Cow<'_, str>> {
        self.tags.iter().chain(&self.prefixes).map(|name| Cow::Borrowed(&**name)).collect()
    }
}

/// Whether a function succeeded.
pub fn succeeded<O: Outcome>(_: O, returned: &O::Returned) -> bool {
    O::succeeded(returned)
}

/// Invalidates after a function that changed data has returned. A failure goes to `on_error`, and is logged.
pub fn invalidate_after(
    path: &'static str,
    invalidation: &Invalidation,
    on_error: Option<&dyn Fn(&Error)>,
) {
    let result = invalidation.cache().and_then(|cache| {
        // Both are tried: one that fails must not keep the other from happening.
        let names = cache.invalidate(Meter::cache(), &What::Names(&invalidation.names()));
        cache.invalidate(Meter::cache(), &What::Keys(&invalidation.keys)).and(names)
    });
    report(path, invalidation, result, on_error);
}

/// Async forms.
pub mod aio {
    use super::*;

    /// See [`super::invalidate_key`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn invalidate_key(target: Target<'_>, key: &KeyBuf) -> Result<()> {
        let cache = target.cache()?;
        let result = cache
            .invalidate_async(target.meter(), &What::Keys(&[Cow::Borrowed(key.as_str())]))
            .await;
        result.map_err(|error| with_template(target, error))
    }

    /// See [`super::invalidate_names`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn invalidate_names(target: Target<'_>, names: Vec<Cow<'static, str>>) -> Result<()> {
        let result = target.cache()?.invalidate_async(target.meter(), &What::Names(&names)).await;
        result.map_err(|error| with_template(target, error))
    }

    /// See [`super::invalidate_prefix`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn invalidate_prefix(target: Target<'_>, key: &KeyBuf) -> Result<()> {
        invalidate_names(target, prefix_of(key)?).await
    }

    /// See [`super::invalidate_all`].
    ///
    /// # Errors
    ///
    /// As there.
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not.
    pub async fn invalidate_all(target: Target<'_>) -> Result<()> {
        invalidate_names(target, vec![target.site.function_name()]).await
    }

    /// See [`super::invalidate_after`].
    ///
    /// # Cancel safety
    ///
    /// A dropped future has done it or not: the caller who drops it does not know.
    pub async fn invalidate_after(
        path: &'static str,
        invalidation: &Invalidation,
        on_error: Option<&(dyn Fn(&Error) + Sync)>,
    ) {
        let result = match invalidation.cache() {
            Err(error) => Err(error),
            Ok(cache) => {
                let names = cache
                    .invalidate_async(Meter::cache(), &What::Names(&invalidation.names()))
                    .await;
                cache
                    .invalidate_async(Meter::cache(), &What::Keys(&invalidation.keys))
                    .await
                    .and(names)
            }
        };
        report(path, invalidation, result, on_error.map(|handler| handler as &dyn Fn(&Error)));
    }
}

fn report(
    path: &'static str,
    invalidation: &Invalidation,
    result: Result<()>,
    on_error: Option<&dyn Fn(&Error)>,
) {
    let Err(error) = result else { return };
    let error = error.for_template(path);
    if error.kind() == ErrorKind::UnknownAlias {
        // Nobody else could count or log it.
        event::error(invalidation.alias.unwrap_or(DEFAULT_ALIAS), path, &error);
    }
    if let Some(handler) = on_error {
        handler(&error);
    }
}

fn with_template(target: Target<'_>, error: Error) -> Error {
    error.for_template(target.site.template())
}

fn prefix_of(key: &KeyBuf) -> Result<Vec<Cow<'static, str>>> {
    let prefix = key
        .prefix()
        .ok_or_else(|| Error::new(ErrorKind::InvalidName, "the function declares no prefix"))?;
    Ok(vec![Cow::Owned(prefix.to_owned())])
}

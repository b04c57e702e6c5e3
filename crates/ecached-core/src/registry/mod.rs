//! The process-wide registry: which backend an alias stands for.
//!
//! - [`Registry`], reached by [`caches`]: any thread, any time, no set-up needed.
//! - [`Config`]: aliases from a configuration file or from URLs.

mod config;
mod slot;
mod url;

pub use config::{AliasConfig, AliasTable, Config};
pub(crate) use slot::Slot;
pub use url::BackendUrl;

use crate::backend::{IntoStore, Store};
use crate::cache::Cache;
use crate::key::name;
use crate::settings::Settings;
use crate::{Error, ErrorKind, Result};
use dashmap::{DashMap, Entry};
use std::fmt;
use std::sync::{Arc, LazyLock, OnceLock};

/// The alias of functions that name none.
pub const DEFAULT_ALIAS: &str = "default";

/// Opens a backend from a URL, without I/O.
pub type OpenUrl = fn(&BackendUrl) -> Result<Store>;

/// The process-wide registry of backends.
///
/// # Examples
///
/// ```
/// use ecached_core::backend::Null;
/// use ecached_core::{ErrorKind, caches};
///
/// caches().register("nothing", Null)?;
/// assert!(caches().aliases().contains(&"nothing".to_owned()));
/// assert_eq!(caches().register("nothing", Null).unwrap_err().kind(), ErrorKind::AliasExists);
/// assert_eq!(caches().get("elsewhere").unwrap_err().kind(), ErrorKind::UnknownAlias);
/// # Ok::<(), ecached_core::Error>(())
/// ```
#[must_use]
pub fn caches() -> &'static Registry {
    static REGISTRY: LazyLock<Registry> = LazyLock::new(Registry::new);
    &REGISTRY
}

/// See [`caches`].
pub struct Registry {
    slots: DashMap<Box<str>, Arc<Slot>, foldhash::fast::RandomState>,
    schemes: DashMap<&'static str, OpenUrl, foldhash::fast::RandomState>,
    open_default: OnceLock<fn() -> Store>,
}

impl Registry {
    fn new() -> Self {
        Self {
            slots: DashMap::default(),
            schemes: DashMap::default(),
            open_default: OnceLock::new(),
        }
    }

    /// Registers a backend under `alias`, with default settings.
    ///
    /// Functions may be called before: they look the alias up at their first call that finds it.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::AliasExists`] when the alias is taken, [`ErrorKind::InvalidName`] when it is empty.
    pub fn register<M>(&self, alias: &str, backend: impl IntoStore<M>) -> Result<()> {
        self.register_with(alias, backend, Settings::default())
    }

    /// Registers a backend under `alias` with these settings.
    ///
    /// # Errors
    ///
    /// As [`register`](Registry::register).
    pub fn register_with<M>(
        &self,
        alias: &str,
        backend: impl IntoStore<M>,
        settings: Settings,
    ) -> Result<()> {
        name::check("alias", alias)?;
        self.insert(alias, Cache::named(alias, backend.into_store(), settings), false)
    }

    /// Makes `backend` what the alias `default` stands for, with default settings; it replaces what was there.
    ///
    /// The replaced backend is not emptied, and lives as long as the process: calls may be using it.
    ///
    /// # Errors
    ///
    /// None today; the signature leaves room for backends that check themselves.
    pub fn set_default<M>(&self, backend: impl IntoStore<M>) -> Result<()> {
        self.set_default_with(backend, Settings::default())
    }

    /// As [`set_default`](Registry::set_default), with these settings.
    ///
    /// # Errors
    ///
    /// As [`set_default`](Registry::set_default).
    pub fn set_default_with<M>(
        &self,
        backend: impl IntoStore<M>,
        settings: Settings,
    ) -> Result<()> {
        self.insert(
            DEFAULT_ALIAS,
            Cache::named(DEFAULT_ALIAS, backend.into_store(), settings),
            true,
        )
    }

    /// The cache of `alias`. `default` is always there: a bounded in-process cache, unless something else was registered.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::UnknownAlias`]; the message names the known ones.
    pub fn get(&self, alias: &str) -> Result<Cache> {
        self.slot(alias).map(|slot| slot.cache().clone())
    }

    /// All aliases, sorted.
    #[must_use]
    pub fn aliases(&self) -> Vec<String> {
        let mut aliases: Vec<String> =
            self.slots.iter().map(|slot| slot.key().to_string()).collect();
        aliases.sort_unstable();
        aliases
    }

    /// Registers all aliases of a configuration; all, or none of them.
    ///
    /// An alias `default` replaces what was there, as [`set_default`](Registry::set_default) does.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for an unknown scheme, option or value, [`ErrorKind::AliasExists`] for a taken alias.
    pub fn configure(&self, config: &Config) -> Result<()> {
        let mut caches = Vec::new();
        for (alias, config) in config.aliases() {
            name::check("alias", alias)?;
            let (url, settings) = config.resolve().map_err(|error| error.on_alias(alias))?;
            let store = self.open(&url).map_err(|error| error.on_alias(alias))?;
            if alias != DEFAULT_ALIAS && self.slots.contains_key(alias) {
                return Err(exists(alias));
            }
            caches.push(Cache::named(alias, store, settings));
        }
        caches.into_iter().try_for_each(|cache| {
            let alias = cache.alias().to_owned();
            self.insert(&alias, cache, alias == DEFAULT_ALIAS)
        })
    }

    /// Makes a URL scheme known, for backends of other crates.
    pub fn register_scheme(&self, scheme: &'static str, open: OpenUrl) {
        self.schemes.insert(scheme, open);
    }

    /// What `default` stands for when nothing was registered. The first one given stays.
    pub fn open_default_with(&self, open: fn() -> Store) {
        let _ = self.open_default.set(open);
    }

    fn open(&self, url: &BackendUrl) -> Result<Store> {
        let open = self.schemes.get(url.scheme()).map(|open| *open);
        let open = open.ok_or_else(|| {
            let mut known: Vec<_> = self.schemes.iter().map(|scheme| *scheme.key()).collect();
            known.sort_unstable();
            let message = format!(
                "unknown backend `{}`: known are {}; others need a feature of their crate, as `redis` of ecached",
                url.scheme(),
                known.join(", ")
            );
            Error::new(ErrorKind::InvalidConfig, message)
        })?;
        open(url)
    }

    fn insert(&self, alias: &str, cache: Cache, replace: bool) -> Result<()> {
        match self.slots.entry(alias.into()) {
            Entry::Vacant(entry) => {
                entry.insert(Slot::new(cache, true));
                Ok(())
            }
            Entry::Occupied(entry) if replace || !entry.get().is_explicit() => {
                entry.get().replace(cache);
                Ok(())
            }
            Entry::Occupied(_) => Err(exists(alias)),
        }
    }

    pub(crate) fn slot(&self, alias: &str) -> Result<Arc<Slot>> {
        if let Some(slot) = self.slots.get(alias) {
            return Ok(Arc::clone(&slot));
        }
        match self.open_default.get() {
            Some(open) if alias == DEFAULT_ALIAS => {
                let slot = self.slots.entry(alias.into());
                let slot = slot.or_insert_with(|| {
                    Slot::new(Cache::named(alias, open(), Settings::default()), false)
                });
                Ok(Arc::clone(&slot))
            }
            _ => Err(self.unknown(alias)),
        }
    }

    fn unknown(&self, alias: &str) -> Error {
        let mut known = self.aliases();
        if self.open_default.get().is_some() && !known.iter().any(|alias| alias == DEFAULT_ALIAS) {
            known.push(DEFAULT_ALIAS.to_owned());
        }
        let message =
            format!("no cache is registered as `{alias}`: known are {}", known.join(", "));
        Error::new(ErrorKind::UnknownAlias, message).on_alias(alias)
    }
}

fn exists(alias: &str) -> Error {
    Error::new(ErrorKind::AliasExists, format!("a cache is already registered as `{alias}`"))
        .on_alias(alias)
}

impl fmt::Debug for Registry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Registry").field("aliases", &self.aliases()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;

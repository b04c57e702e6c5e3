//! Aliases from a configuration file, by serde: a table or a URL per alias.

use super::BackendUrl;
use super::url::{parse_duration, parse_size};
use crate::codec::Codec;
use crate::compress::Compression;
use crate::settings::{Lock, OnError, Settings};
use crate::timeout::Timeout;
use crate::{Error, ErrorKind, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;

/// Aliases and their backends, as they stand in a configuration file.
///
/// Each alias is a URL, or a table with `url` or `backend` and options. Options that all backends have: `key_prefix`,
/// `timeout` (seconds, or with a unit: `250ms`, `5m`), `wait` and `lease` (the same), `codec`, `compress` (`lz4` or `none`),
/// `compress_above` (bytes, or with a unit: `4KiB`), `signing_keys` (hexadecimal, with commas between them; the first one
/// signs), `on_error` (`compute` or `fail`), `lock` (`process` or `distributed`), `lock_life`, `breaker_failures`,
/// `breaker_pause`, `breaker_max_pause`. The others belong to the backend. In a URL they stand in the query.
///
/// # Examples
///
/// ```
/// use ecached_core::Config;
///
/// let config: Config = toml::from_str(
///     r#"
///     default = "memory://?max_entries=10000"
///
///     [sessions]
///     backend = "memory"
///     max_entries = 500
///     timeout = "15m"
///     "#,
/// )
/// .unwrap();
/// assert_eq!(config.aliases().count(), 2);
/// ```
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Config {
    aliases: BTreeMap<String, AliasConfig>,
}

impl Config {
    /// A configuration without aliases.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The same with `alias` at `url`.
    #[must_use]
    pub fn with_url(mut self, alias: &str, url: &str) -> Self {
        self.aliases.insert(alias.to_owned(), AliasConfig::Url(url.to_owned()));
        self
    }

    /// The aliases and what they stand for.
    pub fn aliases(&self) -> impl Iterator<Item = (&str, &AliasConfig)> {
        self.aliases.iter().map(|(alias, config)| (alias.as_str(), config))
    }
}

/// What an alias stands for. Its `Debug` form shows no password.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum AliasConfig {
    /// A URL.
    Url(String),
    /// A table.
    Table(AliasTable),
}

/// A table in a configuration. Its `Debug` form shows no password.
#[derive(Clone, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AliasTable {
    /// The backend's URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub url: Option<String>,
    /// The backend's scheme, for backends that need no URL.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub backend: Option<String>,
    /// Options, as they could stand in the URL's query.
    #[serde(flatten)]
    pub options: BTreeMap<String, Scalar>,
}

/// The value of an option. Its `Debug` form shows no text, which may be a password or a key.
#[derive(Clone, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Scalar {
    /// `true` or `false`.
    Flag(bool),
    /// A whole number.
    Integer(i64),
    /// A number.
    Float(f64),
    /// Text.
    Text(String),
}

impl fmt::Debug for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text(_) => f.write_str("…"),
            Self::Flag(_) | Self::Integer(_) | Self::Float(_) => fmt::Display::fmt(self, f),
        }
    }
}

impl fmt::Display for Scalar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Flag(flag) => flag.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Text(text) => text.fmt(f),
        }
    }
}

impl AliasConfig {
    /// The backend's URL, with its own options only, and the settings that all backends have.
    pub(super) fn resolve(&self) -> Result<(BackendUrl, Settings)> {
        let mut url = match self {
            Self::Url(url) => url.parse()?,
            Self::Table(table) => table.url()?,
        };
        let mut settings = Settings::default();
        url.take_options(|name, value| take_setting(&mut settings, name, value))?;
        Ok((url, settings))
    }
}

impl AliasTable {
    fn url(&self) -> Result<BackendUrl> {
        let mut url = match (&self.url, &self.backend) {
            (Some(url), None) => url.parse()?,
            (None, Some(backend)) => BackendUrl::of_scheme(backend),
            _ => {
                return Err(Error::new(
                    ErrorKind::InvalidConfig,
                    "an alias has either a `url` or a `backend`",
                ));
            }
        };
        for (name, value) in &self.options {
            if url.options().any(|(given, _)| given == name) {
                return Err(Error::new(
                    ErrorKind::InvalidConfig,
                    format!("the option `{name}` is given twice"),
                ));
            }
            url.push_option(name, value.to_string());
        }
        Ok(url)
    }
}

/// Options that every alias has.
pub(super) const SETTINGS: &[&str] = &[
    "key_prefix",
    "timeout",
    "wait",
    "lease",
    "codec",
    "compress",
    "compress_above",
    "signing_keys",
    "breaker_failures",
    "breaker_pause",
    "breaker_max_pause",
    "on_error",
    "lock",
    "lock_life",
];

fn take_setting(settings: &mut Settings, name: &str, value: &str) -> Result<bool> {
    match name {
        "key_prefix" => value.clone_into(&mut settings.key_prefix),
        "timeout" => {
            settings.timeout = Timeout::After(parse_duration(name, value)?).resolve(None)?;
        }
        "wait" => settings.wait = parse_duration(name, value)?,
        "lease" => settings.lease = parse_duration(name, value)?,
        "codec" => settings.codec = Codec::by_name(value)?,
        "compress" => settings.compression = Compression::by_name(value)?,
        "compress_above" => settings.compress_above = parse_size(name, value)?,
        "signing_keys" => set_signing_keys(settings, value)?,
        "breaker_failures" => {
            settings.breaker.failures = value.parse().map_err(|_| {
                let message = format!("`{name}` takes a number of failures, 0 for no breaker");
                Error::new(ErrorKind::InvalidConfig, message)
            })?;
        }
        "breaker_pause" => settings.breaker.pause = parse_duration(name, value)?,
        "breaker_max_pause" => settings.breaker.max_pause = parse_duration(name, value)?,
        "on_error" => settings.on_error = OnError::by_name(value)?,
        "lock" => settings.lock = Lock::by_name(value)?,
        "lock_life" => settings.lock_life = parse_duration(name, value)?,
        _ => return Ok(false),
    }
    Ok(true)
}

#[cfg(feature = "hmac")]
fn set_signing_keys(settings: &mut Settings, value: &str) -> Result<()> {
    let keys = value.split(',').map(|digits| crate::SigningKey::from_hex(digits.trim()));
    settings.signing_keys = keys.collect::<Result<_>>()?;
    Ok(())
}

/// Never ignored: who names keys counts on them.
#[cfg(not(feature = "hmac"))]
fn set_signing_keys(_: &mut Settings, _: &str) -> Result<()> {
    Err(Error::new(ErrorKind::InvalidConfig, "`signing_keys` needs the feature `hmac`"))
}

impl fmt::Debug for AliasConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Url(url) => match url.parse::<BackendUrl>() {
                Ok(url) => url.fmt(f),
                Err(_) => f.write_str("an invalid URL"),
            },
            Self::Table(table) => table.fmt(f),
        }
    }
}

impl fmt::Debug for AliasTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<_> = self.options.keys().collect();
        f.debug_struct("AliasTable")
            .field("backend", &self.backend)
            .field("options", &names)
            .finish_non_exhaustive()
    }
}

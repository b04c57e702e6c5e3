//! Backend URLs: `memory://?max_entries=10000`, `redis://user:password@host:6379/0?timeout=60`.

use crate::{Error, ErrorKind, Result};
use std::fmt;
use std::str::FromStr;
use std::time::Duration;

/// A backend URL, taken apart as far as all backends have it in common. Its `Debug` form shows no password.
#[derive(Clone, PartialEq, Eq)]
pub struct BackendUrl {
    scheme: String,
    /// What is between `://` and `?`.
    rest: String,
    options: Vec<(String, String)>,
}

impl BackendUrl {
    /// The URL of a backend without a place or options.
    #[must_use]
    pub fn of_scheme(scheme: &str) -> Self {
        Self { scheme: scheme.to_owned(), rest: String::new(), options: Vec::new() }
    }

    /// `redis` in `redis://host`.
    #[must_use]
    pub fn scheme(&self) -> &str {
        &self.scheme
    }

    /// What is between `://` and `?`: hosts, a path. It may hold a password.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.rest
    }

    /// The options behind `?`, decoded.
    pub fn options(&self) -> impl Iterator<Item = (&str, &str)> {
        self.options.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    pub(crate) fn push_option(&mut self, name: &str, value: String) {
        self.options.push((name.to_owned(), value));
    }

    /// Takes the options that `take` knows out of the URL. It answers `Ok(false)` for those it does not know.
    pub(crate) fn take_options(
        &mut self,
        mut take: impl FnMut(&str, &str) -> Result<bool>,
    ) -> Result<()> {
        let mut others = Vec::new();
        for (name, value) in self.options.drain(..) {
            if !take(&name, &value)? {
                others.push((name, value));
            }
        }
        self.options = others;
        Ok(())
    }

    /// The value of an option that is a time: seconds, or a number with one of the units ms, s, m, h, d.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for anything else; the message names the option.
    pub fn option_duration(name: &str, value: &str) -> Result<Duration> {
        parse_duration(name, value)
    }

    /// The value of an option that is a size: bytes, or a number with one of the units KiB, MiB, GiB.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for anything else; the message names the option.
    pub fn option_size(name: &str, value: &str) -> Result<usize> {
        parse_size(name, value)
    }

    /// The error for an option that the backend does not know. `own` are those that it does know, besides the ones that
    /// every alias has.
    #[must_use]
    pub fn unknown_option(&self, name: &str, own: &[&str]) -> Error {
        let scheme = &self.scheme;
        let message = if super::config::SETTINGS.contains(&name) {
            format!(
                "`{name}` is a setting of an alias, and the backend `{scheme}` alone has none: \
                 register it by `Config`, or with `Settings`"
            )
        } else {
            let known = [own, super::config::SETTINGS].concat().join(", ");
            format!("the backend `{scheme}` has no option `{name}`: known are {known}")
        };
        Error::new(ErrorKind::InvalidConfig, message)
    }
}

impl FromStr for BackendUrl {
    type Err = Error;

    /// Reads a URL.
    fn from_str(text: &str) -> Result<Self> {
        let invalid = || {
            let message = "a backend URL looks like `memory://?max_entries=10000` or `redis://host:6379/0?timeout=60`";
            Error::new(ErrorKind::InvalidConfig, message)
        };
        let (scheme, rest) = text.split_once("://").ok_or_else(invalid)?;
        let is_scheme_char = |c: char| c.is_ascii_alphanumeric() || "+-.".contains(c);
        if scheme.is_empty() || !scheme.chars().all(is_scheme_char) {
            return Err(invalid());
        }
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut options: Vec<(String, String)> = Vec::new();
        for option in query.split('&').filter(|option| !option.is_empty()) {
            let (name, value) = option.split_once('=').ok_or_else(invalid)?;
            let [name, value] =
                [name, value].map(|text| ecached_template::unescape(text).ok_or_else(invalid));
            let (name, value) = (name?, value?);
            if options.iter().any(|(other, _)| *other == name) {
                return Err(Error::new(
                    ErrorKind::InvalidConfig,
                    format!("the option `{name}` is given twice"),
                ));
            }
            options.push((name, value));
        }
        Ok(Self { scheme: scheme.to_owned(), rest: place.to_owned(), options })
    }
}

impl fmt::Debug for BackendUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // The place may hold a password, and so may options of backends yet to come.
        write!(f, "{}://…", self.scheme)
    }
}

/// A number with or without a unit: `250ms`, `30s`, `5m`, `2h`, `1d`; seconds when there is none.
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] when it is none of these.
pub(crate) fn parse_duration(name: &str, text: &str) -> Result<Duration> {
    let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let seconds = match unit.trim() {
        "ms" => 0.001,
        "" | "s" => 1.0,
        "m" => 60.0,
        "h" => 3600.0,
        "d" => 86_400.0,
        _ => f64::NAN,
    };
    let number: f64 = number.parse().unwrap_or(f64::NAN);
    Duration::try_from_secs_f64(number * seconds).map_err(|_| {
        let message = format!(
            "`{name}` is a time: seconds, or a number with one of the units ms, s, m, h, d"
        );
        Error::new(ErrorKind::InvalidConfig, message)
    })
}

/// A number of bytes, with or without a unit: `1024`, `1KiB`, `64MiB`, `1GiB`.
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] when it is none of these, or more than there can be.
pub(crate) fn parse_size(name: &str, text: &str) -> Result<usize> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, unit) = text.split_at(digits);
    let factor = match unit.trim() {
        "" | "B" => Some(1_usize),
        "KiB" => Some(1 << 10),
        "MiB" => Some(1 << 20),
        "GiB" => Some(1 << 30),
        _ => None,
    };
    let bytes = factor.and_then(|factor| number.parse::<usize>().ok()?.checked_mul(factor));
    bytes.ok_or_else(|| {
        let message =
            format!("`{name}` is a size: bytes, or a number with one of the units KiB, MiB, GiB");
        Error::new(ErrorKind::InvalidConfig, message)
    })
}

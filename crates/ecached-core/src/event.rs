//! Events for `tracing`: what happened to a call, with alias and key template, never with a key or a value.
//!
//! Target `ecached`. Hits and lookups are at level TRACE, computations, stores and invalidations at DEBUG, failures at WARN.
//! Of the circuit breaker, opening is at WARN, closing at INFO, a probe at DEBUG.

use crate::Error;
use tracing::level_filters::LevelFilter;

/// The target of all events.
pub const TARGET: &str = "ecached";

/// Whether anybody may be listening to events of every call: a hit asks this before anything else.
#[inline(always)]
pub(crate) fn is_tracing() -> bool {
    LevelFilter::current() >= LevelFilter::TRACE
}

macro_rules! events {
    ($($(#[$attr:meta])* $name:ident => $level:ident, $text:literal;)*) => {$(
        $(#[$attr])*
        pub(crate) fn $name(alias: &str, template: &str) {
            tracing::event!(target: TARGET, tracing::Level::$level, alias, template, $text);
        }
    )*};
}

events! {
    /// A lookup begins in a backend that holds bytes.
    get => TRACE, "get";
    /// Served from the cache.
    #[cold]
    hit => TRACE, "hit";
    /// Nothing there, or nothing that may be served.
    miss => TRACE, "miss";
    /// There was an entry, and it had been invalidated.
    stale => DEBUG, "stale";
    /// The function is about to run.
    compute => DEBUG, "compute";
    /// Another caller's computation gave the value.
    share => TRACE, "share";
    /// The value is stored.
    store => DEBUG, "store";
    /// The value was invalidated while it was computed, and is not stored.
    doom => DEBUG, "doom";
    /// The function runs to replace what is stored.
    refresh => DEBUG, "refresh";
}

/// Tags, prefixes, functions, keys or a whole alias were invalidated.
pub(crate) fn invalidate(alias: &str, what: &'static str, names: usize) {
    tracing::debug!(target: TARGET, alias, what, names, "invalidate");
}

/// The backend did not answer: calls do not ask it for a while.
pub(crate) fn breaker_open(alias: &str, error: &Error) {
    tracing::warn!(target: TARGET, alias, %error, "breaker open");
}

/// One call asks the backend whether it answers again.
pub(crate) fn breaker_half_open(alias: &str) {
    tracing::debug!(target: TARGET, alias, "breaker half-open");
}

/// The backend answered again.
pub(crate) fn breaker_closed(alias: &str) {
    tracing::info!(target: TARGET, alias, "breaker closed");
}

/// Something failed, and the function is computed without the cache.
pub(crate) fn error(alias: &str, template: &str, error: &Error) {
    tracing::warn!(target: TARGET, alias, template, %error, "error");
}

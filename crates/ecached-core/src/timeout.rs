//! How long an entry lives: what users may write for it, and what is refused.

use crate::{Error, ErrorKind, Result};
use std::time::Duration;

/// The longest timeout: 100 years. More is a mistake (seconds given as milliseconds, an overflow), not a wish.
pub const MAX_TIMEOUT: Duration = Duration::from_secs(100 * 366 * 86_400);

/// How long an entry lives after it was stored; easy_cache's word for what others call TTL.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
#[non_exhaustive]
pub enum Timeout {
    /// The alias's default timeout.
    #[default]
    Default,
    /// That long, at most 100 years.
    After(Duration),
    /// Until it is invalidated or evicted.
    Never,
    /// What was given is not a timeout; the reason. Nothing is stored under it.
    Invalid(&'static str),
}

impl Timeout {
    /// The life-time this means on an alias with that default; `None` is for ever.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidTimeout`] when it is zero, negative, not a number, or over 100 years.
    pub fn resolve(self, default: Option<Duration>) -> Result<Option<Duration>> {
        match self {
            Self::Default => Ok(default),
            Self::Never => Ok(None),
            Self::After(Duration::ZERO) => {
                Err(invalid("a timeout of 0 would never store anything"))
            }
            Self::After(timeout) if timeout > MAX_TIMEOUT => {
                Err(invalid("a timeout is at most 100 years"))
            }
            Self::After(timeout) => Ok(Some(timeout)),
            Self::Invalid(reason) => Err(invalid(reason)),
        }
    }
}

fn invalid(reason: &'static str) -> Error {
    Error::new(ErrorKind::InvalidTimeout, reason)
}

/// What can be written as a timeout: a number of seconds (integer or float), a [`Duration`], a [`Timeout`], or an
/// `Option` of these, where `None` never expires.
#[diagnostic::on_unimplemented(
    message = "`{Self}` is not a timeout",
    label = "a number of seconds or a `Duration` is expected here",
    note = "write seconds (`60`, `0.25`), a `std::time::Duration`, or an `Option` of these (`None` never expires)"
)]
pub trait IntoTimeout {
    /// The timeout this stands for.
    fn into_timeout(self) -> Timeout;
}

impl IntoTimeout for Timeout {
    fn into_timeout(self) -> Timeout {
        self
    }
}

impl IntoTimeout for Duration {
    fn into_timeout(self) -> Timeout {
        Timeout::After(self)
    }
}

impl<T: IntoTimeout> IntoTimeout for Option<T> {
    fn into_timeout(self) -> Timeout {
        self.map_or(Timeout::Never, T::into_timeout)
    }
}

macro_rules! integer_seconds {
    ($($integer:ty),*) => {$(
        impl IntoTimeout for $integer {
            fn into_timeout(self) -> Timeout {
                match u64::try_from(self) {
                    Ok(seconds) => Timeout::After(Duration::from_secs(seconds)),
                    Err(_) => Timeout::Invalid("a timeout cannot be negative or over 100 years"),
                }
            }
        }
    )*};
}
integer_seconds!(u8, u16, u32, u64, u128, usize, i8, i16, i32, i64, i128, isize);

impl IntoTimeout for f64 {
    fn into_timeout(self) -> Timeout {
        match Duration::try_from_secs_f64(self) {
            Ok(timeout) => Timeout::After(timeout),
            Err(_) if self.is_nan() => Timeout::Invalid("a timeout cannot be NaN"),
            Err(_) => Timeout::Invalid("a timeout cannot be negative or over 100 years"),
        }
    }
}

impl IntoTimeout for f32 {
    fn into_timeout(self) -> Timeout {
        f64::from(self).into_timeout()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(timeout: impl IntoTimeout) -> Option<ErrorKind> {
        timeout.into_timeout().resolve(None).err().map(|error| error.kind())
    }

    #[test]
    fn seconds_durations_and_options_are_timeouts() {
        let resolve = |timeout: Timeout| timeout.resolve(Some(Duration::from_secs(9))).unwrap();
        assert_eq!(resolve(60.into_timeout()), Some(Duration::from_secs(60)));
        assert_eq!(resolve(0.25.into_timeout()), Some(Duration::from_millis(250)));
        assert_eq!(
            resolve(Duration::from_millis(1).into_timeout()),
            Some(Duration::from_millis(1))
        );
        assert_eq!(resolve(None::<u64>.into_timeout()), None);
        assert_eq!(resolve(Some(3_u8).into_timeout()), Some(Duration::from_secs(3)));
        assert_eq!(resolve(Timeout::Default), Some(Duration::from_secs(9)));
    }

    #[test]
    fn zero_negative_nan_and_centuries_are_refused() {
        let invalid = Some(ErrorKind::InvalidTimeout);
        assert_eq!(kind(0), invalid);
        assert_eq!(kind(-1), invalid);
        assert_eq!(kind(f64::NAN), invalid);
        assert_eq!(kind(-0.5), invalid);
        assert_eq!(kind(f64::INFINITY), invalid);
        assert_eq!(kind(MAX_TIMEOUT + Duration::from_nanos(1)), invalid);
        assert_eq!(kind(u128::MAX), invalid);
        assert_eq!(kind(MAX_TIMEOUT), None);
    }
}

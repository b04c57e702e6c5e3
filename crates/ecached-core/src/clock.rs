//! Time as a parameter: what reads the clock takes a [`Clock`], so that tests move time by hand.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

/// A point in time: nanoseconds on a monotonic scale that has no meaning outside its [`Clock`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tick(u64);

impl Tick {
    /// A deadline that never comes.
    pub const NEVER: Self = Self(u64::MAX);

    /// The point `timeout` later; [`Tick::NEVER`] when that does not fit.
    #[must_use]
    pub fn after(self, timeout: Duration) -> Self {
        match u64::try_from(timeout.as_nanos()) {
            Ok(nanos) => Self(self.0.saturating_add(nanos)),
            Err(_) => Self::NEVER,
        }
    }

    /// Nanoseconds on the clock's own scale.
    #[must_use]
    pub const fn nanos(self) -> u64 {
        self.0
    }

    /// The point with that number of nanoseconds on the clock's own scale.
    #[must_use]
    pub const fn from_nanos(nanos: u64) -> Self {
        Self(nanos)
    }

    /// How long it is from `earlier` to here; zero when `earlier` is later.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Duration {
        Duration::from_nanos(self.0.saturating_sub(earlier.0))
    }
}

/// A monotonic clock: the system's, or one that only moves when a test says so.
///
/// # Examples
///
/// ```
/// use ecached_core::clock::Clock;
/// use std::time::Duration;
///
/// let (clock, time) = Clock::manual();
/// let deadline = clock.now().after(Duration::from_millis(250));
/// assert!(!clock.has_passed(deadline));
/// time.advance(Duration::from_millis(250));
/// assert!(clock.has_passed(deadline));
/// ```
#[derive(Clone, Default)]
pub struct Clock(Source);

#[derive(Clone, Default)]
enum Source {
    #[default]
    System,
    Manual(Arc<AtomicU64>),
}

impl Clock {
    /// The system's monotonic clock.
    #[must_use]
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still, and the handle that moves it.
    #[must_use]
    pub fn manual() -> (Self, ManualTime) {
        let nanos = Arc::new(AtomicU64::new(0));
        (Self(Source::Manual(Arc::clone(&nanos))), ManualTime(nanos))
    }

    /// What time it is.
    #[must_use]
    pub fn now(&self) -> Tick {
        match &self.0 {
            Source::System => system::now(),
            Source::Manual(nanos) => Tick(nanos.load(Ordering::Acquire)),
        }
    }

    /// Whether `deadline` is reached: at the deadline itself it is.
    ///
    /// Cheaper than [`Clock::now`] for deadlines that are more than a scheduler tick away, which is what a cache hit sees.
    #[inline]
    #[must_use]
    pub fn has_passed(&self, deadline: Tick) -> bool {
        if deadline == Tick::NEVER {
            return false;
        }
        match &self.0 {
            Source::System => !system::is_surely_before(deadline) && system::now() >= deadline,
            Source::Manual(nanos) => nanos.load(Ordering::Acquire) >= deadline.0,
        }
    }

    /// The wall clock, milliseconds since 1970. Other machines may disagree; nothing that keeps the promise depends on it.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    #[must_use]
    pub fn unix_millis(&self) -> u64 {
        let since_1970 = match &self.0 {
            Source::System => {
                SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
            }
            Source::Manual(nanos) => Duration::from_nanos(nanos.load(Ordering::Acquire)),
        };
        u64::try_from(since_1970.as_millis()).unwrap_or(u64::MAX)
    }

    /// Whether this is the system's clock, on which threads really sleep.
    #[must_use]
    pub const fn is_system(&self) -> bool {
        matches!(self.0, Source::System)
    }
}

impl fmt::Debug for Clock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Source::System => f.write_str("Clock::system()"),
            Source::Manual(nanos) => {
                write!(f, "Clock::manual() at {} ns", nanos.load(Ordering::Relaxed))
            }
        }
    }
}

/// Moves a manual [`Clock`].
#[derive(Clone, Debug)]
pub struct ManualTime(Arc<AtomicU64>);

impl ManualTime {
    /// Moves the clock forward.
    ///
    /// # Panics
    ///
    /// When the clock would pass 2^64 nanoseconds (584 years).
    pub fn advance(&self, by: Duration) {
        let nanos = u64::try_from(by.as_nanos()).expect("a test advances by less than 584 years");
        self.0.fetch_add(nanos, Ordering::AcqRel);
    }
}

#[cfg(target_os = "linux")]
mod system {
    //! `CLOCK_MONOTONIC` for exact answers; its coarse sibling, four times cheaper to read, for "surely not yet".
    //! <https://man7.org/linux/man-pages/man2/clock_getres.2.html>

    use super::Tick;
    use rustix::time::{ClockId, clock_gettime};

    /// The coarse clock stands still for at most a scheduler tick: 10 ms at the slowest setting (`CONFIG_HZ=100`).
    const COARSE_LAG_NANOS: u64 = 20_000_000;

    #[inline]
    fn read(clock: ClockId) -> u64 {
        let time = clock_gettime(clock);
        (time.tv_sec.unsigned_abs())
            .wrapping_mul(1_000_000_000)
            .wrapping_add(time.tv_nsec.unsigned_abs())
    }

    pub(super) fn now() -> Tick {
        Tick(read(ClockId::Monotonic))
    }

    #[inline]
    pub(super) fn is_surely_before(deadline: Tick) -> bool {
        read(ClockId::MonotonicCoarse).saturating_add(COARSE_LAG_NANOS) < deadline.0
    }
}

#[cfg(not(target_os = "linux"))]
mod system {
    //! The standard library's monotonic clock, counted from its first use.

    use super::Tick;
    use std::sync::LazyLock;
    use std::time::Instant;

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the clock that everything else is given"
    )]
    static BASE: LazyLock<Instant> = LazyLock::new(Instant::now);

    pub(super) fn now() -> Tick {
        let base = *BASE;
        Tick(u64::try_from(base.elapsed().as_nanos()).unwrap_or(u64::MAX - 1))
    }

    pub(super) fn is_surely_before(_: Tick) -> bool {
        false
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_clock_never_goes_back() {
        let clock = Clock::system();
        let first = clock.now();
        assert!(clock.now() >= first);
        assert!(clock.has_passed(first));
        assert!(!clock.has_passed(first.after(Duration::from_secs(3600))));
        assert!(!clock.has_passed(Tick::NEVER));
    }

    #[test]
    fn a_deadline_beyond_the_scale_never_comes() {
        assert_eq!(Tick(5).after(Duration::MAX), Tick::NEVER);
        assert_eq!(Tick(u64::MAX - 1).after(Duration::from_secs(1)), Tick::NEVER);
    }
}

//! The circuit breaker: a backend that does not answer is left alone for a while, so that calls do not wait for it.
//!
//! ```text
//!            failures in a row              the pause is over: one call probes
//!  Closed ────────────────────────► Open ─────────────────────────────────────► HalfOpen
//!    ▲                               ▲                 fails: the pause doubles    │ │
//!    │                               └────────────────────────────────────────────┘ │
//!    └───────────────────── any answer, of whatever call ◄──────────────────────────┘
//! ```
//!
//! One number says it all: 0 while closed, else the point in time from which on a call may probe. Whoever fails replaces
//! the number it saw when it began, and only that one; so of many failures at once one opens, or prolongs the pause.

use crate::cache::Cache;
use crate::clock::{Clock, Tick};
use crate::error::Weight;
use crate::protocol::bytes::Ask;
use crate::stats::{Event, Meter};
use crate::{Error, ErrorKind, Result, event};
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::time::Duration;

/// When calls stop to ask a backend that does not answer, and for how long.
///
/// Failures are errors of the kinds [`ErrorKind::Timeout`] and [`ErrorKind::Unavailable`]; any answer, also an error of
/// another kind, ends the row and closes the breaker. While it is open, calls go on without the cache at once;
/// invalidations are sent nevertheless.
///
/// # Examples
///
/// ```
/// use ecached_core::{Breaker, Settings};
/// use std::time::Duration;
///
/// let patient = Breaker::default().with_failures(5).with_pause(Duration::from_millis(250));
/// let settings = Settings::default().with_breaker(patient);
/// assert_eq!(settings.breaker.max_pause, Duration::from_secs(5));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Breaker {
    /// So many failures in a row open it; 0: none do, there is no breaker. Default: 1.
    pub failures: u32,
    /// How long no call asks after it has opened. Default: 100 milliseconds.
    pub pause: Duration,
    /// The pause doubles with each probe that fails, up to this. Default: 5 seconds.
    pub max_pause: Duration,
}

impl Default for Breaker {
    fn default() -> Self {
        Self { failures: 1, pause: Duration::from_millis(100), max_pause: Duration::from_secs(5) }
    }
}

impl Breaker {
    /// None: every call asks the backend.
    #[must_use]
    pub fn off() -> Self {
        Self::default().with_failures(0)
    }

    /// The same, opened by so many failures in a row; 0: by none.
    #[must_use]
    pub const fn with_failures(mut self, failures: u32) -> Self {
        self.failures = failures;
        self
    }

    /// The same with another first pause.
    #[must_use]
    pub const fn with_pause(mut self, pause: Duration) -> Self {
        self.pause = pause;
        self
    }

    /// The same with another longest pause; a first pause that is longer stays.
    #[must_use]
    pub const fn with_max_pause(mut self, pause: Duration) -> Self {
        self.max_pause = pause;
        self
    }
}

/// What a circuit breaker does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum BreakerState {
    /// Calls ask the backend.
    Closed,
    /// Calls do not ask; invalidations do.
    Open,
    /// The pause is over: the next call asks, or one is asking, while the others do not.
    HalfOpen,
}

/// While closed.
const CLOSED: u64 = 0;

/// The breaker of one cache.
pub(crate) struct Gate {
    rules: Breaker,
    /// [`CLOSED`], or when the next probe may go.
    opens_at: AtomicU64,
    /// A probe is under way.
    is_probing: AtomicBool,
    /// Failures in a row, while closed.
    failures: AtomicU32,
    /// The latest pause, nanoseconds.
    pause: AtomicU64,
}

/// An operation that may go. Dropped without a result (a panic, a dropped future), it lets another one probe.
struct Pass<'a> {
    gate: &'a Gate,
    /// What the gate was when it began.
    seen: u64,
    is_probe: bool,
}

impl Gate {
    pub(crate) const fn new(rules: Breaker) -> Self {
        Self {
            rules,
            opens_at: AtomicU64::new(CLOSED),
            is_probing: AtomicBool::new(false),
            failures: AtomicU32::new(0),
            pause: AtomicU64::new(0),
        }
    }

    pub(crate) fn state(&self, clock: &Clock) -> BreakerState {
        match self.opens_at.load(Ordering::Acquire) {
            CLOSED => BreakerState::Closed,
            opens_at if clock.now().nanos() >= opens_at => BreakerState::HalfOpen,
            _ => BreakerState::Open,
        }
    }

    /// A pass for an operation; `None`: it is to be skipped. `must_go` ones are never skipped.
    fn pass(&self, clock: &Clock, must_go: bool) -> Option<Pass<'_>> {
        let seen = self.opens_at.load(Ordering::Acquire);
        if seen == CLOSED || must_go {
            return Some(Pass { gate: self, seen, is_probe: false });
        }
        if clock.now().nanos() < seen || self.is_probing.swap(true, Ordering::AcqRel) {
            return None;
        }
        let mut pass = Pass { gate: self, seen, is_probe: true };
        // A probe may have ended between the look and the claim.
        pass.seen = self.opens_at.load(Ordering::Acquire);
        (pass.seen == CLOSED || clock.now().nanos() >= pass.seen).then_some(pass)
    }

    /// An answer came; `true` if that closed it.
    fn succeeded(&self) -> bool {
        // Reads first: answers are the rule, and must not fight over a cache line.
        if self.failures.load(Ordering::Relaxed) != 0 {
            self.failures.store(0, Ordering::Relaxed);
        }
        self.opens_at.load(Ordering::Relaxed) != CLOSED
            && self.opens_at.swap(CLOSED, Ordering::AcqRel) != CLOSED
    }

    /// No answer came.
    fn failed(&self, seen: u64, clock: &Clock) -> Failed {
        let now = clock.now();
        let pause = if seen == CLOSED {
            let failures = self.failures.fetch_add(1, Ordering::Relaxed).saturating_add(1);
            if self.rules.failures == 0 || failures < self.rules.failures {
                return Failed::Counted;
            }
            nanos(self.rules.pause)
        } else {
            if now.nanos() < seen {
                return Failed::WhileOpen;
            }
            let longest = nanos(self.rules.max_pause).max(nanos(self.rules.pause));
            self.pause.load(Ordering::Relaxed).saturating_mul(2).min(longest)
        };
        let opens_at = now.after(Duration::from_nanos(pause)).nanos().max(CLOSED + 1);
        let changed = (self.opens_at)
            .compare_exchange(seen, opens_at, Ordering::AcqRel, Ordering::Relaxed)
            .is_ok();
        if changed {
            self.pause.store(pause, Ordering::Relaxed);
        }
        match changed {
            true if seen == CLOSED => Failed::Opened,
            true => Failed::Reopened,
            false => Failed::WhileOpen,
        }
    }
}

/// What a failure did.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Failed {
    /// It is one of a row that is not long enough.
    Counted,
    /// It opened the breaker.
    Opened,
    /// It was a probe's.
    Reopened,
    /// Others have opened it, or a probe will find out.
    WhileOpen,
}

impl Drop for Pass<'_> {
    fn drop(&mut self) {
        if self.is_probe {
            // After `opens_at` has its new value: whoever claims the next probe looks at that again.
            self.gate.is_probing.store(false, Ordering::Release);
        }
    }
}

/// An operation of a backend, as the breaker sees it.
pub(crate) struct Attempt<'a> {
    cache: &'a Cache,
    pass: Pass<'a>,
    /// A failure is always worth an event.
    is_loud: bool,
}

impl Cache {
    /// Lets an operation go, or fails at once.
    pub(crate) fn attempt(&self, ask: &Ask) -> Result<Attempt<'_>> {
        let must_go = matches!(ask, Ask::Invalidate(_));
        let Some(pass) = self.gate().pass(self.clock(), must_go) else {
            let message = "not asked: the backend did not answer a moment ago";
            let error = Error::new(ErrorKind::Unavailable, message).weighing(Weight::Skipped);
            return Err(error.on_alias(self.alias()));
        };
        if pass.is_probe {
            event::breaker_half_open(self.alias());
        }
        Ok(Attempt { cache: self, pass, is_loud: must_go })
    }
}

impl Attempt<'_> {
    /// Takes in what came of the operation, and gives it back.
    pub(crate) fn end<T>(self, result: Result<T>) -> Result<T> {
        let (gate, cache) = (self.pass.gate, self.cache);
        let error = match result {
            Err(error) if error.is_transient() => error,
            answered => {
                if gate.succeeded() {
                    event::breaker_closed(cache.alias());
                }
                return answered;
            }
        };
        match gate.failed(self.pass.seen, cache.clock()) {
            Failed::Opened => {
                cache.count(Meter::cache(), Event::BreakerOpened);
                event::breaker_open(cache.alias(), &error);
                Err(error)
            }
            Failed::WhileOpen if !self.is_loud => Err(error.weighing(Weight::Quiet)),
            Failed::Counted | Failed::Reopened | Failed::WhileOpen => Err(error),
        }
    }
}

fn nanos(duration: Duration) -> u64 {
    u64::try_from(duration.as_nanos()).unwrap_or(Tick::NEVER.nanos())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn may_go(gate: &Gate, clock: &Clock) -> bool {
        gate.pass(clock, false).is_some()
    }

    #[test]
    fn failures_in_a_row_open_it_and_any_answer_closes_it() {
        let (clock, _) = Clock::manual();
        let gate = Gate::new(Breaker::default().with_failures(3));
        for _ in 0..2 {
            assert_eq!(gate.failed(CLOSED, &clock), Failed::Counted);
            assert_eq!(gate.failed(CLOSED, &clock), Failed::Counted);
            assert!(!gate.succeeded());
        }
        assert_eq!([(); 3].map(|()| gate.failed(CLOSED, &clock))[2], Failed::Opened);
        assert_eq!(gate.failed(CLOSED, &clock), Failed::WhileOpen, "it began before");
        assert_eq!(gate.state(&clock), BreakerState::Open);
        assert!(!may_go(&gate, &clock));
        assert!(gate.succeeded(), "an operation that was under way");
        assert_eq!(gate.state(&clock), BreakerState::Closed);
        assert!(may_go(&gate, &clock));
    }

    #[test]
    fn the_pause_doubles_with_each_failed_probe() {
        let (clock, time) = Clock::manual();
        let gate = Gate::new(Breaker::default().with_max_pause(Duration::from_millis(350)));
        gate.failed(CLOSED, &clock);
        for pause in [100, 200, 350, 350] {
            time.advance(Duration::from_millis(pause - 1));
            assert!(!may_go(&gate, &clock), "{pause} ms");
            time.advance(Duration::from_millis(1));
            assert_eq!(gate.state(&clock), BreakerState::HalfOpen);
            let probe = gate.pass(&clock, false).unwrap();
            assert!(!may_go(&gate, &clock), "one probe at a time");
            let invalidation = gate.pass(&clock, true).unwrap();
            assert_eq!(gate.failed(probe.seen, &clock), Failed::Reopened);
            assert_eq!(gate.failed(invalidation.seen, &clock), Failed::WhileOpen, "counts once");
        }
        assert!(gate.succeeded());
        gate.failed(CLOSED, &clock);
        time.advance(Duration::from_millis(100));
        assert!(may_go(&gate, &clock), "the first pause again");
    }

    #[test]
    fn a_probe_that_is_dropped_makes_room_for_another() {
        let (clock, time) = Clock::manual();
        let gate = Gate::new(Breaker::default());
        gate.failed(CLOSED, &clock);
        time.advance(Duration::from_millis(100));
        drop(gate.pass(&clock, false).unwrap());
        assert!(may_go(&gate, &clock));
    }

    #[test]
    fn without_a_breaker_nothing_opens_it() {
        let (clock, _) = Clock::manual();
        let gate = Gate::new(Breaker::off());
        for _ in 0..100 {
            assert_eq!(gate.failed(CLOSED, &clock), Failed::Counted);
        }
        assert!(may_go(&gate, &clock));
    }
}

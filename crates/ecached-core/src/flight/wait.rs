//! Waiting for another caller's computation: blocking or async, at most for a while.

use super::context::Context;
use super::{Outcome, SharedFlight};
use event_listener::{Event, Listener};
use std::pin::Pin;
use std::sync::atomic::{Ordering, fence};
use std::task::Poll;
use std::time::Duration;

/// What came of waiting.
pub(crate) enum Waited {
    /// The flight has captured its versions.
    Opened,
    /// The flight landed.
    Landed(Outcome),
    /// The flight, which the caller may not join, is over.
    Over,
    /// It did not in time, or it waits for this caller: compute alone.
    GaveUp,
}

/// What a caller waits for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Until {
    Opened,
    Landed,
    Over,
}

/// A caller about to wait for a flight.
pub(crate) struct Follower {
    flight: SharedFlight,
    until: Until,
    limit: Duration,
}

impl Follower {
    /// Waits for the outcome of `flight`, for at most `limit`.
    pub(crate) const fn new(flight: SharedFlight, limit: Duration) -> Self {
        Self { flight, until: Until::Landed, limit }
    }

    /// Waits until `flight` has captured its versions, for at most `limit`.
    pub(crate) const fn until_opened(flight: SharedFlight, limit: Duration) -> Self {
        Self { flight, until: Until::Opened, limit }
    }

    /// Waits until `flight` is over, for at most `limit`, without taking its outcome.
    pub(crate) const fn until_over(flight: SharedFlight, limit: Duration) -> Self {
        Self { flight, until: Until::Over, limit }
    }

    /// Blocks the thread.
    pub(crate) fn wait(self) -> Waited {
        let Some(_waiting) = Context::current().try_wait(self.flight.id) else {
            return Waited::GaveUp;
        };
        let event = self.event().listen();
        if let Some(waited) = self.result() {
            return waited;
        }
        let _in_time = event.wait_timeout(self.limit);
        self.result().unwrap_or(Waited::GaveUp)
    }

    /// Suspends the task.
    pub(crate) async fn wait_async(self) -> Waited {
        let Some(_waiting) = Context::current().try_wait(self.flight.id) else {
            return Waited::GaveUp;
        };
        let mut event = self.event().listen();
        if let Some(waited) = self.result() {
            return waited;
        }
        let mut alarm = crate::alarm::Alarm::after(self.limit);
        std::future::poll_fn(|cx| {
            let is_over = Pin::new(&mut event).poll(cx).is_ready() || alarm.poll_rung(cx);
            if is_over { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.result().unwrap_or(Waited::GaveUp)
    }

    /// Begins to wait, for a driver that looks now and then; `None` if that would close a circle.
    #[cfg(feature = "proof")]
    pub(crate) fn watch(self) -> Option<Watch> {
        let waiting = Context::current().try_wait(self.flight.id)?;
        Some(Watch { follower: self, _waiting: waiting })
    }

    fn event(&self) -> &Event {
        match self.until {
            Until::Opened => &self.flight.opened,
            Until::Landed | Until::Over => &self.flight.landed,
        }
    }

    fn result(&self) -> Option<Waited> {
        // Behind the listening, see `wake`.
        fence(Ordering::SeqCst);
        match self.until {
            Until::Opened => match self.flight.outcome.get() {
                Some(failed @ Outcome::Unreachable(_)) => Some(Waited::Landed(failed.clone())),
                _ => self.flight.identity.get().map(|_| Waited::Opened),
            },
            Until::Landed => {
                self.flight.outcome.get().map(|outcome| Waited::Landed(outcome.clone()))
            }
            Until::Over => self.flight.outcome.get().map(|_| Waited::Over),
        }
    }
}

/// A caller who waits.
#[cfg(feature = "proof")]
pub(crate) struct Watch {
    follower: Follower,
    _waiting: Option<super::graph::Waiting>,
}

#[cfg(feature = "proof")]
impl Watch {
    /// What came of it, if it is over.
    pub(crate) fn result(&self) -> Option<Waited> {
        self.follower.result()
    }

    /// For what, and whether only until it has captured its versions.
    pub(super) fn parts(&self) -> (&SharedFlight, bool) {
        (&self.follower.flight, self.follower.until == Until::Opened)
    }
}

//! Waiting for another caller's computation: blocking or async, at most for a while.

use super::context::Context;
use super::{Outcome, SharedFlight};
use event_listener::Listener;
use std::pin::pin;
use std::task::Poll;
use std::time::Duration;

/// What came of waiting.
pub(crate) enum Waited {
    /// The flight landed.
    Landed(Outcome),
    /// It did not in time, or it waits for this caller: compute alone.
    GaveUp,
}

/// A caller about to wait for a flight.
pub(crate) struct Follower {
    flight: SharedFlight,
    limit: Duration,
}

impl Follower {
    /// Waits for `flight`, for at most `limit`.
    pub(crate) const fn new(flight: SharedFlight, limit: Duration) -> Self {
        Self { flight, limit }
    }

    /// Blocks the thread.
    pub(crate) fn wait(self) -> Waited {
        let Some(_waiting) = Context::current().try_wait(self.flight.id) else { return Waited::GaveUp };
        event_listener::listener!(self.flight.landed => landed);
        if let Some(outcome) = self.flight.outcome.get() {
            return Waited::Landed(outcome.clone());
        }
        let _in_time = landed.wait_timeout(self.limit);
        self.result()
    }

    /// Suspends the task.
    pub(crate) async fn wait_async(self) -> Waited {
        let Some(_waiting) = Context::current().try_wait(self.flight.id) else { return Waited::GaveUp };
        let landed = self.flight.landed.listen();
        if let Some(outcome) = self.flight.outcome.get() {
            return Waited::Landed(outcome.clone());
        }
        let mut landed = pin!(landed);
        let mut alarm = crate::alarm::Alarm::after(self.limit);
        std::future::poll_fn(|cx| {
            if landed.as_mut().poll(cx).is_ready() || alarm.poll_rung(cx) { Poll::Ready(()) } else { Poll::Pending }
        })
        .await;
        self.result()
    }

    fn result(&self) -> Waited {
        self.flight.outcome.get().map_or(Waited::GaveUp, |outcome| Waited::Landed(outcome.clone()))
    }
}

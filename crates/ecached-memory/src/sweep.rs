//! Freeing what is expired or invalidated without waiting for a read.
//!
//! A sweep looks at every entry, so it is rare: at most once a second, and so that sweeping takes at most a twentieth of
//! one core's time. It runs when an invalidation happened or the earliest timeout is over, on ecached's housekeeping
//! thread. A store that is dropped is not swept any more.

use crate::store::Inner;
use ecached_core::alarm;
use ecached_core::clock::Tick;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Between two sweeps at least.
const MIN_PAUSE: Duration = Duration::from_secs(1);

/// A sweep is followed by a pause of that many times its length.
const PAUSE_FACTOR: u32 = 20;

/// A sweep is planned at most that far ahead.
const MAX_AHEAD: Duration = Duration::from_secs(600);

/// When the next sweep is due.
pub(crate) struct Sweeper {
    is_automatic: bool,
    /// When the next sweep is planned for, ticks; [`Tick::NEVER`]: none is.
    planned: AtomicU64,
    /// How long to wait at least, nanoseconds.
    pause: AtomicU64,
    /// When the next entry expires, as of the last sweep, ticks.
    next_expiry: AtomicU64,
}

impl Sweeper {
    pub(crate) fn new(is_automatic: bool) -> Self {
        let never = || AtomicU64::new(Tick::NEVER.nanos());
        let pause = AtomicU64::new(u64::try_from(MIN_PAUSE.as_nanos()).unwrap_or(u64::MAX));
        Self { is_automatic, planned: never(), pause, next_expiry: never() }
    }

    pub(crate) fn swept(&self, next_expiry: Tick) {
        self.next_expiry.store(next_expiry.nanos(), Ordering::Release);
    }
}

impl Inner {
    /// Plans a sweep for `due`, or as soon after it as one may be, unless an earlier one is planned.
    pub(crate) fn sweep_soon(self: &Arc<Self>, due: Tick) {
        let sweeper = self.sweeper();
        // What is planned anyway needs no look at the clock.
        if !sweeper.is_automatic || sweeper.planned.load(Ordering::Acquire) <= due.nanos() {
            return;
        }
        let now = self.now();
        let pause = Duration::from_nanos(sweeper.pause.load(Ordering::Relaxed));
        if due == Tick::NEVER {
            return;
        }
        // Not too far ahead: a plan that is overtaken stays in the queue until its time.
        let at = due.min(now.after(MAX_AHEAD)).max(now.after(pause));
        if sweeper.planned.fetch_min(at.nanos(), Ordering::AcqRel) <= at.nanos() {
            return;
        }
        let store = Arc::downgrade(self);
        alarm::run_after(at.since(now), move || {
            if let Some(store) = store.upgrade() {
                store.planned_sweep(at);
            }
        });
    }

    fn planned_sweep(self: &Arc<Self>, at: Tick) {
        let sweeper = self.sweeper();
        // A sweep that was planned for later, and then overtaken, is not needed.
        if sweeper.planned.load(Ordering::Acquire) != at.nanos() {
            return;
        }
        // Before the sweep: what happens meanwhile plans the next one.
        sweeper.planned.store(Tick::NEVER.nanos(), Ordering::Release);
        let begin = self.now();
        self.sweep();
        let pause = (self.now().since(begin) * PAUSE_FACTOR).max(MIN_PAUSE);
        sweeper.pause.store(u64::try_from(pause.as_nanos()).unwrap_or(u64::MAX), Ordering::Relaxed);
        self.sweep_soon(Tick::from_nanos(sweeper.next_expiry.load(Ordering::Acquire)));
    }
}

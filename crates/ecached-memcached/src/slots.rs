//! Exchanges with one server at a time, for blocking callers.
//!
//! The client counts its connections itself, but a client is let go of when its server does not answer, and the next one
//! begins to count anew: a slow server would get more connections because it is slow.

use ecached_core::clock::{Clock, Tick};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A number of slots.
#[derive(Debug)]
pub(crate) struct Slots {
    free: Mutex<usize>,
    returned: Condvar,
}

/// A slot, until it is dropped.
#[derive(Debug)]
pub(crate) struct Slot<'a>(&'a Slots);

impl Slots {
    pub(crate) const fn new(number: usize) -> Self {
        Self { free: Mutex::new(number), returned: Condvar::new() }
    }

    /// A slot; `None` if none came free before the deadline.
    pub(crate) fn take(&self, clock: &Clock, deadline: Tick) -> Option<Slot<'_>> {
        let mut free = self.lock();
        while *free == 0 {
            if clock.has_passed(deadline) {
                // It may have been woken for one that came free just now, which is not there any more, or for another.
                self.returned.notify_one();
                return None;
            }
            let left = deadline.since(clock.now());
            free = match self.returned.wait_timeout(free, left) {
                Ok((free, _)) => free,
                Err(poisoned) => poisoned.into_inner().0,
            };
        }
        *free -= 1;
        Some(Slot(self))
    }

    fn lock(&self) -> MutexGuard<'_, usize> {
        // A number is whole at any time.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Slot<'_> {
    fn drop(&mut self) {
        *self.0.lock() += 1;
        self.0.returned.notify_one();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::atomic::{AtomicUsize, Ordering};
    use std::thread;
    use std::time::Duration;

    #[test]
    fn no_more_than_there_are_and_everybody_gets_one() {
        let (slots, clock) = (Slots::new(3), Clock::system());
        let deadline = clock.now().after(Duration::from_secs(60));
        let (now, most) = (AtomicUsize::new(0), AtomicUsize::new(0));
        thread::scope(|scope| {
            for _ in 0..16 {
                scope.spawn(|| {
                    for _ in 0..100 {
                        let slot = slots.take(&clock, deadline).unwrap();
                        most.fetch_max(now.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                        thread::yield_now();
                        now.fetch_sub(1, Ordering::SeqCst);
                        drop(slot);
                    }
                });
            }
        });
        assert_eq!((now.into_inner(), *slots.lock()), (0, 3));
        assert!((1..=3).contains(&most.into_inner()));
    }

    #[test]
    fn who_waits_too_long_gets_none() {
        let (slots, clock) = (Slots::new(1), Clock::system());
        let slot = slots.take(&clock, clock.now()).unwrap();
        assert!(slots.take(&clock, clock.now().after(Duration::from_millis(1))).is_none());
        drop(slot);
        assert!(slots.take(&clock, clock.now()).is_some());
    }
}

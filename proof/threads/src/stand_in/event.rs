//! `event_listener::Event`: whoever listens before a notification is woken by it.

use super::Mutex;
use loom::sync::atomic::{AtomicBool, Ordering};
use loom::sync::{Arc, Condvar};
use std::pin::Pin;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

/// What listeners wait for.
pub(crate) struct Event(Arc<Inner>);

struct Inner {
    /// Somebody has listened: the original allocates the rest then, and looks at a pointer first.
    is_there: AtomicBool,
    state: loom::sync::Mutex<State>,
    notified: Condvar,
    /// Ids are not what threads meet at.
    next: Mutex<u64>,
}

#[derive(Default)]
struct State {
    /// Who listens: its id, whether it was notified, and how to wake it if it is a task.
    listeners: Vec<(u64, bool, Option<Waker>)>,
}

impl Event {
    pub(crate) fn new() -> Self {
        Self(Arc::new(Inner {
            is_there: AtomicBool::new(false),
            state: loom::sync::Mutex::new(State::default()),
            notified: Condvar::new(),
            next: Mutex::new(0),
        }))
    }

    pub(crate) fn listen(&self) -> Listener {
        let _others =
            self.0.is_there.compare_exchange(false, true, Ordering::AcqRel, Ordering::Acquire);
        let id = {
            let mut next = self.0.next.lock();
            *next += 1;
            *next
        };
        self.0.state().listeners.push((id, false, None));
        Listener { event: Arc::clone(&self.0), id }
    }

    /// How many listen.
    pub(crate) fn total_listeners(&self) -> usize {
        if self.0.is_there.load(Ordering::Acquire) { self.0.state().listeners.len() } else { 0 }
    }

    /// Sees to it that `count` of those who listen are notified.
    pub(crate) fn notify(&self, count: usize) {
        let mut state = self.0.state();
        for (_, notified, waker) in state.listeners.iter_mut().take(count) {
            *notified = true;
            if let Some(waker) = waker.take() {
                waker.wake();
            }
        }
        self.0.notified.notify_all();
    }
}

impl Inner {
    fn state(&self) -> loom::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// One who listens, from the moment it was made.
pub(crate) struct Listener {
    event: Arc<Inner>,
    id: u64,
}

impl Listener {
    /// Waits for as long as it takes: a thread that nobody wakes shows as a deadlock.
    pub(crate) fn wait_timeout(self, _: Duration) -> Option<()> {
        let mut state = self.event.state();
        while !state.listeners.iter().any(|(id, notified, _)| *id == self.id && *notified) {
            state =
                self.event.notified.wait(state).unwrap_or_else(std::sync::PoisonError::into_inner);
        }
        Some(())
    }
}

impl Future for Listener {
    type Output = ();

    fn poll(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<()> {
        let mut state = self.event.state();
        for (id, notified, waker) in &mut state.listeners {
            if *id == self.id && !*notified {
                *waker = Some(cx.waker().clone());
                return Poll::Pending;
            }
        }
        Poll::Ready(())
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.event.state().listeners.retain(|(id, ..)| *id != self.id);
    }
}

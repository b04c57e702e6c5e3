//! What the current thread or task is computing: a chain of flights, innermost first.
//!
//! Blocking computations run inside [`Context::enter`]; the future of an async one is wrapped in [`InContext`], which
//! enters at each poll. So a cached function called in there knows on whose behalf it waits.

use super::graph::{self, Waiting};
use std::cell::RefCell;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{self, Poll};

thread_local! {
    static CURRENT: RefCell<Context> = const { RefCell::new(Context::Outside) };
}

/// The flights that are being computed around a piece of code.
#[derive(Clone, Debug, Default)]
pub(crate) enum Context {
    #[default]
    Outside,
    /// One flight, as almost always: it needs no memory of its own.
    In(u64),
    /// A flight inside of others.
    Within(Arc<Link>),
}

#[derive(Debug)]
pub(crate) struct Link {
    flight: u64,
    outer: Context,
}

impl Context {
    /// Of the current thread or task.
    pub(crate) fn current() -> Self {
        CURRENT.try_with(|current| current.borrow().clone()).unwrap_or_default()
    }

    /// This context with `flight` inside it.
    pub(crate) fn with(&self, flight: u64) -> Self {
        match self {
            Self::Outside => Self::In(flight),
            outer => Self::Within(Arc::new(Link { flight, outer: outer.clone() })),
        }
    }

    #[cfg(feature = "proof")]
    pub(super) const fn is_empty(&self) -> bool {
        matches!(self, Self::Outside)
    }

    fn flights(&self) -> impl Iterator<Item = u64> + '_ {
        let mut inner = self;
        std::iter::from_fn(move || match inner {
            Self::Outside => None,
            Self::In(flight) => {
                inner = &Self::Outside;
                Some(*flight)
            }
            Self::Within(link) => {
                inner = &link.outer;
                Some(link.flight)
            }
        })
    }

    /// Whether this code is part of the computation of `flight`.
    pub(super) fn would_wait_for_itself(&self, flight: u64) -> bool {
        self.flights().any(|own| own == flight)
    }

    /// Permission to wait for `flight`; refused when its computation waits, directly or not, for this code.
    pub(super) fn try_wait(&self, flight: u64) -> Option<Option<Waiting>> {
        if matches!(self, Self::Outside) {
            return Some(None);
        }
        graph::try_wait(self.flights().collect(), flight).map(Some)
    }

    /// Makes this the current context until the guard is dropped, also by a panic.
    fn set(&self) -> Restore {
        let previous = CURRENT.try_with(|current| current.replace(self.clone()));
        Restore(previous.ok())
    }

    /// Runs `function` in this context.
    pub(crate) fn enter<T>(&self, function: impl FnOnce() -> T) -> T {
        let _restore = self.set();
        function()
    }
}

struct Restore(Option<Context>);

impl Drop for Restore {
    fn drop(&mut self) {
        if let Some(previous) = self.0.take() {
            // A thread that is ending has no context any more, and needs none.
            let _ = CURRENT.try_with(|current| current.replace(previous));
        }
    }
}

/// A future that is polled in a context.
pub(crate) struct InContext<F> {
    pub(crate) context: Context,
    pub(crate) future: Pin<Box<F>>,
}

impl<F: Future> Future for InContext<F> {
    type Output = F::Output;

    fn poll(mut self: Pin<&mut Self>, cx: &mut task::Context<'_>) -> Poll<F::Output> {
        let this = &mut *self;
        let _restore = this.context.set();
        this.future.as_mut().poll(cx)
    }
}

//! Connections to one server, opened on demand and kept.
//!
//! Not r2d2, which was tried: its callers do not notice that connecting failed and sit out their time, a connection that
//! breaks wakes nobody, and it goes on connecting to a dead server, hundreds of times a second where time-outs are short.

use super::line::Line;
use crate::commands::Phase;
use crate::config::Shared;
use crate::error::{timed_out, translate};
use crate::topology::Repeat;
use ecached_core::clock::{Clock, Tick};
use ecached_core::{Error, ErrorKind, Result};
use parking_lot::{Condvar, Mutex};
use redis::{Cmd, RedisResult, Value};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Duration;

/// See the module.
pub(super) struct Pool {
    shared: Arc<Shared>,
    state: Mutex<State>,
    changed: Condvar,
    clock: Clock,
}

#[derive(Default)]
struct State {
    /// Newest last: the others may idle away.
    idle: Vec<Line>,
    /// Connections that exist, idle or not, or are being opened.
    open: u32,
    opening: u32,
    waiting: u32,
    /// Attempts to connect that failed, and why the last one did.
    failures: u64,
    failure: Option<Error>,
}

/// A connection in use.
struct Taken<'a> {
    pool: &'a Pool,
    line: Option<Line>,
}

impl Pool {
    pub(super) fn new(shared: Arc<Shared>) -> Arc<Self> {
        Arc::new(Self {
            shared,
            state: Mutex::default(),
            changed: Condvar::new(),
            clock: Clock::system(),
        })
    }

    /// Runs phases, one after the other, within the operation time-out.
    pub(super) fn run(self: &Arc<Self>, phases: &[Phase], repeat: Repeat) -> Result<Vec<Value>> {
        self.with_line(repeat, |line, left| line.run(phases, left))
    }

    /// Runs one command, which may be repeated, within the operation time-out.
    pub(super) fn ask(self: &Arc<Self>, command: &Cmd) -> Result<Value> {
        self.with_line(Repeat::Allowed, |line, left| line.ask(command, left))
    }

    fn with_line<T>(
        self: &Arc<Self>,
        repeat: Repeat,
        work: impl Fn(&mut Line, &dyn Fn() -> Duration) -> RedisResult<T>,
    ) -> Result<T> {
        let deadline = self.clock.now().after(self.shared.limits.operation);
        loop {
            let mut taken = self.take(deadline)?;
            let Some(line) = &mut taken.line else { return Err(timed_out()) };
            let was_used = std::mem::replace(&mut line.was_used, true);
            match work(line, &|| self.left(deadline)) {
                Ok(done) => return Ok(done),
                // The server closed it while it was idle, most likely. There may be more such connections, but each is
                // thrown away.
                Err(error)
                    if was_used
                        && repeat == Repeat::Allowed
                        && error.is_connection_dropped()
                        && !self.left(deadline).is_zero() => {}
                Err(error) => return Err(translate(&error)),
            }
        }
    }

    fn left(&self, deadline: Tick) -> Duration {
        deadline.since(self.clock.now())
    }

    /// A connection that nobody else uses.
    fn take(self: &Arc<Self>, deadline: Tick) -> Result<Taken<'_>> {
        let mut state = self.state.lock();
        let failures = state.failures;
        loop {
            if let Some(line) = state.idle.pop() {
                return Ok(Taken { pool: self, line: Some(line) });
            }
            if state.failures > failures {
                return Err(state.failure.clone().unwrap_or_else(timed_out));
            }
            let left = self.left(deadline);
            if left.is_zero() {
                // It may have been woken to open one, which is for another to do then.
                self.changed.notify_one();
                return Err(timed_out());
            }
            state.waiting += 1;
            if state.open < self.shared.pool_size && state.opening < state.waiting {
                self.open(&mut state)?;
            }
            self.changed.wait_for(&mut state, left);
            state.waiting -= 1;
        }
    }

    /// Opens one more, on a thread of its own: names are looked up without a limit, and a connection that takes longer
    /// than one operation may is there for the next.
    fn open(self: &Arc<Self>, state: &mut State) -> Result<()> {
        let pool = Arc::clone(self);
        let thread = std::thread::Builder::new().name("ecached-redis".into());
        let spawned = thread.spawn(move || {
            // Whatever happens, it must not be counted as being opened for ever.
            let line = catch_unwind(AssertUnwindSafe(|| Line::open(&pool.shared)))
                .unwrap_or_else(|_| Err((redis::ErrorKind::Io, "connecting panicked").into()));
            let mut state = pool.state.lock();
            state.opening -= 1;
            match line {
                Ok(line) => state.idle.push(line),
                Err(error) => {
                    state.open -= 1;
                    state.failures += 1;
                    state.failure = Some(translate(&error));
                }
            }
            drop(state);
            pool.changed.notify_all();
        });
        if spawned.is_err() {
            state.waiting -= 1;
            let message = "the operating system gave no thread to connect with";
            return Err(Error::new(ErrorKind::Unavailable, message));
        }
        state.open += 1;
        state.opening += 1;
        Ok(())
    }
}

impl Drop for Taken<'_> {
    fn drop(&mut self) {
        let mut state = self.pool.state.lock();
        // A panic may have left replies that nobody read.
        let is_sound = |line: &Line| line.is_sound() && !std::thread::panicking();
        match self.line.take().filter(is_sound) {
            Some(line) => state.idle.push(line),
            None => state.open -= 1,
        }
        drop(state);
        self.pool.changed.notify_one();
    }
}

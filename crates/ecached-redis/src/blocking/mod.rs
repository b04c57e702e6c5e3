//! The blocking side: a pool of connections, each used by one caller at a time.

mod line;

use crate::commands::{self, Phase, Spread};
use crate::config::Shared;
use crate::error::{spoils_connection, timed_out, translate};
use crate::topology::Repeat;
use ecached_core::backend::{Backend, Capabilities, Invalidating, Item, Opening, Storing, Written};
use ecached_core::clock::Clock;
use ecached_core::version::Version;
use ecached_core::{Error, Result};
use line::{Line, Manager};
use redis::Value;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

/// The blocking side.
pub(crate) struct Blocking {
    shared: Arc<Shared>,
    /// Made at first use: it has threads.
    pool: OnceLock<r2d2::Pool<Manager>>,
    clock: Clock,
}

impl Blocking {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self { shared, pool: OnceLock::new(), clock: Clock::system() }
    }

    fn spread(&self) -> Spread {
        self.shared.place.spread()
    }

    fn pool(&self) -> &r2d2::Pool<Manager> {
        self.pool.get_or_init(|| {
            r2d2::Pool::builder()
                .max_size(self.shared.pool_size)
                .min_idle(Some(0))
                // A PING before each operation would double the round trips; a dead connection is noticed anyway.
                .test_on_check_out(false)
                .connection_timeout(self.shared.limits.operation)
                .error_handler(Box::new(r2d2::NopErrorHandler))
                .build_unchecked(Manager::new(Arc::clone(&self.shared)))
        })
    }

    /// Runs phases, one after the other, and gives all replies in order.
    fn run(&self, phases: &[Phase], repeat: Repeat) -> Result<Vec<Value>> {
        let started = self.clock.now();
        let left = || {
            let passed = self.clock.now().since(started);
            self.shared.limits.operation.checked_sub(passed).filter(|left| !left.is_zero())
        };
        loop {
            let left = left().ok_or_else(timed_out)?;
            let mut line = self.line(left)?;
            let was_used = std::mem::replace(&mut line.was_used, true);
            let may_repeat = was_used && repeat == Repeat::Allowed;
            match run_on(&mut line, phases, repeat) {
                Ok(replies) => return Ok(replies),
                // The server closed it while it was idle, most likely. The pool may have more such connections, but each
                // is thrown away.
                Err(error) if may_repeat && error.is_connection_dropped() => {}
                Err(error) => return Err(translate(&error)),
            }
        }
    }

    /// A connection, with `left` to use it.
    fn line(&self, left: Duration) -> Result<r2d2::PooledConnection<Manager>> {
        let mut line = self.pool().get_timeout(left).map_err(|_| self.no_connection())?;
        line.limit(left, self.shared.limits.operation).map_err(|error| translate(&error))?;
        Ok(line)
    }

    /// Why the pool gave none: what went wrong when it last tried to connect, or all are in use.
    fn no_connection(&self) -> Error {
        self.pool().state();
        self.shared.last_failure.lock().clone().unwrap_or_else(timed_out)
    }
}

fn run_on(line: &mut Line, phases: &[Phase], repeat: Repeat) -> redis::RedisResult<Vec<Value>> {
    let mut replies = Vec::new();
    for phase in phases {
        let done = line.run(phase, repeat);
        if done.as_ref().is_err_and(spoils_connection) {
            line.is_spoilt = true;
        }
        replies.append(&mut done?);
    }
    Ok(replies)
}

impl Backend for Blocking {
    fn get(&self, key: &str) -> Result<Option<Vec<u8>>> {
        self.get_many(&[key]).map(|mut values| values.pop().flatten())
    }

    fn get_many(&self, keys: &[&str]) -> Result<Vec<Option<Vec<u8>>>> {
        if keys.is_empty() {
            return Ok(Vec::new());
        }
        let replies = self.run(&self.spread().read(keys), Repeat::Allowed)?;
        commands::values(replies, keys.len())
    }

    fn set_many(&self, items: &[Item]) -> Result<()> {
        self.run(&Spread::write(items), Repeat::Never).map(drop)
    }

    fn delete(&self, keys: &[&str]) -> Result<()> {
        self.run(&self.spread().delete(keys), Repeat::Allowed).map(drop)
    }

    fn capabilities(&self) -> Capabilities {
        commands::CAPABILITIES
    }

    fn open(&self, opening: &Opening) -> Result<Vec<Option<Version>>> {
        let replies = self.run(&Spread::open(opening), Repeat::Never)?;
        commands::versions(replies, opening.items().count())
    }

    fn store(&self, storing: &Storing) -> Result<Written> {
        commands::written(&self.run(&self.spread().store(storing)?, Repeat::Allowed)?)
    }

    fn invalidate(&self, invalidating: &Invalidating) -> Result<()> {
        self.run(&self.spread().invalidate(invalidating), Repeat::Allowed).map(drop)
    }

    fn release(&self, key: &str, token: &Version) -> Result<()> {
        self.run(&Spread::release(key, token), Repeat::Allowed).map(drop)
    }
}

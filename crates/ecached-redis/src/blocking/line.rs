//! One connection.

use crate::commands::{Phase, pipeline};
use crate::config::Shared;
use crate::error::{check, spoils_connection};
use crate::server;
use crate::topology::{self, Limits, Node, Place};
use redis::{Cmd, Connection, ConnectionLike, RedisResult, Value, cmd};
use std::time::Duration;

/// A connection.
pub(super) struct Line {
    /// In a box: a line goes from hand to hand in each call.
    connection: Box<Connection>,
    /// It must not be used again.
    is_spoilt: bool,
    /// An operation ran on it before.
    pub(super) was_used: bool,
    usual: Duration,
    /// The limit that its socket has now.
    limit: Duration,
}

impl Line {
    /// Connects.
    pub(super) fn open(shared: &Shared) -> RedisResult<Self> {
        let limits = shared.limits;
        let mut connection = match &shared.place {
            Place::One(node) => dial(node, limits)?,
            Place::Sentinel { sentinels, .. } => primary(shared, sentinels)?,
            Place::Cluster(_) => {
                return Err((redis::ErrorKind::InvalidClientConfig, "a cluster").into());
            }
        };
        if shared.looked.is_first() {
            // Servers may forbid the question; it is only for the log.
            if let Ok(info) = server::question().query::<String>(&mut connection) {
                server::report(&info);
            }
        }
        let usual = limits.operation;
        let connection = Box::new(connection);
        Ok(Self { connection, is_spoilt: false, was_used: false, usual, limit: usual })
    }

    /// Whether it may be used again.
    pub(super) fn is_sound(&self) -> bool {
        !self.is_spoilt && self.connection.is_open()
    }

    /// Runs phases, one after the other, while there is time `left`.
    pub(super) fn run(
        &mut self,
        phases: &[Phase],
        left: &dyn Fn() -> Duration,
    ) -> RedisResult<Vec<Value>> {
        let mut replies = Vec::new();
        for phase in phases {
            let done = self.run_phase(phase, left);
            self.is_spoilt |= done.as_ref().is_err_and(spoils_connection);
            replies.append(&mut done?);
        }
        Ok(replies)
    }

    /// Runs one command while there is time `left`.
    pub(super) fn ask(&mut self, command: &Cmd, left: &dyn Fn() -> Duration) -> RedisResult<Value> {
        self.limit(left())?;
        let reply = match self.connection.req_command(command) {
            // Looking is cheaper than building it anew, which is what looking for errors in it means.
            Ok(Value::Array(values)) if values.iter().all(is_found_or_not) => {
                Ok(Value::Array(values))
            }
            reply => reply.and_then(Value::extract_error),
        };
        self.is_spoilt |= reply.as_ref().is_err_and(spoils_connection);
        reply
    }

    fn run_phase(&mut self, phase: &Phase, left: &dyn Fn() -> Duration) -> RedisResult<Vec<Value>> {
        if let [group] = phase.as_slice()
            && let [command] = group.as_slice()
        {
            return Ok(vec![self.ask(command, left)?]);
        }
        self.limit(left())?;
        let commands: Vec<&Cmd> = phase.iter().flatten().collect();
        let packed = pipeline(commands.iter().copied()).get_packed_pipeline();
        self.connection.send_packed_command(&packed)?;
        let mut replies = Vec::with_capacity(commands.len());
        while replies.len() < commands.len() {
            // Not a time-out for each reply, but one for all of them. What is not read spoils the connection.
            let reply = self.limit(left()).and_then(|()| self.connection.recv_response());
            match reply.inspect_err(|_| self.is_spoilt = true)? {
                Value::Push { .. } => {}
                reply => replies.push(reply),
            }
        }
        check(replies)
    }

    /// Limits each read and write to `left`, or leaves the usual limit if that is nearly the same: it costs two system
    /// calls.
    fn limit(&mut self, left: Duration) -> RedisResult<()> {
        if left.is_zero() {
            self.is_spoilt = true;
            return Err(std::io::Error::from(std::io::ErrorKind::TimedOut).into());
        }
        let limit = if left >= self.usual.mul_f32(0.9) { self.usual } else { left };
        if limit == self.limit {
            return Ok(());
        }
        self.limit = limit;
        self.connection.set_read_timeout(Some(limit))?;
        self.connection.set_write_timeout(Some(limit))
    }
}

/// What an `MGET` finds.
const fn is_found_or_not(value: &Value) -> bool {
    matches!(value, Value::BulkString(_) | Value::Nil)
}

/// A connection to the primary that one of the Sentinels names.
fn primary(shared: &Shared, sentinels: &[Node]) -> RedisResult<Connection> {
    let Place::Sentinel { name, login, tls, .. } = &shared.place else {
        return Err((redis::ErrorKind::InvalidClientConfig, "no Sentinels").into());
    };
    let mut failure = (redis::ErrorKind::Io, "no Sentinel is known").into();
    for sentinel in sentinels {
        let found = dial(sentinel, shared.limits).and_then(|mut connection| {
            let reply = topology::ask_for_primary(name).query(&mut connection)?;
            let node = topology::primary(reply, login, tls.as_ref())?;
            let mut connection = dial(&node, shared.limits)?;
            topology::check_role(cmd("ROLE").query(&mut connection)?)?;
            Ok(connection)
        });
        match found {
            Ok(connection) => return Ok(connection),
            Err(error) => failure = error,
        }
    }
    Err(failure)
}

/// Connects, with limits from the first byte on.
fn dial(node: &Node, limits: Limits) -> RedisResult<Connection> {
    let connection = node.client()?.get_connection_with_timeout(limits.connect)?;
    connection.set_read_timeout(Some(limits.operation))?;
    connection.set_write_timeout(Some(limits.operation))?;
    Ok(connection)
}

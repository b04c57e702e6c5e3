//! One connection of the pool.

use crate::commands::Phase;
use crate::config::Shared;
use crate::error::translate;
use crate::server;
use crate::topology::{self, Limits, Node, Place, Repeat};
use redis::cluster::{ClusterConnection, cluster_pipe};
use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use redis::{Connection, ConnectionLike, RedisResult, Value, cmd};
use std::sync::Arc;
use std::time::Duration;

/// Opens connections for the pool, on the pool's own threads.
pub(super) struct Manager {
    shared: Arc<Shared>,
}

/// A connection.
pub(super) struct Line {
    shared: Arc<Shared>,
    wire: Wire,
    /// It must not be used again.
    pub(super) is_spoilt: bool,
    /// An operation ran on it before.
    pub(super) was_used: bool,
    /// The limit that its socket has now.
    limit: Duration,
}

#[expect(clippy::large_enum_variant, reason = "there are as many as connections")]
enum Wire {
    One(Connection),
    Cluster {
        usual: ClusterConnection,
        /// For what must never be sent twice; opened when it is needed.
        once: Option<ClusterConnection>,
    },
}

impl Line {
    fn new(wire: Wire, shared: Arc<Shared>) -> RedisResult<Self> {
        let usual = shared.limits.operation;
        let limit = Duration::ZERO;
        let mut line = Self { shared, wire, is_spoilt: false, was_used: false, limit };
        line.limit(usual, usual)?;
        Ok(line)
    }

    /// Limits each read and write to `left`, or to `usual` if that is nearly the same: it costs two system calls.
    pub(super) fn limit(&mut self, left: Duration, usual: Duration) -> RedisResult<()> {
        let limit = if left >= usual.mul_f32(0.9) { usual } else { left };
        if limit == self.limit {
            return Ok(());
        }
        self.limit = limit;
        match &self.wire {
            Wire::One(connection) => {
                connection.set_read_timeout(Some(limit))?;
                connection.set_write_timeout(Some(limit))
            }
            Wire::Cluster { usual, once } => {
                std::iter::once(usual).chain(once).try_for_each(|connection| {
                    connection.set_read_timeout(Some(limit))?;
                    connection.set_write_timeout(Some(limit))
                })
            }
        }
    }

    /// Runs one phase.
    pub(super) fn run(&mut self, phase: &Phase, repeat: Repeat) -> RedisResult<Vec<Value>> {
        if let ([group], Wire::One(connection)) = (phase.as_slice(), &mut self.wire)
            && let [command] = group.as_slice()
        {
            return Ok(vec![command.query(connection)?]);
        }
        let commands = phase.iter().flatten();
        let replies: Vec<Value> = match &mut self.wire {
            Wire::One(connection) => crate::commands::pipeline(commands).query(connection)?,
            Wire::Cluster { usual, once } => {
                let connection = match (repeat, once) {
                    (Repeat::Allowed, _) => usual,
                    (Repeat::Never, Some(once)) => once,
                    (Repeat::Never, once) => {
                        let opened = open_cluster(&self.shared, repeat)?;
                        opened.set_read_timeout(Some(self.limit))?;
                        opened.set_write_timeout(Some(self.limit))?;
                        once.insert(opened)
                    }
                };
                let mut pipe = cluster_pipe();
                for command in commands {
                    pipe.add_command(command.clone());
                }
                pipe.query(connection)?
            }
        };
        crate::error::check(replies)
    }

    fn look(&mut self) -> RedisResult<Value> {
        match &mut self.wire {
            Wire::One(connection) => server::question().query(connection),
            Wire::Cluster { usual: connection, .. } => {
                let any = RoutingInfo::SingleNode(SingleNodeRoutingInfo::Random);
                connection.route_command(&server::question(), any)
            }
        }
    }
}

impl Manager {
    pub(super) const fn new(shared: Arc<Shared>) -> Self {
        Self { shared }
    }

    fn open(&self) -> RedisResult<Line> {
        let limits = self.shared.limits;
        let wire = match &self.shared.place {
            Place::One(node) => Wire::One(dial(node, limits)?),
            Place::Cluster(_) => {
                let usual = open_cluster(&self.shared, Repeat::Allowed)?;
                Wire::Cluster { usual, once: None }
            }
            Place::Sentinel { sentinels, .. } => Wire::One(self.primary(sentinels)?),
        };
        let mut line = Line::new(wire, Arc::clone(&self.shared))?;
        if self.shared.looked.is_first() {
            // Servers may forbid the question; it is only for the log.
            if let Ok(info) =
                line.look().and_then(|info| Ok(redis::from_redis_value::<String>(info)?))
            {
                server::report(&info);
            }
        }
        Ok(line)
    }

    /// A connection to the primary that one of the Sentinels names.
    fn primary(&self, sentinels: &[Node]) -> RedisResult<Connection> {
        let Place::Sentinel { name, login, tls, .. } = &self.shared.place else {
            return Err((redis::ErrorKind::InvalidClientConfig, "no Sentinels").into());
        };
        let mut failure = (redis::ErrorKind::Io, "no Sentinel is known").into();
        for sentinel in sentinels {
            let found = dial(sentinel, self.shared.limits).and_then(|mut connection| {
                let reply = topology::ask_for_primary(name).query(&mut connection)?;
                let node = topology::primary(reply, login, tls.as_ref())?;
                let mut connection = dial(&node, self.shared.limits)?;
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
}

fn open_cluster(shared: &Shared, repeat: Repeat) -> RedisResult<ClusterConnection> {
    let Place::Cluster(nodes) = &shared.place else {
        return Err((redis::ErrorKind::InvalidClientConfig, "not a cluster").into());
    };
    topology::cluster_client(nodes, shared.limits, repeat)?.get_connection()
}

/// Connects, with limits from the first byte on.
fn dial(node: &Node, limits: Limits) -> RedisResult<Connection> {
    let connection = node.client()?.get_connection_with_timeout(limits.connect)?;
    connection.set_read_timeout(Some(limits.operation))?;
    connection.set_write_timeout(Some(limits.operation))?;
    Ok(connection)
}

impl r2d2::ManageConnection for Manager {
    type Connection = Line;
    type Error = redis::RedisError;

    fn connect(&self) -> RedisResult<Line> {
        let line = self.open();
        *self.shared.last_failure.lock() = line.as_ref().err().map(translate);
        line
    }

    fn is_valid(&self, conn: &mut Line) -> RedisResult<()> {
        match &mut conn.wire {
            Wire::One(connection) => cmd("PING").exec(connection),
            Wire::Cluster { usual: connection, .. } => cmd("PING").exec(connection),
        }
    }

    fn has_broken(&self, conn: &mut Line) -> bool {
        conn.is_spoilt
            || match &conn.wire {
                Wire::One(connection) => !connection.is_open(),
                Wire::Cluster { usual, .. } => !usual.is_open(),
            }
    }
}

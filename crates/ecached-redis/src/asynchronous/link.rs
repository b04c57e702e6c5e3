//! The connection of one runtime: opened at first use, replaced when it is lost.

use super::gather::Gather;
use crate::commands::{Group, Phase, pipeline};
use crate::config::Shared;
use crate::error::{check, spoils_connection, timed_out, translate};
use crate::server;
use crate::topology::{self, Node, Place, Repeat};
use ecached_core::{Error, ErrorKind, Result};
use futures_util::future::{join_all, try_join};
use parking_lot::Mutex;
use redis::aio::MultiplexedConnection;
use redis::cluster_async::ClusterConnection;
use redis::cluster_routing::{RoutingInfo, SingleNodeRoutingInfo};
use redis::{AsyncConnectionConfig, RedisResult, Value, cmd};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// See the module.
pub(crate) struct Link {
    shared: Arc<Shared>,
    /// The connection, with its number.
    wire: Mutex<Option<(u64, Wire)>>,
    connecting: tokio::sync::Mutex<Option<Error>>,
    /// Attempts to connect that have begun.
    attempts: AtomicU64,
    gather: Gather,
    /// Which Sentinel to ask first.
    next_sentinel: AtomicUsize,
}

#[derive(Clone)]
enum Wire {
    One(MultiplexedConnection),
    Cluster {
        usual: ClusterConnection,
        /// For what must never be sent twice.
        once: ClusterConnection,
    },
}

impl Link {
    pub(crate) fn new(shared: Arc<Shared>) -> Self {
        Self {
            shared,
            wire: Mutex::new(None),
            connecting: tokio::sync::Mutex::new(None),
            attempts: AtomicU64::new(0),
            gather: Gather::default(),
            next_sentinel: AtomicUsize::new(0),
        }
    }

    pub(super) const fn gather(&self) -> &Gather {
        &self.gather
    }

    /// Runs phases, one after the other, within the operation time-out, and gives all replies in order.
    pub(crate) async fn run(
        self: &Arc<Self>,
        phases: &[Phase],
        repeat: Repeat,
    ) -> Result<Vec<Value>> {
        let in_use = AtomicU64::new(0);
        let work = self.run_on_any(phases, repeat, &in_use);
        match tokio::time::timeout(self.shared.limits.operation, work).await {
            Ok(done) => done,
            Err(_) => {
                // It may lead nowhere any more, which no error would ever tell.
                self.forget(in_use.load(Ordering::Relaxed));
                Err(timed_out())
            }
        }
    }

    async fn run_on_any(
        self: &Arc<Self>,
        phases: &[Phase],
        repeat: Repeat,
        in_use: &AtomicU64,
    ) -> Result<Vec<Value>> {
        loop {
            let (number, mut wire, was_used) = self.wire().await?;
            in_use.store(number, Ordering::Relaxed);
            // A cluster's client has its own way with closed connections.
            let may_be_closed = was_used && repeat == Repeat::Allowed && wire.is_one();
            let error = match run_phases(&mut wire, phases, repeat).await {
                Ok(replies) => return Ok(replies),
                Err(error) => error,
            };
            if spoils_connection(&error) {
                self.forget(number);
            }
            // The server closed it while it was idle, most likely.
            if !(may_be_closed && error.is_connection_dropped()) {
                return Err(translate(&error));
            }
        }
    }

    /// Forgets the connection of that number; the next operation opens another. A cluster's client replaces the
    /// connections to its members by itself, and those that are well stay.
    fn forget(&self, number: u64) {
        let mut current = self.wire.lock();
        if current.as_ref().is_some_and(|(known, wire)| *known == number && wire.is_one()) {
            *current = None;
        }
    }

    /// The connection, its number, and whether it was there before.
    async fn wire(self: &Arc<Self>) -> Result<(u64, Wire, bool)> {
        if let Some((number, wire)) = self.wire.lock().clone() {
            return Ok((number, wire, true));
        }
        // In a task of its own: connecting goes on when this caller has no more time, for the next one.
        let link = Arc::clone(self);
        let begun = self.attempts.load(Ordering::Acquire);
        match tokio::spawn(async move { link.connect(begun).await }).await {
            Ok(opened) => opened.map(|(number, wire)| (number, wire, false)),
            Err(_) => Err(Error::new(ErrorKind::Unavailable, "the runtime cannot connect")),
        }
    }

    /// Connects, unless somebody has since `begun` attempts were made.
    async fn connect(&self, begun: u64) -> Result<(u64, Wire)> {
        let mut failure = self.connecting.lock().await;
        if let Some(wire) = self.wire.lock().clone() {
            return Ok(wire);
        }
        if let Some(error) =
            failure.clone().filter(|_| self.attempts.load(Ordering::Acquire) > begun)
        {
            // Whoever waited with us has tried since we came.
            return Err(error);
        }
        let number = self.attempts.fetch_add(1, Ordering::AcqRel) + 1;
        let limit = self.shared.limits.connect;
        let opened = match tokio::time::timeout(limit, self.open()).await {
            Ok(opened) => opened.map_err(|error| translate(&error)),
            Err(_) => Err(Error::new(ErrorKind::Timeout, "connecting took too long")),
        };
        *failure = opened.as_ref().err().cloned();
        let wire = (number, opened?);
        *self.wire.lock() = Some(wire.clone());
        Ok(wire)
    }

    async fn open(&self) -> RedisResult<Wire> {
        let mut wire = match &self.shared.place {
            Place::One(node) => Wire::One(self.dial(node).await?),
            Place::Cluster(nodes) => {
                let open = async |repeat| {
                    let client = topology::cluster_client(nodes, self.shared.limits, repeat)?;
                    client.get_async_connection().await
                };
                let (usual, once) = try_join(open(Repeat::Allowed), open(Repeat::Never)).await?;
                Wire::Cluster { usual, once }
            }
            Place::Sentinel { sentinels, .. } => Wire::One(self.primary(sentinels).await?),
        };
        if self.shared.looked.is_first() {
            // Servers may forbid the question; it is only for the log.
            let info =
                wire.look().await.and_then(|info| Ok(redis::from_redis_value::<String>(info)?));
            if let Ok(info) = info {
                server::report(&info);
            }
        }
        Ok(wire)
    }

    async fn dial(&self, node: &Node) -> RedisResult<MultiplexedConnection> {
        // The limits are ours: one for the whole operation.
        let config = AsyncConnectionConfig::new()
            .set_connection_timeout(Some(self.shared.limits.connect))
            .set_response_timeout(None);
        node.client()?.get_multiplexed_async_connection_with_config(&config).await
    }

    /// A connection to the primary that a Sentinel names. Each attempt asks another Sentinel first: one that hangs takes
    /// all the time there is.
    async fn primary(&self, sentinels: &[Node]) -> RedisResult<MultiplexedConnection> {
        let mut failure = (redis::ErrorKind::Io, "no Sentinel is known").into();
        let first = self.next_sentinel.fetch_add(1, Ordering::Relaxed) % sentinels.len().max(1);
        for sentinel in sentinels.iter().cycle().skip(first).take(sentinels.len()) {
            match self.primary_by(sentinel).await {
                Ok(connection) => return Ok(connection),
                Err(error) => failure = error,
            }
        }
        Err(failure)
    }

    async fn primary_by(&self, sentinel: &Node) -> RedisResult<MultiplexedConnection> {
        let Place::Sentinel { name, login, tls, .. } = &self.shared.place else {
            return Err((redis::ErrorKind::InvalidClientConfig, "no Sentinels").into());
        };
        let mut connection = self.dial(sentinel).await?;
        let reply = topology::ask_for_primary(name).query_async(&mut connection).await?;
        let node = topology::primary(reply, login, tls.as_ref())?;
        let mut connection = self.dial(&node).await?;
        topology::check_role(cmd("ROLE").query_async(&mut connection).await?)?;
        Ok(connection)
    }
}

async fn run_phases(wire: &mut Wire, phases: &[Phase], repeat: Repeat) -> RedisResult<Vec<Value>> {
    let mut replies = Vec::new();
    for phase in phases {
        replies.append(&mut wire.run(phase, repeat).await?);
    }
    Ok(replies)
}

impl Wire {
    const fn is_one(&self) -> bool {
        matches!(self, Self::One(_))
    }

    /// Runs one phase.
    async fn run(&mut self, phase: &Phase, repeat: Repeat) -> RedisResult<Vec<Value>> {
        match self {
            Self::One(connection) => {
                if let [group] = phase.as_slice()
                    && let [command] = group.as_slice()
                {
                    return Ok(vec![command.query_async(connection).await?]);
                }
                check(pipeline(phase.iter().flatten()).query_async(connection).await?)
            }
            Self::Cluster { usual, once } => {
                let connection = if repeat == Repeat::Allowed { usual } else { once };
                // Each group finds its own server; those that fail do not stop the others.
                let groups = phase.iter().map(|group| on_cluster(connection.clone(), group));
                let replies =
                    join_all(groups).await.into_iter().collect::<RedisResult<Vec<_>>>()?;
                Ok(replies.into_iter().flatten().collect())
            }
        }
    }

    async fn look(&mut self) -> RedisResult<Value> {
        match self {
            Self::One(connection) => server::question().query_async(connection).await,
            Self::Cluster { usual: connection, .. } => {
                let any = RoutingInfo::SingleNode(SingleNodeRoutingInfo::Random);
                connection.route_command(server::question(), any).await
            }
        }
    }
}

async fn on_cluster(mut connection: ClusterConnection, group: &Group) -> RedisResult<Vec<Value>> {
    if let [command] = group.as_slice() {
        return Ok(vec![command.query_async(&mut connection).await?]);
    }
    check(pipeline(group).query_async(&mut connection).await?)
}

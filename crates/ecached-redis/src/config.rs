//! The backend and its options.

use crate::blocking::Blocking;
use crate::server::Looked;
use crate::topology::{Limits, Place};
use crate::url;
use ecached_core::backend::Store;
use ecached_core::{Error, ErrorKind, Result};
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How long an operation may take.
pub const DEFAULT_OPERATION_TIMEOUT: Duration = Duration::from_millis(500);

/// How long connecting may take.
pub const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(1);

/// How many blocking callers can talk to the server at once.
const DEFAULT_POOL_SIZE: u32 = 16;

/// A Redis or Valkey server, a Cluster, or a primary that Sentinels name: a backend to register.
///
/// Opened without I/O; it connects at first use, and again whenever a connection is lost. Blocking callers have a pool of
/// connections. Async callers (feature `tokio`) share one connection per runtime, and must run in a tokio runtime with I/O
/// and timers. Talking to a cluster needs the feature `tokio` for blocking callers too, who need no runtime of their own.
///
/// Its `Debug` form shows no password.
///
/// # Examples
///
/// ```no_run
/// use ecached_core::caches;
/// use ecached_redis::Redis;
/// use std::time::Duration;
///
/// let redis = Redis::builder("redis://cache.example:6379/0")?
///     .operation_timeout(Duration::from_millis(50))
///     .build()?;
/// caches().register("redis", redis)?;
/// # Ok::<(), ecached_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Redis(pub(crate) Arc<Shared>);

/// Where the servers are and how long they may take.
pub(crate) struct Shared {
    pub(crate) place: Place,
    pub(crate) limits: Limits,
    pub(crate) pool_size: u32,
    pub(crate) looked: Looked,
}

impl Redis {
    /// The backend at `url`: `redis://[user:password@]host[:port][/database]`, `rediss://…` with TLS,
    /// `redis+unix:///path`, `redis+cluster://host:port,host:port`, `redis+sentinel://host:port,…/name[/database]`; see
    /// [`SCHEMES`](crate::SCHEMES). Options stand in the query: `operation_timeout`, `connect_timeout`, `pool_size`,
    /// `protocol` (`resp2` or `resp3`), `database` (unix sockets), `sentinel_password`, and with TLS `tls_ca`, `tls_cert`,
    /// `tls_key` (paths of PEM files, read right here).
    ///
    /// User and password are percent-encoded.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when the URL makes no sense. Whether a server answers is not tried.
    pub fn open(url: &str) -> Result<Self> {
        Self::builder(url)?.build()
    }

    /// The same, with more to set.
    ///
    /// # Errors
    ///
    /// As [`open`](Redis::open).
    pub fn builder(url: &str) -> Result<RedisBuilder> {
        url::builder(&url.parse()?)
    }
}

impl From<Redis> for Store {
    fn from(redis: Redis) -> Self {
        let blocking = Blocking::new(Arc::clone(&redis.0));
        #[cfg(feature = "tokio")]
        return Self::both(blocking, crate::asynchronous::Asynchronous::new(redis.0));
        #[cfg(not(feature = "tokio"))]
        Self::blocking(blocking)
    }
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("at", &self.0.place).field("limits", &self.0.limits).finish()
    }
}

/// Sets up a [`Redis`].
#[derive(Clone)]
#[must_use = "a builder does nothing until `build`"]
pub struct RedisBuilder {
    pub(crate) place: Place,
    pub(crate) limits: Limits,
    pub(crate) pool_size: u32,
}

impl RedisBuilder {
    pub(crate) fn new(place: Place) -> Self {
        let limits =
            Limits { operation: DEFAULT_OPERATION_TIMEOUT, connect: DEFAULT_CONNECT_TIMEOUT };
        Self { place, limits, pool_size: DEFAULT_POOL_SIZE }
    }

    /// How long an operation may take, with everything: waiting for a connection, connecting, sending, the answer. Then it
    /// fails, and the cached function is computed. Default: 500 ms.
    ///
    /// Blocking callers: an answer that comes in drops may take longer, as each drop is waited for anew.
    pub fn operation_timeout(mut self, timeout: Duration) -> Self {
        self.limits.operation = timeout;
        self
    }

    /// How long connecting to a server may take, names looked up and the password checked. Default: 1 second.
    ///
    /// It goes on in the background when it takes longer than an operation may.
    pub fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.limits.connect = timeout;
        self
    }

    /// How many connections blocking callers may have at once; others wait. Default: 16.
    pub fn pool_size(mut self, connections: u32) -> Self {
        self.pool_size = connections;
        self
    }

    /// The backend.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] for time-outs or a pool size of zero.
    pub fn build(self) -> Result<Redis> {
        let invalid = |message: &'static str| Err(Error::new(ErrorKind::InvalidConfig, message));
        if self.limits.operation.is_zero() || self.limits.connect.is_zero() {
            return invalid("a time-out of zero would fail every operation");
        }
        if cfg!(not(feature = "tokio")) && matches!(self.place, Place::Cluster(_)) {
            return invalid("a cluster needs the feature `tokio`, for blocking callers too");
        }
        if self.pool_size == 0 {
            return invalid("`pool_size` is at least 1");
        }
        let Self { place, limits, pool_size } = self;
        Ok(Redis(Arc::new(Shared { place, limits, pool_size, looked: Looked::default() })))
    }
}

impl fmt::Debug for RedisBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RedisBuilder")
            .field("at", &self.place)
            .field("limits", &self.limits)
            .field("pool_size", &self.pool_size)
            .finish()
    }
}

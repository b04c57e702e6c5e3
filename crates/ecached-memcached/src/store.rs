//! The backend: the two faces of the same servers.

#[cfg(feature = "tokio")]
use crate::asynchronous::AsyncMemcached;
use crate::blocking::BlockingMemcached;
use crate::config::{Config, MemcachedBuilder};
use crate::router::Router;
use ecached_core::Result;
use ecached_core::backend::{Capabilities, Store};
use std::fmt;
use std::sync::Arc;

/// The longest key, bytes. memcached takes 250; what contains spaces or control characters goes to it as base64, and of
/// 186 bytes that has 248.
const MAX_KEY_BYTES: usize = 186;

/// memcached servers that share the keys.
///
/// Clones are the same backend and share their connections. Nothing is connected before the first use.
///
/// # Examples
///
/// ```
/// use ecached_core::caches;
/// use ecached_memcached::Memcached;
///
/// caches().register("shared", Memcached::open(["cache-a:11211", "cache-b:11211"])?)?;
/// # Ok::<(), ecached_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Memcached {
    blocking: BlockingMemcached,
    #[cfg(feature = "tokio")]
    asynchronous: AsyncMemcached,
}

impl Memcached {
    /// These servers, with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`](ecached_core::ErrorKind::InvalidConfig) when there is no server, one is named twice, or
    /// a name is none.
    pub fn open(servers: impl IntoIterator<Item = impl Into<String>>) -> Result<Self> {
        Self::builder().servers(servers).build()
    }

    /// A backend yet to be configured.
    pub const fn builder() -> MemcachedBuilder {
        MemcachedBuilder::new()
    }

    /// The blocking side alone, for programs that wrap it in a backend of their own.
    #[must_use]
    pub fn blocking(&self) -> BlockingMemcached {
        self.blocking.clone()
    }

    /// The async side alone, for programs that wrap it in a backend of their own.
    #[cfg(feature = "tokio")]
    #[must_use]
    pub fn asynchronous(&self) -> AsyncMemcached {
        self.asynchronous.clone()
    }

    pub(crate) fn new(config: Config) -> Self {
        let shared = Arc::new(Shared { router: Router::new(&config.servers), config });
        Self {
            #[cfg(feature = "tokio")]
            asynchronous: AsyncMemcached::new(Arc::clone(&shared)),
            blocking: BlockingMemcached::new(shared),
        }
    }
}

impl fmt::Debug for Memcached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memcached").field("servers", &self.blocking.servers()).finish()
    }
}

impl From<Memcached> for Store {
    fn from(memcached: Memcached) -> Self {
        #[cfg(feature = "tokio")]
        return Self::both(memcached.blocking, memcached.asynchronous);
        #[cfg(not(feature = "tokio"))]
        Self::blocking(memcached.blocking)
    }
}

/// What both sides have in common.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) config: Config,
    pub(crate) router: Router,
}

impl Shared {
    /// No expiry: memcached counts in seconds, so deadlines are kept by what is in the entries. No conditional store: see
    /// `plan`.
    pub(crate) const fn capabilities(&self) -> Capabilities {
        Capabilities::basic()
            .with_max_key_bytes(MAX_KEY_BYTES)
            .with_max_value_bytes(self.config.max_value_bytes)
    }
}

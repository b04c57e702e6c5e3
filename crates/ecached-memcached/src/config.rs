//! How a memcached backend is made: the builder, and the URL `memcached://a:11211,b:11211?operation_timeout=250ms`.

use crate::store::Memcached;
use ecached_core::backend::Store;
use ecached_core::{BackendUrl, Error, ErrorKind, Result};
use memcache::exp::{MetaClient, MetaClientBuilder, Router};
use std::net::Ipv6Addr;
use std::time::Duration;

/// Where memcached listens when nothing else is said.
const DEFAULT_PORT: u16 = 11_211;

/// Unless told otherwise, how long a server may take to answer, or to take a connection.
const DEFAULT_TIMEOUT: Duration = Duration::from_millis(500);

/// A longer wait than this is a mistake in the unit.
const MAX_TIMEOUT: Duration = Duration::from_secs(3600);

/// memcached's own item limit, bytes: `memcached -I`.
const DEFAULT_MAX_ITEM_BYTES: usize = 1 << 20;

/// A server takes 1,024 connections unless told otherwise, from all its clients together.
const DEFAULT_MAX_CONNECTIONS: usize = 64;

/// What `memcached -I` takes.
const ITEM_BYTES: std::ops::RangeInclusive<usize> = 1 << 10..=1 << 30;

/// What an item takes beside its value, bytes: a header of 56, the key, client flags, `\r\n`; rounded up.
const ITEM_OVERHEAD_BYTES: usize = 512;

const OPTIONS: [&str; 4] =
    ["operation_timeout", "connect_timeout", "max_item_bytes", "max_connections"];

/// Makes a [`Memcached`].
///
/// # Examples
///
/// ```
/// use ecached_memcached::Memcached;
/// use std::time::Duration;
///
/// let memcached = Memcached::builder()
///     .servers(["cache-a:11211", "cache-b:11211"])
///     .operation_timeout(Duration::from_millis(200))
///     .build()?;
/// # Ok::<(), ecached_core::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MemcachedBuilder {
    servers: Vec<String>,
    operation_timeout: Duration,
    connect_timeout: Duration,
    max_item_bytes: usize,
    max_connections: usize,
}

impl MemcachedBuilder {
    pub(crate) const fn new() -> Self {
        Self {
            servers: Vec::new(),
            operation_timeout: DEFAULT_TIMEOUT,
            connect_timeout: DEFAULT_TIMEOUT,
            max_item_bytes: DEFAULT_MAX_ITEM_BYTES,
            max_connections: DEFAULT_MAX_CONNECTIONS,
        }
    }

    /// The servers: `host`, `host:port`, `[IPv6 address]:port`; the port is 11211 unless given. Several servers share the
    /// keys. Their order does not matter, their spelling does: it decides which key is where, so all processes must name
    /// them alike (`localhost` and `127.0.0.1` are two).
    pub fn servers(mut self, servers: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.servers = servers.into_iter().map(Into::into).collect();
        self
    }

    /// How long an operation may take; 500 ms unless given.
    ///
    /// Async: all of it, with connecting. Blocking: each wait for a server's answer, and a call that has taken so long
    /// asks no further server.
    pub const fn operation_timeout(mut self, timeout: Duration) -> Self {
        self.operation_timeout = timeout;
        self
    }

    /// How long a connection may take to come about; 500 ms unless given.
    pub const fn connect_timeout(mut self, timeout: Duration) -> Self {
        self.connect_timeout = timeout;
        self
    }

    /// The servers' item limit, bytes: what `memcached -I` says, 1 MiB unless given. Values may have 512 bytes less.
    pub const fn max_item_bytes(mut self, bytes: usize) -> Self {
        self.max_item_bytes = bytes;
        self
    }

    /// Connections in use at once per server, for blocking callers together and for those of each tokio runtime; others
    /// wait, at most for the operation time-out. 64 unless given.
    pub const fn max_connections(mut self, connections: usize) -> Self {
        self.max_connections = connections;
        self
    }

    /// The backend. It connects at first use.
    ///
    /// # Errors
    ///
    /// [`ErrorKind::InvalidConfig`] when there is no server, one is named twice or not as above, a time-out is zero or over
    /// an hour, or a limit is out of range.
    pub fn build(self) -> Result<Memcached> {
        let mut servers =
            self.servers.iter().map(|server| server_name(server)).collect::<Result<Vec<_>>>()?;
        servers.sort_unstable();
        if servers.is_empty() {
            return Err(invalid("memcached needs at least one server"));
        }
        if servers.windows(2).any(|pair| pair.first() == pair.last()) {
            return Err(invalid("a memcached server is named twice"));
        }
        for (name, timeout) in [
            ("operation_timeout", self.operation_timeout),
            ("connect_timeout", self.connect_timeout),
        ] {
            if timeout.is_zero() || timeout > MAX_TIMEOUT {
                return Err(invalid(&format!("`{name}` is over zero and at most an hour")));
            }
        }
        if !ITEM_BYTES.contains(&self.max_item_bytes) {
            return Err(invalid("`max_item_bytes` is between 1 KiB and 1 GiB, as `memcached -I`"));
        }
        if self.max_connections == 0 {
            return Err(invalid("`max_connections` is at least one"));
        }
        Ok(Memcached::new(Config {
            servers,
            operation_timeout: self.operation_timeout,
            connect_timeout: self.connect_timeout,
            max_value_bytes: self.max_item_bytes - ITEM_OVERHEAD_BYTES,
            max_connections: self.max_connections,
        }))
    }
}

/// What [`MemcachedBuilder::build`] has checked.
#[derive(Debug)]
pub(crate) struct Config {
    /// In byte order, as `host:port`.
    pub(crate) servers: Vec<String>,
    pub(crate) operation_timeout: Duration,
    connect_timeout: Duration,
    pub(crate) max_value_bytes: usize,
    pub(crate) max_connections: usize,
}

/// Keys have been placed by us already.
struct OneServer;

impl Router for OneServer {
    fn route(&self, _: &[u8], _: &[String]) -> usize {
        0
    }
}

impl Config {
    /// Makes clients of single servers.
    pub(crate) fn client(&self) -> MetaClientBuilder {
        MetaClient::builder()
            .io_timeout(Some(self.operation_timeout))
            .connect_timeout(Some(self.connect_timeout))
            .router(OneServer)
            .max_connections(None) // slots are counted by us, see `slots`
            .max_idle(self.max_connections)
    }
}

/// Opens `memcached://host[:port][,host[:port]…]`, with the options `operation_timeout` and `connect_timeout` (`250ms`,
/// `2s`; seconds without a unit), `max_item_bytes` (a number, or one with `KiB`, `MiB`, `GiB`) and `max_connections`.
///
/// # Errors
///
/// [`ErrorKind::InvalidConfig`] for other options or values, and for a user, a password or a path in the URL.
pub fn open_url(url: &BackendUrl) -> Result<Store> {
    let mut builder = Memcached::builder().servers(url.place().split(','));
    for (name, value) in url.options() {
        builder = match name {
            "operation_timeout" => {
                builder.operation_timeout(BackendUrl::option_duration(name, value)?)
            }
            "connect_timeout" => builder.connect_timeout(BackendUrl::option_duration(name, value)?),
            "max_item_bytes" => builder.max_item_bytes(BackendUrl::option_size(name, value)?),
            "max_connections" => {
                let number = value.parse();
                builder
                    .max_connections(number.map_err(|_| invalid("`max_connections` is a number"))?)
            }
            _ => return Err(url.unknown_option(name, &OPTIONS)),
        };
    }
    Ok(builder.build()?.into())
}

/// The name by which a server is placed and reached: `host:port` in lower case. What is wrong is not shown: it may be a
/// password.
fn server_name(text: &str) -> Result<String> {
    if text.contains('@') {
        return Err(invalid("memcached is used without users and passwords"));
    }
    let wrong = || invalid("a memcached server is `host`, `host:port` or `[IPv6 address]:port`");
    let (host, port) = match text.strip_prefix('[').map(|rest| rest.split_once(']')) {
        Some(Some((host, rest))) => {
            host.parse::<Ipv6Addr>().map_err(|_| wrong())?;
            (
                format!("[{host}]"),
                if rest.is_empty() {
                    None
                } else {
                    Some(rest.strip_prefix(':').ok_or_else(wrong)?)
                },
            )
        }
        Some(None) => return Err(wrong()),
        None => match text.split_once(':') {
            Some((host, port)) => (host.to_owned(), Some(port)),
            None => (text.to_owned(), None),
        },
    };
    let port = match port {
        None => DEFAULT_PORT,
        Some(port) if port.bytes().all(|byte| byte.is_ascii_digit()) => {
            port.parse().map_err(|_| wrong())?
        }
        Some(_) => return Err(wrong()),
    };
    let is_host_char = |c: char| c.is_ascii_alphanumeric() || "-._:[]".contains(c);
    if port == 0 || host.is_empty() || !host.chars().all(is_host_char) {
        return Err(wrong());
    }
    Ok(format!("{}:{port}", host.to_ascii_lowercase()))
}

fn invalid(message: &str) -> Error {
    Error::new(ErrorKind::InvalidConfig, message.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn servers_have_one_spelling() {
        let name = |text| server_name(text).ok();
        assert_eq!(name("Cache-A.example").as_deref(), Some("cache-a.example:11211"));
        assert_eq!(name("10.0.0.1:7").as_deref(), Some("10.0.0.1:7"));
        assert_eq!(name("[::1]").as_deref(), Some("[::1]:11211"));
        assert_eq!(name("[::1]:7").as_deref(), Some("[::1]:7"));
        for wrong in [
            "",
            ":7",
            "a:",
            "a:0",
            "a:65536",
            "a:+7",
            "a:7:8",
            "::1",
            "[::1",
            "[::1]7",
            "[a]:7",
            "a b",
            "a/b",
            "/tmp/socket",
            "user:secret@a:7",
            "größe",
        ] {
            let error = server_name(wrong).unwrap_err();
            assert_eq!(error.kind(), ErrorKind::InvalidConfig, "{wrong}");
            assert!(!error.to_string().contains("secret"));
        }
    }

    #[test]
    fn urls_say_what_is_wrong() {
        let open = |url: &str| url.parse().and_then(|url| open_url(&url));
        for url in [
            "memcached://localhost",
            "memcached://a:11211,b:11211?operation_timeout=250ms&connect_timeout=2s",
            "memcached://[::1]:11211?max_item_bytes=8MiB&max_connections=32",
        ] {
            assert!(open(url).is_ok(), "{url}");
        }
        for url in [
            "memcached://",
            "memcached://a,",
            "memcached://a,A:11211",
            "memcached://user:secret@a",
            "memcached://a/0",
            "memcached://a?operation_timeout=0",
            "memcached://a?connect_timeout=2h",
            "memcached://a?max_item_bytes=1023",
            "memcached://a?max_item_bytes=1TiB",
            "memcached://a?max_connections=0",
            "memcached://a?weights=1",
        ] {
            assert_eq!(open(url).unwrap_err().kind(), ErrorKind::InvalidConfig, "{url}");
        }
        let message = open("memcached://a?weights=1").unwrap_err().to_string();
        assert!(OPTIONS.iter().all(|option| message.contains(option)), "{message}");
    }
}

//! One Redis server.

mod builder;

pub use builder::RedisBuilder;

use super::resp::{self, Reply};
use super::server::Server;
use super::wait;
use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, BufReader};
use std::net::SocketAddr;
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The Unix socket on which each server listens too, in its folder. Commands of the fixture itself go there: that is the
/// same with and without TLS, and only the server that was started can answer.
const SOCKET: &str = "redis.sock";

/// A Redis (or Valkey) server of a test's own, on a free port of this computer.
///
/// It is empty, keeps nothing on disk, and ends when the value is dropped. The program is the one that the variable
/// `ECACHED_REDIS_SERVER` names, or `redis-server` or `valkey-server` in the `PATH`.
///
/// # Examples
///
/// ```no_run
/// use ecached_testing::servers::Redis;
///
/// let redis = Redis::builder().config("maxmemory", "2mb").start();
/// redis.command(&["SET", "key", "value"]);
/// assert_eq!(redis.command(&["GET", "key"]).text(), Some("value"));
/// assert_eq!(redis.command_stats()["set"], 1);
/// ```
pub struct Redis {
    builder: RedisBuilder,
    server: Server,
}

impl fmt::Debug for Redis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Redis").field("url", &self.url()).finish_non_exhaustive()
    }
}

impl Redis {
    /// Starts a server as it is by default; returns when it answers.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// A server yet to be configured and started.
    #[must_use]
    pub fn builder() -> RedisBuilder {
        RedisBuilder::new()
    }

    fn new(builder: RedisBuilder) -> Self {
        let server = Server::start(
            |port, folder| builder.command(port, folder),
            |server| answers(&builder, server),
        );
        Self { builder, server }
    }

    /// Where a client finds it: `redis://127.0.0.1:port/0`, with the password or user if there is one; `rediss://…` with
    /// TLS; `redis+unix:///path` for a server with a Unix socket.
    #[must_use]
    pub fn url(&self) -> String {
        let credentials = self.builder.credentials();
        if self.builder.is_unix() {
            return format!("redis+unix://{credentials}{}", self.unix_socket().display());
        }
        let scheme = if self.builder.has_tls() { "rediss" } else { "redis" };
        format!("{scheme}://{credentials}{}/0", self.address())
    }

    /// What comes before the host in its URL.
    pub(super) fn credentials(&self) -> String {
        self.builder.credentials()
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The port on which it listens. The same after a [`Redis::restart`].
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address().port()
    }

    /// The Unix socket on which it listens too.
    #[must_use]
    pub fn unix_socket(&self) -> PathBuf {
        self.server.folder().join(SOCKET)
    }

    /// Asks the server.
    ///
    /// An error that the server answers is a [`Reply::Error`]. Each call is a connection of its own.
    ///
    /// # Panics
    ///
    /// When it does not answer within ten seconds. [`Redis::try_command`] is for servers that are down.
    pub fn command(&self, words: &[&str]) -> Reply {
        self.try_command(words, wait::LIMIT).unwrap_or_else(|error| {
            panic!("the Redis server at {} does not answer {words:?}: {error}", self.address())
        })
    }

    /// Asks a server that may be down or frozen.
    ///
    /// # Errors
    ///
    /// When there is no connection, or no answer within the timeout (more than zero).
    pub fn try_command(&self, words: &[&str], timeout: Duration) -> io::Result<Reply> {
        ask(&self.builder, &self.server, words, timeout)
    }

    /// How often each command was called since the start, by its name in lower case: `get`, `config|set`.
    ///
    /// Counts the calls of this fixture too, such as the `info` of this function.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    #[must_use]
    pub fn command_stats(&self) -> BTreeMap<String, u64> {
        let reply = self.command(&["INFO", "commandstats"]);
        let count = |line: &str| {
            let (name, numbers) = line.strip_prefix("cmdstat_")?.split_once(":calls=")?;
            Some((name.to_owned(), numbers.split(',').next()?.parse().ok()?))
        };
        reply.text().unwrap_or_default().lines().filter_map(count).collect()
    }

    /// Stops the process where it is (SIGSTOP): connections stay open, nothing is answered. Returns when it stands still.
    ///
    /// # Panics
    ///
    /// When the server does not run.
    pub fn freeze(&self) {
        self.server.freeze();
    }

    /// Lets a frozen server go on (SIGCONT): it answers what has come in meanwhile.
    ///
    /// # Panics
    ///
    /// When the server does not run.
    pub fn thaw(&self) {
        self.server.thaw();
    }

    /// Ends the process at once (SIGKILL); returns when its connections are closed. Does nothing when it does not run.
    pub fn kill(&self) {
        self.server.kill();
    }

    /// Ends the server in order (SIGTERM); returns when it is gone. Does nothing when it does not run.
    pub fn stop(&self) {
        self.server.stop();
    }

    /// Kills the server, if it runs, and starts it again: empty, on the same port. Returns when it answers.
    ///
    /// # Panics
    ///
    /// When it does not start again.
    pub fn restart(&self) {
        self.server.restart(|server| answers(&self.builder, server));
    }

    /// Removes all keys of all databases.
    ///
    /// # Panics
    ///
    /// When the server does not answer, or refuses.
    pub fn flush(&self) {
        let reply = self.command(&["FLUSHALL"]);
        assert!(!reply.is_error(), "the Redis server does not flush: {reply:?}");
    }

    /// The certificate of who signed the server's, as a PEM file.
    ///
    /// # Panics
    ///
    /// When the server was started without [`RedisBuilder::tls`].
    #[must_use]
    pub fn ca_file(&self) -> PathBuf {
        assert!(self.builder.has_tls(), "the server has no certificate: start it with `.tls()`");
        self.server.folder().join(builder::CA_FILE)
    }
}

/// Whether a server is ready for commands.
fn answers(builder: &RedisBuilder, server: &Server) -> bool {
    let reply = ask(builder, server, &["PING"], wait::LIMIT);
    reply.is_ok_and(|reply| !matches!(reply, Reply::Error(text) if text.starts_with("LOADING")))
}

/// Asks on a new connection, as who may do everything.
fn ask(
    builder: &RedisBuilder,
    server: &Server,
    words: &[&str],
    timeout: Duration,
) -> io::Result<Reply> {
    let mut stream = connect(&server.folder().join(SOCKET), timeout)?;
    let mut reader = BufReader::new(stream.try_clone()?);
    if let Some(password) = builder.own_password() {
        resp::write(&mut stream, &["AUTH", password])?;
        Reply::read(&mut reader)?;
    }
    resp::write(&mut stream, words)?;
    Reply::read(&mut reader)
}

fn connect(socket: &Path, timeout: Duration) -> io::Result<UnixStream> {
    let stream = UnixStream::connect(socket)?;
    stream.set_read_timeout(Some(timeout))?;
    stream.set_write_timeout(Some(timeout))?;
    Ok(stream)
}

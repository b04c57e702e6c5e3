//! One memcached server, or several.

mod text;

use super::program::MEMCACHED;
use super::server::Server;
use super::wait;
use std::collections::BTreeMap;
use std::fmt;
use std::io;
use std::net::SocketAddr;
use std::process::Command;
use std::time::Duration;

const KIB: usize = 1024;

/// The KiB of the largest pieces in which memcached stores items. They have to divide both a page and the limit of an item.
const LARGEST_CHUNK: usize = 512;

/// Megabytes, unless the test says otherwise.
const MEMORY_LIMIT: u32 = 64;

/// A memcached server of a test's own, on a free port of this computer.
///
/// It is empty, and ends when the value is dropped. The program is the one that the variable `ECACHED_MEMCACHED` names, or
/// `memcached` in the `PATH`.
///
/// # Examples
///
/// ```no_run
/// use ecached_testing::servers::Memcached;
///
/// let memcached = Memcached::start();
/// assert_eq!(memcached.command("set key 0 0 5\r\nvalue"), "STORED\r\n");
/// assert_eq!(memcached.stats()["cmd_set"], "1");
/// ```
pub struct Memcached {
    server: Server,
}

impl fmt::Debug for Memcached {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Memcached").field("address", &self.address()).finish_non_exhaustive()
    }
}

/// A [`Memcached`] yet to be started.
#[derive(Clone, Debug)]
pub struct MemcachedBuilder {
    memory_limit: u32,
    max_item_size: Option<usize>,
}

impl MemcachedBuilder {
    /// Megabytes of memory for items; 64 unless said otherwise. When they are full, items are evicted.
    #[must_use]
    pub fn memory_limit(mut self, megabytes: u32) -> Self {
        self.memory_limit = megabytes;
        self
    }

    /// Bytes that an item may have, with its key and some overhead; memcached's own limit, 1 MiB, unless said otherwise.
    ///
    /// Rounded up to a power of two from 1 KiB on, and above 512 KiB to a multiple of 512 KiB: memcached has other limits
    /// only together with pages of other sizes.
    #[must_use]
    pub fn max_item_size(mut self, bytes: usize) -> Self {
        self.max_item_size = Some(bytes);
        self
    }

    /// Starts the server; returns when it answers.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or does not start.
    #[must_use]
    pub fn start(self) -> Memcached {
        Memcached { server: Server::start(|port, _| self.command(port), answers) }
    }

    fn command(&self, port: u16) -> Command {
        let mut command = Command::new(MEMCACHED.find());
        command.args(["-l", "127.0.0.1", "-p", &port.to_string(), "-U", "0"]);
        command.args(["-m", &self.memory_limit.to_string()]);
        if let Some(bytes) = self.max_item_size {
            let kib = bytes.div_ceil(KIB).max(1);
            let chunk = kib.next_power_of_two().min(LARGEST_CHUNK);
            let limit = kib.next_multiple_of(chunk) * KIB;
            command.args(["-I", &limit.to_string(), "-o", &format!("slab_chunk_max={chunk}")]);
        }
        if rustix::process::getuid().is_root() {
            // It wants to be told as whom to run then, and nothing here is worth another user.
            command.args(["-u", "root"]);
        }
        command
    }
}

impl Memcached {
    /// Starts a server as it is by default; returns when it answers.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or does not start.
    #[must_use]
    pub fn start() -> Self {
        Self::builder().start()
    }

    /// Starts several servers.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or does not start.
    #[must_use]
    pub fn start_many(count: usize) -> Vec<Self> {
        (0..count).map(|_| Self::start()).collect()
    }

    /// A server yet to be configured and started.
    #[must_use]
    pub fn builder() -> MemcachedBuilder {
        MemcachedBuilder { memory_limit: MEMORY_LIMIT, max_item_size: None }
    }

    /// Where it listens.
    #[must_use]
    pub fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// The port on which it listens. The same after a [`Memcached::restart`].
    #[must_use]
    pub fn port(&self) -> u16 {
        self.address().port()
    }

    /// Sends a command of the text protocol, without the last `\r\n`, and returns all lines of the answer.
    ///
    /// An error that the server answers is an answer. Each call is a connection of its own. Values that are not UTF-8 come
    /// with replacement characters.
    ///
    /// # Panics
    ///
    /// When it does not answer within ten seconds. [`Memcached::try_command`] is for servers that are down.
    pub fn command(&self, command: &str) -> String {
        self.try_command(command, wait::LIMIT).unwrap_or_else(|error| {
            panic!(
                "the memcached server at {} does not answer {command:?}: {error}",
                self.address()
            )
        })
    }

    /// Asks a server that may be down or frozen.
    ///
    /// # Errors
    ///
    /// When there is no connection, or no answer within the timeout (more than zero).
    pub fn try_command(&self, command: &str, timeout: Duration) -> io::Result<String> {
        text::ask(self.address(), command, timeout)
    }

    /// What `stats` says, by name: `cmd_get`, `curr_items`, `evictions` and others. They count from the start.
    ///
    /// # Panics
    ///
    /// When the server does not answer.
    #[must_use]
    pub fn stats(&self) -> BTreeMap<String, String> {
        parse_stats(&self.command("stats"))
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
        self.server.restart(answers);
    }

    /// Makes all items invalid.
    ///
    /// # Panics
    ///
    /// When the server does not answer, or refuses.
    pub fn flush(&self) {
        let answer = self.command("flush_all");
        assert_eq!(answer, "OK\r\n", "the memcached server does not flush");
    }
}

/// Whether it is this server that answers on its port, and not one of another test that was quicker to take it.
fn answers(server: &Server) -> bool {
    let stats = text::ask(server.address(), "stats", wait::LIMIT).map(|text| parse_stats(&text));
    let id = stats.ok().and_then(|stats| stats.get("pid")?.parse().ok());
    id.is_some() && id == server.process_id()
}

fn parse_stats(answer: &str) -> BTreeMap<String, String> {
    let line = |line: &str| {
        let (name, value) = line.strip_prefix("STAT ")?.split_once(' ')?;
        Some((name.to_owned(), value.to_owned()))
    };
    answer.lines().filter_map(line).collect()
}

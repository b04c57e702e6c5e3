//! A Redis primary and its replica, watched by a sentinel.

use super::redis::{Redis, RedisBuilder};
use super::resp::Reply;
use super::wait;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

/// What the primary is called.
const NAME: &str = "mymaster";

/// Sentinels look at servers ten times a second, and deliberate for a while when one does not answer.
const FAILOVER_LIMIT: Duration = Duration::from_secs(30);

/// A Redis primary with one replica, and one sentinel that promotes the replica when the primary is gone for half a second.
///
/// # Examples
///
/// ```no_run
/// use ecached_testing::servers::Sentinel;
///
/// let sentinel = Sentinel::start();
/// // … a client of `sentinel.url()` …
/// sentinel.primary().kill();
/// sentinel.wait_for_failover();
/// // The former replica:
/// sentinel.primary().command(&["SET", "key", "value"]);
/// ```
#[derive(Debug)]
pub struct Sentinel {
    // Before the servers: it would take their end for a failure.
    sentinel: Redis,
    servers: [Redis; 2],
    /// Which of the servers is the primary.
    primary: AtomicUsize,
}

impl Sentinel {
    /// Starts the three; returns when the replica follows the primary, and the sentinel knows both.
    ///
    /// # Panics
    ///
    /// When the program is not installed, or they do not find each other.
    #[must_use]
    pub fn start() -> Self {
        // What a replica was sent when it began to follow stays on its disk otherwise, and comes back with a restart.
        let builder = Redis::builder()
            .config("repl-diskless-sync-delay", "0")
            .config("rdb-del-sync-files", "yes");
        let primary = builder.clone().start();
        let replica = builder.config("replicaof", &format!("127.0.0.1 {}", primary.port())).start();
        let port = primary.port();
        let sentinel = RedisBuilder::sentinel()
            .config("sentinel", &format!("monitor {NAME} 127.0.0.1 {port} 1"))
            .config("sentinel", &format!("down-after-milliseconds {NAME} 500"))
            .config("sentinel", &format!("failover-timeout {NAME} 2000"))
            .start();
        let started = Self { sentinel, servers: [primary, replica], primary: AtomicUsize::new(0) };
        let ready = wait::until(wait::LIMIT, || started.is_watched().then_some(()));
        assert!(
            ready.is_some(),
            "a Redis sentinel does not see the replica: {:?}",
            started.sentinel.command(&["SENTINEL", "MASTER", NAME])
        );
        started
    }

    /// Where a client finds it: `redis+sentinel://127.0.0.1:port/mymaster/0`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("redis+sentinel://{}/{NAME}/0", self.sentinel.address())
    }

    /// The name under which the sentinel knows the primary.
    #[must_use]
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// The server that is the primary: the other one after a failover that was waited for.
    #[must_use]
    pub fn primary(&self) -> &Redis {
        &self.servers[self.primary.load(Ordering::SeqCst)]
    }

    /// The server that is not the primary.
    #[must_use]
    pub fn replica(&self) -> &Redis {
        &self.servers[1 - self.primary.load(Ordering::SeqCst)]
    }

    /// The sentinel itself, to ask it or to take it down.
    #[must_use]
    pub fn sentinel(&self) -> &Redis {
        &self.sentinel
    }

    /// Swaps primary and replica while both run, as for maintenance; returns when the new primary takes writes.
    ///
    /// # Panics
    ///
    /// When the sentinel refuses, or does not get it done.
    pub fn failover(&self) {
        // After a failover it refuses another one for a while.
        let accepted = wait::until(FAILOVER_LIMIT, || {
            let reply = self.sentinel.command(&["SENTINEL", "FAILOVER", NAME]);
            (!reply.is_error()).then_some(())
        });
        assert!(accepted.is_some(), "a Redis sentinel starts no failover");
        self.wait_for_failover();
    }

    /// Waits until the sentinel has made the replica the primary, after the primary was killed or frozen. The two have
    /// swapped their names then, and the new primary takes writes.
    ///
    /// # Panics
    ///
    /// When that takes more than half a minute: was the primary taken down?
    pub fn wait_for_failover(&self) {
        let promoted = self.replica();
        let done = wait::until(FAILOVER_LIMIT, || {
            let is_named = self.named_port() == Some(promoted.port());
            (is_named && role(promoted).as_deref() == Some("master")).then_some(())
        });
        assert!(done.is_some(), "a Redis sentinel does not promote the replica");
        self.primary.fetch_xor(1, Ordering::SeqCst);
    }

    /// Waits until the replica has all writes that the primary has now. Those that it does not have are lost in a failover,
    /// as ever with Redis.
    ///
    /// # Panics
    ///
    /// When one of the two does not answer, or the replica does not catch up.
    pub fn wait_for_replication(&self) {
        // `master`, offset, …
        let there = self.primary().command(&["ROLE"]).items().get(1).and_then(Reply::integer);
        // `slave`, host, port, state, offset
        let is_here = || {
            let here = self.replica().command(&["ROLE"]).items().get(4).and_then(Reply::integer);
            (there.is_some() && here >= there).then_some(())
        };
        let done = wait::until(wait::LIMIT, is_here);
        assert!(done.is_some(), "a Redis replica does not catch up with its primary");
    }

    /// Whether the replica follows the primary, and the sentinel could promote it.
    fn is_watched(&self) -> bool {
        let follows = || {
            let reply = self.replica().command(&["ROLE"]);
            reply.items().get(3).and_then(Reply::text) == Some("connected")
        };
        let replicas = self.sentinel.command(&["SENTINEL", "REPLICAS", NAME]);
        let field = |name: &str| {
            let fields = replicas.items().first()?.items().chunks_exact(2);
            let mut values = fields.filter(|pair| pair[0].text() == Some(name));
            values.next()?[1].text()
        };
        field("flags") == Some("slave") && field("master-link-status") == Some("ok") && follows()
    }

    /// Where the sentinel sends clients.
    fn named_port(&self) -> Option<u16> {
        let reply = self.sentinel.command(&["SENTINEL", "GET-MASTER-ADDR-BY-NAME", NAME]);
        reply.items().get(1)?.text()?.parse().ok()
    }
}

/// What a server says it is: `master` or `slave`.
fn role(server: &Redis) -> Option<String> {
    let reply = server.try_command(&["ROLE"], wait::LIMIT).ok()?;
    Some(reply.items().first()?.text()?.to_owned())
}

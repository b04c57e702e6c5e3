//! The cached functions, and the store they are cached in.

use ecached::{Memory, Redis, cached, caches};
use serde::{Deserialize, Serialize};
use std::error::Error;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};

/// Nothing may be evicted.
const ROOM: usize = 1_000_000;

/// How often the source was asked.
static ASKED: AtomicU64 = AtomicU64::new(0);

/// The length of the text in a user, bytes.
static ABOUT: AtomicUsize = AtomicUsize::new(0);

const COPY: &str = "redis.call('SELECT', ARGV[1])
for _, key in ipairs(redis.call('KEYS', '*')) do
  redis.call('COPY', key, key, 'DB', ARGV[2])
end";

/// What the functions return.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    id: u32,
    name: String,
    about: String,
}

fn load(id: u32) -> Arc<User> {
    ASKED.fetch_add(1, Ordering::Relaxed);
    let about = "x".repeat(ABOUT.load(Ordering::Relaxed));
    Arc::new(User { id, name: format!("User {id}"), about })
}

#[cached("user:<id>", 3600, alias = "ancestors")]
fn plain(id: u32) -> Arc<User> {
    load(id)
}

#[cached("tagged:<id>", 3600, tags = ["users"], alias = "ancestors")]
fn tagged(id: u32) -> Arc<User> {
    load(id)
}

/// Where entries are.
pub struct System {
    /// The database in the server, and the connection that copies it.
    server: Option<(redis::Connection, u64)>,
}

impl System {
    /// Opens the store, in memory or in a database of the server at this port, for values of that many bytes as JSON.
    ///
    /// # Errors
    ///
    /// When there is no such server.
    pub fn open(place: Option<(u16, u64)>, value_bytes: usize) -> Result<Self, Box<dyn Error>> {
        let around = r#"{"id":0,"name":"User 0","about":""}"#.len();
        ABOUT.store(value_bytes.saturating_sub(around), Ordering::Relaxed);
        let Some((port, database)) = place else {
            caches().register("ancestors", Memory::builder().max_entries(ROOM).build())?;
            return Ok(Self { server: None });
        };
        let url = format!("redis://127.0.0.1:{port}/{database}");
        caches().register("ancestors", Redis::open(&url)?)?;
        let connection = redis::Client::open(url)?.get_connection()?;
        Ok(Self { server: Some((connection, database)) })
    }

    /// How often the functions have run.
    #[must_use]
    pub fn asked() -> u64 {
        ASKED.load(Ordering::Relaxed)
    }

    /// Calls one of the functions for each id.
    pub fn call(is_tagged: bool, ids: &[u32]) {
        for id in ids {
            let user = if is_tagged { tagged(*id) } else { plain(*id) };
            assert_eq!(user.id, *id, "another's value");
        }
    }

    /// Invalidates all entries of the tagged function.
    ///
    /// # Errors
    ///
    /// When the store did not do it.
    pub fn invalidate_tag() -> ecached::Result<()> {
        ecached::invalidate_tags_on("ancestors", &["users"])
    }

    /// Removes everything; not measured.
    ///
    /// # Errors
    ///
    /// When the store did not do it.
    pub fn clear(&mut self) -> Result<(), Box<dyn Error>> {
        match &mut self.server {
            Some((connection, _)) => redis::cmd("FLUSHDB").exec(connection)?,
            None => caches().get("ancestors")?.clear()?,
        }
        Ok(())
    }

    /// Keeps the entries of a server as they are.
    ///
    /// # Errors
    ///
    /// When the server did not do it.
    pub fn snapshot(&mut self) -> redis::RedisResult<()> {
        self.copy(|own| [own, own + 1])
    }

    /// Makes the entries what they were at the snapshot; in memory they are computed again.
    ///
    /// # Errors
    ///
    /// When the server did not do it.
    pub fn restore(&mut self, ids: &[u32]) -> redis::RedisResult<()> {
        if self.server.is_none() {
            Self::call(true, ids);
        }
        self.copy(|own| [own + 1, own])
    }

    fn copy(&mut self, between: impl Fn(u64) -> [u64; 2]) -> redis::RedisResult<()> {
        let Some((connection, own)) = &mut self.server else { return Ok(()) };
        let [source, target] = between(*own);
        redis::cmd("SELECT").arg(target).exec(connection)?;
        redis::cmd("FLUSHDB").exec(connection)?;
        redis::cmd("EVAL").arg(COPY).arg(0).arg(source).arg(target).exec(connection)?;
        redis::cmd("SELECT").arg(*own).exec(connection)
    }
}

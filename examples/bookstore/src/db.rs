//! The database: SQLite in memory, and a count of the queries that reach it.

use rusqlite::{Connection, Params, Row};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// What the database answers. The macros see through aliases of `Result`: errors are never cached.
pub(crate) type Result<T> = rusqlite::Result<T>;

/// Books, users, and 240,000 sales in two shops.
const SCHEMA: &str = "
    CREATE TABLE user (id INTEGER PRIMARY KEY, name TEXT NOT NULL);
    CREATE TABLE book (id INTEGER PRIMARY KEY, title TEXT NOT NULL, cents INTEGER NOT NULL, copies INTEGER NOT NULL);
    CREATE TABLE favourite (user INTEGER NOT NULL, book INTEGER NOT NULL, PRIMARY KEY (user, book));
    CREATE TABLE sale (shop INTEGER NOT NULL, year INTEGER NOT NULL, book INTEGER NOT NULL, copies INTEGER NOT NULL);

    INSERT INTO user VALUES (1, 'Ann'), (2, 'Bob');
    INSERT INTO book VALUES (1, 'Dune', 1290, 10), (2, 'Emma', 750, 10), (3, 'Solaris', 990, 10), (4, 'Ulysses', 1550, 10);
    INSERT INTO favourite VALUES (1, 1), (1, 2), (2, 2), (2, 3);
    WITH RECURSIVE number (n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM number WHERE n < 239999)
    INSERT INTO sale SELECT 1 + n % 2, 2020 + n % 6, 1 + n * n % 7 % 4, 1 + n % 3 FROM number;
";

/// A connection that threads take turns with.
#[derive(Debug)]
pub(crate) struct Database {
    connection: Mutex<Connection>,
    queries: AtomicU64,
}

impl Database {
    pub(crate) fn open() -> Result<Self> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(SCHEMA)?;
        Ok(Self { connection: Mutex::new(connection), queries: AtomicU64::new(0) })
    }

    /// All rows of a query.
    pub(crate) fn rows<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnMut(&Row<'_>) -> Result<T>,
    ) -> Result<Vec<T>> {
        self.queries.fetch_add(1, Ordering::SeqCst);
        self.connection().prepare_cached(sql)?.query_map(params, read)?.collect()
    }

    /// The only row of a query.
    pub(crate) fn row<T>(
        &self,
        sql: &str,
        params: impl Params,
        read: impl FnOnce(&Row<'_>) -> Result<T>,
    ) -> Result<T> {
        self.queries.fetch_add(1, Ordering::SeqCst);
        self.connection().prepare_cached(sql)?.query_row(params, read)
    }

    /// Changes data. It is committed when this returns.
    pub(crate) fn execute(&self, sql: &str, params: impl Params) -> Result<()> {
        self.connection().execute(sql, params).map(drop)
    }

    /// Queries so far.
    pub(crate) fn queries(&self) -> u64 {
        self.queries.load(Ordering::SeqCst)
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

//! The rows: SQLite in a folder, readers beside one writer, in one process or in several.

use crate::workload::Object;
use rusqlite::{Connection, OpenFlags, params};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// Objects per shelf, at first.
const PER_SHELF: u32 = 16;

const SCHEMA: &str = "
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = OFF;
    CREATE TABLE object (
        id INTEGER PRIMARY KEY,
        slot INTEGER NOT NULL,
        version INTEGER NOT NULL,
        shelf INTEGER NOT NULL,
        payload TEXT NOT NULL
    );
";

/// A row, as it is cached.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Row {
    pub(crate) id: u32,
    /// Advanced by each write.
    pub(crate) version: u32,
    /// Where the object stands; changes.
    pub(crate) shelf: u32,
    payload: String,
}

/// A row after a write.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Written {
    pub(crate) slot: u32,
    pub(crate) version: u32,
}

/// Connections for readers.
#[derive(Debug)]
pub(crate) struct Database {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
    reads: AtomicU64,
    shelves: u32,
}

impl Database {
    /// The database that another process has created for the same objects.
    pub(crate) fn open(folder: &Path, objects: &[Object]) -> Result<Self, crate::Failure> {
        let shelves = u32::try_from(objects.len())?.div_ceil(PER_SHELF);
        let path = folder.join("replay.sqlite");
        Ok(Self { path, idle: Mutex::default(), reads: AtomicU64::new(0), shelves })
    }

    /// Makes a row per object.
    pub(crate) fn create(folder: &Path, objects: &[Object]) -> Result<Self, crate::Failure> {
        let db = Self::open(folder, objects)?;
        let shelves = db.shelves;
        let mut connection = Connection::open(&db.path)?;
        connection.execute_batch(SCHEMA)?;
        let transaction = connection.transaction()?;
        for object in objects {
            transaction
                .prepare_cached(
                    "INSERT INTO object VALUES (?1, ?2, 1, ?3, printf('object %d, version 1', ?1))",
                )?
                .execute(params![object.id, object.slot, object.slot % shelves])?;
        }
        transaction.commit()?;
        connection.execute_batch("CREATE INDEX object_shelf ON object (shelf)")?;
        Ok(db)
    }

    /// What the cached functions compute.
    pub(crate) fn read(&self, object: Object) -> rusqlite::Result<Row> {
        self.reads.fetch_add(1, Ordering::Relaxed);
        self.row(object)
    }

    /// Reads a row without counting.
    pub(crate) fn row(&self, object: Object) -> rusqlite::Result<Row> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let connection = idle.map_or_else(
            || Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_ONLY),
            Ok,
        )?;
        let row = connection
            .prepare_cached("SELECT id, version, shelf, payload FROM object WHERE id = ?1")?
            .query_row([object.id], |row| {
                Ok(Row {
                    id: row.get(0)?,
                    version: row.get(1)?,
                    shelf: row.get(2)?,
                    payload: row.get(3)?,
                })
            });
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(connection);
        row
    }

    /// Times that a cached function read.
    pub(crate) fn reads(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// A connection that writes; have one at a time.
    pub(crate) fn writable(&self) -> rusqlite::Result<Writable> {
        let connection = Connection::open(&self.path)?;
        connection.execute_batch("PRAGMA synchronous = OFF")?;
        Ok(Writable { connection, shelves: self.shelves })
    }
}

/// Where `UPDATE`s go. What they return is committed.
#[derive(Debug)]
pub(crate) struct Writable {
    connection: Connection,
    /// Number of shelves.
    pub(crate) shelves: u32,
}

impl Writable {
    /// A new version of one row.
    pub(crate) fn touch(&self, object: Object) -> rusqlite::Result<Vec<Written>> {
        self.update("id = ?1", object.id, None)
    }

    /// A new version of each row on a shelf.
    pub(crate) fn touch_shelf(&self, shelf: u32) -> rusqlite::Result<Vec<Written>> {
        self.update("shelf = ?1", shelf, None)
    }

    /// A new version of one row, on another shelf.
    pub(crate) fn put_on_shelf(
        &self,
        object: Object,
        shelf: u32,
    ) -> rusqlite::Result<Vec<Written>> {
        self.update("id = ?1", object.id, Some(shelf))
    }

    /// The shelf of an object.
    pub(crate) fn shelf(&self, object: Object) -> rusqlite::Result<u32> {
        let sql = "SELECT shelf FROM object WHERE id = ?1";
        self.connection.prepare_cached(sql)?.query_row([object.id], |row| row.get(0))
    }

    fn update(
        &self,
        which: &str,
        number: u32,
        shelf: Option<u32>,
    ) -> rusqlite::Result<Vec<Written>> {
        let sql = format!(
            "UPDATE object SET version = version + 1, shelf = coalesce(?2, shelf),
             payload = printf('object %d, version %d', id, version + 1)
             WHERE {which} RETURNING slot, version"
        );
        let mut statement = self.connection.prepare_cached(&sql)?;
        let rows = statement.query_map(params![number, shelf], |row| {
            Ok(Written { slot: row.get(0)?, version: row.get(1)? })
        })?;
        rows.collect() // to the last row: then it is committed
    }
}

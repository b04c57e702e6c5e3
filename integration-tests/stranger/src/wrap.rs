//! `ecached!` in its three forms.

use ecached::prelude::*;

/// Why a query failed.
#[derive(Clone, Debug, PartialEq)]
pub struct DbError;

/// A database that counts its queries.
#[derive(Debug, Default)]
pub struct Db {
    queries: std::cell::Cell<u64>,
}

impl Db {
    /// How many queries there were.
    #[must_use]
    pub fn queries(&self) -> u64 {
        self.queries.get()
    }

    fn query(&self) -> u64 {
        self.queries.set(self.queries.get() + 1);
        self.queries.get()
    }

    /// A user's name; user 0 cannot be read.
    async fn user(&self, id: u64) -> Result<String, DbError> {
        let query = self.query();
        if id == 0 { Err(DbError) } else { Ok(format!("user {id}, query {query}")) }
    }

    /// A slow count.
    fn count_rows(&self) -> u64 {
        self.query()
    }
}

/// Inline, async, captures `id` and the database.
///
/// # Errors
///
/// The database's.
pub async fn user(db: &Db, id: u64) -> Result<String, DbError> {
    let user =
        ecached!("wrapped_user:<id>", 3600, tags = ["wrapped_users"], async { db.user(id).await })
            .await?;
    Ok(user)
}

/// Inline, blocking.
#[must_use]
pub fn count(db: &Db) -> u64 {
    ecached!("count", 60, { db.count_rows() })
}

/// Inline, with all that is in scope in options.
#[must_use]
pub fn count_of(db: &Db, table: &str, minutes: u64) -> u64 {
    ecached!(
        "count_of:<table>",
        timeout = minutes * 60,
        tags = ["table:<table>"],
        prefix = "tables",
        { db.count_rows() + table.len() as u64 }
    )
}

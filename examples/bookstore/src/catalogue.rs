//! Users, books and favourites: cached functions, and functions that change what those have read.
//!
//! A cached function stays an ordinary function. The connection is an argument like any other; `ignore = [db]` says that
//! it does not belong in the key.

use crate::db::{Database, Result};
use crate::model::{Book, Money, User};
use crate::teller::not_invalidated;
use ecached::prelude::*;
use std::sync::Arc;

/// Key, seconds, tags.
#[cached("user:<id>", 3600, tags = ["users", "user:<id>"], ignore = [db])]
pub(crate) fn load_user(db: &Database, id: u32) -> Result<User> {
    db.row("SELECT id, name FROM user WHERE id = ?1", [id], |row| {
        Ok(User { id: row.get(0)?, name: row.get(1)? })
    })
}

/// When this has returned `Ok`, whatever carries the tag is invalid; unless the cache's server failed, which `on_error`
/// gets to know.
#[invalidates(tags = ["user:<id>"], on_error = not_invalidated)]
pub(crate) fn rename_user(db: &Database, id: u32, name: &str) -> Result<()> {
    db.execute("UPDATE user SET name = ?2 WHERE id = ?1", (id, name))
}

/// Which books are in the list is known only when it has been read: its tags come from the value.
#[cached(
    "favourites:<user>",
    600,
    tags = |books: &Vec<Book>| books.iter().map(|book| tag!("book:<book.id>")),
    ignore = [db]
)]
pub(crate) fn favourites(db: &Database, user: u32) -> Result<Vec<Book>> {
    let sql = "SELECT id, title, cents FROM favourite JOIN book ON id = book WHERE user = ?1";
    db.rows(sql, [user], |row| {
        Ok(Book { id: row.get(0)?, title: row.get(1)?, price: Money(row.get(2)?) })
    })
}

/// Reaches every list with the book in it, and knows none of them.
#[invalidates(tags = ["book:<id>"], on_error = not_invalidated)]
pub(crate) fn set_price(db: &Database, id: u32, price: Money) -> Result<()> {
    db.execute("UPDATE book SET cents = ?2 WHERE id = ?1", (id, price.0))
}

/// The same attribute on an async function.
#[cached("bought:<year>", 600, tags = ["sales"], ignore = [db])]
pub(crate) async fn copies_sold(db: Arc<Database>, year: u16) -> Result<u32> {
    let query =
        move || db.row("SELECT sum(copies) FROM sale WHERE year = ?1", [year], |row| row.get(0));
    match tokio::task::spawn_blocking(query).await {
        Ok(copies) => copies,
        Err(panicked) => std::panic::resume_unwind(panicked.into_panic()),
    }
}

//! The cached functions: one row of the database, blocking and async.
//!
//! An entry has a tag for its object, one for the object's type, and one that comes from the value: the shelf on which
//! the row said that the object stands.

use crate::database::{Database, Row};
use crate::workload::Object;
use ecached::prelude::*;

#[cached(
    "object:<object.id>",
    tags = ["obj:<object.id>", "type:<object.kind>", |row: &Row| [tag!("shelf:<row.shelf>")]],
    ignore = [db]
)]
pub(crate) fn load(db: &Database, object: Object) -> rusqlite::Result<Row> {
    db.read(object)
}

#[cached(
    "object:<object.id>",
    tags = ["obj:<object.id>", "type:<object.kind>", |row: &Row| [tag!("shelf:<row.shelf>")]],
    ignore = [db]
)]
pub(crate) async fn load_async(db: &Database, object: Object) -> rusqlite::Result<Row> {
    let row = db.read(object);
    // As a driver for a server would: others run between the read and what follows, and the row gets old.
    tokio::task::yield_now().await;
    row
}

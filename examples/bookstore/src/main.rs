//! A bookstore that caches what it asks its database.
//!
//! Run with: `cargo run --release -p bookstore`
//!
//! Each line it prints is one call: whether it was computed or was a hit, and how long it took. The program checks its
//! own claims by counting the queries that reach the database, and fails if one does not hold.
//!
//! # Reading order
//!
//! - `catalogue`, `shop`: the cached functions and those that change data. This is what you would write.
//! - `model`, `db`: the values, and SQLite.
//! - `story`: one chapter per file, what happens when they are called.
//! - `teller`: measuring, checking, printing.

mod catalogue;
mod db;
mod model;
mod shop;
mod story;
mod teller;

use crate::db::Database;
use crate::teller::Teller;
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let told =
        Database::open().map_err(Into::into).and_then(|db| story::tell(&Teller::new(Arc::new(db))));
    match told {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => teller::fail(error.as_ref()),
    }
}

//! A bookstore that caches what it asks its database.
//!
//! Run with: `cargo run --release -p bookstore`, or with a server for a cache: `… -- --cache redis://127.0.0.1`
//!
//! Nothing has to be installed: without `--cache`, the cache is in the process. The story is the same over any cache. If a
//! server does not answer, each call computes, and the program says so.
//!
//! Each line it prints is one call: whether it was computed or was a hit, and how long it took. The program checks its
//! own claims by counting the queries that reach the database, and fails if one does not hold.
//!
//! # Reading order
//!
//! - `catalogue`, `shop`: the cached functions and those that change data. This is what you would write.
//! - `model`, `db`: the values, and SQLite.
//! - `story`: one chapter per file, what happens when they are called.
//! - `cache`: which cache it is. `teller`: measuring, checking, printing.

mod cache;
mod catalogue;
mod db;
mod model;
mod shop;
mod story;
mod teller;

use crate::cache::Command;
use crate::db::Database;
use crate::teller::{Outcome, Teller};
use std::process::ExitCode;
use std::sync::Arc;

fn main() -> ExitCode {
    let url = match cache::arguments(std::env::args().skip(1)) {
        Ok(Command::Tell(url)) => url,
        Ok(Command::Help) => return teller::help(cache::HELP),
        Err(wrong) => {
            teller::fail(wrong.as_ref());
            return ExitCode::from(2);
        }
    };
    match run(url.as_deref()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => teller::fail(error.as_ref()),
    }
}

fn run(url: Option<&str>) -> Outcome {
    let teller = Teller::new(Arc::new(Database::open()?));
    cache::open(url, &teller)?;
    story::tell(&teller)
}

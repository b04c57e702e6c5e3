//! Tells the story: runs a call, measures it, checks what was claimed, prints a line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that shows things")]

use crate::db::Database;
use std::error::Error;
use std::fmt::Display;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::{Duration, Instant};

/// What a chapter ends with.
pub(crate) type Outcome<T = ()> = Result<T, Box<dyn Error + Send + Sync>>;

/// Knows the database, and so what was really computed.
#[derive(Debug)]
pub(crate) struct Teller {
    db: Arc<Database>,
}

impl Teller {
    pub(crate) fn new(db: Arc<Database>) -> Self {
        Self { db }
    }

    pub(crate) fn db(&self) -> &Arc<Database> {
        &self.db
    }

    pub(crate) fn chapter(&self, title: &str) {
        println!("\n{title}");
    }

    /// Something that happens between the calls.
    pub(crate) fn event(&self, what: &str) {
        println!("  -                      {what}");
    }

    /// A call that must reach the database, with one query.
    pub(crate) fn computed<T: Display, E>(
        &self,
        what: &str,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Outcome<T>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.call("computed", 1, what, call)
    }

    /// A call that must not reach the database.
    pub(crate) fn hit<T: Display, E>(
        &self,
        what: &str,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Outcome<T>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        self.call("hit", 0, what, call)
    }

    fn call<T: Display, E>(
        &self,
        claim: &str,
        expected_queries: u64,
        what: &str,
        call: impl FnOnce() -> Result<T, E>,
    ) -> Outcome<T>
    where
        E: Into<Box<dyn Error + Send + Sync>>,
    {
        let queries_before = self.db.queries();
        let started = now();
        let value = call().map_err(Into::into)?;
        let took = started.elapsed();
        let queries = self.db.queries() - queries_before;
        if queries != expected_queries {
            return Err(format!("`{what}` should be {claim}, but made {queries} queries").into());
        }
        println!("  {claim:<8} {:>11}   {what} = {value}", show_duration(took));
        Ok(value)
    }

    /// A claim about something else than queries.
    pub(crate) fn check(&self, holds: bool, claim: &str) -> Outcome {
        if holds { Ok(()) } else { Err(format!("does not hold: {claim}").into()) }
    }
}

/// Reports what went wrong.
pub(crate) fn fail(error: &(dyn Error + Send + Sync)) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}

/// A list looks like this; `Vec` has no `Display`.
#[derive(Clone, Debug)]
pub(crate) struct List<T>(pub(crate) Vec<T>);

impl<T: Display> Display for List<T> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        for (index, item) in self.0.iter().enumerate() {
            write!(f, "{}{item}", if index == 0 { "" } else { ", " })?;
        }
        Ok(())
    }
}

#[expect(clippy::disallowed_methods, reason = "it shows how long things really take")]
fn now() -> Instant {
    Instant::now()
}

fn show_duration(duration: Duration) -> String {
    let micros = duration.as_secs_f64() * 1e6;
    if micros < 1000.0 { format!("{micros:.1} µs") } else { format!("{:.1} ms", micros / 1000.0) }
}

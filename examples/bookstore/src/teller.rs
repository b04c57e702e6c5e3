//! Tells the story: runs a call, measures it, checks what was claimed, prints a line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program that shows things")]

use crate::db::Database;
use ecached::caches;
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
        let (queries_before, errors_before) = (self.db.queries(), errors());
        let started = now();
        let value = call().map_err(Into::into)?;
        let took = started.elapsed();
        let queries = self.db.queries() - queries_before;
        let took = show_duration(took);
        if queries == expected_queries {
            println!("  {claim:<8} {took:>11}   {what} = {value}");
        } else if errors() > errors_before {
            // No claim holds without a cache, but the value is there.
            println!("  computed {took:>11}   {what} = {value}   (no {claim}: the cache failed)");
        } else {
            return Err(format!("`{what}` should be {claim}, but made {queries} queries").into());
        }
        Ok(value)
    }

    /// An invalidation. An `Err` is not done, and a program that must not serve the old value tries again.
    pub(crate) fn invalidated(&self, what: &str, result: ecached::Result<()>) -> Outcome {
        self.event(what);
        self.answered(result).map(drop)
    }

    /// What only the cache can answer; `None` if its server does not.
    pub(crate) fn answered<T>(&self, result: ecached::Result<T>) -> Outcome<Option<T>> {
        match result {
            Ok(answer) => Ok(Some(answer)),
            Err(error) if error.is_transient() => {
                self.event(&format!("FAILED: {error}"));
                Ok(None)
            }
            Err(error) => Err(error.into()),
        }
    }

    /// A claim about something else than queries.
    pub(crate) fn check(&self, holds: bool, claim: &str) -> Outcome {
        if !holds && errors() > 0 {
            self.event(&format!("does not hold, as the cache failed: {claim}"));
        } else if !holds {
            return Err(format!("does not hold: {claim}").into());
        }
        Ok(())
    }

    /// What can be said at the end.
    pub(crate) fn conclude(&self, calls: u64) {
        let (queries, errors) = (self.db.queries(), errors());
        match errors {
            0 => println!("\nEvery claim held: {calls} calls, {queries} queries."),
            _ => println!(
                "\nThe cache FAILED in {errors} operations, or was not asked as it had failed before. What it could not serve was computed: {queries} queries."
            ),
        }
    }
}

/// Operations that the cache failed so far, and those that were not tried as it had failed before.
fn errors() -> u64 {
    let stats = |cache: ecached::Cache| cache.stats().errors + cache.stats().skipped_while_open;
    caches().get("default").map_or(0, stats)
}

/// For `on_error` of `#[invalidates]`: the function has changed its data, and its invalidation failed.
pub(crate) fn not_invalidated(error: &ecached::Error) {
    println!("  -                      the invalidation FAILED: {error}");
}

/// Prints what the arguments are.
pub(crate) fn help(text: &str) -> ExitCode {
    print!("{text}");
    ExitCode::SUCCESS
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

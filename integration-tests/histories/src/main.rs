//! Histories on real servers: processes that read, write and invalidate while things break, and a checker that looks for an
//! invalidation that was lost.
//!
//! ```text
//! cargo xtask histories --backend redis --seconds 60 --seed 7
//! cargo xtask histories --backend redis --break late     # must find violations
//! cargo xtask histories --check target/histories/redis-7.log
//! ```
//!
//! # Layout
//!
//! - `model`: what is cached under which names. `source`: the source of truth. `functions`: the cached functions.
//! - `worker` is one process of those that do the work, in its `world`; `crew` starts, freezes and kills them.
//! - `servers`: the backends, a table. `nemesis` breaks them; `failover` is for Sentinel.
//! - `record` is a line of a history, `check` judges one, `report` says what came out.
//! - `broken`: ways to break the promise on purpose.
#![cfg_attr(
    unix,
    expect(clippy::print_stdout, reason = "a command-line tool talks on its standard streams")
)]
#![expect(clippy::print_stderr, reason = "a command-line tool talks on its standard streams")]

#[cfg(unix)]
mod arguments;
#[cfg(unix)]
mod broken;
#[cfg(unix)]
mod chance;
#[cfg(unix)]
mod check;
#[cfg(unix)]
mod crew;
#[cfg(unix)]
mod failover;
#[cfg(unix)]
mod functions;
#[cfg(unix)]
mod model;
#[cfg(unix)]
mod nemesis;
#[cfg(unix)]
mod record;
#[cfg(unix)]
mod report;
#[cfg(unix)]
mod run;
#[cfg(unix)]
mod servers;
#[cfg(unix)]
mod source;
#[cfg(unix)]
mod worker;
#[cfg(unix)]
mod world;

use std::process::ExitCode;

/// The hidden role of a worker.
#[cfg(unix)]
const WORKER: &str = "worker";

/// There are violations.
#[cfg(unix)]
const VIOLATED: u8 = 1;

/// The run could not be made, or says nothing.
const FAILED: u8 = 2;

#[cfg(unix)]
fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let outcome = match words.split_first() {
        Some((first, role)) if first == WORKER => worker::Role::from_words(role)
            .ok_or_else(|| "a worker is started by its parent".to_owned())
            .and_then(|role| worker::run(&role))
            .map(|()| true),
        _ => arguments::parse(&words).and_then(|task| run::run(&task)),
    };
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::from(VIOLATED),
        Err(message) => {
            eprintln!("error: {message}");
            ExitCode::from(FAILED)
        }
    }
}

#[cfg(not(unix))]
fn main() -> ExitCode {
    eprintln!("error: this needs signals, and servers that run on Unix");
    ExitCode::from(FAILED)
}

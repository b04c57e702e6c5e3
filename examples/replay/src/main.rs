//! Replays an access trace against a cached function over SQLite, while a writer changes the rows and invalidates them.
//! Each value that the cache serves is checked against what the writer has committed: not one may be stale.
//!
//! Run with: `cargo run --release -p replay -- [<trace>] [--async] [--cache redis://127.0.0.1]`; `--help` lists the
//! options.
//!
//! With the cache of a server, four processes read and a fifth writes, over one database file; otherwise threads of one
//! process do.
//!
//! A trace is a file of big-endian 32-bit numbers, one per access, plain or compressed by xz. The traces of the cache2k
//! benchmarks (github.com/cache2k/cache2k-benchmark; copyright headissue GmbH, Jens Wilke; CC BY 4.0) are such files:
//! `orm-busy`, accesses to database objects of a web shop, whose numbers have the object's type in bits 27 to 31, and
//! `web12`, requests to product pages. Name them where you show figures from them. Without a trace, the program makes one
//! up: popular and less popular objects, after Zipf's law.
//!
//! # The check
//!
//! Each row has a version, which a write advances. The writer commits, invalidates, and when the invalidation has
//! *returned*, raises the row's floor to the new version. A reader notes the floor *before* it calls the cached function.
//! If the row it gets has a version below that floor, the invalidation was lost: a stale value. After the run, each entry
//! that is still in the cache is compared with its row as a whole.
//!
//! An invalidation that returns an `Err` promises nothing, so it raises no floor: the writer tries it again until it
//! returns `Ok`, and changes nothing else before.
//!
//! `--break skip-invalidation` shows that the check can fail.
//!
//! # Reading order
//!
//! `cached` (the cached functions), `readers`, `writer`, `oracle`; then `run`, which starts them as threads, and
//! `processes`, which starts them as processes: each does its `part`, and they see each other's numbers on a `board`. What
//! they need: `args`, `cache`, `trace`, `workload`, `database`, `progress`; `figures`, `left`, `report`.

mod args;
mod board;
mod cache;
mod cached;
mod database;
mod figures;
mod left;
mod oracle;
mod part;
mod processes;
mod progress;
mod readers;
mod report;
mod run;
mod trace;
mod workload;
mod writer;

use crate::args::{Command, HELP};
use std::process::ExitCode;

/// What goes wrong, in words for the user.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

#[expect(clippy::print_stdout, clippy::print_stderr, reason = "a program on a terminal")]
fn main() -> ExitCode {
    let options = match args::parse(lexopt::Parser::from_env()) {
        Ok(Command::Replay(options)) => options,
        Ok(Command::Part(options, part)) => return part::exit_code(part::play(&options, &part)),
        Ok(Command::Help) => {
            print!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("error: {error}\n\n{HELP}");
            return ExitCode::from(2);
        }
    };
    let report =
        if options.readers.is_some() { processes::replay(&options) } else { run::replay(&options) };
    match report {
        Ok(report) => {
            print!("{report}");
            if report.is_clean() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
        }
        Err(error) => {
            eprintln!("error: {error}");
            ExitCode::FAILURE
        }
    }
}

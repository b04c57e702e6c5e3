//! The 24 behaviours that easy_cache's own test suite states (`parity.md` A.2), each in blocking and in async form.
//!
//! # Layout
//!
//! `checks` has what the tests share; `keys`, `timeouts`, `tags`, `prefixes`, `classes` and `functions` have the behaviours
//! in their order, each under its name in easy_cache; `spawned` has what only Rust has.

#![expect(clippy::unwrap_used, reason = "an operation that fails is a test that fails")]

#[macro_use]
mod checks;

mod classes;
mod functions;
mod keys;
mod prefixes;
mod spawned;
mod tags;
mod timeouts;

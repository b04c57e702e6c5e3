//! The backend on real memcached servers, and on programs that only pretend to be one.
//!
//! `support` and `pretender` start them; the other modules are tests, by subject.
#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "an operation that fails is a test that fails")]

mod conformance;
#[cfg(feature = "tokio")]
mod dropped;
mod failures;
mod garbage;
mod names;
mod operations;
mod placement;
mod pretender;
#[cfg(feature = "tokio")]
mod runtimes;
mod sizes;
mod slots;
mod support;
mod trips;

//! For who writes a backend for ecached, or tests with one.
//!
//! - [`conformance!`]: a suite that every backend passes, blocking and async.
//! - [`Map`] and [`AsyncMap`]: the simplest backends there can be, four methods each; [`ConditionalMap`], which can do
//!   what servers with scripts can.
//! - [`Faults`]: makes a backend fail, or lose its replies, when the test says so.
//! - [`block_on`]: runs a future without a runtime.
//! - `servers`, with the feature of that name, on Unix: real Redis and memcached servers, started by the test.
//!
//! # Layout
//!
//! `face` lets one case run blocking and async; `cases` are the suite.

pub mod cases;
mod executor;
mod face;
mod faults;
mod map;
#[cfg(all(feature = "servers", unix))]
pub mod servers;
mod suite;

pub use executor::block_on;
pub use face::Face;
pub use faults::Faults;
pub use map::{AsyncMap, ConditionalMap, Map};

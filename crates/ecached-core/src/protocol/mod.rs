//! The protocol: one state machine without I/O, and two drivers that do what it asks, blocking and async.
//!
//! - [`request`]: what a call wants.
//! - [`machine`]: the steps of a call: look up, open, compute, store; who joins whom; what a failure means.
//! - [`bytes`]: the same steps on stores that hold bytes: which keys, which bytes, what they mean.
//! - [`drive`]: doing what the machine asks.
//! - [`invalidate`]: making entries invalid.

pub(crate) mod bytes;
pub(crate) mod drive;
pub(crate) mod invalidate;
pub(crate) mod machine;
pub(crate) mod request;

pub(crate) use machine::{Done, Machine, Step};
pub(crate) use request::{Mode, Names, Request};

//! A user's crate with strict lints: nothing that a macro adds may raise one. Built as a library of its own, so that the
//! lints on public items see it; `tests/behaviour.rs` calls its functions.

#![deny(
    warnings,
    missing_docs,
    unused,
    clippy::pedantic,
    unreachable_pub,
    missing_debug_implementations
)]
#![forbid(unsafe_code)]
#![allow(
    clippy::allow_attributes,
    clippy::allow_attributes_without_reason,
    reason = "not the user's rules"
)]
#![allow(
    clippy::str_to_string,
    clippy::renamed_function_params,
    clippy::exhaustive_structs,
    reason = "as above"
)]

pub mod functions;

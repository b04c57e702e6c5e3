//! A stranger's crate: it depends on `ecached` alone, and its code is every snippet of the design's section 5, as literally
//! as it compiles. The tests of this crate run them.
//!
//! # Layout
//!
//! - [`attribute`] has `#[cached]` in all its forms.
//! - [`companions`] has what stands beside a cached function, and beside a method.
//! - [`wrap`] has `ecached!` in its three forms.
//! - [`invalidation`] has `#[invalidates]`.
//! - [`backend`] has a third-party backend with the four methods, blocking and async.
//! - [`unusual`] has signatures that nobody expects.
//! - [`executor`] runs a future; without a dependency there is nothing else to do it.

#![deny(warnings, missing_docs)]
#![forbid(unsafe_code)]

pub mod attribute;
pub mod backend;
pub mod companions;
pub mod executor;
pub mod invalidation;
pub mod unusual;
pub mod wrap;

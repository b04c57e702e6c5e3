//! ecached beside other caches: what is measured. `bin/report.rs` measures it and writes the tables; `benches/hit.rs` is
//! for criterion; `bin/repeat.rs` is for profilers. Feature `remote`: Redis and Memcached, `bin/remote.rs`.
//!
//! Built with Cargo's defaults for release, as most programs are; the peers are generic, and so are compiled and optimised
//! in this crate.

pub mod allocations;
#[cfg(feature = "remote")]
pub mod ancestors;
pub mod contenders;
pub mod growth;
pub mod handover;
pub mod hit_ratio;
pub mod hits;
pub mod invalidations;
pub mod machine;
pub mod matrix;
pub mod memory;
pub mod misses;
pub mod options;
pub mod page;
pub mod plot;
#[cfg(feature = "remote")]
pub mod remote;
pub mod rounds;
pub mod row;
pub mod stopwatch;
pub mod threads;

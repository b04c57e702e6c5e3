//! ecached beside other caches: what is measured. `bin/report.rs` measures it and writes the table; `benches/hit.rs` is the
//! same for criterion; `bin/repeat.rs` is for profilers.

pub mod contenders;

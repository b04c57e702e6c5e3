//! ecached beside Python's caching decorators: as a process that takes the commands of `peers/measure.py`, and the tables of
//! what that script found.

mod system;
mod table;
mod worker;

pub use table::Measured;
pub use worker::Worker;

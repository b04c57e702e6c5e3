//! Measures ecached beside other caches in process, in many settings, and writes the tables.
//!
//! `matrix [--quick] [--out PATH] [--readme PATH]`: the tables go to PATH, `docs/benchmarks.md` unless said otherwise, as its
//! part `matrix`.

use ecached_benches::options::Options;
use ecached_benches::{machine, matrix};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse("matrix")?;
    let rounds = if options.is_quick { 5 } else { 21 };
    let load = machine::load();
    options.write("matrix", &matrix::page(&matrix::measure(rounds), rounds, load))
}

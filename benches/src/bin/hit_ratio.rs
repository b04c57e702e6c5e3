//! Replays accesses of real programs on ecached and other caches, and writes their hit ratios.
//!
//! `hit_ratio --trace PATH [--trace PATH …] [--quick] [--out PATH]`: tables go to PATH, `docs/benchmarks.md` unless said
//! otherwise, as its part `hit-ratio`, and the charts into the folder `plots` beside it. Traces are not part of the
//! project: without one, there is nothing to do.

use ecached_benches::hit_ratio::trace::Trace;
use ecached_benches::hit_ratio::{self, page};
use ecached_benches::machine;
use ecached_benches::options::Options;
use std::error::Error;
use std::time::Instant;

/// Accesses that are replayed to see that it works.
const QUICK_ACCESSES: usize = 40_000;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse("hit_ratio")?;
    if options.traces.is_empty() {
        println!("hit ratios: skipped, for no trace was given (`--trace PATH`)");
        return Ok(());
    }
    let (begin, load) = (Instant::now(), machine::load());
    let limit = if options.is_quick { QUICK_ACCESSES } else { usize::MAX };
    let traces = options.traces.iter().map(|path| Trace::read(path, limit));
    let traces: Vec<Trace> = traces.collect::<Result<_, _>>()?;
    for (index, trace) in traces.iter().enumerate() {
        if traces[..index].iter().any(|other| other.name == trace.name) {
            return Err(format!("two traces have the name {}", trace.name).into());
        }
    }
    let findings: Vec<_> = traces.into_iter().map(hit_ratio::measure).collect();
    for of_trace in &findings {
        options.write_plot(&page::plot_name(of_trace), &page::chart(of_trace))?;
    }
    options.write("hit-ratio", &page::page(&findings, load))?;
    eprintln!("wrote {} in {:.0} s", options.out.display(), begin.elapsed().as_secs_f64());
    Ok(())
}

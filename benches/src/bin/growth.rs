//! Measures what gets slower or bigger as entries, tags, threads and callers become more.
//!
//! `growth [--quick] [--out PATH]`: tables go to PATH, `docs/benchmarks.md` unless said otherwise, as its part `growth`, and
//! the charts into the folder `plots` beside it.

use ecached_benches::allocations::Counting;
use ecached_benches::growth::{callers, entries, page, tags, threads};
use ecached_benches::machine;
use ecached_benches::options::Options;
use std::error::Error;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse("growth")?;
    let (begin, load) = (Instant::now(), machine::load());
    if load.is_some_and(|load| load > 1.0) {
        eprintln!(
            "other programs are running: figures of a machine that does nothing else are steadier"
        );
    }
    let rounds = if options.is_quick { 7 } else { 31 };
    let progress = |what: &str| eprintln!("measuring {what} …");
    // First, while the heap is tidy.
    progress("tags");
    let tags = tags::measure(rounds);
    progress("threads");
    let threads = threads::measure(rounds);
    progress("callers");
    let callers = callers::measure(rounds);
    progress("entries");
    let entries = entries::measure(rounds, options.is_quick);
    let scales = [entries, tags, threads, callers];
    for scale in &scales {
        options.write_plot(&page::plot_name(scale), &page::chart(scale))?;
    }
    options.write("growth", &page::page(&scales, rounds, load))?;
    eprintln!("wrote {} in {:.0} s", options.out.display(), begin.elapsed().as_secs_f64());
    Ok(())
}

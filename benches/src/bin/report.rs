//! Measures ecached beside other caches and writes the tables.
//!
//! `report [--quick] [--out PATH] [--readme PATH]`: all tables go to PATH, `docs/benchmarks.md` unless said otherwise, as
//! its part `memory`; in the README, those with targets replace what is between `<!-- bench:begin -->` and
//! `<!-- bench:end -->`. The other parts of the page are written by `remote` and `survivors`.

use ecached_benches::allocations::Counting;
use ecached_benches::options::Options;
use ecached_benches::rounds::Spread;
use ecached_benches::row::Row;
use ecached_benches::{contenders, hits, invalidations, machine, memory, misses, threads};
use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

#[global_allocator]
static ALLOCATOR: Counting = Counting;

/// What was measured, in order.
struct Report {
    sections: Vec<(&'static str, Vec<Row>)>,
    rounds: usize,
    clean_rounds: usize,
    handover: Spread,
    allocations_per_hit: [f64; 2],
    load: Option<f64>,
}

fn measure(is_quick: bool) -> Report {
    let rounds = if is_quick { 21 } else { 101 };
    let load = machine::load();
    if load.is_some_and(|load| load > 1.0) {
        eprintln!(
            "other programs are running: figures of a machine that does nothing else are steadier"
        );
    }
    contenders::register();
    let progress = |what: &str| eprintln!("measuring {what} …");
    // First, while the heap is tidy.
    progress("hits");
    let hits = hits::measure(rounds);
    progress("two threads");
    let threads = threads::measure(rounds.min(51));
    progress("misses");
    let misses = misses::measure(rounds.min(51));
    progress("invalidation");
    let invalidations = invalidations::measure(rounds);
    progress("memory");
    let memory = memory::measure();
    let allocations_per_hit = memory::allocations_per_hit();
    let sections = vec![
        ("Hits, one thread", hits),
        ("Hits, two threads", threads.rows),
        ("Invalidation", invalidations),
        ("Misses", misses),
        ("Memory per entry, without the value", memory),
    ];
    let (clean_rounds, handover) = (threads.clean, threads.handover);
    Report { sections, rounds, clean_rounds, handover, allocations_per_hit, load }
}

impl Report {
    /// What two threads pay for whatever both write.
    fn handover(&self) -> String {
        let Spread { median, low, high, count } = self.handover;
        if count == 0 {
            return String::from(
                "the machine was too busy to tell how long memory takes from core to core. ",
            );
        }
        format!(
            "meanwhile a line of memory that both write went from core to core in {median:.0} ns ({low:.0}–{high:.0}), which \
             depends on where the host puts the cores. "
        )
    }

    fn conditions(&self) -> String {
        format!("{}\n", machine::conditions(self.load, &["cached", "moka", "quick_cache"]))
    }

    /// The rows with a target.
    fn summary(&self) -> String {
        let mut text = format!("{}\n", Row::HEAD);
        let rows = self.sections.iter().flat_map(|(_, rows)| rows);
        let wanted = rows.filter(|row| !matches!(row.target, ecached_benches::row::Target::None));
        wanted.for_each(|row| _ = writeln!(text, "{row}"));
        let [blocking, asynchronous] = self.allocations_per_hit;
        _ = writeln!(
            text,
            "\nAllocations per hit: {blocking} blocking, {asynchronous} async. {}",
            self.conditions()
        );
        text
    }

    fn page(&self) -> String {
        let mut text = String::from(
            "# In memory\n\nOne hit is a call of a function of a `u64` that returns an `Arc<User>`, key `user:<id>`, timeout an hour, in \
             random order over 10,000 entries. Tags: one that all entries share, the others of the entry alone.\n\n",
        );
        _ = writeln!(
            text,
            "Each round runs all contenders of a section once for some milliseconds, in rotating order; runs count if \
             each thread had a core to itself. A ratio is the median over up to {} rounds (misses and threads: 51) of the ratio \
             within the round; the best of all rounds of the one against the best of the other is what a quiet machine \
             might show. Absolute figures are medians. With two threads {} rounds counted; {}Tags are invalidated in stores \
             whose clock stands still, so that no sweep removes the entries or runs beside the call.\n\n{}",
            self.rounds,
            self.clean_rounds,
            self.handover(),
            self.conditions()
        );
        for (title, rows) in &self.sections {
            _ = writeln!(text, "## {title}\n\n{}", Row::HEAD);
            rows.iter().for_each(|row| _ = writeln!(text, "{row}"));
            text.push('\n');
        }
        let [blocking, asynchronous] = self.allocations_per_hit;
        _ = writeln!(text, "Allocations per hit: {blocking} blocking, {asynchronous} async.");
        text
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse("report")?;
    let begin = Instant::now();
    let report = measure(options.is_quick);
    options.write("memory", &report.page())?;
    options.write_readme("bench", &report.summary())?;
    eprintln!("wrote {} in {:.0} s", options.out.display(), begin.elapsed().as_secs_f64());
    Ok(())
}

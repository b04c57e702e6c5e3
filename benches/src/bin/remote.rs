//! Measures ecached over Redis and Memcached beside their bare clients and other caches, and writes the tables.
//!
//! `remote [--quick] [--out PATH] [--readme PATH]`: all tables go to PATH, `docs/benchmarks.md` unless said otherwise, as
//! its part `remote`, and the charts into the folder `plots` beside it; in the README, the rows with targets replace what
//! is between `<!-- bench-remote:begin -->` and `<!-- bench-remote:end -->`. `redis-server` and `memcached` must be
//! installed.

use ecached_benches::growth::{Scale, page};
use ecached_benches::machine;
use ecached_benches::options::Options;
use ecached_benches::remote::cores::Cores;
use ecached_benches::remote::peers::{self, Found};
use ecached_benches::remote::{
    Servers, down, hits, invalidations, many, memcached, misses, tags, trips,
};
use ecached_benches::row::{Row, Target};
use std::error::Error;
use std::fmt::Write as _;
use std::time::Instant;

const PLACED: &str = "A server that waits on a core of its own takes longer to wake up than to answer; on the client's core it \
    answers at once, and each instruction of the client delays it. Left to the system, contenders of one round are in either \
    state. So client and servers are put on cores where the titles say it, and hits by number of tags are measured on one core.";

const NOT_PLACED: &str = "Client and servers could not be put on cores as the titles say: they ran wherever the system put them.";

/// What was measured, in order.
struct Report {
    sections: Vec<(&'static str, Vec<Row>)>,
    tags: Scale,
    trips: String,
    peers: Found,
    rounds: usize,
    load: Option<f64>,
    /// Client and servers were where the titles say.
    is_placed: bool,
}

fn measure(is_quick: bool) -> Report {
    let rounds = if is_quick { 5 } else { 41 };
    let load = machine::load();
    if load.is_some_and(|load| load > 1.0) {
        eprintln!(
            "other programs are running: figures of a machine that does nothing else are steadier"
        );
    }
    let servers = Servers::start();
    let progress = |what: &str| eprintln!("measuring {what} …");
    progress("round trips");
    let trips = trips::table(&servers);
    let mut is_placed = true;
    let mut place = |cores: Cores| is_placed &= cores.take(&servers);
    progress("hits, on two cores");
    place(Cores::Two);
    let redis = hits::measure(rounds, &servers);
    let memcached = memcached::measure(rounds, &servers);
    progress("misses");
    let misses = misses::measure(rounds, &servers);
    progress("hits, on one core");
    place(Cores::One);
    let redis_on_one = without_targets(hits::measure(rounds, &servers));
    let memcached_on_one = without_targets(memcached::measure(rounds, &servers));
    progress("hits by number of tags");
    let tags = tags::measure(rounds, &servers);
    place(Cores::Any);
    progress("many callers");
    let many = many::measure(rounds.min(21), &servers);
    progress("calls while the server is down");
    let down = down::measure(rounds);
    progress("invalidation");
    let invalidations = invalidations::measure(&servers);
    progress("peers");
    let peers = peers::table::measure(rounds.min(21), &servers);
    let sections = vec![
        ("Redis: blocking hits, client and server on cores of their own", redis),
        ("Redis: blocking hits, all on one core", redis_on_one),
        ("64 callers at once", many),
        ("Memcached: hits, client and server on cores of their own", memcached),
        ("Memcached: hits, all on one core", memcached_on_one),
        ("Redis: misses, client and server on cores of their own", misses),
        ("Redis: invalidation", invalidations),
        ("Redis: the server is down", down),
    ];
    Report { sections, tags, trips, peers, rounds, load, is_placed }
}

/// Targets are for servers on cores of their own, as servers are.
fn without_targets(rows: Vec<Row>) -> Vec<Row> {
    rows.into_iter().map(|row| Row { target: Target::None, ..row }).collect()
}

impl Report {
    fn conditions(&self) -> String {
        let load = self.load.map(|load| format!(", load {load:.1} before")).unwrap_or_default();
        format!(
            "{}, {} cores{load}; {}; ecached {}, redis {}, memcache {}; {}.",
            machine::processor(),
            machine::cores(),
            machine::compiler(),
            machine::version("ecached"),
            machine::latest("redis"),
            machine::version("memcache"),
            machine::today(),
        )
    }

    /// The rows with a target.
    fn summary(&self) -> String {
        let mut text = format!("{}\n", Row::HEAD);
        for (title, rows) in &self.sections {
            for row in rows.iter().filter(|row| !matches!(row.target, Target::None)) {
                let place = title.split(':').next().unwrap_or_default();
                let what =
                    if row.what.contains(':') { String::new() } else { format!("{place}: ") };
                // Rows of a summary stand apart from their title.
                _ = writeln!(text, "{}", row.to_string().replacen("| ", &format!("| {what}"), 1));
            }
        }
        _ = writeln!(text, "\n{}", self.conditions());
        text
    }

    fn page(&self, broken: &[(String, String)]) -> String {
        let mut text = format!(
            "# Over Redis and Memcached\n\n\
             The bench starts the servers, on the same machine. All read the same `String` of 1,000 bytes. Tags: one that all \
             entries share (of eight: two), the others of the entry alone.\n\n\
             Each round times single operations of each contender, 250 in a row, in rotating order; a round's figure is their \
             median. With 64 callers it is the throughput of 12,800 hits over one connection. A ratio is the median over up \
             to {} rounds of the ratio within the round; absolute figures are medians.\n\n{}\n\n{}\n\n",
            self.rounds,
            if self.is_placed { PLACED } else { NOT_PLACED },
            self.conditions()
        );
        self.sections.iter().for_each(|(title, rows)| text += &section(title, rows));
        text += &page::section(&self.tags);
        text += &section("Redis: other caches", &self.peers.rows);
        _ = writeln!(text, "{}", self.peers.tables());
        for (name, reason) in broken {
            _ = writeln!(text, "- {name} does not build: {reason}");
        }
        _ = writeln!(text, "\n## Round trips\n\n{}", self.trips);
        text
    }
}

fn section(title: &str, rows: &[Row]) -> String {
    let mut text = format!("## {title}\n\n{}\n", Row::HEAD);
    rows.iter().for_each(|row| _ = writeln!(text, "{row}"));
    text + "\n"
}

fn main() -> Result<(), Box<dyn Error>> {
    let options = Options::parse("remote")?;
    let begin = Instant::now();
    let report = measure(options.is_quick);
    options.write_plot(&page::plot_name(&report.tags), &page::chart(&report.tags))?;
    for (file, chart) in peers::invalidations::charts(&report.peers.invalidations) {
        options.write_plot(file, &chart)?;
    }
    options.write("remote", &report.page(&options.broken))?;
    options.write_readme("bench-remote", &report.summary())?;
    eprintln!("wrote {} in {:.0} s", options.out.display(), begin.elapsed().as_secs_f64());
    Ok(())
}

//! Which values can still be read after their tag was invalidated: ecached beside caches that keep an index of keys per tag.
//!
//! `survivors [--quick] [--out PATH] [--readme PATH]`: the table goes to PATH, `docs/benchmarks.md` unless said otherwise,
//! as its part `survivors`; in the README it replaces what is between `<!-- survivors:begin -->` and
//! `<!-- survivors:end -->`. Exits with 1 if a value survives in ecached. `redis-server` must be installed.

use ecached_benches::machine;
use ecached_benches::options::Options;
use ecached_benches::remote::subject::{Ecached, Subject};
use ecached_benches::remote::survivors::{Evicted, Raced, TAGS, TASKS, evicted, racing};
use ecached_benches::remote::two_threads;
use ecached_testing::servers::Redis;
use std::error::Error;
use std::fmt::Write as _;
use std::process::ExitCode;
use tokio::runtime::Runtime;

/// Peers that have tags, as their features call them.
const WITH_TAGS: [&str; 3] = ["armature", "fnct", "skp"];

/// A cache's name and its two runs.
type Result2 = (String, Raced, Evicted);

/// Both runs, each on an empty server.
fn both<S: Subject>(runtime: &Runtime, puts: u64, mut open: impl FnMut(&str) -> S) -> Result2 {
    let server = Redis::start();
    let subject = open(&server.url());
    eprintln!("{} …", subject.name());
    let raced = racing(runtime, &subject, puts);
    (subject.name(), raced, evicted(runtime, open))
}

fn page(results: &[Result2], broken: &[(String, String)]) -> String {
    let mut text = format!(
        "# Side by side\n\n\
         Which values can still be read after an invalidation of their tag that said it was done.\n\n\
         - **Racing**: {TASKS} tasks put entries with one tag, each entry once; another task invalidates the tag again and \
         again, with pauses of 1 ms. When all are done, the tag is invalidated once more.\n\
         - **Evicted**: entries with {TAGS} tags that are read all the time, on a Redis with `allkeys-lru` and 16 MB, while \
         32 MB are written that nobody reads. Then each tag is invalidated.\n\n\
         | | racing: readable afterwards | invalidations meanwhile | evicted: tags that Redis still had | readable before | \
         readable afterwards |\n\
         | --- | ---: | ---: | ---: | ---: | ---: |\n"
    );
    for (name, raced, evicted) in results {
        _ = writeln!(
            text,
            "| {name} | {} of {} | {} | {} of {TAGS} | {} of {} | {} |",
            raced.readable,
            raced.puts,
            raced.invalidations,
            evicted.tags,
            evicted.before,
            evicted.puts,
            evicted.readable,
        );
    }
    for (name, reason) in broken.iter().filter(|(name, _)| WITH_TAGS.contains(&name.as_str())) {
        _ = writeln!(text, "| {name} | does not build: {reason} | | | | |");
    }
    text.push('\n');
    _ = writeln!(text, "{}; {}; {}.", machine::processor(), machine::compiler(), machine::today());
    text
}

fn main() -> Result<ExitCode, Box<dyn Error>> {
    let options = Options::parse("survivors")?;
    let puts = if options.is_quick { 8_000 } else { 40_000 };
    let runtime = two_threads();
    let mut aliases = ["raced", "evicted"].into_iter();
    let ecached = both(&runtime, puts, |url| Ecached::open(aliases.next().expect("two runs"), url));
    let survived = ecached.1.readable + ecached.2.readable;
    #[cfg_attr(
        not(any(feature = "peer-armature", feature = "peer-fnct", feature = "peer-skp")),
        expect(unused_mut, reason = "nobody else was built")
    )]
    let mut results = vec![ecached];
    #[cfg(feature = "peer-fnct")]
    results.push(both(&runtime, puts, |url| {
        let opening = ecached_benches::remote::peers::fnct::Fnct::open(url);
        runtime.block_on(opening).expect("the server listens")
    }));
    #[cfg(feature = "peer-armature")]
    results.push(both(&runtime, puts, |url| {
        let opening = ecached_benches::remote::peers::armature::Armature::open(url);
        runtime.block_on(opening).expect("the server listens")
    }));
    #[cfg(feature = "peer-skp")]
    results.push(both(&runtime, puts, |url| {
        let opening = ecached_benches::remote::peers::skp::Skp::open(url);
        runtime.block_on(opening).expect("the server listens")
    }));
    let page = page(&results, &options.broken);
    options.write("survivors", &page)?;
    options.write_readme("survivors", &page)?;
    if survived > 0 {
        eprintln!("{survived} values of ecached survived their invalidation");
        return Ok(ExitCode::FAILURE);
    }
    Ok(ExitCode::SUCCESS)
}

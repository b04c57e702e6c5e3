//! What was counted meanwhile.
#![expect(clippy::print_stdout, reason = "a program that shows things")]

use crate::catalogue::{copies_sold, favourites, load_user};
use crate::shop::Shop;
use crate::teller::{Outcome, Teller};
use ecached::{Stats, caches};

pub(crate) fn tell(teller: &Teller) -> Outcome {
    teller.chapter("Stats                calls   hits  shared  computed  hit ratio");
    line("load_user", &load_user::stats());
    line("favourites", &favourites::stats());
    line("Shop::best_sellers", &Shop::best_sellers_stats());
    line("Shop::revenue", &Shop::revenue_stats());
    line("copies_sold", &copies_sold::stats());
    let all = caches().get("default")?.stats();
    line("alias `default`", &all);
    teller.check(all.computations == teller.db().queries(), "each computation was a query")?;
    println!("\nEvery claim held: {} calls, {} queries.", all.hits + all.misses, all.computations);
    Ok(())
}

fn line(name: &str, stats: &Stats) {
    let Stats { hits, misses, shared, computations, .. } = *stats;
    let calls = hits + misses;
    let percent = stats.hit_ratio() * 100.0;
    println!("  {name:<18} {calls:>5} {hits:>6} {shared:>7} {computations:>9} {percent:>9.0} %");
}

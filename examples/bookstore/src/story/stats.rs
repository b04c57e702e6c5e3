//! What was counted meanwhile.
#![expect(clippy::print_stdout, reason = "a program that shows things")]

use crate::catalogue::{copies_sold, favourites, load_user};
use crate::shop::Shop;
use crate::teller::{Outcome, Teller};
use ecached::{Stats, caches};

pub(crate) fn tell(teller: &Teller) -> Outcome {
    teller.chapter("Stats                calls   hits  shared  computed  failed  hit ratio");
    line("load_user", &load_user::stats());
    line("favourites", &favourites::stats());
    line("Shop::best_sellers", &Shop::best_sellers_stats());
    line("Shop::revenue", &Shop::revenue_stats());
    line("copies_sold", &copies_sold::stats());
    let all = caches().get("default")?.stats();
    line("alias `default`", &all);
    teller.check(all.computations == teller.db().queries(), "each computation was a query")?;
    teller.conclude(all.hits + all.misses);
    Ok(())
}

fn line(name: &str, stats: &Stats) {
    let Stats { hits, misses, shared, computations, errors, skipped_while_open, .. } = *stats;
    let (calls, failed) = (hits + misses, errors + skipped_while_open);
    let percent = stats.hit_ratio() * 100.0;
    println!(
        "  {name:<18} {calls:>5} {hits:>6} {shared:>7} {computations:>9} {failed:>7} {percent:>8.0} %"
    );
}

//! One contender over and over, for profilers: `repeat CONTENDER [PASSES]` makes PASSES × 10,000 hits and says how long one
//! took. Under callgrind, the difference of 6 and of 2 passes is what hits alone execute.

use ecached_benches::contenders as of;
use std::env;
use std::time::Instant;

fn main() {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let passes = arguments.next().map_or(100, |text| text.parse().expect("PASSES is a number"));
    of::register();
    let order = of::random_order(1);
    let walk = |order: &[u64], passes: usize| match &*name {
        "ecached" => of::walk(order, passes, of::tags3),
        "ecached0" => of::walk(order, passes, of::tags0),
        "ecached8" => of::walk(order, passes, of::tags8),
        "async" => of::walk(order, passes, of::tags3_polled),
        "cached" => of::walk(order, passes, of::cached_crate),
        "moka" => of::walk(order, passes, of::moka_string),
        "quick" => of::walk(order, passes, of::quick_bare),
        _ => panic!("CONTENDER: ecached, ecached0, ecached8, async, cached, moka or quick"),
    };
    of::fill(walk);
    walk(&order, 1);
    let begin = Instant::now();
    walk(&order, passes);
    let hits = passes * order.len();
    println!("{name}: {:.1} ns per hit", begin.elapsed().as_nanos() as f64 / hits as f64);
}

//! One contender over and over, for profilers: `repeat CONTENDER [PASSES]` makes PASSES × 10,000 hits and says how long one
//! took. `valgrind --tool=callgrind --toggle-collect='*contenders::walk*' …/repeat ecached 20` counts instructions.

use ecached_benches::contenders as of;
use std::env;
use std::time::Instant;

fn main() {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let passes = arguments.next().map_or(100, |text| text.parse().expect("PASSES is a number"));
    of::register();
    let order = of::random_order();
    let run = |passes: usize| match &*name {
        "ecached" => of::walk(&order, passes, of::tags3),
        "ecached0" => of::walk(&order, passes, of::tags0),
        "ecached8" => of::walk(&order, passes, of::tags8),
        "async" => of::walk(&order, passes, of::tags3_polled),
        "cached" => of::walk(&order, passes, of::cached_crate),
        "moka" => of::walk(&order, passes, of::moka_string),
        "quick" => of::walk(&order, passes, of::quick_bare),
        _ => panic!("CONTENDER: ecached, ecached0, ecached8, async, cached, moka or quick"),
    };
    run(1);
    let begin = Instant::now();
    run(passes);
    let hits = passes * order.len();
    println!("{name}: {:.1} ns per hit", begin.elapsed().as_nanos() as f64 / hits as f64);
}

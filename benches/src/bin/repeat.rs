//! One contender over and over, for profilers: `repeat CONTENDER [PASSES]` makes PASSES × 10,000 hits and says how long one
//! took. Under callgrind, the difference of 6 and of 2 passes is what hits alone execute. A CONTENDER that begins with `miss`
//! makes as many misses, each with a store: `repeat CONTENDER PASSES THREADS`, by each of so many threads.

use ecached_benches::{contenders as of, misses};
use std::env;
use std::time::Instant;

fn main() {
    let mut arguments = env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let mut number = |or| arguments.next().map_or(or, |text| text.parse().expect("a number"));
    let (passes, threads) = (number(100), number(1));
    if name.starts_with("miss") {
        let (begin, misses) = (Instant::now(), passes * of::RESIDENT as usize);
        misses::repeat(&name, misses as u64, threads as u64);
        println!(
            "{name}: {:.1} ns per miss of a thread, those that fill the store included",
            begin.elapsed().as_nanos() as f64 / misses as f64
        );
        return;
    }
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

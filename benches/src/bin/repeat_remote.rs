//! One contender over and over, for profilers: `repeat_remote CONTENDER [HITS]` makes HITS hits, and says how long one took.

use ecached_benches::remote::functions as of;
use ecached_benches::remote::many::{self, Caller};
use ecached_benches::remote::{RESIDENT, Servers, bare_key, current_thread, two_threads, value};
use std::hint::black_box;
use std::time::Instant;

fn main() {
    let mut arguments = std::env::args().skip(1);
    let name = arguments.next().unwrap_or_default();
    let hits = arguments.next().map_or(100_000, |text| text.parse().expect("HITS is a number"));
    let servers = Servers::start();
    let blocking = |hit: &mut dyn FnMut(u64) -> String| {
        (0..RESIDENT).for_each(|id| drop(hit(id)));
        let begin = Instant::now();
        (0..hits).for_each(|number| drop(black_box(hit(number % RESIDENT))));
        begin.elapsed().as_secs_f64() * 1e6 / hits as f64
    };
    let callers = |runtime: &tokio::runtime::Runtime, caller: &Caller| {
        many::fill(runtime, caller);
        1e3 / many::per_millisecond(runtime, caller, hits)
    };
    let mut connection = servers.connection();
    for id in 0..RESIDENT {
        let set = redis::cmd("SET").arg(bare_key(id)).arg(value()).exec(&mut connection);
        set.expect("the server answers");
    }
    let micros = match &*name {
        "bare" => blocking(&mut |id| {
            redis::cmd("GET").arg(bare_key(id)).query(&mut connection).expect("a value")
        }),
        "tags0" => blocking(&mut of::tags0),
        "tags3" => blocking(&mut of::tags3),
        "tags8" => blocking(&mut of::tags8),
        "memcached3" => blocking(&mut of::memcached3),
        "async_bare" => {
            let runtime = current_thread();
            callers(&runtime, &many::bare(&runtime, &servers))
        }
        "async_bare_two" => {
            let runtime = two_threads();
            callers(&runtime, &many::bare(&runtime, &servers))
        }
        "async3" => callers(&current_thread(), &many::ecached3()),
        "async3_two" => callers(&two_threads(), &many::ecached3()),
        _ => panic!(
            "CONTENDER: bare, tags0, tags3, tags8, memcached3, async_bare, async_bare_two, async3, async3_two"
        ),
    };
    println!("{name}: {micros:.2} µs per hit");
}

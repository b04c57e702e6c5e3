//! Hits on Memcached, one at a time.

use super::turns::Turns;
use super::{RESIDENT, Servers, TIMEOUT_SECONDS, bare_key, current_thread, functions as of, value};
use crate::row::{Row, Target};
use std::hint::black_box;
use std::time::Duration;

/// Measures them.
///
/// # Panics
///
/// If one of them was a miss, or the server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Vec<Row> {
    let addresses = [servers.memcached.address()];
    let bare = memcache::exp::Memcache::connect(addresses).expect("the server listens");
    let timeout = Duration::from_secs(TIMEOUT_SECONDS);
    for id in 0..RESIDENT {
        bare.set(bare_key(id), value(), timeout).expect("stored");
    }
    let runtime = current_thread();
    let connecting = memcache::exp::AsyncMemcache::connect(addresses);
    let bare_async = runtime.block_on(connecting).expect("the server listens");
    (0..RESIDENT).for_each(|id| drop(of::memcached3(id)));
    (0..RESIDENT).for_each(|id| drop(runtime.block_on(of::memcached3_async(id))));
    let loaded = of::loaded();
    let compared = Turns::default()
        .with("hit, 3 tags", |id| _ = black_box(of::memcached3(id)))
        .with("bare get", |id| {
            let found = bare.get::<String>(bare_key(id)).expect("an answer");
            black_box(found.expect("a value"));
        })
        .with("async hit, 3 tags", |id| _ = black_box(runtime.block_on(of::memcached3_async(id))))
        .with("bare async get", |id| {
            let found = runtime.block_on(bare_async.get::<String>(bare_key(id)));
            black_box(found.expect("an answer").expect("a value"));
        })
        .run(rounds, RESIDENT);
    assert_eq!(of::loaded(), loaded, "all were hits");
    vec![
        compared.row("hit, 3 tags", "bare get", Target::AtMost(1.3)),
        compared.row("async hit, 3 tags", "bare async get", Target::None),
    ]
}

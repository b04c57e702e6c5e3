//! 64 callers at once: hits per millisecond over one connection.

use super::turns::pairs;
use super::{RESIDENT, Servers, bare_key, current_thread, functions as of, two_threads, value};
use crate::row::{Row, Target};
use std::future::Future;
use std::hint::black_box;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;
use tokio::runtime::Runtime;

/// Tasks that call at the same time.
pub const CALLERS: u64 = 64;

/// Hits of all callers together in a round.
const HITS: u64 = CALLERS * 200;

/// What one task does: hits of the entries `from`, `from + 1`, … so many times.
pub type Caller = Arc<dyn Fn(u64, u64) -> Pin<Box<dyn Future<Output = ()> + Send>> + Send + Sync>;

/// ecached, three tags.
#[must_use]
pub fn ecached3() -> Caller {
    Arc::new(|from, hits| {
        Box::pin(async move {
            for number in from..from + hits {
                black_box(of::tags3_async(number % RESIDENT).await);
            }
        })
    })
}

/// ecached, no tags.
#[must_use]
pub fn ecached0() -> Caller {
    Arc::new(|from, hits| {
        Box::pin(async move {
            for number in from..from + hits {
                black_box(of::tags0_async(number % RESIDENT).await);
            }
        })
    })
}

/// ecached on Memcached, three tags.
#[must_use]
pub fn memcached3() -> Caller {
    Arc::new(|from, hits| {
        Box::pin(async move {
            for number in from..from + hits {
                black_box(of::memcached3_async(number % RESIDENT).await);
            }
        })
    })
}

/// A connection of the bare client in a runtime.
///
/// # Panics
///
/// If the server does not answer.
#[must_use]
pub fn connection(runtime: &Runtime, servers: &Servers) -> redis::aio::MultiplexedConnection {
    let client = redis::Client::open(servers.redis.url()).expect("a URL");
    let connecting = client.get_multiplexed_async_connection();
    runtime.block_on(connecting).expect("the server listens")
}

/// The bare client: `GET` over one connection that all callers share.
#[must_use]
pub fn bare(runtime: &Runtime, servers: &Servers) -> Caller {
    let connection = connection(runtime, servers);
    Arc::new(move |from, hits| {
        let mut connection = connection.clone();
        Box::pin(async move {
            for number in from..from + hits {
                let mut get = redis::cmd("GET");
                get.arg(bare_key(number % RESIDENT));
                let found: String = get.query_async(&mut connection).await.expect("a value");
                black_box(found);
            }
        })
    })
}

/// The bare client of Memcached.
fn bare_memcached(runtime: &Runtime, servers: &Servers) -> Caller {
    let addresses = [servers.memcached.address()];
    let connecting = memcache::exp::AsyncMemcache::connect(addresses);
    let client = Arc::new(runtime.block_on(connecting).expect("the server listens"));
    Arc::new(move |from, hits| {
        let client = Arc::clone(&client);
        Box::pin(async move {
            for number in from..from + hits {
                let found = client.get::<String>(bare_key(number % RESIDENT)).await;
                black_box(found.expect("an answer").expect("a value"));
            }
        })
    })
}

/// Calls for each entry once.
pub fn fill(runtime: &Runtime, caller: &Caller) {
    runtime.block_on(caller(0, RESIDENT));
}

/// Hits per millisecond of all callers together.
///
/// # Panics
///
/// If a caller did.
#[must_use]
pub fn per_millisecond(runtime: &Runtime, caller: &Caller, hits: u64) -> f64 {
    let begin = Instant::now();
    runtime.block_on(async {
        let call = |number| tokio::spawn(caller(number * 131, hits / CALLERS));
        let tasks: Vec<_> = (0..CALLERS).map(call).collect();
        for task in tasks {
            task.await.expect("a caller does not panic");
        }
    });
    hits as f64 / (begin.elapsed().as_secs_f64() * 1e3)
}

/// Rounds of two callers; `own` against `other`.
fn compare(
    rounds: usize,
    runtime: &Runtime,
    own: &Caller,
    other: &Caller,
    names: [&'static str; 2],
    target: Target,
) -> Row {
    fill(runtime, own);
    let loaded = of::loaded();
    let mut figures = Vec::new();
    for round in 0..=rounds {
        let measure = |caller| per_millisecond(runtime, caller, HITS);
        let pair = if round % 2 == 0 {
            let own = measure(own);
            (own, measure(other))
        } else {
            let other = measure(other);
            (measure(own), other)
        };
        // The first connects.
        if round > 0 {
            figures.push(pair);
        }
    }
    assert_eq!(of::loaded(), loaded, "all were hits");
    pairs(names, &figures, |spread| spread.high, target, "/ms")
}

/// Measures them.
///
/// # Panics
///
/// If one of them was a miss, or a server does not answer.
#[must_use]
pub fn measure(rounds: usize, servers: &Servers) -> Vec<Row> {
    let memcache = memcache::exp::Memcache::connect([servers.memcached.address()]);
    let memcache = memcache.expect("the server listens");
    let timeout = std::time::Duration::from_secs(super::TIMEOUT_SECONDS);
    for id in 0..RESIDENT {
        memcache.set(bare_key(id), value(), timeout).expect("stored");
    }
    let mut rows = Vec::new();
    let runtimes = [
        (
            1,
            current_thread(),
            "Redis: hits, 3 tags",
            "bare `GET`s, 1 thread",
            ["Redis: hits, no tags", "bare `GET`s, 1 thread"],
            ["Memcached: hits, 3 tags", "bare gets, 1 thread"],
        ),
        (
            2,
            two_threads(),
            "Redis: hits, 3 tags",
            "bare `GET`s, 2 threads",
            ["Redis: hits, no tags", "bare `GET`s, 2 threads"],
            ["Memcached: hits, 3 tags", "bare gets, 2 threads"],
        ),
    ];
    for (threads, runtime, what, against, untagged, of_memcached) in runtimes {
        // Where the server has a core besides: else all share all cores, and whatever is done more is time.
        let has_room = crate::machine::cores() > threads;
        let target = if has_room { Target::AtLeast(0.85) } else { Target::None };
        let redis = bare(&runtime, servers);
        rows.push(compare(rounds, &runtime, &ecached3(), &redis, [what, against], target));
        rows.push(compare(rounds, &runtime, &ecached0(), &redis, untagged, Target::None));
        let other = bare_memcached(&runtime, servers);
        rows.push(compare(rounds, &runtime, &memcached3(), &other, of_memcached, Target::None));
    }
    rows
}

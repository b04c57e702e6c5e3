//! What a call costs while the server is down.

use super::turns::{Turns, pairs};
use super::{current_thread, value};
use crate::row::{Row, Target};
use ecached::{Breaker, BreakerState, Cache, Redis, Settings, cached, caches};
use ecached_testing::servers;
use std::hint::black_box;
use std::thread;
use std::time::{Duration, Instant};

/// How long an operation may take here.
const TIMEOUT: Duration = Duration::from_millis(200);

/// Calls that one after another find the server down, before the breaker lets one ask again.
const CALLS: u64 = 10;

/// What a call may cost beyond the function while the breaker is open, microseconds.
const OPEN_MICROS: f64 = 10.0;

#[cached("down:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "down")]
fn call(id: u64) -> String {
    _ = id;
    value()
}

#[cached("adown:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "down")]
async fn call_async(id: u64) -> String {
    _ = id;
    value()
}

#[cached("open:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "open")]
fn call_open(id: u64) -> String {
    _ = id;
    value()
}

#[cached("aopen:<id>", 3600, tags = ["users", "user:<id>", "group:<id>"], alias = "open")]
async fn call_open_async(id: u64) -> String {
    _ = id;
    value()
}

fn register(alias: &str, server: &servers::Redis, breaker: Breaker) -> Cache {
    let backend = Redis::builder(&server.url()).expect("a URL").operation_timeout(TIMEOUT);
    let settings = Settings::default().with_breaker(breaker);
    let backend = backend.build().expect("a backend");
    caches().register_with(alias, backend, settings).expect("registered once");
    caches().get(alias).expect("registered")
}

/// How the server is down.
#[derive(Clone, Copy)]
enum Outage {
    Frozen,
    Killed,
}

impl Outage {
    fn begin(self, server: &servers::Redis) {
        match self {
            Self::Frozen => server.freeze(),
            Self::Killed => server.kill(),
        }
    }

    fn end(self, server: &servers::Redis) {
        match self {
            Self::Frozen => server.thaw(),
            Self::Killed => server.restart(),
        }
    }
}

/// Measures them.
///
/// # Panics
///
/// If the servers do not do as they are told.
#[must_use]
pub fn measure(rounds: usize) -> Vec<Row> {
    let mut rows = until_it_opens(rounds.min(9));
    rows.extend(while_it_is_open(rounds));
    rows
}

/// The first calls after the server went down.
fn until_it_opens(rounds: usize) -> Vec<Row> {
    let server = servers::Redis::start();
    let cache = register("down", &server, Breaker::default());
    let runtime = current_thread();
    let blocking = || drop(black_box(call(7)));
    let asynchronous = || drop(black_box(runtime.block_on(call_async(7))));
    let all: [(&'static str, Outage, &dyn Fn()); 4] = [
        ("10 calls in a row, server frozen", Outage::Frozen, &blocking),
        ("10 calls in a row, server killed", Outage::Killed, &blocking),
        ("10 async calls in a row, server frozen", Outage::Frozen, &asynchronous),
        ("10 async calls in a row, server killed", Outage::Killed, &asynchronous),
    ];
    let mut rows = Vec::new();
    for (what, outage, call) in all {
        let mut figures = Vec::new();
        for _ in 0..rounds {
            wait_until_closed(&cache, call);
            outage.begin(&server);
            let begin = Instant::now();
            (0..CALLS).for_each(|_| call());
            let elapsed = begin.elapsed();
            outage.end(&server);
            figures.push((elapsed.as_secs_f64() * 1e3, TIMEOUT.as_secs_f64() * 1e3));
        }
        let names = [what, "the operation time-out"];
        let mut row = pairs(names, &figures, |spread| spread.low, Target::AtMost(1.1), "ms");
        row.best = None;
        rows.push(row);
    }
    rows
}

/// Calls until one was a hit.
fn wait_until_closed(cache: &Cache, call: &dyn Fn()) {
    let limit = Instant::now() + Duration::from_secs(30);
    loop {
        call();
        let before = cache.stats().hits;
        call();
        if cache.breaker_state() == BreakerState::Closed && cache.stats().hits > before {
            return;
        }
        assert!(Instant::now() < limit, "the server is back");
        thread::sleep(Duration::from_millis(20));
    }
}

fn while_it_is_open(rounds: usize) -> Vec<Row> {
    let server = servers::Redis::start();
    let pause = Duration::from_secs(600);
    let cache =
        register("open", &server, Breaker::default().with_max_pause(pause).with_pause(pause));
    drop(call_open(7));
    server.kill();
    drop(call_open(7));
    assert_eq!(cache.breaker_state(), BreakerState::Open);
    let runtime = current_thread();
    let (calls, bare) = (["call, breaker open", "async call, breaker open"], "the bare function");
    let compared = Turns::default()
        .with(calls[0], |id| _ = black_box(call_open(id)))
        .with(calls[1], |id| _ = black_box(runtime.block_on(call_open_async(id))))
        .with(bare, |_| _ = black_box(value()))
        .run(rounds, 1_000);
    assert_eq!(cache.breaker_state(), BreakerState::Open);
    let named = [
        ("call, breaker open, less the bare function", calls[0]),
        ("async call, breaker open, less the bare function", calls[1]),
    ];
    let row = |(what, call)| {
        let figures = compared.excess(call, bare).into_iter().map(|more| (more, OPEN_MICROS));
        let figures: Vec<_> = figures.collect();
        let mut row =
            pairs([what, "10 µs"], &figures, |spread| spread.low, Target::AtMost(1.0), "µs");
        row.best = None;
        row
    };
    named.map(row).into()
}

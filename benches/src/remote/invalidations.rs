//! Invalidating a tag of many entries, and what another client of the server notices of it.

use super::subject::{Ecached, Subject};
use super::turns::pairs;
use super::{Servers, bare_key, current_thread, value};
use crate::row::{Row, Target};
use ecached::{EntryOptions, caches};
use std::hint::black_box;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Entries of the big tags.
pub const MANY: u64 = 100_000;

/// Entries of the small tags.
const FEW: u64 = 10;

/// Each entry carries as many tags as are invalidated, so that each invalidation finds its tag alive.
const COMPARED: usize = 15;

/// Invalidations that the bystander sees.
const WATCHED: usize = 7;

/// What the bystander may have to wait, milliseconds.
const WAIT_MILLIS: f64 = 5.0;

/// Puts at the same time.
pub const WRITERS: u64 = 64;

/// A client that only reads, over a connection of its own, as fast as it can.
#[derive(Debug)]
pub struct Bystander {
    shared: Arc<Seen>,
    thread: Option<JoinHandle<()>>,
}

#[derive(Debug, Default)]
struct Seen {
    is_over: AtomicBool,
    worst_nanos: AtomicU64,
    reads: AtomicU64,
}

impl Bystander {
    /// Starts reading.
    #[must_use]
    pub fn start(servers: &Servers) -> Self {
        let shared = Arc::new(Seen::default());
        let (seen, mut connection) = (Arc::clone(&shared), servers.connection());
        let read = move || {
            while !seen.is_over.load(Ordering::Relaxed) {
                let begin = Instant::now();
                let found: Option<String> =
                    redis::cmd("GET").arg(bare_key(7)).query(&mut connection).expect("an answer");
                black_box(found);
                let nanos = u64::try_from(begin.elapsed().as_nanos()).expect("not for centuries");
                seen.worst_nanos.fetch_max(nanos, Ordering::SeqCst);
                seen.reads.fetch_add(1, Ordering::SeqCst);
            }
        };
        Self { shared, thread: Some(thread::spawn(read)) }
    }

    /// Does `work`; how long that took, and the bystander's worst `GET` meanwhile, also one that began in it.
    pub fn watch(&self, work: impl FnOnce()) -> [Duration; 2] {
        self.shared.worst_nanos.store(0, Ordering::SeqCst);
        let begin = Instant::now();
        work();
        let elapsed = begin.elapsed();
        let reads = self.shared.reads.load(Ordering::SeqCst);
        while self.shared.reads.load(Ordering::SeqCst) < reads + 2 {
            thread::sleep(Duration::from_micros(100));
        }
        let worst = self.shared.worst_nanos.load(Ordering::SeqCst);
        [elapsed, Duration::from_nanos(worst)]
    }
}

impl Drop for Bystander {
    fn drop(&mut self) {
        self.shared.is_over.store(true, Ordering::Relaxed);
        if let Some(thread) = self.thread.take() {
            _ = thread.join();
        }
    }
}

/// Puts entries, many at a time.
///
/// # Panics
///
/// If one cannot be stored.
pub fn fill<S: Subject>(runtime: &Runtime, subject: &S, name: &str, entries: u64, tags: &[String]) {
    runtime.block_on(async {
        let put = |writer: u64| {
            let (subject, name, tags) = (subject.clone(), name.to_owned(), tags.to_vec());
            tokio::spawn(async move {
                let tags: Vec<&str> = tags.iter().map(String::as_str).collect();
                for id in (writer..entries).step_by(usize::try_from(WRITERS).expect("fits")) {
                    let done = subject.put(&format!("{name}:{id}"), value(), &tags).await;
                    done.expect("stored");
                }
            })
        };
        let writers: Vec<_> = (0..WRITERS).map(put).collect();
        for writer in writers {
            writer.await.expect("a writer does not panic");
        }
    });
}

/// Measures them.
///
/// # Panics
///
/// If the server does not answer.
#[must_use]
pub fn measure(servers: &Servers) -> Vec<Row> {
    let runtime = current_thread();
    let subject = Ecached(ecached::aio::caches().get("redis").expect("registered"));
    let cache = caches().get("redis").expect("registered");
    let tags = |name: &str| -> Vec<String> {
        (0..COMPARED + WATCHED).map(|number| format!("{name}{number}")).collect()
    };
    let (of_many, of_few) = (tags("many"), tags("few"));
    fill(&runtime, &subject, "many", MANY, &of_many);
    fill(&runtime, &subject, "few", FEW, &of_few);
    let valid = cache.get::<String>(&format!("many:{}", MANY - 1)).expect("an answer");
    assert_eq!(valid, Some(value()), "nothing was evicted");
    let micros = |tag: &String| {
        // The connection is warm.
        cache.invalidate_tags(&["nothing carries this"]).expect("done");
        let begin = Instant::now();
        cache.invalidate_tags(&[tag]).expect("done");
        begin.elapsed().as_secs_f64() * 1e6
    };
    let figures: Vec<_> = (0..COMPARED)
        .map(|number| {
            if number % 2 == 0 {
                let many = micros(&of_many[number]);
                (many, micros(&of_few[number]))
            } else {
                let few = micros(&of_few[number]);
                (micros(&of_many[number]), few)
            }
        })
        .collect();
    let names = ["invalidate a tag of 100,000 entries", "a tag of 10"];
    let mut rows = vec![pairs(names, &figures, |spread| spread.low, Target::AtMost(1.2), "µs")];

    let bystander = Bystander::start(servers);
    let limit = |worst: Duration| (worst.as_secs_f64() * 1e3, WAIT_MILLIS);
    let (mut busy, mut quiet) = (Vec::new(), Vec::new());
    for tag in &of_many[COMPARED..] {
        let [elapsed, worst] = bystander.watch(|| cache.invalidate_tags(&[tag]).expect("done"));
        busy.push(limit(worst));
        quiet.push(limit(bystander.watch(|| thread::sleep(elapsed))[1]));
    }
    let row = |what, figures: &[_], target| {
        let mut row = pairs([what, "5 ms"], figures, |spread| spread.low, target, "ms");
        row.best = None;
        row
    };
    let what = "a bystander's worst `GET` while a tag of 100,000 entries is invalidated";
    rows.push(row(what, &busy, Target::AtMost(1.0)));
    let what = "a bystander's worst `GET` in as much time without an invalidation";
    rows.push(row(what, &quiet, Target::None));
    let gone = cache.get::<String>("many:7").expect("an answer");
    assert_eq!(gone, None, "invalid");
    // The next ones find a tidy server.
    servers.redis.flush();
    cache.set("warm", value(), EntryOptions::timeout(60)).expect("stored");
    rows
}

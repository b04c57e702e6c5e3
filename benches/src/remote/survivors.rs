//! Two runs that show whether an invalidation reaches every entry: with puts at the same time, and after evictions.

use super::invalidations::fill;
use super::subject::{Subject, Trouble};
use ecached_testing::servers::{Redis, Reply};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};
use tokio::runtime::Runtime;

/// Keys of the first run.
const KEYS: u64 = 500;

/// Tasks that put them again and again.
const WRITERS: u64 = 8;

/// Tags of the second run, and entries of each.
const TAGS: u64 = 200;
const ENTRIES: u64 = 20;

/// What the cold filler is made of.
const FILLER_BYTES: usize = 4_000;

/// Memory of the server of the second run: the entries take about a third, and one piece more of the filler than fits
/// evicts what was idle for longest.
const MEMORY: &str = "16mb";

/// How long the filler takes: Redis tells seconds of idleness apart.
const EVICTION_TIME: Duration = Duration::from_secs(12);

/// What was left.
#[derive(Clone, Copy, Debug)]
pub struct Survivors {
    /// Of all, so many could be read after a last, quiet invalidation that said it was done.
    pub readable: u64,
    /// How many there were.
    pub of: u64,
    /// What else there is to say: invalidations of the first run, tags that the server still knew in the second.
    pub beside: u64,
}

/// Puts [`KEYS`] keys with one tag from several tasks, invalidates the tag all the time, then stops both, and invalidates
/// once more.
///
/// # Panics
///
/// If the cache fails.
#[must_use]
pub fn racing<S: Subject>(runtime: &Runtime, subject: &S, time: Duration) -> Survivors {
    let (is_over, invalidations) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicU64::new(0)));
    runtime.block_on(async {
        let writer = |first: u64| {
            let (subject, is_over) = (subject.clone(), Arc::clone(&is_over));
            tokio::spawn(async move {
                let mut id = first;
                while !is_over.load(Ordering::Relaxed) {
                    let key = format!("racing:{}", id % KEYS);
                    subject.put(&key, format!("value {id}"), &["racing"]).await?;
                    id += WRITERS;
                }
                Ok::<(), Trouble>(())
            })
        };
        let mut tasks: Vec<_> = (0..WRITERS).map(writer).collect();
        let (mine, over, count) =
            (subject.clone(), Arc::clone(&is_over), Arc::clone(&invalidations));
        tasks.push(tokio::spawn(async move {
            while !over.load(Ordering::Relaxed) {
                mine.invalidate("racing").await?;
                count.fetch_add(1, Ordering::Relaxed);
                tokio::time::sleep(Duration::from_millis(1)).await;
            }
            Ok(())
        }));
        tokio::time::sleep(time).await;
        is_over.store(true, Ordering::Relaxed);
        for task in tasks {
            task.await.expect("no panic").expect("the cache works");
        }
        subject.invalidate("racing").await.expect("done");
    });
    let keys = (0..KEYS).map(|id| format!("racing:{id}"));
    let readable = count_readable(runtime, subject, keys);
    Survivors { readable, of: KEYS, beside: invalidations.load(Ordering::Relaxed) }
}

/// Fills a server beyond its memory with what nobody reads, while all entries are read all the time; then invalidates the
/// tag of each.
///
/// # Panics
///
/// If the cache fails.
#[must_use]
pub fn evicted<S: Subject>(runtime: &Runtime, open: impl FnOnce(&str) -> S) -> Survivors {
    let builder = Redis::builder().config("maxmemory", MEMORY);
    let builder = builder.config("maxmemory-policy", "allkeys-lru");
    let server = builder.config("maxmemory-samples", "10").start();
    let subject = open(&server.url());
    for tag in 0..TAGS {
        fill(runtime, &subject, &format!("entry:{tag}"), ENTRIES, &[format!("tag{tag}")]);
    }
    let all: Vec<_> =
        (0..TAGS).flat_map(|tag| (0..ENTRIES).map(move |id| format!("entry:{tag}:{id}"))).collect();
    let client = redis::Client::open(server.url()).expect("a URL");
    let mut connection = client.get_connection().expect("the server listens");
    let filler = "-".repeat(FILLER_BYTES);
    // Twice the memory, in as many pieces as there are walks over the entries.
    let pieces_per_second = 32_000_000 / FILLER_BYTES as u64 / EVICTION_TIME.as_secs();
    let begin = Instant::now();
    let mut written = 0;
    while begin.elapsed() < EVICTION_TIME {
        count_readable(runtime, &subject, all.iter().cloned());
        let due = begin.elapsed().as_millis() as u64 * pieces_per_second / 1_000;
        // The first seconds only make tags idle.
        let due = if begin.elapsed() < EVICTION_TIME / 4 { 0 } else { due };
        for number in written..due {
            let mut set = redis::cmd("SET");
            set.arg(format!("filler:{number}")).arg(&filler);
            set.exec(&mut connection).expect("evicts");
            written = number + 1;
        }
    }
    let tags = match server.command(&["KEYS", subject.tag_pattern()]) {
        Reply::Array(keys) => keys.len() as u64,
        other => panic!("no keys: {other:?}"),
    };
    for tag in 0..TAGS {
        runtime.block_on(subject.invalidate(&format!("tag{tag}"))).expect("done");
    }
    let readable = count_readable(runtime, &subject, all.iter().cloned());
    Survivors { readable, of: TAGS * ENTRIES, beside: tags }
}

/// How many of the entries can be read.
fn count_readable<S: Subject>(
    runtime: &Runtime,
    subject: &S,
    keys: impl Iterator<Item = String>,
) -> u64 {
    runtime.block_on(async {
        let mut readable = 0;
        for key in keys {
            readable += u64::from(subject.get(&key).await.expect("an answer").is_some());
        }
        readable
    })
}
